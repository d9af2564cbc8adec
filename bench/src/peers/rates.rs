//! How many requests each server answers, and how long it lets one in a hundred wait.

use super::exchange;
use super::packages::Packages;
use super::servers::{Peer, Server, closing};
use crate::budget::Budget;
use crate::example::Example;
use crate::load::{self, Answered};
use crate::plot::{Bar, Bars, Group};
use crate::report::{Plot, Section, not_measured, rate, time};
use crate::rounds::Spread;
use crate::{Outcome, clock, number, progress};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;
use tokio::runtime::{self, Runtime};

/// The heading of the section.
pub(super) const TITLE: &str = "Answering requests";
/// How many connections load a server.
const CONNECTIONS: usize = 64;
/// How long a server is warmed up: compilers that work while a program runs need that.
const WARM_UP: Duration = Duration::from_secs(2);
/// How many requests a slice has, at least and at most.
const REQUESTS: [usize; 2] = [4 * CONNECTIONS, 60_000];

/// A server with what was measured of it, for one operation.
struct Side {
    peer: Peer,
    server: Result<Server, String>,
    request: Vec<u8>,
    /// How many requests a slice has.
    requests: usize,
    rates: Vec<f64>,
    slow: Vec<f64>,
}

/// Measures all servers, round by round.
pub(super) fn measure(budget: &Budget, packages: &Packages) -> Outcome<(Section, Vec<Plot>)> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let mut section = Section {
        title: TITLE,
        method: format!(
            "Stubs without a store: each answers 204 to the operation's example, with a token of {} characters. {CONNECTIONS} \
             kept-alive connections with one request in flight on each, a load generator on one thread; each server is a \
             process, the Rust ones with one thread. *p99* is the time that 99 of 100 requests stay within, at that load. \
             *axum by hand* checks the token and nothing else; openapi-to-rust's stub leaves out the token, but validates; \
             Prism and WireMock are made to help while something else is developed. moto answers another API, Amazon's, to \
             which `DeleteBucketTagging` stands nearest: it keeps the bucket in memory, and ends the connection with each \
             answer.",
            crate::example::TOKEN.len()
        ),
        columns: &["operation", "server", "answers", "p99"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    let (mut rates, mut slow) = (Vec::new(), Vec::new());
    for example in Example::ALL {
        let mut sides = Vec::new();
        for peer in Peer::ALL {
            if peer.request(example, SocketAddr::from(([127, 0, 0, 1], 80))).is_some() {
                progress::say(&format!("starting {} for {}", peer.name(), example.operation()));
                sides.push(Side::start(budget, &runtime, peer, example, packages)?);
            }
        }
        for round in 0..budget.loopback {
            progress::say(&format!("loading servers with {}, round {}", example.operation(), round + 1));
            for side in &mut sides {
                side.round(&runtime)?;
            }
        }
        for side in &sides {
            section.rows.push(side.row(example));
        }
        let bars = |figures: fn(&Side) -> Spread| {
            sides.iter().map(|side| Bar { name: side.peer.name().to_owned(), value: figures(side) }).collect()
        };
        rates.push(Group {
            name: example.operation().to_owned(),
            bars: bars(|side| Spread::of(side.rates.iter().copied())),
        });
        slow.push(Group {
            name: example.operation().to_owned(),
            bars: bars(|side| Spread::of(side.slow.iter().map(|seconds| seconds * 1e3))),
        });
    }
    let rates = Bars {
        title: format!("Answers per second at {CONNECTIONS} connections"),
        unit: "answers per second, more is better".to_owned(),
        log: true,
        groups: rates,
    };
    let slow = Bars {
        title: format!("The wait that 99 of 100 requests stay within, at {CONNECTIONS} connections"),
        unit: "milliseconds, less is better".to_owned(),
        log: true,
        groups: slow,
    };
    let plots = vec![
        Plot::of("peers-rates", section.title, &rates.title, &rates),
        Plot::of("peers-waits", section.title, &slow.title, &slow),
    ];
    Ok((section, plots))
}

impl Side {
    /// Starts a server, and finds out how many requests it answers in a slice.
    fn start(
        budget: &Budget,
        runtime: &Runtime,
        peer: Peer,
        example: Example,
        packages: &Packages,
    ) -> Outcome<Self> {
        let server = peer.start(packages).and_then(|server| {
            if server.deletes(peer, example) {
                Ok(server)
            } else {
                Err("it fails at the operation's example".to_owned())
            }
        });
        let address = server.as_ref().map(|server| server.address);
        let request = address.ok().and_then(|address| peer.request(example, address)).unwrap_or_default();
        let mut side =
            Self { peer, server, request, requests: REQUESTS[0], rates: Vec::new(), slow: Vec::new() };
        let start = clock::now();
        // Some of them compile what they run while they run it: the last figure counts.
        while side.server.is_ok() && start.elapsed() < WARM_UP {
            let answered = side.load(runtime)?;
            let wanted = number(side.requests) / answered.seconds * budget.slice.as_secs_f64();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept within limits")]
            let wanted = wanted as usize;
            side.requests = wanted.clamp(REQUESTS[0], REQUESTS[1]);
        }
        Ok(side)
    }

    /// One slice.
    fn round(&mut self, runtime: &Runtime) -> Outcome<()> {
        if self.server.is_ok() {
            let answered = self.load(runtime)?;
            self.rates.push(number(self.requests) / answered.seconds);
            self.slow.push(answered.within(0.99));
        }
        Ok(())
    }

    fn load(&self, runtime: &Runtime) -> Outcome<Answered> {
        let server = self.server.as_ref().map_err(String::clone)?;
        let named =
            |error: Box<dyn std::error::Error + Send + Sync>| format!("{}: {error}", self.peer.name());
        if self.peer == Peer::Moto {
            return Ok(one_by_one(server.address, &closing(&self.request), self.requests).map_err(named)?);
        }
        let requests = vec![self.request.clone(); self.requests];
        Ok(runtime.block_on(load::each(&[server.address], CONNECTIONS, requests)).map_err(named)?)
    }

    fn row(&self, example: Example) -> Vec<String> {
        let mut row = vec![example.operation().to_owned(), self.peer.name().to_owned()];
        match &self.server {
            Ok(_) => {
                let (rates, slow) =
                    (Spread::of(self.rates.iter().copied()), Spread::of(self.slow.iter().copied()));
                row.push(format!("{} ({:.0}–{:.0})", rate(rates.median), rates.min, rates.max));
                row.push(format!("{} ({}–{})", time(slow.median), time(slow.min), time(slow.max)));
            }
            Err(why) => row.extend([not_measured(why), String::new()]),
        }
        row
    }
}

/// The same load on a server that ends the connection with each answer.
fn one_by_one(address: SocketAddr, request: &[u8], requests: usize) -> Outcome<Answered> {
    let (left, latencies) = (Mutex::new(requests), Mutex::new(Vec::new()));
    let work = || -> Outcome<()> {
        loop {
            {
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                if *left == 0 {
                    return Ok(());
                }
                *left -= 1;
            }
            let sent = clock::now();
            match exchange::send(address, request)? {
                Some(answer) if answer.status == 204 => {}
                other => return Err(format!("a server under load answered {other:?}").into()),
            }
            latencies.lock().unwrap_or_else(PoisonError::into_inner).push(sent.elapsed().as_secs_f64());
        }
    };
    let start = clock::now();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let mut latencies = latencies.into_inner().unwrap_or_else(PoisonError::into_inner);
    latencies.sort_by(f64::total_cmp);
    Ok(Answered { seconds, latencies })
}
