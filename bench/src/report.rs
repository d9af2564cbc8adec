//! The report: Markdown for a terminal and for a file.

use crate::machine::Machine;
use crate::rounds::Spread;
use std::fmt::{self, Write as _};

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// What it was measured on.
    pub(crate) machine: Machine,
    /// One for each thing that has been measured.
    pub(crate) sections: Vec<Section>,
}

/// One thing that was measured.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its heading.
    pub(crate) title: &'static str,
    /// What exactly stands beside what.
    pub(crate) method: String,
    /// The names of the columns.
    pub(crate) columns: &'static [&'static str],
    /// Their values, row by row.
    pub(crate) rows: Vec<Vec<String>>,
    /// What was hoped for.
    pub(crate) goals: Vec<Goal>,
}

/// A figure that was hoped for, and the one that was measured.
#[derive(Debug)]
pub(crate) struct Goal {
    /// What the figure is.
    pub(crate) figure: String,
    /// The hope.
    pub(crate) hope: Hope,
    /// The measured one; not a number where it could not be measured.
    pub(crate) measured: f64,
}

/// Which figures are good.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hope {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Goal {
    fn is_met(&self) -> bool {
        match self.hope {
            Hope::AtLeast(limit) => self.measured >= limit,
            Hope::AtMost(limit) => self.measured <= limit,
        }
    }
}

impl fmt::Display for Hope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
        }
    }
}

/// The median and, in brackets, the least and the greatest.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2}–{:.2})", self.median, self.min, self.max)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Benchmarks\n\n{}", self.machine)?;
        writeln!(
            f,
            "Ratios are medians of pairs taken side by side, with the least and the greatest in brackets.\n"
        )?;
        let goals = self.sections.iter().flat_map(|section| &section.goals);
        let goals = goals.map(|goal| {
            let (measured, verdict) = match goal.measured {
                measured if measured.is_nan() => (String::new(), "not measured"),
                measured => (format!("{measured:.2}"), if goal.is_met() { "met" } else { "not met" }),
            };
            vec![goal.figure.clone(), goal.hope.to_string(), measured, verdict.to_owned()]
        });
        f.write_str(&table(&["figure", "goal", "measured", ""], goals))?;
        for section in &self.sections {
            writeln!(f, "\n## {}\n\n{}\n", section.title, section.method)?;
            f.write_str(&table(section.columns, section.rows.iter().cloned()))?;
        }
        Ok(())
    }
}

/// A Markdown table whose columns are also aligned for a terminal: the first to the left, the others to the right.
fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = vec![columns.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()];
    lines.extend(rows);
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| {
            lines.iter().filter_map(|line| Some(line.get(column)?.chars().count())).max().unwrap_or(0).max(3)
        })
        .collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count().min(*width));
            // Writing to a `String` does not fail.
            let _ = if column == 0 {
                write!(text, "| {cell}{padding} ")
            } else {
                write!(text, "| {padding}{cell} ")
            };
        }
        text.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let dashes = "-".repeat(width - 1);
                let _ = if column == 0 { write!(text, "| {dashes}- ") } else { write!(text, "| {dashes}: ") };
            }
            text.push_str("|\n");
        }
    }
    text
}

/// A duration in the unit that suits it.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}

/// A number of bytes in the unit that suits it.
pub(crate) fn size(bytes: f64) -> String {
    if bytes >= 1024.0 * 1024.0 {
        format!("{:.1} MiB", bytes / 1024.0 / 1024.0)
    } else {
        format!("{:.0} KiB", bytes / 1024.0)
    }
}

/// A small number of bytes, exactly.
pub(crate) fn bytes(bytes: f64) -> String {
    format!("{bytes:.0} B")
}

/// A rate, per second.
pub(crate) fn rate(per_second: f64) -> String {
    format!("{per_second:.0}/s")
}

#[cfg(test)]
mod tests {
    use super::{Goal, Hope, table};

    #[test]
    fn a_goal_is_met_at_its_limit_and_never_by_nothing() {
        let met = |hope, measured| Goal { figure: String::new(), hope, measured }.is_met();
        assert!(met(Hope::AtLeast(0.9), 0.9) && met(Hope::AtMost(1.5), 1.5));
        assert!(!met(Hope::AtLeast(0.9), 0.89) && !met(Hope::AtMost(1.5), 1.51));
        assert!(!met(Hope::AtLeast(0.9), f64::NAN) && !met(Hope::AtMost(1.5), f64::NAN));
    }

    #[test]
    fn a_table_is_aligned_by_characters() {
        let rows = [vec!["a".to_owned(), "10 µs".to_owned()], vec!["long".to_owned(), "1".to_owned()]];
        assert_eq!(
            table(&["x", "y"], rows.into_iter()),
            "| x    |     y |\n| ---- | ----: |\n| a    | 10 µs |\n| long |     1 |\n"
        );
    }
}
