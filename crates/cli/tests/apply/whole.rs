//! Files applied from their first line to their last, against `untagd`.

use crate::service::Untagd;
use crate::support::{File, PROJECT, apply, disks, line};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use untag_cli::apply::{Ending, JournalPath};
use untag_cli::exit::Exit;

fn tags(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn every_line_is_done_once_and_a_further_run_sends_nothing() {
    let (rows, lines) = disks(2000);
    let (untagd, file) = (Untagd::with(rows), File::lines(&lines));
    let (summary, seen) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed, summary.left()), (Exit::Done, 6000, 0, 0));
    assert_eq!(summary.requests, 2000, "the three tags of a disk go together");
    assert!(seen.notes.is_empty(), "{:?}", seen.notes);
    let removed = untagd.removed();
    assert_eq!((removed.len(), removed.values().max()), (6000, Some(&1)));
    assert!(untagd.tags().values().all(|left| *left == tags(&[("keep", "me")])));

    let size = fs::metadata(file.journal()).unwrap().len();
    assert!(size < 6000, "{size} bytes are not compact");
    assert!(!file.failures().exists());
    let (again, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((again.exit(), again.requests, again.before, again.done), (Exit::Done, 0, 6000, 0));
    assert_eq!(again.text(), "all 6000 lines were done before, and nothing was sent");
    assert_eq!(untagd.removed(), removed);

    // Without the journal, it is sent again, and changes nothing.
    let mut options = file.options();
    options.journal = JournalPath::Nowhere;
    let (again, _) = apply(options, &untagd.endpoint).await.unwrap();
    assert_eq!((again.exit(), again.requests, again.done), (Exit::Done, 2000, 6000));
    assert_eq!(untagd.removed(), removed);
}

#[tokio::test]
async fn csv_does_what_the_same_lines_of_json_do() {
    let header = "project_id,key,value,resource_id,resource_type\r\n";
    let text = format!(
        "{header}{PROJECT},a,1,x,disk\r\n{PROJECT},a,,y,disk\r\n\r\n{PROJECT},\"b\",\"2\",\"x\",\"disk\"\r\n"
    );
    let row = |id: &str| {
        let tags = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        ("disk".to_owned(), id.to_owned(), tags.to_vec())
    };
    let untagd = Untagd::with(vec![row("x"), row("y")]);
    let file = File::new("tags.csv", &text);
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.requests), (Exit::Done, 3, 2));
    let left = untagd.tags();
    assert_eq!(left[&("disk".to_owned(), "x".to_owned())], tags(&[]));
    // An empty field is the empty value, which the tag does not have.
    assert_eq!(left[&("disk".to_owned(), "y".to_owned())], tags(&[("a", "1"), ("b", "2")]));
}

#[tokio::test]
async fn a_line_with_a_value_removes_no_other_and_one_without_removes_any() {
    let row = |id: &str| ("disk".to_owned(), id.to_owned(), vec![("k".to_owned(), "v".to_owned())]);
    let untagd = Untagd::with(vec![row("same"), row("other"), row("any"), row("both")]);
    let file = File::lines(&[
        line("same", "k", Some("v")),
        line("other", "k", Some("w")),
        line("other", "k", Some("")),
        line("any", "k", None),
        line("both", "k", Some("w")),
        line("both", "k", None),
        // The very same again: both lines are done by one request.
        line("same", "k", Some("v")),
    ]);
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.requests), (Exit::Done, 7, 4));
    let left: Vec<_> = untagd.tags().into_iter().filter(|(_, tags)| !tags.is_empty()).collect();
    assert_eq!(left, [(("disk".to_owned(), "other".to_owned()), tags(&[("k", "v")]))]);
}

#[tokio::test]
async fn a_line_with_many_tags_is_done_when_all_of_them_are_gone() {
    let all: Vec<_> = (0..95).map(|number| (format!("k{number:03}"), format!("{number}"))).collect();
    let untagd = Untagd::with(vec![("disk".to_owned(), "x".to_owned(), all)]);
    let tags: Vec<_> = (0..93).map(|number| json!({ "key": format!("k{number:03}") })).collect();
    let file = File::lines(&[json!({ "resource_type": "disk", "resource_id": "x", "tags": tags })]);
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.requests), (Exit::Done, 1, 10));
    assert_eq!(untagd.removed().len(), 93);
}

#[tokio::test]
async fn a_file_with_nothing_in_it_is_done() {
    for (name, text) in
        [("a.ndjson", ""), ("a.csv", ""), ("a.csv", "resource_type,resource_id,key\n"), ("a", "\n\n")]
    {
        let file = File::new(name, text);
        let (summary, _) = apply(file.options(), "http://127.0.0.1:9").await.unwrap();
        assert_eq!((summary.ending, summary.lines, summary.requests), (Ending::Complete, 0, 0), "{name}");
    }
}
