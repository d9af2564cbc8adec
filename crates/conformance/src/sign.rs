//! Signed requests: the one credential that is made anew for each of them.

use crate::case::Signed;
use crate::clock;
use crate::message::{Hidden, Message, Part, Text};
use std::time::Duration;
use untag_signing::{Credentials, Date, Headers, Request, Secret, sign};
use zeroize::Zeroizing;

/// The same request with the headers of a signature over it, or over what the case says instead.
///
/// # Errors
/// The request cannot be signed; a sentence that says why.
pub(crate) fn signed(
    message: &Message,
    how: &Signed,
    access_key: &(String, Secret),
    project_id: &str,
) -> Result<Message, String> {
    let (method, target) = message.start();
    let target = how.target.clone().unwrap_or(target);
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target.as_str(), None),
    };
    let lines: Vec<Zeroizing<Vec<u8>>> = message.lines.iter().skip(1).map(Text::bytes).collect();
    // What a proxy on the way may change is not signed, as the provider's own clients have it.
    let headers: Headers = lines
        .iter()
        .filter_map(|line| str::from_utf8(line).ok()?.split_once(':'))
        .filter(|(name, _)| !name.eq_ignore_ascii_case("connection"))
        .map(|(name, value)| (name, value.trim()))
        .collect();
    let sent = message.body.bytes();
    let body = how.body.as_ref().map_or(sent.as_slice(), |body| body.as_bytes());
    let away = Duration::from_secs(how.seconds.unsigned_abs());
    let moment =
        if how.seconds < 0 { clock::now().checked_sub(away) } else { clock::now().checked_add(away) };
    let date =
        moment.and_then(|moment| Date::try_from(moment).ok()).ok_or("the clock of this machine is wrong")?;
    let (id, secret) = access_key;
    let other = how.secret.as_deref().map(Secret::new).transpose().map_err(|error| error.to_string())?;
    let credentials = Credentials {
        access_key: id,
        secret: other.as_ref().unwrap_or(secret),
        project_id: Some(project_id),
        security_token: None,
    };
    let request = Request { method: &method, path, query, headers, body };
    let signature = sign(&request, &credentials, date).map_err(|error| error.to_string())?;
    let mut message = message.clone();
    for (name, value) in signature.headers() {
        let line = Text::plain(format!("{name}: "));
        message.lines.push(if name == "Authorization" {
            let value = Zeroizing::new(value.to_owned());
            line.and(Part::Secret(Hidden { shown: "$AUTHORIZATION", value }))
        } else {
            line.and(Part::Plain(value.as_bytes().to_vec()))
        });
    }
    Ok(message)
}
