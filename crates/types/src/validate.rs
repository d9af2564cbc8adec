//! Whether a value keeps the limits of the contract. Decoding never asks; a server asks before its handler runs, and a
//! constructor asks before it hands out a value.

use crate::path::{Path, Segment};
use crate::violation::{Rule, Statement, Violation, Violations};
use crate::{DateTime, Uuid, constraint};
use std::ops::{Deref, DerefMut};

/// A value with limits.
pub trait Validate {
    /// Adds every limit that the value breaks to `report`.
    fn check(&self, report: &mut Report);

    /// Whether the value keeps its limits.
    ///
    /// # Errors
    /// Every limit that it breaks.
    fn validate(&self) -> Result<(), Violations> {
        let mut report = Report::default();
        self.check(&mut report);
        report.finish()
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

/// The violations found so far, and where in the value the check is.
#[derive(Debug, Default)]
pub struct Report {
    path: Vec<Segment>,
    violations: Vec<Violation>,
}

impl Report {
    /// Checks the member of this name.
    pub fn member(&mut self, name: &'static str, value: &impl Validate) {
        value.check(&mut self.at(name));
    }

    /// Goes to the member of this name until what is returned is dropped.
    pub fn at(&mut self, name: &'static str) -> Inside<'_> {
        self.inside(Segment::Member(name.into()))
    }

    /// Goes to the item at this position, 0 being the first, until what is returned is dropped.
    pub fn item(&mut self, index: usize) -> Inside<'_> {
        self.inside(Segment::Index(index))
    }

    /// Reports that the value breaks `rule`. The predicate goes on where the member's name ends: `is empty; …`.
    pub fn violation(&mut self, rule: Rule, predicate: impl Into<String>) {
        self.push(rule, Statement::Predicate(predicate.into()));
    }

    pub(crate) fn push(&mut self, rule: Rule, statement: Statement) {
        self.violations.push(Violation::new(Path::new(self.path.clone()), rule, statement));
    }

    /// What was found.
    ///
    /// # Errors
    /// Every violation, if there is one.
    pub fn finish(self) -> Result<(), Violations> {
        Violations::new(self.violations).map_or(Ok(()), Err)
    }

    fn inside(&mut self, segment: Segment) -> Inside<'_> {
        self.path.push(segment);
        Inside(self)
    }
}

/// A [`Report`] at a place inside the value.
#[derive(Debug)]
pub struct Inside<'r>(&'r mut Report);

impl Deref for Inside<'_> {
    type Target = Report;

    fn deref(&self) -> &Report {
        self.0
    }
}

impl DerefMut for Inside<'_> {
    fn deref_mut(&mut self) -> &mut Report {
        self.0
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.path.pop();
    }
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, report: &mut Report) {
        if let Some(value) = self {
            value.check(report);
        }
    }
}

impl<T: Validate> Validate for Box<T> {
    fn check(&self, report: &mut Report) {
        (**self).check(report);
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, report: &mut Report) {
        for (index, item) in self.iter().enumerate() {
            item.check(&mut report.item(index));
        }
    }
}

impl Validate for f64 {
    fn check(&self, report: &mut Report) {
        constraint::finite(report, *self);
    }
}

impl Validate for DateTime {
    fn check(&self, report: &mut Report) {
        constraint::date_time(report, self);
    }
}

/// Types of which every value can be sent.
macro_rules! without_limits {
    ($($name:ty),*) => {
        $(impl Validate for $name {
            fn check(&self, _: &mut Report) {}
        })*
    };
}

without_limits!(bool, i32, i64, String, Uuid);
