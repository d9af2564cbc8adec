//! The generator against progenitor alone: time and memory over documents of growing size.
//!
//! Every run is a process of its own, so that neither its memory nor its caches are another's.

use crate::budget::Budget;
use crate::machine::{memory, peak_memory};
use crate::plot::{Lines, Point, Series};
use crate::report::{Goal, Hope, Plot, Section, size, time};
use crate::rounds::{Rounds, Spread, alternate};
use crate::{Outcome, clock, documents, progress};
use clap::ValueEnum;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use untag_codegen::diagnostic::render;
use untag_codegen::emit::{self, Layout};

/// The heading of the section.
const TITLE: &str = "Generator";

/// How many operations the documents have.
const SIZES: [u32; 4] = [2, 20, 200, 2_000];

/// What a process does with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pipeline {
    /// All that `cargo xtask codegen` does but for reading and writing files.
    Untag,
    /// What progenitor's own documentation tells a build script to do, but for reading and writing files.
    Progenitor,
}

/// What one run took.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// CPU time in seconds.
    seconds: f64,
    /// CPU time of the first part in seconds: reading the contract, or getting tokens from progenitor.
    first: f64,
    /// Bytes of memory at the peak, above what the process had before it read the document.
    bytes: f64,
}

/// Measures all sizes.
pub(crate) fn measure(budget: &Budget) -> Outcome<(Section, Plot)> {
    let mut measured = Vec::new();
    for operations in SIZES {
        progress::say(&format!("generating code for {operations} operations"));
        let document = documents::document(usize::try_from(operations)?)?;
        let rounds = if operations < 2_000 { budget.small_documents } else { budget.large_document };
        let rounds =
            alternate(rounds, || run(Pipeline::Untag, &document), || run(Pipeline::Progenitor, &document))?;
        measured.push((operations, rounds));
    }
    let section = Section {
        title: TITLE,
        method: "Generated documents in JSON. *untag* reads (parses with positions, lints, lowers) and emits types, client \
            and server as formatted text: `untag_codegen::read` and the three `emit`s. *progenitor* parses with serde_json, \
            generates the tokens of a client with types (positional style), and formats them with prettyplease, as its \
            documentation has it. CPU time and peak memory, each run in a process of its own; memory above what the process \
            had at its start."
            .to_owned(),
        columns: &[
            "operations",
            "untag",
            "of it reading",
            "per operation",
            "peak",
            "per operation",
            "progenitor",
            "of it tokens",
            "peak",
            "time ratio",
            "ratio to tokens",
            "memory ratio",
        ],
        rows: measured.iter().map(|(operations, rounds)| row(*operations, rounds)).collect(),
        goals: goals(&measured),
    };
    Ok((section, plot(&measured)))
}

/// How the time grows with the document.
fn plot(measured: &[(u32, Rounds<Cost>)]) -> Plot {
    let series = |name: &str, figure: fn(&Rounds<Cost>) -> Spread| Series {
        name: name.to_owned(),
        points: measured
            .iter()
            .map(|(operations, rounds)| Point { x: f64::from(*operations), y: figure(rounds) })
            .collect(),
    };
    let plot = Lines {
        title: "Generating code for documents of growing size".to_owned(),
        x_label: "operations".to_owned(),
        y_label: "CPU seconds".to_owned(),
        log_x: true,
        log_y: true,
        series: vec![
            series("untag: types, client and server", |rounds| rounds.ours(|cost| cost.seconds)),
            series("progenitor alone: a client", |rounds| rounds.other(|cost| cost.seconds)),
        ],
    };
    Plot::of("own-generator", TITLE, &plot.title, &plot)
}

fn row(operations: u32, rounds: &Rounds<Cost>) -> Vec<String> {
    let (seconds, bytes) = (rounds.ours(|cost| cost.seconds).median, rounds.ours(|cost| cost.bytes).median);
    vec![
        operations.to_string(),
        time(seconds),
        time(rounds.ours(|cost| cost.first).median),
        time(seconds / f64::from(operations)),
        size(bytes),
        size(bytes / f64::from(operations)),
        time(rounds.other(|cost| cost.seconds).median),
        time(rounds.other(|cost| cost.first).median),
        size(rounds.other(|cost| cost.bytes).median),
        rounds.ratio(|cost| cost.seconds).to_string(),
        rounds.quotient(|untag| untag.seconds, |progenitor| progenitor.first).to_string(),
        rounds.ratio(|cost| cost.bytes).to_string(),
    ]
}

fn goals(measured: &[(u32, Rounds<Cost>)]) -> Vec<Goal> {
    let [.., (fewer, small), (more, large)] = measured else { return Vec::new() };
    let growth = |figure: fn(&Cost) -> f64| {
        let per_operation =
            |operations: u32, rounds: &Rounds<Cost>| rounds.ours(figure).median / f64::from(operations);
        per_operation(*more, large) / per_operation(*fewer, small)
    };
    vec![
        Goal {
            figure: format!("generator: seconds for {more} operations"),
            hope: Hope::AtMost(10.0),
            measured: large.ours(|cost| cost.seconds).median,
        },
        Goal {
            figure: format!("generator: time over progenitor alone, {more} operations"),
            hope: Hope::AtMost(3.0),
            measured: large.ratio(|cost| cost.seconds).median,
        },
        Goal {
            figure: format!("generator: time per operation, {more} over {fewer} operations"),
            hope: Hope::AtMost(2.0),
            measured: growth(|cost| cost.seconds),
        },
        Goal {
            figure: format!("generator: memory per operation, {more} over {fewer} operations"),
            hope: Hope::AtMost(2.0),
            measured: growth(|cost| cost.bytes),
        },
    ]
}

/// Runs a pipeline in a process of its own; [`child`] is what happens there.
fn run(pipeline: Pipeline, document: &str) -> Outcome<Cost> {
    let name = pipeline.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["pipeline", &name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(document.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("the {name} pipeline failed ({})", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut figures = text.split_whitespace().map(str::parse);
    match (figures.next(), figures.next(), figures.next()) {
        (Some(Ok(first)), Some(Ok(seconds)), Some(Ok(bytes))) => Ok(Cost { seconds, first, bytes }),
        _ => Err(format!("the {name} pipeline reported `{text}`").into()),
    }
}

/// The measured process: reads a document from stdin, and writes to stdout what that cost: seconds for the first part,
/// seconds for everything, bytes.
pub(crate) fn child(pipeline: Pipeline) -> Outcome<()> {
    let before = memory();
    let mut document = String::new();
    std::io::stdin().read_to_string(&mut document)?;
    let start = clock::process_cpu();
    let first_is_done = match pipeline {
        Pipeline::Untag => untag(&document)?,
        Pipeline::Progenitor => progenitor(&document)?,
    };
    let end = clock::process_cpu();
    let bytes = peak_memory().saturating_sub(before);
    writeln!(std::io::stdout(), "{} {} {bytes}", first_is_done - start, end - start)?;
    Ok(())
}

/// Runs our pipeline. When reading was done, on the process's CPU clock.
fn untag(document: &str) -> Outcome<f64> {
    let contract = untag_codegen::read("generated.json", document)
        .map_err(|diagnostics| render(&diagnostics, document))?;
    let read = clock::process_cpu();
    let layout = Layout {
        types: "::untag_types".to_owned(),
        command: "cargo xtask bench".to_owned(),
        contract: "generated.json".to_owned(),
    };
    // All files are held until the last is there, as they are by whoever writes all of them or none.
    let files = [
        emit::types::emit(&contract.api, &layout)?,
        emit::client::emit(&contract.api, &layout)?,
        emit::server::emit(&contract.api, &layout)?,
    ];
    black_box(files);
    Ok(read)
}

/// Runs progenitor. When the tokens were there, on the process's CPU clock.
fn progenitor(document: &str) -> Outcome<f64> {
    let document: openapiv3::OpenAPI = serde_json::from_str(document)?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional);
    let tokens = Generator::new(&settings).generate_tokens(&document)?;
    let generated = clock::process_cpu();
    black_box(prettyplease::unparse(&syn::parse2(tokens)?));
    Ok(generated)
}

#[cfg(test)]
mod tests {
    use super::{progenitor, untag};
    use crate::documents::document;

    #[test]
    fn both_generators_take_documents_of_every_remainder() {
        for operations in [1, 2, 3, 4, 9] {
            let document = document(operations).unwrap();
            let contract = untag_codegen::read("generated.json", &document).unwrap();
            assert_eq!(contract.api.operations.len(), operations);
            untag(&document).unwrap();
            progenitor(&document).unwrap();
        }
    }
}
