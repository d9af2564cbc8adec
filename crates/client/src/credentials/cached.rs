//! Credentials kept in memory, and loaded by one caller for all that wait.

use super::{BoxFuture, CredentialsError, Issued, ProvideCredentials};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A source in front of another one: it keeps what that gave, and asks again only when told that it expired.
///
/// Callers that need a load at the same time share one, and its outcome, success or failure. A failure is kept for
/// nobody who comes later. If the caller that loads gives up, the next one that waits loads in its place.
#[derive(Default)]
pub struct Cached<P> {
    inner: P,
    state: Mutex<State>,
    /// Held by the caller that loads.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    kept: Option<Issued>,
    /// How many loads have ended, and how the last one did.
    loads: u64,
    outcome: Option<Result<Issued, CredentialsError>>,
}

impl<P> Cached<P> {
    /// Keeps what `inner` gives.
    pub fn new(inner: P) -> Self {
        Self { inner, state: Mutex::default(), flight: tokio::sync::Mutex::default() }
    }

    /// The source behind it, without what was kept.
    pub(super) fn into_inner(self) -> P {
        self.inner
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is kept, unless it is what expired.
    fn usable(&self, expired: Option<&Issued>) -> Option<Issued> {
        self.kept.as_ref().filter(|kept| Some(*kept) != expired).cloned()
    }
}

impl<P: ProvideCredentials> Cached<P> {
    async fn load(&self, expired: Option<Issued>, arrived: u64) -> Result<Issued, CredentialsError> {
        let _flight = self.flight.lock().await;
        {
            let state = self.state();
            if let (Some(outcome), true) = (&state.outcome, state.loads != arrived) {
                return outcome.clone();
            }
        }
        let outcome = self.inner.provide(expired.as_ref()).await;
        let mut state = self.state();
        state.loads += 1;
        state.outcome = Some(outcome.clone());
        if let Ok(issued) = &outcome {
            state.kept = Some(issued.clone());
        }
        outcome
    }
}

impl<P: ProvideCredentials> ProvideCredentials for Cached<P> {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let state = self.state();
        if let Some(kept) = state.usable(expired) {
            return Box::pin(std::future::ready(Ok(kept)));
        }
        Box::pin(self.load(expired.cloned(), state.loads))
    }
}

impl<P: fmt::Debug> fmt::Debug for Cached<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cached").field(&self.inner).finish()
    }
}
