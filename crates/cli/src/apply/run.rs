//! The run itself: requests under way, what their answers mean, and when to stop.

use super::entry::Entry;
use super::failures::Failures;
use super::feed::Window;
use super::fingerprint::Changed;
use super::limiter::{Limiter, Started, Turn};
use super::plan::Batch;
use super::progress::{Observer, Progress};
use super::stop::{Stop, asked};
use super::summary::{Ending, Summary};
use super::verdict::{Reason, Verdict};
use super::writer::JournalWriter;
use crate::output::harmless;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use untag_client::Client;

/// How often the journal is written and progress is shown.
const TICK: Duration = Duration::from_millis(100);

/// With fewer requests that wait, more are read.
const LOW: usize = 64;

/// After so many answers of 401 in a row, it stops.
const UNAUTHENTICATED: usize = 3;
/// After so many answers of 403 in a row, it stops, unless it is to go on whatever happens.
const DENIED: usize = 20;
/// How often a request may fail while others do well, or as the last one, before its lines count as failed.
const ATTEMPTS: u32 = 5;

/// What a run needs.
pub(super) struct Setup<'o> {
    pub(super) client: Client,
    pub(super) feed: mpsc::Receiver<io::Result<Window>>,
    pub(super) stop: watch::Receiver<Stop>,
    pub(super) observer: &'o mut dyn Observer,
    pub(super) limiter: Limiter,
    pub(super) journal: JournalWriter,
    /// Where the journal is, if there is one.
    pub(super) journal_path: Option<PathBuf>,
    pub(super) failures: Failures,
    /// How long the service may do nothing useful.
    pub(super) patience: Duration,
    /// Whether 403 after 403 is no reason to stop.
    pub(super) goes_on: bool,
    pub(super) lines: u64,
    pub(super) bad: u64,
    pub(super) before: u64,
}

/// A batch that waits for its turn or its answer.
#[derive(Clone, Debug)]
struct Job {
    batch: Batch,
    /// Whether it has failed.
    tried: bool,
    /// How often that says something about it.
    failed: u32,
    /// How many good answers there had been when it failed last.
    good: u64,
}

impl Job {
    fn new(batch: Batch) -> Self {
        Self { batch, tried: false, failed: 0, good: 0 }
    }
}

/// A request that has ended.
struct Landed {
    job: Job,
    started: Started,
    verdict: Verdict,
}

/// A request that was refused, for a reason that may be its own or that of all.
struct Held {
    job: Job,
    reason: Reason,
    /// 403, not 401.
    denied: bool,
    landed: Duration,
}

/// An entry whose requests have not all had their answers.
struct Pending {
    entry: Entry,
    /// Requests that are still to come.
    left: usize,
    /// Why it has failed, if it has.
    reason: Option<Reason>,
}

/// A run.
pub(super) struct Run<'o> {
    client: Client,
    feed: mpsc::Receiver<io::Result<Window>>,
    feed_ended: bool,
    stop: watch::Receiver<Stop>,
    observer: &'o mut dyn Observer,
    limiter: Limiter,
    journal: JournalWriter,
    failures: Failures,
    patience: Duration,
    goes_on: bool,
    start: Instant,
    /// Since when no answer has shown a service at work.
    trouble: Option<Instant>,
    good: u64,
    queue: VecDeque<Job>,
    flying: JoinSet<Landed>,
    pending: HashMap<u64, Pending>,
    /// Refused with 401 or 403: whether it is about them or about everybody, the next answers tell.
    held: Vec<Held>,
    /// What the last pause was for, while it lasts.
    told: bool,
    ending: Option<Ending>,
    summary: Summary,
}

impl<'o> Run<'o> {
    pub(super) fn new(setup: Setup<'o>) -> Self {
        Self {
            client: setup.client,
            feed: setup.feed,
            feed_ended: false,
            stop: setup.stop,
            observer: setup.observer,
            limiter: setup.limiter,
            journal: setup.journal,
            failures: setup.failures,
            patience: setup.patience,
            goes_on: setup.goes_on,
            start: Instant::now(),
            trouble: None,
            good: 0,
            queue: VecDeque::new(),
            flying: JoinSet::new(),
            pending: HashMap::new(),
            held: Vec::new(),
            told: false,
            ending: None,
            summary: Summary {
                ending: Ending::Complete,
                lines: setup.lines,
                bad: setup.bad,
                before: setup.before,
                done: 0,
                failed: 0,
                requests: 0,
                throttled: 0,
                elapsed: Duration::ZERO,
                journal: setup.journal_path,
                failures: None,
                all_refused: true,
            },
        }
    }

    /// Sends everything, or as much as it can.
    pub(super) async fn run(mut self) -> Summary {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut finish = self.stop.clone();
        let mut now = self.stop.clone();
        loop {
            let turn = self.send();
            if self.is_over() {
                break;
            }
            let going = self.ending.is_none();
            let may_read = going && !self.feed_ended && self.queue.len() < LOW;
            let wake = turn.filter(|_| going);
            tokio::select! {
                biased;
                () = asked(&mut now, Stop::Now) => {
                    self.end(Ending::Interrupted);
                    break;
                }
                () = asked(&mut finish, Stop::Finish), if going => {
                    self.observer.note("stopping: what is under way is finished; once more ends at once");
                    self.end(Ending::Interrupted);
                }
                // Before the answers, of which there may always be one.
                _ = tick.tick() => self.tick(),
                written = self.journal.written(), if self.journal.is_writing() => self.end_if_failed(written),
                Some(landed) = self.flying.join_next(), if !self.flying.is_empty() => match landed {
                    Ok(landed) => self.landed(landed),
                    Err(error) => self.end(Ending::Failed(format!("a request broke off: {error}"))),
                },
                window = self.feed.recv(), if may_read => self.fed(window),
                () = sleep_until(wake.unwrap_or(self.start)), if wake.is_some() => {}
            }
        }
        self.finish().await
    }

    fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Ends it where something on this machine has failed.
    fn end_if_failed(&mut self, outcome: Result<(), String>) {
        if let Err(problem) = outcome {
            self.end(Ending::Failed(problem));
        }
    }

    /// Starts what may start; when to look again, if only time is missing.
    fn send(&mut self) -> Option<Instant> {
        while self.ending.is_none() && !self.queue.is_empty() {
            let now = self.start.elapsed();
            match self.limiter.turn(now) {
                Turn::Now => {}
                Turn::At(later) => return Some(self.start + later),
                Turn::AfterAnother => return None,
            }
            let Some(job) = self.queue.pop_front() else { break };
            let started = self.limiter.start(now);
            let client = self.client.clone();
            self.summary.requests += 1;
            self.told = false;
            self.flying.spawn(async move {
                let Batch { resource, body, .. } = &job.batch;
                let answer =
                    client.batch_untag_resources(&resource.project, &resource.kind, &resource.id, body);
                let verdict = Verdict::of(answer.await);
                Landed { job, started, verdict }
            });
        }
        None
    }

    /// Whether nothing is left to do. What is held back is settled first.
    fn is_over(&mut self) -> bool {
        if !self.flying.is_empty() {
            return false;
        }
        if self.ending.is_some() {
            return true;
        }
        if !self.queue.is_empty() || !self.feed_ended {
            return false;
        }
        // No answer will tell any more what those that are held back mean.
        if let Some(held) = self.held.iter().find(|held| !held.denied) {
            let reason = said(&held.reason);
            self.end(Ending::Credentials(reason));
            return true;
        }
        self.release(Duration::MAX);
        self.queue.is_empty()
    }

    fn fed(&mut self, window: Option<io::Result<Window>>) {
        match window {
            Some(Ok(Window { entries, batches })) => {
                let mut left: HashMap<u64, usize> = HashMap::with_capacity(entries.len());
                for number in batches.iter().flat_map(Batch::entries) {
                    *left.entry(number).or_default() += 1;
                }
                self.pending.extend(entries.into_iter().map(|entry| {
                    let left = left.get(&entry.number).copied().unwrap_or_default();
                    (entry.number, Pending { entry, left, reason: None })
                }));
                self.queue.extend(batches.into_iter().map(Job::new));
            }
            Some(Err(error)) => {
                self.feed_ended = true;
                self.end(if Changed::is(&error) {
                    Ending::Changed
                } else {
                    Ending::Failed(format!("the input cannot be read: {error}"))
                });
            }
            None => self.feed_ended = true,
        }
    }

    fn landed(&mut self, landed: Landed) {
        let Landed { mut job, started, verdict } = landed;
        let now = Instant::now();
        let landed = now - self.start;
        self.limiter.end(landed, started, verdict.sign());
        match verdict {
            Verdict::Done => {
                self.works(started);
                self.settle(&job.batch, None);
            }
            Verdict::Refused { reason, shared } => {
                self.works(started);
                self.refused(&job, &reason, shared);
            }
            Verdict::Denied(reason) => {
                self.trouble = None;
                if self.goes_on {
                    self.refused(&job, &reason, true);
                } else {
                    self.hold(Held { job, reason, denied: true, landed });
                }
            }
            Verdict::Unauthenticated(reason) => {
                self.trouble = None;
                self.hold(Held { job, reason, denied: false, landed });
            }
            Verdict::TooMuch(reason, _) => {
                self.summary.throttled += 1;
                self.queue.push_front(job);
                self.wait(now, &reason);
            }
            Verdict::Failed(reason) => {
                // Where nothing else does well, it says nothing about this one; but where nothing else is left, there
                // is nothing to wait for.
                job.tried = true;
                if self.good > job.good || self.good > 0 && self.only_tried() {
                    job.failed += 1;
                }
                job.good = self.good;
                if job.failed >= ATTEMPTS {
                    self.summary.all_refused = false;
                    self.settle(&job.batch, Some(&reason));
                } else {
                    self.queue.push_back(job);
                }
                self.wait(now, &reason);
            }
        }
    }

    /// An answer about its own lines: the service works, and the credentials are good for something.
    fn works(&mut self, started: Started) {
        self.trouble = None;
        self.good += 1;
        self.release(started.at());
    }

    /// Lets go what was about its own lines, as an answer to a request from this moment shows. Credentials are still good
    /// only if the request started after they were refused.
    fn release(&mut self, started: Duration) {
        if self.held.is_empty() {
            return;
        }
        let held = std::mem::take(&mut self.held);
        let (own, held): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|held| held.denied || held.landed <= started);
        self.held = held;
        for Held { job, reason, denied, .. } in own {
            self.refused(&job, &reason, denied);
        }
    }

    /// Holds a refusal back, and stops where there are so many of a kind.
    fn hold(&mut self, held: Held) {
        let denied = held.denied;
        let reason = said(&held.reason);
        self.held.push(held);
        let alike = self.held.iter().filter(|held| held.denied == denied).count();
        if denied && alike >= DENIED {
            self.end(Ending::Refused(reason));
        } else if !denied && alike >= UNAUTHENTICATED {
            self.end(Ending::Credentials(reason));
        }
    }

    fn refused(&mut self, job: &Job, reason: &Reason, shared: bool) {
        // One tag may be the reason for all of them; each line is to have the answer that it deserves.
        match job.batch.apart().filter(|_| shared) {
            Some(apart) => {
                for batch in apart.into_iter().rev() {
                    self.queue.push_front(Job::new(batch));
                }
            }
            None => self.settle(&job.batch, Some(reason)),
        }
    }

    /// Whether nothing is left but requests that have failed.
    fn only_tried(&self) -> bool {
        self.feed_ended && self.queue.iter().all(|job| job.tried)
    }

    /// The service does not do its work for now. Gives up where that has lasted too long, or will.
    fn wait(&mut self, now: Instant, reason: &Reason) {
        let until = self.start + self.limiter.not_before();
        let trouble = *self.trouble.get_or_insert(now);
        if until.max(now) > trouble + self.patience {
            let asks = until.saturating_duration_since(now).as_secs();
            let asks = if asks > self.patience.as_secs() {
                format!("it asks to wait {asks} s: ")
            } else {
                String::new()
            };
            self.end(Ending::Unreachable(format!("{asks}{}", said(reason))));
        } else if until > now + Duration::from_secs(2) && !self.told {
            self.told = true;
            let seconds = (until - now).as_secs_f64();
            self.observer.note(&format!("all requests pause for {seconds:.0} s: {}", said(reason)));
        }
    }

    /// A batch has had its answer: what that means for each entry that has a tag in it.
    fn settle(&mut self, batch: &Batch, reason: Option<&Reason>) {
        for number in batch.entries() {
            let Some(pending) = self.pending.get_mut(&number) else { continue };
            pending.left = pending.left.saturating_sub(1);
            if let Some(reason) = reason {
                pending.reason.get_or_insert_with(|| reason.clone());
            }
            if pending.left > 0 {
                continue;
            }
            let Some(Pending { entry, reason, .. }) = self.pending.remove(&number) else { continue };
            match reason {
                None => {
                    self.summary.done += 1;
                    self.summary.all_refused = false;
                    self.journal.acknowledge(number);
                }
                Some(reason) => {
                    self.summary.failed += 1;
                    let added = self.failures.add(&entry, &reason);
                    self.end_if_failed(added.map_err(|error| unwritten(&error)));
                    if let Some(moved) = self.failures.moved() {
                        self.observer
                            .note(&format!("an earlier file of failures is now {}", moved.display()));
                    }
                }
            }
        }
    }

    /// What is done from time to time.
    fn tick(&mut self) {
        self.flush();
        self.journal.start();
        self.show();
    }

    fn flush(&mut self) {
        let flushed = self.failures.flush();
        self.end_if_failed(flushed.map_err(|error| unwritten(&error)));
    }

    fn show(&mut self) {
        let Summary { before, done, failed, lines, .. } = self.summary;
        self.observer.progress(Progress { lines: before + done + failed, total: lines, failed });
    }

    /// Writes down what there is to write down.
    async fn finish(mut self) -> Summary {
        self.flying.abort_all();
        let written = self.journal.finish().await;
        self.end_if_failed(written);
        self.flush();
        self.show();
        let ending = self.ending.take().unwrap_or(Ending::Complete);
        let failures = self.failures.path().map(PathBuf::from);
        Summary { ending, failures, elapsed: self.start.elapsed(), ..self.summary }
    }
}

fn unwritten(failures: &io::Error) -> String {
    format!("the file of failures cannot be written: {failures}")
}

/// A reason in a line, whatever the service has put into its message.
fn said(reason: &Reason) -> String {
    let message = harmless(reason.message.trim_end_matches('.')).replace(['\n', '\t'], " ");
    match reason.status {
        Some(status) => format!("{status} {message}"),
        None => message,
    }
}
