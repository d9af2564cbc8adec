//! Concurrency and backing off, as seen from the other side.

use crate::gateway::{DONE, Gateway};
use crate::service::Untagd;
use crate::support::{File, apply, disks, until};
use std::num::NonZeroU16;
use std::time::Duration;
use untag_cli::apply::Ending;
use untag_cli::exit::Exit;

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let (_, lines) = disks(300);
    for allowed in [1_u16, 5] {
        let gateway = Gateway::start(|_, _| DONE).await;
        let file = File::lines(&lines);
        let mut options = file.options();
        options.concurrency = NonZeroU16::new(allowed).unwrap();
        let holding = async {
            until("it has come to speed", || gateway.requests().len() > 50).await;
            gateway.open(false);
            until("as many as may be wait", || gateway.most() >= usize::from(allowed)).await;
            gateway.open(true);
        };
        let (ran, ()) = tokio::join!(apply(options, &gateway.endpoint), holding);
        assert_eq!(ran.unwrap().0.exit(), Exit::Done);
        assert_eq!(gateway.most(), usize::from(allowed));
    }
}

#[tokio::test]
async fn a_gateway_that_throttles_is_obeyed_and_every_line_gets_done() {
    let (_, lines) = disks(400);
    let file = File::lines(&lines);
    let slow = (429, "Retry-After: 0\r\n", r#"{"error_code":"APIGW.0308","error_msg":"slow down"}"#);
    let gateway = Gateway::start(move |number, _| if number % 100 > 90 { slow } else { DONE }).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Done, 1200, 0));
    assert_eq!(summary.requests - summary.throttled, 400);
    assert!(summary.throttled >= 9, "{}", summary.throttled);
}

#[tokio::test]
async fn a_service_at_its_limit_gets_all_of_it_done() {
    let (rows, lines) = disks(60);
    let (untagd, file) = (Untagd::limited(rows, Some(1)), File::lines(&lines));
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Done, 180, 0));
    assert_eq!(untagd.removed().len(), 180);
}

#[tokio::test]
async fn who_asks_for_more_patience_than_there_is_ends_the_run() {
    let (_, lines) = disks(40);
    let file = File::lines(&lines);
    let later = (503, "Retry-After: 99999999999999999999\r\n", "");
    let gateway = Gateway::start(move |number, _| if number < 10 { DONE } else { later }).await;
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert!(matches!(&summary.ending, Ending::Unreachable(reason) if reason.contains("503")), "{summary:?}");
    assert_eq!((summary.exit(), summary.done, summary.failed), (Exit::Unreachable, 30, 0));
}

#[tokio::test]
async fn without_a_service_it_gives_up_and_later_goes_on() {
    let (rows, lines) = disks(50);
    let file = File::lines(&lines);
    let untagd = Untagd::with(rows);
    let mut options = file.options();
    options.patience = Duration::from_millis(500);
    // The journal belongs to the endpoint, so nobody must be there: a gateway in its place, which hangs up.
    let gateway = Gateway::start(|_, _| (0, "", "")).await;
    let (summary, _) = apply(options, &gateway.endpoint).await.unwrap();
    assert!(matches!(summary.ending, Ending::Unreachable(_)), "{summary:?}");
    assert_eq!((summary.exit(), summary.failed, summary.left()), (Exit::Unreachable, 0, 150));
    std::fs::remove_file(file.journal()).unwrap();
    let (summary, _) = apply(file.options(), &untagd.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done), (Exit::Done, 150));
}
