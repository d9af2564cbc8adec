//! What is called, on whose tags, by whom.

use crate::credentials::Auth;
use crate::endpoint::Endpoint;
use std::fmt;

/// A project without resources, in place of one that is not the caller's. Nobody issues an id of one letter.
pub(crate) const OTHER_PROJECT: &str = "ffffffffffffffffffffffffffffffff";
/// An id that no desktop and no resource has: a UUID of zeros, as nobody makes one.
pub(crate) const NO_SUCH_ID: &str = "00000000-0000-4000-8000-000000000000";

/// A running server, and the one desktop and the one resource whose tags the kit may change. It names no others, but for ids
/// that cannot exist.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where the server is.
    pub url: Endpoint,
    /// The project of both, and of all callers: 32 to 64 characters.
    pub project_id: String,
    /// A desktop: 1 to 255 characters.
    pub desktop_id: String,
    /// The type of a resource: 1 to 100 characters.
    pub resource_type: String,
    /// The resource: 1 to 100 characters.
    pub resource_id: String,
    /// Who calls.
    pub credentials: Auth,
}

/// Why nothing can be checked with a [`Target`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTarget(String);

impl Target {
    /// Holds the ids against what the contract allows: with others, every answer would be a refusal and prove nothing.
    ///
    /// # Errors
    /// An id is too short, too long or one that the kit takes for not existing, or desktop and resource are one and the same.
    pub fn check(&self) -> Result<(), InvalidTarget> {
        let ids = [
            ("project", &self.project_id, 32..=64),
            ("desktop", &self.desktop_id, 1..=255),
            ("resource type", &self.resource_type, 1..=100),
            ("resource", &self.resource_id, 1..=100),
        ];
        for (what, id, limits) in ids {
            let length = id.chars().count();
            if !limits.contains(&length) || id.chars().any(char::is_control) {
                return Err(InvalidTarget(format!(
                    "the {what} must have {} to {} characters, none of them a control character; this has {length}",
                    limits.start(),
                    limits.end()
                )));
            }
            if id == OTHER_PROJECT || id == NO_SUCH_ID || id == "." || id == ".." {
                return Err(InvalidTarget(format!(
                    "the {what} {id} stands for one that does not exist; name another"
                )));
            }
        }
        if self.resource_type == crate::state::DESKTOP && self.resource_id == self.desktop_id {
            return Err(InvalidTarget("the resource must be another one than the desktop".to_owned()));
        }
        match &self.credentials.project_id {
            Some(project) if *project != self.project_id => Err(InvalidTarget(format!(
                "the credentials are for the project {project}, not for {}",
                self.project_id
            ))),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for InvalidTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidTarget {}
