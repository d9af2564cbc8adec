//! `untagd dev`, started as the pages say, but on free ports and with a database that can be looked into.

use super::contract::root;
use super::markdown::is_as_shown;
use super::shell::{Running, stdout};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// The resource of the examples.
pub const RESOURCE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// What `untagd dev` listens on unless it is told otherwise: the contract, health and metrics.
const ADDRESSES: [&str; 2] = ["127.0.0.1:8080", "127.0.0.1:8081"];

/// A running `untagd dev`; it ends with this value.
pub struct Dev {
    _running: Running,
    /// Its own folder, with the database.
    pub folder: TempDir,
    store: String,
    /// All that it printed.
    pub printed: String,
    /// Its ready file: addresses and credentials.
    pub ready: Value,
    addresses: [String; 2],
}

impl Dev {
    /// Starts it with this command, in a terminal in which this was typed before.
    pub fn start(before: &str, command: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = format!("sqlite:{}", folder.path().join("dev.db").display());
        let ready = folder.path().join("ready.json");
        let free =
            format!("--listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --ready-file {}", ready.display());
        let script = format!("{before}\nexec {command} {free} --store {store}");
        let mut running = Running::start(&script, &root(), folder.path());
        let first = running.line();
        let addresses: Vec<String> = first
            .split_whitespace()
            .filter_map(|word| word.strip_prefix("http://"))
            .map(|word| word.trim_end_matches([',', ';']).to_owned())
            .collect();
        let mut printed = first;
        while !printed.contains("\nexport ") {
            printed = format!("{printed}\n{}", running.line());
        }
        let addresses = addresses.try_into().expect("two addresses");
        let ready = until_written(&ready);
        Self { _running: running, folder, store, printed, ready, addresses }
    }

    /// A text with the addresses that this one has.
    pub fn here(&self, text: &str) -> String {
        let both = ADDRESSES.iter().zip(&self.addresses);
        both.fold(text.to_owned(), |text, (shown, real)| text.replace(shown, real))
    }

    /// The one line it printed that is as shown.
    pub fn line(&self, shown: &str) -> String {
        let lines: Vec<&str> = self.printed.lines().filter(|line| is_as_shown(line, shown)).collect();
        let [line] = lines[..] else { panic!("one line like {shown}, not {lines:?}") };
        line.to_owned()
    }

    /// What was removed so far: type, id and key, oldest first.
    pub fn removed(&self) -> Vec<[String; 3]> {
        let rows = self.untagd("audit --json");
        rows.iter().map(|row| ["resource_type", "resource_id", "key"].map(|name| text(&row[name]))).collect()
    }

    /// Every tag that is there now: type, id and key.
    pub fn tags(&self) -> BTreeSet<[String; 3]> {
        let resources = self.untagd("export");
        let tags = resources.iter().flat_map(|resource| {
            let keys = ["tags", "sys_tags"].map(|list| resource[list].as_object().expect("tags").keys());
            let [kind, id] = ["resource_type", "resource_id"].map(|name| text(&resource[name]));
            keys.into_iter().flatten().map(move |key| [kind.clone(), id.clone(), key.clone()])
        });
        tags.collect()
    }

    /// What a command of `untagd` prints about the database, a JSON value each line.
    fn untagd(&self, command: &str) -> Vec<Value> {
        let command = format!("cargo run --quiet -p untag-service -- {command} --store {}", self.store);
        let rows = stdout(&command, &root());
        rows.lines().map(|row| serde_json::from_str(row).expect("a row")).collect()
    }
}

/// A ready file, which comes after what is printed, and is whole or not there.
pub fn until_written(ready: &Path) -> Value {
    const PAUSE: Duration = Duration::from_millis(2);
    for _ in 0..Duration::from_mins(1).as_millis() / PAUSE.as_millis() {
        if let Ok(text) = std::fs::read_to_string(ready) {
            return serde_json::from_str(&text).expect("JSON");
        }
        std::thread::sleep(PAUSE);
    }
    panic!("waited in vain for {}", ready.display());
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
