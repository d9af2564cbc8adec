//! What people write next: the provider's Python SDK in a pool of threads.

use super::set::{Service, Set, finish};
use crate::Outcome;
use crate::deletions::data;
use crate::example::PROJECT;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use untag_bench::signers::{ACCESS_KEY, SECRET};

const POOL: &str = include_str!("sdk.py");

/// Sends so many requests of the set, with an interpreter that has the SDK; seconds, without the interpreter's start.
pub(super) fn run(
    python: &Path,
    threads: usize,
    set: &Set,
    service: &Service,
    requests: usize,
) -> Outcome<f64> {
    let ids: Vec<String> = set.order.iter().take(requests).map(|&resource| data::id(resource)).collect();
    let keys: Vec<String> = (0..set.each).map(data::key).collect();
    let work = json!({
        "endpoint": service.url(), "ak": ACCESS_KEY, "sk": SECRET, "project_id": PROJECT, "threads": threads,
        "resource_type": "desktop", "resource_ids": ids, "keys": keys,
    });
    let file = service.folder().join("work.json");
    fs::write(&file, work.to_string())?;
    let mut command = Command::new(python);
    command.args(["-c", POOL]).arg(file).env_clear();
    Ok(String::from_utf8(finish(command)?.stdout)?.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::{Set, run};
    use crate::deletions::ground;
    use crate::python;

    #[test]
    fn it_deletes_what_it_is_told_to_and_is_timed() {
        let (runtime, folder) = ground().unwrap();
        let set = Set::make(&runtime, folder.path(), vec![0, 1, 2], 4).unwrap();
        let service = set.serve().unwrap();
        let seconds = run(&python::with_sdk().unwrap(), 2, &set, &service, 2).unwrap();
        assert!(seconds > 0.0);
        service.end(2 * 4).unwrap();
    }
}
