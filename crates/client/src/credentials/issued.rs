//! Credentials as a source gives them out: with the sentence where they are from, and what is amiss there.

use super::Credentials;
use crate::header::{exactly, secret};
use reqwest::header::HeaderValue;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Credentials, and where they are from. A clone is cheap. Two are equal if their credentials are.
#[derive(Clone)]
pub struct Issued(Arc<Inner>);

struct Inner {
    credentials: Credentials,
    source: String,
    warnings: Vec<Warning>,
    headers: OnceLock<Carried>,
}

/// What requests carry of credentials as it is, made once for all of them: it is long, and has to be looked through.
#[derive(Default)]
pub(crate) struct Carried {
    /// The token, if a header can carry it.
    pub(crate) token: Option<HeaderValue>,
    /// The project of an access key.
    pub(crate) project_id: Option<HeaderValue>,
    /// The security token of an access key.
    pub(crate) security_token: Option<HeaderValue>,
}

/// What is amiss where credentials are from, although they can be used. `Display` is one sentence with the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Other users of the machine can read or write the file.
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl Issued {
    /// Credentials from `source`, which reads on after "credentials from": `the environment (UNTAG_TOKEN)`.
    #[must_use]
    pub fn new(credentials: impl Into<Credentials>, source: impl Into<String>) -> Self {
        Self::with_warnings(credentials.into(), source.into(), Vec::new())
    }

    pub(super) fn with_warnings(credentials: Credentials, source: String, warnings: Vec<Warning>) -> Self {
        Self(Arc::new(Inner { credentials, source, warnings, headers: OnceLock::new() }))
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// What requests carry of them.
    pub(crate) fn carried(&self) -> &Carried {
        self.0.headers.get_or_init(|| match &self.0.credentials {
            Credentials::Token(token) => Carried { token: secret(token.expose()), ..Carried::default() },
            Credentials::AccessKey(key) => Carried {
                token: None,
                project_id: key.project_id().and_then(exactly),
                security_token: key.security_token().and_then(secret),
            },
        })
    }

    /// Where they are from: `the environment (HUAWEICLOUD_SDK_AK)`, `the profile [basic] of ~/.huaweicloud/credentials`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What is amiss there. Nothing here prints it: that is for the program to decide.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }
}

impl From<Credentials> for Issued {
    fn from(credentials: Credentials) -> Self {
        Self::new(credentials, "the program")
    }
}

impl PartialEq for Issued {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.credentials == other.0.credentials
    }
}

impl Eq for Issued {}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("credentials", &self.0.credentials)
            .field("source", &self.0.source)
            .field("warnings", &self.0.warnings)
            .finish()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenToOthers { path, mode } => {
                let path = path.display();
                write!(
                    f,
                    "{path} holds a secret, and other users can read or write it (mode {mode:04o}): chmod 600 {path}"
                )
            }
        }
    }
}
