//! Where a sequence runs: services on a database, and the hand that lets things happen to them.

use crate::callers::Proofs;
use crate::model::{Model, Tags};
use crate::observed::Observed;
use crate::operation::{Chosen, Filter, Key, Lines, Operation, Place, Request};
use crate::order::{End, Ended, explain};
use crate::phase::{Meanwhile, Phase};
use crate::support::{Connection, Site, Untagd, output, stderr, until};
use serde_json::{Map, Value, json};
use std::fmt::{Debug, Write as _};
use std::fs;
use std::hint::{black_box, spin_loop};
use std::panic::resume_unwind;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread::{self, ScopedJoinHandle};
use untag_store::ResourceKey;

/// What services stand on, and what can happen to it.
pub(crate) trait Ground: Sync {
    /// The database as each service names it.
    fn stores(&self) -> Vec<String>;

    /// The command that becomes a service.
    fn serve(&self, arguments: &[&str]) -> Command;

    /// Lets something happen to the database while clients run, whom it lets begin.
    fn fault(&self, meanwhile: Meanwhile, server: (usize, &Untagd), clients: &mut Clients<'_>);

    /// Waits until nothing of what a dead service asked for can have an effect any more.
    fn settle(&self);
}

/// The clients of a phase, as seen by who lets faults happen.
pub(crate) struct Clients<'a> {
    number: usize,
    begin: &'a Barrier,
    events: mpsc::Receiver<()>,
    moment: usize,
    progress: &'a Progress,
}

/// How far clients are.
#[derive(Debug, Default)]
struct Progress {
    failed: AtomicUsize,
    ended: AtomicUsize,
}

impl Clients<'_> {
    /// Lets them begin.
    pub(crate) fn begin(&self) {
        self.begin.wait();
    }

    /// The phase's moment.
    pub(crate) fn moment(&self) -> usize {
        self.moment
    }

    /// Waits until so many requests were sent or answered, or until all clients have ended.
    pub(crate) fn wait(&self, events: usize) {
        self.events.iter().take(events).for_each(drop);
    }

    /// Waits until one of them has met a failure, or until all have ended.
    pub(crate) fn wait_for_failure(&self) {
        let Progress { failed, ended } = self.progress;
        until("a failure", || {
            let is_over = failed.load(Ordering::SeqCst) > 0 || ended.load(Ordering::SeqCst) == self.number;
            is_over.then_some(())
        });
    }
}

/// What happened in a sequence, or in many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) operations: usize,
    pub(crate) faults: usize,
    /// Operations that failed, or had no answer.
    pub(crate) without_answer: usize,
    /// Rows of the audit trail.
    pub(crate) rows: usize,
    /// Refusals.
    pub(crate) refused: usize,
}

/// Services on a database of their own, and what must be true of it.
pub(crate) struct House<'a> {
    ground: &'a dyn Ground,
    site: Site,
    proofs: Proofs,
    servers: Vec<Untagd>,
    model: Model,
    figures: Figures,
    restorations: AtomicUsize,
}

/// Tells of requests that were sent and answered.
type Events = mpsc::Sender<()>;

impl<'a> House<'a> {
    /// On a database that may have to be made; the site's is the one to look at.
    pub(crate) fn new(site: Site, ground: &'a dyn Ground) -> Self {
        let proofs = Proofs::write(site.folder());
        site.run(&["migrate"]);
        let mut house = Self {
            ground,
            site,
            proofs,
            servers: Vec::new(),
            model: Model::default(),
            figures: Figures::default(),
            restorations: AtomicUsize::new(0),
        };
        house.servers = (0..ground.stores().len()).map(|number| house.start(number)).collect();
        house
    }

    fn start(&self, number: usize) -> Untagd {
        let folder = self.site.folder().join(number.to_string());
        fs::create_dir_all(&folder).unwrap();
        let authentication = self.site.file("authentication.toml");
        let store = &self.ground.stores()[number];
        let arguments = ["serve", "--store", store, "--authentication", &authentication, "--log", "error"];
        Untagd::spawn(&folder, self.ground.serve(&arguments))
    }

    /// Runs a phase, and compares what came of it with the model.
    pub(crate) fn run(&mut self, phase: &Phase, when: &str) {
        let server = phase.moment % self.servers.len();
        let ended = self.ask(phase, server);
        self.ground.settle();
        if matches!(phase.meanwhile, Meanwhile::Kill | Meanwhile::Restart) {
            self.servers[server] = self.start(server);
        }
        let observed = Observed::read(&self.site.store);
        self.count(phase, &ended);
        self.model = explain(&self.model, &ended, &observed).unwrap_or_else(|why| {
            let new: Vec<_> = observed.trail.iter().filter(|row| !self.model.trail.contains(row)).collect();
            let (before, after) = (&self.model.resources, &observed.resources);
            let mut told = format!("{when}: {why}");
            told_one_by_one(&mut told, "asked", ended.iter().flatten());
            told_one_by_one(&mut told, "new rows", &new);
            let is_changed = |(key, tags): &(&ResourceKey, &Tags)| before.get(*key) != Some(tags);
            told_one_by_one(&mut told, "resources before", before);
            told_one_by_one(&mut told, "changed resources", after.iter().filter(is_changed));
            panic!("{told}")
        });
    }

    fn count(&mut self, phase: &Phase, ended: &[Vec<Ended>]) {
        self.figures.faults += usize::from(phase.meanwhile != Meanwhile::Nothing);
        for ended in ended.iter().flatten() {
            self.figures.operations += 1;
            let is_open = match ended {
                Ended::Import { end, .. } => matches!(end, End::Failed | End::Open),
                Ended::Restore { end, .. } => matches!(end, End::Failed | End::Open),
                Ended::Remove { end, .. } => matches!(end, End::Failed | End::Open),
            };
            self.figures.without_answer += usize::from(is_open);
            let is_refusal = matches!(ended, Ended::Remove { end: End::Done(status), .. } if *status != 204);
            self.figures.refused += usize::from(is_refusal);
        }
    }

    /// What came of the sequence.
    pub(crate) fn figures(&self) -> Figures {
        Figures { rows: self.model.trail.len(), ..self.figures }
    }

    /// Runs the clients of a phase to their ends.
    fn ask(&mut self, phase: &Phase, server: usize) -> Vec<Vec<Ended>> {
        // Those who meet a dead service are those who were there before.
        let connections: Vec<Connection> = (0..phase.clients.len())
            .map(|client| self.servers[(server + client) % self.servers.len()].connect())
            .collect();
        let (begin, progress) = (Barrier::new(phase.clients.len() + 1), Progress::default());
        let mut servers = std::mem::take(&mut self.servers);
        let ended = thread::scope(|scope| {
            let (sender, events) = mpsc::channel();
            let (house, begin, progress) = (&*self, &begin, &progress);
            let clients: Vec<_> = connections
                .into_iter()
                .enumerate()
                .map(|(number, connection)| {
                    let store = house.ground.stores()[(server + number) % servers.len()].clone();
                    let (meanwhile, events) = (phase.meanwhile, sender.clone());
                    let client = Client { house, connection, store, number, meanwhile, progress, events };
                    scope.spawn(move || {
                        begin.wait();
                        for turn in 0..phase.delays[number] {
                            black_box(turn);
                            spin_loop();
                        }
                        client.ask_all(&phase.clients[number])
                    })
                })
                .collect();
            drop(sender);
            let mut seen = Clients { number: clients.len(), begin, events, moment: phase.moment, progress };
            let at = &mut servers[server];
            match phase.meanwhile {
                Meanwhile::Nothing => seen.begin(),
                Meanwhile::Kill => {
                    seen.begin();
                    seen.wait(phase.moment);
                    at.kill();
                }
                Meanwhile::Restart => {
                    seen.begin();
                    seen.wait(phase.moment);
                    at.terminate();
                    assert!(at.end().success(), "{}", at.log());
                }
                other => house.ground.fault(other, (server, at), &mut seen),
            }
            // One that panicked has said why; the others end by themselves.
            let ends: Vec<_> = clients.into_iter().map(ScopedJoinHandle::join).collect();
            ends.into_iter().map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        self.servers = servers;
        ended
    }
}

/// Somebody who asks for one thing after the other.
struct Client<'a> {
    house: &'a House<'a>,
    connection: Connection,
    /// The database as commands name it.
    store: String,
    number: usize,
    meanwhile: Meanwhile,
    progress: &'a Progress,
    events: Events,
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        self.progress.ended.fetch_add(1, Ordering::SeqCst);
    }
}

impl Client<'_> {
    /// Asks for all of it, or until the service is gone.
    fn ask_all(mut self, operations: &[Operation]) -> Vec<Ended> {
        let mut ended = Vec::new();
        for operation in operations {
            match operation {
                Operation::Import(lines) => ended.push(self.import(lines)),
                Operation::Restore(chosen) => ended.push(self.restore(chosen)),
                Operation::Remove(request) => {
                    let (removed, is_last) = self.remove(request);
                    ended.push(removed);
                    if is_last {
                        break;
                    }
                }
            }
        }
        ended
    }

    /// Whether the service may be gone.
    fn may_be_gone(&self) -> bool {
        matches!(self.meanwhile, Meanwhile::Kill | Meanwhile::Restart)
    }

    /// How it ends where the store failed.
    fn failed<T>(&self) -> End<T> {
        self.progress.failed.fetch_add(1, Ordering::SeqCst);
        match self.meanwhile {
            Meanwhile::FullDisk(_) | Meanwhile::Locked { .. } => End::Failed,
            Meanwhile::Cut | Meanwhile::Crash => End::Open,
            // Nothing keeps it from answering.
            Meanwhile::Nothing | Meanwhile::Restart | Meanwhile::Kill => panic!("it failed without a cause"),
        }
    }

    fn remove(&mut self, request: &Request) -> (Ended, bool) {
        let text = request.text(&self.house.proofs);
        let answer = self.connection.send(&text).and_then(|()| {
            let _ = self.events.send(());
            self.connection.receive()
        });
        let _ = self.events.send(());
        let request = request.clone();
        match answer {
            Ok(answer) => {
                let end = if answer.status == 500 { self.failed() } else { End::Done(answer.status) };
                let id = Some(answer.header("x-request-id").to_owned());
                (Ended::Remove { request, id, end }, answer.is_last())
            }
            Err(error) => {
                assert!(self.may_be_gone(), "no answer: {error}");
                (Ended::Remove { request, id: None, end: End::Open }, true)
            }
        }
    }

    fn import(&self, lines: &Lines) -> Ended {
        let file = self.house.site.file(&format!("{}.ndjson", self.number));
        let texts: Vec<String> = lines.iter().map(line).collect();
        fs::write(&file, texts.join("\n")).unwrap();
        let arguments = ["import", &file, "--allow-old-tags", "--store", &self.store];
        let end = self.command(&arguments, |printed| {
            // resources: 1 created, 2 changed, 3 unchanged
            let [created, changed, unchanged] = *numbers(printed).first_chunk()?;
            Some([created, changed, unchanged])
        });
        let may_repeat = matches!(self.meanwhile, Meanwhile::Cut | Meanwhile::Crash);
        Ended::Import { lines: lines.clone(), may_repeat, end }
    }

    fn restore(&self, chosen: &Chosen) -> Ended {
        let number = self.house.restorations.fetch_add(1, Ordering::Relaxed);
        let caller = format!("operator {number}");
        let filter: Filter = chosen.among(&self.house.model.trail);
        let mut arguments = vec!["restore", "--store", &self.store, "--caller", &caller];
        arguments.extend(filter.arguments());
        let end = self.command(&arguments, |printed| {
            // 1 tags put back, 2 left as they have been set since, 0 of resources that are gone; request …
            let [put_back, left, 0] = *numbers(printed).first_chunk()? else { return None };
            Some([put_back, left])
        });
        Ended::Restore { filter, caller, end }
    }

    /// Runs a command that says what it did.
    fn command<T>(&self, arguments: &[&str], said: impl Fn(&str) -> Option<T>) -> End<T> {
        let ended = output(arguments);
        let printed = String::from_utf8(ended.stdout.clone()).unwrap();
        match ended.status.code() {
            Some(0) => End::Done(said(&printed).unwrap_or_else(|| panic!("{printed}"))),
            Some(1) if self.meanwhile != Meanwhile::Nothing => self.failed(),
            code => panic!("{arguments:?}: {code:?}: {printed}{}", stderr(&ended)),
        }
    }
}

/// Adds lines to what a failure tells.
fn told_one_by_one<T: Debug>(told: &mut String, what: &str, things: impl IntoIterator<Item = T>) {
    write!(told, "\n{what}:").unwrap();
    for thing in things {
        write!(told, "\n    {thing:?}").unwrap();
    }
}

/// The numbers in a text.
fn numbers(text: &str) -> Vec<u64> {
    text.split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

/// A resource as it is imported.
fn line((place, given): &(Place, Vec<(Key, &'static str)>)) -> String {
    let key = place.key();
    let of = |wanted: bool| -> Map<String, Value> {
        let tags = given.iter().map(|(key, value)| (key.owned(), json!(value)));
        tags.filter(|((system, _), _)| *system == wanted).map(|((_, key), value)| (key, value)).collect()
    };
    json!({
        "project_id": key.project_id, "resource_type": key.resource_type, "resource_id": key.resource_id,
        "tags": of(false), "sys_tags": of(true),
    })
    .to_string()
}
