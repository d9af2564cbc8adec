//! From settings to everything that a service stands on, so that `serve` and `check-config` look at the same things and say
//! all that is wrong with them at once.

use crate::authorization::{self, Authorization};
use crate::cli::Configured;
use crate::database;
use crate::docs;
use crate::front;
use crate::open_files;
use crate::problem::{Problem, Problems};
use crate::settings::Settings;
use std::sync::Arc;
use untag_identity::{Authenticator, Configuration, ConfigurationError};

/// Settings, callers and policies, each read and checked.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Who may call.
    pub callers: Configuration,
    /// What judges them.
    pub authenticator: Arc<Authenticator>,
    /// What they may do.
    pub authorization: Arc<Authorization>,
}

impl Loaded {
    /// What works, but should be looked at: one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let callers = self.callers.warnings().iter().cloned();
        callers.chain(self.authorization.warnings()).chain(open_files::warning(&self.settings)).collect()
    }
}

/// Reads everything that a service needs: the settings of flags, variables and file, and the files that they name.
///
/// # Errors
/// Everything that is wrong with any of it, as far as it can be known: a file that cannot be read names no others.
pub fn load(configured: Configured) -> Result<Loaded, Problems> {
    let (settings, callers, problems) = read(configured);
    complete(settings, callers, problems)
}

/// The same but for TLS, whose key is the service's alone: for commands that only decide.
///
/// # Errors
/// As [`load`].
pub fn load_without_tls(configured: Configured) -> Result<Loaded, Problems> {
    let (settings, callers, problems) = read(configured);
    complete(Settings { tls: None, ..settings }, callers, problems)
}

/// The same as [`load`] for settings and callers that are known already.
///
/// # Errors
/// As [`load`].
pub fn assemble(settings: Settings, callers: Configuration) -> Result<Loaded, Problems> {
    complete(settings, Some(Ok(callers)), Problems::default())
}

/// Who may call, where a file was named that says it.
type Callers = Option<Result<Configuration, ConfigurationError>>;

/// Reads the settings and the authentication file. What is wrong with the settings leaves defaults in its place.
fn read(configured: Configured) -> (Settings, Callers, Problems) {
    let mut problems = Problems::default();
    let layer = configured.layer.over_file(configured.config.as_deref(), &mut problems);
    // Of a file that cannot be read nobody knows what it would have said.
    let is_whole = problems.is_empty();
    let settings = layer.settle_with(&mut problems);
    let callers = settings.authentication.as_deref().map(Configuration::load);
    if callers.is_none() && is_whole {
        problems.add(Problem::input(
            "nobody could call: set authentication to a TOML file that says who may (README, \"Who may call\"); \
             `untagd dev` makes up callers of its own",
        ));
    }
    (settings, callers, problems)
}

/// Reads the rest and puts everything together. Each step is taken whatever became of those before it.
fn complete(settings: Settings, callers: Callers, mut problems: Problems) -> Result<Loaded, Problems> {
    let policies = match &callers {
        Some(Ok(callers)) => callers.policies().to_vec(),
        Some(Err(error)) => error.policies().to_vec(),
        None => Vec::new(),
    };
    let callers =
        callers.and_then(|callers| problems.take(callers.map_err(|error| Problem::input(error.to_string()))));
    let authenticator = callers.as_ref().and_then(|callers| {
        problems.take(Authenticator::new(callers).map_err(|error| Problem::input(error.to_string())))
    });
    let key = settings.message_key.as_deref().map(authorization::read_key).transpose();
    let key = problems.take(key).flatten();
    let authorization = problems.take(Authorization::load(&policies, &settings.region, key));
    problems.take(database::check(&settings));
    if let Some(folder) = &settings.docs {
        problems.take(docs::check(folder));
    }
    if let Some(files) = &settings.tls {
        for error in front::check(files).err().into_iter().flatten() {
            problems.add(Problem::input(error.to_string()));
        }
    }
    match (callers, authenticator, authorization) {
        (Some(callers), Some(authenticator), Some(authorization)) => problems.or(Loaded {
            settings,
            callers,
            authenticator: Arc::new(authenticator),
            authorization: Arc::new(authorization),
        }),
        _ => Err(problems),
    }
}
