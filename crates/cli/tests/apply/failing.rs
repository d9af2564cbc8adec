//! Lines that fail: they are written down, and can be applied again.

use crate::gateway::{DONE, Gateway};
use crate::service::Untagd;
use crate::support::{File, apply, disks, line};
use serde_json::Value;
use std::fs;
use untag_cli::apply::{Input, JournalPath, Options};
use untag_cli::exit::Exit;

#[tokio::test]
async fn failures_have_their_reasons_and_are_a_file_to_apply() {
    let (rows, mut lines) = disks(100);
    let untagd = Untagd::with(rows);
    lines.insert(30, line("gone", "a", Some("1")));
    lines.push(line("gone", "b", None));
    let file = File::lines(&lines);
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed, summary.left()), (Exit::Failed, 300, 2, 0));
    assert_eq!(summary.failures.as_deref(), Some(file.failures().as_path()));
    let text = fs::read_to_string(file.failures()).unwrap();
    let written: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(written.len(), 2);
    for (failure, number, key) in [(&written[0], 31, "a"), (&written[1], 302, "b")] {
        assert_eq!(failure["tags"][0]["key"], key);
        assert_eq!((&failure["error"]["line"], &failure["error"]["status"]), (&number.into(), &404.into()));
        assert_eq!(failure["error"]["error_code"], "SecMaster.00000404");
        assert!(failure["error"]["request_id"].is_string() && failure["error"]["message"].is_string());
    }

    // Both the failures and the same command again send these lines and no others.
    let failed = Options::new(Input::File(file.failures()));
    let (summary, _) = apply(failed.clone(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.failed, summary.requests), (Exit::Refused, 2, 1));
    untagd.add("disk", "gone", &[("a", "1"), ("b", "2"), ("c", "3")]);
    let (summary, _) = apply(failed, &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done), (Exit::Done, 2));
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.before, summary.done, summary.requests), (Exit::Done, 300, 2, 1));
    let left = untagd.tags();
    let left = &left[&("disk".to_owned(), "gone".to_owned())];
    assert_eq!(left.keys().collect::<Vec<_>>(), ["c"]);
}

#[tokio::test]
async fn an_earlier_file_of_failures_is_kept_and_named() {
    let gateway = Gateway::start(|_, _| (404, "", "{}")).await;
    let file = File::lines(&[line("x", "k", None)]);
    let mut options = file.options();
    options.journal = JournalPath::Nowhere;
    fs::write(file.failures(), "precious").unwrap();
    let (_, seen) = apply(options, &gateway.endpoint).await.unwrap();
    let moved = file.beside(".untag-failed.ndjson.1");
    assert_eq!(seen.notes, [format!("an earlier file of failures is now {}", moved.display())]);
    assert_eq!(fs::read_to_string(moved).unwrap(), "precious");
    assert_eq!(fs::read_to_string(file.failures()).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn a_request_that_fails_again_and_again_while_others_do_well_fails_its_lines() {
    let (_, lines) = disks(300);
    let file = File::lines(&lines);
    let broken = (500, "", r#"{"error_code":"SecMaster.00040011","error_msg":"no"}"#);
    let gateway =
        Gateway::start(move |_, request| if request.path.contains("0000003") { broken } else { DONE }).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.done, summary.failed, summary.left()), (897, 3, 0), "{summary:?}");
    let tries = gateway.requests().iter().filter(|request| request.path.contains("0000003")).count();
    assert!((5..=6).contains(&tries), "{tries}");
}

#[tokio::test]
async fn an_answer_that_is_no_success_is_none() {
    for answer in [
        (200, "", "{}"),
        (202, "", ""),
        (302, "Location: http://127.0.0.1:9/\r\n", ""),
        (413, "", "<html>"),
        (404, "", r#"{"code":"x","message":"no such thing"}"#),
    ] {
        let gateway = Gateway::start(move |_, _| answer).await;
        let file = File::lines(&[line("x", "k", None)]);
        let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
        assert_eq!((summary.exit(), summary.failed), (Exit::Refused, 1), "{answer:?}");
        assert_eq!(gateway.requests().len(), 1, "{answer:?}");
        let text = fs::read_to_string(file.failures()).unwrap();
        assert!(text.contains(&format!("\"status\":{}", answer.0)), "{text}");
    }
}
