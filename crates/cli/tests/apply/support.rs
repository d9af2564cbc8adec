//! What the tests share: files, runs in this process, and what is seen of them.

use crate::service::{Row, TOKEN};
use crate::until::DEADLINE;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use untag_cli::apply::{Input, Observer, Options, Prepared, Progress, Stop, Summary, Target};
use untag_cli::call::Preview;
use untag_cli::problem::Problem;
use untag_cli::session::{Server, Sourced};
use untag_client::credentials::Surroundings;
use untag_client::types::ResourceProjectId;
use untag_client::{Client, ClientBuilder, RetryPolicy};

/// The project of every test.
pub(crate) const PROJECT: &str = "0123456789abcdef0123456789abcdef";

/// Waits until it is so, while what is under way in this process goes on.
pub(crate) async fn until(what: &str, mut look: impl FnMut() -> bool) {
    let waiting = async {
        while !look() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

/// A folder on the disk that the build is on.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Notes and requests, as they come.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) notes: Vec<String>,
    pub(crate) requests: Vec<(Preview, Vec<u64>)>,
    pub(crate) progress: Progress,
}

impl Observer for Seen {
    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    fn progress(&mut self, progress: Progress) {
        self.progress = progress;
    }

    fn request(&mut self, request: &Preview, lines: &[u64]) -> io::Result<()> {
        self.requests.push((request.clone(), lines.to_vec()));
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file to apply, in a folder of its own.
pub(crate) struct File {
    folder: TempDir,
    pub(crate) path: PathBuf,
}

impl File {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let folder = folder();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        Self { folder, path }
    }

    pub(crate) fn lines(lines: &[Value]) -> Self {
        let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
        Self::new("tags.ndjson", &lines.concat())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(Input::File(self.path.clone()))
    }

    pub(crate) fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.beside(".untag-journal")
    }

    pub(crate) fn failures(&self) -> PathBuf {
        self.beside(".untag-failed.ndjson")
    }
}

/// A line for a disk.
pub(crate) fn line(id: &str, key: &str, value: Option<&str>) -> Value {
    let mut line = json!({ "resource_type": "disk", "resource_id": id, "key": key });
    if let Some(value) = value {
        line["value"] = json!(value);
    }
    line
}

/// So many disks with a tag to keep and three to go, and a line for each that goes: the lines of a disk stand together.
pub(crate) fn disks(count: usize) -> (Vec<Row>, Vec<Value>) {
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let rows = (0..count).map(|number| {
        let tags = vec![tag("keep", "me"), tag("a", "1"), tag("b", "2"), tag("c", "")];
        ("disk".to_owned(), format!("{number:07}"), tags)
    });
    let lines = (0..count).flat_map(|number| {
        let id = format!("{number:07}");
        [line(&id, "a", None), line(&id, "b", Some("2")), line(&id, "c", Some(""))]
    });
    (rows.collect(), lines.collect())
}

pub(crate) fn project() -> ResourceProjectId {
    PROJECT.parse().unwrap()
}

pub(crate) fn client(endpoint: &str, token: &str) -> Client {
    ClientBuilder::new(endpoint).token(token.parse().unwrap()).retry(RetryPolicy::never()).build().unwrap()
}

pub(crate) fn target(endpoint: &str) -> Target {
    let server = Server::Endpoint(Sourced { value: endpoint.to_owned(), source: "the test".to_owned() });
    let unarmed = server.unarmed(&Surroundings::with_variables([("", ""); 0])).unwrap();
    Target { unarmed, project: Some(project()) }
}

/// Runs to the end.
pub(crate) async fn apply(options: Options, endpoint: &str) -> Result<(Summary, Seen), Problem> {
    let (_sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let summary = apply_until(options, endpoint, TOKEN, &mut seen, &stop).await?;
    assert_eq!(seen.progress.lines, summary.before + summary.done + summary.failed);
    Ok((summary, seen))
}

pub(crate) async fn apply_until(
    options: Options,
    endpoint: &str,
    token: &str,
    seen: &mut Seen,
    stop: &watch::Receiver<Stop>,
) -> Result<Summary, Problem> {
    let prepared = Prepared::new(options, target(endpoint), seen, stop).await?;
    prepared.expect("nobody stops it so early").run(client(endpoint, token), seen, stop).await
}

/// What would be sent.
pub(crate) async fn preview(options: Options, endpoint: &str) -> Result<Seen, Problem> {
    let (_sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let prepared = Prepared::new(options, target(endpoint), &mut seen, &stop).await?;
    prepared.unwrap().preview(&mut seen, &stop).await?;
    Ok(seen)
}
