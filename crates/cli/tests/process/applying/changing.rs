//! A file that changes between two runs, at the question, or during a run: nothing is removed that it did not name when it was
//! checked.

use super::{Disks, ndjson};
use crate::session::Session;
use crate::support::Ran;
use crate::until::until;
use serde_json::json;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const CHANGED: &str = "the file has changed since it was checked";

/// Other lines for the same disks: they would take `keep` off all of them.
fn others(count: usize) -> String {
    ndjson((0..count).map(
        |number| json!({ "resource_type": "disk", "resource_id": format!("disk-{number:05}"), "key": "keep" }),
    ))
}

#[test]
fn between_two_runs_it_is_refused_unless_it_is_told_that_it_is_another() {
    let disks = Disks::new(3);
    let file = disks.home.path().join("tags.ndjson");
    disks.finish(0);
    fs::write(&file, others(3)).unwrap();
    for more in [&["--yes"][..], &["--dry-run"]] {
        let ran = disks.home.run(&[&["apply", "tags.ndjson"][..], more].concat()).with(2);
        assert!(
            ran.stderr.contains("this journal belongs to another file, or the file has changed since")
                && ran.stderr.contains("--journal"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(disks.removed().len(), 6);
    disks.home.run(&["apply", "tags.ndjson", "--yes", "--journal", "another"]).with(0);
    assert_eq!(disks.service.removed().len(), 9);
}

#[test]
fn at_the_question_it_is_noticed_before_anything_is_sent() {
    let disks = Disks::new(3);
    let file = disks.home.path().join("tags.ndjson");
    let before = fs::read_to_string(&file).unwrap();
    for after in [others(3), String::new(), before.replace("\"b\"", "\"c\"")] {
        let mut session = Session::start(&disks.home, &["apply", "tags.ndjson"]);
        session.sees("? [y/N] ");
        fs::write(&file, after).unwrap();
        session.types("y\n");
        let (code, screen, stdout) = session.ends();
        assert!(code == 1 && screen.contains(CHANGED) && stdout.is_empty(), "{code} {screen}{stdout}");
        assert!(screen.contains("0 of 6 lines done") && screen.contains("put the file back"), "{screen}");
        assert!(disks.service.removed().is_empty());
        fs::write(&file, &before).unwrap();
    }
    disks.finish(0);
}

/// A file of which most is still to be read when the first request is sent.
struct Long {
    disks: Disks,
    /// Its lines, each with its end.
    lines: Vec<String>,
}

impl Long {
    /// A line for each disk takes off `a`, in one request. With many tags, a hundred lines are what is looked at together,
    /// and three times that is read ahead; with much to pass over, that is far less than the file.
    fn new() -> Self {
        const DISKS: usize = 600;
        let disks = Disks::new(DISKS);
        let lines = (0..DISKS).map(|number| {
            let absent = std::iter::repeat_n(json!({ "key": "absent" }), 99);
            let tags: Vec<_> = [json!({ "key": "a" })].into_iter().chain(absent).collect();
            let line = json!({
                "resource_type": "disk", "resource_id": format!("disk-{number:05}"), "tags": tags,
                "error": "x".repeat(10_000),
            });
            format!("{line}\n")
        });
        let long = Self { lines: lines.collect(), disks };
        fs::write(long.file(), long.lines.concat()).unwrap();
        long
    }

    fn file(&self) -> PathBuf {
        self.disks.home.path().join("tags.ndjson")
    }

    /// Runs it, and lets something happen to the file when the first request is sent, before it is answered.
    fn run_while(&self, happens: impl FnOnce(&Path)) -> Ran {
        self.disks.service.pause();
        let mut run = self.disks.home.start(&["apply", "tags.ndjson", "--yes", "--output", "json"]);
        until("a request is sent", || {
            assert!(!run.has_ended(), "it ended without one");
            self.disks.service.has_unread().then_some(())
        });
        happens(&self.file());
        self.disks.service.resume();
        run.end()
    }

    /// Which disks have lost `a`; none has lost anything else.
    #[track_caller]
    fn removed(&self) -> Vec<usize> {
        let mut disks: Vec<usize> = self
            .disks
            .service
            .removed()
            .into_iter()
            .map(|[_, id, key, _]| {
                assert_eq!(key, "a", "{id}");
                id.strip_prefix("disk-").unwrap().parse().unwrap()
            })
            .collect();
        disks.sort_unstable();
        assert!(disks.is_sorted_by(|one, next| one < next), "twice: {disks:?}");
        disks
    }
}

#[test]
fn overwritten_in_the_middle_of_a_run_it_ends_and_sends_nothing_of_what_is_new() {
    let long = Long::new();
    let kept = 500;
    let ran = long.run_while(|file| {
        // In place, and byte for byte as long: another key in the last lines.
        let place: usize = long.lines[..kept].iter().map(String::len).sum();
        let new = long.lines[kept..].concat().replace("{\"key\":\"a\"}", "{\"key\":\"b\"}");
        let mut file = File::options().write(true).open(file).unwrap();
        file.seek(SeekFrom::Start(place as u64)).unwrap();
        file.write_all(new.as_bytes()).unwrap();
    });
    let document = ran.with(1).json();
    assert_eq!((&document["ending"], &document["outcome"]), (&"changed".into(), &"failed".into()));
    let removed = long.removed();
    assert!(!removed.is_empty() && removed.iter().all(|disk| *disk < kept), "{removed:?}");
    assert_eq!(document["done"], long.disks.journaled().len());

    // The journal fits the old file only, and with that the same command goes on.
    let ran = long.disks.home.run(&["apply", "tags.ndjson", "--yes"]).with(2);
    assert!(ran.stderr.contains("the file has changed since"), "{}", ran.stderr);
    fs::write(long.file(), long.lines.concat()).unwrap();
    let ran = long.disks.home.run(&["apply", "tags.ndjson", "--yes", "--output", "json"]).with(0);
    assert_eq!(ran.json()["done_before"], document["done"]);
    assert_eq!(long.removed().len(), long.lines.len());
}

#[test]
fn replaced_in_the_middle_of_a_run_the_old_one_is_worked_off() {
    let long = Long::new();
    let ran = long.run_while(|file| {
        let new = file.with_extension("new");
        fs::write(&new, others(long.lines.len())).unwrap();
        fs::rename(new, file).unwrap();
    });
    assert_eq!(ran.with(0).json()["done"], long.lines.len());
    assert_eq!(long.removed().len(), long.lines.len());
    long.disks.home.run(&["apply", "tags.ndjson", "--yes"]).with(2);
    assert_eq!(long.removed().len(), long.lines.len());
}
