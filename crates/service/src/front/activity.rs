//! What one connection is at, and until when it may be: the times of the front that concern a connection.

use super::settings::Settings;
use crate::clock;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The first bytes of every HTTP/2 connection.
const H2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Shared by the connection's task, its socket and its requests.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    stage: Stage,
    /// When it got there, or when the last request came or the last answer was ready.
    since: Instant,
    /// Requests without an answer.
    open: usize,
    /// Those of them whose body is not complete.
    arriving: usize,
    protocol: Protocol,
    /// A request body was left unread, so its rest may still be on the way.
    unread: bool,
    /// Our side is closed, and what the peer still sends is read and thrown away.
    listening: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Between requests.
    Idle,
    /// A request has begun to arrive (HTTP/1), or the connection's first bytes (HTTP/2).
    Head,
    /// We have said goodbye, and the peer may say it too.
    Leaving,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    /// So many bytes of the preface have come, and nothing else.
    Unknown(usize),
    Http1,
    Http2,
}

/// What has to happen at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing before then.
    Nothing(Instant),
    /// The connection was idle long enough: say goodbye.
    Goodbye,
    /// The peer had its time: close.
    Cut,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            stage: Stage::Idle,
            since: clock::moment(),
            open: 0,
            arriving: 0,
            protocol: Protocol::Unknown(0),
            unread: false,
            listening: false,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a single assignment of plain values: there is nothing half done to fear.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These bytes came in.
    pub(super) fn received(&self, bytes: &[u8]) {
        let mut state = self.state();
        let began = state.stage == Stage::Idle && state.open == 0;
        if let Protocol::Unknown(matched) = state.protocol {
            let expected = H2_PREFACE.get(matched..).unwrap_or_default();
            let length = expected.len().min(bytes.len());
            state.protocol = if expected.get(..length) != bytes.get(..length) {
                Protocol::Http1
            } else if length == expected.len() {
                Protocol::Http2
            } else {
                Protocol::Unknown(matched + length)
            };
            if state.protocol == Protocol::Http2 && state.stage == Stage::Head {
                state.stage = Stage::Idle;
            }
        }
        // On HTTP/2 bytes come between requests too, and are nothing to wait for.
        if began && state.protocol != Protocol::Http2 {
            state.stage = Stage::Head;
            state.since = clock::moment();
        }
    }

    /// A request's headers are complete, and its body follows, or it has none.
    pub(super) fn request(&self, now: Instant, has_body: bool) {
        let mut state = self.state();
        state.open += 1;
        state.arriving += usize::from(has_body);
        state.since = now;
        state.unread = false;
        if state.stage == Stage::Head {
            state.stage = Stage::Idle;
        }
    }

    /// The body of a request is complete, or nobody waits for it any more.
    pub(super) fn arrived(&self) {
        let mut state = self.state();
        state.arriving = state.arriving.saturating_sub(1);
    }

    /// A request has its answer, or is given up.
    pub(super) fn answered(&self, now: Instant) {
        let mut state = self.state();
        state.open = state.open.saturating_sub(1);
        state.since = now;
    }

    /// A request body is not read to its end.
    pub(super) fn left_unread(&self) {
        let mut state = self.state();
        state.unread = state.protocol != Protocol::Http2;
    }

    /// We say goodbye. Returns whether bytes may be on their way that nobody has read.
    pub(super) fn goodbye(&self) -> bool {
        let mut state = self.state();
        let pending = state.unread || state.stage == Stage::Head;
        if state.stage != Stage::Head {
            state.since = clock::moment();
            state.stage = Stage::Leaving;
        }
        pending
    }

    /// Our side is closed, and the peer's may still send.
    pub(super) fn closed(&self) {
        let mut state = self.state();
        state.stage = Stage::Leaving;
        state.since = clock::moment();
        state.listening = true;
    }

    /// Whether to wait for the peer to stop sending.
    pub(super) fn is_listening(&self) -> bool {
        self.state().listening
    }

    /// The peer had its time. Returns whether it was waited for.
    pub(super) fn stop_listening(&self) -> bool {
        std::mem::take(&mut self.state().listening)
    }

    /// Since when everything on the connection waits for the client. None while an answer is being made.
    pub(super) fn waits(&self) -> Option<Instant> {
        let state = self.state();
        (state.open <= state.arriving).then_some(state.since)
    }

    /// When the connection has to be looked at, if nothing more happens. None while a request has no answer.
    pub(super) fn deadline(&self, settings: &Settings) -> Option<Instant> {
        let state = self.state();
        let limit = match state.stage {
            _ if state.open > 0 => return None,
            Stage::Idle => settings.idle_timeout,
            Stage::Head => settings.header_timeout,
            Stage::Leaving => settings.close_timeout,
        };
        Some(state.since + limit)
    }

    /// The same, and while a request has no answer the soonest that anything can be due once it has.
    pub(super) fn next_look(&self, settings: &Settings) -> Instant {
        let soonest = settings.idle_timeout.min(settings.close_timeout);
        self.deadline(settings).unwrap_or_else(|| clock::moment() + soonest)
    }

    /// What is due.
    pub(super) fn due(&self, settings: &Settings) -> Due {
        let now = clock::moment();
        match self.deadline(settings) {
            None => Due::Nothing(self.next_look(settings)),
            Some(deadline) if deadline > now => Due::Nothing(deadline),
            Some(_) if self.state().stage == Stage::Idle => Due::Goodbye,
            Some(_) => Due::Cut,
        }
    }
}
