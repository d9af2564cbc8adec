//! Two things measured side by side: one run of the one, one of the other, again and again, and the ratios of each pair.
//!
//! A machine's speed drifts, most of all a shared one's. Neighbours in time drift alike, so a ratio within a pair says more
//! than a ratio of two averages.

use crate::Outcome;

/// What was measured of both, pair by pair.
#[derive(Debug)]
pub(crate) struct Rounds<T>(Vec<Pair<T>>);

#[derive(Debug)]
struct Pair<T> {
    ours: T,
    other: T,
}

/// Measures ours, the other, ours, the other …, `rounds` times each.
pub(crate) fn alternate<T>(
    rounds: usize,
    mut ours: impl FnMut() -> Outcome<T>,
    mut other: impl FnMut() -> Outcome<T>,
) -> Outcome<Rounds<T>> {
    let pair = |_| Ok(Pair { ours: ours()?, other: other()? });
    (0..rounds).map(pair).collect::<Outcome<_>>().map(Rounds)
}

impl<T> Rounds<T> {
    /// One figure of ours over the same figure of the other.
    pub(crate) fn ratio(&self, figure: impl Fn(&T) -> f64) -> Spread {
        self.quotient(&figure, &figure)
    }

    /// One figure of ours over another figure of the other.
    pub(crate) fn quotient(&self, ours: impl Fn(&T) -> f64, other: impl Fn(&T) -> f64) -> Spread {
        Spread::of(self.0.iter().map(|pair| ours(&pair.ours) / other(&pair.other)))
    }

    /// One figure of ours.
    pub(crate) fn ours(&self, figure: impl Fn(&T) -> f64) -> Spread {
        Spread::of(self.0.iter().map(|pair| figure(&pair.ours)))
    }

    /// One figure of the other.
    pub(crate) fn other(&self, figure: impl Fn(&T) -> f64) -> Spread {
        Spread::of(self.0.iter().map(|pair| figure(&pair.other)))
    }
}

/// The middle of some figures, and how far they spread. Not a number when there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The median.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The greatest.
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len().saturating_sub(1);
        // The same place twice when the number of figures is odd.
        let low = sorted.get(middle / 2).copied().unwrap_or(f64::NAN);
        let high = sorted.get(middle.div_ceil(2)).copied().unwrap_or(f64::NAN);
        Self {
            median: f64::midpoint(low, high),
            min: sorted.first().copied().unwrap_or(f64::NAN),
            max: sorted.last().copied().unwrap_or(f64::NAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Spread, alternate};
    use std::cell::RefCell;

    #[test]
    fn the_median_stands_in_the_middle() {
        for (figures, median) in
            [(&[3.0][..], 3.0), (&[9.0, 1.0], 5.0), (&[7.0, 1.0, 2.0], 2.0), (&[4.0, 1.0, 9.0, 2.0], 3.0)]
        {
            let spread = Spread::of(figures.iter().copied());
            assert!((spread.median - median).abs() < f64::EPSILON, "{figures:?}: {spread:?}");
        }
        let spread = Spread::of([4.0, 1.0, 9.0].into_iter());
        assert_eq!(spread, Spread { median: 4.0, min: 1.0, max: 9.0 });
    }

    #[test]
    fn a_ratio_is_taken_within_a_round() {
        let order = RefCell::new(String::new());
        let measure = |who: char, mut figure: f64| {
            let order = &order;
            move || {
                order.borrow_mut().push(who);
                figure *= 10.0;
                Ok(figure)
            }
        };
        let rounds = alternate(3, measure('a', 1.0), measure('b', 2.0)).unwrap();
        assert_eq!(order.into_inner(), "ababab");
        assert_eq!(rounds.ratio(|figure| *figure), Spread { median: 0.5, min: 0.5, max: 0.5 });
        assert_eq!(rounds.other(|figure| *figure), Spread { median: 200.0, min: 20.0, max: 2000.0 });
    }

    #[test]
    fn a_failure_ends_the_rounds() {
        assert!(alternate(2, || Ok(1), || Err("no".into())).is_err());
    }
}
