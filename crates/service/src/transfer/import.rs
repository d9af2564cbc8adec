//! The import: an idempotent upsert of lines, in bounded memory.
//!
//! A thread of its own reads, parses and checks lines while the store writes the batch before. At any time there are
//! at most three batches: the one that grows, the one that waits, and the one that is written.

use super::resource::{Fault, TagRules, decode};
use super::{Observer, Progress};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::future::Future;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::pin::pin;
use std::thread;
use tokio::sync::mpsc;
use untag_lines::{Line, Lines, MAX_LINE};
use untag_store::{ResourceKey, Store, StoreError, Tags};

/// The most resources of one transaction. Deletions of a running service wait for that long.
const BATCH_RESOURCES: usize = 1000;

/// The most bytes of lines of one transaction; one line may exceed it.
const BATCH_BYTES: u64 = 1024 * 1024;

/// How much is read at once.
const READ_BYTES: usize = 256 * 1024;

/// What to do about a bad line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// End the import. Nothing of the batch that the line is in is written, and nothing after it.
    #[default]
    Stop,
    /// Leave the line out and go on.
    Continue,
}

/// How to import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What to do about a bad line.
    pub on_error: OnError,
    /// Which tags are good.
    pub tags: TagRules,
}

/// A line that cannot be imported.
///
/// `Display` is for people: `line 7, column 20: the line is not valid JSON: …`. It repeats no tag value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number; 1 is the first.
    pub line: u64,
    /// The character at which reading ended, 1 being the first, where that says something.
    pub column: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// How an import ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportEnding {
    /// At the end of the input.
    Complete,
    /// At the bad line of this number, as [`OnError::Stop`] asks.
    BadLine(u64),
    /// Because it was told to stop, or the input or the store failed.
    #[default]
    Interrupted,
}

/// What an import did.
///
/// `Display` is a summary for people, and says how to go on.
///
/// A resource is counted once for each batch that it is in. Of a complete import,
/// `lines = blank + bad + repeated + created + changed + unchanged`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How it ended.
    pub ending: ImportEnding,
    /// Every line up to this one is in the store, but for bad ones. 1 is the first, and 0 means none. Later lines are
    /// not in the store.
    pub lines: u64,
    /// Lines among them with nothing on them.
    pub blank: u64,
    /// Lines that were added to a line before, which is about the same resource and in the same batch.
    pub repeated: u64,
    /// Bad lines that were met and reported.
    pub bad: u64,
    /// Resources that were not there before.
    pub created: u64,
    /// Resources that were, without some of the tags or with other values.
    pub changed: u64,
    /// Resources that had all of it already.
    pub unchanged: u64,
}

impl ImportReport {
    /// Whether all of the input is in the store now.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.ending == ImportEnding::Complete && self.bad == 0
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, changed, unchanged, bad, lines, .. } = self;
        writeln!(f, "resources: {created} created, {changed} changed, {unchanged} unchanged")?;
        writeln!(f, "bad lines: {bad}")?;
        let through = match lines {
            0 => "nothing is imported".to_owned(),
            1 => "line 1 is imported, and nothing after it".to_owned(),
            _ => format!("lines 1 to {lines} are imported, and nothing after them"),
        };
        match self.ending {
            ImportEnding::Complete => write!(f, "complete: {lines} lines")?,
            ImportEnding::BadLine(line) => write!(f, "stopped at line {line}: {through}; {AGAIN}")?,
            ImportEnding::Interrupted => write!(f, "interrupted: {through}; {AGAIN}")?,
        }
        match self.ending {
            ImportEnding::Complete | ImportEnding::Interrupted if *bad > 0 => {
                f.write_str("; bad lines are left out")
            }
            _ => Ok(()),
        }
    }
}

/// How to go on after an import that is not complete.
const AGAIN: &str = "the same import may be run again as a whole";

/// An import that failed on the way.
///
/// `Display` says why, in one line, for the operator; [`report`](Self::report) says how far it got.
#[derive(Debug)]
pub struct ImportError {
    /// Why.
    pub failure: ImportFailure,
    /// How far it got. Where the connection to the store broke, the next batch may be in the store as well.
    pub report: ImportReport,
}

/// Why an import failed.
#[derive(Debug)]
pub enum ImportFailure {
    /// The input could not be read.
    Input(io::Error),
    /// The store did not take a batch.
    Store(StoreError),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            ImportFailure::Input(error) => write!(f, "the input cannot be read: {error}"),
            ImportFailure::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.failure {
            ImportFailure::Input(error) => Some(error),
            ImportFailure::Store(error) => Some(error),
        }
    }
}

/// Imports every line of the input, until `stop` is ready.
///
/// `stop` is asked between batches: a batch that is being written is finished first. The input is read by a thread
/// that is not waited for, so that an input without an end, such as a terminal, does not delay the answer.
///
/// # Errors
/// The input cannot be read, or the store does not take a batch. What was written before stays.
pub async fn import<R, O>(
    input: R,
    store: &dyn Store,
    options: ImportOptions,
    observer: &mut O,
    stop: impl Future<Output = ()>,
) -> Result<ImportReport, ImportError>
where
    R: Read + Send + 'static,
    O: Observer + ?Sized,
{
    let mut stop = pin!(stop);
    let mut report = ImportReport::default();
    let fail = |failure, report| Err(ImportError { failure, report });

    let (sender, mut events) = mpsc::channel(1);
    let reader = Reader::new(input, options, sender);
    if let Err(error) = thread::Builder::new().name("import".to_owned()).spawn(move || reader.run()) {
        return fail(ImportFailure::Input(error), report);
    }
    loop {
        let event = tokio::select! {
            biased;
            () = &mut stop => return Ok(report),
            event = events.recv() => event,
        };
        match event {
            Some(Event::Bad(bad)) => {
                report.bad += 1;
                observer.bad_line(&bad);
            }
            Some(Event::Batch(batch)) => {
                if !batch.resources.is_empty() {
                    match store.upsert(batch.resources.into_iter().collect()).await {
                        Ok(upserted) => {
                            report.created += upserted.created;
                            report.changed += upserted.changed;
                            report.unchanged += upserted.unchanged;
                        }
                        Err(error) => return fail(ImportFailure::Store(error), report),
                    }
                }
                report.lines = batch.lines;
                report.blank += batch.blank;
                report.repeated += batch.repeated;
                observer.progress(Progress { lines: batch.lines, bytes: batch.bytes });
            }
            Some(Event::End(ending)) => {
                report.ending = ending;
                return Ok(report);
            }
            Some(Event::Failed(error)) => return fail(ImportFailure::Input(error), report),
            // The reader says how it ended, unless it died.
            None => return fail(ImportFailure::Input(io::Error::other("its reader died")), report),
        }
    }
}

/// What the reader tells the writer.
enum Event {
    Bad(BadLine),
    Batch(Batch),
    End(ImportEnding),
    Failed(io::Error),
}

/// Lines that go into one transaction.
#[derive(Default)]
struct Batch {
    /// Each resource once, and in the order of their keys: two imports lock them in the same order.
    resources: BTreeMap<ResourceKey, Tags>,
    /// The number of the last line.
    lines: u64,
    /// Bytes of the input up to there.
    bytes: u64,
    blank: u64,
    repeated: u64,
}

impl Batch {
    /// Adds a line. Of a tag that is there twice, the later value stays, as it would from two batches.
    fn add(&mut self, key: ResourceKey, tags: Tags) {
        match self.resources.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(tags);
            }
            Entry::Occupied(mut entry) => {
                let merged = entry.get_mut();
                merged.tags.extend(tags.tags);
                merged.sys_tags.extend(tags.sys_tags);
                self.repeated += 1;
            }
        }
    }
}

/// Turns bytes into events, on a thread of its own.
struct Reader<R> {
    lines: Lines<BufReader<R>>,
    options: ImportOptions,
    events: mpsc::Sender<Event>,
    batch: Batch,
    /// Bytes of the input before the batch.
    start: u64,
}

impl<R: Read> Reader<R> {
    fn new(input: R, options: ImportOptions, events: mpsc::Sender<Event>) -> Self {
        let lines = Lines::new(BufReader::with_capacity(READ_BYTES, input));
        Self { lines, options, events, batch: Batch::default(), start: 0 }
    }

    fn run(mut self) {
        while self.line().is_continue() {}
    }

    /// Takes one line. Breaks at the end, and when nobody listens any more.
    fn line(&mut self) -> ControlFlow<()> {
        let fault = match self.lines.next_line() {
            Ok(Some(Line::Whole(line))) if line.trim_ascii().is_empty() => {
                self.batch.blank += 1;
                None
            }
            Ok(Some(Line::Whole(line))) => match decode(line, self.options.tags) {
                Ok((key, tags)) => {
                    self.batch.add(key, tags);
                    None
                }
                Err(fault) => Some(fault),
            },
            Ok(Some(Line::TooLong)) => {
                Some(Fault { column: None, reason: format!("the line is longer than {MAX_LINE} bytes") })
            }
            Ok(None) => {
                if self.lines.bytes() > self.start {
                    self.flush()?;
                }
                self.send(Event::End(ImportEnding::Complete))?;
                return ControlFlow::Break(());
            }
            Err(error) => {
                self.send(Event::Failed(error))?;
                return ControlFlow::Break(());
            }
        };
        if let Some(Fault { column, reason }) = fault {
            let line = self.lines.number();
            self.send(Event::Bad(BadLine { line, column, reason }))?;
            if self.options.on_error == OnError::Stop {
                self.send(Event::End(ImportEnding::BadLine(line)))?;
                return ControlFlow::Break(());
            }
        }
        let full =
            self.batch.resources.len() >= BATCH_RESOURCES || self.lines.bytes() - self.start >= BATCH_BYTES;
        if full { self.flush() } else { ControlFlow::Continue(()) }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let mut batch = std::mem::take(&mut self.batch);
        (batch.lines, batch.bytes) = (self.lines.number(), self.lines.bytes());
        self.start = batch.bytes;
        self.send(Event::Batch(batch))
    }

    fn send(&self, event: Event) -> ControlFlow<()> {
        match self.events.blocking_send(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
