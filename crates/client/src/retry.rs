//! When a call is tried again, and after how long: a policy, and the arithmetic of pauses, which reads no clock.

use reqwest::StatusCode;
use std::time::{Duration, SystemTime};

/// How often a call is tried, and how long it pauses in between.
///
/// Only operations whose contract calls them idempotent (`x-idempotent`) are tried again, and only where no connection
/// was made, the connection broke, an attempt took too long, or the answer was 429, 500, 502, 503 or 504. The pause
/// before the `n`th retry is a random time up to `base * 2^(n-1)`, but no more than `cap` ("full jitter"): many clients
/// that failed together do not come back together. What `Retry-After` asks for comes on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    cap: Duration,
}

/// What `Retry-After` may ask for where a call has no deadline; an answer that asks for more is returned at once.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

impl Default for RetryPolicy {
    /// Three attempts, 200 ms, 10 s.
    fn default() -> Self {
        Self { attempts: 3, base: Duration::from_millis(200), cap: Duration::from_secs(10) }
    }
}

impl RetryPolicy {
    /// One attempt, and no other.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// How often a call is tried at most, the first attempt included; 0 is 1. Default: 3.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest pause before the first retry. Default: 200 ms.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest pause before any retry. Default: 10 s.
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// How long to pause after `failed` attempts, the first of which is 1; none if there is no further one.
    ///
    /// `asked` is what `Retry-After` said, `left` how much of the deadline is left, and `random` at least 0 and less than 1.
    pub(crate) fn pause(
        &self,
        failed: u32,
        asked: Option<Duration>,
        left: Option<Duration>,
        random: f64,
    ) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let factor = 2_u32.checked_pow(failed.saturating_sub(1)).unwrap_or(u32::MAX);
        let longest = self.base.saturating_mul(factor).min(self.cap);
        let jitter = longest.mul_f64(random.clamp(0.0, 1.0));
        let pause = asked.unwrap_or_default().saturating_add(jitter);
        // A retry that starts at the deadline would have no time left.
        let fits = left.map_or(asked.unwrap_or_default() <= LONGEST_ASKED, |left| pause < left);
        fits.then_some(pause)
    }
}

/// Whether an answer with this status may be another one the next time.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// What a `Retry-After` asks for: whole seconds, or the time until an HTTP date, which may have passed.
pub(crate) fn asked(retry_after: &str, now: SystemTime) -> Option<Duration> {
    let text = retry_after.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are too many in any case.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_ASKED, RetryPolicy, asked};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_pause_is_full_jitter_within_its_bounds() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let (base, cap) = (MS * random.u32(0..5000), MS * random.u32(0..20_000));
            let policy = RetryPolicy::default().attempts(random.u32(0..80)).base(base).cap(cap);
            let failed = random.u32(1..80);
            let pause = policy.pause(failed, None, None, random.f64());
            assert_eq!(pause.is_some(), failed < policy.attempts);
            let Some(pause) = pause else { continue };
            assert!(pause <= cap, "{policy:?} {failed}: {pause:?}");
            assert!(pause.as_secs_f64() <= base.as_secs_f64() * f64::from(failed - 1).exp2() + 1e-9);
            // From nothing up to the bound.
            assert_eq!(policy.pause(failed, None, None, 0.0), Some(Duration::ZERO));
            let longest = policy.pause(failed, None, None, 1.0).unwrap();
            let wanted = cap.as_secs_f64().min(base.as_secs_f64() * f64::from(failed - 1).exp2());
            assert!((longest.as_secs_f64() - wanted).abs() < 1e-6, "{policy:?} {failed}: {longest:?}");
        }
    }

    #[test]
    fn what_is_asked_for_is_the_least() {
        let policy = RetryPolicy::default();
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..1000 {
            let asked = MS * random.u32(0..100_000);
            let pause = policy.pause(1, Some(asked), None, random.f64()).unwrap();
            assert!(pause >= asked && pause <= asked + MS * 200, "{asked:?}: {pause:?}");
        }
        assert_eq!(policy.pause(1, Some(LONGEST_ASKED + MS), None, 0.0), None);
        assert_eq!(policy.pause(1, Some(Duration::MAX), Some(Duration::MAX), 0.5), None);
    }

    #[test]
    fn no_pause_goes_beyond_the_deadline() {
        let policy = RetryPolicy::default();
        let second = Some(MS * 1000);
        assert_eq!(policy.pause(1, None, second, 0.5), Some(MS * 100));
        assert_eq!(policy.pause(1, Some(MS * 999), second, 0.0), Some(MS * 999));
        assert_eq!(policy.pause(1, Some(MS * 999), second, 0.5), None);
        assert_eq!(policy.pause(1, Some(MS * 1000), second, 0.0), None);
        assert_eq!(policy.pause(1, None, Some(Duration::ZERO), 0.0), None);
        // With a deadline, only that counts.
        assert!(policy.pause(1, Some(LONGEST_ASKED * 2), Some(LONGEST_ASKED * 3), 0.0).is_some());
    }

    #[test]
    fn retry_after_has_two_forms() {
        let now = UNIX_EPOCH + Duration::from_mins(24_090_208);
        for (text, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("99999999999999999999999", Some(u64::MAX)),
            // The same moment, the next minute, and the one before, in the forms that HTTP knows.
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
            ("Wed, 21 Oct 2015 07:29:00 GMT", Some(60)),
            ("Wednesday, 21-Oct-15 07:29:00 GMT", Some(60)),
            ("Wed Oct 21 07:29:00 2015", Some(60)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Wed, 21 Oct 2015 07:28:00 CEST", None),
        ] {
            assert_eq!(asked(text, now), seconds.map(Duration::from_secs), "{text}");
        }
        assert_eq!(asked("1", SystemTime::UNIX_EPOCH), Some(Duration::from_secs(1)));
    }
}
