//! The secret key: what both sides know, and nothing here prints.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// A secret key, ready to sign and to verify.
///
/// It keeps the keyed state of the algorithm, not the text: the text cannot be got back from it, and the state is wiped
/// when it is dropped. Keep one for each key: making one costs half of what signing with it does.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// A secret key that is empty, which would let anybody sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmptySecret;

impl Secret {
    /// Takes a secret key as its issuer wrote it. Nothing is trimmed.
    ///
    /// # Errors
    /// The text is empty.
    pub fn new(text: &str) -> Result<Self, EmptySecret> {
        if text.is_empty() {
            return Err(EmptySecret);
        }
        // Keys of any length are keys; the error is of the trait, not of the algorithm.
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| EmptySecret)
    }

    /// The state after `text`, to be finished or compared.
    pub(crate) fn authenticate(&self, text: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for EmptySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret key is empty")
    }
}

impl std::error::Error for EmptySecret {}
