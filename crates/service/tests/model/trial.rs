//! Runs sequences; one that fails is made smaller, and told.

use crate::house::{Figures, Ground, House};
use crate::phase::Meanwhile;
use crate::sequence::{Sequence, generate};
use crate::support::Site;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// How many sequences are run, if nobody says so.
const SEQUENCES: u64 = 24;

/// How many are run at a time: they wait for disks and processes more than they compute.
pub(crate) const WORKERS: usize = 2;

/// How often a smaller sequence is run before it is believed to be good: threads do not meet in the same way each time.
const ATTEMPTS: usize = 3;

/// How many runs the search for a smaller sequence may take.
const RUNS: usize = 150;

/// Makes a site for a sequence that a worker runs, and what it stands on.
pub(crate) type Fresh<'a> = dyn Fn(usize, &Sequence) -> (Site, Box<dyn Ground + 'a>) + Sync + 'a;

/// A database, its faults, and sequences.
pub(crate) struct Subject<'a> {
    /// The name of its test.
    pub(crate) test: &'static str,
    /// What can happen to it.
    pub(crate) faults: &'a [Meanwhile],
    /// Seeds of sequences that failed once.
    pub(crate) known: &'a [u64],
    /// A fresh site for a sequence, and what it stands on, which no other worker's sequences touch.
    pub(crate) fresh: &'a Fresh<'a>,
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

impl Subject<'_> {
    /// Runs as many sequences as are asked for.
    pub(crate) fn hold(&self) {
        let first = number("UNTAG_MODEL_SEED");
        let count = number("UNTAG_MODEL_SEQUENCES").unwrap_or(if first.is_some() { 1 } else { SEQUENCES });
        let start = first.unwrap_or(1);
        let known = if first.is_some() { &[] } else { self.known };
        let seeds = Mutex::new(known.iter().copied().chain(start..start + count));
        let sum = Mutex::new(Figures::default());
        let failed = AtomicBool::new(false);
        let work = &|worker| {
            while !failed.load(Ordering::SeqCst) {
                // Not in the condition of a loop, which would hold the lock all the while.
                let next = seeds.lock().unwrap().next();
                let Some(seed) = next else { break };
                let sequence = generate(seed, self.faults);
                match self.attempt(worker, &sequence) {
                    Ok(figures) => sum.lock().unwrap().add(figures),
                    Err(why) => {
                        failed.store(true, Ordering::SeqCst);
                        let (smallest, why) = self.shrink(worker, sequence, why);
                        panic!(
                            "{why}\n\nthe smallest sequence that failed:\n{smallest}\nfrom seed {seed}; run it again:\n\
                             UNTAG_MODEL_SEED={seed} cargo test -p untag-service --test model {}",
                            self.test
                        );
                    }
                }
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
            let ends: Vec<_> = workers.into_iter().map(ScopedJoinHandle::join).collect();
            for end in ends {
                end.unwrap_or_else(|panic| resume_unwind(panic));
            }
        });
        println!("{count} sequences, and {} that failed once: {:?}", known.len(), sum.into_inner().unwrap());
    }

    /// Runs one sequence; what came of it, or why it failed.
    fn attempt(&self, worker: usize, sequence: &Sequence) -> Result<Figures, String> {
        let run = || {
            let (site, ground) = (self.fresh)(worker, sequence);
            let mut house = House::new(site, &*ground);
            for (number, phase) in sequence.phases.iter().enumerate() {
                house.run(phase, &format!("phase {number}"));
            }
            house.figures()
        };
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
        })
    }

    fn shrink(&self, worker: usize, mut smallest: Sequence, mut why: String) -> (Sequence, String) {
        let mut runs = RUNS;
        'smaller: loop {
            for candidate in smallest.smaller() {
                for _ in 0..ATTEMPTS {
                    if runs == 0 {
                        return (smallest, why);
                    }
                    runs -= 1;
                    if let Err(reason) = self.attempt(worker, &candidate) {
                        (smallest, why) = (candidate, reason);
                        continue 'smaller;
                    }
                }
            }
            return (smallest, why);
        }
    }
}

impl Figures {
    fn add(&mut self, more: Self) {
        self.operations += more.operations;
        self.faults += more.faults;
        self.without_answer += more.without_answer;
        self.rows += more.rows;
        self.refused += more.refused;
    }
}
