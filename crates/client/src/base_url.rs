//! Where a server is: an address that every operation's path can be put behind.

use reqwest::Url;
use std::fmt;
use std::str::FromStr;

/// The address of a server: `https://workspace.cn-north-4.myhuaweicloud.com`, perhaps with a path in front of the
/// contract's own, `http://localhost:8080/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(
    /// Without a slash at the end, unless it is all there is of a path.
    Url,
);

/// Why a text is no [`BaseUrl`]. It never quotes the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBaseUrl(&'static str);

impl BaseUrl {
    /// The whole address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The path in front of the contract's own: empty, or with a slash at its start and none at its end.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// The address of a path of the contract, which starts with a slash. What of it a URL cannot carry as it is, `.` and `..`,
    /// is not in the address any more.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        match self.path() {
            "" => url.set_path(path),
            prefix => url.set_path(&format!("{prefix}{path}")),
        }
        url
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let mut url = Url::parse(text).map_err(|_| {
            InvalidBaseUrl(
                "the base URL is not a URL; write it like `https://example.com` or `http://127.0.0.1:8080`",
            )
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidBaseUrl(
                "the base URL has another scheme than `http` and `https`; use one of these",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl(
                "the base URL has a user name or a password; leave them out and set a token instead",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl(
                "the base URL has a query or a fragment; leave out what starts at `?` or `#`",
            ));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidBaseUrl {}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn an_address_with_or_without_a_path() {
        for (text, whole, path) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
            ("https://example.com/", "https://example.com", ""),
            ("HTTPS://Example.com:443/a/b//", "https://example.com/a/b", "/a/b"),
            ("http://[::1]:1/p", "http://[::1]:1/p", "/p"),
            ("http://h/a/../b c/", "http://h/b%20c", "/b%20c"),
        ] {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!((url.as_str(), url.path()), (whole, path));
            assert_eq!(url.join("/v2/a%2Fb").as_str(), format!("{whole}/v2/a%2Fb"));
            // Slashes at the end make no other server.
            assert_eq!(format!("{text}/").parse(), Ok(url));
        }
    }

    #[test]
    fn anything_else_is_refused_without_being_quoted() {
        for (text, problem) in [
            ("", "is not a URL"),
            ("example.com", "is not a URL"),
            ("/v2", "is not a URL"),
            ("http://", "is not a URL"),
            ("localhost:8080", "another scheme"),
            ("ftp://example.com", "another scheme"),
            ("file:///etc", "another scheme"),
            ("data:text/plain,x", "another scheme"),
            ("https://me@example.com", "a user name or a password"),
            ("https://:s3cret@example.com", "a user name or a password"),
            ("https://example.com?", "a query or a fragment"),
            ("https://example.com/?a=b", "a query or a fragment"),
            ("https://example.com/#a", "a query or a fragment"),
        ] {
            let message = text.parse::<BaseUrl>().unwrap_err().to_string();
            assert!(message.contains(problem), "{text}: {message}");
            assert!(!message.contains("s3cret"), "{message}");
        }
    }
}
