//! What generating costs: the time, the size of what is written, and the time that it takes to compile.

use super::documents::{self, Document};
use super::generators::Generator;
use super::packages::{Made, Packages, empty};
use crate::budget::Budget;
use crate::plot::{Bar, Bars, Group};
use crate::report::{Plot, Section, not_measured, size, time};
use crate::rounds::Spread;
use crate::{Outcome, clock, number, progress};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The heading of the section.
pub(super) const TITLE: &str = "Generating code";

/// A generator with what was measured of it.
struct Side<'a> {
    generator: Generator,
    made: Result<&'a Made, String>,
    generating: Vec<f64>,
    compiling: Vec<f64>,
}

/// Measures all generators, round by round.
pub(super) fn measure(budget: &Budget, packages: &Packages) -> Outcome<(Section, Vec<Plot>)> {
    let document = packages.documents.iter().find(|document| document.name == documents::ONE_CREDENTIAL);
    let document = document.ok_or("there is no contract")?;
    let mut sides: Vec<Side<'_>> = Generator::ALL
        .into_iter()
        .map(|generator| Side {
            generator,
            made: packages.of(generator, &document.name),
            generating: Vec::new(),
            compiling: Vec::new(),
        })
        .collect();
    let scratch = tempfile::tempdir()?;
    for side in &mut sides {
        // Dependencies are compiled before anything is measured; what cannot be compiled is not measured.
        if let Ok(made) = side.made
            && check(packages, made).is_err()
        {
            side.made = Err("its output does not compile".to_owned());
        }
    }
    for round in 0..budget.small_documents {
        progress::say(&format!("generating and compiling, round {}", round + 1));
        for side in &mut sides {
            if let Ok(made) = side.made {
                side.generating.push(generate(side.generator, packages, document, &scratch)?);
                side.compiling.push(check(packages, made)?);
            }
        }
    }
    let mut section = Section {
        title: TITLE,
        method: "The contract with one credential, the token: with the second one, not every peer's output compiles (next table). \
            *Generating* is the time of a process from its start to its end: JSON in, files out; Java's start is \
            openapi-generator's. *Compiling* is `cargo check` of the package with its features as they come, dependencies \
            compiled, the package itself not, cargo's own start included. Lines and bytes are those of all Rust files written; \
            what they stand on, a run-time library of `untag` for one, is not counted."
            .to_owned(),
        columns: &["generator", "writes", "generating", "compiling", "files", "lines", "bytes"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    for side in &sides {
        let mut row = vec![side.generator.name().to_owned(), side.generator.writes().to_owned()];
        match &side.made {
            Ok(made) => {
                let written = Written::count(&made.folder.join("src"))?;
                row.extend([times(&side.generating), times(&side.compiling), written.files.to_string()]);
                row.extend([written.lines.to_string(), size(number(written.bytes))]);
            }
            Err(why) => {
                row.push(not_measured(why));
                row.extend([const { String::new() }; 4]);
            }
        }
        section.rows.push(row);
    }
    let bars = |figures: for<'a> fn(&'a Side<'_>) -> &'a Vec<f64>| {
        let bar = |side: &Side<'_>| Bar {
            name: side.generator.name().to_owned(),
            value: Spread::of(figures(side).iter().map(|seconds| seconds * 1e3)),
        };
        sides.iter().map(bar).collect()
    };
    let plot = Bars {
        title: "Generating code for the contract, and compiling it".to_owned(),
        unit: "milliseconds, less is better".to_owned(),
        log: true,
        groups: vec![
            Group { name: "Generating".to_owned(), bars: bars(|side| &side.generating) },
            Group { name: "cargo check of the output".to_owned(), bars: bars(|side| &side.compiling) },
        ],
    };
    Ok((section, vec![Plot::of("peers-generation", TITLE, &plot.title, &plot)]))
}

/// Seconds as a cell: the median, the least and the greatest.
fn times(seconds: &[f64]) -> String {
    let spread = Spread::of(seconds.iter().copied());
    format!("{} ({}–{})", time(spread.median), time(spread.min), time(spread.max))
}

/// One run of a generator, in seconds.
fn generate(
    generator: Generator,
    packages: &Packages,
    document: &Document,
    scratch: &TempDir,
) -> Outcome<f64> {
    let out = scratch.path().join(generator.slug());
    empty(&out)?;
    let mut command = generator.prepare(&packages.installed, document, &out)??;
    let start = clock::now();
    let status = command.status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("{} ended: {status}", generator.name()).into()) }
}

/// Compiles a package whose dependencies are compiled, in seconds.
fn check(packages: &Packages, made: &Made) -> Outcome<f64> {
    // Cargo compiles again what is newer than its last output.
    let root = fs::File::options().append(true).open(made.folder.join("src/lib.rs"))?;
    root.set_modified(clock::time_of_day())?;
    let mut cargo = packages.cargo("check");
    cargo.args(["--quiet", "--package", &made.package]);
    let start = clock::now();
    let status = cargo.status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("{} does not compile", made.package).into()) }
}

/// How much was written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    files: usize,
    lines: usize,
    bytes: usize,
}

impl Written {
    /// Counts the Rust files below a folder.
    fn count(folder: &Path) -> Outcome<Self> {
        let mut all = Self::default();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                let below = Self::count(&path)?;
                all.files += below.files;
                all.lines += below.lines;
                all.bytes += below.bytes;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read(&path)?;
                all.files += 1;
                all.lines += text.split(|byte| *byte == b'\n').count().saturating_sub(1);
                all.bytes += text.len();
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::Written;
    use std::fs;

    #[test]
    fn rust_files_are_counted_wherever_they_lie_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("lib.rs"), "mod below;\n\n").unwrap();
        fs::write(folder.path().join("below/mod.rs"), "//!\n").unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[package]\n").unwrap();
        assert_eq!(Written::count(folder.path()).unwrap(), Written { files: 2, lines: 3, bytes: 16 });
    }
}
