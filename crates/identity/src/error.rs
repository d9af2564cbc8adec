//! Why a caller was not recognised: one text for the caller, and what only the operator may know.

use std::fmt;

/// Why a caller was not recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticationError {
    /// The credential is not valid. Trying again with the same one does not help.
    Refused {
        /// What exactly is wrong, for logs and metrics. It is not for the caller: it would help a guesser.
        kind: RefusalKind,
        /// For the caller: one sentence that holds no secret.
        message: String,
    },
    /// The credential could not be judged, because the identity service did not answer as it should.
    Failed {
        /// For the log: what went wrong and what to check. It holds no secret, but it names internals.
        message: String,
    },
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { message, .. } | Self::Failed { message } => f.write_str(message),
        }
    }
}

impl std::error::Error for AuthenticationError {}

impl AuthenticationError {
    pub(crate) fn refused(kind: RefusalKind) -> Self {
        Self::Refused { kind, message: kind.message().to_owned() }
    }
}

/// What is wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// Nobody has this token, or Keystone does not know it (any more).
    UnknownToken,
    /// The token was valid once.
    ExpiredToken,
    /// The `Authorization` header or a header that belongs to the signature is not as it must be.
    MalformedSignature,
    /// Nobody has this access key.
    UnknownAccessKey,
    /// The signature is not that of this request with this access key.
    WrongSignature,
    /// The signature's date is too far from now.
    ClockSkew,
    /// The access key was valid once.
    ExpiredAccessKey,
    /// The access key is a temporary one, and its security token is missing or is not the right one.
    SecurityToken,
}

impl RefusalKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 8] = [
        Self::UnknownToken,
        Self::ExpiredToken,
        Self::MalformedSignature,
        Self::UnknownAccessKey,
        Self::WrongSignature,
        Self::ClockSkew,
        Self::ExpiredAccessKey,
        Self::SecurityToken,
    ];

    /// The kind's name as the value of a metric's label: `unknown_token`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::UnknownToken => "unknown_token",
            Self::ExpiredToken => "expired_token",
            Self::MalformedSignature => "malformed_signature",
            Self::UnknownAccessKey => "unknown_access_key",
            Self::WrongSignature => "wrong_signature",
            Self::ClockSkew => "clock_skew",
            Self::ExpiredAccessKey => "expired_access_key",
            Self::SecurityToken => "security_token",
        }
    }

    /// What the caller learns. An unknown access key and a wrong signature read alike, so that nobody can probe for keys.
    fn message(self) -> &'static str {
        match self {
            Self::UnknownToken => "the token is not valid; get a new one",
            Self::ExpiredToken => "the token has expired; get a new one",
            Self::MalformedSignature => "the signature is malformed",
            Self::UnknownAccessKey | Self::WrongSignature => {
                "the signature is not valid; check the access key, the secret key and that the request arrives as it was signed"
            }
            Self::ClockSkew => {
                "the date of the signature is more than 15 minutes from the service's time; check the clock"
            }
            Self::ExpiredAccessKey => "the access key has expired; get a new one",
            Self::SecurityToken => {
                "the access key is a temporary one; send its security token in X-Security-Token and sign that header"
            }
        }
    }
}
