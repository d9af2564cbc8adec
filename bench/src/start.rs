//! The service as a process: how soon it answers after its start, and what it occupies when nobody asks.

use crate::budget::Budget;
use crate::deletions::{data, ground};
use crate::program::Program;
use crate::report::{Goal, Hope, Section, size, time};
use crate::rounds::alternate;
use crate::{Outcome, progress};
use std::fs;
use untag_store::Store;
use untag_store::sqlite::{SqliteOptions, SqliteStore};

/// Resources of the database that both open, with ten tags each.
const RESOURCES: usize = 10_000;

/// One start.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// Seconds.
    first_answer: f64,
    /// Bytes.
    memory: f64,
}

/// Measures starts, beside those of a bare axum service that opens the same database.
pub(crate) fn measure(budget: &Budget) -> Outcome<Section> {
    let (runtime, folder) = ground()?;
    let (database, callers) = (folder.path().join("tags.db"), folder.path().join("authentication.toml"));
    let store = SqliteStore::open(&database, SqliteOptions::default())?;
    data::fill(&runtime, &store, RESOURCES, data::TAGS)?;
    runtime.block_on(store.close())?;
    fs::write(&callers, data::callers())?;
    let left = data::Left::tags(RESOURCES);
    let url = format!("sqlite:{}", database.display());
    let request = || {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            left.take(1)?.into_iter().flat_map(data::one).collect::<Vec<u8>>(),
        )
    };
    let start =
        |program: Program| Ok(Start { first_answer: program.first_answer, memory: program.memory()? });
    progress::say("starting services");
    let ours = || start(Program::untagd(&url, &callers, &request()?)?);
    let bare = || start(Program::bare(&database, &request()?)?);
    ours()?;
    bare()?;
    let rounds = alternate(budget.loopback, ours, bare)?;
    let slower = rounds.ratio(|start| start.first_answer);
    let memory = rounds.ours(|start| start.memory);
    Ok(Section {
        title: "Starting and resting",
        method: format!(
            "`untagd serve` and a bare axum service, each a process on the same SQLite database of {RESOURCES} resources: \
             from the start to the first answer, a durable deletion, and the memory that is resident after it."
        ),
        columns: &["", "untagd", "bare", "ratio"],
        rows: vec![
            vec![
                "first answer".to_owned(),
                time(rounds.ours(|start| start.first_answer).median),
                time(rounds.other(|start| start.first_answer).median),
                slower.to_string(),
            ],
            vec![
                "memory".to_owned(),
                size(memory.median),
                size(rounds.other(|start| start.memory).median),
                rounds.ratio(|start| start.memory).to_string(),
            ],
        ],
        goals: vec![
            Goal {
                figure: "service: time to the first answer over bare axum".to_owned(),
                hope: Hope::AtMost(3.0),
                measured: slower.median,
            },
            Goal {
                figure: "service: MiB of memory after the first answer".to_owned(),
                hope: Hope::AtMost(20.0),
                measured: memory.median / 1024.0 / 1024.0,
            },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::measure;
    use crate::budget::Budget;

    #[test]
    fn both_start_and_answer() {
        let section = measure(&Budget { loopback: 1, ..Budget::QUICK }).unwrap();
        assert_eq!((section.rows.len(), section.goals.len()), (2, 2));
        assert!(section.goals.iter().all(|goal| goal.measured > 0.0));
    }
}
