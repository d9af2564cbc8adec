//! The report: Markdown for a terminal and for a file, with its plots beside it.

use crate::Outcome;
use crate::machine::Machine;
use crate::rounds::Spread;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// Its heading.
    pub(crate) title: &'static str,
    /// The command that makes it.
    pub(crate) command: &'static str,
    /// What it was measured on.
    pub(crate) machine: Machine,
    /// Sentences that stand below that: versions, for one.
    pub(crate) notes: Vec<String>,
    /// One for each thing that has been measured.
    pub(crate) sections: Vec<Section>,
    /// The plots of the sections.
    pub(crate) plots: Vec<Plot>,
    /// What the README says of it, each in a row: a claim, and the figure.
    pub(crate) claims: Vec<[String; 2]>,
}

/// A plot of a section.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    /// The name of its file, without the extension.
    pub(crate) name: &'static str,
    /// The title of the section that it stands in.
    section: &'static str,
    /// What it shows, for those who do not see it.
    shows: String,
    svg: String,
}

impl Plot {
    /// What is drawn, for a section.
    pub(crate) fn of(
        name: &'static str,
        section: &'static str,
        shows: &str,
        drawn: &impl fmt::Display,
    ) -> Self {
        Self { name, section, shows: shows.to_owned(), svg: drawn.to_string() }
    }
}

impl Report {
    /// Takes a claim for the README from a section: the cell of this column, in the row that begins with these. What was not
    /// measured this time is not claimed.
    pub(crate) fn claim(&mut self, claim: &str, section: &str, row: &[&str], column: &str) {
        let section = self.sections.iter().find(|one| one.title == section);
        if let Some(cell) = section.and_then(|section| section.cell(row, column)) {
            self.claims.push([claim.to_owned(), cell.to_owned()]);
        }
    }

    /// Writes the report and its plots into a folder: `NAME.md`, and the plots under their own names.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Outcome<()> {
        fs::create_dir_all(folder)?;
        for plot in &self.plots {
            fs::write(folder.join(plot.name).with_extension("svg"), &plot.svg)?;
        }
        Ok(fs::write(folder.join(name).with_extension("md"), self.to_string())?)
    }
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

impl Section {
    /// The cell of this column, in the row that begins with these.
    pub(crate) fn cell(&self, row: &[&str], column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| *name == column)?;
        let row = self.rows.iter().find(|cells| {
            cells.len() > row.len() && cells.iter().zip(row).all(|(cell, wanted)| cell == wanted)
        })?;
        row.get(at).map(String::as_str)
    }
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
        writeln!(f, "# {}\n\n{}", self.title, self.machine)?;
        writeln!(
            f,
            "Figures are medians, with the least and the greatest in brackets; ratios are those of pairs taken side by side. \
             The command is `{}`.",
            self.command
        )?;
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        writeln!(f)?;
        f.write_str(&in_short(&self.claims, self.command))?;
        let goals = self.sections.iter().flat_map(|section| &section.goals);
        let goals = goals.map(|goal| {
            let (measured, verdict) = match goal.measured {
                measured if measured.is_nan() => (String::new(), "not measured"),
                measured => (format!("{measured:.2}"), if goal.is_met() { "met" } else { "not met" }),
            };
            vec![goal.figure.clone(), goal.hope.to_string(), measured, verdict.to_owned()]
        });
        let goals: Vec<_> = goals.collect();
        if !goals.is_empty() {
            writeln!(
                f,
                "## Goals\n\n{}",
                table(&["figure", "goal", "measured", "verdict"], goals.into_iter())
            )?;
        }
        for (number, section) in self.sections.iter().enumerate() {
            let before = if number == 0 { "" } else { "\n" };
            writeln!(f, "{before}## {}\n\n{}\n", section.title, section.method)?;
            f.write_str(&table(section.columns, section.rows.iter().cloned()))?;
            for plot in self.plots.iter().filter(|plot| plot.section == section.title) {
                writeln!(f, "\n![{}]({}.svg)", plot.shows, plot.name)?;
            }
        }
        Ok(())
    }
}

/// What the README says of a report, as a section of it; nothing where it claims nothing.
pub(crate) fn in_short(claims: &[[String; 2]], command: &str) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let command = format!("`{command}`");
    let rows = claims.iter().map(|[claim, figure]| vec![claim.clone(), figure.clone(), command.clone()]);
    format!("## In short\n\n{}\n", table(&["claim", "figure", "command"], rows))
}

/// What stands where a figure would, and why it does not.
pub(crate) fn not_measured(why: impl fmt::Display) -> String {
    format!("not measured: {why}")
}

/// A Markdown table whose columns are also aligned for a terminal: the first to the left, the others to the right.
pub(crate) fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
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
