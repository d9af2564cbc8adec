//! What several commands take on the command line: as whom, where to, how carefully, and in which form.

use crate::output::Format;
use clap::Args;

/// As whom.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Credentials")]
pub struct Account {
    /// Section of the profile file to take the credentials from, and from nowhere else [variable: `UNTAG_PROFILE`]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Project of the resources [default: that of the credentials]
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
}

/// Where to.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Service")]
pub struct Place {
    /// Region whose services are called, such as cn-north-4 [variable: `UNTAG_REGION`]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Address of one server for all operations, in place of a region's, such as `http://127.0.0.1:8080` [variable: `UNTAG_ENDPOINT`]
    #[arg(long, value_name = "URL", conflicts_with = "region")]
    pub endpoint: Option<String>,
}

/// What every command takes that is about resources.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// As whom.
    #[command(flatten)]
    pub account: Account,
    /// Where to.
    #[command(flatten)]
    pub place: Place,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
}

/// How a deletion goes on.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Caution {
    /// Print exactly what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; without a terminal to ask on, nothing is removed otherwise
    #[arg(long, short)]
    pub yes: bool,
}

/// What is written.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Form of what goes to stdout
    #[arg(id = "output", long, value_enum, value_name = "FORM", default_value = "text")]
    pub format: Format,
}
