//! Writes the journal while a run goes on: acknowledged entries are gathered, and go to the disk beside the runtime.

use super::journal::Journal;
use super::ranges::Ranges;
use std::fmt::Display;
use std::io;
use tokio::task::{JoinHandle, spawn_blocking};

/// A journal, and what is to be noted in it.
#[derive(Debug)]
pub(super) struct JournalWriter {
    state: State,
    /// Acknowledged, and not yet handed over to be written.
    waiting: Ranges,
}

#[derive(Debug)]
enum State {
    /// Nothing is being written.
    Idle(Journal),
    /// Until it is on the disk.
    Writing(JoinHandle<(Journal, io::Result<()>)>),
    /// There is no journal, or it could not be written.
    None,
}

impl JournalWriter {
    pub(super) fn new(journal: Option<Journal>) -> Self {
        Self { state: journal.map_or(State::None, State::Idle), waiting: Ranges::default() }
    }

    /// An entry is done.
    pub(super) fn acknowledge(&mut self, number: u64) {
        if !matches!(self.state, State::None) {
            self.waiting.add(number..=number);
        }
    }

    /// Starts to write what was acknowledged since the last time, unless that is still being written.
    pub(super) fn start(&mut self) {
        if self.waiting.is_empty() || self.is_writing() {
            return;
        }
        if let State::Idle(mut journal) = std::mem::replace(&mut self.state, State::None) {
            let mut done = std::mem::take(&mut self.waiting);
            self.state = State::Writing(spawn_blocking(move || {
                let written = journal.append(&mut done);
                (journal, written)
            }));
        }
    }

    /// Whether something is being written.
    pub(super) fn is_writing(&self) -> bool {
        matches!(self.state, State::Writing(_))
    }

    /// Waits until what is being written is on the disk. Nothing is lost where nobody waits to the end.
    ///
    /// # Errors
    /// It cannot be written, in a sentence. There is no journal any more then.
    pub(super) async fn written(&mut self) -> Result<(), String> {
        let State::Writing(writing) = &mut self.state else { return Ok(()) };
        let written = writing.await;
        self.state = State::None;
        let (journal, written) = written.map_err(unwritten)?;
        written.map_err(unwritten)?;
        self.state = State::Idle(journal);
        Ok(())
    }

    /// Writes everything that was acknowledged, and returns when it is on the disk.
    ///
    /// # Errors
    /// As [`written`](Self::written).
    pub(super) async fn finish(&mut self) -> Result<(), String> {
        self.written().await?;
        self.start();
        self.written().await
    }
}

fn unwritten(error: impl Display) -> String {
    format!("the journal cannot be written: {error}")
}
