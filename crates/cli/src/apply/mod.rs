//! `untag apply`: a file of tags to remove, however long, in bounded memory and with a journal.
//!
//! A file is read twice. The first reading ([`Prepared::new`]) checks every line before anything is sent; the second one
//! ([`Prepared::run`]) sends what the journal does not have as done. In between, a caller knows what it is about to do,
//! and may ask. What has changed since the first reading is not sent: the run ends there.
//!
//! **Lines** are objects `{"project_id"?, "resource_type", "resource_id", "key", "value"?}` or, in place of `key` and
//! `value`, with `"tags": [{"key", "value"?}]`; or records of CSV with columns of those names, or of the names that
//! `--columns` maps ([`Columns`]). A column of values always means a value: an empty field is the empty value, never "any".
//! The member `error` may hold anything and is passed over, so that a file of failures can be applied as it is. Nothing
//! else is forgiven.
//!
//! **Requests.** The tags of one resource go together, up to the contract's ten, as far as they stand within ten thousand
//! tags of each other. The very same tag twice is sent once; a key with a value and without one are two tags. If a request
//! for several lines is refused with 400 or 403, each line is sent by itself, so that each has the answer it deserves.
//! [`Client`]s made for this should not retry by themselves (`RetryPolicy::never`): requests that can be sent again are,
//! after a pause of them all.
//!
//! **The journal** has the lines that were answered with success. Failed lines are not in it: the same command tries them
//! again. It belongs to the content of the file, the endpoint, the project of lines without one, and how the file is read.
//! A request that was answered but not yet noted is sent again after a crash, and changes nothing.
//!
//! **It stops early**, leaving lines for the next run instead of failing them one by one, after three answers of 401 in a
//! row (credentials), after twenty answers of 403 in a row unless bad lines are to be left out as well (`--on-error
//! continue`), and when for a minute no answer has shown a service at work: no connection, 429, 5xx; or when `Retry-After`
//! asks for more. A request that fails five times while others do well, or when no other is left, counts as failed.

mod arguments;
mod check;
mod csv;
mod entry;
mod failures;
mod feed;
mod fingerprint;
mod input;
mod journal;
mod known;
mod limiter;
mod plan;
mod progress;
mod ranges;
mod run;
mod source;
mod stop;
mod summary;
mod verdict;
mod writer;

pub use arguments::Arguments;
pub use csv::{Columns, InvalidColumns};
pub use entry::{Entry, Resource};
pub use input::{BadLine, Format, Item, Reader, Reading};
pub use limiter::{InvalidRate, Rate};
pub use progress::{Console, Observer, Progress};
pub use stop::{Stop, signals};
pub use summary::{Ending, Summary};

use crate::call::Call;
use crate::output::count;
use crate::problem::Problem;
use crate::session::{Wire, operation};
use check::{Checked, Event, TOLD};
use clap::ValueEnum;
use failures::Failures;
use journal::{Identity, Journal};
use limiter::Limiter;
use ranges::Ranges;
use run::{Run, Setup};
use source::{Source, is_same};
use std::io::ErrorKind;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use stop::asked;
use tokio::sync::{mpsc, oneshot, watch};
use untag_client::Client;
use untag_client::types::ResourceProjectId;
use writer::JournalWriter;

/// Where lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input, to its end.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// What to do about bad lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Report them all and send nothing
    #[default]
    Stop,
    /// Report them, leave them out, and do not stop for refusals (403) either
    Continue,
}

/// Where the journal is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum JournalPath {
    /// Beside the file; nowhere for what is no file.
    #[default]
    Beside,
    /// Here.
    At(PathBuf),
    /// Nowhere.
    Nowhere,
}

/// How long the service may do nothing useful before a run gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What to do, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where lines come from.
    pub input: Input,
    /// Their form. Default: by the ending of the file's name, else by the first byte.
    pub format: Option<Format>,
    /// The columns of CSV. Default: the members' names.
    pub columns: Option<Columns>,
    /// What to do about bad lines.
    pub on_error: OnError,
    /// How many requests may be under way.
    pub concurrency: NonZeroU16,
    /// How many requests may start each second. Default: any number.
    pub rate: Option<Rate>,
    /// Where the journal is.
    pub journal: JournalPath,
    /// Where failures are written. Default: beside the file, or `untag-failed.ndjson` in the current folder.
    pub failures: Option<PathBuf>,
    /// How long the service may do nothing useful.
    pub patience: Duration,
}

impl Options {
    /// The defaults for an input.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self {
            input,
            format: None,
            columns: None,
            on_error: OnError::default(),
            concurrency: const { NonZeroU16::new(16).unwrap() },
            rate: None,
            journal: JournalPath::default(),
            failures: None,
            patience: PATIENCE,
        }
    }
}

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Target {
    /// A client that knows the servers and sends nothing.
    pub unarmed: Wire,
    /// The project of lines without one.
    pub project: Option<ResourceProjectId>,
}

/// A file that has been checked.
#[derive(Debug)]
pub struct Prepared {
    options: Options,
    target: Target,
    source: Source,
    reading: Reading,
    checked: Checked,
    identity: Identity,
    journal: Option<PathBuf>,
    failures: PathBuf,
    /// Done according to the journal, when it was looked at.
    before: u64,
}

impl Prepared {
    /// Reads and checks the input; `None` where the stop comes first. Bad lines are told to the observer.
    ///
    /// # Errors
    /// The input cannot be read, has bad lines that are not to be left out, or its journal is that of something else.
    pub async fn new(
        options: Options,
        target: Target,
        observer: &mut dyn Observer,
        stop: &watch::Receiver<Stop>,
    ) -> Result<Option<Self>, Problem> {
        let (journal, failures) = places(&options)?;
        let (sender, mut events) = mpsc::channel(64);
        let (answer, answered) = oneshot::channel();
        let (input, format, columns) = (options.input.clone(), options.format, options.columns.clone());
        let (project, stopped) = (target.project.clone(), stop.clone());
        // A thread that is not waited for: reading from a terminal or a pipe may never end.
        thread::Builder::new()
            .name("check".to_owned())
            .spawn(move || {
                let outcome = first_reading(&input, format, columns, project, &sender, &stopped);
                let _ = answer.send(outcome);
            })
            .map_err(|error| Problem::failed(format!("no threads: {error}")))?;
        let mut stop = stop.clone();
        loop {
            tokio::select! {
                biased;
                () = asked(&mut stop, Stop::Finish) => return Ok(None),
                event = events.recv() => match event {
                    Some(Event::Bad(bad)) => observer.note(&bad.to_string()),
                    Some(Event::Lines(lines)) => {
                        observer.progress(Progress { lines, total: 0, failed: 0 });
                    }
                    None => break,
                },
            }
        }
        let outcome = answered.await.map_err(|_| Problem::failed("the input's reader died"))?;
        let Some((source, reading, checked)) = outcome? else { return Ok(None) };
        if checked.bad > TOLD {
            observer.note(&format!("and {}", count(checked.bad - TOLD, "more bad line")));
        }
        if checked.bad > 0 && options.on_error == OnError::Stop {
            let (lines, them) = if checked.bad == 1 { ("line is", "it") } else { ("lines are", "them") };
            return Err(Problem::usage(format!(
                "{} {lines} bad, and nothing was sent; mend {them}, or leave {them} out with --on-error continue",
                checked.bad
            )));
        }
        let journal = match options.journal {
            JournalPath::Beside if !source.has_place => None,
            _ => journal,
        };
        let identity = Identity {
            sha256: checked.print.sha256(),
            bytes: checked.print.bytes(),
            endpoint: target.unarmed.base_url(operation("batchUntagResources")?).to_owned(),
            project: reading.project.as_ref().map(|project| project.as_str().to_owned()),
            format: reading.format.name().to_owned(),
            columns: reading.columns.as_ref().map(Columns::to_string),
        };
        let mut done = match &journal {
            Some(path) => Journal::peek(path, &identity)?,
            None => Ranges::default(),
        };
        let before = done.count();
        Ok(Some(Self { options, target, source, reading, checked, identity, journal, failures, before }))
    }

    /// How many good lines there are.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.checked.entries
    }

    /// How many tags they name, repeated ones included.
    #[must_use]
    pub fn tags(&self) -> u64 {
        self.checked.tags
    }

    /// How many lines are done already, according to the journal.
    #[must_use]
    pub fn before(&self) -> u64 {
        self.before
    }

    /// Where requests go: the address of the server.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.identity.endpoint
    }

    /// Shows every request that a run would send, and sends nothing. The journal is looked at and left as it is.
    ///
    /// # Errors
    /// The input cannot be read any more, or the observer cannot write.
    pub async fn preview(
        self,
        observer: &mut dyn Observer,
        stop: &watch::Receiver<Stop>,
    ) -> Result<(), Problem> {
        let done = match &self.journal {
            Some(path) => Journal::peek(path, &self.identity)?,
            None => Ranges::default(),
        };
        let mut feed = feed::start(self.source, self.reading, self.checked, done.into_cursor())
            .map_err(|error| Problem::failed(format!("no threads: {error}")))?;
        let mut stop = stop.clone();
        loop {
            let window = tokio::select! {
                biased;
                () = asked(&mut stop, Stop::Finish) => break,
                window = feed.recv() => window,
            };
            let Some(window) = window else { break };
            let window = window.map_err(|error| {
                Problem::failed(format!("the input cannot be read: {error}; nothing was sent"))
            })?;
            let lines: std::collections::HashMap<u64, u64> =
                window.entries.iter().map(|entry| (entry.number, entry.line)).collect();
            for batch in &window.batches {
                let resource = &batch.resource;
                let call = Call::Resource {
                    project: resource.project.clone(),
                    kind: resource.kind.clone(),
                    id: resource.id.clone(),
                    body: batch.body.clone(),
                };
                let mut of: Vec<u64> =
                    batch.entries().filter_map(|number| lines.get(&number).copied()).collect();
                of.sort_unstable();
                of.dedup();
                if !written(observer.request(&call.preview(&self.target.unarmed).await?, &of))? {
                    return Ok(());
                }
            }
        }
        written(observer.flush()).map(drop)
    }

    /// Sends what is not done yet.
    ///
    /// # Errors
    /// The journal cannot be had. What happens later is in the summary.
    pub async fn run(
        self,
        client: Client,
        observer: &mut dyn Observer,
        stop: &watch::Receiver<Stop>,
    ) -> Result<Summary, Problem> {
        let (journal, mut done) = match &self.journal {
            Some(path) => {
                let (journal, done) = Journal::open(path, &self.identity)?;
                (Some(journal), done)
            }
            None => (None, Ranges::default()),
        };
        let before = done.count();
        if before > 0 && before < self.checked.entries {
            observer.note(&format!("{before} of {} lines are done already", self.checked.entries));
        }
        let (lines, bad) = (self.checked.entries, self.checked.bad);
        let feed = feed::start(self.source, self.reading, self.checked, done.into_cursor())
            .map_err(|error| Problem::failed(format!("no threads: {error}")))?;
        let options = self.options;
        let run = Run::new(Setup {
            client,
            feed,
            stop: stop.clone(),
            observer,
            limiter: Limiter::new(options.concurrency.get().into(), options.rate),
            journal: JournalWriter::new(journal),
            journal_path: self.journal,
            failures: Failures::new(self.failures),
            patience: options.patience,
            goes_on: options.on_error == OnError::Continue,
            lines,
            bad,
            before,
        });
        Ok(run.run().await)
    }
}

/// What the first reading finds; `None` where the stop comes before its end.
type FirstReading = Result<Option<(Source, Reading, Checked)>, Problem>;

fn first_reading(
    input: &Input,
    format: Option<Format>,
    columns: Option<Columns>,
    project: Option<ResourceProjectId>,
    events: &mpsc::Sender<Event>,
    stop: &watch::Receiver<Stop>,
) -> FirstReading {
    let name = match input {
        Input::Stdin => Path::new("stdin"),
        Input::File(path) => path,
    };
    let Some(mut source) = Source::open(input, stop)? else { return Ok(None) };
    let format = match format.or_else(|| Format::of_name(name)) {
        Some(format) => format,
        None => Format::of_start(&source.start().map_err(|error| Problem::file(name, &error))?),
    };
    if columns.is_some() && format == Format::Ndjson {
        return Err(Problem::usage(format!(
            "{} is read as NDJSON, which has no columns; leave --columns out, or pass --format csv",
            name.display()
        )));
    }
    let reading = Reading { format, columns, project };
    let checked = check::check(&mut source, reading.clone(), events, stop)
        .map_err(|error| Problem::file(name, &error))?;
    Ok(checked.map(|checked| (source, reading, checked)))
}

/// Where the journal and the file of failures are, neither of which may be the input, or the other.
fn places(options: &Options) -> Result<(Option<PathBuf>, PathBuf), Problem> {
    let input = match &options.input {
        Input::Stdin => None,
        Input::File(path) => Some(path.as_path()),
    };
    let journal = match &options.journal {
        JournalPath::Beside => input.map(journal::beside),
        JournalPath::At(path) => Some(path.clone()),
        JournalPath::Nowhere => None,
    };
    let failures = options
        .failures
        .clone()
        .unwrap_or_else(|| input.map_or_else(|| PathBuf::from("untag-failed.ndjson"), failures::beside));
    let named = [("--journal", journal.as_deref()), ("--failures", Some(failures.as_path()))];
    for (flag, path) in named {
        if let (Some(path), Some(input)) = (path, input)
            && is_same(path, input)
        {
            return Err(Problem::usage(format!("{flag} names the input itself; name another file")));
        }
    }
    if journal.as_deref().is_some_and(|journal| is_same(journal, &failures)) {
        return Err(Problem::usage("--journal and --failures name one file; name two"));
    }
    // Better now than when the first line has failed.
    if let Some(folder) = options.failures.as_deref().and_then(Path::parent)
        && !folder.as_os_str().is_empty()
        && !folder.is_dir()
    {
        return Err(Problem::usage(format!(
            "--failures is in {}, which is no folder; nothing was sent",
            folder.display()
        )));
    }
    Ok((journal, failures))
}

/// Whether somebody still reads what is written. A reader that has gone away is no failure: it has what it wanted.
fn written(result: std::io::Result<()>) -> Result<bool, Problem> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Problem::failed(format!("stdout cannot be written: {error}"))),
    }
}
