//! `untag apply`: what is typed, what is asked, and what is said in the end. The work is done in [`apply`](crate::apply).

use crate::apply::{Arguments, Console, Prepared, Stop, Target, signals};
use crate::common::{Caution, Common};
use crate::confirm;
use crate::exit::Exit;
use crate::output::{self, Format, count, note, say};
use crate::problem::Problem;
use crate::session::{Purpose, Session};
use clap::Args;
use std::path::Path;
use tokio::sync::{oneshot, watch};
use untag_client::credentials::Surroundings;

/// What is typed after `untag apply`.
#[derive(Debug, Args)]
#[command(after_help = "Lines:\n  \
                  {\"resource_type\":\"desktop\",\"resource_id\":\"…\",\"key\":\"env\"}\n  \
                  {\"resource_type\":\"disk\",\"resource_id\":\"…\",\"key\":\"env\",\"value\":\"test\"}\n  \
                  {\"resource_type\":\"disk\",\"resource_id\":\"…\",\"tags\":[{\"key\":\"env\"},{\"key\":\"owner\",\"value\":\"ana\"}]}\n\n\
                  Columns of CSV: resource_type, resource_id, key, and perhaps value and project_id. Others are mapped, each of \
                  them by name, and value= says that there are no values:\n  \
                  --columns resource_type=Type,resource_id=ID,key=Tag,value=\n\n\
                  Example:\n  untag apply old-tags.ndjson --rate 50 --dry-run")]
pub struct Apply {
    /// The file, and how it is worked off.
    #[command(flatten)]
    pub arguments: Arguments,
    /// How it goes on.
    #[command(flatten)]
    pub caution: Caution,
    /// As whom, where to, and what is written.
    #[command(flatten)]
    pub common: Common,
}

/// Runs the command.
///
/// # Errors
/// The input, the journal, credentials or the server cannot be used, or it was not confirmed. Nothing is sent then.
pub async fn run(apply: Apply, surroundings: &Surroundings) -> Result<Exit, Problem> {
    let stop =
        signals().map_err(|error| Problem::failed(format!("no signals: {error}; nothing was sent")))?;
    let format = apply.common.output.format;
    let purpose = if apply.caution.dry_run { Purpose::Show } else { Purpose::SendMany };
    let session = Session::open(&apply.common, surroundings, purpose).await?;
    // Each line may name its own.
    let project = if session.has_project() { Some(session.project()?) } else { None };
    let target = Target { unarmed: session.unarmed().clone(), project };
    let file = apply.arguments.file.clone();
    let mut console = Console::new(format);
    let Some(prepared) = Prepared::new(apply.arguments.into(), target, &mut console, &stop).await? else {
        return Err(Problem::failed("interrupted: nothing was sent"));
    };
    if apply.caution.dry_run {
        prepared.preview(&mut console, &stop).await?;
        drop(console);
        note("dry run: nothing was sent");
        return Ok(Exit::Done);
    }
    // The line of progress must not stand where the question is.
    drop(console);
    if prepared.lines() > prepared.before() {
        let what = question(&prepared, &file);
        confirmed(what, apply.caution.yes, &stop).await?;
    }
    let mut console = Console::new(format);
    let summary = prepared.run(session.client(), &mut console, &stop).await;
    drop(console);
    let summary = summary?;
    let exit = summary.exit();
    if format == Format::Json {
        output::document(exit, summary.json())?;
    }
    if exit != Exit::Done {
        note(&format!("error: {}", summary.text()));
    } else if format == Format::Text {
        say(&summary.text())?;
    }
    Ok(exit)
}

/// What a person is asked about.
fn question(prepared: &Prepared, file: &Path) -> String {
    let before = prepared.before();
    let done = if before > 0 { format!(" ({before} of them done before)") } else { String::new() };
    let file = if file.as_os_str() == "-" { "stdin".to_owned() } else { file.display().to_string() };
    format!(
        "Removing {}, named by {} of {file}{done}, at {}",
        count(prepared.tags(), "tag"),
        count(prepared.lines(), "line"),
        prepared.endpoint()
    )
}

/// Asks beside the runtime: Ctrl-C is a signal that is listened to by now, and must end the question, too.
async fn confirmed(what: String, yes: bool, stop: &watch::Receiver<Stop>) -> Result<(), Problem> {
    let (answer, answered) = oneshot::channel();
    // Not waited for where nobody answers.
    std::thread::spawn(move || drop(answer.send(confirm::confirm(&what, yes))));
    let mut stop = stop.clone();
    let interrupted = || Problem::failed("interrupted: nothing was sent");
    tokio::select! {
        answer = answered => answer.map_err(|_| interrupted())?,
        Ok(_) = stop.wait_for(|asked| *asked >= Stop::Finish) => Err(interrupted()),
    }
}
