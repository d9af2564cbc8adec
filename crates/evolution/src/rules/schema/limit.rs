//! Limits: of lengths, of numbers, of how many.

use crate::{
    comparison::Comparison,
    hurt::{Hurt, Travel, Values},
    place::{At, Part},
};
use serde_json::Number;
use std::cmp::Ordering;

/// What a keyword limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// The least; nothing is less than zero, so zero is no limit.
    Count,
    /// The least number.
    Least,
    /// The most.
    Most,
}

/// The limit that a keyword is, if it is one.
pub(super) fn of(keyword: &str) -> Option<Limit> {
    match keyword {
        "minLength" | "minItems" | "minProperties" => Some(Limit::Count),
        "minimum" => Some(Limit::Least),
        "maxLength" | "maxItems" | "maxProperties" | "maximum" => Some(Limit::Most),
        _ => None,
    }
}

pub(super) fn compare<'d>(c: &mut Comparison<'d>, part: &Part<'d>, limit: Limit, travel: Travel) {
    let name = part.quoted();
    let number = |at: &At<'d>| match at.value {
        serde_json::Value::Number(number) => Some(number.clone()),
        _ => None,
    };
    let sides = (part.before().map(number), part.after().map(number));
    let (old, new) = match sides {
        (Some(None), _) | (_, Some(None)) => return c.unclassified(part),
        (old, new) => (old.flatten(), new.flatten()),
    };
    let is_none = |number: &Option<Number>| match number {
        None => true,
        Some(number) => limit == Limit::Count && number.as_u64() == Some(0),
    };
    let what = match (&old, &new) {
        (Some(old), Some(new)) => format!("{name} changes from {old} to {new}"),
        (Some(old), None) => format!("{name}, {old} until now, is gone"),
        (None, Some(new)) => format!("{name} is {new} now"),
        (None, None) => part.fate(&name),
    };
    let values =
        match (is_none(&old), is_none(&new)) {
            (true, true) => return c.same(part),
            (true, false) => Values::Fewer,
            (false, true) => Values::More,
            (false, false) => match (old.zip(new).and_then(|(old, new)| order(&old, &new)), limit) {
                (None, _) => return c.unclassified(part),
                (Some(Ordering::Equal), _) => return c.same(part),
                (Some(Ordering::Less), Limit::Most)
                | (Some(Ordering::Greater), Limit::Count | Limit::Least) => Values::More,
                (Some(Ordering::Greater), Limit::Most)
                | (Some(Ordering::Less), Limit::Count | Limit::Least) => Values::Fewer,
            },
        };
    c.hurt(part, &what, &Hurt::by(values, travel));
}

/// `multipleOf`: the multiples of a multiple are fewer.
pub(super) fn multiple<'d>(c: &mut Comparison<'d>, part: &Part<'d>, travel: Travel) {
    let name = part.quoted();
    let whole = |at: &At<'d>| at.value.as_u64().filter(|number| *number > 0);
    let (old, new) = (part.before().map(whole), part.after().map(whole));
    let values = match (old, new) {
        (None, Some(Some(_))) => Values::Fewer,
        (Some(Some(_)), None) => Values::More,
        (Some(Some(old)), Some(Some(new))) if new % old == 0 => Values::Fewer,
        (Some(Some(old)), Some(Some(new))) if old % new == 0 => Values::More,
        (Some(Some(_)), Some(Some(_))) => Values::Others,
        _ => return c.unclassified(part),
    };
    c.hurt(part, &part.fate(&name), &Hurt::by(values, travel));
}

/// The order of two numbers, exact where both are whole.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
