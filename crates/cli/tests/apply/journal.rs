//! The journal, where it refuses to be used.

use crate::gateway::{DONE, Gateway};
use crate::service::TOKEN;
use crate::support::{File, Seen, apply, apply_until, disks, line};
use std::fs;
use tokio::sync::watch;
use untag_cli::apply::{JournalPath, Stop};
use untag_cli::exit::Exit;

#[tokio::test]
async fn a_changed_file_or_another_endpoint_is_refused() {
    let (one, other) = (Gateway::start(|_, _| DONE).await, Gateway::start(|_, _| DONE).await);
    let file = File::lines(&[line("x", "k", None), line("y", "k", None)]);
    apply(file.options(), &one.endpoint).await.unwrap();
    let problem = apply(file.options(), &other.endpoint).await.unwrap_err();
    assert_eq!(problem.exit(), Exit::Usage);
    assert!(problem.to_string().contains("this journal belongs to the endpoint"), "{problem}");
    let text = fs::read_to_string(&file.path).unwrap();
    fs::write(&file.path, text.replace("\"y\"", "\"z\"")).unwrap();
    let problem = apply(file.options(), &one.endpoint).await.unwrap_err();
    assert!(problem.to_string().contains("another file, or the file has changed since"), "{problem}");
    assert_eq!((one.requests().len(), other.requests().len()), (2, 0));
    let mut options = file.options();
    options.journal = JournalPath::At(file.folder().join("other"));
    let (summary, _) = apply(options, &other.endpoint).await.unwrap();
    assert_eq!((summary.exit(), summary.done), (Exit::Done, 2));
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_left_as_it_is() {
    let gateway = Gateway::start(|_, _| DONE).await;
    let file = File::lines(&[line("x", "k", None)]);
    let precious = file.folder().join("precious");
    fs::write(&precious, "text\n").unwrap();
    let mut options = file.options();
    options.journal = JournalPath::At(precious.clone());
    let problem = apply(options, &gateway.endpoint).await.unwrap_err();
    assert!(problem.to_string().contains("this is no journal"), "{problem}");
    assert_eq!(fs::read_to_string(&precious).unwrap(), "text\n");
    assert!(gateway.requests().is_empty());
}

#[tokio::test]
async fn a_second_run_at_the_same_time_is_refused() {
    let (_, lines) = disks(50);
    let file = File::lines(&lines);
    let gateway = Gateway::start(|_, _| DONE).await;
    gateway.open(false);
    let (_sender, stop) = watch::channel(Stop::Go);
    let mut seen = Seen::default();
    let second = async {
        while gateway.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let problem = apply(file.options(), &gateway.endpoint).await.unwrap_err();
        assert!(problem.to_string().contains("another `untag apply` is at work"), "{problem}");
        gateway.open(true);
    };
    let first = apply_until(file.options(), &gateway.endpoint, TOKEN, &mut seen, &stop);
    let (summary, ()) = tokio::join!(first, second);
    assert_eq!(summary.unwrap().done, 150);
}
