//! The service on PostgreSQL: two processes on one database, beside one.

use super::data::{self, Left, TAGS};
use super::{CONNECTIONS, deletions};
use crate::budget::Budget;
use crate::load::{self, Answered};
use crate::program::Program;
use crate::report::{Goal, Hope, Section, rate, time};
use crate::rounds::alternate;
use crate::{Outcome, number, progress};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use tokio::runtime::Runtime;
use untag_postgres::Cluster;
use untag_store::Store;
use untag_store::postgres::{PostgresOptions, PostgresStore};

/// Measures durable deletions through one process and through two. The server's files go into a folder of their own below
/// `disk`, which the user who runs it must be able to enter.
pub(super) fn measure(budget: &Budget, runtime: &Runtime, folder: &Path, disk: &Path) -> Outcome<Section> {
    let rounds = 2 * (budget.durable + 1);
    // A server that plans, locks and logs takes several times as long for each as a library does.
    let deletions = |connections| deletions(budget, connections).div_ceil(4);
    let all: usize = CONNECTIONS.iter().map(|&connections| rounds * deletions(connections)).sum();
    let resources = (all + 2).div_ceil(TAGS);
    progress::say("starting PostgreSQL");
    let cluster = Cluster::durable(disk);
    let url = cluster.database();
    let store = runtime.block_on(PostgresStore::connect(&url, PostgresOptions::default()))?;
    data::fill(runtime, &store, resources, TAGS)?;
    runtime.block_on(store.close())?;
    let left = Left::tags(resources);
    let callers = folder.join("authentication.toml");
    fs::write(&callers, data::callers())?;
    let start = || {
        let request: Vec<u8> = left.take(1)?.into_iter().flat_map(data::one).collect();
        Program::untagd(&url, &callers, &request)
    };
    let services = [start()?, start()?];
    let both = services.each_ref().map(|service| service.address);
    let mut section = Section {
        title: "Durable deletions on PostgreSQL",
        method: format!(
            "Single-tag deletions over loopback by `untagd` processes on one PostgreSQL server of this machine, each answered \
             when PostgreSQL has it on the disk, scattered over resources with {TAGS} tags. The same connections ask one \
             process, or half of them each of two."
        ),
        columns: &["connections", "two processes", "one", "rate ratio", "p99 of two", "p99 of one"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for connections in CONNECTIONS {
        progress::say(&format!("deleting tags on {connections} connections, PostgreSQL"));
        let deletions = deletions(connections);
        let run = |addresses: &[SocketAddr]| -> Outcome<Answered> {
            let requests = left.take(deletions)?.into_iter().map(data::one).collect();
            runtime.block_on(load::each(addresses, connections, requests))
        };
        run(&both)?;
        run(&both[..1])?;
        let beside = alternate(budget.durable, || run(&both), || run(&both[..1]))?;
        let per_second = |answered: &Answered| number(answered.latencies.len()) / answered.seconds;
        let ratio = beside.ratio(per_second);
        section.rows.push(vec![
            connections.to_string(),
            rate(beside.ours(per_second).median),
            rate(beside.other(per_second).median),
            ratio.to_string(),
            time(beside.ours(|answered| answered.within(0.99)).median),
            time(beside.other(|answered| answered.within(0.99)).median),
        ]);
        if connections == 64 {
            section.goals.push(Goal {
                figure: "service on PostgreSQL: deletions/s of two processes over one, 64 connections"
                    .to_owned(),
                hope: Hope::AtLeast(1.0),
                measured: ratio.median,
            });
        }
    }
    Ok(section)
}

#[cfg(test)]
mod tests {
    use crate::budget::Budget;

    #[test]
    fn a_small_run_gives_a_row_for_each_number_of_connections() {
        let section =
            super::super::on_postgres(&Budget { durable: 1, deletions: 16, ..Budget::QUICK }).unwrap();
        assert_eq!((section.rows.len(), section.goals.len()), (4, 1));
    }
}
