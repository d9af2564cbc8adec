//! What the measurements of growing databases say: tables and plots.

use super::{CONNECTIONS, PATIENCE, ROUNDS, Share};
use crate::deletions::data::TAGS;
use crate::machine::Machine;
use crate::plot::{Lines, Point, Series};
use crate::report::{bytes, in_short, rate, size, table, time};
use crate::rounds::Spread;
use crate::{Outcome, number};
use std::fmt;
use std::fs;
use std::path::Path;

/// One size of one store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) tags: usize,
    /// Seconds of the import.
    pub(super) import: f64,
    /// Bytes of the database after it.
    pub(super) size: f64,
    /// Seconds from the start of a process to its first answer.
    pub(super) start: f64,
    /// Bytes of the process after the deletions.
    pub(super) memory: f64,
    /// Seconds of a deletion, one by one.
    pub(super) p50: Spread,
    pub(super) p99: Spread,
    /// Deletions in a second on many connections.
    pub(super) crowd: Spread,
    /// Tags deleted in a second by batches.
    pub(super) batches: Spread,
}

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Report {
    /// What was typed for it.
    pub(super) command: String,
    pub(super) machine: Machine,
    pub(super) sqlite: Vec<Row>,
    pub(super) postgres: Vec<Row>,
    /// The size that was left out, and how many seconds filling it would have taken.
    pub(super) left_out: Option<(usize, f64)>,
    /// Processes on one PostgreSQL, and deletions in a second.
    pub(super) processes: Vec<(usize, Spread)>,
}

const COLUMNS: [&str; 10] = [
    "tags",
    "import",
    "tags/s",
    "database",
    "a tag",
    "start",
    "one by one, p50",
    "one by one, p99",
    "64 connections",
    "tags by batches",
];

impl Report {
    /// Writes it and its plots.
    pub(super) fn write(&self, folder: &Path) -> Outcome<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("scale.md"), self.to_string())?;
        let latency = self.plot("What a deletion takes, one by one, median", "milliseconds", |row| {
            let milliseconds = |seconds| seconds * 1e3;
            Spread {
                median: milliseconds(row.p50.median),
                min: milliseconds(row.p50.min),
                max: milliseconds(row.p50.max),
            }
        });
        let rates = self.plot("Deletions a second on 64 connections", "a second", |row| row.crowd);
        fs::write(folder.join("scale.svg"), latency.to_string())?;
        fs::write(folder.join("scale-rate.svg"), rates.to_string())?;
        Ok(())
    }

    fn plot(&self, title: &str, y_label: &str, figure: impl Fn(&Row) -> Spread) -> Lines {
        let series = [("untagd on SQLite", &self.sqlite), ("untagd on PostgreSQL", &self.postgres)];
        let series = series.map(|(name, rows)| Series {
            name: name.to_owned(),
            points: rows.iter().map(|row| Point { x: number(row.tags), y: figure(row) }).collect(),
        });
        Lines {
            title: title.to_owned(),
            x_label: "tags in the database".to_owned(),
            y_label: y_label.to_owned(),
            log_x: true,
            log_y: false,
            series: series.into(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Scale: what a deletion costs as everything grows\n\n{}\n", self.machine)?;
        f.write_str(&in_short(&self.claims(), &self.command))?;
        let Share { one_by_one, crowd, batches } = Share::MOST;
        writeln!(
            f,
            "Resources of {TAGS} tags, with ids as long as the provider's. `untagd import` puts them in, in the order of their ids; \
             one `untagd serve` with its defaults takes some out, scattered over all of them: {one_by_one} one after the other, {crowd} \
             single ones and {batches} batches of {TAGS} on {CONNECTIONS} connections, a tenth of that from the smallest database. \
             Each is durable when it is answered. Medians of {ROUNDS} rounds, with the least and the greatest in brackets. Load, \
             service and database share this machine, and its memory holds each database as a whole: what a disk costs that has to \
             be read is not in here.\n"
        )?;
        f.write_str(
            "![What a deletion takes as the database grows](scale.svg)\n\n\
             ![Deletions a second as the database grows](scale-rate.svg)\n\n",
        )?;
        f.write_str("## SQLite\n\n")?;
        f.write_str(&table(&COLUMNS, self.sqlite.iter().map(cells)))?;
        writeln!(f, "\nMemory of `untagd` after that: {}.", memory(&self.sqlite))?;
        f.write_str("\n## PostgreSQL\n\n")?;
        f.write_str(&table(&COLUMNS, self.postgres.iter().map(cells)))?;
        writeln!(
            f,
            "\nMemory of `untagd` after that, without PostgreSQL's own: {}.",
            memory(&self.postgres)
        )?;
        if let Some((tags, seconds)) = self.left_out {
            let (tags, seconds) = (grouped(tags), time(seconds));
            writeln!(
                f,
                "\n{tags} tags were left out: filling the database would have taken {seconds}, more than {PATIENCE} s."
            )?;
        }
        f.write_str("\n## Processes on one PostgreSQL\n\n")?;
        let one = self.processes.first().map_or(f64::NAN, |(_, spread)| spread.median);
        let rows = self.processes.iter().map(|(count, spread)| {
            vec![count.to_string(), shown(*spread, rate), format!("{:.2}", spread.median / one)]
        });
        f.write_str(&table(&["processes", "64 connections", "of one"], rows))?;
        f.write_str(
            "\nThe processes, PostgreSQL and the load share the cores of one machine, so this shows what more processes cost, not what \
             more machines bring.\n",
        )?;
        f.write_str("\n## Reckoned from that, not measured\n\n")?;
        let rows = REGIONS.iter().map(|(name, resources)| self.reckoned(name, *resources));
        f.write_str(&table(
            &["", "resources", "tags", "on SQLite", "on PostgreSQL", "import, SQLite", "import, PostgreSQL"],
            rows,
        ))?;
        writeln!(
            f,
            "\n{TAGS} tags each, at the size of a tag and the speed of the import of the largest database above. The audit trail comes \
             on top: a row for each tag that was removed."
        )
    }
}

/// What is reckoned for: names, and resources.
const REGIONS: [(&str, usize); 4] = [
    ("a region of 10^6", 1_000_000),
    ("a region of 10^7", 10_000_000),
    ("a region of 10^8", 100_000_000),
    ("10^9, in all regions together", 1_000_000_000),
];

impl Report {
    /// What the README says of it: the largest database of each store, beside the smallest.
    fn claims(&self) -> Vec<[String; 2]> {
        let stores = [("SQLite", &self.sqlite), ("PostgreSQL", &self.postgres)];
        let ends = stores.into_iter().filter_map(|(name, rows)| Some((name, rows.first()?, rows.last()?)));
        let claims = ends.flat_map(|(name, least, most)| {
            let claim = |what: &str| format!("{what} on {name}, with {} tags in it", grouped(most.tags));
            let figure = |figure: fn(&Row) -> Spread, unit| {
                let (least_tags, least, most) = (grouped(least.tags), figure(least), figure(most));
                format!("{}; with {least_tags}: {}", shown(most, unit), shown(least, unit))
            };
            [
                [claim("a durable deletion, one after the other"), figure(|row| row.p50, time)],
                [
                    claim(&format!("durable deletions on {CONNECTIONS} connections")),
                    figure(|row| row.crowd, rate),
                ],
            ]
        });
        claims.collect()
    }

    fn reckoned(&self, name: &str, resources: usize) -> Vec<String> {
        let tags = number(resources * TAGS);
        let by = |rows: &[Row], figure: fn(&Row) -> f64| rows.last().map_or(f64::NAN, figure) * tags;
        let size = |rows| format!("{:.0} GB", by(rows, |row| row.size / number(row.tags)) / 1e9);
        let import = |rows| match by(rows, |row| row.import / number(row.tags)) {
            short if short < 3600.0 => format!("{:.1} min", short / 60.0),
            long => format!("{:.1} h", long / 3600.0),
        };
        let (sqlite, postgres) = (&self.sqlite[..], &self.postgres[..]);
        vec![
            name.to_owned(),
            grouped(resources),
            grouped(resources * TAGS),
            size(sqlite),
            size(postgres),
            import(sqlite),
            import(postgres),
        ]
    }
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        grouped(row.tags),
        time(row.import),
        rate(number(row.tags) / row.import),
        size(row.size),
        bytes(row.size / number(row.tags)),
        time(row.start),
        shown(row.p50, time),
        shown(row.p99, time),
        shown(row.crowd, rate),
        shown(row.batches, rate),
    ]
}

fn memory(rows: &[Row]) -> String {
    let each = rows.iter().map(|row| format!("{} with {} tags", size(row.memory), grouped(row.tags)));
    each.collect::<Vec<_>>().join(", ")
}

fn shown(spread: Spread, unit: fn(f64) -> String) -> String {
    format!("{} ({}–{})", unit(spread.median), unit(spread.min), unit(spread.max))
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([1, 1_000, 10_000_000].map(grouped), ["1", "1,000", "10,000,000"]);
    }
}
