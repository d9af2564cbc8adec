//! The key that authorization messages are encrypted with.

use super::Error;
use aws_lc_rs::aead::{AES_256_GCM_SIV, LessSafeKey, UnboundKey};
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt::{self, Write as _};

/// The length of a key, in bytes.
const LENGTH: usize = 32;

/// How many bytes of a message tell which key it is for.
pub(super) const ID_LENGTH: usize = 4;

/// A 256-bit key. It never shows itself.
pub struct Key {
    pub(super) aead: LessSafeKey,
    /// Tells keys apart without telling anything of them.
    pub(super) id: [u8; ID_LENGTH],
}

impl Key {
    /// Reads a key from a file's text: 64 hexadecimal digits, or 32 bytes in base64 of either alphabet, padded or not.
    /// White space around it is fine.
    ///
    /// # Errors
    /// [`Error::Key`], which does not repeat the text.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let bytes = match text.len() {
            64 => hex(text),
            43 | 44 => base64(text),
            _ => None,
        };
        let bytes: [u8; LENGTH] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(Error::Key)?;
        let aead = UnboundKey::new(&AES_256_GCM_SIV, &bytes).map_err(|_| Error::Key)?;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"untag authorization message key id\0");
        context.update(&bytes);
        let digest = context.finish();
        let id = digest.as_ref().first_chunk().copied().ok_or(Error::Key)?;
        Ok(Self { aead: LessSafeKey::new(aead), id })
    }

    /// The text of a new random key, for a file that only the service may read.
    ///
    /// # Errors
    /// [`Error::Random`] where the machine gives no random bytes.
    pub fn generate() -> Result<String, Error> {
        let mut bytes = [0; LENGTH];
        rand::fill(&mut bytes).map_err(|_| Error::Random)?;
        let mut text = String::with_capacity(2 * LENGTH);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|char| char.to_digit(16)).collect();
    digits?
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
        .collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, either).decode(text).ok()
}
