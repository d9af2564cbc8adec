//! The load: connections that come and go, and requests that come by schedule whether or not those before were answered.
//!
//! Everything here runs on one thread, and shares its state without locks.

use super::garbage;
use super::ledger::{Fate, Ledger};
use super::traffic::{self, Ask, Verdict};
use super::wire::Answer;
use crate::{Outcome, clock};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task;
use tokio::time::timeout;

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most connections that are open at a time: several times what the service works on at a time. Requests beyond wait here.
pub(super) const CONNECTIONS: usize = 4096;
/// The most connections beside these that somebody without good credentials has open.
pub(super) const GUESSES: usize = 2048;
/// How many requests a connection lives for, at least and at most.
const LIFE: std::ops::Range<u32> = 20..400;
/// How many addresses callers have, and those whose credentials are refused. With one alone, this machine runs out of ports for
/// it: each is taken for a minute after its connection has ended.
pub(super) const CALLERS: u8 = 64;
const GUESSERS: u8 = 32;
/// How much waits here at most: whoever would wait behind that gives up, as callers do.
const BACKLOG: usize = 2_000;
/// How many faults are told in words.
const TOLD: usize = 10;

/// A request, and since when it is due.
#[derive(Debug)]
struct Job {
    ask: Ask,
    due: Instant,
}

/// What happened since somebody looked last.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Requests that were due.
    pub(super) due: u64,
    /// Deletions that were answered with 204: accepted work.
    pub(super) removed: u64,
    /// Requests that were answered as the contract documents, those included.
    pub(super) answered: u64,
    /// Requests that were answered with 503.
    pub(super) overloaded: u64,
    /// Requests that were never sent, for every connection was busy.
    pub(super) given_up: u64,
    /// Connections that were opened, for garbage too.
    pub(super) opened: u64,
    /// Connections with garbage, ended as they should.
    pub(super) garbage: u64,
    /// Seconds from when a deletion was due to its 204.
    pub(super) latencies: Vec<f32>,
}

/// How often what is due is sent.
const TICK: Duration = Duration::from_millis(1);

/// What must not happen: how often it did, and the first of them in words.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) count: u64,
    pub(super) told: Vec<String>,
}

impl Faults {
    pub(super) fn add(&mut self, what: String) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }
}

/// The load on one service.
pub(super) struct Drive {
    address: SocketAddr,
    pub(super) ledger: RefCell<Ledger>,
    pub(super) tally: RefCell<Tally>,
    pub(super) faults: RefCell<Faults>,
    /// Times that every tag that may go was asked for already.
    pub(super) dry: Cell<u64>,
    random: RefCell<fastrand::Rng>,
    /// Connections that wait for a request, the longest first.
    idle: RefCell<VecDeque<oneshot::Sender<Job>>>,
    backlog: RefCell<VecDeque<Job>>,
    open: Cell<usize>,
    /// Connections of those that carry a guess.
    guesses: Cell<usize>,
    closing: Cell<bool>,
    closed: Notify,
}

impl Drive {
    pub(super) fn new(address: SocketAddr, ledger: Ledger) -> Rc<Self> {
        Rc::new(Self {
            address,
            ledger: RefCell::new(ledger),
            tally: RefCell::default(),
            faults: RefCell::default(),
            dry: Cell::new(0),
            random: RefCell::new(fastrand::Rng::with_seed(2)),
            idle: RefCell::default(),
            backlog: RefCell::default(),
            open: Cell::new(0),
            guesses: Cell::new(0),
            closing: Cell::new(false),
            closed: Notify::new(),
        })
    }

    /// Asks on so many connections, each again as soon as it is answered. Requests answered in a second. `look` is called about
    /// every millisecond.
    pub(super) async fn closed_loop(
        self: &Rc<Self>,
        connections: usize,
        duration: Duration,
        mut look: impl FnMut() -> Outcome<()>,
    ) -> Outcome<f64> {
        self.tally.take();
        let start = clock::now();
        for _ in 0..connections {
            self.open(Rc::clone(self).connection(None, Some(start + duration)));
        }
        let mut tick = tokio::time::interval(TICK);
        while start.elapsed() < duration {
            tick.tick().await;
            look()?;
        }
        self.all_closed().await;
        let tally = self.tally.take();
        #[allow(clippy::cast_precision_loss, reason = "no count here reaches 2^53")]
        let answered = (tally.answered + tally.overloaded) as f64;
        Ok(answered / start.elapsed().as_secs_f64())
    }

    /// Asks so many times a second for so long, whatever is answered, and sends garbage besides. `look` is called about every
    /// millisecond.
    pub(super) async fn open_loop(
        self: &Rc<Self>,
        rate: f64,
        garbage: f64,
        duration: Duration,
        mut look: impl FnMut() -> Outcome<()>,
    ) -> Outcome<()> {
        self.tally.take();
        let start = clock::now();
        let mut schedule = [Schedule::new(rate), Schedule::new(garbage)];
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            let elapsed = start.elapsed();
            if elapsed >= duration {
                break;
            }
            let [requests, connections] = &mut schedule;
            for due in requests.due(elapsed) {
                let ask = self.next();
                self.tally.borrow_mut().due += 1;
                self.assign(Job { ask, due: start + due });
            }
            for _ in connections.due(elapsed) {
                self.open(Rc::clone(self).garbage());
            }
            look()?;
        }
        self.all_closed().await;
        Ok(())
    }

    /// Asks for so many deletions, one after the other on a new connection. Seconds that each took, the shortest first.
    pub(super) async fn one_by_one(self: &Rc<Self>, deletions: usize) -> Outcome<Vec<f64>> {
        let mut stream = connect(Ipv4Addr::LOCALHOST, self.address).await?;
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        let mut latencies = Vec::with_capacity(deletions);
        for _ in 0..deletions {
            let deed = self.ledger.borrow_mut().take().ok_or("there is nothing left to remove")?;
            let job = Job { ask: Ask::Remove(deed), due: clock::now() };
            let exchanged = timeout(PATIENCE, exchange(&mut stream, &job, &mut request, &mut answer)).await;
            match exchanged.map_err(|_| "no answer".to_owned()).flatten() {
                Ok(Exchanged { verdict: Verdict::Done, .. }) => {
                    self.ledger.borrow_mut().settle(deed, Fate::Gone);
                    latencies.push(job.due.elapsed().as_secs_f64());
                }
                Ok(Exchanged { verdict: Verdict::Overloaded, .. }) => {
                    return Err("503 to a single request when nobody else asks".into());
                }
                Err(why) => {
                    self.ledger.borrow_mut().settle(deed, Fate::Unknown);
                    return Err(why.into());
                }
            }
        }
        latencies.sort_by(f64::total_cmp);
        Ok(latencies)
    }

    /// Connections that are open, or about to be.
    pub(super) fn connections(&self) -> usize {
        self.open.get()
    }

    /// The next request; one that removes nothing where there is nothing left to remove.
    fn next(&self) -> Ask {
        let mut ledger = self.ledger.borrow_mut();
        traffic::next(&mut self.random.borrow_mut(), &mut ledger).unwrap_or_else(|| {
            self.dry.set(self.dry.get() + 1);
            Ask::AbsentTag(ledger.any())
        })
    }

    /// Gives a request to a connection that waits, or to a new one.
    fn assign(self: &Rc<Self>, job: Job) {
        if job.ask.is_a_guess() {
            return self.guess(job);
        }
        let mut job = job;
        loop {
            // Taken out first: the connection may come back before the borrow would end.
            let idle = self.idle.borrow_mut().pop_front();
            let Some(idle) = idle else { break };
            match idle.send(job) {
                Ok(()) => return,
                Err(returned) => job = returned,
            }
        }
        if self.open.get() - self.guesses.get() < CONNECTIONS {
            self.open(Rc::clone(self).connection(Some(job), None));
        } else if self.backlog.borrow().len() < BACKLOG {
            self.backlog.borrow_mut().push_back(job);
        } else {
            self.give_up(&job);
        }
    }

    /// Sends a guess on a connection of its own.
    fn guess(self: &Rc<Self>, job: Job) {
        if self.guesses.get() >= GUESSES {
            return self.give_up(&job);
        }
        self.guesses.set(self.guesses.get() + 1);
        let drive = Rc::clone(self);
        self.open(async move {
            drive.guessed(job).await;
            drive.guesses.set(drive.guesses.get() - 1);
        });
    }

    /// A request that will not be sent, as everything is busy.
    fn give_up(&self, job: &Job) {
        self.tally.borrow_mut().given_up += 1;
        self.give_back(job);
    }

    /// A request that was not sent: what it asks for may be asked for again.
    fn give_back(&self, job: &Job) {
        if let Ask::Remove(deed) = job.ask {
            self.ledger.borrow_mut().refused(deed);
        }
    }

    /// Sends no more, and waits until what was sent is answered and every connection is closed.
    async fn all_closed(&self) {
        self.closing.set(true);
        for job in self.backlog.take() {
            self.give_back(&job);
        }
        // Whoever waits for a request learns that there is none.
        self.idle.take();
        while self.open.get() > 0 {
            self.closed.notified().await;
        }
        self.closing.set(false);
    }

    /// Runs a connection, counted as long as it is there.
    fn open(self: &Rc<Self>, connection: impl Future<Output = ()> + 'static) {
        self.open.set(self.open.get() + 1);
        let drive = Rc::clone(self);
        task::spawn_local(async move {
            connection.await;
            drive.open.set(drive.open.get() - 1);
            drive.closed.notify_one();
        });
    }

    /// One connection: as long as it lives, or until nobody has a request for it.
    async fn connection(self: Rc<Self>, first: Option<Job>, until: Option<Instant>) {
        let mut first = first;
        loop {
            let fault = self.speak(&mut first, until).await.err();
            if let Some(fault) = fault {
                self.faults.borrow_mut().add(fault);
            }
            // In a closed loop another takes its place.
            if until.is_none_or(|until| clock::now() >= until) {
                break;
            }
        }
    }

    async fn speak(self: &Rc<Self>, first: &mut Option<Job>, until: Option<Instant>) -> Result<(), String> {
        self.tally.borrow_mut().opened += 1;
        let from = Ipv4Addr::new(127, 1, 0, self.random.borrow_mut().u8(1..=CALLERS));
        let mut stream = match timeout(PATIENCE, connect(from, self.address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(format!("no connection: {error}")),
            Err(_) => return Err("no connection in time".to_owned()),
        };
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        let life = self.random.borrow_mut().u32(LIFE);
        for _ in 0..life {
            let next = match (first.take(), until) {
                (Some(job), _) => Some(job),
                (None, Some(until)) => {
                    let now = clock::now();
                    (now < until).then(|| Job { ask: self.next(), due: now })
                }
                (None, None) => self.wait_for_one().await,
            };
            let Some(job) = next else { return Ok(()) };
            if job.ask.is_a_guess() {
                self.guess(job);
                continue;
            }
            let exchanged = timeout(PATIENCE, exchange(&mut stream, &job, &mut request, &mut answer)).await;
            match exchanged.map_err(|_| format!("no answer in {PATIENCE:?} to {:?}", job.ask)).flatten() {
                Ok(exchanged) => {
                    self.settle(&job, exchanged.verdict);
                    if exchanged.is_last {
                        return Ok(());
                    }
                }
                Err(why) => {
                    if let Ask::Remove(deed) = job.ask {
                        self.ledger.borrow_mut().settle(deed, Fate::Unknown);
                    }
                    return Err(why);
                }
            }
        }
        Ok(())
    }

    /// The next request in an open loop.
    async fn wait_for_one(&self) -> Option<Job> {
        let waiting = self.backlog.borrow_mut().pop_front();
        if waiting.is_some() || self.closing.get() {
            return waiting;
        }
        let (sender, receiver) = oneshot::channel();
        self.idle.borrow_mut().push_back(sender);
        receiver.await.ok()
    }

    /// Writes down what an answer means.
    fn settle(&self, job: &Job, verdict: Verdict) {
        let mut tally = self.tally.borrow_mut();
        match verdict {
            Verdict::Done => tally.answered += 1,
            Verdict::Overloaded => tally.overloaded += 1,
        }
        let Ask::Remove(deed) = job.ask else { return };
        let mut ledger = self.ledger.borrow_mut();
        match verdict {
            Verdict::Done => {
                tally.removed += 1;
                tally.latencies.push(job.due.elapsed().as_secs_f32());
                ledger.settle(deed, Fate::Gone);
            }
            Verdict::Overloaded => ledger.refused(deed),
        }
    }

    /// One request by somebody without good credentials, on a connection of its own.
    async fn guessed(&self, job: Job) {
        self.tally.borrow_mut().opened += 1;
        let from = Ipv4Addr::new(127, 2, 0, self.random.borrow_mut().u8(1..=GUESSERS));
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        let exchanged = timeout(PATIENCE, async {
            let mut stream =
                connect(from, self.address).await.map_err(|error| format!("no connection: {error}"))?;
            exchange(&mut stream, &job, &mut request, &mut answer).await
        });
        match exchanged.await.map_err(|_| format!("no answer in {PATIENCE:?} to {:?}", job.ask)).flatten() {
            Ok(exchanged) => self.settle(&job, exchanged.verdict),
            Err(why) => self.faults.borrow_mut().add(why),
        }
    }

    /// One connection with something on it that is no proper request.
    async fn garbage(self: Rc<Self>) {
        self.tally.borrow_mut().opened += 1;
        let ended = garbage::send(self.address, &self.random, &self.ledger).await;
        match ended {
            Ok(()) => self.tally.borrow_mut().garbage += 1,
            Err(why) => self.faults.borrow_mut().add(why),
        }
    }
}

/// What one request brought.
struct Exchanged {
    verdict: Verdict,
    is_last: bool,
}

/// A connection from one of this machine's own addresses: all of 127.0.0.0/8 are.
pub(super) async fn connect(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let stream = socket.connect(to).await?;
    // Requests are whole: waiting for more to send only delays them.
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn exchange(
    stream: &mut TcpStream,
    job: &Job,
    request: &mut Vec<u8>,
    answer: &mut Vec<u8>,
) -> Result<Exchanged, String> {
    request.clear();
    job.ask.write(request);
    let broke = |error: io::Error| format!("the connection broke: {error}, under {:?}", job.ask);
    stream.write_all(request).await.map_err(broke)?;
    answer.clear();
    loop {
        if stream.read_buf(answer).await.map_err(broke)? == 0 {
            return Err(format!("the connection was closed without an answer to {:?}", job.ask));
        }
        if let Some((read, length)) = Answer::read(answer)? {
            if length != answer.len() {
                return Err(format!("more than an answer to {:?}: {}", job.ask, read.shown()));
            }
            return Ok(Exchanged { verdict: job.ask.judge(&read)?, is_last: read.is_last() });
        }
    }
}

/// Arrivals at equal distances.
struct Schedule {
    rate: f64,
    arrived: u32,
}

impl Schedule {
    fn new(rate: f64) -> Self {
        Self { rate, arrived: 0 }
    }

    /// When those were due that have arrived by now and were not told of yet, counted from the beginning.
    fn due(&mut self, elapsed: Duration) -> impl Iterator<Item = Duration> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "no run has 2^32 arrivals"
        )]
        let by_now = (elapsed.as_secs_f64() * self.rate) as u32;
        let (before, rate) = (self.arrived, self.rate);
        self.arrived = by_now.max(before);
        (before..self.arrived).map(move |number| Duration::from_secs_f64(f64::from(number) / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use std::time::Duration;

    #[test]
    fn arrivals_follow_the_clock_and_none_is_lost() {
        let mut schedule = Schedule::new(1000.0);
        let first: Vec<Duration> = schedule.due(Duration::from_millis(3)).collect();
        assert_eq!(first, [0, 1, 2].map(Duration::from_millis));
        assert_eq!(schedule.due(Duration::from_millis(3)).count(), 0);
        assert_eq!(schedule.due(Duration::from_secs(1)).count(), 997);
    }
}
