//! What authenticates one attempt: its token, or a signature over everything else that is on the request.

use crate::clock;
use crate::credentials::{AccessKey, Credentials};
use crate::header::secret;
use crate::operation::{Credential, Operation};
use reqwest::header::{HOST, HeaderName};
use reqwest::{Request, Url};
use untag_signing::{Date, Headers, sign};

/// Adds credentials to a request, if its operation accepts their kind; says whether it did.
///
/// # Errors
/// The request cannot carry them, or cannot be signed. The text says why and shows nothing of them.
pub(crate) fn authenticate(
    request: &mut Request,
    operation: &Operation,
    credentials: &Credentials,
) -> Result<bool, String> {
    match credentials {
        Credentials::Token(token) => {
            let Some(header) = operation.token_header() else { return Ok(false) };
            let value = secret(token.expose()).ok_or(
                "the token has a control character, or a blank at an end, which no header can carry; look for a line \
                 break that was read or copied along with it",
            )?;
            request.headers_mut().insert(header, value);
            Ok(true)
        }
        Credentials::AccessKey(key) => {
            if !accepts_signature(operation) {
                return Ok(false);
            }
            let date = Date::try_from(clock::now())
                .map_err(|_| "the clock of this machine is beyond all calendars; set it".to_owned())?;
            add_signature(request, key, date)?;
            Ok(true)
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
fn add_signature(request: &mut Request, key: &AccessKey, date: Date) -> Result<(), String> {
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
    let mut added = Vec::with_capacity(4);
    for (name, value) in signed.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
        added.push((name, secret(value).ok_or("a header cannot carry its credentials")?));
    }
    request.headers_mut().extend(added);
    Ok(())
}

/// `Host` as it will be sent: with the port, unless it is the scheme's own.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
