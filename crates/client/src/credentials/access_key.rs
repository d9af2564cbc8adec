//! An access key: an id that is sent, and a secret that signs and is never sent.

use std::fmt;
use std::sync::Arc;
use untag_signing::{Date, Headers, Request, Secret, sign};

/// An access key (AK and SK), perhaps a temporary one, perhaps for one project. A clone is cheap. `Debug` shows nothing
/// of it.
///
/// ```
/// use untag_client::credentials::AccessKey;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (ak, sk) = ("AK", "SK");
/// let key = AccessKey::new(ak, sk)?.with_project("0123456789abcdef0123456789abcdef")?;
/// assert_eq!(format!("{key:?}"), "AccessKey(…)");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AccessKey {
    id: Arc<str>,
    secret: Arc<Secret>,
    security_token: Option<Arc<str>>,
    project_id: Option<Arc<str>>,
}

/// Which part of an access key cannot be used, and why. It never repeats the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidAccessKey {
    /// The access key id (AK).
    AccessKey,
    /// The secret key (SK).
    Secret,
    /// The security token of a temporary key.
    SecurityToken,
    /// The project.
    ProjectId,
}

impl AccessKey {
    /// The key with this id (AK) and this secret (SK). Nothing is trimmed.
    ///
    /// # Errors
    /// A part is empty or cannot have been issued like this: the id has other characters than printable ASCII without
    /// blank and comma, or the secret has a control character or a blank at an end, as a copied line break leaves it.
    pub fn new(access_key: &str, secret: &str) -> Result<Self, InvalidAccessKey> {
        // What the `Authorization` header can hold.
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        if access_key.is_empty() || !access_key.bytes().all(fits) {
            return Err(InvalidAccessKey::AccessKey);
        }
        if secret.trim() != secret || secret.contains(char::is_control) {
            return Err(InvalidAccessKey::Secret);
        }
        let secret = Secret::new(secret).map_err(|_| InvalidAccessKey::Secret)?;
        Ok(Self { id: access_key.into(), secret: Arc::new(secret), security_token: None, project_id: None })
    }

    /// The same key as a temporary one, with the security token that came with it.
    ///
    /// # Errors
    /// The token is empty, or no header can carry it.
    pub fn with_security_token(mut self, token: &str) -> Result<Self, InvalidAccessKey> {
        self.security_token = Some(header_text(token).ok_or(InvalidAccessKey::SecurityToken)?);
        Ok(self)
    }

    /// The same key for this project, to be sent and signed as `X-Project-Id`.
    ///
    /// # Errors
    /// The identifier is empty, or no header can carry it.
    pub fn with_project(mut self, project_id: &str) -> Result<Self, InvalidAccessKey> {
        self.project_id = Some(header_text(project_id).ok_or(InvalidAccessKey::ProjectId)?);
        Ok(self)
    }

    /// The access key id (AK). It is no secret, but it is nothing to publish either.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.id
    }

    /// The secret key (SK), ready to sign. Its text cannot be got back.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The security token of a temporary key, in plain text. Never log it.
    #[must_use]
    pub fn security_token(&self) -> Option<&str> {
        self.security_token.as_deref()
    }

    /// The project that the key is for.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// All of it, as signing takes it.
    #[must_use]
    pub fn signing(&self) -> untag_signing::Credentials<'_> {
        untag_signing::Credentials {
            access_key: &self.id,
            secret: &self.secret,
            project_id: self.project_id(),
            security_token: self.security_token(),
        }
    }
}

/// A text that is not empty and that a header can carry as it is.
fn header_text(text: &str) -> Option<Arc<str>> {
    let fits = !text.is_empty()
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim_matches(' ').len() == text.len();
    fits.then(|| text.into())
}

/// Whether both secrets sign alike, which is all there is to compare: their texts are not kept.
fn sign_alike(one: &AccessKey, other: &AccessKey) -> bool {
    let signature = |key: &AccessKey| {
        let headers: Headers<'_> = [("Host", "compare.invalid")].into_iter().collect();
        let request = Request { method: "GET", path: "/", query: None, headers, body: &[] };
        let date: Date = "20000101T000000Z".parse().ok()?;
        let secret = untag_signing::Credentials { project_id: None, security_token: None, ..key.signing() };
        Some(sign(&request, &secret, date).ok()?.signature().to_owned())
    };
    let signature = (signature(one), signature(other));
    signature.0.is_some() && signature.0 == signature.1
}

impl PartialEq for AccessKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.security_token == other.security_token
            && self.project_id == other.project_id
            && (Arc::ptr_eq(&self.secret, &other.secret) || sign_alike(self, other))
    }
}

impl Eq for AccessKey {}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

impl InvalidAccessKey {
    /// What the part is called.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::AccessKey => "the access key id",
            Self::Secret => "the secret key",
            Self::SecurityToken => "the security token",
            Self::ProjectId => "the project",
        }
    }

    /// What is wrong with the part.
    pub(super) fn predicate(self) -> &'static str {
        match self {
            Self::AccessKey => {
                "is empty, or has a character other than printable ASCII without blank and comma"
            }
            Self::Secret => "is empty, or has a control character or a blank at an end",
            Self::SecurityToken | Self::ProjectId => {
                "is empty, or has a character other than printable ASCII, or a blank at an end"
            }
        }
    }
}

impl fmt::Display for InvalidAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}; look for a line break or a quote that was copied along with it",
            self.part(),
            self.predicate()
        )
    }
}

impl std::error::Error for InvalidAccessKey {}
