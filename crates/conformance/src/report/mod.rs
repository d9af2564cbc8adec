//! The report in three forms: for a person, for a program, and for a CI system. None of them holds a secret, because what they
//! are written from does not.

mod json;
mod junit;
mod text;

pub use json::json;
pub use junit::junit;
pub use text::text;

use crate::outcome::{Outcome, Report};

/// How many rules came out in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    holds: usize,
    broken: usize,
    not_checked: usize,
}

impl Counts {
    fn of(report: &Report) -> Self {
        let mut counts = Self::default();
        for judged in &report.rules {
            match judged.outcome {
                Outcome::Holds => counts.holds += 1,
                Outcome::Broken(_) => counts.broken += 1,
                Outcome::NotChecked(_) => counts.not_checked += 1,
            }
        }
        counts
    }

    fn all(self) -> usize {
        self.holds + self.broken + self.not_checked
    }
}

/// A number of things: `1 case`, `2 cases`.
fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
