//! The signature: beside the hashing that nobody can sign without, and beside the provider's own signer, which is in Python.

use crate::budget::Budget;
use crate::report::{Goal, Hope, Section, bytes, not_measured, rate, time};
use crate::rounds::alternate;
use crate::{Outcome, clock, counting, number, progress, python};
use serde_json::json;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use untag_bench::allocations::Allocated;
use untag_bench::example::{Example, PROJECT};
use untag_bench::signers::{ACCESS_KEY, Bare, CONTENT_TYPE, HOST, METHOD, Ours, SECRET};
use untag_signing::Date;

/// When the requests are dated whose signatures are compared.
const DATE: &str = "20240229T235959Z";

/// How many signatures ours makes while the Python signer makes one: about as many as take the same time.
const FASTER: usize = 32;

const SIGNER: &str = include_str!("signing.py");

/// Measures it.
pub(crate) fn measure(budget: &Budget) -> Outcome<Section> {
    let mut section = Section {
        title: "Signing",
        method: format!(
            "The documented batch request, signed by `untag-signing` on one thread with `content-type`, `host`, `x-project-id` \
             and `x-sdk-date`. *Hashing* is SHA-256 of the body, SHA-256 of the canonical request, and HMAC of the string to \
             sign, all of it written beforehand, by the same crates: the work that the algorithm demands, and nothing else. Either \
             keeps the state after the secret key. The provider's signer is that of its Python SDK (`Signer.sign`), in a \
             process that is started once; its requests are made beforehand, and both read the clock for each signature. Both \
             give the same `Authorization` for {DATE}. Times are CPU times."
        ),
        columns: &["", "untag-signing", "beside it", "ratio"],
        rows: Vec::new(),
        goals: Vec::new(),
    };
    let ours = Ours::new()?;
    beside_hashing(budget, &ours, &mut section)?;
    beside_python(budget, &ours, &mut section)?;
    let counted: Allocated = counting::ask(&["signing", &budget.requests.to_string()])?;
    section.rows.push(row(
        "blocks allocated",
        format!("{:.1}", counted.blocks),
        "0.0".to_owned(),
        String::new(),
    ));
    section.rows.push(row("bytes allocated", bytes(counted.bytes), bytes(0.0), String::new()));
    Ok(section)
}

fn row(name: &str, ours: String, other: String, ratio: String) -> Vec<String> {
    vec![name.to_owned(), ours, other, ratio]
}

fn beside_hashing(budget: &Budget, ours: &Ours, section: &mut Section) -> Outcome<()> {
    progress::say("signing beside bare hashing");
    let date = DATE.parse()?;
    let bare = Bare::new(ours, date)?;
    let sign = || signing(budget.signatures, ours, || Ok(date));
    let hash = || hashing(budget.signatures, &bare);
    sign()?;
    hash()?;
    let rounds = alternate(budget.in_process, sign, hash)?;
    let ratio = rounds.ratio(|seconds| *seconds);
    section.rows.push(row(
        "beside hashing, a signature",
        time(rounds.ours(|seconds| *seconds).median),
        time(rounds.other(|seconds| *seconds).median),
        ratio.to_string(),
    ));
    section.goals.push(Goal {
        figure: "signing: CPU time over the bare hashing".to_owned(),
        hope: Hope::AtMost(2.0),
        measured: ratio.median,
    });
    Ok(())
}

fn beside_python(budget: &Budget, ours: &Ours, section: &mut Section) -> Outcome<()> {
    const NAME: &str = "beside the provider's Python signer";
    let mut goal = Goal {
        figure: "signing: signatures/s over the provider's Python signer".to_owned(),
        hope: Hope::AtLeast(50.0),
        measured: f64::NAN,
    };
    match python::with_sdk() {
        Ok(python) => {
            progress::say("signing beside the provider's Python signer");
            let bare = Bare::new(ours, DATE.parse()?)?;
            let mut signer = Python::start(&python, ours)?;
            // Signing, and hashing alone: nobody signs faster than that.
            let both = || {
                let sign = signing(budget.signatures, ours, || Ok(clock::time_of_day().try_into()?))?;
                Ok([1.0 / sign, 1.0 / hashing(budget.signatures, &bare)?])
            };
            let mut python = || Ok([1.0 / signer.seconds(budget.signatures / FASTER)?; 2]);
            both()?;
            python()?;
            let rounds = alternate(budget.in_process, both, python)?;
            for (place, name) in [(0, NAME), (1, "hashing alone, beside the same")] {
                let ratio = rounds.ratio(|rates| rates[place]);
                section.rows.push(row(
                    name,
                    rate(rounds.ours(|rates| rates[place]).median),
                    rate(rounds.other(|rates| rates[place]).median),
                    ratio.to_string(),
                ));
                if place == 0 {
                    goal.measured = ratio.median;
                }
            }
        }
        Err(why) => {
            // Where stderr cannot be written, it is in the report.
            let _ = writeln!(std::io::stderr(), "NOT MEASURED: {NAME}: {why}");
            let why = why.lines().next().unwrap_or_default();
            section.rows.push(row(NAME, String::new(), not_measured(why), String::new()));
        }
    }
    section.goals.push(goal);
    Ok(())
}

/// The provider's signer, ready to sign the same request.
struct Python {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Python {
    /// Starts it, and has it prove that it makes the same signature.
    fn start(python: &Path, ours: &Ours) -> Outcome<Self> {
        let mut command = Command::new(python);
        command.args(["-c", SIGNER]).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().ok_or("the signer cannot be heard")?);
        let mut signer = Self { child, stdin, stdout };
        let request = Example::ResourceTags;
        let work = json!({
            "ak": ACCESS_KEY, "sk": SECRET, "date": DATE, "method": METHOD, "host": HOST, "path": request.path(),
            "headers": { "Content-Type": CONTENT_TYPE, "X-Project-Id": PROJECT },
            "body": str::from_utf8(&request.body())?,
        });
        let (theirs, ours) = (signer.ask(&work.to_string())?, ours.sign(DATE.parse()?)?);
        if theirs == ours.authorization() {
            Ok(signer)
        } else {
            Err(format!("the provider's signer says {theirs}, and ours {}", ours.authorization()).into())
        }
    }

    /// CPU seconds that one of so many signatures takes.
    fn seconds(&mut self, signatures: usize) -> Outcome<f64> {
        Ok(self.ask(&signatures.to_string())?.parse::<f64>()? / number(signatures))
    }

    /// Writes a line, and reads one.
    fn ask(&mut self, line: &str) -> Outcome<String> {
        let stdin = self.stdin.as_mut().ok_or("the signer cannot hear")?;
        writeln!(stdin, "{line}")?;
        let mut answer = String::new();
        if self.stdout.read_line(&mut answer)? == 0 {
            return Err(format!("the provider's signer ended: {}", self.child.wait()?).into());
        }
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// CPU seconds that one of so many signatures takes.
fn signing(signatures: usize, ours: &Ours, date: impl Fn() -> Outcome<Date>) -> Outcome<f64> {
    let start = clock::thread_cpu();
    for _ in 0..signatures {
        black_box(ours.sign(date()?)?);
    }
    Ok((clock::thread_cpu() - start) / number(signatures))
}

/// CPU seconds that the hashing for one of so many signatures takes.
#[allow(clippy::unnecessary_wraps, reason = "what takes turns may fail")]
fn hashing(signatures: usize, bare: &Bare) -> Outcome<f64> {
    let start = clock::thread_cpu();
    for _ in 0..signatures {
        black_box(bare.hash());
    }
    Ok((clock::thread_cpu() - start) / number(signatures))
}

#[cfg(test)]
mod tests {
    use super::measure;
    use crate::budget::Budget;
    use crate::python;

    #[test]
    fn a_small_run_has_a_row_for_everything() {
        let section = measure(&Budget { in_process: 1, signatures: 320, ..Budget::QUICK }).unwrap();
        // Without Python, a figure is not a number, and the report says why.
        let has_python = python::with_sdk().is_ok();
        assert_eq!((section.rows.len(), section.goals.len()), (if has_python { 5 } else { 4 }, 2));
        assert!(section.goals[0].measured > 0.0);
        assert_eq!(section.goals[1].measured > 0.0, has_python);
    }
}
