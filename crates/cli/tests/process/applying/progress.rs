//! What is seen while it goes on: on a terminal, how far it has come, how fast, and how long it still takes; in a pipe, one
//! line in the end.

use super::Disks;
use crate::session::Session;

/// More requests than may start in the time in which a screen is drawn anew: some of them are always still to come.
const DISKS: usize = 40;
const RATE: [&str; 2] = ["--rate", "20"];

/// Whether there was a line of progress in the middle of the run, with a rate and the time that remains.
fn shows_progress(screen: &str) -> bool {
    screen.split(['\r', '\n', '\u{1b}']).any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let done = words.iter().find_map(|word| word.strip_suffix("/80")?.parse::<u32>().ok());
        done.is_some_and(|done| (1..80).contains(&done))
            && words.windows(2).any(|pair| pair[0].ends_with("/s") && pair[1].ends_with('s'))
            && line.trim_end().ends_with(" left")
    })
}

#[test]
fn on_a_terminal_it_asks_and_shows_how_far_it_has_come() {
    let disks = Disks::new(DISKS);
    let arguments = [&["apply", "tags.ndjson"][..], &RATE].concat();
    let question = "Removing 80 tags, named by 80 lines of tags.ndjson, at http://";
    let mut session = Session::start(&disks.home, &arguments);
    session.sees(question);
    session.sees("? [y/N] ");
    session.types("n\n");
    let (code, screen, stdout) = session.ends();
    assert!(code == 1 && screen.contains("not confirmed: nothing was done"), "{screen}");
    assert!(stdout.is_empty() && disks.removed().is_empty() && !disks.journal().exists());

    let mut session = Session::start(&disks.home, &arguments);
    session.sees(question);
    session.sees("? [y/N] ");
    session.types("y\n");
    session.sees_that("progress, a rate and the time that remains", shows_progress);
    let (code, screen, stdout) = session.ends();
    assert_eq!(code, 0, "{screen}");
    assert!(stdout.starts_with("80 of 80 lines done, 0 failed, 0 left; "), "{stdout}");
    assert_eq!((stdout.lines().count(), disks.removed().len()), (1, 80));
}

#[test]
fn in_a_pipe_there_is_one_line_in_the_end() {
    let disks = Disks::new(DISKS);
    let ran = disks.home.run(&[&["apply", "tags.ndjson", "--yes"][..], &RATE].concat()).with(0);
    assert!(ran.stdout.starts_with("80 of 80 lines done, 0 failed, 0 left; "), "{}", ran.stdout);
    assert_eq!((ran.stdout.lines().count(), &*ran.stderr), (1, ""));
}
