//! The limits that a contract can set, one function for each keyword. Generated `Validate` implementations call them.

use crate::DateTime;
use crate::validate::Report;
use crate::violation::{Rule, Statement};
use chrono::{Datelike, Offset};
use regress::{Flags, Regex};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::sync::OnceLock;

/// `minLength`, in Unicode characters.
pub fn min_length(report: &mut Report<'_>, text: &str, min: usize) {
    // A character has four bytes at most: most texts need no counting.
    if text.len() / 4 >= min {
        return;
    }
    let length = text.chars().count();
    if length < min {
        let found = if length == 0 { "empty".to_owned() } else { characters(length) };
        report.violation(Rule::MinLength, format!("is {found}; {} required", at_least(min, "character")));
    }
}

/// `maxLength`, in Unicode characters.
pub fn max_length(report: &mut Report<'_>, text: &str, max: usize) {
    // And one at least.
    if text.len() <= max {
        return;
    }
    let length = text.chars().count();
    if length > max {
        report.violation(Rule::MaxLength, format!("is {}; {} allowed", characters(length), at_most(max)));
    }
}

/// `pattern`.
pub fn pattern(report: &mut Report<'_>, text: &str, pattern: &Pattern) {
    if !pattern.matches(text) {
        report.violation(Rule::Pattern, format!("does not match the pattern {}", pattern.source));
    }
}

/// An ECMA 262 expression under the `u` flag, compiled when it is first used.
#[derive(Debug)]
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern of the contract.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    /// Whether the expression is found in the text. One that does not compile is found nowhere: lint has compiled every
    /// pattern of a contract, and should that ever fail, refusing is the safe side.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let flags = Flags { unicode: true, ..Flags::default() };
        self.compiled
            .get_or_init(|| Regex::with_flags(self.source, flags).ok())
            .as_ref()
            // Most texts are ASCII, of which every byte is a character: the same search in a fraction of the time.
            .is_some_and(|regex| {
                if text.is_ascii() { regex.find_ascii(text) } else { regex.find(text) }.is_some()
            })
    }
}

/// `enum`: what to say of a value that is none of the documented ones.
pub fn unrecognized(report: &mut Report<'_>, values: &[&str]) {
    report.violation(Rule::Enum, one_of(values));
}

/// The rest of a sentence that lists what a value may be.
pub(crate) fn one_of(values: &[&str]) -> String {
    const LISTED: usize = 16;
    if let [only] = values {
        return format!("must be {only}");
    }
    let listed = values.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    let more = if values.len() > LISTED { ", …" } else { "" };
    format!("must be one of {listed}{more}")
}

/// `minimum`.
pub fn minimum<T: Copy + PartialOrd + Display>(report: &mut Report<'_>, value: T, min: T) {
    if value < min {
        report.violation(Rule::Minimum, format!("must be at least {min}"));
    }
}

/// `minimum` with `exclusiveMinimum`.
pub fn exclusive_minimum<T: Copy + PartialOrd + Display>(report: &mut Report<'_>, value: T, min: T) {
    if value <= min {
        report.violation(Rule::ExclusiveMinimum, format!("must be greater than {min}"));
    }
}

/// `maximum`.
pub fn maximum<T: Copy + PartialOrd + Display>(report: &mut Report<'_>, value: T, max: T) {
    if value > max {
        report.violation(Rule::Maximum, format!("must be at most {max}"));
    }
}

/// `maximum` with `exclusiveMaximum`.
pub fn exclusive_maximum<T: Copy + PartialOrd + Display>(report: &mut Report<'_>, value: T, max: T) {
    if value >= max {
        report.violation(Rule::ExclusiveMaximum, format!("must be less than {max}"));
    }
}

/// `multipleOf`.
pub fn multiple_of<T: Copy + Into<i64>>(report: &mut Report<'_>, value: T, divisor: T) {
    let (value, divisor): (i64, i64) = (value.into(), divisor.into());
    // `None`: not a division that a contract can ask for.
    if value.checked_rem(divisor).is_some_and(|rest| rest != 0) {
        report.violation(Rule::MultipleOf, format!("must be a multiple of {divisor}"));
    }
}

/// That JSON can write the number.
pub fn finite(report: &mut Report<'_>, value: f64) {
    if !value.is_finite() {
        report.violation(Rule::Type, "must be a finite number");
    }
}

/// That RFC 3339 can write the moment: a year of four digits, and an offset of whole minutes.
pub fn date_time(report: &mut Report<'_>, value: &DateTime) {
    let offset = value.offset().fix().local_minus_utc();
    if !(0..=9999).contains(&value.year()) || offset % 60 != 0 {
        report.violation(Rule::Format, "must have a year from 0 to 9999 and an offset of whole minutes");
    }
}

/// That a text can travel in a header as it is.
pub fn header_safe(report: &mut Report<'_>, text: &str) {
    // The printable characters are those from the space to `~`; shifted down by a space, one comparison finds all others.
    // Without an early end, so that it runs over many bytes at once: nearly every text passes, and tokens are long.
    let highest = text.bytes().fold(0, |highest: u8, byte| highest.max(byte.wrapping_sub(b' ')));
    if highest > b'~' - b' ' || text.starts_with(' ') || text.ends_with(' ') {
        let rule = "must consist of printable ASCII characters without a space at either end";
        report.violation(Rule::Format, rule);
    }
}

/// `minItems`.
pub fn min_items<T>(report: &mut Report<'_>, items: &[T], min: usize) {
    if items.len() < min {
        let found = if items.is_empty() { "is empty".to_owned() } else { has_items(items.len()) };
        report.violation(Rule::MinItems, format!("{found}; {} required", at_least(min, "item")));
    }
}

/// `maxItems`.
pub fn max_items<T>(report: &mut Report<'_>, items: &[T], max: usize) {
    if items.len() > max {
        report.violation(Rule::MaxItems, format!("{}; {} allowed", has_items(items.len()), at_most(max)));
    }
}

/// `uniqueItems`: no two items are the same JSON text. Takes time in proportion to the items, not to their pairs.
pub fn unique_items<T: Serialize>(report: &mut Report<'_>, items: &[T]) {
    let mut seen = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let mut text = Vec::new();
        let mut json = serde_json::Serializer::with_formatter(&mut text, OneZero);
        // An item that cannot be written, a number that is not finite, breaks another rule.
        if item.serialize(&mut json).is_err() {
            continue;
        }
        if let Some(first) = seen.insert(text, index) {
            let predicate = format!("must not repeat an item; items {first} and {index} (from 0) are equal");
            report.violation(Rule::UniqueItems, predicate);
            return;
        }
    }
}

/// Compact JSON in which zero has one spelling: `-0.0` and `0.0` are the same number.
struct OneZero;

impl Formatter for OneZero {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // The sum of a negative and a positive zero is positive.
        CompactFormatter.write_f64(writer, value + 0.0)
    }
}

/// `minProperties`: `sent` says of each of `members` whether it is there.
pub fn min_properties<const N: usize>(
    report: &mut Report<'_>,
    min: usize,
    members: &'static [&'static str; N],
    sent: [bool; N],
) {
    if sent.iter().filter(|sent| **sent).count() < min {
        report.push(Rule::MinProperties, Statement::AtLeast(min, members));
    }
}

fn characters(count: usize) -> String {
    format!("{count} {} long", plural(count, "character"))
}

fn has_items(count: usize) -> String {
    format!("has {count} {}", plural(count, "item"))
}

fn at_least(count: usize, unit: &str) -> String {
    format!("at least {count} {} {}", plural(count, unit), are(count))
}

fn at_most(count: usize) -> String {
    format!("at most {count} {}", are(count))
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn plural(count: usize, unit: &str) -> String {
    if count == 1 { unit.to_owned() } else { format!("{unit}s") }
}
