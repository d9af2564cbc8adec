//! What people would do without `untag`: a shell loop of `curl`, and the provider's Python SDK in a pool of threads.

use super::command;
use super::set::Set;
use super::{CONCURRENCY, apply, curl, sdk};
use crate::budget::Budget;
use crate::report::{Section, not_measured, rate};
use crate::rounds::alternate;
use crate::{Outcome, number, progress, python};
use std::io::Write as _;
use std::path::PathBuf;
use untag_bench::senders::Login;

/// A way to send requests.
#[derive(Debug)]
enum Other {
    /// The shell loop.
    Curl,
    /// The SDK in so many threads, with an interpreter that has it.
    Sdk { python: PathBuf, threads: usize },
}

/// Measures both, each beside `untag apply` with the same credentials.
pub(super) fn measure(budget: &Budget, set: &Set) -> Outcome<Section> {
    let mut section = Section {
        title: "Applying a file, or doing without",
        method: format!(
            "Tags deleted in a second, {} of a resource in each request. `untag apply` deletes {}, and its time is that of the \
             whole process, {} requests at a time beside `curl`. The others send as many requests as the table says: more of \
             them would not be faster. A `curl` is started for each request, one after the other, with a token, as `untag` \
             beside it has. The SDK signs, as `untag` beside it does; it has one client, a connection for each thread, and the \
             start of Python is not counted.",
            set.each,
            set.tags(),
            command::CONCURRENCY
        ),
        columns: &["sender", "at a time", "requests", "tags", "apply, tags", "apply is faster by"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    // As many as a few seconds take.
    let (few, some) = (set.order.len() / 20, set.order.len() / 4);
    section.rows.push(row(
        budget,
        set,
        ("`curl` in a shell loop", 1, few),
        curl::is_there().map(|()| Other::Curl),
    )?);
    let python = python::with_sdk();
    for threads in CONCURRENCY {
        let sdk = python.clone().map(|python| Other::Sdk { python, threads });
        section.rows.push(row(budget, set, ("the provider's Python SDK", threads, some), sdk)?);
    }
    Ok(section)
}

/// A row: name, how many requests are under way at a time, how many are sent.
fn row(
    budget: &Budget,
    set: &Set,
    (name, at_a_time, requests): (&str, usize, usize),
    other: Result<Other, String>,
) -> Outcome<Vec<String>> {
    let mut row = vec![name.to_owned(), at_a_time.to_string()];
    match other {
        Ok(other) => {
            progress::say(&format!("applying beside {name}, {at_a_time} at a time"));
            let rounds = alternate(
                budget.applications,
                || apply(set, other.concurrency(), other.login()).map(|round| round.rate),
                || other.rate(set, requests),
            )?;
            row.extend([
                requests.to_string(),
                rate(rounds.other(|rate| *rate).median),
                rate(rounds.ours(|rate| *rate).median),
                rounds.ratio(|rate| *rate).to_string(),
            ]);
        }
        Err(why) => {
            // Where stderr cannot be written, the report still says it.
            let _ = writeln!(std::io::stderr(), "NOT MEASURED: {name}: {why}");
            row.push(not_measured(why));
            row.extend([const { String::new() }; 3]);
        }
    }
    Ok(row)
}

impl Other {
    /// How many requests `untag apply` beside it has under way.
    fn concurrency(&self) -> usize {
        match self {
            Self::Curl => command::CONCURRENCY,
            Self::Sdk { threads, .. } => *threads,
        }
    }

    /// How `untag apply` beside it logs in.
    fn login(&self) -> Login {
        match self {
            Self::Curl => Login::Token,
            Self::Sdk { .. } => Login::AccessKey,
        }
    }

    /// Sends so many requests of the set; tags per second.
    fn rate(&self, set: &Set, requests: usize) -> Outcome<f64> {
        let service = set.serve()?;
        let seconds = match self {
            Self::Curl => curl::run(set, &service, requests)?,
            Self::Sdk { python, threads } => sdk::run(python, *threads, set, &service, requests)?,
        };
        let tags = requests * set.each;
        service.end(tags)?;
        Ok(number(tags) / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Other, row};
    use crate::apply::set::Set;
    use crate::budget::Budget;
    use crate::deletions::ground;

    #[test]
    fn what_is_missing_is_named_where_figures_would_stand() {
        let (runtime, folder) = ground().unwrap();
        let set = Set::make(&runtime, folder.path(), vec![0], 1).unwrap();
        let other: Result<Other, _> = Err("there is none".to_owned());
        let row = row(&Budget::QUICK, &set, ("it", 1, 1), other).unwrap();
        assert_eq!(row, ["it", "1", "not measured: there is none", "", "", ""]);
    }
}
