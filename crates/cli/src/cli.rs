//! The command line of `untag`: one tree, from which help, completions and the man pages come.

use crate::command;
use crate::exit;
use crate::output::Format;
use clap::{CommandFactory, Parser, Subcommand};

/// Take tags off cloud resources, one by one or by the hundred thousand.
///
/// Removes exactly what is named and nothing else. A tag that is not there counts as removed. Tokens and secret keys come
/// from the environment, from the profile file or from stdin, and never from the command line, which everybody on the
/// machine can see.
#[derive(Debug, Parser)]
#[command(name = "untag", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Remove tags of one desktop, by their keys
    ///
    /// A tag goes whatever its value is; `untag resource desktop ID KEY=VALUE` looks at the value as well. A tag that is
    /// not there counts as removed.
    Desktop(command::desktop::Desktop),
    /// Remove tags of one resource of any type, by their keys or only where the value matches
    ///
    /// KEY removes the tag whatever its value is; KEY=VALUE only if its value is exactly VALUE, and KEY= only if its value
    /// is empty. A tag that is not there counts as removed.
    Resource(command::resource::Resource),
    /// Remove tags that a file lists, however many, with a journal to go on from
    ///
    /// Each line of the file is a JSON object with `resource_type`, `resource_id`, `key` and perhaps `value` and
    /// `project_id`, or with `tags`, a list of objects with `key` and perhaps `value`, in place of `key` and `value`. Or the
    /// file is CSV with columns of these names, or of those that --columns says. A line without a value removes the tag
    /// whatever its value is; in CSV, a column of values always means a value, also where it is empty.
    ///
    /// Everything is checked before anything is sent, and nothing is sent that was not in the file then. What is answered
    /// with success is noted in a journal beside the file: after Ctrl-C, a crash or a loss of the network, the same command
    /// goes on where that ended. What fails is written, with its reason, to a file that this command takes again.
    ///
    /// Ctrl-C finishes what is under way; a second one waits for nothing. It stops by itself, and leaves the other lines for
    /// another run, where the credentials are missing or refused, where twenty requests in a row are refused (403), and where
    /// for a minute the service has not answered or not done its work.
    ///
    /// An access key signs for one project: lines of another are refused, and done by a run of the file of failures with
    /// that --project.
    ///
    /// With --dry-run, each request is printed on a line; with --output json, as an object that also has the numbers of its
    /// lines.
    Apply(Box<command::apply::Apply>),
    /// Write credentials into the profile file
    ///
    /// On a terminal it asks for them, and does not show what is typed for secrets. Otherwise it reads them from stdin, as
    /// lines of the file: `ak = …` and `sk = …`, and perhaps `security_token = …` and `project_id = …`. They take the place
    /// of those that the profile had; the rest of the file stays as it is. The file is written whole or not at all, and
    /// only its owner can read it.
    Configure(command::configure::Configure),
    /// Say which credentials, project and endpoints are used, and where they come from
    ///
    /// Shows no secret, and asks no server: whether the credentials are taken is seen when they are used.
    Whoami(command::whoami::Whoami),
    /// Show how a request is signed, to find out why a service answers 401
    ///
    /// Prints the canonical request, the string to sign and the Authorization header, and sends nothing. `Host` is taken
    /// from the URL; `X-Sdk-Date`, `X-Project-Id` and `X-Security-Token` are added as the client adds them. Treat the
    /// output as a secret: the header is good for 15 minutes, and the canonical request holds the security token of
    /// temporary keys.
    Sign(command::sign::Sign),
    /// Find out whether a server, in whatever language it is written, does what the contract says
    ///
    /// Sends it some hundred requests that are right, or wrong in one way each, and says which rules of the contract it keeps,
    /// which it breaks, and how to see that again. It changes the tags of one desktop and one other resource, over and over, and
    /// names none besides but for ids that nobody has.
    ///
    /// The contract has no operation that sets or shows tags: two shell commands of the implementer, --put and --get, do. They
    /// take and give resources as JSON objects, one a line. Without them, only answers are judged, and what only the tags can
    /// tell is reported as not checked.
    Conformance(Box<command::conformance::Conformance>),
    /// Print a shell's completions
    ///
    /// For bash: untag completions bash > ~/.local/share/bash-completion/completions/untag
    Completions(command::completions::Completions),
    /// Print a man page
    ///
    /// To read it at once: untag man | man -l -
    Man(command::man::Man),
}

impl Command {
    /// The form of what the command writes to stdout.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Desktop(desktop) => desktop.common.output.format,
            Self::Resource(resource) => resource.common.output.format,
            Self::Apply(apply) => apply.common.output.format,
            Self::Configure(configure) => configure.output.format,
            Self::Whoami(whoami) => whoami.common.output.format,
            Self::Sign(sign) => sign.output.format,
            Self::Conformance(conformance) => conformance.form.format(),
            Self::Completions(_) | Self::Man(_) => Format::Text,
        }
    }
}

/// Below the help of `untag` itself.
const ENVIRONMENT: &str = "\
Environment:
  UNTAG_TOKEN
      Token to call with, in place of an access key
  HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK, HUAWEICLOUD_SDK_SECURITY_TOKEN
      Access key to sign with, and the token that comes with a temporary one
  HUAWEICLOUD_SDK_CREDENTIALS_FILE
      Profile file, for credentials that are not in the environment [default: ~/.huaweicloud/credentials]
  HUAWEICLOUD_SDK_PROJECT_ID
      Project, unless --project or --profile names one
  UNTAG_PROFILE, UNTAG_REGION, UNTAG_ENDPOINT
      As --profile, --region and --endpoint, which come first
  HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4
      Address of a service in a region: of workspace in cn-north-4

`untag whoami` says which of them hold.";

/// The whole tree, with the exit codes below the help of each command.
#[must_use]
pub fn tree() -> clap::Command {
    let codes = exit::help();
    Cli::command().after_help(format!("{ENVIRONMENT}\n\n{codes}")).mut_subcommands(|command| {
        // What a command has to say of its own stands above.
        let help = match command.get_after_help() {
            Some(own) => format!("{own}\n\n{codes}"),
            None => codes.clone(),
        };
        command.after_help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::tree;

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
    }
}
