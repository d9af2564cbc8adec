//! `cargo xtask fuzz`: builds the targets of `untag-fuzz` around libFuzzer, runs them, and keeps what they find.
//!
//! The stable compiler is enough: that branches are counted is a pass of LLVM's, which is switched on by flags. They go to what
//! runs on the target only, never to build scripts, because the target is named; and into a folder of their own, so that
//! nothing else is compiled again.

use crate::{
    failure::Failure,
    files, package,
    process::{self, cargo},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    io::{self, BufRead, BufReader, IsTerminal, Write as _, stderr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How to compile: every branch counted, and every comparison shown to the engine, which then tries what it was compared with.
const FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// How long one input may take, in seconds, and how much memory the engine may have, in MiB. Either is a crash.
const LIMITS: [&str; 2] = ["-timeout=20", "-rss_limit_mb=2048"];

/// How many files a corpus in the repository has at most, and how many bytes each.
const KEPT_FILES: usize = 16;
const KEPT_BYTES: usize = 2048;

/// Where what is in the repository is, a folder for each target.
const CORPUS: &str = "fuzz/corpus";
const REGRESSIONS: &str = "fuzz/regressions";

/// Runs the targets for so many seconds each: those of these names, or all. With `minimise`, the corpora in the repository are
/// then chosen anew from everything that was found.
///
/// # Errors
/// A target crashed, or something could not be built.
pub(crate) fn run(root: &Path, seconds: u32, minimise: bool, names: &[String]) -> Result<(), Failure> {
    let targets = targets(root, names)?;
    let engine = build(root)?;
    let mut rows = Vec::new();
    for target in &targets {
        let outcome = engine.run(target, seconds)?;
        for crash in &outcome.crashes {
            eprintln!(
                "{}\n{target} crashed; to repeat it: cargo run --package untag-fuzz -- {target} {crash}",
                outcome.said
            );
        }
        rows.push((target, outcome));
    }
    println!("\n{}", table(&rows));
    let crashed: Vec<&str> =
        rows.iter().filter(|(_, it)| !it.crashes.is_empty()).map(|(name, _)| name.as_str()).collect();
    if !crashed.is_empty() {
        return Err(format!(
            "{} crashed; mend what is broken, and keep each input in {REGRESSIONS}/TARGET/ under a name that says what it broke",
            crashed.join(", ")
        )
        .into());
    }
    if minimise {
        for target in &targets {
            engine.minimise(target)?;
        }
    }
    Ok(())
}

/// The targets of these names, or all. Each has a folder, which a test of `untag-fuzz` sees to.
fn targets(root: &Path, names: &[String]) -> Result<Vec<String>, Failure> {
    let folders = files::list(&root.join(CORPUS))?;
    let all: Vec<String> =
        folders.iter().filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned())).collect();
    if let Some(stranger) = names.iter().find(|name| !all.contains(name)) {
        return Err(format!("there is no target `{stranger}`; the targets are {}", all.join(", ")).into());
    }
    Ok(if names.is_empty() { all } else { names.to_vec() })
}

/// The targets, built around libFuzzer.
struct Engine {
    program: PathBuf,
    root: PathBuf,
    /// Where everything is that is found and not kept.
    work: PathBuf,
}

/// Compiles the targets for this machine.
fn build(root: &Path) -> Result<Engine, Failure> {
    let compiler = env::var_os("CXX").unwrap_or_else(|| "c++".into());
    if Command::new(&compiler).arg("--version").output().is_err() {
        let name = compiler.display();
        return Err(format!("the C++ compiler `{name}` is missing, which libFuzzer is compiled with; install it (Debian package g++)").into());
    }
    let host = process::host(root)?;
    let folder = package::target(root).join("fuzz");
    let build =
        ["build", "--package", "untag-fuzz", "--bin", "untag-fuzz", "--profile", "fuzz", "--target", &host];
    process::run(
        cargo(root, build)
            .arg("--target-dir")
            .arg(&folder)
            .env("RUSTFLAGS", FLAGS.join(" "))
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;
    let program = folder.join(host).join("fuzz").join("untag-fuzz");
    Ok(Engine { program, root: root.to_owned(), work: folder.join("work") })
}

/// What became of a target.
#[derive(Default)]
struct Outcome {
    runs: u64,
    per_second: u64,
    edges: u64,
    found: u64,
    /// The inputs that broke something.
    crashes: Vec<String>,
    /// What was said that is no status.
    said: String,
}

impl Engine {
    /// A folder of a target's, which is there afterwards.
    fn folder(&self, target: &str, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.work.join(target).join(name);
        fs::create_dir_all(&folder).map_err(|error| files::cannot("make", &folder, &error))?;
        Ok(folder)
    }

    /// What a target begins with: what was found here before, the seeds, and what the repository keeps.
    fn corpora(&self, target: &str) -> Result<Vec<PathBuf>, Failure> {
        let kept = [CORPUS, REGRESSIONS].map(|folder| self.root.join(folder).join(target));
        let mut folders = vec![self.folder(target, "found")?, self.folder(target, "seeds")?];
        folders.extend(kept.into_iter().filter(|folder| folder.is_dir()));
        Ok(folders)
    }

    fn command(&self, target: &str) -> Result<Command, Failure> {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("UNTAG_FUZZ_TARGET", target).env("UNTAG_FUZZ_SEEDS", self.folder(target, "seeds")?);
        // A crash is repeated without the engine, which gives a better trace.
        command.env("RUST_BACKTRACE", "0").args(LIMITS);
        Ok(command)
    }

    /// Runs a target for so many seconds, or until it crashes.
    fn run(&self, target: &str, seconds: u32) -> Result<Outcome, Failure> {
        let mut prefix = self.folder(target, "crashes")?.into_os_string();
        prefix.push("/");
        let mut command = self.command(target)?;
        command.args([format!("-max_total_time={seconds}"), "-print_final_stats=1".to_owned()]);
        command.arg(format!("-artifact_prefix={}", prefix.display())).args(self.corpora(target)?);
        let mut outcome = Outcome::default();
        let is_good = watch(&mut command, |line| outcome.read(target, line))?;
        if !is_good && outcome.crashes.is_empty() {
            return Err(format!("the engine failed on {target}:\n{}", outcome.said).into());
        }
        Ok(outcome)
    }

    /// Chooses the corpus of a target anew: of everything there is, the few inputs that together reach most beyond the seeds.
    fn minimise(&self, target: &str) -> Result<(), Failure> {
        let control = self.work.join(target).join("merge");
        let merged = self.folder(target, "merged")?;
        for path in files::list(&merged)? {
            fs::remove_file(&path).map_err(|error| files::cannot("remove", &path, &error))?;
        }
        let _ = fs::remove_file(&control);
        let mut command = self.command(target)?;
        // The plain merge notes of each input only what smaller ones do not reach.
        command.arg("-set_cover_merge=1").arg(format!("-merge_control_file={}", control.display()));
        command.arg(&merged).args(self.corpora(target)?);
        let mut said = String::new();
        if !watch(&mut command, |line| said.extend([line, "\n"]))? {
            return Err(format!("the corpus of {target} could not be merged:\n{said}").into());
        }
        let chosen = choose(&Reached::read(&files::read(&control)?, &self.folder(target, "seeds")?));
        let corpus = self.root.join(CORPUS).join(target);
        let inputs = chosen.iter().map(|path| files::read_bytes(path)).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<String> = inputs.iter().map(|input| name(input)).collect();
        for path in files::list(&corpus)? {
            if !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| names.contains(name)) {
                fs::remove_file(&path).map_err(|error| files::cannot("remove", &path, &error))?;
            }
        }
        for input in &inputs {
            files::write(&corpus.join(name(input)), input)?;
        }
        println!(
            "{target}: {} inputs kept, {} bytes",
            inputs.len(),
            inputs.iter().map(Vec::len).sum::<usize>()
        );
        Ok(())
    }
}

/// What an input is called in a corpus: the beginning of its checksum.
fn name(input: &[u8]) -> String {
    files::checksum(input).chars().take(16).collect()
}

impl Outcome {
    /// Takes a line of the engine's.
    fn read(&mut self, target: &str, line: &str) {
        let number = |name: &str| line.strip_prefix(name).and_then(|rest| rest.trim().parse().ok());
        if line.starts_with('#') {
            let mut words = line.split_whitespace();
            if words.any(|word| word == "cov:") {
                self.edges = words.next().and_then(|word| word.parse().ok()).unwrap_or(self.edges);
            }
            progress(&format!("{target}: {line}"));
        } else if let Some(runs) = number("stat::number_of_executed_units:") {
            self.runs = runs;
        } else if let Some(rate) = number("stat::average_exec_per_sec:") {
            self.per_second = rate;
        } else if let Some(found) = number("stat::new_units_added:") {
            self.found = found;
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.crashes.push(path.to_owned());
        } else if !["stat::", "INFO:", "\tNEW_"].iter().any(|status| line.starts_with(status)) {
            self.said.extend([line, "\n"]);
        }
    }
}

/// Shows where the engine is, on a terminal; elsewhere nothing.
fn progress(text: &str) {
    if stderr().is_terminal() {
        let text: String = text.chars().take(100).collect();
        // Where stderr cannot be written, nobody reads anything.
        let _ = write!(stderr(), "\r{text}\x1b[K\r");
    }
}

/// Runs a command, hands on every line that it writes to stderr, and says whether it succeeded.
fn watch(command: &mut Command, mut take: impl FnMut(&str)) -> Result<bool, Failure> {
    let cannot = |error: io::Error| Failure::from(format!("cannot run the engine: {error}"));
    let mut child = command.spawn().map_err(cannot)?;
    let mut output = child.stderr.take().map(BufReader::new);
    let mut line = Vec::new();
    while let Some(output) = &mut output {
        line.clear();
        // What a target quotes in a panic may be anything.
        if output.read_until(b'\n', &mut line).map_err(cannot)? == 0 {
            break;
        }
        take(String::from_utf8_lossy(&line).trim_end());
    }
    progress("");
    Ok(child.wait().map_err(cannot)?.success())
}

/// What the inputs of a merge reach, in libFuzzer's own numbers.
#[derive(Default)]
struct Reached {
    /// By the seeds, which are made anew for each run.
    seeds: BTreeSet<u32>,
    /// By every other input that is short enough to be kept.
    others: BTreeMap<PathBuf, BTreeSet<u32>>,
}

impl Reached {
    /// Reads the file in which a merge notes its progress: the number of files, that of the first corpus, their names, and then for
    /// each a line `STARTED index size` and a line `FT index features…`.
    fn read(text: &str, seeds: &Path) -> Self {
        let mut lines = text.lines();
        let count = lines.next().and_then(|line| line.parse().ok()).unwrap_or(0);
        let paths: Vec<&Path> = lines.by_ref().skip(1).take(count).map(Path::new).collect();
        let (mut reached, mut size) = (Self::default(), usize::MAX);
        for line in lines {
            let mut words = line.split(' ');
            let kind = words.next();
            let path = words.next().and_then(|word| paths.get(word.parse::<usize>().ok()?).copied());
            let mut numbers = words.filter_map(|word| word.parse().ok());
            match (kind, path) {
                (Some("STARTED"), _) => {
                    size = numbers.next().and_then(|size: u32| size.try_into().ok()).unwrap_or(usize::MAX);
                }
                (Some("FT"), Some(path)) if path.starts_with(seeds) => reached.seeds.extend(numbers),
                (Some("FT"), Some(path)) if size <= KEPT_BYTES => {
                    reached.others.insert(path.to_owned(), numbers.collect());
                }
                _ => {}
            }
        }
        reached
    }
}

/// The inputs to keep: again and again the one that adds most to what is reached already, until nothing is added.
fn choose(reached: &Reached) -> Vec<PathBuf> {
    let mut covered = reached.seeds.clone();
    let mut chosen = Vec::new();
    while chosen.len() < KEPT_FILES {
        let gain = |features: &BTreeSet<u32>| features.difference(&covered).count();
        let best = reached.others.iter().max_by_key(|(_, features)| gain(features));
        let Some((path, features)) = best.filter(|(_, features)| gain(features) > 0) else { break };
        chosen.push(path.clone());
        covered.extend(features);
    }
    chosen
}

fn table(rows: &[(&String, Outcome)]) -> String {
    let mut text = format!(
        "{:<18} {:>10} {:>8} {:>7} {:>6} {:>8}",
        "target", "runs", "runs/s", "edges", "new", "crashes"
    );
    for (target, Outcome { runs, per_second, edges, found, crashes, .. }) in rows {
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "\n{target:<18} {runs:>10} {per_second:>8} {edges:>7} {found:>6} {:>8}",
            crashes.len()
        );
    }
    text
}
