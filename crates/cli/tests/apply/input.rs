//! Bad lines, and files that are none.

use crate::gateway::{DONE, Gateway};
use crate::service::Untagd;
use crate::support::{File, apply, disks, line};
use std::fs;
use untag_cli::apply::{Columns, Format, Input, JournalPath, OnError, Options};
use untag_cli::exit::Exit;

#[tokio::test]
async fn with_a_bad_line_anywhere_nothing_is_sent_and_every_bad_line_is_told() {
    let (rows, mut lines) = disks(3000);
    let untagd = Untagd::with(rows);
    lines[1234]["vlaue"] = "x".into();
    lines[8999]["key"] = "".into();
    let file = File::lines(&lines);
    let problem = apply(file.options(), &untagd.endpoint).await.unwrap_err();
    assert_eq!(problem.exit(), Exit::Usage);
    assert!(problem.to_string().starts_with("2 lines are bad, and nothing was sent"), "{problem}");
    assert!(untagd.removed().is_empty());
    assert!(!file.journal().exists());

    let mut options = file.options();
    options.on_error = OnError::Continue;
    let (summary, seen) = apply(options, &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.bad, summary.left()), (Exit::Failed, 8998, 2, 0));
    assert!(seen.notes[0].starts_with("line 1235: vlaue is not expected"), "{:?}", seen.notes);
    assert_eq!(&seen.notes[1..], ["line 9000: key is empty; at least 1 character is required"]);
    assert_eq!(untagd.removed().len(), 8998);
}

#[tokio::test]
async fn bad_lines_beyond_a_hundred_are_counted() {
    let gateway = Gateway::start(|_, _| DONE).await;
    let text = format!("{}{}\n", "no\n".repeat(250), line("x", "k", None));
    let file = File::new("tags.ndjson", &text);
    let mut options = file.options();
    options.on_error = OnError::Continue;
    let (summary, seen) = apply(options, &gateway.endpoint).await.unwrap();
    assert_eq!((summary.bad, summary.done, gateway.requests().len()), (250, 1, 1));
    assert_eq!((seen.notes.len(), seen.notes[100].as_str()), (101, "and 150 more bad lines"));
}

#[tokio::test]
async fn after_a_broken_record_of_csv_nothing_is_sent_even_where_it_is_to_go_on() {
    let gateway = Gateway::start(|_, _| DONE).await;
    let text = "resource_type,resource_id,key\ndisk,a,k\ndisk,\"b\"c,k\ndisk,d,k\n";
    let file = File::new("tags.csv", text);
    assert!(apply(file.options(), &gateway.endpoint).await.is_err());
    assert!(gateway.requests().is_empty());
    let mut options = file.options();
    options.on_error = OnError::Continue;
    let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
    assert_eq!((summary.done, summary.bad), (1, 1));
    assert!(gateway.requests()[0].path.contains("/disk/a/"), "{:?}", gateway.requests());
}

#[tokio::test]
async fn the_format_is_said_or_told_by_the_name_or_by_the_first_byte() {
    let json = format!("{}\n", line("x", "k", None));
    let csv = "resource_type,resource_id,key\ndisk,x,k\n";
    for (name, text, said) in [
        ("a.ndjson", json.as_str(), None),
        ("a.csv", csv, None),
        ("a", json.as_str(), None),
        ("a", csv, None),
        ("a.csv", json.as_str(), Some(Format::Ndjson)),
        ("a.json", csv, Some(Format::Csv)),
    ] {
        let gateway = Gateway::start(|_, _| DONE).await;
        let file = File::new(name, text);
        let mut options = file.options();
        options.format = said;
        let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
        assert_eq!((summary.exit(), summary.done), (Exit::Done, 1), "{name}: {text}");
        assert_eq!(gateway.requests()[0].body, r#"{"tags":[{"key":"k"}]}"#);
    }
}

#[tokio::test]
async fn columns_can_have_other_names() {
    let gateway = Gateway::start(|_, _| DONE).await;
    let file = File::new("a.csv", "Owner,Kind,Identifier,Tag,Was\nana,disk,x,k,v\n");
    assert!(apply(file.options(), &gateway.endpoint).await.is_err());
    let columns: Columns = "resource_type=Kind,resource_id=Identifier,key=Tag,value=Was".parse().unwrap();
    let mut options = file.options();
    options.columns = Some(columns.clone());
    let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
    assert_eq!(summary.exit(), Exit::Done);
    assert_eq!(gateway.requests()[0].body, r#"{"tags":[{"key":"k","value":"v"}]}"#);

    let json = File::lines(&[line("x", "k", None)]);
    let mut options = json.options();
    options.columns = Some(columns);
    let problem = apply(options, &gateway.endpoint).await.unwrap_err();
    assert!(problem.to_string().contains("is read as NDJSON, which has no columns"), "{problem}");
}

#[tokio::test]
async fn what_cannot_be_read_or_must_not_be_overwritten_is_refused() {
    let file = File::lines(&[line("x", "k", None)]);
    let before = fs::read(&file.path).unwrap();
    let with = |change: &dyn Fn(&mut Options)| {
        let mut options = file.options();
        change(&mut options);
        options
    };
    for (options, words) in [
        (with(&|it| it.input = Input::File(file.folder().join("none"))), "none"),
        (with(&|it| it.input = Input::File(file.folder().to_owned())), "is a folder"),
        (with(&|it| it.failures = Some(file.path.clone())), "--failures names the input itself"),
        (
            with(&|it| it.failures = Some(file.folder().join("none/f"))),
            "none, which is no folder; nothing was sent",
        ),
        (with(&|it| it.journal = JournalPath::At(file.folder().join("none/j"))), "none/j cannot be used: "),
        (
            with(&|it| it.journal = JournalPath::At(file.folder().join("../.").join(&file.path))),
            "--journal names the input itself",
        ),
        (
            with(&|it| {
                it.failures = Some(file.folder().join("f"));
                it.journal = JournalPath::At(file.folder().join("f"));
            }),
            "name one file",
        ),
    ] {
        let problem = apply(options, "http://127.0.0.1:9").await.unwrap_err();
        assert!(problem.exit() == Exit::Usage && problem.to_string().contains(words), "{problem}");
    }
    assert_eq!(fs::read(&file.path).unwrap(), before);
}
