//! How authentication went so far, as numbers for metrics.

use crate::error::{AuthenticationError, RefusalKind};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// What was counted since the authenticator was made. Every number only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Refused requests, by what was wrong. Every kind is there, also those at 0.
    pub refused: BTreeMap<RefusalKind, u64>,
    /// Requests that could not be judged.
    pub failed: u64,
    /// How often Keystone was asked about a token.
    pub keystone_validations: u64,
    /// How often a request was answered by what Keystone had said before, or was saying to another request.
    pub keystone_remembered: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    refused: [AtomicU64; RefusalKind::ALL.len()],
    failed: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, error: &AuthenticationError) {
        let counter = match error {
            AuthenticationError::Failed { .. } => Some(&self.failed),
            AuthenticationError::Refused { kind, .. } => RefusalKind::ALL
                .iter()
                .zip(&self.refused)
                .find(|(one, _)| *one == kind)
                .map(|(_, counter)| counter),
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn refused(&self) -> BTreeMap<RefusalKind, u64> {
        let counts = self.refused.iter().map(|counter| counter.load(Ordering::Relaxed));
        RefusalKind::ALL.into_iter().zip(counts).collect()
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}
