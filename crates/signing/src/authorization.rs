//! The `Authorization` header of a signed request, read strictly.

use crate::header::{DATE, HOST, is_name};
use crate::{ALGORITHM, hexadecimal};
use std::fmt;

/// What an `Authorization` header claims: whose signature it is, of which headers, and the signature. Nothing of it is
/// verified yet.
///
/// The access key id says which secret key to verify with, and is not covered by the signature itself: with the same secret
/// key behind two ids, each could pass for the other.
#[derive(Clone)]
pub struct Authorization<'a> {
    access_key: &'a str,
    signed_headers: &'a str,
    signature: [u8; 32],
}

/// What is wrong with an `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// It does not start with the algorithm and one space.
    Algorithm,
    /// It has a part that is none of `Access`, `SignedHeaders` and `Signature`, or blanks where none belong.
    UnknownPart,
    /// This part is there more than once.
    RepeatedPart(&'static str),
    /// This part is not there.
    MissingPart(&'static str),
    /// The access key id is empty, or has other characters than visible ASCII without the comma.
    AccessKey,
    /// A name among the signed headers is no header's name in lower case, or contains `_`.
    SignedHeaderName,
    /// The names of the signed headers are not in order, or one is there twice.
    SignedHeaderOrder,
    /// This header must be among the signed ones: without it, a signature is good for another host, or for ever.
    NotSigned(&'static str),
    /// The signature is not 64 lower-case hexadecimal digits.
    Signature,
}

impl<'a> Authorization<'a> {
    /// Reads the value of the header: the algorithm, one space, and the three parts with `, ` between them, each once, in
    /// any order.
    pub fn parse(text: &'a str) -> Result<Self, AuthorizationError> {
        let parts = text.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let (mut access_key, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.ok_or(AuthorizationError::Algorithm)?.split(", ") {
            let (name, slot, value) = match part.split_once('=') {
                Some(("Access", value)) => ("Access", &mut access_key, value),
                Some(("SignedHeaders", value)) => ("SignedHeaders", &mut signed_headers, value),
                Some(("Signature", value)) => ("Signature", &mut signature, value),
                _ => return Err(AuthorizationError::UnknownPart),
            };
            if slot.replace(value).is_some() {
                return Err(AuthorizationError::RepeatedPart(name));
            }
        }
        let access_key = access_key.ok_or(AuthorizationError::MissingPart("Access"))?;
        let signed_headers = signed_headers.ok_or(AuthorizationError::MissingPart("SignedHeaders"))?;
        let signature = signature.ok_or(AuthorizationError::MissingPart("Signature"))?;

        check_access_key(access_key)?;
        check_names(signed_headers)?;
        let signature = hexadecimal::read(signature).ok_or(AuthorizationError::Signature)?;
        Ok(Self { access_key, signed_headers, signature })
    }

    /// The access key id: look the secret key up by it.
    #[must_use]
    pub fn access_key(&self) -> &'a str {
        self.access_key
    }

    /// The names of the signed headers: in lower case, in order, each once, `host` and `x-sdk-date` among them.
    pub fn signed_headers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.signed_headers.split(';')
    }

    /// Whether the header of this name, in any case, is signed.
    #[must_use]
    pub fn is_signed(&self, name: &str) -> bool {
        self.signed_headers().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    pub(crate) fn signature(&self) -> &[u8; 32] {
        &self.signature
    }
}

/// Checks that an access key id can stand in the header.
pub(crate) fn check_access_key(access_key: &str) -> Result<(), AuthorizationError> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    if !access_key.is_empty() && access_key.bytes().all(fits) {
        Ok(())
    } else {
        Err(AuthorizationError::AccessKey)
    }
}

fn check_names(names: &str) -> Result<(), AuthorizationError> {
    let fits =
        |name: &str| is_name(name) && !name.bytes().any(|byte| byte == b'_' || byte.is_ascii_uppercase());
    if !names.split(';').all(fits) {
        return Err(AuthorizationError::SignedHeaderName);
    }
    if !names.split(';').is_sorted_by(|one, next| one < next) {
        return Err(AuthorizationError::SignedHeaderOrder);
    }
    for needed in [HOST, DATE] {
        if !names.split(';').any(|name| name.eq_ignore_ascii_case(needed)) {
            return Err(AuthorizationError::NotSigned(needed));
        }
    }
    Ok(())
}

impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("access_key", &self.access_key)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm => write!(f, "Authorization must start with `{ALGORITHM} `"),
            Self::UnknownPart => f.write_str(
                "Authorization must have the parts `Access=…, SignedHeaders=…, Signature=…` and nothing else",
            ),
            Self::RepeatedPart(name) => write!(f, "Authorization has the part {name} more than once"),
            Self::MissingPart(name) => write!(f, "Authorization lacks the part {name}"),
            Self::AccessKey => f.write_str(
                "the access key id must be visible ASCII characters without a comma, at least one",
            ),
            Self::SignedHeaderName => f.write_str(
                "SignedHeaders must be header names in lower case, without `_`, with `;` between them",
            ),
            Self::SignedHeaderOrder => {
                f.write_str("SignedHeaders must be in ascending order, each name once")
            }
            Self::NotSigned(name) => write!(f, "the header {name} must be signed"),
            Self::Signature => f.write_str("Signature must be 64 lower-case hexadecimal digits"),
        }
    }
}

impl std::error::Error for AuthorizationError {}
