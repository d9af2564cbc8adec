//! The first reading of a file: every line is checked before the first request is sent.

use super::fingerprint::{Fingerprint, Fingerprinting};
use super::input::{BadLine, Item, Reader, Reading};
use super::source::Source;
use super::stop::Stop;
use std::io;
use tokio::sync::{mpsc, watch};

/// How many bad lines are told one by one; the others are counted.
pub(super) const TOLD: u64 = 100;

/// How many entries are read between two looks at whether to stop.
const ENTRIES: u64 = 1024;

/// What is in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    /// Its content.
    pub(super) print: Fingerprint,
    /// Entries that are good.
    pub(super) entries: u64,
    /// Tags of those entries.
    pub(super) tags: u64,
    /// Entries that are not.
    pub(super) bad: u64,
}

/// What the checker tells.
#[derive(Debug)]
pub(super) enum Event {
    Bad(BadLine),
    /// Lines so far.
    Lines(u64),
}

/// Reads the whole source; `None` where the stop comes before its end.
///
/// # Errors
/// The source's.
pub(super) fn check(
    source: &mut Source,
    reading: Reading,
    events: &mpsc::Sender<Event>,
    stop: &watch::Receiver<Stop>,
) -> io::Result<Option<Checked>> {
    let mut reader = Reader::new(Fingerprinting::new(source.rewound()?), reading);
    let mut checked = Checked::default();
    while let Some(item) = reader.next(|_| true)? {
        match item {
            Item::Entry(entry) => {
                checked.entries += 1;
                checked.tags += entry.tags.len() as u64;
            }
            Item::Bad(bad) => {
                checked.bad += 1;
                if checked.bad <= TOLD {
                    let _ = events.blocking_send(Event::Bad(bad));
                }
            }
            Item::Skipped => {}
        }
        if (checked.entries + checked.bad).is_multiple_of(ENTRIES) {
            if *stop.borrow() != Stop::Go {
                return Ok(None);
            }
            // Progress that nobody has time for is left out.
            let _ = events.try_send(Event::Lines(reader.lines()));
        }
    }
    checked.print = reader.into_input().finish()?;
    Ok(Some(checked))
}
