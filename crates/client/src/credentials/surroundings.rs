//! What a program finds around it: environment variables and a home directory, in one value that a test or a command line
//! makes for itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Environment variables and the home directory. A clone is cheap. `Debug` shows no variable.
#[derive(Clone)]
pub struct Surroundings {
    variables: Arc<Variables>,
    home: Option<PathBuf>,
}

/// A variable by its name.
type Variables = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Surroundings {
    /// Those of the process. Variables are read each time they are asked for.
    #[must_use]
    pub fn of_the_process() -> Self {
        let surroundings = Self::new(|name| std::env::var_os(name));
        match std::env::home_dir() {
            Some(home) => surroundings.with_home(home),
            None => surroundings,
        }
    }

    /// Variables as `variables` gives them by their names, and no home directory.
    pub fn new(variables: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self { variables: Arc::new(variables), home: None }
    }

    /// These variables and no others, and no home directory.
    #[must_use]
    pub fn with_variables<N: Into<String>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables: BTreeMap<String, OsString> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self::new(move |name| variables.get(name).cloned())
    }

    /// The same with this home directory. An empty one is none.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into()).filter(|home| !home.as_os_str().is_empty());
        self
    }

    /// The variable of this name. An empty one counts as absent.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<OsString> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// The home directory.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("home", &self.home).finish_non_exhaustive()
    }
}
