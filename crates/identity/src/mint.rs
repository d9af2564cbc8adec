//! New credentials, made of the operating system's randomness.

use crate::digest::Digest;
use std::fmt;
use std::io;

/// A new static token: its text for whoever uses it, its digest for the authentication file.
#[derive(Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What goes into `X-Auth-Token`: `untag_` and 64 hexadecimal digits, 256 random bits. It is kept nowhere else.
    pub text: String,
    /// What goes into the authentication file: the text's SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// A new access key and its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccessKey {
    /// The access key: 20 capital letters and digits, as the provider's are.
    pub id: String,
    /// The secret key: 40 letters and digits, 238 random bits.
    pub secret: String,
}

impl fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Makes a token.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn make_token() -> io::Result<NewToken> {
    // The prefix is for scanners that look for secrets in places where they do not belong.
    let text = format!("untag_{}", random(b"0123456789abcdef", 64)?);
    let sha256 = Digest::of(&text).to_string();
    Ok(NewToken { text, sha256 })
}

/// Makes an access key.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn make_access_key() -> io::Result<NewAccessKey> {
    const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
    let (capitals, _) = ALPHANUMERIC.split_at(36);
    Ok(NewAccessKey { id: random(capitals, 20)?, secret: random(ALPHANUMERIC, 40)? })
}

/// So many characters of the alphabet, each as likely as the other.
fn random(alphabet: &[u8], length: usize) -> io::Result<String> {
    // A byte beyond the last whole multiple of the alphabet is thrown away: the first characters would be likelier.
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        getrandom::fill(&mut bytes).map_err(io::Error::from)?;
        let usable = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit);
        let characters = usable.filter_map(|byte| alphabet.get(byte % alphabet.len()));
        text.extend(characters.take(length - text.len()).map(|character| char::from(*character)));
    }
    Ok(text)
}
