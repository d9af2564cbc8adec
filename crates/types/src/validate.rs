//! Whether a value keeps the limits of the contract. Decoding never asks; a server asks before its handler runs, and a
//! constructor asks before it hands out a value.

use crate::path::{Path, Segment};
use crate::violation::{Rule, Statement, Violation, Violations};
use crate::{DateTime, Uuid, constraint};
use std::ops::Deref;

/// A value with limits.
pub trait Validate {
    /// Adds every limit that the value breaks to `report`.
    fn check(&self, report: &mut Report<'_>);

    /// Whether the value keeps its limits.
    ///
    /// # Errors
    /// Every limit that it breaks.
    fn validate(&self) -> Result<(), Violations> {
        Report::of(|report| self.check(report))
    }
}

/// A value that keeps its limits, and goes on keeping them: it cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Valid<T>(T);

impl<T: Validate> Valid<T> {
    /// Checks a value.
    ///
    /// # Errors
    /// Every limit that it breaks.
    pub fn new(value: T) -> Result<Self, Violations> {
        value.validate()?;
        Ok(Self(value))
    }
}

impl<T> Valid<T> {
    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Valid<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

/// Collects violations, and knows where in the value the check is.
#[derive(Debug)]
pub struct Report<'r> {
    place: Place<'r>,
    violations: &'r mut Vec<Violation>,
}

impl Report<'_> {
    /// Checks a value: every violation that `check` reports.
    ///
    /// # Errors
    /// Every violation, if there is one.
    pub fn of(check: impl FnOnce(&mut Report<'_>)) -> Result<(), Violations> {
        let mut violations = Vec::new();
        check(&mut Report { place: Place::Root, violations: &mut violations });
        Violations::new(violations).map_or(Ok(()), Err)
    }

    /// Checks the member of this name.
    pub fn member(&mut self, name: &'static str, value: &impl Validate) {
        value.check(&mut self.at(name));
    }

    /// The report of the member of this name.
    pub fn at(&mut self, name: &'static str) -> Report<'_> {
        Report { place: Place::Member(&self.place, name), violations: self.violations }
    }

    /// The report of the item at this position, 0 being the first.
    pub fn item(&mut self, index: usize) -> Report<'_> {
        Report { place: Place::Item(&self.place, index), violations: self.violations }
    }

    /// Reports that the value breaks `rule`. The predicate goes on where the member's name ends: `is empty; …`.
    pub fn violation(&mut self, rule: Rule, predicate: impl Into<String>) {
        self.push(rule, Statement::Predicate(predicate.into()));
    }

    pub(crate) fn push(&mut self, rule: Rule, statement: Statement) {
        self.violations.push(Violation::new(self.place.path(), rule, statement));
    }
}

/// A place inside the value, as the way back to its root. It lies on the stack: only a violation needs a path, and nearly
/// every value has none.
#[derive(Debug)]
enum Place<'r> {
    Root,
    Member(&'r Self, &'static str),
    Item(&'r Self, usize),
}

impl Place<'_> {
    fn path(&self) -> Path {
        let mut segments = Vec::new();
        let mut place = self;
        loop {
            place = match place {
                Self::Root => break,
                Self::Member(parent, name) => {
                    segments.push(Segment::Member((*name).into()));
                    parent
                }
                Self::Item(parent, index) => {
                    segments.push(Segment::Index(*index));
                    parent
                }
            };
        }
        segments.reverse();
        Path::new(segments)
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, report: &mut Report<'_>) {
        if let Some(value) = self {
            value.check(report);
        }
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, report: &mut Report<'_>) {
        (**self).check(report);
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, report: &mut Report<'_>) {
        for (index, item) in self.iter().enumerate() {
            item.check(&mut report.item(index));
        }
    }
}

impl Validate for f64 {
    fn check(&self, report: &mut Report<'_>) {
        constraint::finite(report, *self);
    }
}

impl Validate for DateTime {
    fn check(&self, report: &mut Report<'_>) {
        constraint::date_time(report, self);
    }
}

/// Types of which every value can be sent.
macro_rules! without_limits {
    ($($name:ty),*) => {
        $(impl Validate for $name {
            fn check(&self, _: &mut Report<'_>) {}
        })*
    };
}

without_limits!(bool, i32, i64, String, Uuid);
