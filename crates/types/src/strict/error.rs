//! What went wrong while reading strictly, and how it gets past `serde_json`.

use crate::constraint::one_of;
use crate::path::{Path, Segment, cut, excerpt};
use crate::shape::ShapeError;
use serde::de::{self, Expected, Unexpected};
use std::cell::Cell;
use std::fmt;

/// Boxed, so that the results on the way of success stay small.
#[derive(Debug)]
pub(super) struct Error(Box<Failure>);

#[derive(Debug)]
struct Failure {
    /// Innermost first: the path grows while the error unwinds.
    path: Vec<Segment>,
    /// Whether the path says anything: a text that is not JSON has none.
    located: bool,
    predicate: String,
}

impl Error {
    /// Something is wrong with the value at hand.
    pub(super) fn new(predicate: impl Into<String>) -> Self {
        Self(Box::new(Failure { path: Vec::new(), located: true, predicate: predicate.into() }))
    }

    /// Something is wrong with the text as a whole.
    pub(super) fn unlocated(predicate: impl Into<String>) -> Self {
        Self(Box::new(Failure { path: Vec::new(), located: false, predicate: predicate.into() }))
    }

    /// The same error, seen from the array or object that the value is in.
    pub(super) fn inside(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    pub(super) fn into_shape(self) -> ShapeError {
        let Failure { mut path, located, predicate } = *self.0;
        path.reverse();
        ShapeError::new(if located { Path::new(path) } else { Path::default() }, predicate)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.predicate)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(format!("is refused: {}", excerpt(&message.to_string())))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {expected}, not {}", kind(&unexpected)))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("must be {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("has {length} items instead of {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(one_of(expected))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        unknown_member(expected).inside(Segment::Member(cut(field).into_owned().into()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing").inside(Segment::Member(field.into()))
    }

    fn duplicate_field(field: &'static str) -> Self {
        duplicate_member().inside(Segment::Member(field.into()))
    }
}

/// About a member that its object does not have; `known` are those that it has.
pub(super) fn unknown_member(known: &'static [&'static str]) -> Error {
    Error::new(match known {
        [] => "is not expected; this object has no members".to_owned(),
        _ => format!("is not expected; the members here are {}", known.join(", ")),
    })
}

/// About a member that stands there twice.
pub(super) fn duplicate_member() -> Error {
    Error::new("must not be there twice")
}

/// What kind of value was found, without its content.
fn kind(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq | Unexpected::TupleVariant => "an array",
        Unexpected::Map | Unexpected::StructVariant => "an object",
        _ => "something else",
    }
}

/// Where an [`Error`] waits while `serde_json` unwinds with an error of its own type, which could not carry it.
#[derive(Default)]
pub(super) struct Stash(Cell<Option<Error>>);

impl Stash {
    /// Puts an error away, and gives the one that unwinds in its place.
    pub(super) fn put<E: de::Error>(&self, error: Error) -> E {
        self.0.set(Some(error));
        E::custom("")
    }

    /// The error that was put away, or what the JSON parser itself found.
    pub(super) fn recover(&self, parser: &impl fmt::Display) -> Error {
        self.0.take().unwrap_or_else(|| {
            // Of its own accord the parser only speaks of syntax, in fixed words and a position.
            let problem = parser.to_string();
            if problem.starts_with("number out of range") {
                Error::new("is a number out of range")
            } else {
                Error::unlocated(format!("is not valid JSON: {problem}"))
            }
        })
    }
}
