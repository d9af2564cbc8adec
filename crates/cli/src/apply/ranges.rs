//! Sets of numbers that mostly follow each other: the entries of a file that are done.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// A set of numbers, kept as ranges: its memory grows with its gaps, not with its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    /// Ascending and apart from each other up to `merged`; as they came after it.
    list: Vec<RangeInclusive<u64>>,
    merged: usize,
}

/// How many ranges may wait to be merged.
const SLACK: usize = 4096;

impl Ranges {
    /// Adds every number of a range.
    pub(super) fn add(&mut self, range: RangeInclusive<u64>) {
        if let Some(last) = self.list.last_mut()
            && last.end().checked_add(1) == Some(*range.start())
        {
            *last = *last.start()..=*range.end();
            return;
        }
        self.list.push(range);
        if self.list.len() > 2 * self.merged + SLACK {
            self.merge();
        }
    }

    /// Sorts the ranges, and makes one of those that touch.
    pub(super) fn merge(&mut self) {
        self.list.sort_unstable_by_key(|range| *range.start());
        self.list.dedup_by(|next, last| {
            let touches = *next.start() <= last.end().saturating_add(1);
            if touches {
                *last = *last.start()..=*last.end().max(next.end());
            }
            touches
        });
        self.merged = self.list.len();
    }

    /// The ranges, merged.
    pub(super) fn list(&mut self) -> &[RangeInclusive<u64>] {
        self.merge();
        &self.list
    }

    /// How many numbers there are.
    pub(super) fn count(&mut self) -> u64 {
        self.list().iter().map(|range| range.end() - range.start() + 1).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Answers for ascending numbers whether each is in the set.
    pub(super) fn into_cursor(mut self) -> Cursor {
        self.merge();
        Cursor { list: self.list, place: 0 }
    }
}

/// Goes once through a set.
#[derive(Debug)]
pub(super) struct Cursor {
    list: Vec<RangeInclusive<u64>>,
    place: usize,
}

impl Cursor {
    /// Whether the number is in the set. It must not be less than the one asked for before.
    pub(super) fn contains(&mut self, number: u64) -> bool {
        while let Some(range) = self.list.get(self.place) {
            if number <= *range.end() {
                return number >= *range.start();
            }
            self.place += 1;
        }
        false
    }
}

/// Ranges as text: `1-4096 5000`.
pub(super) fn to_text(ranges: &[RangeInclusive<u64>]) -> String {
    let mut text = String::new();
    for range in ranges {
        let blank = if text.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = if range.start() == range.end() {
            write!(text, "{blank}{}", range.start())
        } else {
            write!(text, "{blank}{}-{}", range.start(), range.end())
        };
    }
    text
}

/// Ranges from their text, or `None` where it is none.
pub(super) fn from_text(text: &str) -> Option<Vec<RangeInclusive<u64>>> {
    text.split(' ')
        .map(|range| {
            let (start, end) = range.split_once('-').unwrap_or((range, range));
            let (start, end) = (start.parse().ok()?, end.parse().ok()?);
            (start >= 1 && start <= end).then_some(start..=end)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Ranges, from_text, to_text};
    use fastrand::Rng;
    use std::collections::BTreeSet;

    #[test]
    fn they_are_the_set_of_what_was_added_whatever_the_order() {
        const SEED: u64 = 0x7261_6e67_6573;
        println!("seed {SEED:#x}");
        let mut random = Rng::with_seed(SEED);
        for round in 0..200 {
            let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
            for _ in 0..random.usize(..60) {
                let start = random.u64(1..=200);
                let end = start + random.u64(..8);
                ranges.add(start..=end);
                set.extend(start..=end);
            }
            assert_eq!(ranges.count(), set.len() as u64, "{round}");
            let text = to_text(ranges.list());
            let read = if text.is_empty() { vec![] } else { from_text(&text).unwrap() };
            assert_eq!(read, ranges.list());
            assert!(read.windows(2).all(|pair| pair[0].end() + 1 < *pair[1].start()), "{text}");
            let mut cursor = ranges.into_cursor();
            for number in 0..220 {
                assert_eq!(cursor.contains(number), set.contains(&number), "{round}: {number} in {text}");
            }
        }
    }

    #[test]
    fn a_million_numbers_in_two_orders_are_one_range() {
        let mut ranges = Ranges::default();
        for number in
            (1..=500_000_u64).map(|number| 2 * number).chain((0..500_000).map(|number| 2 * number + 1))
        {
            ranges.add(number..=number);
        }
        assert_eq!(ranges.list(), [1..=1_000_000]);
    }

    #[test]
    fn other_texts_are_no_ranges() {
        for text in ["", "a", "0", "2-1", "1-2-3", "1  2", "-1", "1-", " 1", "1,2", "99999999999999999999"] {
            assert_eq!(from_text(text), None, "{text:?}");
        }
    }
}
