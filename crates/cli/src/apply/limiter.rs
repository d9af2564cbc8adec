//! How many requests may be under way, and when the next one may start: for all of them together, and without a clock.
//!
//! It begins with one request, so that wrong credentials cost few, and doubles with each round of good answers up to the
//! limit. An answer that asks for less (429, 503) halves what is allowed and stops everybody for a while: as long as
//! `Retry-After` says, or twice as long as the last time. Good answers then add one in two rounds, in four the next time,
//! and so on, so that a service's limit, once found, is not run against again and again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How many requests may start each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate(f64);

/// A text that is no [`Rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRate;

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let rate: f64 = text.parse().map_err(|_| InvalidRate)?;
        if (0.001..=1e6).contains(&rate) { Ok(Self(rate)) } else { Err(InvalidRate) }
    }
}

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate is a number of requests each second, from 0.001 to 1000000")
    }
}

impl std::error::Error for InvalidRate {}

/// The first pause where the service does not say how long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause where the service does not say how long.
const LAST_PAUSE: Duration = Duration::from_secs(10);
/// The longest time that `Retry-After` is believed.
const LONGEST: Duration = Duration::from_hours(24);
/// How many requests in a row may fail for a reason that may be their own before everybody pauses.
const FAILURES: u32 = 3;
/// The most rounds that it takes to allow one more.
const MOST_ROUNDS: f64 = 256.0;

/// Lets requests start. Times are distances from any one moment.
#[derive(Debug)]
pub(super) struct Limiter {
    most: f64,
    /// How many may be under way.
    allowed: f64,
    /// Up to here, it grows fast.
    threshold: f64,
    /// How many rounds it takes beyond that to allow one more.
    rounds: f64,
    in_flight: usize,
    /// Nobody starts before.
    not_before: Duration,
    /// The last pause; nothing if all has been well since.
    pause: Duration,
    /// Good answers since the last pause.
    good: f64,
    /// Failures in a row.
    failures: u32,
    /// When it was last cut: answers to requests from before say nothing new.
    cut: Option<Duration>,
    bucket: Option<Bucket>,
}

/// When the next request may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    At(Duration),
    /// When another one has ended.
    AfterAnother,
}

/// A request that has started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started(Duration);

impl Started {
    /// When.
    pub(super) fn at(self) -> Duration {
        self.0
    }
}

/// What an answer says about the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It works.
    Good,
    /// It asks for less, and perhaps says for how long.
    TooMuch(Option<Duration>),
    /// It failed, or did not answer.
    Failed,
    /// Nothing.
    None,
}

impl Limiter {
    /// At most this many under way, and, if there is a rate, so many each second.
    pub(super) fn new(concurrency: usize, rate: Option<Rate>) -> Self {
        // As far as numbers of requests go, this is exact.
        #[allow(clippy::cast_precision_loss)]
        let most = concurrency.max(1) as f64;
        Self {
            most,
            allowed: 1.0,
            threshold: most,
            rounds: 1.0,
            in_flight: 0,
            not_before: Duration::ZERO,
            pause: Duration::ZERO,
            good: 0.0,
            failures: 0,
            cut: None,
            bucket: rate.map(Bucket::new),
        }
    }

    /// When the next request may start.
    pub(super) fn turn(&mut self, now: Duration) -> Turn {
        #[allow(clippy::cast_precision_loss)]
        let next = (self.in_flight + 1) as f64;
        if next > self.allowed {
            return Turn::AfterAnother;
        }
        if now < self.not_before {
            return Turn::At(self.not_before);
        }
        match self.bucket.as_mut().and_then(|bucket| bucket.wait(now)) {
            Some(wait) => Turn::At(now.saturating_add(wait)),
            None => Turn::Now,
        }
    }

    /// A request starts.
    pub(super) fn start(&mut self, now: Duration) -> Started {
        self.in_flight += 1;
        if let Some(bucket) = &mut self.bucket {
            bucket.tokens -= 1.0;
        }
        Started(now)
    }

    /// A request has ended.
    pub(super) fn end(&mut self, now: Duration, started: Started, sign: Sign) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match sign {
            Sign::Good => {
                self.failures = 0;
                self.good += 1.0;
                if self.good >= self.allowed {
                    self.pause = Duration::ZERO;
                }
                let slow = 1.0 / (self.allowed * self.rounds);
                self.allowed += if self.allowed < self.threshold { 1.0 } else { slow };
                if self.allowed >= self.most {
                    self.allowed = self.most;
                    self.rounds = 1.0;
                }
            }
            Sign::TooMuch(asked) => self.cut(now, started, asked),
            Sign::Failed => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES {
                    self.cut(now, started, None);
                }
            }
            Sign::None => {}
        }
    }

    /// When the pause ends, if there is one.
    pub(super) fn not_before(&self) -> Duration {
        self.not_before
    }

    fn cut(&mut self, now: Duration, started: Started, asked: Option<Duration>) {
        if self.cut.is_none_or(|cut| started.0 >= cut) {
            self.allowed = (self.allowed / 2.0).floor().max(1.0);
            self.threshold = self.allowed;
            self.rounds = (self.rounds * 2.0).min(MOST_ROUNDS);
            self.good = 0.0;
            self.pause = self.pause.saturating_mul(2).clamp(FIRST_PAUSE, LAST_PAUSE);
            self.not_before = self.not_before.max(now.saturating_add(self.pause));
            self.cut = Some(now);
        }
        if let Some(asked) = asked {
            self.not_before = self.not_before.max(now.saturating_add(asked.min(LONGEST)));
        }
    }
}

/// A token bucket.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    most: f64,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    /// What a tenth of a second brings may start at once.
    fn new(Rate(rate): Rate) -> Self {
        let most = (rate / 10.0).max(1.0);
        Self { rate, most, tokens: most, filled: Duration::ZERO }
    }

    /// How long to wait for a token, if there is none.
    fn wait(&mut self, now: Duration) -> Option<Duration> {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.filled = self.filled.max(now);
        self.tokens = (self.tokens + passed * self.rate).min(self.most);
        // Times have nanoseconds, so a token may be short of whole by that much.
        let missing = 1.0 - self.tokens;
        (missing > 1e-6).then(|| {
            let wait = Duration::try_from_secs_f64(missing / self.rate).unwrap_or(LONGEST);
            wait.saturating_add(Duration::from_nanos(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LAST_PAUSE, LONGEST, Limiter, Rate, Sign, Started, Turn};
    use std::time::Duration;

    const MS: Duration = Duration::from_millis(1);

    /// Starts as many as may start now.
    fn fill(limiter: &mut Limiter, now: Duration) -> Vec<Started> {
        let mut started = Vec::new();
        while limiter.turn(now) == Turn::Now {
            started.push(limiter.start(now));
        }
        started
    }

    /// Rounds of one millisecond each, in which everything is answered like this; how many ran in each.
    fn rounds(limiter: &mut Limiter, now: &mut Duration, count: usize, sign: Sign) -> Vec<usize> {
        (0..count)
            .map(|_| {
                *now = limiter.not_before().max(*now + MS);
                let started = fill(limiter, *now);
                let running = started.len();
                *now += MS;
                for one in started {
                    limiter.end(*now, one, sign);
                }
                running
            })
            .collect()
    }

    #[test]
    fn it_starts_with_one_and_doubles_up_to_the_limit() {
        let (mut limiter, mut now) = (Limiter::new(16, None), Duration::ZERO);
        assert_eq!(rounds(&mut limiter, &mut now, 7, Sign::Good), [1, 2, 4, 8, 16, 16, 16]);
    }

    #[test]
    fn credentials_that_are_refused_cost_one_request_at_a_time() {
        let (mut limiter, mut now) = (Limiter::new(16, None), Duration::ZERO);
        assert_eq!(rounds(&mut limiter, &mut now, 5, Sign::None), [1; 5]);
    }

    #[test]
    fn what_is_too_much_halves_it_once_and_good_answers_bring_it_back() {
        let (mut limiter, mut now) = (Limiter::new(16, None), Duration::ZERO);
        rounds(&mut limiter, &mut now, 6, Sign::Good);
        let started = fill(&mut limiter, now);
        assert_eq!(started.len(), 16);
        now += MS;
        for one in started {
            limiter.end(now, one, Sign::TooMuch(None));
        }
        assert_eq!(limiter.turn(now), Turn::At(now + 200 * MS), "everybody waits");
        now += 200 * MS;
        assert_eq!(rounds(&mut limiter, &mut now, 24, Sign::Good)[..4], [8, 8, 8, 9]);
        assert_eq!(rounds(&mut limiter, &mut now, 1, Sign::Good), [16]);
    }

    #[test]
    fn a_limit_that_was_found_is_not_run_against_again_and_again() {
        // A service that takes three at once.
        let (mut limiter, mut now) = (Limiter::new(16, None), Duration::ZERO);
        let (mut good, mut refused) = (0, 0);
        while good < 10_000 {
            now = limiter.not_before().max(now + MS);
            let started = fill(&mut limiter, now);
            assert!(!started.is_empty());
            now += MS;
            for (place, one) in started.into_iter().enumerate() {
                let fits = place < 3;
                limiter.end(now, one, if fits { Sign::Good } else { Sign::TooMuch(None) });
                if fits { good += 1 } else { refused += 1 }
            }
        }
        assert!(refused < 40, "{refused}");
    }

    #[test]
    fn pauses_double_while_nothing_gets_better_and_what_is_asked_counts() {
        let (mut limiter, mut now) = (Limiter::new(4, None), Duration::ZERO);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let started = limiter.start(now);
            limiter.end(now, started, Sign::TooMuch(None));
            pauses.push(limiter.not_before().saturating_sub(now).as_millis());
            now = limiter.not_before();
        }
        assert_eq!(pauses, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        let started = limiter.start(now);
        limiter.end(now, started, Sign::TooMuch(Some(Duration::from_mins(2))));
        assert_eq!(limiter.turn(now), Turn::At(now + Duration::from_mins(2)));
        now += Duration::from_mins(2);
        let started = limiter.start(now);
        limiter.end(now, started, Sign::Good);
        let started = limiter.start(now);
        limiter.end(now, started, Sign::TooMuch(Some(MS)));
        assert_eq!(limiter.not_before(), now + 200 * MS, "it has begun anew, and never waits less");
        assert!(LAST_PAUSE < Duration::from_mins(2));
        let started = limiter.start(now);
        limiter.end(now, started, Sign::TooMuch(Some(Duration::MAX)));
        assert_eq!(limiter.not_before(), now + LONGEST);
    }

    #[test]
    fn failures_count_only_in_a_row() {
        let (mut limiter, mut now) = (Limiter::new(8, None), Duration::ZERO);
        rounds(&mut limiter, &mut now, 5, Sign::Good);
        for _ in 0..20 {
            for sign in [Sign::Failed, Sign::Failed, Sign::Good] {
                let started = limiter.start(now);
                limiter.end(now, started, sign);
            }
        }
        assert_eq!(limiter.turn(now), Turn::Now);
        for turn in [Turn::Now, Turn::Now, Turn::At(now + 200 * MS)] {
            let started = limiter.start(now);
            limiter.end(now, started, Sign::Failed);
            assert_eq!(limiter.turn(now), turn);
        }
    }

    #[test]
    fn a_rate_is_a_number_above_nothing() {
        for text in ["0", "-1", "NaN", "inf", "1e9", "", "x"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert_eq!("0.5".parse(), Ok(Rate(0.5)));
    }

    #[test]
    fn no_second_has_more_than_the_rate_and_no_token_is_lost() {
        for rate in [0.5, 1.0, 7.0, 99.5, 5000.0] {
            let mut limiter = Limiter::new(1, Some(Rate(rate)));
            let (mut now, mut starts) = (Duration::ZERO, Vec::new());
            while now < Duration::from_secs(20) && starts.len() < 4000 {
                match limiter.turn(now) {
                    Turn::Now => {
                        starts.push(now);
                        let started = limiter.start(now);
                        limiter.end(now, started, Sign::Good);
                    }
                    Turn::At(later) => {
                        assert!(later > now);
                        now = later;
                    }
                    Turn::AfterAnother => panic!("nothing is under way"),
                }
            }
            let allowed = rate + (rate / 10.0).max(1.0);
            for (first, start) in starts.iter().enumerate() {
                let within = starts[first..].iter().take_while(|end| **end < *start + Duration::from_secs(1));
                #[allow(clippy::cast_precision_loss)]
                let within = within.count() as f64;
                assert!(within <= allowed + 1.0, "{within} in a second at {rate}");
            }
            #[allow(clippy::cast_precision_loss)]
            let reached = starts.len() as f64 / starts.last().unwrap().as_secs_f64();
            assert!(reached >= rate * 0.99, "{reached} at {rate}");
        }
    }
}
