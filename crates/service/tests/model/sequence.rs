//! Random sequences, each from a seed, and smaller ones from one that fails.

use crate::callers::{CALLERS, CLOSED, Caller};
use crate::operation::{Chosen, Flaw, Key, Lines, Operation, Place, Request};
use crate::phase::{Meanwhile, Phase};
use fastrand::Rng;
use std::fmt;

/// A sequence of phases, and how it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sequence {
    pub(crate) phases: Vec<Phase>,
    /// PostgreSQL: services ask for transactions that are serializable, as they do on other engines.
    pub(crate) serializable: bool,
}

/// Two keys that differ in case only, and one that a URL has to encode.
const KEYS: [&str; 5] = ["team", "owner", "a", "A", "größe/1"];

const VALUES: [&str; 4] = ["blue", "ana", "", "中"];

const ENTERPRISE_PROJECTS: [&str; 2] = ["0", CLOSED];

/// Which faults can happen on a database, each as often as it is listed.
pub(crate) type Faults = [Meanwhile];

/// The sequence of a seed.
pub(crate) fn generate(seed: u64, faults: &Faults) -> Sequence {
    let mut random = Random { rng: Rng::with_seed(seed), focus: None };
    let mut phases = vec![Phase {
        clients: vec![(0..3).map(|_| Operation::Import(random.lines(8))).collect()],
        meanwhile: Meanwhile::Nothing,
        moment: 0,
        delays: vec![0],
    }];
    let number = random.rng.usize(4..12);
    phases.extend((0..number).map(|_| random.phase(faults)));
    Sequence { phases, serializable: random.rng.u8(..4) == 0 }
}

struct Random {
    rng: Rng,
    /// The resource that a phase is about, for the most part: clients are to get in each other's way.
    focus: Option<Place>,
}

impl Random {
    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.rng.usize(..choices.len())]
    }

    /// True so many times of a hundred.
    fn rarely(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    fn phase(&mut self, faults: &Faults) -> Phase {
        let meanwhile = if self.rarely(35) { self.one_of(faults) } else { Meanwhile::Nothing };
        let number =
            if meanwhile == Meanwhile::Nothing && self.rarely(50) { 1 } else { self.rng.usize(2..5) };
        let most = if number == 1 { 8 } else { 4 };
        self.focus = None;
        if number > 1 && self.rarely(60) {
            self.focus = Some(self.place());
        }
        let clients = (0..number).map(|_| {
            let operations = self.rng.usize(1..=most);
            (0..operations).map(|_| self.operation(number == 1)).collect()
        });
        let clients: Vec<Vec<Operation>> = clients.collect();
        // Commands take a while to start, and requests would be over by then.
        let is_command = |operation: &Operation| !matches!(operation, Operation::Remove(_));
        let are_mixed = number > 1 && clients.iter().flatten().any(is_command);
        let delays = clients
            .iter()
            .map(|client| if are_mixed && !is_command(&client[0]) { self.rng.u32(..5_000_000) } else { 0 });
        let delays = delays.collect();
        let moment = self.rng.usize(..if meanwhile == Meanwhile::Cut { 40 } else { 14 });
        Phase { clients, meanwhile, moment, delays }
    }

    /// Commands take long, so a crowd has fewer of them.
    fn operation(&mut self, is_alone: bool) -> Operation {
        let (imports, restorations) = if is_alone { (12, 14) } else { (8, 8) };
        match self.rng.u8(..100) {
            choice if choice < imports => Operation::Import(self.lines(3)),
            choice if choice < imports + restorations => Operation::Restore(self.chosen()),
            _ => Operation::Remove(self.request()),
        }
    }

    fn place(&mut self) -> Place {
        if let Some(place) = self.focus.filter(|_| self.rarely(90)) {
            return place;
        }
        let project = self.one_of(&[0, 0, 0, 0, 0, 1, 1, 2]);
        let kind = self.one_of(&["desktop", "desktop", "desktop", "disk"]);
        Place { project, kind, id: self.one_of(&["one", "one", "one", "zwei ü", "One"]) }
    }

    fn lines(&mut self, most: usize) -> Lines {
        let number = self.rng.usize(1..=most);
        let line = |random: &mut Self| {
            let mut tags: Vec<(Key, &'static str)> = Vec::new();
            for key in KEYS {
                if random.rarely(55) {
                    tags.push((Key::Tenant(key), random.one_of(&VALUES)));
                }
            }
            if random.rarely(30) {
                tags.push((Key::System, random.one_of(&ENTERPRISE_PROJECTS)));
            }
            (random.place(), tags)
        };
        let mut lines: Lines = (0..number).map(|_| line(self)).collect();
        // Each resource once: what an import counts says how many there are.
        lines.sort_by_key(|(place, _)| *place);
        lines.dedup_by_key(|(place, _)| *place);
        lines
    }

    fn request(&mut self) -> Request {
        use Caller::{Account, Bound, Owner, Service, Signer};
        let usual = [Account, Account, Signer, Signer, Bound, Bound, Owner, Owner, Service, Service];
        let caller = if self.rarely(85) { self.one_of(&usual) } else { self.one_of(&CALLERS) };
        let mut place = self.place();
        let single = self.rarely(45);
        let flaw = self.rarely(6).then(|| self.one_of(&[Flaw::Query, Flaw::LongKey, Flaw::Body]));
        if self.rarely(3) {
            place.id = "nowhere";
        }
        let mut tags = Vec::new();
        if single {
            place.kind = "desktop";
            tags.push((Key::Tenant(self.one_of(&KEYS)), None));
        } else {
            // Some twice, some with another value than before.
            for _ in 0..self.rng.usize(1..=6) {
                let value = if self.rarely(40) { Some(self.one_of(&VALUES)) } else { None };
                tags.push((Key::Tenant(self.one_of(&["team", "owner", "a", "A", "größe"])), value));
            }
            // Only somebody who may name them can name them alone.
            if self.rarely(if caller == Service { 40 } else { 4 }) {
                let value = if self.rarely(40) { Some(self.one_of(&ENTERPRISE_PROJECTS)) } else { None };
                tags.push((Key::System, value));
                if caller == Service && flaw.is_none() && self.rarely(30) {
                    tags.retain(|(key, _)| *key == Key::System);
                }
            }
        }
        Request { caller, place, single, tags, flaw }
    }

    fn chosen(&mut self) -> Chosen {
        let mut row = |percent: u8| self.rarely(percent).then(|| self.rng.usize(..1000));
        let (request, since, until) = (row(50), row(40), row(20));
        let project = self.rarely(25).then(|| self.one_of(&[0, 0, 1, 2]));
        Chosen { request, since, until, project }
    }
}

/// One line for each operation, in words that can be copied into a test.
impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "serializable: {}", self.serializable)?;
        for Phase { clients, meanwhile, moment, delays } in &self.phases {
            writeln!(f, "phase, meanwhile: {meanwhile:?}, moment: {moment}, delays: {delays:?}")?;
            for (number, operations) in clients.iter().enumerate() {
                writeln!(f, "  client {number}")?;
                for operation in operations {
                    writeln!(f, "    {operation:?}")?;
                }
            }
        }
        Ok(())
    }
}

impl Sequence {
    /// Sequences that leave something of this one out, the largest pieces first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut piece = self.phases.len() / 2;
        while piece > 0 {
            for start in (0..self.phases.len()).step_by(piece) {
                let mut less = self.clone();
                less.phases.drain(start..(start + piece).min(less.phases.len()));
                all.push(less);
            }
            piece /= 2;
        }
        for phase in 0..self.phases.len() {
            let mut without = |change: &dyn Fn(&mut Phase)| {
                let mut less = self.clone();
                change(&mut less.phases[phase]);
                if less != *self {
                    all.push(less);
                }
            };
            without(&|phase| phase.meanwhile = Meanwhile::Nothing);
            for client in 0..self.phases[phase].clients.len() {
                without(&|phase| {
                    phase.clients.remove(client);
                    phase.delays.remove(client);
                });
                for operation in 0..self.phases[phase].clients[client].len() {
                    without(&|phase| drop(phase.clients[client].remove(operation)));
                    let names = match &self.phases[phase].clients[client][operation] {
                        Operation::Import(lines) => lines.len(),
                        Operation::Remove(request) if !request.single => request.tags.len(),
                        Operation::Remove(_) | Operation::Restore(_) => 0,
                    };
                    // What is left names something still.
                    for name in (0..names).filter(|_| names > 1) {
                        without(&|phase| match &mut phase.clients[client][operation] {
                            Operation::Import(lines) => drop(lines.remove(name)),
                            Operation::Remove(request) => drop(request.tags.remove(name)),
                            Operation::Restore(_) => {}
                        });
                    }
                }
            }
        }
        all
    }
}
