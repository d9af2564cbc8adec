//! Sources asked in turn.

use super::{
    BoxFuture, Cached, CredentialsError, CredentialsErrorKind, Environment, Issued, Profile,
    ProvideCredentials, Surroundings,
};

/// Sources asked in turn: the first one that has credentials gives them.
///
/// A source is passed over only if it has [none at all](CredentialsErrorKind::Absent). One that has half of a key, or a
/// file that cannot be read, ends the search with its error: what the next one has might be somebody else's.
///
/// ```
/// use untag_client::credentials::{Chain, Environment, Profile, Surroundings};
///
/// let surroundings = Surroundings::of_the_process();
/// let chain = Chain::new().then(Environment::new(&surroundings)).then(Profile::new(&surroundings).section("tagging"));
/// # drop(chain);
/// ```
#[derive(Debug, Default)]
pub struct Chain {
    links: Cached<Links>,
}

#[derive(Debug, Default)]
struct Links(Vec<Box<dyn ProvideCredentials>>);

/// The chain that a program should use if nothing else is said: the environment, then the profile `[basic]` of the
/// provider's file, as the process sees them.
///
/// The provider's SDKs ask further sources: a sign-in by an identity provider before these, the machine's metadata service and the
/// pod's identity after them. For such a source, implement [`ProvideCredentials`] and add it to a [`Chain`].
#[must_use]
pub fn default_chain() -> Chain {
    Chain::standard(&Surroundings::of_the_process())
}

impl Chain {
    /// A chain without sources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The [default chain](default_chain) in other surroundings.
    #[must_use]
    pub fn standard(surroundings: &Surroundings) -> Self {
        Self::new().then(Environment::new(surroundings)).then(Profile::new(surroundings))
    }

    /// The same chain, which asks this source last.
    #[must_use]
    pub fn then(self, source: impl ProvideCredentials + 'static) -> Self {
        let Links(mut links) = self.links.into_inner();
        links.push(Box::new(source));
        Self { links: Cached::new(Links(links)) }
    }
}

impl ProvideCredentials for Chain {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        self.links.provide(expired)
    }
}

impl ProvideCredentials for Links {
    fn provide(&self, expired: Option<&Issued>) -> BoxFuture<'_, Result<Issued, CredentialsError>> {
        let expired = expired.cloned();
        Box::pin(async move {
            let mut absent: Vec<CredentialsError> = Vec::new();
            for link in &self.0 {
                match link.provide(expired.as_ref()).await {
                    Err(error) if error.kind() == CredentialsErrorKind::Absent => absent.push(error),
                    outcome => return outcome,
                }
            }
            let joined = |part: fn(&CredentialsError) -> &str, with| {
                absent.iter().map(part).collect::<Vec<_>>().join(with)
            };
            if absent.is_empty() {
                return Err(CredentialsError::absent(
                    "the chain of credentials is empty",
                    "add a source to it",
                ));
            }
            Err(CredentialsError::absent(
                joined(CredentialsError::problem, ", and "),
                joined(CredentialsError::remedy, ", or "),
            ))
        })
    }
}
