//! Where the server is: a URL, of which everything is kept that a request needs.

use http::Uri;
use std::fmt;
use std::str::FromStr;

/// The address of a server: `http://127.0.0.1:8080`, perhaps with a path in front of the contract's own:
/// `https://gateway.example.com/tags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) is_tls: bool,
    /// Name or address, without the brackets of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What the `Host` header says: the port only where it is not the scheme's own.
    pub(crate) authority: String,
    /// What stands before the contract's paths, without a slash at its end.
    pub(crate) prefix: String,
}

/// Why a text is no [`Endpoint`]. It does not quote the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEndpoint(&'static str);

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        let uri: Uri = text.parse().map_err(|_| InvalidEndpoint("this is not a URL"))?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(InvalidEndpoint("the URL must start with http:// or https://")),
        };
        let authority = uri.authority().ok_or(InvalidEndpoint("the URL names no host"))?;
        if authority.as_str().contains('@') {
            return Err(InvalidEndpoint("the URL must not hold a user or password"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(InvalidEndpoint("the URL must end with its path: no query and no fragment"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(InvalidEndpoint("the URL names no host"));
        }
        let standard = if is_tls { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(standard);
        let authority = if port == standard { authority.host().to_owned() } else { authority.to_string() };
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { is_tls, host, port, authority, prefix })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.prefix)
    }
}

impl fmt::Display for InvalidEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidEndpoint {}
