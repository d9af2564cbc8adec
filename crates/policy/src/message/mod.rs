//! What a refusal carries as `encoded_authorization_message`: why, for the operator's eyes only.
//!
//! The caller may not know which policy refused it, and passes the message on to somebody who may. It is JSON, encrypted
//! and authenticated with AES-256-GCM-SIV under a key of the operator, whose random nonces do no harm even if two were
//! alike; then base64url without padding:
//!
//! ```text
//! "utg" | version, 1 byte = 1 | key id, 4 | length of what follows the nonce, 2, big-endian | nonce, 12 | ciphertext and tag
//! ```
//!
//! Everything before the nonce is authenticated along with the text. The key id is not secret: it is the beginning of a hash
//! over the key, and only there to say "another key" instead of "damaged".
//!
//! Of the context, a message holds the keys that the policies ask about in statements for this action and resource. Their
//! values are in it, those of tags too: without them a decision cannot be understood. No other tag is.

mod key;
mod shorten;

pub use key::Key;
pub use shorten::Shortened;

use crate::context::Values;
use crate::evaluate::{Decision, Explanation, Request};
use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use key::ID_LENGTH;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The longest `encoded_authorization_message` that the contract allows, in characters.
pub const MAX_LENGTH: usize = 10_240;

const MAGIC: [u8; 3] = *b"utg";
const VERSION: u8 = 1;
const LENGTH_LENGTH: usize = 2;
const HEADER_LENGTH: usize = MAGIC.len() + 1 + ID_LENGTH + LENGTH_LENGTH;
const TAG_LENGTH: usize = 16;

/// How many bytes of JSON fit: four characters hold three bytes.
const ROOM: usize = MAX_LENGTH / 4 * 3 - HEADER_LENGTH - NONCE_LEN - TAG_LENGTH;

/// Who asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The user's id.
    pub user_id: String,
    /// The user's name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_name: Option<String>,
    /// The account.
    pub account: String,
    /// The roles, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<String>,
}

/// What an `encoded_authorization_message` says once it is decoded. As JSON it is documented in the crate's README.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationMessage {
    /// The id of the request that was refused.
    pub request_id: String,
    /// When.
    pub time: DateTime<Utc>,
    /// Who asked.
    pub principal: Principal,
    /// To do what.
    pub action: String,
    /// On which resource: a URN.
    pub resource: String,
    /// The values of the condition keys that policies asked about; none for a key that was absent.
    pub context: BTreeMap<String, Values>,
    /// What was decided, and by which statement.
    pub decision: Decision,
    /// What had to be left out to keep within [`MAX_LENGTH`].
    #[serde(skip_serializing_if = "Shortened::is_empty", default)]
    pub shortened: Shortened,
}

impl AuthorizationMessage {
    /// What there is to say about a request that was decided.
    #[must_use]
    pub fn new(
        request_id: &str,
        time: DateTime<Utc>,
        principal: Principal,
        request: &Request<'_>,
        explanation: &Explanation,
    ) -> Self {
        let considered = explanation.statements.iter().filter(|trace| trace.action && trace.resource);
        let context = considered
            .flat_map(|trace| &trace.conditions)
            .map(|condition| (condition.key.to_string(), condition.actual.clone()))
            .collect();
        Self {
            request_id: request_id.to_owned(),
            time,
            principal,
            action: request.action.to_owned(),
            resource: request.resource.to_string(),
            context,
            decision: explanation.decision.clone(),
            shortened: Shortened::default(),
        }
    }

    /// Encrypts the message. What does not fit into [`MAX_LENGTH`] is left out, and [`Shortened`] says so.
    ///
    /// # Errors
    /// [`Error::Random`] where the machine gives no random bytes.
    pub fn encode(&self, key: &Key) -> Result<String, Error> {
        let mut bytes = shorten::to_json(self, ROOM).ok_or(Error::Content)?;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| Error::Random)?;
        let length = u16::try_from(bytes.len() + TAG_LENGTH).map_err(|_| Error::Content)?;
        let mut text = Vec::with_capacity(MAX_LENGTH / 4 * 3);
        text.extend(MAGIC);
        text.push(VERSION);
        text.extend(key.id);
        text.extend(length.to_be_bytes());
        let nonce_in = Nonce::assume_unique_for_key(nonce);
        key.aead
            .seal_in_place_append_tag(nonce_in, Aad::from(&text), &mut bytes)
            .map_err(|_| Error::Content)?;
        text.extend(nonce);
        text.extend(bytes);
        Ok(URL_SAFE_NO_PAD.encode(text))
    }

    /// Decrypts a message. White space around it is fine.
    ///
    /// # Errors
    /// Which of the things that can be wrong with it is.
    pub fn decode(text: &str, key: &Key) -> Result<Self, Error> {
        let text = text.trim();
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() > MAX_LENGTH || !text.bytes().all(base64url) {
            return Err(Error::NotOurs);
        }
        // A text that was cut may end within a byte; its beginning still tells what it was.
        let whole = URL_SAFE_NO_PAD.decode(text);
        let mut cut = None;
        let bytes = if let Ok(bytes) = &whole {
            bytes
        } else {
            let start = text.get(..text.len() / 4 * 4).and_then(|start| URL_SAFE_NO_PAD.decode(start).ok());
            cut.insert(start.ok_or(Error::NotOurs)?)
        };
        let rest = bytes.strip_prefix(&MAGIC).ok_or(Error::NotOurs)?;
        let (version, rest) = rest.split_first().ok_or(Error::Truncated)?;
        if *version != VERSION {
            return Err(Error::Version(*version));
        }
        let (id, rest) = rest.split_first_chunk::<ID_LENGTH>().ok_or(Error::Truncated)?;
        let (length, rest) = rest.split_first_chunk::<LENGTH_LENGTH>().ok_or(Error::Truncated)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Error::Truncated)?;
        if sealed.len() < usize::from(u16::from_be_bytes(*length)) {
            return Err(Error::Truncated);
        }
        if whole.is_err() {
            return Err(Error::Damaged);
        }
        if *id != key.id {
            return Err(Error::OtherKey);
        }
        let header = bytes.get(..HEADER_LENGTH).ok_or(Error::Truncated)?;
        let mut sealed = sealed.to_vec();
        let json = key
            .aead
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(header), &mut sealed)
            .map_err(|_| Error::Damaged)?;
        serde_json::from_slice(json).map_err(|_| Error::Content)
    }
}

/// Why there is no message, or no key. None of them repeats a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The text is no key.
    Key,
    /// The machine gave no random bytes.
    Random,
    /// The text is no `encoded_authorization_message` of this service.
    NotOurs,
    /// It is one of a version that this program does not know.
    Version(u8),
    /// Its end is missing.
    Truncated,
    /// It was encrypted with another key.
    OtherKey,
    /// It was changed on its way.
    Damaged,
    /// It is genuine, but says nothing that this program understands.
    Content,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the key is not 64 hexadecimal digits, and not 32 bytes in base64"),
            Self::Random => f.write_str("this machine gives no random bytes"),
            Self::NotOurs => f.write_str("this is not an authorization message of untagd; pass encoded_authorization_message as it was received"),
            Self::Version(version) => {
                write!(f, "the message has version {version}, and this program knows {VERSION} only; use a newer untagd")
            }
            Self::Truncated => f.write_str("the message was cut off; pass all of it"),
            Self::OtherKey => f.write_str("the message was encrypted with another key; use the one that the service had then"),
            Self::Damaged => f.write_str("the message was changed after it was encrypted; pass it as it was received"),
            Self::Content => f.write_str("the message was decrypted, but what it says is not known to this program; use a newer untagd"),
        }
    }
}

impl std::error::Error for Error {}
