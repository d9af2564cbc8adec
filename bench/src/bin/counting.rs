//! Counts what signatures and calls allocate, and prints it as JSON for `untag-bench`.
//!
//! A program of its own: the allocator that counts takes its time for it, and would take it from what is measured.

use alloc_tracker::{Allocator, Session};
use clap::Parser;
use std::alloc::System;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::{self, Runtime};
use untag_bench::allocations::{Allocated, Calls};
use untag_bench::example::Example;
use untag_bench::senders::{self, Login, Sender, keep_sending};
use untag_bench::server::Server;
use untag_bench::{Outcome, bare, signers};
use untag_signing::Date;

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

/// What is counted.
#[derive(Debug, Parser)]
enum Subject {
    /// So many signatures of the documented batch request
    Signing { times: u64 },
    /// So many calls of each kind, some at a time
    Client { times: u64, at_a_time: usize },
}

fn main() -> Outcome<()> {
    let date: Date = "20240229T235959Z".parse()?;
    let counted = match Subject::parse() {
        Subject::Signing { times } => serde_json::to_string(&signature(times, date)?)?,
        Subject::Client { times, at_a_time } => serde_json::to_string(&calls(times, at_a_time, date)?)?,
    };
    writeln!(io::stdout(), "{counted}")?;
    Ok(())
}

fn signature(times: u64, date: Date) -> Outcome<Allocated> {
    let ours = signers::Ours::new()?;
    allocated(times, || {
        for _ in 0..times {
            black_box(ours.sign(date)?);
        }
        Ok(())
    })
}

fn calls(times: u64, at_a_time: usize, date: Date) -> Outcome<Vec<Calls>> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let server = Server::start(bare::router())?;
    let mut all = Vec::new();
    for login in Login::ALL {
        let client = Arc::new(senders::Ours::new(server.address, login)?);
        let bare = Arc::new(senders::Loop::new(server.address, login, date)?);
        for example in Example::ALL {
            all.push(Calls {
                example,
                login,
                client: of_a_call(&runtime, &client, example, times, at_a_time)?,
                bare: of_a_call(&runtime, &bare, example, times, at_a_time)?,
            });
        }
    }
    Ok(all)
}

/// What a call allocates on a connection that is open. The server is on another thread, where nothing is counted.
fn of_a_call(
    runtime: &Runtime,
    sender: &Arc<impl Sender>,
    example: Example,
    times: u64,
    at_a_time: usize,
) -> Outcome<Allocated> {
    let run = || {
        let left = Arc::new(AtomicU64::new(times));
        let more =
            move || left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        runtime.block_on(keep_sending(sender, example, at_a_time, more)).map(drop)
    };
    run()?;
    allocated(times, run)
}

/// What this thread allocates when it does something so many times, for each of them.
fn allocated(times: u64, work: impl FnOnce() -> Outcome<()>) -> Outcome<Allocated> {
    let session = Session::new().no_stdout().no_file();
    let operation = session.operation("work");
    let span = operation.measure_thread().iterations(times);
    work()?;
    drop(span);
    let report = session.to_report();
    let (_, counted) = report.operations().next().ok_or("nothing was counted")?;
    Ok(Allocated {
        blocks: counted.allocations().ok_or("no blocks were counted")?,
        bytes: counted.bytes().ok_or("no bytes were counted")?,
    })
}
