//! The second reading of a file: what is not done yet, planned into requests, on a thread of its own.
//!
//! It is ahead of the sender by a window at most, so that memory does not grow with the file.

use super::check::Checked;
use super::entry::Entry;
use super::fingerprint::Verified;
use super::input::{Item, Reader, Reading};
use super::plan::{self, Batch, WINDOW_BYTES, WINDOW_TAGS};
use super::ranges::Cursor;
use super::source::Source;
use std::io;
use std::thread;
use tokio::sync::mpsc;

/// Entries and the requests for them.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) entries: Vec<Entry>,
    pub(super) batches: Vec<Batch>,
}

/// Reads a source that has been checked, as long as it is what was checked. The receiver gets windows, and after the last one
/// nothing, or why it broke off.
///
/// # Errors
/// There can be no thread.
pub(super) fn start(
    mut source: Source,
    reading: Reading,
    checked: Checked,
    done: Cursor,
) -> io::Result<mpsc::Receiver<io::Result<Window>>> {
    let (sender, receiver) = mpsc::channel(1);
    thread::Builder::new().name("feed".to_owned()).spawn(move || {
        if let Err(error) = feed(&mut source, reading, checked, done, &sender) {
            // Where nobody listens, the run has ended.
            let _ = sender.blocking_send(Err(error));
        }
    })?;
    Ok(receiver)
}

fn feed(
    source: &mut Source,
    reading: Reading,
    checked: Checked,
    mut done: Cursor,
    sender: &mpsc::Sender<io::Result<Window>>,
) -> io::Result<()> {
    let mut reader = Reader::new(Verified::new(source.rewound()?, checked.print), reading);
    let (mut entries, mut tags, mut bytes) = (Vec::new(), 0, 0);
    loop {
        let item = reader.next(|number| !done.contains(number))?;
        let is_last = item.is_none();
        if let Some(Item::Entry(entry)) = item {
            tags += entry.tags.len();
            bytes += entry.weight();
            entries.push(entry);
        }
        if tags >= WINDOW_TAGS || bytes >= WINDOW_BYTES || (is_last && !entries.is_empty()) {
            let entries = std::mem::take(&mut entries);
            (tags, bytes) = (0, 0);
            let batches = plan::plan(&entries);
            if sender.blocking_send(Ok(Window { entries, batches })).is_err() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}
