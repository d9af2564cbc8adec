//! Signed requests: whose access key it is, and whether its secret key, security token and lifetime bear the request out.

use crate::digest::Digest;
use crate::error::{AuthenticationError, RefusalKind};
use crate::presented::Presented;
use crate::principal::Principal;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;
use subtle::ConstantTimeEq;
use untag_signing::{Authorization, DEFAULT_WINDOW, Date, Request, Secret, VerifyError};

/// What is known of one access key.
#[derive(Clone, Debug)]
pub(crate) struct AccessKey {
    pub(crate) secret: Secret,
    pub(crate) principal: Arc<Principal>,
    /// The digest of the security token that belongs to a temporary access key.
    pub(crate) security_token: Option<Digest>,
    pub(crate) expires: Option<SystemTime>,
}

/// All access keys, by identifier.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessKeys(pub(crate) HashMap<String, AccessKey>);

impl AccessKeys {
    /// Whose request this is.
    ///
    /// Inside the window a recorded request is accepted again, as the provider accepts it. Both operations are idempotent,
    /// so nothing is kept to recognise repetitions; a signature must travel by TLS for that reason.
    pub(crate) fn judge(
        &self,
        authorization: &str,
        presented: &Presented<'_>,
        decoy: &Secret,
    ) -> Result<Principal, AuthenticationError> {
        let malformed = |message: String| AuthenticationError::Refused {
            kind: RefusalKind::MalformedSignature,
            message: format!("the signature is not usable: {message}"),
        };
        let authorization =
            Authorization::parse(authorization).map_err(|error| malformed(error.to_string()))?;
        let now = Date::try_from(presented.now).map_err(|_| AuthenticationError::Failed {
            message: "the service's clock shows a year that cannot be; set it".to_owned(),
        })?;
        let request = Request {
            method: presented.method.as_str(),
            path: presented.raw_path,
            query: presented.raw_query,
            headers: presented
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
            body: presented.body,
        };
        let key = self.0.get(authorization.access_key());
        // An unknown access key costs what a known one does, so that time does not tell which there are.
        let secret = key.map_or(decoy, |key| &key.secret);
        let verified = authorization.verify(&request, secret, now, DEFAULT_WINDOW);
        let (verified, key) = match (verified, key) {
            (Ok(verified), Some(key)) => (verified, key),
            (Ok(_), None) => return Err(AuthenticationError::refused(RefusalKind::UnknownAccessKey)),
            (Err(VerifyError::Mismatch), key) => {
                let kind = key.map_or(RefusalKind::UnknownAccessKey, |_| RefusalKind::WrongSignature);
                return Err(AuthenticationError::refused(kind));
            }
            (Err(error @ VerifyError::Window { .. }), _) => {
                let kind = RefusalKind::ClockSkew;
                return Err(AuthenticationError::Refused {
                    kind,
                    message: format!("{error}; check the clock"),
                });
            }
            // What is wrong with the request itself says nothing about any key.
            (Err(error), _) => return Err(malformed(error.to_string())),
        };
        // From here on the caller has shown that it holds the secret key, and may know more about the access key.
        if key.expires.is_some_and(|expires| expires <= presented.now) {
            return Err(AuthenticationError::refused(RefusalKind::ExpiredAccessKey));
        }
        match (&key.security_token, verified.security_token) {
            (None, None) => {}
            (Some(expected), Some(token))
                if expected.as_bytes().ct_eq(Digest::of(token).as_bytes()).into() => {}
            (Some(_), _) => return Err(AuthenticationError::refused(RefusalKind::SecurityToken)),
            (None, Some(_)) => {
                let message =
                    "the access key is not a temporary one; send no X-Security-Token with it".to_owned();
                return Err(AuthenticationError::Refused { kind: RefusalKind::SecurityToken, message });
            }
        }
        let mut principal = Principal::clone(&key.principal);
        if let Some(project) = verified.project_id {
            // The caller has bound its signature to one project. One that is not its own leaves it none, which is a
            // question of rights and not of who it is.
            principal.projects.retain(|own| own == project);
        }
        Ok(principal)
    }
}
