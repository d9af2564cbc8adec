//! Credentials that are refused: a run ends early, and loses nothing.

use crate::gateway::{DONE, Gateway, Request};
use crate::service::{TOKEN, Untagd};
use crate::support::{File, Seen, apply, apply_until, disks};
use tokio::sync::watch;
use untag_cli::apply::{Ending, OnError, Stop};
use untag_cli::exit::Exit;

const DENIED: (u16, &str, &str) = (403, "", r#"{"error_code":"SecMaster.00000403","error_msg":"not you"}"#);

#[tokio::test]
async fn a_wrong_token_costs_three_requests_and_no_line() {
    let (rows, lines) = disks(500);
    let (untagd, file) = (Untagd::with(rows), File::lines(&lines));
    let (_sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let summary = apply_until(file.options(), &untagd.endpoint, "wrong", &mut seen, &stop).await.unwrap();
    assert!(
        matches!(&summary.ending, Ending::Credentials(reason) if reason.starts_with("401 ")),
        "{summary:?}"
    );
    assert_eq!((summary.exit(), summary.failed, summary.left()), (Exit::Credentials, 0, 1500));
    assert_eq!(summary.requests, 3);
    assert!(!file.failures().exists());
    // With the right one, the same command does it all.
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done), (Exit::Done, 1500));
}

#[tokio::test]
async fn a_short_file_and_a_wrong_token_fail_no_line_either() {
    let (rows, lines) = disks(1);
    let (untagd, file) = (Untagd::with(rows), File::lines(&lines));
    let (_sender, stop) = watch::channel(Stop::Go);
    let summary =
        apply_until(file.options(), &untagd.endpoint, "wrong", &mut Seen::default(), &stop).await.unwrap();
    assert_eq!((summary.exit(), summary.failed, summary.left()), (Exit::Credentials, 0, 3));
}

#[tokio::test]
async fn a_token_that_expires_on_the_way_ends_the_run() {
    let (_, lines) = disks(500);
    let file = File::lines(&lines);
    let expired = (401, "", r#"{"error_code":"APIGW.0301","error_msg":"expired"}"#);
    let gateway = Gateway::start(move |number, _| if number < 100 { DONE } else { expired }).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Credentials, 300, 0));
    assert!(gateway.requests().len() <= 100 + 3 + 16, "{}", gateway.requests().len());
    assert_eq!(TOKEN, "example-token");
}

#[tokio::test]
async fn one_answer_of_401_among_others_is_about_its_lines() {
    let (_, lines) = disks(50);
    let file = File::lines(&lines);
    let odd = (401, "", r#"{"error_code":"x","error_msg":"odd"}"#);
    let gateway =
        Gateway::start(move |_, request| if request.path.contains("0000007") { odd } else { DONE }).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Failed, 147, 3));
}

#[tokio::test]
async fn a_refusal_of_everything_ends_the_run_unless_it_is_to_go_on() {
    let (_, lines) = disks(200);
    let file = File::lines(&lines);
    let gateway = Gateway::start(|_, _| DENIED).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!(summary.ending, Ending::Refused("403 not you".to_owned()));
    assert_eq!((summary.exit(), summary.failed, summary.left()), (Exit::Refused, 0, 600));
    assert!(gateway.requests().len() <= 20 + 16, "{}", gateway.requests().len());

    let mut options = file.options();
    options.on_error = OnError::Continue;
    let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.failed, summary.left()), (Exit::Refused, 600, 0));
}

#[tokio::test]
async fn a_refusal_of_one_tag_fails_no_line_beside_it() {
    let (_, lines) = disks(100);
    let file = File::lines(&lines);
    let denied = |request: &Request| request.keys().contains(&"b".to_owned());
    let gateway = Gateway::start(move |_, request| if denied(request) { DENIED } else { DONE }).await;
    // Every disk has such a tag: without an answer of another kind, that looks like a refusal of everything.
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Refused, 0, 0));
    let mut options = file.options();
    options.on_error = OnError::Continue;
    let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed, summary.left()), (Exit::Failed, 200, 100, 0));
    // Among fewer, each has its own answer at once.
    let (_, lines) = disks(5);
    let file = File::lines(&lines);
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.done, summary.failed, summary.left()), (10, 5, 0));
}
