//! Other programs: every one is shown before it runs, and named when it fails.

use crate::failure::Failure;
use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// The cargo that runs us, in the root.
pub(crate) fn cargo<I: IntoIterator<Item: AsRef<OsStr>>>(root: &Path, arguments: I) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    // Set by the cargo that runs us. `cargo machete` takes it for a sign that it was not started as a command of cargo's.
    command.env_remove("CARGO_PKG_NAME");
    command
}

/// Runs a command; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = show(command);
    println!("$ {shown}");
    #[allow(clippy::disallowed_methods, reason = "this is the function everybody else uses instead")]
    let status = command.status().map_err(|error| format!("cannot run `{shown}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})").into()) }
}

/// Runs a command and gives what it writes to stdout, which is shown as it comes.
pub(crate) fn run_and_keep(command: &mut Command) -> Result<String, Failure> {
    let shown = show(command);
    println!("$ {shown}");
    let cannot = |error: std::io::Error| Failure::from(format!("cannot run `{shown}`: {error}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let mut output = String::new();
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        let line = line.map_err(cannot)?;
        println!("{line}");
        output.push_str(&line);
        output.push('\n');
    }
    let status = child.wait().map_err(cannot)?;
    if status.success() { Ok(output) } else { Err(format!("`{shown}` failed ({status})").into()) }
}

/// The machine that cargo compiles for where nothing else is said, as a target's name.
pub(crate) fn host(root: &Path) -> Result<String, Failure> {
    let about = cargo(root, ["-vV"]).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let about = String::from_utf8_lossy(&about.stdout).into_owned();
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "cargo does not say which machine this is".to_owned().into())
}

/// Fails with the command that installs a tool if `cargo TOOL` cannot be run.
pub(crate) fn require(root: &Path, tool: &str, install: &str) -> Result<(), Failure> {
    let found = cargo(root, [tool, "--version"]).output().is_ok_and(|output| output.status.success());
    if found { Ok(()) } else { Err(format!("`cargo {tool}` is missing; install it with `{install}`").into()) }
}

/// A command as one would type it: the program's name, and those variables that we add.
fn show(command: &Command) -> String {
    let mut words: Vec<String> = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={:?}", name.display(), value?.display().to_string())))
        .collect();
    words.push(Path::new(command.get_program()).file_stem().unwrap_or_default().display().to_string());
    words.extend(command.get_args().map(|argument| {
        let argument = argument.display().to_string();
        if argument.is_empty() || argument.contains(char::is_whitespace) {
            format!("{argument:?}")
        } else {
            argument
        }
    }));
    words.join(" ")
}
