//! Keystone tokens: what the identity service says of a token, remembered for a while.
//!
//! - `service`: talks to Keystone.
//! - `wire`: reads what it answers.
//! - `memory`: what it said, and for how long that holds.

mod memory;
mod service;
mod wire;

use crate::config::KeystoneSettings;
use crate::digest::Digest;
use crate::error::{AuthenticationError, RefusalKind};
use crate::principal::Principal;
use memory::{Lifetimes, Memory};
use service::IdentityService;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::watch;

/// How many tokens may be with Keystone at a time. Each waits for at most the timeout and holds up to 40 kB, so this bounds
/// what a flood of made-up tokens can take.
const MOST_FLIGHTS: usize = 1024;

/// What Keystone says of a token.
#[derive(Clone, Debug)]
enum Verdict {
    /// It is somebody's, until it expires.
    Recognised { principal: Arc<Principal>, expires: SystemTime },
    /// It is not valid.
    Refused,
    /// Keystone did not say. The text is for the log.
    Failed(Arc<str>),
}

impl Verdict {
    /// What the verdict means to a request at `now`.
    fn into_result(self, now: SystemTime) -> Result<Arc<Principal>, AuthenticationError> {
        match self {
            Self::Recognised { principal, expires } if now < expires => Ok(principal),
            Self::Recognised { .. } => Err(AuthenticationError::refused(RefusalKind::ExpiredToken)),
            Self::Refused => Err(AuthenticationError::refused(RefusalKind::UnknownToken)),
            Self::Failed(message) => Err(AuthenticationError::Failed { message: message.to_string() }),
        }
    }
}

/// Keystone as this service sees it.
#[derive(Debug)]
pub(crate) struct Keystone {
    service: IdentityService,
    state: Mutex<State>,
    validations: AtomicU64,
    remembered: AtomicU64,
}

/// Memory and flights are behind one lock, so that no request can fall between a flight that has landed and its verdict.
#[derive(Debug)]
struct State {
    memory: Memory,
    flights: HashMap<Digest, Flight>,
}

/// A token that is with Keystone; its verdict will go to everybody who waits.
#[derive(Debug)]
struct Flight {
    started: SystemTime,
    verdict: watch::Receiver<Option<Verdict>>,
}

/// Whether what Keystone says to a question of `asked` may answer a request of `now`.
enum Step {
    Known(Verdict),
    Wait(watch::Receiver<Option<Verdict>>),
}

impl Keystone {
    pub(crate) fn new(settings: &KeystoneSettings) -> Result<Self, String> {
        let lifetimes = Lifetimes { recognised: settings.max_ttl, refused: settings.negative_ttl };
        let state = State { memory: Memory::new(settings.cache_size, lifetimes), flights: HashMap::new() };
        Ok(Self {
            service: IdentityService::new(settings)?,
            state: Mutex::new(state),
            validations: AtomicU64::new(0),
            remembered: AtomicU64::new(0),
        })
    }

    /// How often Keystone was asked, and how often that was not necessary.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.validations.load(Ordering::Relaxed), self.remembered.load(Ordering::Relaxed))
    }

    /// Whose token this is. However many requests ask at a time, Keystone is asked once.
    pub(crate) async fn judge(
        self: &Arc<Self>,
        token: &str,
        digest: Digest,
        now: SystemTime,
    ) -> Result<Arc<Principal>, AuthenticationError> {
        let verdict = match self.step(token, digest, now) {
            Step::Known(verdict) => verdict,
            Step::Wait(mut flight) => match flight.wait_for(Option::is_some).await.as_deref() {
                Ok(Some(verdict)) => verdict.clone(),
                // Only when the runtime goes down: a flight always lands.
                Ok(None) | Err(_) => Verdict::Failed("the question to Keystone was given up".into()),
            },
        };
        verdict.into_result(now)
    }

    /// Answers from memory, joins a flight, or starts one.
    fn step(self: &Arc<Self>, token: &str, digest: Digest, now: SystemTime) -> Step {
        let mut state = self.state();
        let State { memory, flights } = &mut *state;
        if let Some(verdict) = memory.recall(&digest, now) {
            self.remembered.fetch_add(1, Ordering::Relaxed);
            return Step::Known(verdict);
        }
        if let Some(flight) = flights.get(&digest)
            // Without a lifetime nothing is shared: a token may have been revoked after the other request's question.
            && memory.is_fresh(flight.started, now)
            // A flight whose task is gone never lands.
            && flight.verdict.has_changed().is_ok()
        {
            self.remembered.fetch_add(1, Ordering::Relaxed);
            return Step::Wait(flight.verdict.clone());
        }
        if flights.len() >= MOST_FLIGHTS {
            return Step::Known(Verdict::Failed("too many tokens wait for Keystone already".into()));
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(digest, Flight { started: now, verdict: receiver.clone() });
        drop(state);
        self.validations.fetch_add(1, Ordering::Relaxed);
        // In a task of its own: the request that asks first may be given up, and others wait for the answer.
        let (keystone, token) = (Arc::clone(self), token.to_owned());
        tokio::spawn(async move {
            let verdict = keystone.service.validate(&token, now).await;
            keystone.land(digest, &sender, now, verdict);
        });
        Step::Wait(receiver)
    }

    /// Remembers a verdict, ends its flight and tells everybody who waits for it.
    fn land(
        &self,
        digest: Digest,
        sender: &watch::Sender<Option<Verdict>>,
        started: SystemTime,
        verdict: Verdict,
    ) {
        let mut state = self.state();
        let State { memory, flights } = &mut *state;
        memory.remember(digest, started, &verdict);
        // A later flight of the same token may have taken the place.
        if flights.get(&digest).is_some_and(|flight| flight.verdict.same_channel(&sender.subscribe())) {
            flights.remove(&digest);
        }
        drop(state);
        sender.send_replace(Some(verdict));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock leaves it half done, so a panic elsewhere does not make it unusable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
