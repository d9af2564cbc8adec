//! Who calls: the credentials of the target's callers, read strictly and never shown.

use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fmt;
use untag_signing::Secret;
use zeroize::Zeroizing;

/// A token. It is not printed, and is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes a token as its issuer wrote it.
    ///
    /// # Errors
    /// It is empty, or cannot stand in a header: something other than visible ASCII characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidAuth> {
        let text = Zeroizing::new(text.into());
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidAuth("a token is one or more visible ASCII characters".to_owned()));
        }
        Ok(Self(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The credentials that the kit calls with.
///
/// The more of them there are, the more rules can be checked: those about system tags take a caller with the `op_service`
/// permission, those about signatures an access key.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The project that they are for, where the file says so.
    pub project_id: Option<String>,
    /// The token of a tenant, who does not have the `op_service` permission.
    pub token: Token,
    /// The token of a caller with the `op_service` permission. The same as `token`: there is no caller without it.
    pub op_service_token: Option<Token>,
    /// An access key of the tenant: its id and its secret.
    pub access_key: Option<(String, Secret)>,
}

/// Why credentials cannot be used. The text quotes none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAuth(String);

/// The members of the file that `untagd dev --ready-file` writes; the addresses in it are of no interest here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "endpoint")]
    _endpoint: Option<IgnoredAny>,
    #[serde(rename = "admin")]
    _admin: Option<IgnoredAny>,
    project_id: Option<String>,
    token: String,
    op_service_token: Option<String>,
    ak: Option<String>,
    sk: Option<String>,
}

impl Auth {
    /// A tenant with a token, and nothing else.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self { project_id: None, token, op_service_token: None, access_key: None }
    }

    /// Reads a JSON object with the members `token`, and if there are such, `project_id`, `op_service_token`, and `ak` and `sk`.
    /// It is what `untagd dev --ready-file` writes, whose `endpoint` and `admin` are passed over.
    ///
    /// # Errors
    /// It is not JSON, has other members or one of them twice, has one of `ak` and `sk` only, or a credential that is none.
    pub fn from_json(json: &[u8]) -> Result<Self, InvalidAuth> {
        // Not the parser's own words, which quote what is there.
        let file: File = serde_json::from_slice(json).map_err(|error| {
            let what = if error.is_data() {
                "this is not an object with the texts `token` and, if there are such, `project_id`, \
                 `op_service_token`, `ak` and `sk`, each of them once"
            } else {
                "this is not JSON"
            };
            InvalidAuth(format!("{what} (line {}, column {})", error.line(), error.column()))
        })?;
        let access_key = match (file.ak, file.sk) {
            (None, None) => None,
            (Some(id), Some(secret)) => {
                if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
                    return Err(InvalidAuth("`ak` is not the id of an access key".to_owned()));
                }
                let secret = Zeroizing::new(secret);
                Some((id, Secret::new(&secret).map_err(|_| InvalidAuth("`sk` is empty".to_owned()))?))
            }
            _ => return Err(InvalidAuth("`ak` and `sk` come together: one of them is missing".to_owned())),
        };
        Ok(Self {
            project_id: file.project_id,
            token: Token::new(file.token)?,
            op_service_token: file.op_service_token.map(Token::new).transpose()?,
            access_key,
        })
    }
}

impl fmt::Display for InvalidAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAuth {}
