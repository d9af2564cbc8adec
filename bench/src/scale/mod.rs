//! `cargo xtask bench --scale`: what a deletion costs as a database grows, and as processes are added on one PostgreSQL.

mod report;
mod tags;

use self::report::{Report, Row};
use self::tags::Resources;
use crate::deletions::data::{self, TAGS};
use crate::deletions::ground;
use crate::load::{self, Answered};
use crate::machine::Machine;
use crate::program::Program;
use crate::rounds::Spread;
use crate::{Outcome, number, progress};
use clap::Args;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use tokio::runtime::Runtime;
use untag_postgres::Cluster;

/// The options of this part.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Options {
    /// Measure what a deletion costs as the database and the number of processes grow, and nothing else
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    pub(crate) scale: bool,
    /// With --scale, the most tags of a database: a power of ten
    #[arg(long, value_name = "TAGS", default_value_t = MAX, requires = "scale",
          value_parser = clap::value_parser!(u64).range(10_000..=100_000_000))]
    max: u64,
}

/// The most tags of a database where nobody says otherwise.
const MAX: u64 = 10_000_000;
/// The least number of tags; each next size has ten times as many.
const LEAST: usize = 10_000;
/// Rounds of each measurement, after one that does not count.
const ROUNDS: usize = 3;
/// The connections of those that do not come one by one.
const CONNECTIONS: usize = 64;
/// How many processes share one PostgreSQL.
const PROCESSES: [usize; 3] = [1, 2, 4];
/// Seconds that filling PostgreSQL may take; a size that would take longer is left out, and that is said.
const PATIENCE: f64 = 600.0;

/// What each round takes out of a database.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// Deletions one by one.
    one_by_one: usize,
    /// Deletions on many connections.
    crowd: usize,
    /// Batches on as many.
    batches: usize,
}

impl Share {
    const MOST: Self = Self { one_by_one: 3_000, crowd: 12_000, batches: 700 };

    /// The smallest database has less to give.
    fn of(tags: usize) -> Self {
        let Self { one_by_one, crowd, batches } = Self::MOST;
        let part = if tags > LEAST { 1 } else { 10 };
        Self { one_by_one: one_by_one / part, crowd: crowd / part, batches: batches / part }
    }
}

/// Measures, writes the report into this folder, and prints it.
pub(crate) fn measure(options: Options, folder: &Path) -> Outcome<()> {
    let most = usize::try_from(options.max)?;
    let (runtime, ground) = ground()?;
    let callers = ground.path().join("authentication.toml");
    fs::write(&callers, data::callers())?;
    let sizes =
        || std::iter::successors(Some(LEAST), |size| size.checked_mul(10)).take_while(|size| *size <= most);

    let mut sqlite = Vec::new();
    for size in sizes() {
        let file = ground.path().join(format!("{size}.db"));
        let store = format!("sqlite:{}", file.display());
        sqlite.push(row(&runtime, size, &store, &callers, || {
            Ok(number(usize::try_from(fs::metadata(&file)?.len())?))
        })?);
        // The next is ten times as large.
        for name in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(ground.path().join(format!("{size}.db{name}")));
        }
    }

    // Beside the folder of this run, which its owner alone may enter.
    let disk = tempfile::Builder::new()
        .prefix("scale-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir_in(ground.path().parent().unwrap_or(ground.path()))?;
    progress::say("starting PostgreSQL");
    let cluster = Cluster::durable(disk.path());
    let (mut postgres, mut left_out) = (Vec::<Row>::new(), None);
    let mut processes = Vec::new();
    for size in sizes() {
        let expected =
            postgres.last().map_or(0.0, |before| before.import * number(size) / number(before.tags));
        if expected > PATIENCE {
            left_out = Some((size, expected));
            break;
        }
        let store = cluster.database();
        let before = size_of(disk.path());
        postgres.push(row(&runtime, size, &store, &callers, || {
            // What was deleted leaves room behind that is used again, and the log of changes is not counted.
            cluster.execute(&store, "CHECKPOINT");
            Ok(size_of(disk.path()) - before)
        })?);
        let is_last = size.checked_mul(10).is_none_or(|next| next > most || size >= 1_000_000);
        if is_last && processes.is_empty() {
            processes = together(&runtime, size, &cluster, &callers)?;
        }
    }
    let more = if options.max == MAX { String::new() } else { format!(" --max {}", options.max) };
    let command = format!("cargo xtask bench --scale{more}");
    let report = Report { command, machine: Machine::read(), sqlite, postgres, left_out, processes };
    report.write(folder)?;
    write!(std::io::stdout(), "{report}\nThe report and its plots are in {}.\n", folder.display())?;
    Ok(())
}

/// Fills a database, and takes tags out of it through one process.
fn row(
    runtime: &Runtime,
    tags: usize,
    store: &str,
    callers: &Path,
    size: impl FnOnce() -> Outcome<f64>,
) -> Outcome<Row> {
    let kind = store.split(':').next().unwrap_or_default();
    progress::say(&format!("{kind}: filling a database with {tags} tags"));
    let share = Share::of(tags);
    let resources = Resources::new(tags, (ROUNDS + 1) * share.batches);
    let import = resources.import(store)?;
    let size = size()?;
    progress::say(&format!("{kind}: deleting from {tags} tags"));
    let service = start(store, callers, &resources)?;
    let at = [service.address];
    let one_by_one = rounds(|| runtime.block_on(load::each(&at, 1, resources.single(share.one_by_one)?)))?;
    let crowd = rounds(|| runtime.block_on(load::each(&at, CONNECTIONS, resources.single(share.crowd)?)))?;
    let batches = rounds(|| runtime.block_on(load::each(&at, CONNECTIONS, resources.whole(share.batches)?)))?;
    let memory = service.memory()?;
    Ok(Row {
        tags,
        import,
        size,
        start: service.first_answer,
        memory,
        p50: of(&one_by_one, |answered| answered.within(0.5)),
        p99: of(&one_by_one, |answered| answered.within(0.99)),
        crowd: of(&crowd, per_second),
        batches: of(&batches, |answered| per_second(answered) * number(TAGS)),
    })
}

/// Takes tags out of one PostgreSQL through more and more processes. How many, and deletions in a second.
fn together(
    runtime: &Runtime,
    tags: usize,
    cluster: &Cluster,
    callers: &Path,
) -> Outcome<Vec<(usize, Spread)>> {
    progress::say("postgres: a database for several processes");
    let store = cluster.database();
    let resources = Resources::new(tags, 0);
    resources.import(&store)?;
    let mut services = Vec::new();
    let mut rates = Vec::new();
    for count in PROCESSES {
        progress::say(&format!("postgres: deleting through {count} processes"));
        while services.len() < count {
            services.push(start(&store, callers, &resources)?);
        }
        let addresses: Vec<SocketAddr> = services.iter().map(|service| service.address).collect();
        // Every number of processes takes from the same database.
        let crowd = Share::of(tags).crowd / PROCESSES.len();
        let answered =
            rounds(|| runtime.block_on(load::each(&addresses, CONNECTIONS, resources.single(crowd)?)))?;
        rates.push((count, of(&answered, per_second)));
    }
    Ok(rates)
}

fn start(store: &str, callers: &Path, resources: &Resources) -> Outcome<Program> {
    Program::untagd(store, callers, &resources.single(1)?.concat())
}

fn rounds(mut round: impl FnMut() -> Outcome<Answered>) -> Outcome<Vec<Answered>> {
    round()?;
    (0..ROUNDS).map(|_| round()).collect()
}

fn of(rounds: &[Answered], figure: impl Fn(&Answered) -> f64) -> Spread {
    Spread::of(rounds.iter().map(figure))
}

fn per_second(answered: &Answered) -> f64 {
    number(answered.latencies.len()) / answered.seconds
}

/// Bytes of the tables and indexes of a cluster below this folder; not a number where they may not be looked at.
fn size_of(folder: &Path) -> f64 {
    fn walk(folder: &Path) -> std::io::Result<u64> {
        let mut sum = 0;
        for entry in fs::read_dir(folder)? {
            let (path, data) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
            sum += if data.is_dir() { walk(&path)? } else { data.len() };
        }
        Ok(sum)
    }
    let cluster = fs::read_dir(folder).into_iter().flatten().flatten().next();
    let size = cluster.and_then(|cluster| walk(&cluster.path().join("data/base")).ok());
    size.and_then(|size| usize::try_from(size).ok()).map_or(f64::NAN, number)
}

#[cfg(test)]
mod tests {
    use super::{Options, measure};

    mod postgres {
        #[test]
        fn a_small_run_writes_a_row_for_each_size_and_for_each_number_of_processes() {
            let folder = tempfile::tempdir().unwrap();
            super::measure(super::Options { scale: true, max: 10_000 }, folder.path()).unwrap();
            let text = std::fs::read_to_string(folder.path().join("scale.md")).unwrap();
            assert_eq!(text.matches("\n| 10,000 ").count(), 2, "{text}");
            assert_eq!(text.matches("\n| 1  ").count() + text.matches("\n| 4  ").count(), 2, "{text}");
            for plot in ["scale.svg", "scale-rate.svg"] {
                assert!(std::fs::read_to_string(folder.path().join(plot)).unwrap().starts_with("<svg"));
            }
        }
    }
}
