//! Talking to Keystone: this service's own login, and the validation of callers' tokens with it.

use super::{Verdict, wire};
use crate::config::KeystoneSettings;
use http::{HeaderValue, StatusCode};
use reqwest::{Client, Response, Url, redirect};
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, Semaphore};

/// How many validations are with Keystone at a time; others wait. It validates tens of tokens per second, so more would only
/// make every one of them late.
const CONCURRENT: usize = 32;

/// How long an answer may be, in bytes. Without the catalogue a token is a few kB.
const LONGEST_ANSWER: usize = 256 * 1024;

const AUTH_TOKEN: &str = "X-Auth-Token";
const SUBJECT_TOKEN: &str = "X-Subject-Token";

/// The identity service and this service's own standing there.
pub(super) struct IdentityService {
    http: Client,
    login_url: Url,
    validation_url: Url,
    settings: KeystoneSettings,
    own: Mutex<Option<OwnToken>>,
    permits: Semaphore,
}

/// The token that this service has been given.
struct OwnToken {
    text: HeaderValue,
    renew_at: SystemTime,
}

/// Why Keystone did not say anything about a token. For the log.
struct Trouble(String);

impl IdentityService {
    pub(super) fn new(settings: &KeystoneSettings) -> Result<Self, String> {
        let login_url = settings.root.join("auth/tokens").map_err(|error| error.to_string())?;
        let mut validation_url = login_url.clone();
        // The catalogue of services is most of an answer, and of no use here.
        validation_url.set_query(Some("nocatalog"));
        let mut http = Client::builder()
            // A redirect would take the tokens along to wherever it points.
            .redirect(redirect::Policy::none())
            // Nor do they go through a proxy because of a variable that was meant for something else.
            .no_proxy()
            // Less than servers keep an idle connection (Apache: 5 s): a question must not meet one that is just being closed.
            .pool_idle_timeout(Duration::from_secs(3))
            .user_agent(concat!("untag-identity/", env!("CARGO_PKG_VERSION")));
        if !settings.issuers.is_empty() {
            http = http.tls_certs_only(settings.issuers.clone());
        }
        let http = http.build().map_err(|error| {
            format!("https is not to be had: {}; name the issuers in keystone.ca_file", chain(&error))
        })?;
        Ok(Self {
            http,
            login_url,
            validation_url,
            settings: settings.clone(),
            own: Mutex::new(None),
            permits: Semaphore::new(CONCURRENT),
        })
    }

    /// What Keystone says of this token, within the timeout.
    pub(super) async fn validate(&self, token: &str, now: SystemTime) -> Verdict {
        let timeout = self.settings.timeout;
        match tokio::time::timeout(timeout, self.ask(token, now)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(Trouble(message))) => Verdict::Failed(message.into()),
            Err(_) => Verdict::Failed(format!("Keystone did not answer within {}", Seconds(timeout)).into()),
        }
    }

    async fn ask(&self, token: &str, now: SystemTime) -> Result<Verdict, Trouble> {
        // What cannot be a header is no token of Keystone's.
        let Ok(mut subject) = HeaderValue::from_str(token) else { return Ok(Verdict::Refused) };
        subject.set_sensitive(true);
        let _permit = self.permits.acquire().await.map_err(|error| Trouble(error.to_string()))?;
        let mut own = self.own_token(None, now).await?;
        let mut answer = self.get(&own, &subject).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            // Its own token is not valid any more, whatever it said of its expiry.
            own = self.own_token(Some(&own), now).await?;
            answer = self.get(&own, &subject).await?;
        }
        let status = answer.status();
        let body = body(answer).await?;
        match status {
            StatusCode::OK => wire::recognised(&body, self.settings.account_role.as_deref())
                .map_err(|message| Trouble(message.to_owned())),
            StatusCode::NOT_FOUND if wire::is_keystones(&body, status.as_u16()) => Ok(Verdict::Refused),
            // The login went well at the same address, so it is the token that Keystone, or the HTTP server in front of it,
            // cannot read.
            StatusCode::BAD_REQUEST | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Ok(Verdict::Refused),
            StatusCode::FORBIDDEN => Err(Trouble(format!(
                "Keystone does not let the user {:?} validate tokens; give it the role \"service\" in its project",
                self.settings.user
            ))),
            _ => Err(Trouble(format!("Keystone answered {status} to a validation"))),
        }
    }

    async fn get(&self, own: &HeaderValue, subject: &HeaderValue) -> Result<Response, Trouble> {
        let request = self.http.get(self.validation_url.clone());
        Ok(request.header(AUTH_TOKEN, own).header(SUBJECT_TOKEN, subject).send().await?)
    }

    /// This service's own token: a new one when there is none, when it is about to expire, or when it is the `rejected` one.
    async fn own_token(
        &self,
        rejected: Option<&HeaderValue>,
        now: SystemTime,
    ) -> Result<HeaderValue, Trouble> {
        // Held while logging in, so that one login serves all who need it.
        let mut own = self.own.lock().await;
        if let Some(own) = own.as_ref()
            && now < own.renew_at
            && rejected != Some(&own.text)
        {
            return Ok(own.text.clone());
        }
        let new = self.log_in(now).await?;
        let text = new.text.clone();
        *own = Some(new);
        Ok(text)
    }

    async fn log_in(&self, now: SystemTime) -> Result<OwnToken, Trouble> {
        let request = self.http.post(self.login_url.clone()).query(&[("nocatalog", "")]);
        let answer = request.json(&wire::login(&self.settings)).send().await?;
        let status = answer.status();
        let text = answer.headers().get(SUBJECT_TOKEN).cloned();
        let body = body(answer).await?;
        match (status, text) {
            (StatusCode::CREATED, Some(mut text)) => {
                text.set_sensitive(true);
                let expires = wire::expiry(&body).map_err(|message| Trouble(message.to_owned()))?;
                let lifetime = expires.duration_since(now).unwrap_or_default();
                // Before it expires: a token that expires on its way costs a second login and a second question.
                Ok(OwnToken { text, renew_at: now + lifetime / 10 * 9 })
            }
            (StatusCode::UNAUTHORIZED, _) => Err(Trouble(format!(
                "Keystone refuses the login of the user {:?}; check user, password, project and their domains in [keystone]",
                self.settings.user
            ))),
            _ => Err(Trouble(format!(
                "Keystone answered {status} to the login, and no token; check that keystone.url is the root of the v3 API"
            ))),
        }
    }
}

impl fmt::Debug for IdentityService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityService").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Self {
        Self(format!("Keystone is not to be reached: {}", chain(&error)))
    }
}

/// A whole body, unless it is too long.
async fn body(mut answer: Response) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Trouble(format!("Keystone's answer is longer than {LONGEST_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error and its causes. Their texts hold addresses, never headers or bodies.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}
