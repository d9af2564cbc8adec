//! What is published is whole: every plot that a report names is there, every plot there is named, and the README says what the
//! reports say.

use crate::Cli;
use clap::Parser;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The reports that the README quotes by their essence.
const REPORTS: [&str; 3] = ["peers", "own", "scale"];
/// What it quotes of the soak, beginnings of what had to hold.
const HELD: [&str; 3] =
    ["what was answered 204 is gone", "accepted work at twice the load", "memory is flat"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn measured() -> PathBuf {
    root().join("docs/measured")
}

fn read(report: &str) -> String {
    fs::read_to_string(measured().join(report).with_extension("md")).unwrap()
}

/// The files that a text shows as images.
fn images(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| line.starts_with("!["));
    lines.map(|line| line.rsplit_once("](").unwrap().1.trim_end_matches(')')).collect()
}

/// The rows of a report's claims, each with one space beside its cells.
fn claims(report: &str) -> Vec<String> {
    let (_, rest) = report.split_once("## In short\n\n").expect("a report says the essence first");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>().join(" | ").trim().to_owned()).collect()
}

/// Everything that had to hold in the soak held; the rows of it that the README has.
fn held(report: &str) -> Vec<String> {
    let (before, _) =
        report.split_once(" minutes at twice what it can take").expect("the soak says how long it was");
    let minutes: f64 = before.rsplit(' ').next().unwrap().parse().unwrap();
    let (_, rest) = report.split_once("| what must hold ").expect("the soak says what must hold");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split('|').map(str::trim).collect()).collect();
    assert!(rows.len() > 8 && rows.iter().all(|cells| cells[3] == "yes"), "{rows:#?}");
    let row = |start: &str| {
        let found = rows.iter().find(|cells| cells[1].starts_with(start)).expect(start);
        format!("| {} | {} | `cargo xtask soak --minutes {minutes}` |", found[1], found[2])
    };
    HELD.map(row).into()
}

#[test]
fn a_report_and_its_plots_belong_together() {
    for report in REPORTS.into_iter().chain(["soak"]) {
        let text = read(report);
        let shown: BTreeSet<String> = images(&text).into_iter().map(str::to_owned).collect();
        let files =
            fs::read_dir(measured()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let is_of = |name: &String| {
            name.strip_prefix(report).is_some_and(|rest| rest.starts_with('-') || rest == ".svg")
        };
        assert_eq!(shown, files.filter(is_of).collect(), "{report}");
        assert!(!shown.is_empty() && text.contains("Taken on 20"), "{report}");
        for plot in shown {
            let svg = fs::read_to_string(measured().join(&plot)).unwrap();
            assert!(svg.starts_with("<svg ") && svg.contains("<desc"), "{plot}");
        }
    }
}

/// The README's table is that of the reports. `UPDATE_README=1` writes it.
#[test]
fn the_readme_says_what_was_measured() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once("<!-- figures -->\n").expect("the README marks the table's start");
    let (found, after) = rest.split_once("<!-- /figures -->").expect("the README marks the table's end");
    let mut rows: Vec<String> = REPORTS.iter().flat_map(|report| claims(&read(report))).collect();
    rows.extend(held(&read("soak")));
    assert!(rows.len() > 8, "{rows:#?}");
    let wanted = format!("| claim | figure | command |\n| --- | ---: | --- |\n{}\n", rows.join("\n"));
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, format!("{before}<!-- figures -->\n{wanted}<!-- /figures -->{after}")).unwrap();
        return;
    }
    assert_eq!(found, wanted, "run the test with UPDATE_README=1 and read what it wrote");
}

/// They take too long to be run here, and must at least be commands.
#[test]
fn every_command_that_a_page_names_is_one() {
    let pages = fs::read_dir(root().join("docs/pages")).unwrap().map(|page| page.unwrap().path());
    let mut commands = BTreeSet::new();
    for page in pages.chain(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page))) {
        let text = fs::read_to_string(page).unwrap();
        commands.extend(text.split('`').filter_map(|span| {
            Some(match span.strip_prefix("cargo xtask ")? {
                soak if soak.split(' ').next() == Some("soak") => soak.to_owned(),
                other => other.strip_prefix("bench")?.trim().to_owned(),
            })
        }));
    }
    assert!(commands.contains("--peers") && commands.contains("soak --minutes 20"), "{commands:?}");
    for command in commands {
        let words = std::iter::once("bench").chain(command.split_whitespace());
        assert!(Cli::try_parse_from(words).is_ok(), "{command}");
    }
}

#[test]
fn every_plot_of_the_readme_was_published() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let plots = images(&readme);
    assert!(!plots.is_empty());
    for plot in plots {
        assert!(plot.starts_with("docs/measured/") && root().join(plot).is_file(), "{plot}");
    }
}
