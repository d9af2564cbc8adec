//! One million resources with 10 tags each: in bounded memory, and how fast.

use crate::support::{PROJECT, STOP};
use std::io::{BufWriter, PipeWriter, Write};
use std::time::Instant;
use untag_service::transfer::{Console, ExportFilter, export, import};
use untag_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};

const RESOURCES: u64 = 1_000_000;

/// What the process may ever have taken, in KiB: the import's own batches, the store's cache, the test itself.
const MOST_MEMORY: u64 = 64 * 1024;

/// Takes minutes, and 2 GB of disk where temporary files are. Alone in its process, because memory is measured:
/// `cargo test --release -p untag-service --test transfer -- --ignored --nocapture one_million`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes and gigabytes; run alone, and with --release"]
async fn one_million_resources_with_ten_tags_each_take_little_memory() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("tags.db"), SqliteOptions::default()).unwrap();
    let before = most_memory();

    let (input, output) = std::io::pipe().unwrap();
    let generator = std::thread::spawn(move || generate(output));
    let start = now();
    let mut console = Console::import(None);
    let report = import(input, &store, STOP, &mut console, std::future::pending()).await.unwrap();
    drop(console);
    let bytes = generator.join().unwrap().unwrap();
    println!("import: {}, {report}", rates(start, bytes));
    assert!(report.is_success());
    assert_eq!(report.created, RESOURCES);
    let imported = most_memory();

    let start = now();
    let mut lines = tokio::io::sink();
    let report = export(&store, &mut lines, &ExportFilter::default(), &mut ()).await.unwrap();
    println!("export: {}, {report}", rates(start, report.bytes));
    assert_eq!(report.resources, RESOURCES);
    let exported = most_memory();

    let start = now();
    let (input, output) = std::io::pipe().unwrap();
    let generator = std::thread::spawn(move || generate(output));
    let report = import(input, &store, STOP, &mut (), std::future::pending()).await.unwrap();
    let bytes = generator.join().unwrap().unwrap();
    println!("import again: {}, {report}", rates(start, bytes));
    assert_eq!(report.unchanged, RESOURCES);

    let disk: u64 =
        directory.path().read_dir().unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    println!("database: {} MiB", disk >> 20);
    println!("peak memory, KiB: {before} before, {imported} after the import, {exported} after the export");
    assert!(imported < MOST_MEMORY, "the import took {imported} KiB");
    assert!(exported < MOST_MEMORY, "the export took {exported} KiB");
    store.close().await.unwrap();
}

/// Writes the lines, in the order of keys as an export has them; returns how many bytes they have.
fn generate(output: PipeWriter) -> std::io::Result<u64> {
    let mut output = BufWriter::new(output);
    let mut bytes = 0;
    let mut line = Vec::new();
    for number in 0..RESOURCES {
        line.clear();
        write!(
            line,
            r#"{{"project_id":"{PROJECT}","resource_type":"desktop","resource_id":"{number:016x}","tags":{{"#
        )?;
        for tag in 0..10 {
            let comma = if tag == 0 { "" } else { "," };
            write!(line, r#"{comma}"key-{tag}":"value {tag} of {number}""#)?;
        }
        line.extend_from_slice(b"}}\n");
        output.write_all(&line)?;
        bytes += line.len() as u64;
    }
    output.flush()?;
    Ok(bytes)
}

fn rates(start: Instant, bytes: u64) -> String {
    let seconds = start.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let (rows, megabytes) = (RESOURCES as f64 / seconds, bytes as f64 / 1e6);
    format!("{seconds:.1} s, {rows:.0} resources/s, {megabytes:.0} MB, {:.1} MB/s", megabytes / seconds)
}

#[allow(clippy::disallowed_methods, reason = "this measures, and decides nothing by it")]
fn now() -> Instant {
    Instant::now()
}

/// The most memory that this process ever had, in KiB.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim_end().parse().unwrap()
}
