//! What a run says: what held, the figures of each phase, and plots over time.

use super::check::Found;
use super::drive::{CALLERS, CONNECTIONS, Faults, GUESSES};
use super::series::{self, Phase, Window};
use super::{Loaded, garbage, traffic};
use crate::machine::Machine;
use crate::plot::{Lines, Point, Series};
use crate::report::{rate, size, table, time};
use crate::rounds::Spread;
use crate::{Outcome, number};
use std::fmt;
use std::fs;
use std::path::Path;

/// Open files that may come and go besides connections: those of the store.
pub(super) const OTHER_FILES: usize = 16;
/// How much the memory of the last third may be more than that of the first.
const MEMORY: f64 = 1.10;
/// How many more open files there may be then, beyond the load's connections: so many, and this part of the connections, which
/// come and go while they are counted.
const OTHER_FILES_MAY_GROW: f64 = 16.0;
const DESCRIPTORS: f64 = 0.05;
/// How much of the accepted work at one-times load must still be done at twice.
const THROUGHPUT: f64 = 0.9;
/// How much of what was asked may have found nothing to remove.
const DRY: f64 = 0.01;

/// One figure of a window, and how such a figure is written.
type Figure = fn(&Window) -> f64;
type Shown = fn(f64) -> String;

/// Something that must hold.
#[derive(Debug)]
pub(super) struct Check {
    what: &'static str,
    measured: String,
    holds: bool,
}

impl Check {
    pub(super) fn new(what: &'static str, measured: String, holds: bool) -> Self {
        Self { what, measured, holds }
    }
}

/// Everything that a run has shown.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) machine: Machine,
    pub(super) cores: String,
    pub(super) postgres: bool,
    pub(super) minutes: f64,
    pub(super) judges_figures: bool,
    pub(super) loaded: Loaded,
    pub(super) windows: Vec<Window>,
    /// Answers that were wrong or did not come.
    pub(super) faults: Faults,
    /// What is wrong in the store.
    pub(super) lost: Faults,
    pub(super) found: Found,
    /// What else was looked at.
    pub(super) checks: Vec<Check>,
    pub(super) dry: u64,
    /// Bytes of the database's files, where they are here.
    pub(super) files: Option<f64>,
    pub(super) resources: u32,
}

impl Report {
    /// Whether all held.
    pub(super) fn holds(&self) -> bool {
        self.all_checks().iter().all(|check| check.holds)
    }

    /// Every fault in words, for a test to show.
    #[cfg(test)]
    pub(super) fn faults(&self) -> Vec<String> {
        let checks = self.all_checks().into_iter().filter(|check| !check.holds);
        let checks = checks.map(|check| format!("{}: {}", check.what, check.measured));
        checks.chain(self.faults.told.iter().cloned()).chain(self.lost.told.iter().cloned()).collect()
    }

    fn all_checks(&self) -> Vec<Check> {
        let mut checks = vec![
            Check::new(
                "every request is answered as documented, or with 503, and garbage with 4xx or nothing",
                format!("{} were not", self.faults.count),
                self.faults.count == 0,
            ),
            Check::new(
                "what was answered 204 is gone, what was refused is there, each with its audit rows or none",
                format!(
                    "{} wrong; {} tags gone, {} there, {} of somebody who hung up, {} audit rows",
                    self.lost.count, self.found.gone, self.found.there, self.found.hung_up, self.found.rows
                ),
                self.lost.count == 0,
            ),
        ];
        if self.judges_figures {
            checks.extend(self.figures());
        }
        checks.extend(
            self.checks.iter().map(|check| Check::new(check.what, check.measured.clone(), check.holds)),
        );
        checks
    }

    /// What can only be said of a run of some length.
    fn figures(&self) -> [Check; 4] {
        let twice = series::settled(&self.windows, Phase::Twice);
        let removed = |phase| series::spread(series::settled(&self.windows, phase), |window| window.removed);
        let (before, at_twice, after) =
            (removed(Phase::Once), removed(Phase::Twice), removed(Phase::OnceMore));
        let peak = before.median.max(after.median);
        let ratio = at_twice.median / peak;
        let memory = series::thirds(twice, |window| window.memory);
        let times = memory[1].median / memory[0].median;
        let [first, last] = series::thirds(twice, |window| window.descriptors - window.connections);
        let connections = series::spread(twice, |window| window.connections).median;
        let (grown, most) = (last.median - first.median, OTHER_FILES_MAY_GROW + connections * DESCRIPTORS);
        let asked: f64 =
            self.windows.iter().map(|window| window.due).sum::<f64>() / number(self.windows.len());
        let dry = number(usize::try_from(self.dry).unwrap_or(usize::MAX));
        let all = asked * self.windows.last().map_or(0.0, |window| window.at);
        [
            Check::new(
                "accepted work at twice the load is at least 0.9 of its peak",
                format!(
                    "{} deletions at twice, {} at once before and {} after: {ratio:.3} of the higher",
                    between(at_twice, rate),
                    between(before, rate),
                    between(after, rate)
                ),
                ratio >= THROUGHPUT,
            ),
            Check::new(
                "memory is flat",
                format!(
                    "{} in the first third, {} in the last: × {times:.3} (at most × {MEMORY:.2})",
                    between(memory[0], size),
                    between(memory[1], size)
                ),
                times <= MEMORY,
            ),
            Check::new(
                "open files are flat, but for the load's own connections",
                format!(
                    "{:.0} more than those in the first third, {:.0} in the last: {grown:+.0} (at most {most:+.0})",
                    first.median, last.median
                ),
                grown <= most,
            ),
            Check::new(
                "there was always something to remove",
                format!("{} requests found nothing left", self.dry),
                dry <= all * DRY,
            ),
        ]
    }

    /// The name of its file, and the beginning of those of its plots.
    fn name(&self) -> &'static str {
        if self.postgres { "soak-postgres" } else { "soak" }
    }

    /// Writes it and its plots.
    pub(super) fn write(&self, folder: &Path) -> Outcome<()> {
        let name = self.name();
        fs::create_dir_all(folder)?;
        fs::write(folder.join(format!("{name}.md")), self.to_string())?;
        let store = if self.postgres { "PostgreSQL" } else { "SQLite" };
        let plots = [
            (
                "",
                self.plot(
                    format!("Requests at twice what untagd can take, {store}"),
                    "a second",
                    &[
                        ("deletions done (204)", |window| window.removed),
                        ("refused (503)", |window| window.overloaded),
                    ],
                ),
            ),
            (
                "-memory",
                self.plot(
                    format!("Memory of untagd under load, {store}"),
                    "MiB",
                    &[("resident", |window| window.memory / 1024.0 / 1024.0)],
                ),
            ),
            (
                "-descriptors",
                self.plot(
                    format!("Open files of untagd under load, {store}"),
                    "files",
                    &[("open", |window| window.descriptors)],
                ),
            ),
        ];
        for (suffix, plot) in plots {
            fs::write(folder.join(format!("{name}{suffix}.svg")), plot.to_string())?;
        }
        Ok(())
    }

    /// A plot over time; each point is the median of some windows in a row, with the least and the greatest.
    fn plot(&self, title: String, y_label: &str, figures: &[(&str, Figure)]) -> Lines {
        let together = self.windows.len().div_ceil(60).max(1);
        let series = figures.iter().map(|(name, figure)| Series {
            name: (*name).to_owned(),
            points: (self.windows.chunks(together))
                .filter_map(|windows| {
                    Some(Point { x: windows.last()?.at / 60.0, y: series::spread(windows, figure) })
                })
                .collect(),
        });
        Lines {
            title,
            x_label: "minutes".to_owned(),
            y_label: y_label.to_owned(),
            log_x: false,
            log_y: false,
            series: series.collect(),
        }
    }
}

/// What happens in a window, for somebody who waits.
pub(super) fn line(window: &Window, faults: u64) -> String {
    let Window { phase, at, due, removed, other, overloaded, memory, descriptors, p99, .. } = window;
    let load = match phase {
        Phase::Once => "once before",
        Phase::Twice => "twice",
        Phase::OnceMore => "once after",
    };
    format!(
        "{at:>5.0} s, {load}: {due:.0} due/s, {removed:.0} removed/s, {other:.0} other answers/s, {overloaded:.0} refused/s, p99 {}, \
         {}, {descriptors:.0} files, {faults} faults",
        time(*p99),
        size(*memory)
    )
}

/// The median, and the least and the greatest.
fn between(spread: Spread, shown: Shown) -> String {
    format!("{} ({}–{})", shown(spread.median), shown(spread.min), shown(spread.max))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, cores, minutes, loaded, .. } = self;
        let store =
            if self.postgres { "PostgreSQL on this machine" } else { "SQLite on this machine's disk" };
        writeln!(f, "# Soak: untagd at twice what it can take\n\n{machine}\n")?;
        writeln!(
            f,
            "`untagd serve` with its defaults, without an access log, on {store}; {minutes:.1} minutes at twice what it can take, and a \
             tenth of that at once before and after. {cores}, which was busy for {:.0} % of the time. Requests come by schedule, \
             whether or not those before are answered: {}. Beside them, {} garbage connections for each hundred requests, at most \
             {} a second: {}. Every connection lives for 20 to 400 requests. Every {} s `untagd import` puts in what goes.\n",
            loaded.own * 100.0,
            traffic::mix(),
            super::GARBAGE * 100.0,
            super::GARBAGE_MOST,
            garbage::WORDS,
            super::REFILL.as_secs()
        )?;
        let ramp: Vec<String> = (loaded.ramp.iter())
            .map(|(connections, answered)| format!("{} on {connections} connections", rate(*answered)))
            .collect();
        writeln!(
            f,
            "What it can take is the most requests answered in a closed loop: {}; so {}.\n",
            ramp.join(", "),
            rate(loaded.capacity)
        )?;
        let checks = self.all_checks().into_iter().map(|check| {
            vec![check.what.to_owned(), check.measured, if check.holds { "yes" } else { "**NO**" }.to_owned()]
        });
        f.write_str(&table(&["what must hold", "measured", "held"], checks))?;
        for fault in self.faults.told.iter().chain(&self.lost.told) {
            writeln!(f, "\n- {fault}")?;
        }
        f.write_str("\n## Under load\n\n")?;
        f.write_str(&table_of_phases(&self.windows))?;
        let name = self.name();
        for (suffix, shows) in [
            ("", "Deletions done and requests refused over time"),
            ("-memory", "Memory of untagd over time"),
            ("-descriptors", "Open files of untagd over time"),
        ] {
            writeln!(f, "\n![{shows}]({name}{suffix}.svg)")?;
        }
        writeln!(
            f,
            "\nMedians of windows with the least and the greatest, without the first tenth of each phase. Latencies are from when a \
             deletion was due. The load keeps at most {CONNECTIONS} connections open for callers, from {CALLERS} addresses, and {GUESSES} for those without \
             good credentials, each with one request under way; what is due while all of them \
             are busy waits a moment, and is never sent where too much waits already. In the end the store held {} \
             resources{}.",
            self.resources,
            self.files.map_or(String::new(), |files| format!(", in {} of files", size(files)))
        )?;
        writeln!(
            f,
            "\nFlat is, of the time at twice after its first tenth: the median memory of the last third is at most × {MEMORY:.2} of that of the \
             first; open files beyond the load's own connections grow by at most {OTHER_FILES_MAY_GROW:.0} and {:.0} % of the connections, \
             which come and go while they are counted. Accepted work is deletions answered with 204 in a window; its \
             peak is the higher of the two medians at once, in the same run and with the same imports beside.",
            DESCRIPTORS * 100.0
        )
    }
}

/// The figures of each phase.
fn table_of_phases(windows: &[Window]) -> String {
    const PHASES: [Phase; 3] = [Phase::Once, Phase::Twice, Phase::OnceMore];
    let columns = PHASES.map(|phase| series::settled(windows, phase));
    let figures: [(&str, Figure, Shown); 10] = [
        ("requests due", |window| window.due, rate),
        ("deletions answered 204", |window| window.removed, rate),
        ("other documented answers", |window| window.other, rate),
        ("answered 503", |window| window.overloaded, rate),
        ("never sent", |window| window.given_up, rate),
        ("connections opened", |window| window.opened, rate),
        ("latency of a deletion, median", |window| window.p50, time),
        ("latency of a deletion, p99", |window| window.p99, time),
        ("memory", |window| window.memory, size),
        ("open files", |window| window.descriptors, |files| format!("{files:.0}")),
    ];
    let rows = figures.iter().map(|(name, figure, shown)| {
        let cells = columns.iter().map(|windows| between(series::spread(windows, figure), *shown));
        [(*name).to_owned()].into_iter().chain(cells).collect()
    });
    table(&["", "once, before", "twice", "once, after"], rows)
}
