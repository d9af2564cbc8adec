//! `cargo xtask codegen [--check]`: one function that writes the generated files and checks them.

use crate::{
    contracts::{self, FOLDERS},
    failure::{Exit, Failure},
    files, lock,
    plan::{self, Entry, State},
    report::{self, Counts},
    transaction::{self, Recovered, Transaction},
};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};
use untag_codegen::emit::is_untouched;

/// Where the text of an edited file is kept when it is generated again, below the root.
pub const REPLACED: &str = "target/codegen/replaced";

/// What is done about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is removed.
    Write,
    /// It is shown.
    Check,
}

/// Compares the generated files below the root with the contract, and writes or shows what differs.
///
/// # Errors
/// [`Exit::Refused`] if lint refuses a document, [`Exit::Stale`] if [`Mode::Check`] finds a difference.
pub fn run(root: &Path, mode: Mode) -> Result<(), Failure> {
    // Checking neither waits for anybody nor leaves a trace.
    let _lock = match mode {
        Mode::Write => Some(lock::acquire(root)?),
        Mode::Check => None,
    };
    if mode == Mode::Write && transaction::recover(root)? == Recovered::Commit {
        eprintln!("note: an earlier run was interrupted while it put files in place; that has been undone");
    }
    let plan = plan::plan(root, &FOLDERS, contracts::generate(root)?, is_untouched)?;
    let counts = Counts::of(&plan);
    if counts.different() == 0 {
        println!("All {} generated files are as the contract says.", counts.unchanged);
        return Ok(());
    }
    match mode {
        Mode::Check => {
            // A reader that has seen enough, like `head`, changes nothing about the result.
            let _ = io::stdout().write_all(report::differences(&plan).as_bytes());
            Err(Failure { exit: Exit::Stale, message: report::summary(counts) })
        }
        Mode::Write => write(root, &plan, counts),
    }
}

fn write(root: &Path, plan: &[Entry], counts: Counts) -> Result<(), Failure> {
    let mut kept = Vec::new();
    for Entry { path, state } in plan {
        if let State::Changed { old, edited: true, .. } | State::Stray { old, edited: true } = state {
            kept.push((path, keep(root, path, old)?));
        }
    }
    Transaction::stage(root, plan)?.commit()?;

    for Entry { path, state } in plan {
        match state {
            State::Unchanged => {}
            State::Missing { .. } => println!("created {path}"),
            State::Changed { .. } => println!("changed {path}"),
            State::Stray { .. } => println!("removed {path}"),
        }
    }
    println!("{} files written or removed, {} left alone.", counts.different(), counts.unchanged);
    for (path, copy) in kept {
        eprintln!(
            "warning: {path} was edited by hand; the edited text is now in {} (change the contract or the generator instead)",
            copy.display()
        );
    }
    Ok(())
}

/// Keeps an edited text under its own path, with a number where another one is kept already; gives the copy's path below the root.
fn keep(root: &Path, path: &str, text: &[u8]) -> Result<PathBuf, Failure> {
    let mut copy = Path::new(REPLACED).join(path);
    let mut number = 1;
    loop {
        match fs::read(root.join(&copy)) {
            Ok(kept) if kept == text => return Ok(copy),
            Ok(_) => {
                number += 1;
                copy = Path::new(REPLACED).join(format!("{path}.{number}"));
            }
            Err(_) => {
                files::write(&root.join(&copy), text)?;
                return Ok(copy);
            }
        }
    }
}
