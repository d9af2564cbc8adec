//! `untag apply` as a process, against `untagd` as a process: beside what the service can take at all and the HTTP library
//! alone, beside what people would do without it, and how much memory it takes.

mod command;
mod curl;
mod library;
mod others;
mod sdk;
mod set;
mod size;

use self::command::Applied;
use self::set::{Service, Set};
use crate::budget::Budget;
use crate::deletions::data::{Left, TAGS};
use crate::deletions::ground;
use crate::load;
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::{Spread, alternate};
use crate::{Outcome, clock, number, progress};
use std::path::Path;
use tokio::runtime::Runtime;
use untag_bench::senders::Login;

/// How many requests are under way at a time: what `untag apply` does by itself, and more.
const CONCURRENCY: [usize; 2] = [command::CONCURRENCY, 64];

/// Measures it.
pub(crate) fn measure(budget: &Budget) -> Outcome<Vec<Section>> {
    let (runtime, folder) = ground()?;
    let batches = Set::make(&runtime, folder.path(), (0..budget.tags / TAGS).collect(), TAGS)?;
    Ok(vec![
        beside_the_ceiling(budget, &runtime, folder.path(), &batches)?,
        others::measure(budget, &batches)?,
        size::measure(budget, &batches)?,
    ])
}

/// Measures what people would do without it, and nothing else.
pub(crate) fn without(budget: &Budget) -> Outcome<Section> {
    let (runtime, folder) = ground()?;
    let batches = Set::make(&runtime, folder.path(), (0..budget.tags / TAGS).collect(), TAGS)?;
    others::measure(budget, &batches)
}

/// One side of a round.
#[derive(Clone, Copy, Debug)]
struct Round {
    /// Tags per second.
    rate: f64,
    /// CPU time of the service for each tag, in seconds.
    service: f64,
    /// CPU time of whoever asks for each tag, in seconds.
    client: f64,
}

fn beside_the_ceiling(budget: &Budget, runtime: &Runtime, folder: &Path, batches: &Set) -> Outcome<Section> {
    let order = Left::resources(budget.tags).take(budget.tags)?;
    let singles = Set::make(runtime, folder, order, 1)?;
    let mut section = Section {
        title: "Applying a file",
        method: format!(
            "`untag apply` of {} lines with a tag each, from its start to its end, journal included, against `untagd` with \
             SQLite on this disk. *Ceiling* is the load generator that sends the same requests, prepared, on as many \
             connections as `untag` has requests under way; *reqwest alone* sends them through the HTTP library of the client, \
             which is as much as any client on it can do. Each run has a service and a copy of the database of its own. \
             Batches have the {TAGS} tags of a resource, which stand together in the file; single tags are of a resource each, \
             shuffled. *CPU* is the time of the client and that of `untagd`, kernel included, for each tag.",
            budget.tags
        ),
        columns: &[
            "requests",
            "at a time",
            "apply, tags",
            "ceiling, tags",
            "rate ratio",
            "of reqwest alone",
            "CPU with apply",
            "CPU at the ceiling",
            "CPU with reqwest alone",
        ],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for (name, set) in [("batches", batches), ("single tags", &singles)] {
        for concurrency in CONCURRENCY {
            progress::say(&format!("applying {name}, {concurrency} at a time"));
            let apply = || apply(set, concurrency, Login::Token);
            let ceiling = || ceiling(runtime, set, concurrency);
            let library = || library(runtime, set, concurrency);
            let rounds = alternate(budget.applications, apply, ceiling)?;
            let ratio = rounds.ratio(|round| round.rate);
            let beside_library = alternate(budget.applications, apply, library)?;
            section.rows.push(vec![
                name.to_owned(),
                concurrency.to_string(),
                rate(rounds.ours(|round| round.rate).median),
                rate(rounds.other(|round| round.rate).median),
                ratio.to_string(),
                beside_library.ratio(|round| round.rate).to_string(),
                cpu(rounds.ours(|round| round.client), rounds.ours(|round| round.service)),
                cpu(rounds.other(|round| round.client), rounds.other(|round| round.service)),
                cpu(beside_library.other(|round| round.client), beside_library.other(|round| round.service)),
            ]);
            section.goals.push(Goal {
                figure: format!("apply: tags/s over the service's ceiling, {name}, {concurrency} at a time"),
                hope: Hope::AtLeast(0.7),
                measured: ratio.median,
            });
        }
    }
    Ok(section)
}

/// CPU time of a client and that of the service.
fn cpu(client: Spread, service: Spread) -> String {
    format!("{} + {}", time(client.median), time(service.median))
}

/// `untag apply` of the whole file.
fn apply(set: &Set, concurrency: usize, login: Login) -> Outcome<Round> {
    let service = set.serve()?;
    let Applied { seconds, cpu, requests, .. } =
        command::apply(&set.file(), set.tags(), &service, concurrency, login)?;
    if requests != set.order.len() {
        return Err(format!("untag sent {requests} requests, and the ceiling has {}", set.order.len()).into());
    }
    let tags = number(set.tags());
    let round = Round { rate: tags / seconds, service: service.cpu()? / tags, client: cpu / tags };
    service.end(set.tags())?;
    Ok(round)
}

/// The load generator with all requests of the set.
fn ceiling(runtime: &Runtime, set: &Set, concurrency: usize) -> Outcome<Round> {
    let requests = set.requests();
    here(set, |service| {
        let servers = [service.address()];
        Ok(runtime.block_on(load::each(&servers, concurrency, requests))?.seconds)
    })
}

/// The HTTP library with all requests of the set.
fn library(runtime: &Runtime, set: &Set, concurrency: usize) -> Outcome<Round> {
    here(set, |service| runtime.block_on(library::send(set, service, concurrency)))
}

/// Everything that this process sends; `send` says how many seconds it took.
fn here(set: &Set, send: impl FnOnce(&Service) -> Outcome<f64>) -> Outcome<Round> {
    let service = set.serve()?;
    let before = clock::process_cpu();
    let seconds = send(&service)?;
    let cpu = clock::process_cpu() - before;
    let tags = number(set.tags());
    let round = Round { rate: tags / seconds, service: service.cpu()? / tags, client: cpu / tags };
    service.end(set.tags())?;
    Ok(round)
}

#[cfg(test)]
mod tests {
    use super::measure;
    use crate::budget::Budget;
    use crate::deletions::data::TAGS;

    #[test]
    fn a_small_run_has_a_row_for_everything_and_leaves_no_tag() {
        let sections =
            measure(&Budget { applications: 1, tags: 100 * TAGS, lines: [20, 200, 2_000], ..Budget::QUICK })
                .unwrap();
        assert_eq!(sections.iter().map(|section| section.rows.len()).collect::<Vec<_>>(), [4, 3, 3]);
        assert_eq!(sections.iter().map(|section| section.goals.len()).collect::<Vec<_>>(), [4, 0, 1]);
    }
}
