//! The `[keystone]` table, checked.

use super::check::{Checker, Reported};
use super::file;
use crate::secret::Secret;
use reqwest::{Certificate, Url};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;

/// Where Keystone is, how this service logs in there, and how long its answers hold.
#[derive(Clone, Debug)]
pub(crate) struct KeystoneSettings {
    /// The root of the Identity API, version 3, with a slash at its end.
    pub(crate) root: Url,
    pub(crate) user: String,
    pub(crate) user_domain: String,
    pub(crate) password: Secret,
    pub(crate) project: String,
    pub(crate) project_domain: String,
    /// The only issuers that are trusted; empty for those of the system.
    pub(crate) issuers: Vec<Certificate>,
    /// The role that makes a caller the account itself.
    pub(crate) account_role: Option<String>,
    /// How many tokens are remembered.
    pub(crate) cache_size: NonZeroUsize,
    /// How long a valid token is remembered at most. Zero: not at all.
    pub(crate) max_ttl: Duration,
    /// How long a refusal is remembered. Zero: not at all.
    pub(crate) negative_ttl: Duration,
    /// How long judging one token may take, logging in included.
    pub(crate) timeout: Duration,
}

const CACHE_SIZE: RangeInclusive<u32> = 1..=1_000_000;
const MAX_TTL: RangeInclusive<u32> = 0..=3600;
/// A token can become valid after it was refused: Keystone replicates. Hence "short".
const NEGATIVE_TTL: RangeInclusive<u32> = 0..=60;
const TIMEOUT: RangeInclusive<u32> = 1..=300;

pub(super) fn check(checker: &mut Checker<'_>, table: &file::Keystone) -> Result<KeystoneSettings, Reported> {
    // Each line runs, also after one of them has failed: all problems are reported at once.
    let root = root(checker, &table.url);
    let user = checker.name("user", &table.user);
    let user_domain = checker.optional_name("user_domain", table.user_domain.as_ref());
    let given = ("password", table.password.as_ref());
    let password = checker.secret(given, ("password_file", table.password_file.as_ref()), &table.url);
    let project = checker.name("project", &table.project);
    let project_domain = checker.optional_name("project_domain", table.project_domain.as_ref());
    let issuers = issuers(checker, table.ca_file.as_ref());
    let account_role = checker.optional_name("account_role", table.account_role.as_ref());
    let cache_size = number(checker, "cache_size", table.cache_size.as_ref(), 10_000, &CACHE_SIZE);
    let max_ttl = number(checker, "max_ttl_seconds", table.max_ttl_seconds.as_ref(), 300, &MAX_TTL);
    let negative_ttl =
        number(checker, "negative_ttl_seconds", table.negative_ttl_seconds.as_ref(), 10, &NEGATIVE_TTL);
    let timeout = number(checker, "timeout_seconds", table.timeout_seconds.as_ref(), 10, &TIMEOUT);
    let default_domain = || "Default".to_owned();
    Ok(KeystoneSettings {
        root: root?,
        user: user?,
        user_domain: user_domain?.unwrap_or_else(default_domain),
        password: password?,
        project: project?,
        project_domain: project_domain?.unwrap_or_else(default_domain),
        issuers: issuers?,
        account_role: account_role?,
        // In range, so it is neither 0 nor more than any machine counts.
        cache_size: usize::try_from(cache_size?)
            .ok()
            .and_then(NonZeroUsize::new)
            .unwrap_or(NonZeroUsize::MIN),
        max_ttl: Duration::from_secs(max_ttl?.into()),
        negative_ttl: Duration::from_secs(negative_ttl?.into()),
        timeout: Duration::from_secs(timeout?.into()),
    })
}

fn root(checker: &mut Checker<'_>, text: &Spanned<String>) -> Result<Url, Reported> {
    const REMEDY: &str = "write the root of the Identity API, such as https://keystone.example.com:5000/v3";
    let Ok(mut url) = Url::parse(text.get_ref()) else {
        return Err(checker.problem(text, format!("keystone.url is not a URL; {REMEDY}")));
    };
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let path = url.path().trim_end_matches('/').to_owned();
    if !matches!(url.scheme(), "http" | "https") || !bare || !path.ends_with("/v3") {
        let message = format!(
            "keystone.url must be http or https, end in /v3, and hold neither user nor query; {REMEDY}"
        );
        return Err(checker.problem(text, message));
    }
    if url.scheme() == "http" {
        checker.warn(text, "keystone.url is not https: tokens and the password travel in clear text");
    }
    // With the slash, `auth/tokens` is joined to it as a child.
    url.set_path(&format!("{path}/"));
    Ok(url)
}

fn issuers(checker: &mut Checker<'_>, file: Option<&Spanned<String>>) -> Result<Vec<Certificate>, Reported> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let (pem, _) = checker.read("ca_file", file)?;
    match Certificate::from_pem_bundle(pem.as_bytes()) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(checker.problem(file, "ca_file holds no certificate; it must be PEM")),
    }
}

fn number(
    checker: &mut Checker<'_>,
    name: &str,
    value: Option<&Spanned<i64>>,
    default: u32,
    range: &RangeInclusive<u32>,
) -> Result<u32, Reported> {
    let Some(value) = value else { return Ok(default) };
    let number = u32::try_from(*value.get_ref()).ok().filter(|number| range.contains(number));
    number
        .ok_or_else(|| checker.problem(value, format!("{name} must be {} to {}", range.start(), range.end())))
}
