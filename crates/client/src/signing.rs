//! What authenticates one attempt: its token, or a signature over everything else that is on the request.

use crate::clock;
use crate::credentials::{AccessKey, Carried, Credentials, Issued};
use crate::header::exactly;
use crate::operation::{Credential, Operation};
use reqwest::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use reqwest::{Request, Url};
use untag_signing::{Date, Headers, sign};

const DATE: HeaderName = HeaderName::from_static("x-sdk-date");
const PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// What a request carries that must not be shown: its token, or its signature and its security token.
pub(crate) type Secrets = [Option<HeaderValue>; 2];

/// Adds credentials to a request, if its operation accepts their kind, and gives back what is secret of them.
///
/// # Errors
/// The request cannot carry them, or cannot be signed. The text says why and shows nothing of them.
pub(crate) fn authenticate(
    request: &mut Request,
    operation: &Operation,
    issued: &Issued,
) -> Result<Option<Secrets>, String> {
    match issued.credentials() {
        Credentials::Token(_) => {
            let Some(header) = operation.token_header() else { return Ok(None) };
            let token = issued.carried().token.as_ref().ok_or(
                "the token has a control character, or a blank at an end, which no header can carry; look for a line \
                 break that was read or copied along with it",
            )?;
            // The one that is common is not looked through each time.
            if header == TOKEN.as_str() {
                request.headers_mut().insert(TOKEN, token.clone());
            } else {
                request.headers_mut().insert(header, token.clone());
            }
            Ok(Some([Some(token.clone()), None]))
        }
        Credentials::AccessKey(key) => {
            if !accepts_signature(operation) {
                return Ok(None);
            }
            let date = Date::try_from(clock::now())
                .map_err(|_| "the clock of this machine is beyond all calendars; set it".to_owned())?;
            add_signature(request, key, issued.carried(), date).map(Some)
        }
    }
}

fn accepts_signature(operation: &Operation) -> bool {
    operation.credentials.iter().any(|credential| {
        matches!(credential, Credential::Signature { header: "authorization", algorithm }
            if *algorithm == untag_signing::ALGORITHM)
    })
}

/// Signs a request as it stands: method, path, query, headers, body, and the host that it will be sent with.
fn add_signature(
    request: &mut Request,
    key: &AccessKey,
    carried: &Carried,
    date: Date,
) -> Result<Secrets, String> {
    let body = match request.body() {
        None => &[][..],
        Some(body) => body.as_bytes().ok_or("its body is not in memory, and so cannot be signed")?,
    };
    let host = host(request.url());
    let given = request.headers().iter().filter(|(name, _)| **name != HOST);
    let headers: Headers<'_> = given
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .chain([(HOST.as_str(), host.as_bytes())])
        .collect();
    let signed = sign(
        &untag_signing::Request {
            method: request.method().as_str(),
            path: request.url().path(),
            query: request.url().query(),
            headers,
            body,
        },
        &key.signing(),
        date,
    )
    .map_err(|error| error.to_string())?;
    let cannot = "a header cannot carry its credentials";
    let date = exactly(signed.date()).ok_or(cannot)?;
    let mut authorization = HeaderValue::try_from(signed.into_authorization()).map_err(|_| cannot)?;
    authorization.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(DATE, date);
    for (name, value) in [(PROJECT_ID, &carried.project_id), (SECURITY_TOKEN, &carried.security_token)] {
        if let Some(value) = value {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(AUTHORIZATION, authorization.clone());
    Ok([Some(authorization), carried.security_token.clone()])
}

/// `Host` as it will be sent: with the port, unless it is the scheme's own, which a URL does not keep.
fn host(url: &Url) -> &str {
    let authority = url.authority();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}
