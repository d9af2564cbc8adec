//! `untag conformance`: whether a server, in whatever language it is written, does what the contract says. Rules and reports are
//! those of `untag-conformance`; here is what is typed, asked and shown while it runs.

use crate::confirm;
use crate::exit::Exit;
use crate::output::{self, Format, note, say};
use crate::problem::Problem;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use untag_conformance::{
    Auth, Commands, Endpoint, Outcome, Progress, Report, RunError, Selection, State, Target, report, rules,
};

/// What is typed after `untag conformance`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file of --auth, with a token of a tenant, and what else there is: the token of a caller with the op_service permission, and \
an access key of the tenant. The more of them there are, the more rules can be checked.
  {\"project_id\":\"…\",\"token\":\"…\",\"op_service_token\":\"…\",\"ak\":\"…\",\"sk\":\"…\"}

A resource, as --put takes and --get gives it:
  {\"project_id\":\"…\",\"resource_type\":\"desktop\",\"resource_id\":\"…\",\"tags\":{\"key1\":\"value1\"},\"sys_tags\":{}}

Code 0 is for a server that keeps every rule. Code 1: it breaks one; or one was not checked, unless --allow-unchecked says that \
this is expected. Rules that --only leaves out do not count.

Example, with the database and the ready file of `untagd dev --store sqlite:tags.db --ready-file ready.json`:
  untag conformance --url http://127.0.0.1:8080 --auth ready.json \\
    --put 'untagd import --allow-old-tags --store sqlite:tags.db -' \\
    --get 'untagd export --store sqlite:tags.db'")]
pub struct Conformance {
    /// Address of the server, with what stands before the contract's paths, such as `https://gateway.example.com/tags`
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    pub url: Option<String>,
    /// JSON file with the credentials to call with, such as the ready file of `untagd dev`; - is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "list")]
    pub auth: Option<PathBuf>,
    /// Check this rule, and no other that is not named so; may be given several times
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,
    /// End with code 0 although rules were not checked, if all others hold
    #[arg(long)]
    pub allow_unchecked: bool,
    /// List the rules, and call nobody
    #[arg(long)]
    pub list: bool,
    /// Do not ask; without a terminal to ask on, nothing is sent otherwise
    #[arg(long, short)]
    pub yes: bool,
    /// What is called about.
    #[command(flatten)]
    pub fixtures: Fixtures,
    /// How tags are set and seen.
    #[command(flatten)]
    pub hands: Hands,
    /// Form of the report on stdout
    #[arg(
        id = "output",
        long,
        value_enum,
        value_name = "FORM",
        default_value = "text",
        help_heading = "Output"
    )]
    pub form: Form,
}

/// The desktop and the resource whose tags are changed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixtures, which lose tags")]
pub struct Fixtures {
    /// Project of both [default: that of the credentials]
    #[arg(long, value_name = "ID")]
    pub project: Option<String>,
    /// A desktop; without --put, it has the tags key1=value1, key2=value3 and keep=me
    #[arg(long, value_name = "ID", default_value = SAMPLE)]
    pub desktop: String,
    /// Type of the resource
    #[arg(long, value_name = "TYPE", default_value = "workspace")]
    pub resource_type: String,
    /// The resource; without --put, it has the same tags
    #[arg(long, value_name = "ID", default_value = SAMPLE)]
    pub resource: String,
}

/// The desktop and workspace of the contract's examples, which `untagd dev` has.
const SAMPLE: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// The implementer's commands: the contract has no operation that sets or shows tags.
#[derive(Debug, Args)]
#[command(next_help_heading = "How tags are set and seen (without, what only they can show is not checked)")]
pub struct Hands {
    /// Shell command that reads resources from stdin, as `untagd import` does, and makes sure that they are there with these tags
    #[arg(long, value_name = "CMD", requires = "get")]
    pub put: Option<String>,
    /// Shell command that writes the resources to stdout, as `untagd export` does
    #[arg(long, value_name = "CMD", requires = "put")]
    pub get: Option<String>,
}

/// The form of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    #[default]
    Text,
    /// One JSON document, whatever happens
    Json,
    /// JUnit XML, for CI systems; nothing where no request could be sent
    Junit,
}

impl Form {
    /// In which form problems are told besides.
    #[must_use]
    pub fn format(self) -> Format {
        if self == Self::Json { Format::Json } else { Format::Text }
    }
}

/// Runs the command.
///
/// # Errors
/// Something that is named cannot be used, it was not confirmed, or the server does not answer. Nothing is sent then.
pub fn run(conformance: &Conformance) -> Result<Exit, Problem> {
    if conformance.list {
        return list(conformance.form);
    }
    let target = target(conformance)?;
    confirmed(conformance, &target)?;
    let mut commands = commands(&conformance.hands);
    let state = commands.as_mut().map(|commands| -> &mut dyn State { commands });
    let selection = Selection::all().only(conformance.only.iter().cloned());
    let mut bar = Bar::new();
    let report = untag_conformance::run(&target, state, &selection, &mut bar);
    drop(bar);
    tell(&report.map_err(problem)?, conformance)
}

/// The rules, as they are named.
fn list(form: Form) -> Result<Exit, Problem> {
    if form == Form::Json {
        let rules = rules().iter().map(|rule| {
            json!({ "name": rule.name, "title": rule.title, "row": rule.row, "severity": rule.severity.name() })
        });
        output::document(Exit::Done, json!({ "rules": rules.collect::<Vec<_>>() }))?;
        return Ok(Exit::Done);
    }
    let width = rules().iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    for rule in rules() {
        say(&format!("{:width$}  {:8}  {}", rule.name, rule.severity.name(), rule.title))?;
    }
    Ok(Exit::Done)
}

/// What is called, on whose tags, by whom.
fn target(Conformance { url, auth, fixtures, .. }: &Conformance) -> Result<Target, Problem> {
    let url: Endpoint = url
        .as_deref()
        .unwrap_or_default()
        .parse()
        .map_err(|why| Problem::usage(format!("--url cannot be used: {why}; nothing was sent")))?;
    let file = auth.as_deref().unwrap_or(Path::new(""));
    let credentials = Auth::from_json(&read(file)?)
        .map_err(|why| Problem::usage(format!("{}: {why}; nothing was sent", file.display())))?;
    let project = fixtures.project.clone().or_else(|| credentials.project_id.clone());
    let project_id = project.ok_or_else(|| {
        Problem::usage(format!(
            "no project is named; nothing was sent: pass --project, or write `project_id` into {}",
            file.display()
        ))
    })?;
    let target = Target {
        url,
        project_id,
        desktop_id: fixtures.desktop.clone(),
        resource_type: fixtures.resource_type.clone(),
        resource_id: fixtures.resource.clone(),
        credentials,
    };
    target.check().map_err(|why| problem(RunError::Target(why)))?;
    Ok(target)
}

/// The file of the credentials.
fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    /// More than any credentials take.
    const LIMIT: u64 = 256 * 1024;
    let input: io::Result<Box<dyn Read>> = if file.as_os_str() == "-" {
        Ok(Box::new(io::stdin()))
    } else {
        File::open(file).map(|file| -> Box<dyn Read> { Box::new(file) })
    };
    let mut bytes = Vec::new();
    let read = input.and_then(|input| input.take(LIMIT).read_to_end(&mut bytes));
    read.map_err(|error| Problem::file(file, &error))?;
    Ok(bytes)
}

/// Asks, because tags go.
fn confirmed(Conformance { fixtures, yes, .. }: &Conformance, target: &Target) -> Result<(), Problem> {
    let what = format!(
        "Removing tags of the desktop {:?} and of the {} {:?} of project {:?}, over and over, at {}",
        fixtures.desktop, fixtures.resource_type, fixtures.resource, target.project_id, target.url
    );
    if !yes && !confirm::is_interactive() {
        return Err(Problem::usage(format!(
            "{what} was not confirmed, because there is no terminal to ask on; nothing was sent: pass --yes if these two \
             are there to be tested with"
        )));
    }
    confirm::confirm(&what, *yes)
}

/// Both commands, or none.
fn commands(Hands { put, get }: &Hands) -> Option<Commands> {
    Some(Commands { put: put.clone()?, get: get.clone()? })
}

/// Why nothing was checked.
fn problem(error: RunError) -> Problem {
    match error {
        RunError::Unreachable(why) => Problem::new(
            Exit::Unreachable,
            format!("the server cannot be reached: {why}; nothing was checked"),
        ),
        RunError::UnknownRule(name) => Problem::usage(format!(
            "there is no rule {name:?}; nothing was sent: `untag conformance --list` lists them"
        )),
        RunError::Target(why) => Problem::usage(format!("{why}; nothing was sent")),
        other => Problem::failed(format!("{other}; nothing was checked")),
    }
}

/// Writes the report, and says in a line how it ended.
fn tell(report: &Report, conformance: &Conformance) -> Result<Exit, Problem> {
    let broken = report.is_broken();
    let unchecked = report.is_incomplete() && !conformance.allow_unchecked;
    let exit = if broken || unchecked { Exit::Failed } else { Exit::Done };
    match conformance.form {
        Form::Text => say(&report::text(report))?,
        Form::Json => output::document(exit, report::json(report))?,
        Form::Junit => say(report::junit(report).trim_end())?,
    }
    if broken {
        note(&format!("error: rules of the contract are broken{}", hint(report).unwrap_or_default()));
    } else if unchecked {
        let hands = if report.effects { "" } else { "; --put and --get show the tags" };
        note(&format!(
            "error: rules were not checked, for the reasons in the report{hands}; --allow-unchecked takes that for a success"
        ));
    }
    Ok(exit)
}

/// What to look at first where nothing at all succeeds: then the report says little about the server.
fn hint(report: &Report) -> Option<&'static str> {
    let judged = report.rule("named-tag-is-removed")?;
    let Outcome::Broken(failures) = &judged.outcome else { return None };
    if failures.len() < judged.cases {
        return None;
    }
    let hints = [
        ("401", "; what should succeed was answered with 401: are these credentials of this server?"),
        ("403", "; what should succeed was answered with 403: may this caller remove tags of both fixtures?"),
        ("404", "; what should succeed was answered with 404: are URL and fixtures right?"),
    ];
    let all = |status: &str| failures.iter().all(|failure| failure.got.starts_with(status));
    hints.into_iter().find(|(status, _)| all(status)).map(|(_, hint)| hint)
}

/// How far it is, on stderr where that is a terminal.
#[derive(Debug)]
struct Bar(ProgressBar);

const TEMPLATE: &str = "{percent:>3}%  {human_pos}/{human_len} requests  {msg}";

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_style(style))
    }
}

impl Progress for Bar {
    fn case(&mut self, done: usize, of: usize, name: &str) {
        self.0.set_length(of as u64);
        self.0.set_position(done as u64);
        // The names of derived cases hold what is sent, however long.
        self.0.set_message(name.chars().take(40).collect::<String>());
    }
}

impl Drop for Bar {
    /// What is written next starts on a line of its own.
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::TEMPLATE;
    use indicatif::ProgressStyle;

    #[test]
    fn the_template_can_be_read() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
