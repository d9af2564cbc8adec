//! What secrets share: tokens and passwords, which must not find their way into logs.

/// How a secret shows in debugging output: not at all.
pub const REDACTED: &str = "(redacted)";

/// Whether two secrets are the same. The time it takes depends on their lengths, not on where they first differ.
#[must_use]
pub fn eq(one: &str, other: &str) -> bool {
    let difference = |sum: u8, (left, right): (u8, u8)| sum | (left ^ right);
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, difference) == 0
}
