//! `untag apply` as it is typed: the question, the dry run, the summary and the exit codes; and in the parts below, what takes
//! a service of its own process to see. What it does with files is tested in `tests/apply`.

mod changing;
mod progress;
mod projects;
mod rate;
mod stopping;

use crate::journaled::journaled;
use crate::service::{PROJECT, RESOURCE, Service};
use crate::support::{Home, Recorder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Disks to take tags off, in a service: each has `a` and `b` to go, by a line each, and `keep` to stay.
struct Disks {
    home: Home,
    service: Service,
    count: usize,
}

impl Disks {
    /// So many, and the lines for them in `tags.ndjson`. The two lines of a disk take one request.
    fn new(count: usize) -> Self {
        let (home, service) = Home::with_service();
        let id = |number: usize| format!("disk-{number:05}");
        let rows = (0..count).map(|number| {
            json!({
                "project_id": PROJECT, "resource_type": "disk", "resource_id": id(number),
                "tags": { "a": "1", "b": "2", "keep": "me" },
            })
        });
        service.import(&ndjson(rows));
        let lines = (0..count).flat_map(|number| {
            ["a", "b"].map(|key| json!({ "resource_type": "disk", "resource_id": id(number), "key": key }))
        });
        fs::write(home.path().join("tags.ndjson"), ndjson(lines)).unwrap();
        Self { home, service, count }
    }

    /// How many lines there are.
    fn lines(&self) -> usize {
        2 * self.count
    }

    /// The lines that the journal has as done.
    fn journaled(&self) -> BTreeSet<u64> {
        journaled(&self.journal())
    }

    fn journal(&self) -> PathBuf {
        self.home.path().join("tags.ndjson.untag-journal")
    }

    /// The lines that the audit trail has as done, each of which must be there once.
    #[track_caller]
    fn removed(&self) -> BTreeSet<u64> {
        let mut lines = BTreeSet::new();
        for row in self.service.removed() {
            let [kind, id, key, _] = &row;
            let disk: u64 = id.strip_prefix("disk-").unwrap().parse().unwrap();
            assert!(kind == "disk" && ["a", "b"].contains(&&**key), "nobody asked for {row:?}");
            assert!(lines.insert(2 * disk + if key == "a" { 1 } else { 2 }), "twice: {row:?}");
        }
        lines
    }

    /// Runs the same command to the end that must come: each line is done, once.
    #[track_caller]
    fn finish(&self, before: usize) {
        let document = self.home.run(&["apply", "tags.ndjson", "--yes", "--output", "json"]).with(0).json();
        assert_eq!((&document["ending"], &document["done_before"]), (&"complete".into(), &before.into()));
        assert_eq!((&document["failed"], &document["left"]), (&0.into(), &0.into()));
        assert_eq!((self.journaled().len(), self.removed().len()), (self.lines(), self.lines()));
    }
}

/// Values, each on a line.
fn ndjson(values: impl Iterator<Item = Value>) -> String {
    let lines: Vec<_> = values.map(|value| format!("{value}\n")).collect();
    lines.concat()
}

const LINES: &str = r#"{"resource_type":"disk","resource_id":"volume-0001","key":"env"}
{"resource_type":"disk","resource_id":"volume-0001","key":"owner","value":"ana"}
{"resource_type":"workspace","resource_id":"e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11","key":"key1"}
"#;

fn write(home: &Home) {
    fs::write(home.path().join("tags.ndjson"), LINES).unwrap();
}

#[test]
fn nothing_is_removed_without_a_yes() {
    let (home, service) = Home::with_service();
    write(&home);
    let ran = home.run(&["apply", "tags.ndjson"]).with(2);
    assert!(
        ran.stderr.contains("Removing 3 tags, named by 3 lines of tags.ndjson, at http://"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("nothing was done") && ran.stderr.contains("--yes"), "{}", ran.stderr);
    // Lines on stdin are no answer either.
    home.run_with(&["apply", "-"], LINES).with(2);
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
    assert!(!home.path().join("tags.ndjson.untag-journal").exists());
}

#[test]
fn a_run_says_one_line_and_the_next_one_has_nothing_to_do() {
    let (home, service) = Home::with_service();
    write(&home);
    let ran = home.run(&["apply", "tags.ndjson", "--yes"]).with(0);
    assert!(ran.stdout.starts_with("3 of 3 lines done, 0 failed, 0 left; 2 requests in "), "{}", ran.stdout);
    assert_eq!((ran.stdout.lines().count(), &*ran.stderr), (1, ""));
    assert_eq!(service.removed().len(), 3);
    // There is nothing to ask about.
    let ran = home.run(&["apply", "tags.ndjson"]).with(0);
    assert_eq!(ran.stdout, "all 3 lines were done before, and nothing was sent\n");
    let document = home.run(&["apply", "tags.ndjson", "--output", "json"]).with(0).json();
    assert_eq!((&document["done_before"], &document["outcome"]), (&3.into(), &"done".into()));
}

#[test]
fn a_dry_run_prints_each_request_and_leaves_no_journal() {
    let (home, service) = Home::with_service();
    write(&home);
    let text = home.run(&["apply", "tags.ndjson", "--dry-run"]).with(0);
    assert_eq!(text.stderr, "dry run: nothing was sent\n");
    assert_eq!(text.stdout.lines().count(), 2, "{}", text.stdout);
    let ran = home.run(&["apply", "tags.ndjson", "--dry-run", "--output", "json"]).with(0);
    let requests: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        requests.first().unwrap(),
        &json!({
            "method": "DELETE",
            "url": format!("{}/v1/{PROJECT}/disk/volume-0001/tags/delete", service.endpoint()),
            "body": r#"{"tags":[{"key":"env"},{"key":"owner","value":"ana"}]}"#,
            "lines": [1, 2],
        })
    );
    assert_eq!(service.removed(), Vec::<[String; 4]>::new());
    assert!(!home.path().join("tags.ndjson.untag-journal").exists());
}

#[test]
fn each_end_has_its_exit_code() {
    let (home, service) = Home::with_service();
    write(&home);
    let arguments = ["apply", "tags.ndjson", "--yes"];
    let missing = home.run(&["apply", "missing.ndjson", "--yes"]).with(2);
    assert!(missing.stderr.starts_with("error: missing.ndjson"), "{}", missing.stderr);
    fs::write(home.path().join("bad.ndjson"), format!("{LINES}{{}}\n")).unwrap();
    let bad = home.run(&["apply", "bad.ndjson", "--yes"]).with(2);
    assert!(bad.stderr.contains("line 4") && bad.stderr.contains("nothing was sent"), "{}", bad.stderr);
    let home = home.with("UNTAG_TOKEN", "untag_wrong");
    let ran = home.run(&arguments).with(3);
    assert!(
        ran.stderr.starts_with("error: stopped: the credentials are missing or refused: 401 ")
            && ran.stdout.is_empty()
    );
    let home = home.with("UNTAG_TOKEN", service.text("token"));
    fs::write(
        home.path().join("gone.ndjson"),
        LINES.replace("volume-0001", "gone").replace(RESOURCE, "gone"),
    )
    .unwrap();
    let ran = home.run(&["apply", "gone.ndjson", "--yes", "--output", "json"]).with(4);
    assert_eq!(ran.json()["failed"], 3);
    assert!(ran.stderr.starts_with("error: 0 of 3 lines done, 3 failed"), "{}", ran.stderr);
    fs::write(home.path().join("some.ndjson"), LINES.replace("volume-0001", "gone")).unwrap();
    home.run(&["apply", "some.ndjson", "--yes"]).with(1);
    assert_eq!(service.removed().len(), 1);
    home.run(&arguments).with(0);
}

#[test]
fn lines_need_no_project_where_they_name_one() {
    let recorder = Recorder::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let home = Home::of(&recorder.endpoint, "t0ken").without("HUAWEICLOUD_SDK_PROJECT_ID");
    let line = json!({ "project_id": PROJECT, "resource_type": "t", "resource_id": "i", "key": "k" });
    fs::write(home.path().join("one.ndjson"), format!("{line}\n")).unwrap();
    write(&home);
    let ran = home.run(&["apply", "tags.ndjson", "--yes"]).with(2);
    assert!(ran.stderr.contains("project"), "{}", ran.stderr);
    home.run(&["apply", "one.ndjson", "--yes"]).with(0);
    assert!(recorder.request().starts_with(&format!("DELETE /v1/{PROJECT}/t/i/tags/delete ")));
}
