//! How many refused credentials came from where: an address that has shown too many is held off for a while, so that nobody
//! guesses, or asks an identity service, faster than the operator allows.
//!
//! The memory is fixed from the start. Addresses share rows by a hash that nobody outside can foresee; in a full row
//! the one with the least to its name is forgotten, so a crowd of guessers can lose count of each other, and of nobody else.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long refusals are counted together, and how long an address is held off.
const WINDOW: Duration = Duration::from_mins(1);

/// Rows, and places in each: so many addresses are told apart at a time.
const ROWS: usize = 1024;
const PLACES: usize = 8;

type Row = [Option<Seen>; PLACES];

/// Counts the refusals of each address.
#[derive(Debug)]
pub(super) struct Guesses {
    /// So many in a window; 0 for any number.
    most: u32,
    rows: Box<[Mutex<Row>]>,
    hashes: RandomState,
}

/// What is known of one address.
#[derive(Clone, Copy, Debug)]
struct Seen {
    source: Source,
    refusals: u32,
    /// When the first of them came, or when there were too many.
    since: Instant,
}

impl Seen {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= WINDOW
    }
}

/// Whom an address stands for. Who has one address of IPv6 has the 2^64 beside it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    V4([u8; 4]),
    V6([u16; 4]),
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl Guesses {
    /// Nobody has been refused yet; `most` may be, of each address in a minute, and 0 is any number.
    pub(super) fn new(most: u32) -> Self {
        let rows = if most == 0 { 0 } else { ROWS };
        Self {
            most,
            rows: (0..rows).map(|_| Mutex::new([None; PLACES])).collect(),
            hashes: RandomState::new(),
        }
    }

    /// How much longer the address is held off; `None` if it is not.
    pub(super) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let source = Source::from(address);
        let row = self.row(source)?;
        let seen = row.iter().flatten().find(|seen| seen.source == source)?;
        let is_held_off = seen.refusals >= self.most && !seen.is_over(now);
        is_held_off.then(|| (seen.since + WINDOW).saturating_duration_since(now))
    }

    /// The address was refused once more. Returns whether it is held off from now on.
    pub(super) fn refused(&self, address: IpAddr, now: Instant) -> bool {
        let source = Source::from(address);
        let Some(mut row) = self.row(source) else { return false };
        let fresh = Seen { source, refusals: 0, since: now };
        let known = row.iter_mut().flatten().find(|seen| seen.source == source);
        let seen = if let Some(seen) = known {
            seen
        } else {
            let worth = |place: &Option<Seen>| {
                place.filter(|seen| !seen.is_over(now)).map(|seen| (seen.refusals, seen.since))
            };
            let Some(place) = row.iter_mut().min_by_key(|place| worth(place)) else { return false };
            place.insert(fresh)
        };
        if seen.is_over(now) {
            *seen = fresh;
        }
        // Requests that were under way when it was held off change nothing any more.
        let was_held_off = seen.refusals >= self.most;
        seen.refusals = seen.refusals.saturating_add(1);
        let is_held_off = seen.refusals >= self.most && !was_held_off;
        if is_held_off {
            seen.since = now;
        }
        is_held_off
    }

    /// The row of a source; none where nothing is counted.
    fn row(&self, source: Source) -> Option<MutexGuard<'_, Row>> {
        let hash = self.hashes.hash_one(source);
        let row = self.rows.get(usize::try_from(hash % ROWS as u64).ok()?)?;
        // A place is written as a whole: there is nothing half done to fear.
        Some(row.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::{Guesses, PLACES, ROWS, WINDOW};
    use crate::clock;
    use std::net::{IpAddr, Ipv6Addr};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn too_many_in_a_minute_are_held_off_for_a_minute_and_nobody_else_is() {
        let guesses = Guesses::new(3);
        let now = clock::moment();
        assert!(!guesses.refused(v4(1), now));
        assert!(!guesses.refused(v4(1), now + SECOND));
        assert_eq!(guesses.wait(v4(1), now + SECOND), None);
        let third = now + 2 * SECOND;
        assert!(guesses.refused(v4(1), third));
        assert_eq!(guesses.wait(v4(1), third), Some(WINDOW));
        assert_eq!(guesses.wait(v4(2), third), None);
        // What was under way neither prolongs it nor counts for the next time.
        assert!(!guesses.refused(v4(1), third + SECOND));
        assert_eq!(guesses.wait(v4(1), third + SECOND), WINDOW.checked_sub(SECOND));
        assert_eq!(guesses.wait(v4(1), third + WINDOW), None);
        assert!(!guesses.refused(v4(1), third + WINDOW));
        assert!(!guesses.refused(v4(1), third + WINDOW));
        assert!(guesses.refused(v4(1), third + WINDOW));
    }

    #[test]
    fn what_comes_slowly_adds_up_to_nothing() {
        let guesses = Guesses::new(2);
        let mut now = clock::moment();
        for _ in 0..100 {
            assert!(!guesses.refused(v4(1), now));
            now += WINDOW;
        }
    }

    #[test]
    fn one_network_of_ipv6_is_one_source_and_a_mapped_address_is_that_of_ipv4() {
        let guesses = Guesses::new(1);
        let now = clock::moment();
        let v6 = |network: u16, host: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host]);
        assert!(guesses.refused(v6(1, 1), now));
        assert!(guesses.wait(v6(1, 2), now).is_some());
        assert_eq!(guesses.wait(v6(2, 1), now), None);
        assert!(guesses.refused(v4(1), now));
        let mapped = Ipv6Addr::from([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]);
        assert!(guesses.wait(mapped.into(), now).is_some());
    }

    #[test]
    fn none_counts_nothing_and_a_crowd_takes_no_more_room() {
        let now = clock::moment();
        let none = Guesses::new(0);
        assert!(!none.refused(v4(1), now));
        assert_eq!(none.wait(v4(1), now), None);

        let guesses = Guesses::new(2);
        assert!(!guesses.refused(v4(1), now));
        assert!(guesses.refused(v4(1), now));
        for network in 0..u32::try_from(ROWS * PLACES * 4).unwrap() {
            let [a, b, c, d] = network.to_be_bytes();
            let crowd = u16::from_be_bytes([a, b]);
            guesses
                .refused(IpAddr::from([0x2001, 0xdb8, crowd, u16::from_be_bytes([c, d]), 0, 0, 0, 1]), now);
        }
        // Each of the crowd came once. Whoever is held off has more to his name, and is not forgotten for them.
        assert!(guesses.wait(v4(1), now).is_some());
        let places: usize = guesses.rows.iter().map(|row| row.lock().unwrap().len()).sum();
        assert_eq!(places, ROWS * PLACES);
    }
}
