//! `untag configure`: writes credentials into the profile file, without ever having them on a command line or a screen.

use crate::common::Output;
use crate::confirm;
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::problem::Problem;
use crate::profile::{self, NewProfile};
use crate::session;
use clap::Args;
use serde_json::json;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use untag_client::credentials::{Credentials, Profile, ProvideCredentials, Surroundings};

/// What is typed after `untag configure`.
#[derive(Debug, Args)]
#[command(
    after_help = "The file is ~/.huaweicloud/credentials, or what HUAWEICLOUD_SDK_CREDENTIALS_FILE names.\n\n\
                  Example:\n  printf 'ak = %s\\nsk = %s\\n' \"$AK\" \"$SK\" | untag configure --project 0123456789abcdef0123456789abcdef"
)]
pub struct Configure {
    /// Section of the profile file to write
    #[arg(long, value_name = "NAME", default_value = "basic")]
    pub profile: String,
    /// Access key id, which is no secret
    #[arg(long, value_name = "ID")]
    pub access_key: Option<String>,
    /// Project that the profile is for
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// Replace a profile that is there without asking
    #[arg(long, short)]
    pub yes: bool,
    /// What is written.
    #[command(flatten)]
    pub output: Output,
}

/// Runs the command.
///
/// # Errors
/// Something is missing or cannot be in the file, the answer was no, or the file cannot be written. The file is then as it
/// was.
pub async fn run(configure: Configure, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let name = configure.profile;
    if !profile::is_name(&name) {
        return Err(Problem::usage(format!(
            "{name:?} cannot be the name of a profile; nothing was written: leave out brackets, control characters and \
             blanks at the ends"
        )));
    }
    let path = session::profile_file(surroundings)?;
    let old = profile::read(&path)?;
    if profile::has_section(&old, &name) {
        // Asked on the terminal only: a pipe holds credentials, not answers.
        confirm::confirm(&format!("Replacing the profile [{name}] of {}", path.display()), configure.yes)?;
    }
    let given = NewProfile {
        access_key: configure.access_key.unwrap_or_default(),
        project_id: configure.project,
        ..NewProfile::default()
    };
    let new = if confirm::is_interactive() {
        asked(given)?
    } else if io::stdin().is_terminal() {
        return Err(Problem::usage(
            "stderr is no terminal, so that no question can be seen; nothing was written: run it with stderr on the \
             terminal, or give the credentials on stdin",
        ));
    } else {
        piped(given)?
    };
    new.check()?;
    let text = profile::replace(&old, &name, &new)?;
    profile::write(&path, &text, |file| reads_back(&new, &name, file, surroundings)).await?;
    let path = path.display().to_string();
    match configure.output.format {
        Format::Json => output::document(
            Exit::Done,
            json!({ "profile": name, "file": path, "project_id": new.project_id }),
        )?,
        Format::Text => output::say(&format!(
            "The profile [{name}] is in {path}, which only you can read; `untag whoami --profile {name}` looks at it."
        ))?,
    }
    Ok(Exit::Done)
}

/// Checks that the file says what was given: a mistake elsewhere in it, or a default for all its sections, may be in the way.
async fn reads_back(
    new: &NewProfile,
    name: &str,
    file: PathBuf,
    surroundings: &Surroundings,
) -> Result<(), Problem> {
    let wanted = Credentials::from(new.access_key()?);
    // The file that was read is one of another name: messages are about the line.
    let found = Profile::new(surroundings).section(name).file(file).provide(None).await;
    match found {
        Ok(found) if *found.credentials() == wanted => Ok(()),
        Ok(_) => Err(Problem::failed(format!(
            "the file would not say what was given, because its section [DEFAULT] says more for [{name}]; nothing was \
             written: take that out of [DEFAULT]"
        ))),
        Err(error) => Err(Problem::failed(format!(
            "the file could not be read afterwards: {}; nothing was written: mend the file first",
            error.problem()
        ))),
    }
}

/// Asks for what is not given yet.
fn asked(given: NewProfile) -> Result<NewProfile, Problem> {
    let ask = |question: &str| confirm::line(question, &mut io::stdin().lock(), &mut io::stderr());
    let optional = |text: String| (!text.is_empty()).then_some(text);
    Ok(NewProfile {
        access_key: match given.access_key {
            empty if empty.is_empty() => ask("Access key id: ")?,
            access_key => access_key,
        },
        secret_key: confirm::secret("Secret key (not shown): ")?,
        security_token: optional(confirm::secret(
            "Security token of temporary keys (not shown; Enter for none): ",
        )?),
        project_id: match given.project_id {
            None => optional(ask("Project id (Enter for none): ")?),
            given => given,
        },
    })
}

/// Reads what is not given yet from stdin.
fn piped(mut given: NewProfile) -> Result<NewProfile, Problem> {
    /// More than any credentials take.
    const LIMIT: u64 = 256 * 1024;
    let mut text = String::new();
    io::stdin()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| Problem::failed(format!("stdin: {error}; nothing was written")))?;
    for (number, line) in text.lines().enumerate() {
        let refuse = |why: &str| {
            Problem::usage(format!(
                "stdin, line {}: {why}; nothing was written: write `ak = …`, `sk = …`, `security_token = …` or \
                 `project_id = …`, each once",
                number + 1
            ))
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or_else(|| refuse("it has no `=`"))?;
        let (name, value) = (name.trim(), value.trim().to_owned());
        let before = match name {
            "ak" => replace(&mut given.access_key, value),
            "sk" => replace(&mut given.secret_key, value),
            "security_token" => given.security_token.replace(value).is_some(),
            "project_id" => given.project_id.replace(value).is_some(),
            // Not quoted: it may be a secret in the wrong place.
            _ => return Err(refuse("it sets something that no profile has")),
        };
        if before {
            return Err(refuse("it sets what was set before, by a line or by a flag"));
        }
    }
    Ok(given)
}

/// Sets a text; whether it was set before.
fn replace(text: &mut String, value: String) -> bool {
    !std::mem::replace(text, value).is_empty()
}
