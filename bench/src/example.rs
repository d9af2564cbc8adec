//! The two requests that everything here sends: the contract's own operations, with the batch operation's documented body.

use axum::body::Body;
use axum::http::{Method, Request, header};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::LazyLock;

/// The project of both requests.
pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";
/// The desktop, and the resource.
pub const ID: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";
/// The tag of the desktop.
pub const KEY: &str = "key1";
/// The enterprise project that the batch operation names.
pub const ENTERPRISE_PROJECT: &str = "5aa119a8-d25b-45a7-8d1b-88e127885635";

/// The caller's token. As long as a real one: they run to thousands of characters.
pub static TOKEN: LazyLock<String> = LazyLock::new(|| "MIIEtoken".chars().cycle().take(2048).collect());

/// One of the two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Example {
    /// `deleteDesktopTag`: parameters in the path, no body.
    DesktopTag,
    /// `batchUntagResources`: three tags in the body.
    ResourceTags,
}

impl Example {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DesktopTag, Self::ResourceTags];

    /// The operation's name.
    #[must_use]
    pub fn operation(self) -> &'static str {
        match self {
            Self::DesktopTag => "deleteDesktopTag",
            Self::ResourceTags => "batchUntagResources",
        }
    }

    /// The path, which needs no encoding.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::DesktopTag => format!("/v2/{PROJECT}/desktops/{ID}/tags/{KEY}"),
            Self::ResourceTags => format!("/v1/{PROJECT}/workspace/{ID}/tags/delete"),
        }
    }

    /// The body; empty when there is none.
    #[must_use]
    pub fn body(self) -> Bytes {
        match self {
            Self::DesktopTag => Bytes::new(),
            Self::ResourceTags => Bytes::from(format!(
                r#"{{"tags":[{{"key":"key1"}},{{"key":"key2","value":"value3"}}],"sys_tags":[{{"key":"_sys_enterprise_project_id","value":"{ENTERPRISE_PROJECT}"}}]}}"#
            )),
        }
    }

    /// The request as a router gets it.
    pub fn request(self) -> Result<Request<Body>, axum::http::Error> {
        let request =
            Request::builder().method(Method::DELETE).uri(self.path()).header("x-auth-token", &*TOKEN);
        match self {
            Self::DesktopTag => request.body(Body::empty()),
            Self::ResourceTags => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(self.body()))
            }
        }
    }

    /// The request as it travels to this address.
    #[must_use]
    pub fn bytes(self, address: SocketAddr) -> Vec<u8> {
        let (path, token, body) = (self.path(), &*TOKEN, self.body());
        let mut bytes =
            format!("DELETE {path} HTTP/1.1\r\nhost: {address}\r\nx-auth-token: {token}\r\n").into_bytes();
        if !body.is_empty() {
            let head = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            bytes.extend_from_slice(head.as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
    }
}
