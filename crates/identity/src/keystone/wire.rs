//! Keystone's answers, as far as they matter, and the login that is sent to it.

use super::Verdict;
use crate::config::KeystoneSettings;
use crate::principal::Principal;
use crate::time;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::SystemTime;

/// The answer to a validation or a login. Other members are not looked at: they differ from one installation to the next.
#[derive(Deserialize)]
pub(super) struct Envelope {
    token: Token,
}

#[derive(Deserialize)]
struct Token {
    user: User,
    /// There in a token for a project.
    project: Option<Project>,
    /// There in a token for a whole domain.
    domain: Option<Named>,
    #[serde(default)]
    roles: Vec<Role>,
    expires_at: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
    name: String,
    domain: Named,
}

#[derive(Deserialize)]
struct Project {
    id: String,
    domain: Named,
}

#[derive(Deserialize)]
struct Role {
    name: String,
}

#[derive(Deserialize)]
struct ErrorEnvelope {
    error: Error,
}

#[derive(Deserialize)]
struct Error {
    code: u16,
}

/// What a valid token says.
pub(super) fn recognised(body: &[u8], account_role: Option<&str>) -> Result<Verdict, &'static str> {
    let (token, expires) = read(body)?;
    let Token { user, project, domain, roles, .. } = token;
    // The account is the one whose things the caller would touch: that of the project. Without a project there is nothing
    // to touch, and the account only names the caller.
    let (projects, account) = match project {
        Some(project) => ([project.id].into(), project.domain),
        None => ([].into(), domain.unwrap_or(user.domain)),
    };
    let principal = Principal {
        user_id: user.id,
        user_name: user.name,
        account_id: account.id,
        account_name: account.name,
        projects,
        is_account: roles.iter().any(|role| Some(role.name.as_str()) == account_role),
        roles: roles.into_iter().map(|role| role.name).collect(),
    };
    Ok(Verdict::Recognised { principal: Arc::new(principal), expires })
}

/// Until when the token of a login is valid.
pub(super) fn expiry(body: &[u8]) -> Result<SystemTime, &'static str> {
    read(body).map(|(_, expires)| expires)
}

fn read(body: &[u8]) -> Result<(Token, SystemTime), &'static str> {
    // Neither the parser's message nor the body: both quote what callers own.
    let Envelope { token } =
        serde_json::from_slice(body).map_err(|_| "Keystone's answer is not a token as v3 writes it")?;
    let expires = time::parse(&token.expires_at)
        .ok_or("Keystone's answer has an expires_at that is not a date-time")?;
    Ok((token, expires))
}

/// Whether an error is Keystone's own. A proxy in front answers with errors too, and knows nothing about tokens.
pub(super) fn is_keystones(body: &[u8], status: u16) -> bool {
    serde_json::from_slice(body).is_ok_and(|ErrorEnvelope { error }| error.code == status)
}

/// The body of this service's own login.
pub(super) fn login(settings: &KeystoneSettings) -> Value {
    json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": settings.user,
            "domain": {"name": settings.user_domain},
            "password": settings.password.expose(),
        }}},
        "scope": {"project": {"name": settings.project, "domain": {"name": settings.project_domain}}},
    }})
}
