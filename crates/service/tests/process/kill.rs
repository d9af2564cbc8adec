//! `untagd serve` killed under load, again and again: what was answered is there, what was not is whole or not at all.

use crate::load::{End, Model, State, load_until};
use crate::support::{PROJECT, Site, contents, folder, succeed, untagd};
use fastrand::Rng;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::Stdio;

/// How often the service is killed.
const KILLS: usize = 50;

#[test]
fn killed_under_load_it_loses_nothing_and_halves_nothing() {
    let site = Site::new();
    let mut model = Model::new(0x7461_6773_2067_6f6e);
    let (mut acknowledged, mut unanswered, mut applied, mut repeated) = (0, 0, 0, 0);
    let mut server = site.start(&["--log", "warn"]);
    for kill in 1..=KILLS {
        if model.waiting.len() < 300 {
            model.import(&site);
        }
        let round = load_until(End::Kill, &mut server, &mut model);
        // That it starts again is the proof that the database opens at once. It is also what recovers it: nothing
        // else looks at the files before.
        server = site.start(&["--log", "warn"]);

        acknowledged += round.acknowledged.len();
        unanswered += round.unanswered.len();
        repeated += model.note(&round.acknowledged);
        applied += model.check(&site.contents(), &format!("kill {kill}"));
        // Whoever gets no answer asks again, also for what is done already.
        for unit in round.unanswered.into_iter().chain(round.unsent) {
            model.waiting.push_front(unit);
        }
    }
    let gone = model.units.iter().filter(|unit| unit.state != State::There);
    let removed: usize = gone.map(|unit| unit.keys.len()).sum();
    let imported: usize = model.imported.values().map(BTreeMap::len).sum();
    println!(
        "{KILLS} kills: {acknowledged} requests acknowledged, {unanswered} in flight when killed, {applied} of them \
         found applied though unanswered, {repeated} asked again and acknowledged without effect; {removed} of \
         {imported} tags removed, each with its row in the audit trail"
    );
    assert!(unanswered > KILLS, "there is hardly anything in flight: this tests nothing");
    assert!(repeated <= applied);

    server.terminate();
    assert!(server.end().success(), "{}", server.log());
    model.check(&site.contents(), "at the end");
}

#[test]
fn a_killed_import_has_brought_whole_lines_in_their_order_and_may_be_run_again() {
    // The input stays open until the kill, so that the last lines, less than a batch, are never written.
    const LINES: usize = 8500;
    const SEED: u64 = 0x696d_706f_7274;
    let folder = folder();
    let database = folder.path().join("tags.db");
    let store = format!("sqlite:{}", database.display());
    let lines: Vec<_> = (0..LINES)
        .map(|number| {
            let tags = json!({ "a": format!("{number}"), "b": "x".repeat(50), "c": "" });
            let id = format!("{number:06}");
            let line = json!({
                "project_id": PROJECT, "resource_type": "disk", "resource_id": id, "tags": tags, "sys_tags": {},
            });
            format!("{line}\n")
        })
        .collect();
    println!("seed {SEED:#x}");
    let mut random = Rng::with_seed(SEED);
    let mut before = 0;
    for round in 0..8 {
        // The import holds three batches and a buffer at most: of so many lines some are written when the last is taken.
        let told = if round == 7 { LINES } else { random.usize(..LINES) };
        let mut import = untagd(&["import", "-", "--store", &store])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = import.stdin.take().unwrap();
        input.write_all(lines[..told].concat().as_bytes()).unwrap();
        import.kill().unwrap();
        import.wait().unwrap();
        if !database.exists() {
            continue;
        }
        let found = contents(&store).resources;
        assert!(found.len() <= LINES && found.len() >= before, "{} after {before}", found.len());
        for (number, (key, tags)) in found.iter().enumerate() {
            assert_eq!(key.resource_id, format!("{number:06}"), "one before it is missing");
            assert_eq!((tags.tags.len(), &tags.tags["a"]), (3, &format!("{number}")));
        }
        before = found.len();
    }
    assert!(before > 0 && before < LINES, "{before}: no import was killed in the middle");
    println!("8 imports killed: the first {before} of {LINES} resources are there");
    let file = folder.path().join("all.ndjson");
    fs::write(&file, lines.concat()).unwrap();
    succeed(&["import", file.to_str().unwrap(), "--store", &store]);
    assert_eq!(contents(&store).resources.len(), LINES);
}
