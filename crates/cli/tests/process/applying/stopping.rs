//! Ctrl-C: the first one finishes what is under way, the second one waits for nobody; and the same command goes on.
//!
//! The service is paused in the middle, so that requests are under way for as long as the test wants.

use super::Disks;
use crate::support::Started;
use crate::until::until;
use rustix::process::Signal;
use std::thread::sleep;
use std::time::Duration;

const FINISHING: &str = "stopping: what is under way is finished; once more ends at once\n";

/// Starts a run, and pauses the service when some lines are done and requests are under way.
fn halfway(disks: &Disks) -> Started {
    let mut run = disks.home.start(&["apply", "tags.ndjson", "--yes", "--output", "json"]);
    until("some lines are done", || {
        assert!(!run.has_ended(), "it ended before that");
        (!disks.journaled().is_empty()).then_some(())
    });
    // Paused when it has read every request, it will get no other: then it has to go on for a moment.
    until("there is a request that was not read", || {
        disks.service.pause();
        let unread = (0..20).any(|_| {
            sleep(Duration::from_millis(1));
            disks.service.has_unread()
        });
        assert!(!run.has_ended(), "it ended before that");
        if !unread {
            disks.service.resume();
        }
        unread.then_some(())
    });
    run
}

#[test]
fn the_first_one_finishes_what_is_under_way_and_says_how_to_go_on() {
    let disks = Disks::new(2000);
    let mut run = halfway(&disks);
    run.signal(Signal::INT);
    run.says(FINISHING);
    disks.service.resume();
    let ran = run.end().with(1);
    let document = ran.json();
    let number = |name: &str| usize::try_from(document[name].as_u64().unwrap()).unwrap();
    assert_eq!((&document["ending"], &document["outcome"]), (&"interrupted".into(), &"failed".into()));
    assert_eq!(number("done"), 2 * number("requests"), "every request that was sent had its answer");
    assert!(number("left") > 0 && number("done") + number("left") == disks.lines(), "{document}");
    assert!(ran.stderr.contains("error: interrupted. "), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("to go on where it ended, run the same command again\n"), "{}", ran.stderr);
    let removed = disks.removed();
    assert_eq!((removed.len(), &removed), (number("done"), &disks.journaled()));
    disks.finish(number("done"));
}

#[test]
fn the_second_one_waits_for_nobody_and_what_was_under_way_is_done_again() {
    let disks = Disks::new(2000);
    let mut run = halfway(&disks);
    run.signal(Signal::INT);
    run.says(FINISHING);
    run.signal(Signal::INT);
    // The service answers nobody.
    let ran = run.end().with(1);
    let document = ran.json();
    let number = |name: &str| usize::try_from(document[name].as_u64().unwrap()).unwrap();
    assert_eq!(document["ending"], "interrupted");
    assert!(number("done") < 2 * number("requests"), "nothing was under way: {document}");
    assert!(ran.stderr.ends_with("to go on where it ended, run the same command again\n"), "{}", ran.stderr);
    assert_eq!(disks.journaled().len(), number("done"));
    disks.service.resume();
    // What is in the journal is done; of what was under way, some is done as well.
    assert!(disks.removed().is_superset(&disks.journaled()));
    disks.finish(number("done"));
}
