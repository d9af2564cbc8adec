//! The service's deletions, each durable when it is answered: beside the same service with a commit for each, beside SQLite
//! alone, and on PostgreSQL with a second process.

mod batches;
pub(crate) mod data;
mod postgres;
mod raw;
mod service;

use self::data::TAGS;
use self::raw::{Raw, TRANSACTION, syncs};
use self::service::{Round, Service};
use crate::budget::Budget;
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::alternate;
use crate::{Outcome, progress};
use std::path::Path;
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use untag_store::sqlite::SqliteOptions;

/// How many connections ask at a time.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Measures durable deletions on SQLite.
pub(crate) fn on_sqlite(budget: &Budget) -> Outcome<Vec<Section>> {
    let (runtime, folder) = ground()?;
    Ok(vec![
        beside_sqlite(budget, &runtime, folder.path())?,
        batches::measure(budget, &runtime, folder.path())?,
    ])
}

/// Measures durable deletions on PostgreSQL.
pub(crate) fn on_postgres(budget: &Budget) -> Outcome<Section> {
    let (runtime, folder) = ground()?;
    // Beside the folder of this run, which its owner alone may enter.
    let disk = folder.path().parent().unwrap_or(folder.path());
    postgres::measure(budget, &runtime, folder.path(), disk)
}

/// What asks, and where files go: beside this program, which is usually on a disk, where a temporary folder may be memory.
pub(crate) fn ground() -> Outcome<(Runtime, TempDir)> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("the program is in no folder")?.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok((runtime::Builder::new_current_thread().enable_all().build()?, TempDir::new_in(folder)?))
}

/// How many deletions a round has: enough of them for a hundredth to be more than one commit's.
fn deletions(budget: &Budget, connections: usize) -> usize {
    budget.deletions * connections.clamp(1, 8)
}

fn beside_sqlite(budget: &Budget, runtime: &Runtime, folder: &Path) -> Outcome<Section> {
    // Beside the rounds against the other service: one for the warm-up, and those against SQLite alone.
    let rounds = 2 * budget.durable + 1;
    let all: usize = CONNECTIONS.iter().map(|&connections| rounds * deletions(budget, connections)).sum();
    let resources = (all + budget.deletions).div_ceil(TAGS);
    let database = |name: &str| folder.join(format!("{name}.db"));
    let shared = Service::start(runtime, &database("shared"), SqliteOptions::default(), resources)?;
    let single = SqliteOptions { batch: 1, ..SqliteOptions::default() };
    let single = Service::start(runtime, &database("single"), single, resources)?;
    let raw = Raw::open(runtime, &database("raw"), resources)?;
    let mut section = Section {
        title: "Durable deletions",
        method: format!(
            "Single-tag deletions over loopback, each answered when it and its audit row are on the disk, scattered over \
             resources with {TAGS} tags. *alone* is the same service with a commit for each deletion. SQLite alone makes the \
             same writes, {TRANSACTION} deletions in a transaction: {}. This disk: {:.0} fdatasync/s.",
            rate(raw.rate(budget.deletions)?),
            syncs(folder)?,
        ),
        columns: &[
            "connections",
            "service",
            "alone",
            "rate ratio",
            "of SQLite alone",
            "a commit",
            "p99",
            "p99 / commit",
        ],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for connections in CONNECTIONS {
        progress::say(&format!("deleting tags on {connections} connections"));
        let deletions = deletions(budget, connections);
        let run = |service: &Service| service.delete(runtime, connections, deletions);
        run(&shared)?;
        run(&single)?;
        let beside = alternate(budget.durable, || run(&shared), || run(&single))?;
        let raw_rounds = alternate(
            budget.durable,
            || run(&shared),
            || raw.rate(deletions).map(|rate| Round { rate, commit: f64::NAN, p99: f64::NAN }),
        )?;
        let (ratio, of_raw) = (beside.ratio(|round| round.rate), raw_rounds.ratio(|round| round.rate));
        let in_commits = beside.ours(|round| round.p99 / round.commit);
        section.rows.push(vec![
            connections.to_string(),
            rate(beside.ours(|round| round.rate).median),
            rate(beside.other(|round| round.rate).median),
            ratio.to_string(),
            of_raw.to_string(),
            time(beside.ours(|round| round.commit).median),
            time(beside.ours(|round| round.p99).median),
            in_commits.to_string(),
        ]);
        let mut goal = |figure: String, hope, measured| section.goals.push(Goal { figure, hope, measured });
        if connections == 64 {
            goal(
                "service: deletions/s over a commit for each, 64 connections".to_owned(),
                Hope::AtLeast(1.0),
                ratio.median,
            );
            goal(
                "service: p99 in commit times, 64 connections".to_owned(),
                Hope::AtMost(3.0),
                in_commits.median,
            );
        }
        if connections == 256 {
            goal(
                "service: deletions/s over SQLite alone, 256 connections".to_owned(),
                Hope::AtLeast(0.7),
                of_raw.median,
            );
        }
    }
    Ok(section)
}

#[cfg(test)]
mod tests {
    use super::on_sqlite;
    use crate::budget::Budget;

    #[test]
    fn a_small_run_gives_a_row_for_each_number_of_connections() {
        let sections = on_sqlite(&Budget { durable: 1, deletions: 64, ..Budget::QUICK }).unwrap();
        assert_eq!(sections.iter().map(|section| section.rows.len()).collect::<Vec<_>>(), [4, 2]);
        assert_eq!(sections.iter().map(|section| section.goals.len()).collect::<Vec<_>>(), [3, 2]);
    }
}
