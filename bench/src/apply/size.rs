//! How much memory `untag apply` takes for files of different lengths.

use super::command;
use super::set::Set;
use crate::budget::Budget;
use crate::report::{Goal, Hope, Section, size, time};
use crate::{Outcome, progress};
use untag_bench::senders::Login;

/// Measures a file of each length.
pub(super) fn measure(budget: &Budget, set: &Set) -> Outcome<Section> {
    let mut section = Section {
        title: "Applying files of any length",
        method: format!(
            "The most memory that is resident while `untag apply` works off a file, {} requests at a time. The lines name \
             resources of the database in turn, with keys that are new each time around; only the first ones are there, which \
             makes no difference to `untag`. One run each.",
            command::CONCURRENCY
        ),
        columns: &["lines", "peak memory", "time"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    let mut peaks = Vec::new();
    for lines in budget.lines {
        progress::say(&format!("applying {lines} lines"));
        let service = set.serve()?;
        let file = service.folder().join("tags.ndjson");
        set.write_lines(&file, lines)?;
        let applied = command::apply(&file, lines, &service, command::CONCURRENCY, Login::Token)?;
        service.end(lines.min(set.tags()))?;
        section.rows.push(vec![lines.to_string(), size(applied.memory), time(applied.seconds)]);
        peaks.push(applied.memory);
    }
    if let ([_, few, many], [_, less, more]) = (budget.lines, &peaks[..]) {
        section.goals.push(Goal {
            figure: format!("apply: memory for {many} lines over {few}"),
            hope: Hope::AtMost(1.5),
            measured: more / less,
        });
    }
    Ok(section)
}
