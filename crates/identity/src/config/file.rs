//! The authentication file as it is written: shape only, every value with its place.

use crate::secret::Secret;
use serde::Deserialize;
use toml::{Spanned, Value};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthenticationFile {
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) tokens: Vec<Token>,
    #[serde(default)]
    pub(super) access_keys: Vec<AccessKey>,
    pub(super) keystone: Option<Keystone>,
    #[serde(default)]
    pub(super) policies: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) account: Spanned<String>,
    pub(super) account_name: Option<Spanned<String>>,
    pub(super) projects: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) roles: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) is_account: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) sha256: Spanned<Secret>,
    pub(super) user: Spanned<String>,
    pub(super) expires: Option<Spanned<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessKey {
    pub(super) id: Spanned<String>,
    pub(super) secret: Option<Spanned<Secret>>,
    pub(super) secret_file: Option<Spanned<String>>,
    pub(super) user: Spanned<String>,
    pub(super) security_token_sha256: Option<Spanned<Secret>>,
    pub(super) expires: Option<Spanned<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keystone {
    pub(super) url: Spanned<String>,
    pub(super) user: Spanned<String>,
    pub(super) user_domain: Option<Spanned<String>>,
    pub(super) password: Option<Spanned<Secret>>,
    pub(super) password_file: Option<Spanned<String>>,
    pub(super) project: Spanned<String>,
    pub(super) project_domain: Option<Spanned<String>>,
    pub(super) ca_file: Option<Spanned<String>>,
    pub(super) account_role: Option<Spanned<String>>,
    pub(super) cache_size: Option<Spanned<i64>>,
    pub(super) max_ttl_seconds: Option<Spanned<i64>>,
    pub(super) negative_ttl_seconds: Option<Spanned<i64>>,
    pub(super) timeout_seconds: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) file: Spanned<String>,
    #[serde(default)]
    pub(super) users: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) roles: Vec<Spanned<String>>,
}
