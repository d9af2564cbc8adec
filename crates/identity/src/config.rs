//! The authentication file: who there is, what shows who is calling, and which policies bind whom.

mod check;
mod file;
mod keystone;
mod problem;
mod tables;

pub use problem::{ConfigurationError, Problem};

pub(crate) use keystone::KeystoneSettings;

use crate::principal::Principal;
use crate::signature::AccessKeys;
use crate::token::StaticTokens;
use check::Checker;
use file::AuthenticationFile;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A checked authentication file, with the secret files it names. Everything it refers to is there.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub(crate) users: BTreeMap<String, Arc<Principal>>,
    pub(crate) tokens: StaticTokens,
    pub(crate) access_keys: AccessKeys,
    pub(crate) keystone: Option<KeystoneSettings>,
    policies: Vec<PolicyBinding>,
    warnings: Vec<String>,
}

/// One policy document and whom it binds. The document is not read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyBinding {
    /// The document; a relative path of the file has been joined to the file's folder.
    pub file: PathBuf,
    /// The identifiers of the users it binds.
    pub users: BTreeSet<String>,
    /// The names of the roles it binds: everybody who has one of them.
    pub roles: BTreeSet<String>,
}

impl Configuration {
    /// Reads and checks an authentication file and the secret files it names.
    ///
    /// # Errors
    /// A file cannot be read, or says something it must not: all problems that were found, each with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigurationError> {
        let unreadable = |error: std::io::Error| ConfigurationError::unreadable(path, &error);
        let mut file = File::open(path).map_err(unreadable)?;
        let access = Access::of(&file).map_err(unreadable)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unreadable)?;
        Self::check(&text, path, access)
    }

    /// Checks the text of an authentication file. `path` is its name in messages, and relative paths start at its folder.
    ///
    /// # Errors
    /// As [`Configuration::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigurationError> {
        Self::check(text, path, Access::default())
    }

    fn check(text: &str, path: &Path, access: Access) -> Result<Self, ConfigurationError> {
        // Only the parser's sentence is used: its full report quotes the line, and the line may hold a secret.
        let file: AuthenticationFile = toml::from_str(text).map_err(|error| {
            let place = error.span().map(|span| problem::place(text, span.start));
            ConfigurationError::new(path, vec![Problem { place, message: error.message().to_owned() }])
        })?;
        let mut checker = Checker::new(text, path);
        let users = tables::users(&mut checker, &file);
        let tokens = tables::tokens(&mut checker, &file, &users);
        let access_keys = tables::access_keys(&mut checker, &file, &users);
        let keystone = file.keystone.as_ref().map(|table| keystone::check(&mut checker, table)).transpose();
        let policies = tables::policies(&mut checker, &file, &users);
        if file.tokens.is_empty() && file.access_keys.is_empty() && file.keystone.is_none() {
            checker
                .problem_of_file("nobody can be recognised; add [[tokens]], [[access_keys]] or [keystone]");
        }
        tables::access(&mut checker, &file, access);
        let warnings = match checker.finish() {
            Ok(warnings) => warnings,
            Err(error) => return Err(error.with_policies(policies)),
        };
        // A table with a problem has ended with the line above.
        Ok(Self { users, tokens, access_keys, keystone: keystone.ok().flatten(), policies, warnings })
    }

    /// A user of the file, as its tokens and access keys will make it known.
    #[must_use]
    pub fn principal(&self, user_id: &str) -> Option<&Principal> {
        self.users.get(user_id).map(Arc::as_ref)
    }

    /// The users of the file, by identifier.
    pub fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.users.values().map(Arc::as_ref)
    }

    /// The policy documents and whom they bind, in the order of the file.
    #[must_use]
    pub fn policies(&self) -> &[PolicyBinding] {
        &self.policies
    }

    /// What works, but should be looked at: one sentence each, with its place.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// What every user of the machine may do with a file.
#[derive(Clone, Copy, Debug, Default)]
struct Access {
    read: bool,
    write: bool,
}

impl Access {
    #[cfg(unix)]
    fn of(file: &File) -> std::io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata()?.permissions().mode();
        // The group is left out: sharing a file with the service's own group is how packages do it.
        Ok(Self { read: mode & 0o004 != 0, write: mode & 0o002 != 0 })
    }

    #[cfg(not(unix))]
    fn of(_: &File) -> std::io::Result<Self> {
        Ok(Self::default())
    }
}
