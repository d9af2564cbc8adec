//! The one question this crate answers, put to whoever can judge the credential at hand.

use crate::config::Configuration;
use crate::counts::{Counters, Counts};
use crate::digest::Digest;
use crate::error::{AuthenticationError, RefusalKind};
use crate::keystone::Keystone;
use crate::mint::make_access_key;
use crate::presented::{Credential, Presented};
use crate::principal::Principal;
use crate::signature::AccessKeys;
use crate::token::StaticTokens;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use untag_signing::Secret;

/// Recognises callers by the credentials that a [`Configuration`] knows. Share one among all requests.
#[derive(Debug)]
pub struct Authenticator {
    tokens: StaticTokens,
    access_keys: AccessKeys,
    /// What requests with an unknown access key are verified with.
    decoy: Secret,
    keystone: Option<Arc<Keystone>>,
    counters: Counters,
}

/// Why an authenticator cannot be made of a configuration: the machine lacks something. The text says what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError(String);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for SetupError {}

impl Authenticator {
    /// Takes over a configuration. Keystone is not asked anything yet: a service starts also while Keystone is away.
    ///
    /// # Errors
    /// The system gives no randomness, or has no trusted issuers for `https` and the configuration names none.
    pub fn new(configuration: &Configuration) -> Result<Self, SetupError> {
        let decoy = make_access_key().map_err(|error| SetupError(format!("no random bytes: {error}")))?;
        let decoy = Secret::new(&decoy.secret).map_err(|error| SetupError(error.to_string()))?;
        let keystone = configuration.keystone.as_ref().map(Keystone::new).transpose().map_err(SetupError)?;
        Ok(Self {
            tokens: configuration.tokens.clone(),
            access_keys: configuration.access_keys.clone(),
            decoy,
            keystone: keystone.map(Arc::new),
            counters: Counters::default(),
        })
    }

    /// Recognises the caller of a request. It must run inside a tokio runtime.
    ///
    /// A static token wins over Keystone, which is asked only about tokens that are not in the file. Dropping the future is
    /// safe: what was asked of Keystone goes on for others who wait for the same answer.
    ///
    /// # Errors
    /// The credential is not valid, or could not be judged.
    pub async fn authenticate(&self, request: &Presented<'_>) -> Result<Principal, AuthenticationError> {
        let judged = match request.credential {
            Credential::Token(token) => self.token(token, request).await,
            Credential::Authorization(text) => self.access_keys.judge(text, request, &self.decoy),
        };
        judged.inspect_err(|error| self.counters.count(error))
    }

    async fn token(&self, token: &str, request: &Presented<'_>) -> Result<Principal, AuthenticationError> {
        // From here on the token is known by its digest only; the text itself goes to nobody but Keystone.
        let digest = Digest::of(token);
        let principal = match (self.tokens.judge(&digest, request.now), &self.keystone) {
            (Some(judged), _) => judged?,
            (None, Some(keystone)) => keystone.judge(token, digest, request.now).await?,
            (None, None) => return Err(AuthenticationError::refused(RefusalKind::UnknownToken)),
        };
        Ok(Principal::clone(&principal))
    }

    /// How authentication went so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (keystone_validations, keystone_remembered) =
            self.keystone.as_ref().map_or((0, 0), |keystone| keystone.counts());
        Counts {
            refused: self.counters.refused(),
            failed: self.counters.failed(),
            keystone_validations,
            keystone_remembered,
        }
    }
}
