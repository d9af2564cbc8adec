//! What makes an access key of the fields that the provider's SDKs use: the same rules for the environment and a file.

use super::{AccessKey, CredentialsError, CredentialsErrorKind, InvalidAccessKey};

/// How a place calls the fields.
pub(super) struct Names {
    pub(super) access_key: &'static str,
    pub(super) secret: &'static str,
    pub(super) security_token: &'static str,
    pub(super) project_id: &'static str,
    pub(super) identity_provider: &'static str,
    pub(super) identity_token_file: &'static str,
}

/// The access key that a place has, or nothing if it has no part of one.
///
/// `find` looks a field up; what it finds is not empty. `place` is what messages call the place.
///
/// # Errors
/// A part is missing or cannot be used, or the place says to sign in by an identity provider: the provider's SDKs prefer
/// that over a key, so going by the key might mean somebody else.
pub(super) fn access_key(
    names: &Names,
    place: &str,
    find: impl Fn(&'static str) -> Result<Option<String>, CredentialsError>,
) -> Result<Option<AccessKey>, CredentialsError> {
    if find(names.identity_provider)?.is_some() && find(names.identity_token_file)?.is_some() {
        return Err(CredentialsError::new(
            CredentialsErrorKind::Unsupported,
            format!(
                "{place} has {} and {}, which ask for a sign-in by an identity provider; this client has none",
                names.identity_provider, names.identity_token_file
            ),
            format!("take these out, and give a token, or {} and {} instead", names.access_key, names.secret),
        ));
    }
    let security_token = find(names.security_token)?;
    let (id, secret) = match (find(names.access_key)?, find(names.secret)?) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) if security_token.is_none() => return Ok(None),
        (id, secret) => return Err(incomplete(names, place, id.is_some(), secret.is_some())),
    };
    let mut key = AccessKey::new(&id, &secret);
    if let Some(token) = security_token {
        key = key.and_then(|key| key.with_security_token(&token));
    }
    if let Some(project) = find(names.project_id)? {
        key = key.and_then(|key| key.with_project(&project));
    }
    key.map(Some).map_err(|error| {
        let name = match error {
            InvalidAccessKey::AccessKey => names.access_key,
            InvalidAccessKey::Secret => names.secret,
            InvalidAccessKey::SecurityToken => names.security_token,
            InvalidAccessKey::ProjectId => names.project_id,
        };
        invalid(name, place, error.predicate())
    })
}

/// The failure of a field whose value breaks a rule.
pub(super) fn invalid(name: &str, place: &str, predicate: &str) -> CredentialsError {
    CredentialsError::new(
        CredentialsErrorKind::Invalid,
        format!("{name} in {place} {predicate}"),
        "look for a line break, a quote or a comment that was copied along with the value",
    )
}

fn incomplete(names: &Names, place: &str, id: bool, secret: bool) -> CredentialsError {
    let Names { access_key, secret: secret_key, security_token, .. } = names;
    let (there, missing) = match (id, secret) {
        (true, _) => (*access_key, (*secret_key).to_owned()),
        (_, true) => (*secret_key, (*access_key).to_owned()),
        _ => (*security_token, format!("{access_key} and {secret_key}")),
    };
    CredentialsError::new(
        CredentialsErrorKind::Incomplete,
        format!("{place} has {there} but not {missing}"),
        format!("add {missing} there, or take {there} out"),
    )
}
