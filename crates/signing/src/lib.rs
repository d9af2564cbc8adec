#![doc = include_str!("../README.md")]

pub mod authorization;
pub mod canonical;
pub mod date;
pub mod header;
mod hexadecimal;
pub mod request;
pub mod secret;
pub mod sign;
pub mod verify;

pub use authorization::{Authorization, AuthorizationError};
pub use canonical::Canonical;
pub use date::Date;
pub use header::Headers;
pub use request::{Request, RequestError};
pub use secret::Secret;
pub use sign::{Credentials, SignError, Signed, sign};
pub use verify::{DEFAULT_WINDOW, Verified, VerifyError};

/// The algorithm's name, as the `Authorization` header and the string to sign begin.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";
