//! Two services on one database, as operators run them behind a balancer.

use crate::support::{Site, Untagd, batch_untag, delete_desktop_tag, resource};
use fastrand::Rng;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::thread;
use untag_postgres::shared;

/// What decides in which order requests are sent.
const SEED: u64 = 0x7477_6f20_6173_6b73;

/// A request, and what must become of it.
struct Asked {
    request: String,
    status: u16,
    desktop: usize,
    /// What it removes, if it is there.
    keys: BTreeSet<String>,
}

const DESKTOPS: usize = 40;
const TAGS: usize = 10;

/// Requests for the same tags and for different ones, each to be sent through both services.
fn overlapping(token: &str) -> Vec<Asked> {
    let mut asked = Vec::new();
    for desktop in 0..DESKTOPS {
        let id = format!("desktop-{desktop}");
        let name = |tag: usize| format!("tag {tag}");
        let mut ask = |request: String, status: u16, tags: &[usize]| {
            let keys = tags.iter().copied().map(name).collect();
            asked.push(Asked { request, status, desktop, keys });
        };
        for tag in 0..TAGS {
            ask(delete_desktop_tag(token, &id, &name(tag)), 204, &[tag]);
        }
        for tags in [0..6, 4..10, 0..10] {
            let tags: Vec<usize> = tags.rev().collect();
            let body: Vec<_> = tags.iter().map(|tag| json!({ "key": name(*tag) })).collect();
            ask(batch_untag(token, "desktop", &id, &json!({ "tags": body })), 204, &tags);
        }
        ask(delete_desktop_tag(token, &format!("no-{id}"), "tag 0"), 404, &[]);
        ask(delete_desktop_tag("untag_wrong", &id, "keep"), 401, &[]);
        ask(batch_untag(token, "desktop", &id, &json!({ "tags": [] })), 400, &[]);
    }
    asked
}

#[test]
fn two_processes_on_one_database_remove_each_tag_once() {
    let site = Site::on(shared().database());
    // Both make the schema.
    let folders = ["one", "two"].map(|name| site.folder().join(name));
    let servers: Vec<Untagd> = thread::scope(|scope| {
        let starts: Vec<_> = folders
            .iter()
            .map(|folder| {
                let site = &site;
                fs::create_dir(folder).unwrap();
                scope.spawn(move || site.start_in(folder, &["--log", "warn"]))
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let resources: Vec<_> = (0..DESKTOPS)
        .map(|desktop| {
            let mut tags = json!({ "keep": "me" });
            for tag in 0..TAGS {
                tags[format!("tag {tag}")] = json!(format!("{desktop}/{tag}"));
            }
            resource(&format!("desktop-{desktop}"), &tags)
        })
        .collect();
    site.import(&resources);

    let asked = overlapping(&site.token);
    let mut turns: Vec<(usize, usize)> = (0..asked.len()).flat_map(|ask| [(ask, 0), (ask, 1)]).collect();
    println!("seed {SEED:#x}");
    Rng::with_seed(SEED).shuffle(&mut turns);
    let turns = Mutex::new(turns);
    let answered: BTreeMap<String, usize> = thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let mut connections = [servers[0].connect(), servers[1].connect()];
                let (turns, asked) = (&turns, &asked);
                scope.spawn(move || {
                    let mut answered = Vec::new();
                    loop {
                        let Some((ask, server)) = turns.lock().unwrap().pop() else { return answered };
                        let answer = connections[server].ask(&asked[ask].request);
                        assert_eq!(answer.status, asked[ask].status, "{answer:?}");
                        answered.push((answer.header("x-request-id").to_owned(), ask));
                    }
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(answered.len(), 2 * asked.len(), "each answer has an id of its own");

    let found = site.contents();
    assert_eq!(found.resources.len(), DESKTOPS);
    for (key, tags) in &found.resources {
        assert_eq!(tags.tags.keys().collect::<Vec<_>>(), ["keep"], "{key:?}");
    }
    let mut rows = BTreeSet::new();
    for row in &found.trail {
        let asked = &asked[answered[&row.position.request_id]];
        assert_eq!(row.resource.resource_id, format!("desktop-{}", asked.desktop));
        assert!(asked.keys.contains(&row.key), "{row:?}");
        assert!(rows.insert((&row.resource.resource_id, &row.key)), "two rows for one tag: {row:?}");
    }
    assert_eq!(rows.len(), DESKTOPS * TAGS);
    let removed: Vec<_> = servers.iter().map(|server| server.figure("untagd_tags_removed_total")).collect();
    assert_eq!(removed.iter().sum::<u64>(), (DESKTOPS * TAGS) as u64);
    assert!(removed.iter().all(|removed| *removed > 0), "one of them did everything: {removed:?}");
    for mut server in servers {
        server.terminate();
        assert_eq!(server.end().code(), Some(0), "{}", server.log());
        assert_eq!(server.log(), "", "nothing of it is worth a warning");
    }
}
