#![doc = include_str!("../README.md")]

mod authenticator;
mod config;
mod counts;
mod digest;
mod error;
mod keystone;
mod mint;
mod presented;
mod principal;
mod secret;
mod signature;
mod time;
mod token;

pub use authenticator::{Authenticator, SetupError};
pub use config::{Configuration, ConfigurationError, PolicyBinding, Problem};
pub use counts::Counts;
pub use error::{AuthenticationError, RefusalKind};
pub use mint::{NewAccessKey, NewToken, make_access_key, make_token};
pub use presented::{Credential, Presented};
pub use principal::{OP_SERVICE, Principal};
