//! What requests are authenticated with, and where that comes from: a token or an access key, given, from the environment,
//! from the provider's profile file, or from a source of one's own.
//!
//! A client asks its source before each attempt, and asks it once more when a server has refused what it gave. A source
//! therefore answers from memory where it can; [`Cached`] makes one do so.
//!
//! ```
//! use untag_client::credentials::{Chain, ProvideCredentials, Surroundings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What the process sees would be `Surroundings::of_the_process()`, and the chain `credentials::default_chain()`.
//! let surroundings = Surroundings::with_variables([("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "SK")]);
//! let issued = Chain::standard(&surroundings).provide(None).await?;
//! assert_eq!(issued.source(), "the environment (HUAWEICLOUD_SDK_AK)");
//! # Ok(())
//! # }
//! ```

mod access_key;
mod cached;
mod chain;
mod environment;
mod error;
mod fields;
mod ini;
mod issued;
mod profile;
mod surroundings;

pub use access_key::{AccessKey, InvalidAccessKey};
pub use cached::Cached;
pub use chain::{Chain, default_chain};
pub use environment::Environment;
pub use error::{CredentialsError, CredentialsErrorKind};
pub(crate) use issued::Carried;
pub use issued::{Issued, Warning};
pub use profile::Profile;
pub use surroundings::Surroundings;

use crate::types::AuthToken;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// What a request is authenticated with. `Debug` shows the kind and nothing else.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// A token, sent as it is.
    Token(AuthToken),
    /// An access key, which signs the request.
    AccessKey(AccessKey),
}

/// A future on the heap, as a trait that is used as an object has to return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where credentials come from: asynchronous, and it may fail.
///
/// A source of one's own implements this. If asking it is slow, put it into [`Cached`]:
///
/// ```
/// use untag_client::credentials::{BoxFuture, Cached, Credentials, CredentialsError, Issued, ProvideCredentials};
///
/// #[derive(Debug)]
/// struct Vault;
///
/// impl ProvideCredentials for Vault {
///     fn provide(&self, _expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
///         Box::pin(async {
///             let token = fetch().await.map_err(|error| {
///                 CredentialsError::failed("the vault gave no token", "see whether it is sealed").caused_by(error)
///             })?;
///             Ok(Issued::new(Credentials::Token(token), "the vault"))
///         })
///     }
/// }
/// # async fn fetch() -> Result<untag_client::types::AuthToken, std::io::Error> { Ok("t0ken".parse().unwrap()) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let vault = Cached::new(Vault);
/// assert_eq!(vault.provide(None).await?.source(), "the vault");
/// # Ok(())
/// # }
/// ```
pub trait ProvideCredentials: fmt::Debug + Send + Sync {
    /// Credentials for a request that is about to leave; `None` asks for any.
    ///
    /// `Some(expired)` says that a server has refused these: newer ones are wanted, if there are any. A source that has
    /// none gives the same again, and the refusal stands.
    ///
    /// # Errors
    /// There are no credentials, or the source cannot be read. Nothing is sent then.
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>>;

    /// What it gives, if it gives the same for ever. A client then keeps that, and what it makes of it, and asks no more.
    fn constant(&self) -> Option<Issued> {
        None
    }
}

impl Credentials {
    /// The project that the credentials are for, where they say it. A token does not.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        match self {
            Self::Token(_) => None,
            Self::AccessKey(key) => key.project_id(),
        }
    }
}

impl From<AuthToken> for Credentials {
    fn from(token: AuthToken) -> Self {
        Self::Token(token)
    }
}

impl From<AccessKey> for Credentials {
    fn from(key: AccessKey) -> Self {
        Self::AccessKey(key)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::AccessKey(_) => "AccessKey(…)",
        })
    }
}

/// The same ones for ever.
impl ProvideCredentials for Credentials {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        Box::pin(std::future::ready(Ok(Issued::from(self.clone()))))
    }

    fn constant(&self) -> Option<Issued> {
        Some(Issued::from(self.clone()))
    }
}

/// The same ones for ever.
impl ProvideCredentials for Issued {
    fn provide(&self, _: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }

    fn constant(&self) -> Option<Issued> {
        Some(self.clone())
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Arc<P> {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        (**self).provide(expired)
    }

    fn constant(&self) -> Option<Issued> {
        (**self).constant()
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Box<P> {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        (**self).provide(expired)
    }

    fn constant(&self) -> Option<Issued> {
        (**self).constant()
    }
}
