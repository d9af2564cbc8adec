//! Settings of `untagd serve` and `untagd dev`: what can be set, where it can be set, and what holds if it is not.
//!
//! A setting has one name, with three spellings: the flag `--admin-listen`, the variable `UNTAGD_ADMIN_LISTEN` and the
//! member `admin-listen` of the file that `--config` names. The flag wins over the variable, and the variable over the
//! file. [`Layer`] is all three: clap fills it from flags and variables, and serde from the file.

mod file;

use crate::front::{self, TlsFiles};
use crate::logging;
use crate::problem::{Problem, Problems};
use clap::{Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What one place says of the settings.
#[derive(Clone, Debug, Default, PartialEq, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[command(next_help_heading = "Settings")]
pub struct Layer {
    /// Where the contract is served; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "UNTAGD_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where health and metrics are served, to the operator only [default: 127.0.0.1:8081]
    #[arg(long, env = "UNTAGD_ADMIN_LISTEN", value_name = "ADDR")]
    pub admin_listen: Option<SocketAddr>,
    /// The database: sqlite:PATH, or postgres://… with one host or several [default: sqlite:untagd.db]
    #[arg(long, env = "UNTAGD_STORE", value_name = "URL")]
    pub store: Option<String>,
    /// TOML file that says who may call, and what; serve does not start without
    #[arg(long, env = "UNTAGD_AUTHENTICATION", value_name = "FILE")]
    pub authentication: Option<PathBuf>,
    /// Region of this service, as policies name it [default: local]
    #[arg(long, env = "UNTAGD_REGION", value_name = "NAME")]
    pub region: Option<String>,
    /// File with the key that encrypts authorization messages; without it, none are sent
    #[arg(long, env = "UNTAGD_MESSAGE_KEY", value_name = "FILE")]
    pub message_key: Option<PathBuf>,
    /// PEM file with the certificate chain; read again when it changes
    #[arg(long, env = "UNTAGD_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the private key of the certificate
    #[arg(long, env = "UNTAGD_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Folder with the documentation, to be served under /docs; `cargo xtask docs` writes it
    #[arg(long, env = "UNTAGD_DOCS", value_name = "DIR")]
    pub docs: Option<PathBuf>,
    /// File that is written when requests are taken, with the real addresses
    #[arg(long, env = "UNTAGD_READY_FILE", value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Form of log lines, on stderr [default: text]
    #[arg(long, env = "UNTAGD_LOG_FORMAT", value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged: a level, or levels by module [default: info]
    #[arg(long, env = "UNTAGD_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Requests under way; beyond it others wait for their turn [default: 1024]
    #[arg(long, env = "UNTAGD_MAX_REQUESTS", value_name = "N")]
    pub max_requests: Option<u32>,
    /// Seconds that a request may wait for its turn; then the answer is 503 [default: 1]
    #[arg(long, env = "UNTAGD_TURN_TIMEOUT", value_name = "SECONDS")]
    pub turn_timeout: Option<Seconds>,
    /// Open connections; beyond it, each new one closes the one that has waited longest for its client [default: 16384]
    #[arg(long, env = "UNTAGD_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<u32>,
    /// Refused credentials of one address in a minute; beyond it, its answer is 429 for a minute; 0 for any number [default: 100]
    #[arg(long, env = "UNTAGD_MAX_REFUSALS", value_name = "N")]
    pub max_refusals: Option<u32>,
    /// Seconds that the headers of a request may take [default: 10]
    #[arg(long, env = "UNTAGD_HEADER_TIMEOUT", value_name = "SECONDS")]
    pub header_timeout: Option<Seconds>,
    /// Seconds that the body of a request may take; then the answer is 408 [default: 30]
    #[arg(long, env = "UNTAGD_BODY_TIMEOUT", value_name = "SECONDS")]
    pub body_timeout: Option<Seconds>,
    /// Seconds that a connection may wait for its next request [default: 75]
    #[arg(long, env = "UNTAGD_IDLE_TIMEOUT", value_name = "SECONDS")]
    pub idle_timeout: Option<Seconds>,
    /// Seconds that a shutdown waits for requests under way [default: 30]
    #[arg(long, env = "UNTAGD_DRAIN_TIMEOUT", value_name = "SECONDS")]
    pub drain_timeout: Option<Seconds>,
    /// Bytes of all headers of a request; beyond it the answer is 431 [default: 65536]
    #[arg(long, env = "UNTAGD_MAX_HEADER_BYTES", value_name = "BYTES")]
    pub max_header_bytes: Option<u32>,
    /// Connections to PostgreSQL [default: 16]
    #[arg(long, env = "UNTAGD_STORE_CONNECTIONS", value_name = "N")]
    pub store_connections: Option<u16>,
    /// Partitions of new PostgreSQL tables; 0 where the engine distributes by itself [default: 16]
    #[arg(long, env = "UNTAGD_STORE_PARTITIONS", value_name = "N")]
    pub store_partitions: Option<u16>,
    /// PEM file with the authorities that vouch for PostgreSQL, in place of the system's
    #[arg(long, env = "UNTAGD_STORE_CA", value_name = "FILE")]
    pub store_ca: Option<PathBuf>,
    /// Where in the file its members stand, for whoever complains about them: `untagd.toml:3:1` by member.
    #[arg(skip)]
    #[serde(skip)]
    pub places: BTreeMap<String, String>,
}

/// A number of seconds, with a fraction if need be.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Seconds(Duration);

impl TryFrom<f64> for Seconds {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        match Duration::try_from_secs_f64(seconds) {
            Ok(duration) if !duration.is_zero() => Ok(Self(duration)),
            _ => Err("must be a number of seconds greater than 0".to_owned()),
        }
    }
}

impl std::str::FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<f64>().map_err(|_| "must be a number of seconds".to_owned()).and_then(Self::try_from)
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// All settings, each with a value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is documented where it is set, in `Layer`")]
pub struct Settings {
    pub listen: SocketAddr,
    pub admin_listen: SocketAddr,
    pub store: StoreUrl,
    pub authentication: Option<PathBuf>,
    pub region: String,
    pub message_key: Option<PathBuf>,
    pub tls: Option<TlsFiles>,
    pub docs: Option<PathBuf>,
    pub ready_file: Option<PathBuf>,
    pub log_format: LogFormat,
    pub log: String,
    pub front: front::Settings,
    pub store_connections: u16,
    pub store_partitions: u16,
    pub store_ca: Option<PathBuf>,
}

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A connection string.
    Postgres(String),
}

// A connection string may hold a password.
impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

impl Default for StoreUrl {
    fn default() -> Self {
        Self::Sqlite("untagd.db".into())
    }
}

impl StoreUrl {
    /// Reads `sqlite:PATH`, or a URL or connection string of PostgreSQL.
    ///
    /// # Errors
    /// It is neither. The text is not repeated: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() {
                Err("the store URL names no file; write sqlite:PATH".to_owned())
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("the store URL must start with sqlite: or postgres://".to_owned())
    }
}

impl Layer {
    /// This layer, and below it the file, if there is one.
    #[must_use]
    pub fn over_file(self, path: Option<&Path>, problems: &mut Problems) -> Self {
        match path {
            Some(path) => self.over(Self::read(path, problems)),
            None => self,
        }
    }

    /// This layer, and below it another, which says what this one leaves open.
    #[must_use]
    pub fn over(self, mut below: Self) -> Self {
        macro_rules! merged {
            ($($member:ident)*) => {
                Self {
                    $($member: match self.$member {
                        None => below.$member,
                        said => {
                            below.places.remove(&stringify!($member).replace('_', "-"));
                            said
                        }
                    },)*
                    places: below.places.into_iter().chain(self.places).collect(),
                }
            };
        }
        merged!(
            listen admin_listen store authentication region message_key tls_certificate tls_key docs ready_file
            log_format log max_requests turn_timeout max_connections max_refusals header_timeout body_timeout idle_timeout drain_timeout
            max_header_bytes store_connections store_partitions store_ca
        )
    }

    /// The settings, with defaults for what nobody said.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn settle(self) -> Result<Settings, Problems> {
        let mut problems = Problems::default();
        let settings = self.settle_with(&mut problems);
        problems.or(settings)
    }

    /// The settings, with defaults also for what is wrong.
    #[must_use]
    pub fn settle_with(self, problems: &mut Problems) -> Settings {
        let mut wrong = |member: &str, words: String| {
            let place = self.places.get(member).map(|place| format!("{place}: ")).unwrap_or_default();
            problems.add(Problem::input(place + &words));
        };
        let store = self.store.as_deref().map_or_else(StoreUrl::default, |store| {
            StoreUrl::parse(store).unwrap_or_else(|words| {
                wrong("store", words);
                StoreUrl::default()
            })
        });
        let tls = match (self.tls_certificate, self.tls_key) {
            (Some(chain), Some(key)) => Some(TlsFiles { chain, key }),
            (None, None) => None,
            (certificate, _) => {
                let (there, missing) = if certificate.is_some() {
                    ("tls-certificate", "tls-key")
                } else {
                    ("tls-key", "tls-certificate")
                };
                wrong(there, format!("{there} is set and {missing} is not; TLS needs both"));
                None
            }
        };
        for (name, value) in [
            ("max-requests", self.max_requests),
            ("max-connections", self.max_connections),
            ("store-connections", self.store_connections.map(u32::from)),
        ] {
            if value == Some(0) {
                wrong(name, format!("{name} is 0, so that nothing could be served"));
            }
        }
        if self.max_header_bytes.is_some_and(|bytes| bytes < 8192) {
            let words = "max-header-bytes is less than 8192, which real requests need";
            wrong("max-header-bytes", words.to_owned());
        }
        let log = self.log.unwrap_or_else(|| "info".to_owned());
        if let Err(problem) = logging::filter(&log) {
            wrong("log", problem.to_string());
        }
        let mut front = front::Settings::default();
        for (set, place) in [
            (self.max_requests, &mut front.in_flight),
            (self.max_connections, &mut front.connections),
            (self.max_header_bytes, &mut front.header_bytes),
        ] {
            *place = set.map_or(*place, |set| set as usize);
        }
        front.refusals = self.max_refusals.unwrap_or(front.refusals);
        for (set, place) in [
            (self.turn_timeout, &mut front.turn_timeout),
            (self.header_timeout, &mut front.header_timeout),
            (self.body_timeout, &mut front.body_timeout),
            (self.idle_timeout, &mut front.idle_timeout),
            (self.drain_timeout, &mut front.drain_timeout),
        ] {
            *place = set.map_or(*place, |Seconds(set)| set);
        }
        Settings {
            listen: self.listen.unwrap_or_else(|| loopback(8080)),
            admin_listen: self.admin_listen.unwrap_or_else(|| loopback(8081)),
            store,
            authentication: self.authentication,
            region: self.region.unwrap_or_else(|| "local".to_owned()),
            message_key: self.message_key,
            tls,
            docs: self.docs,
            ready_file: self.ready_file,
            log_format: self.log_format.unwrap_or_default(),
            log,
            front,
            store_connections: self.store_connections.unwrap_or(16),
            store_partitions: self.store_partitions.unwrap_or(16),
            store_ca: self.store_ca,
        }
    }
}

/// An address that only this machine reaches.
#[must_use]
pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// The table of all settings, in Markdown, from what clap knows of them.
#[must_use]
pub fn table() -> String {
    #[derive(Parser)]
    struct All {
        #[command(flatten)]
        layer: Layer,
    }
    let mut table =
        "| flag and member of the file | variable | default | what it sets |\n|---|---|---|---|\n".to_owned();
    for argument in All::command().get_arguments() {
        let (Some(long), Some(env)) = (argument.get_long(), argument.get_env()) else { continue };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let (what, default) = match help.split_once(" [default: ") {
            Some((what, default)) => (what, format!("`{}`", default.trim_end_matches(']'))),
            None => (help.as_str(), "none".to_owned()),
        };
        let row = format!("| `--{long}` | `{}` | {default} | {what} |\n", env.display());
        table.push_str(&row);
    }
    table
}

/// What flags and variables say, for tests and for commands that need the settings of another.
///
/// # Errors
/// What clap says.
pub fn from_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Layer, clap::Error> {
    let command = Layer::augment_args(clap::Command::new("settings").no_binary_name(true));
    Layer::from_arg_matches(&command.try_get_matches_from(arguments)?)
}
