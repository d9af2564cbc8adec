//! What Keystone said of tokens, by their digests, and for how long that holds.

use super::Verdict;
use crate::digest::Digest;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime};

/// How long verdicts hold, counted from the moment the question was put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    pub(super) recognised: Duration,
    pub(super) refused: Duration,
}

/// Verdicts, each with when its question was put. Refused tokens have a room of their own: made-up ones must not push out those
/// of real callers.
#[derive(Debug)]
pub(super) struct Memory {
    lifetimes: Lifetimes,
    recognised: LruCache<Digest, (SystemTime, Verdict)>,
    refused: LruCache<Digest, SystemTime>,
}

impl Memory {
    pub(super) fn new(size: NonZeroUsize, lifetimes: Lifetimes) -> Self {
        // Sparse: memory is taken as it is used.
        Self { lifetimes, recognised: LruCache::sparse(size), refused: LruCache::sparse(size) }
    }

    /// What was said of the token, if it still holds.
    ///
    /// A token past its own expiry is still recalled within the lifetime, and then refused without asking.
    pub(super) fn recall(&mut self, digest: &Digest, now: SystemTime) -> Option<Verdict> {
        if let Some((asked, verdict)) = self.recognised.get(digest) {
            if fresh(*asked, now, self.lifetimes.recognised) {
                return Some(verdict.clone());
            }
            self.recognised.pop(digest);
        }
        if let Some(asked) = self.refused.get(digest) {
            if fresh(*asked, now, self.lifetimes.refused) {
                return Some(Verdict::Refused);
            }
            self.refused.pop(digest);
        }
        None
    }

    /// Keeps a verdict on a question of `asked`. A failure is nothing to remember.
    pub(super) fn remember(&mut self, digest: Digest, asked: SystemTime, verdict: &Verdict) {
        match verdict {
            Verdict::Recognised { .. } if !self.lifetimes.recognised.is_zero() => {
                self.refused.pop(&digest);
                self.recognised.put(digest, (asked, verdict.clone()));
            }
            Verdict::Refused => {
                self.recognised.pop(&digest);
                if !self.lifetimes.refused.is_zero() {
                    self.refused.put(digest, asked);
                }
            }
            Verdict::Recognised { .. } | Verdict::Failed(_) => {}
        }
    }

    /// Whether a question of `asked`, still open, may answer a request of `now` as well.
    pub(super) fn is_fresh(&self, asked: SystemTime, now: SystemTime) -> bool {
        fresh(asked, now, self.lifetimes.recognised)
    }
}

/// Whether `asked` lies within `lifetime` of `now`, before or after it: two requests may read the clock in one order and come
/// here in the other, and after the clock was set back nothing holds for longer than twice its lifetime.
fn fresh(asked: SystemTime, now: SystemTime, lifetime: Duration) -> bool {
    let age = now.duration_since(asked).unwrap_or_else(|earlier| earlier.duration());
    age < lifetime
}
