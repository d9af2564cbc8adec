//! Ctrl-C: in order, and at once.

use crate::gateway::{DONE, Gateway};
use crate::service::TOKEN;
use crate::support::{File, Seen, apply, apply_until, disks, until};
use crate::until::DEADLINE;
use tokio::sync::watch;
use tokio::time::timeout;
use untag_cli::apply::{Ending, Stop};
use untag_cli::exit::Exit;

#[tokio::test]
async fn the_first_one_finishes_what_is_under_way_and_the_same_command_goes_on() {
    let (_, lines) = disks(500);
    let file = File::lines(&lines);
    let gateway = Gateway::start(|_, _| DONE).await;
    let (sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let stopping = async {
        until("some are done", || gateway.requests().len() > 40).await;
        gateway.open(false);
        let before = gateway.requests().len();
        until("some are under way", || gateway.requests().len() > before || gateway.requests().len() == 500)
            .await;
        sender.send(Stop::Finish).unwrap();
        gateway.open(true);
    };
    let run = apply_until(file.options(), &gateway.endpoint, TOKEN, &mut seen, &stop);
    let (summary, ()) = tokio::join!(run, stopping);
    let summary = summary.unwrap();
    assert_eq!((&summary.ending, summary.exit()), (&Ending::Interrupted, Exit::Failed));
    assert_eq!(
        summary.done,
        3 * gateway.requests().len() as u64,
        "every request that was sent has its answer"
    );
    assert!(
        summary.left() > 0 && summary.text().contains("run the same command again"),
        "{}",
        summary.text()
    );
    let sent = gateway.requests().len();
    let (rest, seen) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((rest.exit(), rest.before, rest.done), (Exit::Done, summary.done, summary.left()));
    assert_eq!(seen.notes, [format!("{} of 1500 lines are done already", summary.done)]);
    assert_eq!(gateway.requests().len(), 500, "nothing is sent twice");
    assert!(sent < 500);
}

#[tokio::test]
async fn the_second_one_waits_for_nobody() {
    let (_, lines) = disks(500);
    let file = File::lines(&lines);
    let gateway = Gateway::start(|_, _| DONE).await;
    let (sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let stopping = async {
        until("some are done", || gateway.requests().len() > 40).await;
        gateway.open(false);
        sender.send(Stop::Finish).unwrap();
        sender.send(Stop::Now).unwrap();
    };
    let run = apply_until(file.options(), &gateway.endpoint, TOKEN, &mut seen, &stop);
    // The answers never come.
    let (summary, ()) = timeout(DEADLINE, async { tokio::join!(run, stopping) }).await.unwrap();
    let summary = summary.unwrap();
    assert_eq!(summary.ending, Ending::Interrupted);
    assert!(summary.done > 0 && summary.left() > 0, "{summary:?}");
    gateway.open(true);
    let (rest, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!((rest.exit(), rest.before, rest.done), (Exit::Done, summary.done, summary.left()));
}
