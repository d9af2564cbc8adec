//! From the tables of the file to what is used: users, what shows them, and the policies that bind them.

use super::check::{Checker, Reported};
use super::file::AuthenticationFile;
use super::{Access, PolicyBinding};
use crate::digest::Digest;
use crate::principal::Principal;
use crate::signature::{AccessKey, AccessKeys};
use crate::token::{StaticToken, StaticTokens};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use toml::Spanned;

pub(super) type Users = BTreeMap<String, Arc<Principal>>;

/// The users. Those with a problem are there too, so that what refers to them is not called a second problem.
pub(super) fn users(checker: &mut Checker<'_>, file: &AuthenticationFile) -> Users {
    let mut users = Users::new();
    for user in &file.users {
        let id = checker.name("id", &user.id).unwrap_or_else(|Reported| user.id.get_ref().clone());
        let name = checker.name("name", &user.name).unwrap_or_default();
        let account_id = checker.name("account", &user.account).unwrap_or_default();
        let account_name = checker.optional_name("account_name", user.account_name.as_ref());
        if user.projects.get_ref().is_empty() {
            let message = "projects is empty: the user could do nothing; name the projects it may act in";
            checker.problem(&user.projects, message);
        }
        let principal = Principal {
            user_id: id.clone(),
            user_name: name,
            account_name: account_name.ok().flatten().unwrap_or_else(|| account_id.clone()),
            account_id,
            projects: names(checker, "a project", user.projects.get_ref()),
            roles: names(checker, "a role", &user.roles),
            is_account: user.is_account,
        };
        if users.insert(id, Arc::new(principal)).is_some() {
            checker.problem(&user.id, "there is another user with this id; ids must differ");
        }
    }
    users
}

pub(super) fn tokens(checker: &mut Checker<'_>, file: &AuthenticationFile, users: &Users) -> StaticTokens {
    let mut tokens = HashMap::new();
    for token in &file.tokens {
        let digest = checker.digest("sha256", &token.sha256);
        let principal = user(checker, users, &token.user);
        let expires = checker.expiry(token.expires.as_ref());
        let (Ok(digest), Ok(principal), Ok(expires)) = (digest, principal, expires) else { continue };
        if tokens.insert(digest, StaticToken { principal, expires }).is_some() {
            let message = "there is another token with this sha256; one token belongs to one user";
            checker.problem(&token.sha256, message);
        }
    }
    StaticTokens(tokens)
}

pub(super) fn access_keys(checker: &mut Checker<'_>, file: &AuthenticationFile, users: &Users) -> AccessKeys {
    let mut keys = HashMap::new();
    let (mut ids, mut secrets) = (HashSet::new(), HashSet::new());
    for key in &file.access_keys {
        let id = key.id.get_ref();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            checker.problem(&key.id, "id must consist of letters, digits, '-', '_' and '.'");
        }
        if !ids.insert(id) {
            let message = "there is another access key with this id; one access key belongs to one user";
            checker.problem(&key.id, message);
        }
        let given = ("secret", key.secret.as_ref());
        let secret = checker.secret(given, ("secret_file", key.secret_file.as_ref()), &key.id);
        if let Ok(secret) = &secret
            && !secrets.insert(Digest::of(secret.expose()))
        {
            // A signature does not cover the id of its access key.
            checker.problem(
                &key.id,
                "there is another access key with this secret; each would pass for the other",
            );
        }
        let principal = user(checker, users, &key.user);
        let security_token = key.security_token_sha256.as_ref();
        let security_token =
            security_token.map(|hex| checker.digest("security_token_sha256", hex)).transpose();
        let expires = checker.expiry(key.expires.as_ref());
        let (Ok(secret), Ok(principal), Ok(security_token), Ok(expires)) =
            (secret, principal, security_token, expires)
        else {
            continue;
        };
        // It is not empty: that has been a problem above.
        let Ok(secret) = untag_signing::Secret::new(secret.expose()) else { continue };
        keys.insert(id.clone(), AccessKey { secret, principal, security_token, expires });
    }
    AccessKeys(keys)
}

pub(super) fn policies(
    checker: &mut Checker<'_>,
    file: &AuthenticationFile,
    users: &Users,
) -> Vec<PolicyBinding> {
    let mut policies = Vec::new();
    for policy in &file.policies {
        let path = checker.name("file", &policy.file);
        if policy.users.is_empty() && policy.roles.is_empty() {
            checker.problem(&policy.file, "the policy binds nobody; add users or roles");
        }
        // Keystone's users are not in the file, and which roles they will have nobody knows.
        if file.keystone.is_none() {
            for id in &policy.users {
                let _: Result<_, Reported> = user(checker, users, id);
            }
            for role in &policy.roles {
                if !users.values().any(|user| user.roles.contains(role.get_ref())) {
                    checker.warn(role, "no user has this role, so the policy binds nobody by it");
                }
            }
        }
        let (users, roles) =
            (names(checker, "a user", &policy.users), names(checker, "a role", &policy.roles));
        if let Ok(path) = path {
            policies.push(PolicyBinding { file: checker.beside(&path), users, roles });
        }
    }
    policies
}

/// Warns of an authentication file that too many may read or write.
pub(super) fn access(checker: &mut Checker<'_>, file: &AuthenticationFile, access: Access) {
    let secrets = file.access_keys.iter().any(|key| key.secret.is_some())
        || file.keystone.as_ref().is_some_and(|keystone| keystone.password.is_some());
    if access.write {
        checker.warn_of_file(
            "every user of this machine can write this file and give itself any right; take that away: chmod o=",
        );
    } else if access.read && secrets {
        checker.warn_of_file(
            "the file holds secrets in plain text and every user of this machine can read it; take that away: chmod o=",
        );
    }
}

fn user(checker: &mut Checker<'_>, users: &Users, id: &Spanned<String>) -> Result<Arc<Principal>, Reported> {
    users.get(id.get_ref()).map(Arc::clone).ok_or_else(|| {
        checker.problem(id, format!("there is no user with the id {:?}; add it to [[users]]", id.get_ref()))
    })
}

fn names(checker: &mut Checker<'_>, what: &str, texts: &[Spanned<String>]) -> BTreeSet<String> {
    texts.iter().filter_map(|text| checker.name(what, text).ok()).collect()
}
