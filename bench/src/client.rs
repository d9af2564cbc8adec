//! The client against bare reqwest: what typed parameters, the checks before sending, credentials, the readiness to try again
//! and typed errors cost.

use crate::budget::Budget;
use crate::report::{Goal, Hope, Section, bytes, rate, time};
use crate::rounds::alternate;
use crate::server::Server;
use crate::slice::Slice;
use crate::{Outcome, bare, clock, counting, progress};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{self, Runtime};
use untag_bench::allocations::Calls;
use untag_bench::example::Example;
use untag_bench::senders::{Login, Loop, Ours, Prepared, Sender, keep_sending};

/// How many requests are in flight at the same time.
const AT_A_TIME: [usize; 3] = [1, 16, 64];

/// With how many the allocations are counted.
const MANY: usize = 64;

/// Measures both operations with both kinds of credentials.
pub(crate) fn measure(budget: &Budget) -> Outcome<Vec<Section>> {
    Ok(vec![rates(budget)?, allocations(budget)?])
}

fn rates(budget: &Budget) -> Outcome<Section> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let server = Server::start(bare::router())?;
    // Three take turns where elsewhere two do.
    let slice = budget.slice / 2;
    let mut section = Section {
        title: "Client",
        method: "Requests per second to the bare axum server, which compares the token and takes any signature. The client is \
            as its builder makes it, and signs each request of an access key. The *loop* is reqwest as it comes, which puts the \
            URL together and writes the same body with serde for each call, adds headers that are there already, a signature \
            among them, and looks at the status of the answer. *Prepared* is the same with the URL's text and the body there \
            already, too. All send the same bytes. Each has one thread and the server another: on two cores, there is none for \
            anything else. *CPU* is what the sending thread used per request, kernel included."
            .to_owned(),
        columns: &[
            "operation",
            "credentials",
            "at a time",
            "client",
            "loop",
            "over the loop",
            "over prepared",
            "client CPU",
            "loop CPU",
            "CPU ratio",
        ],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for login in Login::ALL {
        let date = clock::time_of_day().try_into()?;
        let client = Arc::new(Ours::new(server.address, login)?);
        let bare = Arc::new(Loop::new(server.address, login, date)?);
        let prepared = Arc::new(Prepared::new(server.address, login, date)?);
        for example in Example::ALL {
            for at_a_time in AT_A_TIME {
                let what = format!("{at_a_time} at a time, {}, {}", example.operation(), login.name());
                progress::say(&format!("sending {what}"));
                let ours = || {
                    let ours = run(&runtime, &client, example, at_a_time, slice)?;
                    Ok([ours; 2])
                };
                let others = || {
                    let bare = run(&runtime, &bare, example, at_a_time, slice)?;
                    Ok([bare, run(&runtime, &prepared, example, at_a_time, slice)?])
                };
                ours()?;
                others()?;
                let rounds = alternate(budget.loopback, ours, others)?;
                let [over_loop, over_prepared] =
                    [0, 1].map(|other| rounds.ratio(|slices| slices[other].rate));
                section.rows.push(vec![
                    example.operation().to_owned(),
                    login.name().to_owned(),
                    at_a_time.to_string(),
                    rate(rounds.ours(|[slice, _]| slice.rate).median),
                    rate(rounds.other(|[slice, _]| slice.rate).median),
                    over_loop.to_string(),
                    over_prepared.to_string(),
                    time(rounds.ours(|[slice, _]| slice.cpu).median),
                    time(rounds.other(|[slice, _]| slice.cpu).median),
                    rounds.ratio(|[slice, _]| slice.cpu).to_string(),
                ]);
                let mut goal = |other: &str, least, measured| {
                    section.goals.push(Goal {
                        figure: format!("client: requests/s over {other}, {what}"),
                        hope: Hope::AtLeast(least),
                        measured,
                    });
                };
                if at_a_time == MANY {
                    goal("a reqwest loop", 0.9, over_loop.median);
                } else if login == Login::Token {
                    // What was hoped for before the client had more than a token to send.
                    goal("prepared requests", 0.95, over_prepared.median);
                }
            }
        }
    }
    Ok(section)
}

fn allocations(budget: &Budget) -> Outcome<Section> {
    progress::say("counting allocations of calls");
    let all: Vec<Calls> = counting::ask(&["client", &budget.requests.to_string(), &MANY.to_string()])?;
    Ok(Section {
        title: "What a call allocates",
        method: format!(
            "Blocks and bytes that the sending thread asks the allocator for, per call, {MANY} at a time, on connections that \
             are open. Counted in a program of its own: counting takes time."
        ),
        columns: &[
            "operation",
            "credentials",
            "client, blocks",
            "loop, blocks",
            "client, bytes",
            "loop, bytes",
            "bytes ratio",
        ],
        rows: all
            .iter()
            .map(|Calls { example, login, client, bare }| {
                vec![
                    example.operation().to_owned(),
                    login.name().to_owned(),
                    format!("{:.1}", client.blocks),
                    format!("{:.1}", bare.blocks),
                    bytes(client.bytes),
                    bytes(bare.bytes),
                    format!("{:.2}", client.bytes / bare.bytes),
                ]
            })
            .collect(),
        goals: Vec::new(),
    })
}

/// A slice of a sender's work.
fn run(
    runtime: &Runtime,
    sender: &Arc<impl Sender>,
    example: Example,
    at_a_time: usize,
    duration: Duration,
) -> Outcome<Slice> {
    runtime.block_on(async {
        let begun = Slice::begin(clock::thread_cpu());
        let deadline = clock::now() + duration;
        let answered = keep_sending(sender, example, at_a_time, move || clock::now() < deadline).await?;
        Ok(begun.end(clock::thread_cpu(), answered))
    })
}

#[cfg(test)]
mod tests {
    use super::measure;
    use crate::budget::Budget;
    use std::time::Duration;

    #[test]
    fn a_small_run_has_a_row_for_everything() {
        let budget = Budget { loopback: 1, slice: Duration::from_millis(20), ..Budget::QUICK };
        let sections = measure(&budget).unwrap();
        assert_eq!(sections.iter().map(|section| section.rows.len()).collect::<Vec<_>>(), [12, 4]);
        assert_eq!(sections.iter().map(|section| section.goals.len()).collect::<Vec<_>>(), [8, 0]);
    }
}
