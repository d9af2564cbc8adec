//! The documented batch request, signed; and the bare hashing of the same bytes, which nobody can sign without.

use crate::Outcome;
use crate::example::{Example, PROJECT};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use untag_signing::{Credentials, Date, Headers, Request, Secret, SignError, Signed, sign};

/// The access key id of everything that is signed here.
pub const ACCESS_KEY: &str = "QTWAOYTTINDUT2QVKYUC";
/// The secret key.
pub const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
/// The method of the request.
pub const METHOD: &str = "DELETE";
/// Where the request goes.
pub const HOST: &str = "secmaster.cn-north-4.myhuaweicloud.com";
/// What the request says of its body.
pub const CONTENT_TYPE: &str = "application/json";

/// `untag-signing`, with everything at hand that a client keeps.
#[derive(Debug)]
pub struct Ours {
    path: String,
    body: Bytes,
    secret: Secret,
}

impl Ours {
    /// Prepares the request and the key.
    pub fn new() -> Outcome<Self> {
        let example = Example::ResourceTags;
        Ok(Self { path: example.path(), body: example.body(), secret: Secret::new(SECRET)? })
    }

    /// A signature.
    pub fn sign(&self, date: Date) -> Result<Signed<'_>, SignError> {
        let headers: Headers<'_> = [("host", HOST), ("content-type", CONTENT_TYPE)].into_iter().collect();
        let request = Request { method: METHOD, path: &self.path, query: None, headers, body: &self.body };
        let credentials = Credentials {
            access_key: ACCESS_KEY,
            secret: &self.secret,
            project_id: Some(PROJECT),
            security_token: None,
        };
        sign(&request, &credentials, date)
    }
}

/// The hashing of a signature and nothing else: what is hashed was written before.
#[derive(Clone, Debug)]
pub struct Bare {
    body: Bytes,
    canonical: String,
    string_to_sign: String,
    /// The state after the secret key, which every signer of many requests keeps.
    key: Hmac<Sha256>,
}

impl Bare {
    /// Prepares what a signature of this date hashes.
    pub fn new(ours: &Ours, date: Date) -> Outcome<Self> {
        let signed = ours.sign(date)?;
        Ok(Self {
            body: ours.body.clone(),
            canonical: signed.canonical().as_str().to_owned(),
            string_to_sign: signed.string_to_sign().to_owned(),
            key: Hmac::new_from_slice(SECRET.as_bytes())?,
        })
    }

    /// Hashes the body, the canonical request and the string to sign; the last of these hashes is the signature.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        black_box(Sha256::digest(black_box(&self.body)));
        black_box(Sha256::digest(black_box(&self.canonical)));
        self.key.clone().chain_update(black_box(&self.string_to_sign)).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bare, Ours};
    use std::fmt::Write;

    #[test]
    fn both_come_to_the_same_signature() {
        let ours = Ours::new().unwrap();
        let date = "20240229T235959Z".parse().unwrap();
        let bare = Bare::new(&ours, date).unwrap().hash();
        let hexadecimal = bare.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert_eq!(ours.sign(date).unwrap().signature(), hexadecimal);
        assert_ne!(Bare::new(&ours, "20240301T000000Z".parse().unwrap()).unwrap().hash(), bare);
    }
}
