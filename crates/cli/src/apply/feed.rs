//! The second reading of a file: what is not done yet, planned into requests, on a thread of its own.
//!
//! It is ahead of the sender by a window at most, so that memory does not grow with the file.

use super::check::Checked;
use super::entry::Entry;
use super::input::{Item, Reader, Reading};
use super::plan::{self, Batch, WINDOW_BYTES, WINDOW_TAGS};
use super::ranges::Cursor;
use super::source::{Hashed, Source};
use std::io::{self, Read};
use std::thread;
use tokio::sync::mpsc;

/// Entries and the requests for them.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) entries: Vec<Entry>,
    pub(super) batches: Vec<Batch>,
}

/// Reads a source that has been checked. The receiver gets windows, and after the last one nothing, or why it broke off.
///
/// # Errors
/// There can be no thread.
pub(super) fn start(
    mut source: Source,
    reading: Reading,
    checked: Checked,
    done: Cursor,
) -> io::Result<mpsc::Receiver<Result<Window, String>>> {
    let (sender, receiver) = mpsc::channel(1);
    thread::Builder::new().name("feed".to_owned()).spawn(move || {
        if let Err(problem) = feed(&mut source, reading, &checked, done, &sender) {
            // Where nobody listens, the run has ended.
            let _ = sender.blocking_send(Err(problem));
        }
    })?;
    Ok(receiver)
}

fn feed(
    source: &mut Source,
    reading: Reading,
    checked: &Checked,
    mut done: Cursor,
    sender: &mpsc::Sender<Result<Window, String>>,
) -> Result<(), String> {
    let failed = |error: io::Error| format!("the input cannot be read: {error}");
    // What has been appended since it was checked is not looked at.
    let input = source.rewound().map_err(failed)?.take(checked.bytes);
    let mut reader = Reader::new(Hashed::new(input), reading);
    let (mut entries, mut tags, mut bytes) = (Vec::new(), 0, 0);
    loop {
        let item = reader.next(|number| !done.contains(number)).map_err(failed)?;
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
            break;
        }
    }
    let (sha256, _) = reader.into_input().finish().map_err(failed)?;
    if sha256 != checked.sha256 {
        return Err("the file was changed while it was read; what was sent is what stood there then. \
                    Its journal does not fit it any more: put the file back, or start anew with another journal"
            .to_owned());
    }
    Ok(())
}
