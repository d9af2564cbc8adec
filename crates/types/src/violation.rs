//! What [`validate`](crate::validate) reports: which rule of the contract a value breaks, and where.

use crate::path::Path;
use std::fmt;

/// A rule of the contract, by the keyword that states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `type`: a value that JSON cannot write, such as a number that is not finite.
    Type,
    /// `format`
    Format,
    /// `enum`
    Enum,
    /// `minLength`
    MinLength,
    /// `maxLength`
    MaxLength,
    /// `pattern`
    Pattern,
    /// `minimum`
    Minimum,
    /// `exclusiveMinimum`
    ExclusiveMinimum,
    /// `maximum`
    Maximum,
    /// `exclusiveMaximum`
    ExclusiveMaximum,
    /// `multipleOf`
    MultipleOf,
    /// `minItems`
    MinItems,
    /// `maxItems`
    MaxItems,
    /// `uniqueItems`
    UniqueItems,
    /// `minProperties`
    MinProperties,
}

impl Rule {
    /// The keyword, as the contract writes it: `maxLength`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Format => "format",
            Self::Enum => "enum",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::Pattern => "pattern",
            Self::Minimum => "minimum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
            Self::MultipleOf => "multipleOf",
            Self::MinItems => "minItems",
            Self::MaxItems => "maxItems",
            Self::UniqueItems => "uniqueItems",
            Self::MinProperties => "minProperties",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One rule that a value breaks.
///
/// `Display` is a sentence that names the member and never repeats the value:
/// `tags[3].key is 129 characters long; at most 128 are allowed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: Path,
    rule: Rule,
    statement: Statement,
}

/// What a sentence says, without the member that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    /// Goes on where the member's name ends: `is empty; …`.
    Predicate(String),
    /// This many of these members are needed.
    AtLeast(usize, &'static [&'static str]),
}

impl Violation {
    pub(crate) fn new(path: Path, rule: Rule, statement: Statement) -> Self {
        Self { path, rule, statement }
    }

    /// Where the value stands.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the value stands, as a JSON pointer; empty when the whole value is meant.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.path.pointer()
    }

    /// The rule that it breaks.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.statement {
            Statement::Predicate(predicate) if self.path.is_root() => write!(f, "the value {predicate}"),
            Statement::Predicate(predicate) => write!(f, "{} {predicate}", self.path),
            Statement::AtLeast(count, members) => {
                if *count == 1 {
                    f.write_str("at least one of ")?;
                } else {
                    write!(f, "at least {count} of ")?;
                }
                for (position, member) in members.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    let dot = if self.path.is_root() { "" } else { "." };
                    write!(f, "{comma}{}{dot}{member}", self.path)?;
                }
                f.write_str(" must be sent")
            }
        }
    }
}

/// Every rule that a value breaks; at least one.
///
/// `Display` joins the first eight sentences and says how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations {
    first: Violation,
    others: Vec<Violation>,
}

/// How many violations are spelt out in one text.
const SPELT_OUT: usize = 8;

impl Violations {
    /// The violations of a list, unless it is empty.
    pub(crate) fn new(list: Vec<Violation>) -> Option<Self> {
        let mut list = list.into_iter();
        let first = list.next()?;
        Some(Self { first, others: list.collect() })
    }

    /// Each violation, in the order of the members in the contract.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many there are; never 0.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        for violation in self.others.iter().take(SPELT_OUT - 1) {
            write!(f, "; {violation}")?;
        }
        match self.count().saturating_sub(SPELT_OUT) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}
