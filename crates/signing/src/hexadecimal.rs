//! Hashes and codes as signatures write them: 64 lower-case hexadecimal digits.

use base16ct::lower;

/// How long a hash is.
const BYTES: usize = 32;

/// How many digits it has.
pub(crate) const DIGITS: usize = 2 * BYTES;

/// Appends the digits of a hash.
pub(crate) fn append(hash: &[u8], text: &mut String) {
    let mut digits = [0; DIGITS];
    // A hash is never longer than there is room for.
    text.push_str(lower::encode_str(hash, &mut digits).unwrap_or_default());
}

/// Reads exactly these digits, in lower case.
pub(crate) fn read(text: &str) -> Option<[u8; BYTES]> {
    let mut hash = [0; BYTES];
    let read = lower::decode(text, &mut hash).ok()?.len();
    (read == BYTES).then_some(hash)
}
