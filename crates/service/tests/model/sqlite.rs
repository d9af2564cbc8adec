//! The model on SQLite: full disks, and another process that holds the lock.

use crate::house::{Clients, Ground};
use crate::phase::Meanwhile;
use crate::support::{Site, Untagd, untagd_with_limits};
use crate::trial::{Fresh, Subject};
use rusqlite::Connection;
use std::process::Command;

/// What can happen. What takes five seconds, as long as the service waits for a lock, is rare.
const FAULTS: [Meanwhile; 24] = {
    use Meanwhile::{FullDisk, Kill, Locked, Restart};
    let (free, held) = (Locked { until_failed: false }, Locked { until_failed: true });
    [
        Kill,
        Kill,
        Kill,
        Kill,
        Kill,
        Kill,
        Kill,
        Kill,
        Restart,
        Restart,
        Restart,
        Restart,
        FullDisk(0),
        FullDisk(0),
        FullDisk(4096),
        FullDisk(8192),
        FullDisk(16384),
        FullDisk(32768),
        FullDisk(65536),
        free,
        free,
        free,
        free,
        held,
    ]
};

/// A database file.
struct File {
    path: String,
    store: String,
}

impl Ground for File {
    fn stores(&self) -> Vec<String> {
        vec![self.store.clone()]
    }

    fn serve(&self, arguments: &[&str]) -> Command {
        untagd_with_limits(arguments)
    }

    fn fault(&self, meanwhile: Meanwhile, (_, server): (usize, &Untagd), clients: &mut Clients<'_>) {
        match meanwhile {
            Meanwhile::FullDisk(bytes) => {
                server.limit_files(&bytes.to_string());
                clients.begin();
                clients.wait(clients.moment());
                server.limit_files("unlimited");
            }
            Meanwhile::Locked { until_failed } => {
                let stranger = Connection::open(&self.path).unwrap();
                stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
                clients.begin();
                if until_failed {
                    clients.wait_for_failure();
                } else {
                    // One request that waits, if there is one.
                    clients.wait(clients.moment().min(1));
                }
                stranger.execute_batch("ROLLBACK").unwrap();
            }
            other => panic!("{other:?} does not happen to SQLite"),
        }
    }

    fn settle(&self) {}
}

#[test]
fn every_answer_fits_the_model() {
    let fresh: &Fresh<'_> = &|_, _| {
        let site = Site::new();
        let file = File { path: site.file("tags.db"), store: site.store.clone() };
        (site, Box::new(file))
    };
    let test = "sqlite::every_answer_fits_the_model";
    Subject { test, faults: &FAULTS, known: &[], fresh }.hold();
}
