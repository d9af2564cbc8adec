//! `cargo xtask soak`: the service at twice what it can take, for as long as one likes, and what must hold meanwhile and after.
//!
//! Read in this order: [`Soak::run`] is what happens; [`drive`] sends what [`traffic`] and [`garbage`] make up; [`ledger`] knows
//! what must be left, and [`check`] looks; [`report`] says what held.

mod check;
mod cores;
mod drive;
mod garbage;
mod ledger;
mod report;
mod series;
mod service;
mod traffic;
mod wire;

use self::cores::Cores;
use self::drive::{Drive, Faults};
use self::ledger::Ledger;
use self::report::{Check, Report};
use self::series::{Phase, Window};
use self::service::Service;
use crate::deletions::ground;
use crate::machine::Machine;
use crate::{Outcome, clock, progress};
use clap::Args;
use std::cell::RefCell;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;
use untag_postgres::Cluster;

/// Loads a service with twice what it can take: deletions, refusals and garbage, by schedule, and says what held.
///
/// Takes a fifth longer than it loads, and some minutes to look at what is left. Loopback only. Leave the machine alone meanwhile.
#[derive(Clone, Debug, Args)]
pub(crate) struct Soak {
    /// Minutes at twice what the service can take
    #[arg(long, value_name = "N", default_value_t = 20.0, value_parser = minutes)]
    minutes: f64,
    /// On a PostgreSQL of this machine, in place of SQLite
    #[arg(long)]
    postgres: bool,
    /// Write the report to docs/measured, in place of target/bench
    #[arg(long)]
    publish: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if (0.1..=1440.0).contains(&minutes) { Ok(minutes) } else { Err("say 0.1 to 1440 minutes".to_owned()) }
}

/// How often resources are put into the store while it runs.
const REFILL: Duration = Duration::from_secs(5);
/// Connections with garbage, for each hundred proper requests, and at most in a second.
const GARBAGE: f64 = 0.02;
const GARBAGE_MOST: f64 = 100.0;
/// Deletions after the load.
const AFTER: usize = 200;
/// How long connections may take to be closed by the service after the load: the longest of its documented times is 75 s.
const CLOSING: Duration = Duration::from_secs(90);

/// How much of everything.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// Resources that are there when it begins.
    stock: u32,
    /// Connections of each step that finds out what the service can take.
    ramp: &'static [usize],
    step: Duration,
    once: Duration,
    twice: Duration,
    window: Duration,
    /// Whether memory and speed are judged, which takes time and a machine that is left alone.
    judges_figures: bool,
}

impl Plan {
    fn new(minutes: f64) -> Self {
        let twice = Duration::from_secs_f64(minutes * 60.0);
        Self {
            stock: 100_000,
            ramp: &[16, 64, 256, 1024],
            step: Duration::from_secs(15),
            once: (twice / 10).max(Duration::from_secs(10)),
            twice,
            window: (twice / 240).clamp(Duration::from_secs(1), Duration::from_secs(5)),
            judges_figures: true,
        }
    }
}

impl Soak {
    /// Runs it, and writes the report.
    ///
    /// # Errors
    /// Something did not hold, or could not be run at all.
    pub(crate) fn run(&self) -> Outcome<()> {
        let report = run(&Plan::new(self.minutes), self.postgres)?;
        let folder = Path::new(if self.publish { "docs/measured" } else { "target/bench" });
        report.write(folder)?;
        write!(std::io::stdout(), "{report}\nThe report and its plots are in {}.\n", folder.display())?;
        if report.holds() { Ok(()) } else { Err("not everything held; the report says what".into()) }
    }
}

fn run(plan: &Plan, postgres: bool) -> Outcome<Report> {
    // Before this thread is confined to some of the cores.
    let machine = Machine::read();
    let cores = Cores::divide()?;
    let (runtime, folder) = ground()?;
    // Everything that is started from here on is what is loaded.
    cores.take_service()?;
    let cluster = postgres.then(|| Cluster::durable(folder.path().parent().unwrap_or(folder.path())));
    let store = cluster.as_ref().map_or_else(
        || format!("sqlite:{}", folder.path().join("soak.db").display()),
        untag_postgres::Cluster::database,
    );
    progress::say(&format!("putting {} resources into the store", plan.stock));
    service::import(&store, 0..plan.stock)?;
    let mut ledger = Ledger::new(1);
    ledger.stock(plan.stock);
    let mut service = Service::start(&store, folder.path())?;
    cores.take_load()?;
    let drive = Drive::new(service.address, ledger);
    let mut run = Run {
        plan,
        cores,
        store,
        service: &service,
        runtime: &runtime,
        drive: &drive,
        windows: Vec::new(),
        refill: Refill::default(),
        began: clock::now(),
    };
    let loaded = run.load()?;
    let windows = run.windows;
    let store = run.store;
    let after = runtime.block_on(LocalSet::new().run_until(drive.one_by_one(AFTER)));
    let mut checks = vec![after_the_load(after)];
    let at_rest = at_rest(&service)?;
    checks.push(Check::new(
        "descriptors are given back when the load ends",
        format!("{} open, {} before the load", at_rest.descriptors, loaded.before.descriptors),
        at_rest.descriptors <= loaded.before.descriptors + report::OTHER_FILES,
    ));
    let wrong: f64 = (service.metrics()?.iter())
        .filter(|(name, _)| name.contains("status=\"5") && !name.contains("status=\"503\""))
        .map(|(_, count)| count)
        .fold(0.0, |sum, count| sum + count);
    checks.push(Check::new(
        "no answer of 500, by the service's own count",
        format!("{wrong:.0}"),
        wrong < 1.0,
    ));
    checks.push(shutdown(&mut service)?);
    let log = service.log()?;
    let errors = log.lines().filter(|line| line.contains("ERROR") || line.contains("panicked")).count();
    let first = log.lines().find(|line| line.contains("ERROR") || line.contains("panicked"));
    checks.push(Check::new(
        "no error in the service's log",
        format!(
            "{errors} in {} lines{}",
            log.lines().count(),
            first.map_or(String::new(), |line| format!(": {line}"))
        ),
        errors == 0,
    ));
    progress::say("looking at what is left: every tag, and the audit trail");
    cores.take_service()?;
    let mut lost = Faults::default();
    let found = check::check(&store, &drive.ledger.borrow(), &mut lost)?;
    Ok(Report {
        machine,
        cores: cores.shown(),
        postgres,
        minutes: plan.twice.as_secs_f64() / 60.0,
        judges_figures: plan.judges_figures,
        loaded,
        windows,
        faults: drive.faults.take(),
        lost,
        found,
        checks,
        dry: drive.dry.get(),
        files: (!postgres).then(|| size_of_files(folder.path())),
        resources: drive.ledger.borrow().stocked(),
    })
}

/// What is known of the load besides its windows.
#[derive(Debug)]
struct Loaded {
    /// Requests in a second that were answered on so many connections, step by step.
    ramp: Vec<(usize, f64)>,
    /// The best of them: what the service can take.
    capacity: f64,
    /// The service before the load, when nobody was connected.
    before: service::Sample,
    /// The part of a core that the load itself took.
    own: f64,
}

/// A run, while the load is on.
struct Run<'a> {
    plan: &'a Plan,
    cores: Cores,
    store: String,
    service: &'a Service,
    runtime: &'a Runtime,
    drive: &'a Rc<Drive>,
    windows: Vec<Window>,
    refill: Refill,
    began: Instant,
}

impl Run<'_> {
    fn load(&mut self) -> Outcome<Loaded> {
        let mut ramp = Vec::new();
        let before = at_rest(self.service)?;
        self.refill.free = self.drive.ledger.borrow().free();
        for &connections in self.plan.ramp {
            progress::say(&format!("finding out what it can take, on {connections} connections"));
            let (drive, store, cores) = (self.drive, &self.store, &self.cores);
            let refill = &mut self.refill;
            let step = drive.closed_loop(connections, self.plan.step, || refill.look(drive, store, cores));
            ramp.push((connections, self.runtime.block_on(LocalSet::new().run_until(step))?));
        }
        let capacity = ramp.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let (cpu, start) = (clock::process_cpu(), clock::now());
        self.began = start;
        for (phase, times, duration) in [
            (Phase::Once, 1.0, self.plan.once),
            (Phase::Twice, 2.0, self.plan.twice),
            (Phase::OnceMore, 1.0, self.plan.once),
        ] {
            self.open_loop(phase, capacity * times, duration)?;
        }
        let own = (clock::process_cpu() - cpu) / start.elapsed().as_secs_f64();
        self.refill.finish(self.drive)?;
        Ok(Loaded { ramp, capacity, before, own })
    }

    fn open_loop(&mut self, phase: Phase, rate: f64, duration: Duration) -> Outcome<()> {
        let (plan, drive, service, store, cores) =
            (self.plan, self.drive, self.service, &self.store, &self.cores);
        let (windows, refill) = (RefCell::new(&mut self.windows), &mut self.refill);
        let watch = service.watch()?;
        let began = self.began;
        let mut opened = clock::now();
        let look = || -> Outcome<()> {
            refill.look(drive, store, cores)?;
            let seconds = opened.elapsed().as_secs_f64();
            if seconds < plan.window.as_secs_f64() {
                return Ok(());
            }
            opened = clock::now();
            let at = began.elapsed().as_secs_f64();
            let window =
                Window::new(phase, at, seconds, drive.tally.take(), watch.latest(), drive.connections());
            progress::say(&report::line(&window, drive.faults.borrow().count));
            windows.borrow_mut().push(window);
            Ok(())
        };
        let garbage = (rate * GARBAGE).min(GARBAGE_MOST);
        let load = drive.open_loop(rate, garbage, duration, look);
        self.runtime.block_on(LocalSet::new().run_until(load))
    }
}

/// Resources that are put into the store while it is under load, so that there is always something to remove.
#[derive(Default)]
struct Refill {
    /// Deletions that are to be free.
    free: u32,
    started: Option<Instant>,
    running: Option<(u32, Receiver<Outcome<()>>)>,
}

impl Refill {
    /// Starts the next when it is due, and takes note of those that are done.
    fn look(&mut self, drive: &Drive, store: &str, cores: &Cores) -> Outcome<()> {
        if let Some((resources, done)) = &self.running {
            match done.try_recv() {
                Ok(outcome) => {
                    outcome?;
                    drive.ledger.borrow_mut().stock(*resources);
                    self.running = None;
                }
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Disconnected) => return Err("the import's thread died".into()),
            }
        }
        if self.started.is_some_and(|started| started.elapsed() < REFILL) {
            return Ok(());
        }
        let missing = drive.ledger.borrow().missing(self.free);
        if missing == 0 {
            return Ok(());
        }
        self.started = Some(clock::now());
        let first = drive.ledger.borrow().stocked();
        let (store, cores) = (store.to_owned(), *cores);
        let resources: Range<u32> = first..first + missing;
        let (sender, receiver) = mpsc::channel();
        self.running = Some((missing, receiver));
        thread::spawn(move || {
            let imported = cores.take_service().and_then(|()| service::import(&store, resources));
            // Where nobody listens any more, the run has failed already.
            let _ = sender.send(imported);
        });
        Ok(())
    }

    /// Waits for the last.
    fn finish(&mut self, drive: &Drive) -> Outcome<()> {
        if let Some((resources, done)) = self.running.take() {
            done.recv()??;
            drive.ledger.borrow_mut().stock(resources);
        }
        Ok(())
    }
}

/// The service when every connection is closed. Where it does not close them in time, that is what is seen.
fn at_rest(service: &Service) -> Outcome<service::Sample> {
    let start = clock::now();
    while service.connections()? > 0.0 && start.elapsed() < CLOSING {
        thread::sleep(Duration::from_millis(50));
    }
    service.sample()
}

fn after_the_load(latencies: Outcome<Vec<f64>>) -> Check {
    let what = "the service answers normally at once when the load ends";
    match latencies {
        Ok(latencies) => {
            let middle = latencies.get(latencies.len() / 2).copied().unwrap_or(f64::NAN);
            let longest = latencies.last().copied().unwrap_or(f64::NAN);
            let told = format!(
                "{AFTER} deletions one after the other, all 204: median {}, longest {}",
                crate::report::time(middle),
                crate::report::time(longest)
            );
            Check::new(what, told, true)
        }
        Err(error) => Check::new(what, error.to_string(), false),
    }
}

fn shutdown(service: &mut Service) -> Outcome<Check> {
    let what = "SIGTERM ends it in order, within its documented time";
    Ok(match service.stop()? {
        Some((status, seconds)) => {
            Check::new(what, format!("{status}, after {seconds:.2} s"), status.success())
        }
        None => Check::new(what, format!("still there after {:?}", service::SHUTDOWN), false),
    })
}

/// Bytes of the files in a folder.
#[allow(clippy::cast_precision_loss, reason = "no disk has 2^53 bytes")]
fn size_of_files(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum::<u64>() as f64
}

#[cfg(test)]
mod tests {
    use super::{Plan, run};
    use std::time::Duration;

    /// Short, and says nothing of figures: those take time and a machine that is left alone.
    const SHORT: Plan = Plan {
        stock: 5_000,
        ramp: &[16, 64],
        step: Duration::from_secs(1),
        once: Duration::from_secs(2),
        twice: Duration::from_secs(8),
        window: Duration::from_secs(1),
        judges_figures: false,
    };

    fn holds(postgres: bool) {
        let report = run(&SHORT, postgres).unwrap();
        assert!(report.holds(), "{:#?}", report.faults());
        // It was a load: deletions were made, and looked at in the end.
        assert!(report.found.gone > 0 && report.found.rows >= report.found.gone, "{report}");
    }

    #[test]
    fn everything_holds_at_twice_the_load_on_sqlite() {
        holds(false);
    }

    mod postgres {
        #[test]
        fn everything_holds_at_twice_the_load() {
            super::holds(true);
        }
    }
}
