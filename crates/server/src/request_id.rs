//! The name of one request, which every response carries in `X-Request-Id` and a 500 quotes instead of its cause.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// 32 hexadecimal digits, different for every request of every process. Not a secret, and not guess-proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    process: u64,
    request: u64,
}

impl RequestId {
    /// The next one. Never taken from the caller, so that no caller can put text of its own into a log.
    #[must_use]
    pub fn next() -> Self {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        // The standard library seeds its hashers from the system's random numbers: one draw names this process.
        let process = *PROCESS.get_or_init(|| RandomState::new().build_hasher().finish());
        Self { process, request: scramble(process ^ COUNTER.fetch_add(1, Ordering::Relaxed)) }
    }
}

/// Spreads neighbouring numbers over all 64 bits, one to one (the finalizer of `SplitMix64`), so that ids are easy to tell
/// apart by their first digits.
fn scramble(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl RequestId {
    /// The digits.
    pub(crate) fn digits(self) -> [u8; 32] {
        let number = (u128::from(self.process) << 64) | u128::from(self.request);
        std::array::from_fn(|place| {
            // One hexadecimal digit: four bits of the number, the highest first.
            let digit = (number >> (124 - 4 * place)) & 0xf;
            b"0123456789abcdef"[digit as usize]
        })
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.process, self.request)
    }
}
