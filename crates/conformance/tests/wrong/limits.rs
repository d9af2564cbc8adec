//! What keys and values may be.

use crate::fault::Fault;
use crate::server::Refusal;
use regress::Regex;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Letters, marks and digits of any language, and some signs.
static KEY: LazyLock<Regex> = LazyLock::new(|| set(r"^[\p{L}\p{M}\p{N} _.:=+@-]*$"));
static VALUE: LazyLock<Regex> = LazyLock::new(|| set(r"^[\p{L}\p{M}\p{N} _.:/=+@-]*$"));

fn set(expression: &str) -> Regex {
    Regex::with_flags(expression, "u").expect("an expression")
}

/// Refuses a text that is too short or too long, counted in characters.
pub(crate) fn length(
    text: &str,
    member: &str,
    limits: RangeInclusive<usize>,
    fault: Option<Fault>,
) -> Result<(), Refusal> {
    let length = match fault {
        Some(Fault::CountsBytes) => text.len(),
        Some(Fault::CountsUtf16) => text.encode_utf16().count(),
        _ => text.chars().count(),
    };
    if limits.contains(&length) {
        return Ok(());
    }
    Err(Refusal::malformed(format!(
        "{member} is {length} characters long; {} to {} are allowed",
        limits.start(),
        limits.end()
    )))
}

/// Refuses what cannot be the key of a new tag.
pub(crate) fn key(text: &str, member: &str, fault: Option<Fault>) -> Result<(), Refusal> {
    if fault != Some(Fault::KeyHasNoLimit) {
        length(text, member, 1..=128, fault)?;
    }
    if fault == Some(Fault::KeyHasAnyCharacter) {
        return Ok(());
    }
    if fault == Some(Fault::KeyIsAscii) && !text.is_ascii() {
        return Err(Refusal::malformed(format!("{member} has a character that no key has")));
    }
    if text.starts_with("_sys_") && fault != Some(Fault::SystemTagAmongTags) {
        return Err(Refusal::malformed(format!("{member} starts with _sys_, which only system tags do")));
    }
    characters(&KEY, text, member)
}

/// Refuses what cannot be a value.
pub(crate) fn value(text: &str, member: &str, fault: Option<Fault>) -> Result<(), Refusal> {
    if fault != Some(Fault::ValueHasNoLimit) {
        length(text, member, 0..=255, fault)?;
    }
    characters(&VALUE, text, member)
}

fn characters(set: &Regex, text: &str, member: &str) -> Result<(), Refusal> {
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(Refusal::malformed(format!("{member} starts or ends with a space")));
    }
    if set.find(text).is_none() {
        return Err(Refusal::malformed(format!("{member} has a character that it cannot have")));
    }
    Ok(())
}
