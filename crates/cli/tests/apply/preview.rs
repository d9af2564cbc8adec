//! What a dry run prints is what a run sends.

use crate::gateway::{DONE, Gateway, Request};
use crate::support::{File, apply, line, preview};
use fastrand::Rng;
use std::fs;

#[tokio::test]
async fn a_dry_run_shows_exactly_what_is_sent_and_sends_nothing() {
    const SEED: u64 = 0x6472_7972_756e;
    println!("seed {SEED:#x}");
    let mut random = Rng::with_seed(SEED);
    let lines: Vec<_> = (0..3000)
        .map(|_| {
            let id = format!("{} /%\u{4e2d}", random.usize(..150));
            let value = [None, Some("a/b"), Some("")][random.usize(..3)];
            line(&id, &format!("k {}", random.usize(..20)), value)
        })
        .collect();
    let file = File::lines(&lines);
    let gateway = Gateway::start(|_, _| DONE).await;
    let shown = preview(file.options(), &gateway.endpoint).await.unwrap();
    assert!(gateway.requests().is_empty());
    assert!(!file.journal().exists());

    let sort = |mut list: Vec<Request>| {
        list.sort_by_key(|request| (request.path.clone(), request.body.clone()));
        list
    };
    let wanted = shown.requests.iter().map(|(preview, _)| Request {
        method: preview.method.to_owned(),
        path: preview.url.strip_prefix(&gateway.endpoint).unwrap().to_owned(),
        body: preview.body.clone().unwrap(),
    });
    let wanted = sort(wanted.collect());
    let (summary, _) = apply(file.options(), &gateway.endpoint).await.unwrap();
    assert_eq!(summary.done, 3000);
    assert_eq!(sort(gateway.requests()), wanted);
    // Each line is somewhere.
    let mut numbers: Vec<_> = shown.requests.iter().flat_map(|(_, lines)| lines.clone()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (1..=3000).collect::<Vec<_>>());

    let before = fs::read(file.journal()).unwrap();
    assert!(preview(file.options(), &gateway.endpoint).await.unwrap().requests.is_empty(), "it is all done");
    assert_eq!(fs::read(file.journal()).unwrap(), before);
}
