//! A batch of tags beside a single one: both are one request, one commit's share, one answer.

use super::data::{Left, TAGS, batch};
use super::service::Service;
use crate::budget::Budget;
use crate::report::{Goal, Hope, Section, rate};
use crate::rounds::alternate;
use crate::{Outcome, progress};
use std::path::Path;
use tokio::runtime::Runtime;
use untag_store::sqlite::SqliteOptions;

/// How many connections ask at a time.
const CONNECTIONS: [usize; 2] = [1, 64];

/// Measures batches beside single deletions.
pub(super) fn measure(budget: &Budget, runtime: &Runtime, folder: &Path) -> Outcome<Section> {
    let requests = CONNECTIONS.len() * (budget.durable + 1) * budget.deletions;
    // As many resources for both: a smaller database is a faster one.
    let start = |name: &str| Service::start(runtime, &folder.join(name), SqliteOptions::default(), requests);
    let (batches, singles) = (start("batches.db")?, start("singles.db")?);
    let left = Left::resources(requests);
    let mut section = Section {
        title: "Batches",
        method: format!(
            "Durable requests over loopback that delete {TAGS} tags of a resource each, beside such that delete one, on a \
             database each of as many resources."
        ),
        columns: &["connections", "batches", "singles", "a batch costs"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for connections in CONNECTIONS {
        progress::say(&format!("deleting batches on {connections} connections"));
        let run_batches = || {
            let requests =
                left.take(budget.deletions)?.into_iter().map(|resource| batch(resource, TAGS)).collect();
            batches.send(runtime, connections, requests)
        };
        let run_singles = || singles.delete(runtime, connections, budget.deletions);
        run_batches()?;
        run_singles()?;
        let rounds = alternate(budget.durable, run_batches, run_singles)?;
        let cost = rounds.ratio(|round| 1.0 / round.rate);
        section.rows.push(vec![
            connections.to_string(),
            rate(rounds.ours(|round| round.rate).median),
            rate(rounds.other(|round| round.rate).median),
            cost.to_string(),
        ]);
        section.goals.push(Goal {
            figure: format!("service: a batch of {TAGS} over a single deletion, {connections} connections"),
            hope: Hope::AtMost(2.0),
            measured: cost.median,
        });
    }
    Ok(section)
}
