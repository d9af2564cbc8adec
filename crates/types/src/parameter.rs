//! Values in paths, queries and headers. They are read here, strictly; they are written by `Display`, and what is
//! written reads as the same value.

use crate::validate::Validate;
use crate::violation::Violations;
use crate::{DateTime, Uuid, format};
use std::fmt;
use std::str::FromStr;

/// A value that can travel outside a body.
pub trait FromParameter: Sized {
    /// Reads a value from its text, with every encoding undone. Limits are not checked. Items of an array stand between
    /// commas.
    ///
    /// # Errors
    /// The text is not of the value's type.
    fn from_parameter(text: &str) -> Result<Self, ParameterError>;

    /// Reads a value from a parameter that may be given several times: once for each item of an array, and once for
    /// anything else.
    ///
    /// # Errors
    /// A text is not of its type, or what is no array is not given exactly once.
    fn from_parameters(texts: &[&str]) -> Result<Self, ParameterError> {
        match texts {
            [text] => Self::from_parameter(text),
            [] => Err(ParameterError::new("is missing")),
            _ => Err(ParameterError::new("is given more than once")),
        }
    }
}

/// Why a text is not of the type of its parameter.
///
/// `Display` is the rest of a sentence that starts with the parameter's name: `must be an integer`. It repeats nothing
/// of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterError(String);

impl ParameterError {
    fn new(predicate: impl Into<String>) -> Self {
        Self(predicate.into())
    }

    fn must_be(what: &str) -> Self {
        Self(format!("must be {what}"))
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParameterError {}

/// Reads a value and checks its limits.
///
/// # Errors
/// The text is not of the value's type, or the value breaks a limit.
pub fn parse<T: FromParameter + Validate>(text: &str) -> Result<T, ParseError> {
    let value = T::from_parameter(text).map_err(ParseError::Type)?;
    value.validate().map_err(ParseError::Limits)?;
    Ok(value)
}

/// Why a text is no value of a type with limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It is not of the type.
    Type(ParameterError),
    /// It is, but breaks these limits.
    Limits(Violations),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(error) => write!(f, "the value {error}"),
            Self::Limits(violations) => violations.fmt(f),
        }
    }
}

impl std::error::Error for ParseError {}

impl FromParameter for String {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        Ok(text.to_owned())
    }
}

impl FromParameter for bool {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ParameterError::must_be("true or false")),
        }
    }
}

impl FromParameter for i32 {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        integer(text, "32")
    }
}

impl FromParameter for i64 {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        integer(text, "64")
    }
}

impl FromParameter for f64 {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        let finite = |value: &f64| value.is_finite();
        is_number(text)
            .then(|| text.parse().ok().filter(finite))
            .flatten()
            .ok_or_else(|| ParameterError::must_be("a number that a double can hold, written as in JSON"))
    }
}

impl FromParameter for Uuid {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        format::uuid(text).ok_or_else(|| ParameterError::must_be(format::UUID))
    }
}

impl FromParameter for DateTime {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        format::date_time(text).ok_or_else(|| ParameterError::must_be(format::DATE_TIME))
    }
}

impl<T: FromParameter> FromParameter for Vec<T> {
    fn from_parameter(text: &str) -> Result<Self, ParameterError> {
        if text.is_empty() {
            return Ok(Self::new());
        }
        Self::from_parameters(&text.split(',').collect::<Vec<_>>())
    }

    fn from_parameters(texts: &[&str]) -> Result<Self, ParameterError> {
        let item = |(index, text): (usize, &&str)| {
            T::from_parameter(text)
                .map_err(|error| ParameterError(format!("has a wrong item: item {index} (from 0) {error}")))
        };
        texts.iter().enumerate().map(item).collect()
    }
}

/// Writes the items of an array between commas, the way [`FromParameter`] reads them.
///
/// # Errors
/// The formatter's.
pub fn write_items<T: fmt::Display>(items: &[T], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(f, "{comma}{item}")?;
    }
    Ok(())
}

fn integer<T: FromStr>(text: &str, bits: &str) -> Result<T, ParameterError> {
    if !is_integer(text) {
        return Err(ParameterError::must_be(
            "an integer, written without a sign `+`, leading zeros or a fraction",
        ));
    }
    text.parse().map_err(|_| ParameterError(format!("is out of the range of an integer of {bits} bits")))
}

/// The integers of JSON: `-?(0|[1-9][0-9]*)`.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_digits(digits) && (digits == "0" || !digits.starts_with('0'))
}

/// The numbers of JSON: an integer, perhaps a fraction, perhaps an exponent.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    is_integer(whole) && fraction.is_none_or(is_digits) && exponent.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
