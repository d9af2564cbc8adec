//! Many clients that remove tags at once, and a model that knows what must then be true of the database.

use crate::support::{
    ACCOUNT, Connection, Contents, PROJECT, Site, Untagd, batch_untag, delete_desktop_tag, resource, until,
};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::hint::spin_loop;
use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use untag_store::{Action, AuditEntry};

/// Connections, each with a request under way at all times.
const CLIENTS: usize = 12;

/// Resources that one import brings.
const RESOURCES: usize = 250;

/// The tag that nobody asks to remove.
const KEPT: &str = "keep";

/// Tags of one resource that are removed by one request, and so together.
pub(crate) struct Unit {
    resource: String,
    pub(crate) keys: Vec<String>,
    request: String,
    /// Whether a request for it has been sent.
    sent: bool,
    pub(crate) state: State,
}

// The request carries a token.
impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, keys, request: _, sent, state } = self;
        write!(f, "{keys:?} of {resource} ({state:?}, sent: {sent})")
    }
}

/// What is known of a unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum State {
    /// Nothing of it was ever found removed.
    There,
    /// Found removed, though nobody was told.
    Applied,
    /// The answer to the request of this id was 204.
    Acknowledged(String),
}

/// All that was put in and asked for.
#[derive(Debug)]
pub(crate) struct Model {
    /// What each resource was imported with.
    pub(crate) imported: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) units: Vec<Unit>,
    /// Units that have not been answered yet.
    pub(crate) waiting: VecDeque<usize>,
    random: Rng,
}

/// What became of the requests until the service was gone.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// The unit, and the request's id.
    pub(crate) acknowledged: Vec<(usize, String)>,
    /// Sent, and never answered, or with a failure.
    pub(crate) unanswered: Vec<usize>,
    /// Not even sent.
    pub(crate) unsent: Vec<usize>,
    /// How many answers ended in the middle.
    pub(crate) broken: usize,
}

/// How a load ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// SIGKILL.
    Kill,
    /// SIGTERM.
    Terminate,
}

/// Sends what waits from all clients until so much of it has been sent or answered, and ends the service. Clients go on
/// until they learn of it.
pub(crate) fn load_until(end: End, server: &mut Untagd, model: &mut Model) -> Round {
    let count_answers = model.random.bool();
    let moment = 1 + model.random.usize(..200);
    // A little work more, so that the end meets the service at any point between two answers.
    let spins = model.random.usize(..100_000);
    let connections: Vec<_> = (0..CLIENTS).map(|_| server.connect()).collect();
    let waiting = Mutex::new(std::mem::take(&mut model.waiting));
    let (counted, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let units = &model.units;
    let count = |now: &mpsc::Sender<()>| {
        if counted.fetch_add(1, Ordering::Relaxed) + 1 == moment {
            now.send(()).unwrap();
        }
    };
    let client = |mut connection: Connection, now: mpsc::Sender<()>| {
        let mut round = Round::default();
        while end == End::Terminate || !ended.load(Ordering::SeqCst) {
            let Some(index) = waiting.lock().unwrap().pop_front() else { break };
            if connection.send(&units[index].request).is_err() {
                round.unsent.push(index);
                break;
            }
            if !count_answers {
                count(&now);
            }
            match connection.receive() {
                Ok(answer) => {
                    assert_eq!(answer.status, 204, "{answer:?}");
                    round.acknowledged.push((index, answer.header("x-request-id").to_owned()));
                    if count_answers {
                        count(&now);
                    }
                    if answer.is_last() {
                        break;
                    }
                }
                Err(error) => {
                    round.unanswered.push(index);
                    round.broken += usize::from(error.kind() == io::ErrorKind::InvalidData);
                    break;
                }
            }
        }
        let failed = !round.unsent.is_empty() || !round.unanswered.is_empty();
        assert!(!failed || ended.load(Ordering::SeqCst), "a request failed while the service was to run");
        round
    };
    let mut whole = Round::default();
    thread::scope(|scope| {
        let (now, moment_came) = mpsc::channel();
        let client = &client;
        let clients: Vec<_> = connections
            .into_iter()
            .map(|connection| {
                let now = now.clone();
                scope.spawn(move || client(connection, now))
            })
            .collect();
        drop(now);
        // Fails where all clients have ended before that.
        let came = moment_came.recv();
        for _ in 0..spins {
            spin_loop();
        }
        ended.store(true, Ordering::SeqCst);
        match end {
            End::Kill => server.kill(),
            End::Terminate => server.terminate(),
        }
        for client in clients {
            let round = client.join().unwrap();
            whole.acknowledged.extend(round.acknowledged);
            whole.unanswered.extend(round.unanswered);
            whole.unsent.extend(round.unsent);
            whole.broken += round.broken;
        }
        came.expect("there is enough to ask for until then");
    });
    model.sent(waiting.into_inner().unwrap(), &whole);
    whole
}

/// How many answers of each kind there are so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    done: AtomicUsize,
    failed: AtomicUsize,
}

impl Tally {
    /// Waits until so many more requests are acknowledged.
    pub(crate) fn until_done(&self, more: usize) {
        let count = || self.done.load(Ordering::SeqCst);
        wait_for(count() + more, "acknowledgements", count);
    }

    /// Waits until so many more requests have failed.
    pub(crate) fn until_failed(&self, more: usize) {
        let count = || self.failed.load(Ordering::SeqCst);
        wait_for(count() + more, "failures", count);
    }

    /// Waits until so many requests are answered since the clients began, whatever with.
    pub(crate) fn until_answered(&self, all: usize) {
        let count = || self.done.load(Ordering::SeqCst) + self.failed.load(Ordering::SeqCst);
        // A minute has to do for a hundred: how long they take all together is not what is asked here.
        for enough in (100..all).step_by(100).chain([all]) {
            wait_for(enough, "answers", count);
        }
    }
}

/// Waits until there are so many.
fn wait_for(enough: usize, what: &str, count: impl Fn() -> usize) {
    until(what, || (count() >= enough).then_some(()));
}

/// Sends what waits from all clients, to these services in turn, while something happens to what the services stand on.
/// They run all the time, so each request is answered: with 204, or with the documented failure, which leaves open
/// whether anything was done. Those are the ones `unanswered`.
pub(crate) fn load_while(servers: &[&Untagd], model: &mut Model, happens: impl FnOnce(&Tally)) -> Round {
    let waiting = Mutex::new(std::mem::take(&mut model.waiting));
    let (tally, ended) = (Tally::default(), AtomicBool::new(false));
    let units = &model.units;
    let client = |mut connection: Connection| {
        let mut round = Round::default();
        while !ended.load(Ordering::SeqCst) {
            let Some(index) = waiting.lock().unwrap().pop_front() else { break };
            let answer = connection.ask(&units[index].request);
            match answer.status {
                204 => {
                    round.acknowledged.push((index, answer.header("x-request-id").to_owned()));
                    tally.done.fetch_add(1, Ordering::SeqCst);
                }
                500 => {
                    let code = answer.json()["error_code"].clone();
                    assert!(
                        ["WKS.00211401", "SecMaster.00040011"].iter().any(|known| code == *known),
                        "{code}"
                    );
                    round.unanswered.push(index);
                    tally.failed.fetch_add(1, Ordering::SeqCst);
                }
                _ => panic!("{answer:?}"),
            }
        }
        round
    };
    let mut whole = Round::default();
    thread::scope(|scope| {
        let client = &client;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let connection = servers[number % servers.len()].connect();
                scope.spawn(move || client(connection))
            })
            .collect();
        // Also where it fails: the scope waits for the clients, and they would wait for an answer that may never come.
        let end = Ends(&ended);
        happens(&tally);
        drop(end);
        for client in clients {
            let round = client.join().unwrap();
            whole.acknowledged.extend(round.acknowledged);
            whole.unanswered.extend(round.unanswered);
        }
    });
    model.sent(waiting.into_inner().unwrap(), &whole);
    whole
}

/// Tells the clients that it is over.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Model {
    /// Nothing yet.
    pub(crate) fn new(seed: u64) -> Self {
        println!("seed {seed:#x}");
        Self {
            imported: BTreeMap::new(),
            units: Vec::new(),
            waiting: VecDeque::new(),
            random: Rng::with_seed(seed),
        }
    }

    /// Takes note of what was sent, and what still waits.
    fn sent(&mut self, waiting: VecDeque<usize>, round: &Round) {
        self.waiting = waiting;
        let answered = round.acknowledged.iter().map(|(unit, _)| unit);
        // Of a request that could not be sent, part may have been sent.
        for unit in answered.chain(&round.unanswered).chain(&round.unsent) {
            self.units[*unit].sent = true;
        }
    }

    /// Takes note of what was answered. How many of these answers were to requests that had been applied already.
    pub(crate) fn note(&mut self, acknowledged: &[(usize, String)]) -> usize {
        let mut repeated = 0;
        for (unit, request) in acknowledged {
            let state = &mut self.units[*unit].state;
            if *state == State::There {
                *state = State::Acknowledged(request.clone());
            } else {
                repeated += 1;
            }
        }
        repeated
    }

    /// Brings more resources into the database, by the program, while the service runs.
    pub(crate) fn import(&mut self, site: &Site) {
        let first = self.imported.len();
        let known = self.units.len();
        let resources = self.resources(first..first + RESOURCES, &site.token);
        site.import(&resources);
        self.waiting.extend(known..self.units.len());
        // Requests for one resource come at any time, and several of them at once.
        let mut waiting: Vec<_> = self.waiting.drain(..).collect();
        self.random.shuffle(&mut waiting);
        self.waiting = waiting.into();
    }

    /// Makes up resources and the requests that will remove their tags.
    fn resources(&mut self, numbers: Range<usize>, token: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        for number in numbers {
            let id = format!("desktop-{number}");
            let mut tags = BTreeMap::from([(KEPT.to_owned(), "me".to_owned())]);
            for unit in 0..5 {
                let single = unit < 2;
                let size = if single { 1 } else { 2 + self.random.usize(..9) };
                let mut body = Vec::new();
                let mut keys = Vec::new();
                for tag in 0..size {
                    let (key, value) = (format!("größe {unit}.{tag}"), format!("{number}/{unit}/{tag}"));
                    body.push(if self.random.bool() {
                        json!({ "key": key })
                    } else {
                        json!({ "key": key, "value": value })
                    });
                    keys.push(key.clone());
                    tags.insert(key, value);
                }
                let request = if single {
                    delete_desktop_tag(token, &id, &keys[0])
                } else {
                    batch_untag(token, "desktop", &id, &json!({ "tags": body }))
                };
                let resource = id.clone();
                self.units.push(Unit { resource, keys, request, sent: false, state: State::There });
            }
            lines.push(resource(&id, &json!(tags)));
            self.imported.insert(id, tags);
        }
        lines
    }

    /// Compares the database with what was put in, asked for and answered. How many units were found applied that
    /// nobody was told of and nobody knew yet.
    pub(crate) fn check(&mut self, found: &Contents, when: &str) -> usize {
        let mut there: BTreeMap<&str, &BTreeMap<String, String>> = BTreeMap::new();
        for (key, tags) in &found.resources {
            let imported = &self.imported[&key.resource_id];
            assert_eq!((key.project_id.as_str(), key.resource_type.as_str()), (PROJECT, "desktop"));
            for (tag, value) in &tags.tags {
                assert_eq!(imported.get(tag), Some(value), "{when}: {key:?} has what was never put in");
            }
            assert!(tags.sys_tags.is_empty());
            there.insert(&key.resource_id, &tags.tags);
        }
        assert_eq!(there.len(), self.imported.len(), "{when}: resources are missing");

        let mut trail: BTreeMap<(&str, &str), &AuditEntry> = BTreeMap::new();
        for entry in &found.trail {
            let of = (entry.resource.resource_id.as_str(), entry.key.as_str());
            assert_eq!(entry.resource.project_id, PROJECT);
            assert_eq!(entry.action, Action::Delete);
            assert_eq!(entry.caller, format!("{ACCOUNT}/ana"));
            assert!(!entry.system);
            assert_eq!(self.imported[of.0].get(of.1), Some(&entry.value), "{when}: {entry:?}");
            assert!(trail.insert(of, entry).is_none(), "{when}: two rows for one tag: {entry:?}");
        }

        let mut applied = 0;
        let mut removed = 0;
        for unit in &mut self.units {
            let tags = there[unit.resource.as_str()];
            let gone = unit.keys.iter().filter(|key| !tags.contains_key(*key)).count();
            assert!(gone == 0 || gone == unit.keys.len(), "{when}: half applied, {gone} gone of {unit:?}");
            let rows: Vec<_> = unit
                .keys
                .iter()
                .filter_map(|key| trail.get(&(unit.resource.as_str(), key.as_str())))
                .collect();
            assert_eq!(rows.len(), gone, "{when}: rows of the audit trail, for {unit:?}");
            if gone == 0 {
                assert_eq!(unit.state, State::There, "{when}: lost: {unit:?}");
                continue;
            }
            removed += gone;
            assert!(unit.sent, "{when}: nobody asked for {unit:?}");
            // One request removed it, and its rows are numbered in its order.
            let requests: BTreeSet<_> = rows.iter().map(|row| row.position.request_id.as_str()).collect();
            assert_eq!(requests.len(), 1, "{when}: {unit:?}");
            let ordinals: Vec<_> = rows.iter().map(|row| row.position.ordinal).collect();
            assert!(ordinals.iter().copied().zip(0..).all(|(row, place)| row == place), "{ordinals:?}");
            match &unit.state {
                State::There => {
                    applied += 1;
                    unit.state = State::Applied;
                }
                State::Applied => {}
                State::Acknowledged(request) => {
                    assert!(requests.contains(request.as_str()), "{when}: {requests:?} removed {unit:?}");
                }
            }
        }
        assert_eq!(removed, found.trail.len(), "{when}: rows for tags that are there");
        for (id, tags) in &there {
            assert!(tags.contains_key(KEPT), "{when}: {id}");
        }
        applied
    }
}
