//! `untag apply` killed again and again: the same command goes on, until every line is done.

use crate::journaled::journaled;
use crate::program::Running;
use crate::service::{TOKEN, Untagd};
use crate::support::{File, disks, folder};
use crate::until::until;
use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How often it is killed.
const KILLS: usize = 20;

/// What decides when.
const SEED: u64 = 0x6b69_6c6c_2d39;

#[test]
fn killed_at_any_moment_the_same_command_goes_on_until_every_line_is_done_once() {
    let (rows, lines) = disks(20_000);
    let (untagd, file) = (Untagd::with(rows), File::lines(&lines));
    let start = || {
        let words = [file.path.to_str().unwrap(), "--concurrency", "8"];
        Running::start(&untagd.endpoint, TOKEN, file.folder(), &words, None)
    };
    println!("seed {SEED:#x}");
    let mut random = Rng::with_seed(SEED);
    let (mut kills, mut before, mut in_flight) = (0, BTreeSet::new(), 0);
    while kills < KILLS {
        let mut run = start();
        // At once, while it reads the file, or when it has done some more: everywhere is a moment to die.
        let wanted = random.usize(..4) * random.usize(..1000);
        let ended = until("it comes so far", || {
            let ended = run.has_ended();
            (ended || journaled(&file.journal()).len() >= before.len() + wanted).then_some(ended)
        });
        assert!(!ended, "it ended before it was killed {KILLS} times, {kills} by now");
        sleep(Duration::from_millis(random.u64(..40)));
        run.child.kill().unwrap();
        run.child.wait().unwrap();
        kills += 1;

        let found = journaled(&file.journal());
        assert!(found.is_superset(&before), "the journal has lost something");
        let removed = untagd.removed();
        assert!(removed.values().all(|&times| times == 1), "something was removed twice");
        // What the journal has as done is done: line 3n+1 is tag `a` of disk n, and so on.
        for line in &found {
            let (disk, tag) =
                ((line - 1) / 3, [("a", "1"), ("b", "2"), ("c", "")][((line - 1) % 3) as usize]);
            let row = ["disk".to_owned(), format!("{disk:07}"), tag.0.to_owned(), tag.1.to_owned()];
            assert!(removed.contains_key(&row), "line {line} is in the journal, and not in the audit trail");
        }
        in_flight += removed.len() - found.len();
        before = found;
    }
    println!(
        "{kills} kills: {} lines in the journal, {in_flight} times a line was done and not yet noted",
        before.len()
    );
    assert!(
        !before.is_empty() && before.len() < lines.len(),
        "it was never killed in the middle: {}",
        before.len()
    );
    assert!(in_flight > 0, "nothing was ever under way: this tests nothing");

    let (told, _) = start().end(0);
    assert_eq!((&told["ending"], &told["left"], &told["failed"]), (&"complete".into(), &0.into(), &0.into()));
    assert_eq!(told["done_before"], before.len());
    assert_eq!(journaled(&file.journal()).len(), lines.len());
    let removed = untagd.removed();
    assert_eq!((removed.len(), removed.values().max()), (lines.len(), Some(&1)));
    assert!(untagd.tags().values().all(|left| left.keys().eq(["keep"])));
}

#[test]
fn sigterm_ends_it_in_order_and_stdin_is_a_file_like_others() {
    let (rows, lines) = disks(4000);
    let (untagd, files) = (Untagd::with(rows), folder());
    let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
    let text = lines.concat();
    let place = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let (journal, failures) = (place("journal"), place("failures"));
    let start = || {
        let words = ["-", "--journal", &journal, "--failures", &failures, "--concurrency", "2"];
        Running::start(&untagd.endpoint, TOKEN, files.path(), &words, Some(&text))
    };
    let first = start();
    until("some are done", || (journaled(Path::new(&journal)).len() > 100).then_some(()));
    kill_process(Pid::from_child(&first.child), Signal::TERM).unwrap();
    let (ended, _) = first.end(1);
    assert_eq!(ended["ending"], "interrupted", "{ended}");
    assert_eq!(ended["done"], journaled(Path::new(&journal)).len());
    assert_eq!(ended["done"], untagd.removed().len(), "what was under way was finished and noted");
    let (told, _) = start().end(0);
    assert_eq!((&told["ending"], &told["done_before"]), (&"complete".into(), &ended["done"]));
    assert_eq!(untagd.removed().len(), 12_000);
}
