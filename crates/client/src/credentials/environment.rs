//! Credentials from environment variables: the provider's names for a key, and ours for a token.

use super::fields::{self, Names, invalid};
use super::{BoxFuture, Cached, Credentials, CredentialsError, Issued, ProvideCredentials, Surroundings};
use crate::types::AuthToken;
use std::ffi::OsString;

const TOKEN: &str = "UNTAG_TOKEN";
const PLACE: &str = "the environment";

const NAMES: Names = Names {
    access_key: "HUAWEICLOUD_SDK_AK",
    secret: "HUAWEICLOUD_SDK_SK",
    security_token: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    project_id: "HUAWEICLOUD_SDK_PROJECT_ID",
    identity_provider: "HUAWEICLOUD_SDK_IDP_ID",
    identity_token_file: "HUAWEICLOUD_SDK_ID_TOKEN_FILE",
};

/// Credentials from the environment: a token in `UNTAG_TOKEN`, or else a key in `HUAWEICLOUD_SDK_AK` and
/// `HUAWEICLOUD_SDK_SK`, with `HUAWEICLOUD_SDK_SECURITY_TOKEN` and `HUAWEICLOUD_SDK_PROJECT_ID` if they are set.
///
/// A token comes first, because its variable is meant for this program and the others are shared with the provider's.
/// An empty variable counts as absent. Half a key is an error, and so are `HUAWEICLOUD_SDK_IDP_ID` and
/// `HUAWEICLOUD_SDK_ID_TOKEN_FILE` together: the provider's SDKs would sign in by them and not use the key.
#[derive(Debug)]
pub struct Environment(Cached<Variables>);

#[derive(Debug)]
struct Variables(Surroundings);

impl Environment {
    /// The environment of these surroundings.
    #[must_use]
    pub fn new(surroundings: &Surroundings) -> Self {
        Self(Cached::new(Variables(surroundings.clone())))
    }
}

impl ProvideCredentials for Environment {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        self.0.provide(expired)
    }
}

impl ProvideCredentials for Variables {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        Box::pin(std::future::ready(self.read()))
    }
}

impl Variables {
    fn read(&self) -> Result<Issued, CredentialsError> {
        let issued = |credentials: Credentials, name| Issued::new(credentials, format!("{PLACE} ({name})"));
        if let Some(token) = self.find(TOKEN)? {
            let token = AuthToken::new(token).map_err(|_| {
                let most = AuthToken::MAX_LENGTH;
                let rule = format!(
                    "is longer than {most} characters, or has a character other than printable ASCII, or a blank at an end"
                );
                invalid(TOKEN, PLACE, &rule)
            })?;
            return Ok(issued(token.into(), TOKEN));
        }
        match fields::access_key(&NAMES, PLACE, |name| self.find(name))? {
            Some(key) => Ok(issued(key.into(), NAMES.access_key)),
            None => Err(CredentialsError::absent(
                format!("{PLACE} has neither {TOKEN} nor {} and {}", NAMES.access_key, NAMES.secret),
                format!("set {TOKEN}, or both {} and {}", NAMES.access_key, NAMES.secret),
            )),
        }
    }

    fn find(&self, name: &'static str) -> Result<Option<String>, CredentialsError> {
        let value = self.0.variable(name).map(OsString::into_string);
        // What is not Unicode is the value itself: not a word of it.
        value.transpose().map_err(|_| invalid(name, PLACE, "is not UTF-8"))
    }
}
