//! Condition operators: `ForAnyValue:StringNotMatchIfExists` taken apart, and which keys take which.

use super::KeyType;
use super::decimal::Decimal;
use super::expected::{Expected, Typed, date};
use crate::context::Value;
use crate::pattern::Pattern;
use std::fmt;
use std::net::IpAddr;

/// What is compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    StringEquals,
    StringEqualsIgnoreCase,
    StringMatch,
    Number(Order),
    Date(Order),
    Bool,
    Ip,
    Null,
}

/// How the request's value must stand to the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn holds<T: Ord>(self, actual: &T, expected: &T) -> bool {
        match self {
            Self::Equal => actual == expected,
            Self::Less => actual < expected,
            Self::LessOrEqual => actual <= expected,
            Self::Greater => actual > expected,
            Self::GreaterOrEqual => actual >= expected,
        }
    }
}

/// How the many values of a key are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// One of them is enough; without a value it is false.
    ForAnyValue,
    /// Each of them must do; without a value it is true.
    ForAllValues,
}

/// A condition operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Option<Quantifier>,
    /// The name without prefix and suffix.
    name: &'static str,
    pub(crate) family: Family,
    /// Whether the value must differ from all of the policy's instead of matching one.
    pub(crate) negated: bool,
    pub(crate) if_exists: bool,
}

const PREFIXES: [(&str, Quantifier); 2] =
    [("ForAnyValue:", Quantifier::ForAnyValue), ("ForAllValues:", Quantifier::ForAllValues)];
const SUFFIX: &str = "IfExists";

const OPERATORS: [(&str, Family, bool); 20] = [
    ("StringEquals", Family::StringEquals, false),
    ("StringNotEquals", Family::StringEquals, true),
    ("StringEqualsIgnoreCase", Family::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Family::StringEqualsIgnoreCase, true),
    ("StringMatch", Family::StringMatch, false),
    ("StringNotMatch", Family::StringMatch, true),
    ("NumberEquals", Family::Number(Order::Equal), false),
    ("NumberNotEquals", Family::Number(Order::Equal), true),
    ("NumberLessThan", Family::Number(Order::Less), false),
    ("NumberLessThanEquals", Family::Number(Order::LessOrEqual), false),
    ("NumberGreaterThan", Family::Number(Order::Greater), false),
    ("NumberGreaterThanEquals", Family::Number(Order::GreaterOrEqual), false),
    ("DateLessThan", Family::Date(Order::Less), false),
    ("DateLessThanEquals", Family::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Family::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Family::Date(Order::GreaterOrEqual), false),
    ("Bool", Family::Bool, false),
    ("IpAddress", Family::Ip, false),
    ("NotIpAddress", Family::Ip, true),
    ("Null", Family::Null, false),
];

impl Operator {
    /// Reads an operator. The error continues a sentence whose subject is the operator.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let prefix = PREFIXES.iter().find_map(|(name, it)| Some((text.strip_prefix(name)?, Some(*it))));
        let (bare, quantifier) = prefix.unwrap_or((text, None));
        let (bare, if_exists) = match bare.strip_suffix(SUFFIX) {
            Some(bare) => (bare, true),
            None => (bare, false),
        };
        let Some((name, family, negated)) = OPERATORS.into_iter().find(|(name, ..)| *name == bare) else {
            return Err(match suggestion(text) {
                Some(known) => format!("is not an operator that this service knows; write {known}"),
                None => "is not an operator that this service knows; there are StringEquals, StringEqualsIgnoreCase, \
                         StringMatch, NumberEquals, DateLessThan, Bool, IpAddress, Null and their kin, with ForAnyValue: or \
                         ForAllValues: before and IfExists behind; the README has the table"
                    .to_owned(),
            });
        };
        if family == Family::Null && (quantifier.is_some() || if_exists) {
            return Err("asks whether there is a value at all; write Null, without ForAnyValue:, ForAllValues: or IfExists".to_owned());
        }
        Ok(Self { quantifier, name, family, negated, if_exists })
    }

    /// Whether a key of this type takes the operator. The error continues a sentence whose subject is the key.
    pub(crate) fn fits(&self, key: KeyType) -> Result<(), &'static str> {
        if self.family == Family::Null {
            return Ok(());
        }
        let text = matches!(
            self.family,
            Family::StringEquals | Family::StringEqualsIgnoreCase | Family::StringMatch
        );
        match (key, self.family) {
            (KeyType::Texts, _) if self.quantifier.is_none() => {
                return Err("has many values; write ForAnyValue: or ForAllValues: before the operator");
            }
            (KeyType::Texts, _) => {}
            _ if self.quantifier.is_some() => {
                return Err("has one value; write the operator without ForAnyValue: and ForAllValues:");
            }
            _ => {}
        }
        match (key, self.family) {
            (KeyType::Tag, _)
            | (KeyType::Date, Family::Date(_))
            | (KeyType::Ip, Family::Ip)
            | (KeyType::Bool, Family::Bool) => Ok(()),
            (KeyType::Text | KeyType::Texts, _) if text => Ok(()),
            (KeyType::Text | KeyType::Texts, _) => Err("is text; use a String operator, or Null"),
            (KeyType::Date, _) => Err("is a date; use a Date operator, or Null"),
            (KeyType::Ip, _) => Err("is an IP address; use IpAddress, NotIpAddress or Null"),
            (KeyType::Bool, _) => Err("is a boolean; use Bool or Null"),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix =
            PREFIXES.iter().find(|(_, it)| Some(*it) == self.quantifier).map_or("", |(name, _)| name);
        write!(f, "{prefix}{}{}", self.name, if self.if_exists { SUFFIX } else { "" })
    }
}

/// The operator that was meant by one that is written in another case, or as other clouds call it.
fn suggestion(text: &str) -> Option<String> {
    let (prefix, rest) = PREFIXES
        .iter()
        .find_map(|(name, _)| {
            let (head, rest) = text.split_at_checked(name.len())?;
            head.eq_ignore_ascii_case(name).then_some((*name, rest))
        })
        .unwrap_or(("", text));
    let cut = rest.len().saturating_sub(SUFFIX.len());
    let (bare, suffix) = match rest.split_at_checked(cut) {
        Some((bare, tail)) if tail.eq_ignore_ascii_case(SUFFIX) => (bare, SUFFIX),
        _ => (rest, ""),
    };
    let elsewhere = bare.to_ascii_lowercase().replace("like", "match").replace("numeric", "number");
    let known = OPERATORS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(&elsewhere))?.0;
    Some(format!("{prefix}{known}{suffix}"))
}

impl Family {
    /// A value of a policy. The error continues a sentence whose subject is the value.
    pub(crate) fn compile(self, text: &str) -> Result<Expected, String> {
        Ok(match self {
            Self::StringEquals => Expected::Text(text.to_owned()),
            Self::StringEqualsIgnoreCase => Expected::TextIgnoringCase(text.to_owned()),
            Self::StringMatch => Expected::Pattern(Pattern::exact(text)),
            Self::Number(order) => Decimal::parse(text).map(|number| Expected::Number(order, number)).ok_or(
                "is not a number; write digits, with a - before or a decimal point among them if need be",
            )?,
            Self::Date(order) => date(text)
                .map(|date| Expected::Date(order, date))
                .ok_or("is not a date; write it as RFC 3339 has it, like 2026-01-31T23:59:59Z")?,
            Self::Bool | Self::Null => match text {
                "true" => Expected::Bool(true),
                "false" => Expected::Bool(false),
                _ => return Err("is not a boolean; write \"true\" or \"false\"".to_owned()),
            },
            Self::Ip => Expected::net(text)?,
        })
    }

    /// A value of a request in the operator's type; nothing where it is not of that type.
    pub(super) fn read(self, value: &Value) -> Option<Typed<'_>> {
        Some(match (self, value) {
            (Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringMatch, Value::Text(text)) => {
                Typed::Text(text)
            }
            (Self::Number(_), Value::Text(text)) => Typed::Number(Decimal::parse(text)?),
            (Self::Date(_), Value::Text(text)) => Typed::Date(date(text)?),
            (Self::Date(_), Value::Date(date)) => Typed::Date(*date),
            (Self::Bool, Value::Text(text)) => Typed::Bool(text.parse().ok()?),
            (Self::Bool, Value::Bool(bool)) => Typed::Bool(*bool),
            (Self::Ip, Value::Text(text)) => Typed::Ip(text.parse::<IpAddr>().ok()?.to_canonical()),
            (Self::Ip, Value::Ip(address)) => Typed::Ip(address.to_canonical()),
            _ => return None,
        })
    }
}
