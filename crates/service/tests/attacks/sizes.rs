//! Too much of everything, and bodies that would be much more once they are unpacked. The limits themselves are proved in
//! `tests/front`; here the whole service has to keep them, and to stay as small as it was.

use crate::scene::{Attack, NAMED, Scene, batch_head, desktop, run};
use crate::support::PROJECT;
use serde_json::json;

const CLOSE: &str = "Connection: close\r\n";

/// A batch with this body, announced by its length.
fn batch(token: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = batch_head(token, &format!("{lines}Content-Length: {}\r\n{CLOSE}", body.len()));
    [head.as_bytes(), body].concat()
}

#[test]
fn too_much_of_anything_is_refused_and_costs_little_memory() {
    run(|site| {
        let token = &site.token;
        let many: Vec<_> = (0..11).map(|number| json!({ "key": format!("named{number}") })).collect();
        let deep = |depth: usize| format!("{{\"tags\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let declared = |length: &str| batch_head(token, &format!("Content-Length: {length}\r\n{CLOSE}"));
        let keys = format!("{{{}}}", vec!["\"a\":1"; 40_000].join(","));
        let number = format!("{{\"tags\":{}}}", "9".repeat(200_000));
        vec![
            Attack::refused("a long line", desktop(token, &"a".repeat(70_000), CLOSE), &[431]),
            Attack::refused(
                "a long method",
                desktop(token, "named", CLOSE).replacen("DELETE", &"D".repeat(70_000), 1),
                &[431],
            ),
            Attack::refused(
                "a long query",
                desktop(token, &format!("named?{}", "a".repeat(70_000)), CLOSE),
                &[431],
            ),
            Attack::refused("many headers", desktop(token, "named", &"X: y\r\n".repeat(101)), &[431]),
            Attack::refused(
                "a long header",
                desktop(token, "named", &format!("X: {}\r\n", "y".repeat(70_000))),
                &[431],
            ),
            Attack::refused(
                "a long name",
                desktop(token, "named", &format!("{}: y\r\n", "x".repeat(70_000))),
                &[431],
            ),
            Attack::refused("a body of 2^63 declared", declared("9223372036854775808"), &[413]),
            Attack::refused("a body of 2^64-1 declared", declared("18446744073709551615"), &[431]),
            Attack::refused("a body of 13 MiB declared", declared("13631488"), &[413]),
            Attack::refused("a body of 13 MiB sent", batch(token, "", &vec![b' '; 13 << 20]), &[413]),
            Attack::refused("a body of 1 MiB sent", batch(token, "", &vec![b' '; 1 << 20]), &[400]),
            Attack::refused(
                "eleven tags",
                batch(token, "", json!({ "tags": many }).to_string().as_bytes()),
                &[400],
            ),
            Attack::refused(
                "100,000 lists in each other",
                batch(token, "", deep(100_000).as_bytes()),
                &[400],
            ),
            Attack::refused("200 lists in each other", batch(token, "", deep(200).as_bytes()), &[400]),
            Attack::refused("40,000 members", batch(token, "", keys.as_bytes()), &[400]),
            Attack::refused("a number of 200,000 digits", batch(token, "", number.as_bytes()), &[400]),
            Attack::refused(
                "a body that ends too soon",
                batch_head(token, "Content-Length: 100\r\n") + NAMED,
                &[408],
            ),
        ]
    });
}

#[test]
fn ten_thousand_chunks_of_one_byte_are_one_body() {
    run(|site| {
        let head = batch_head(&site.token, &format!("Transfer-Encoding: chunked\r\n{CLOSE}"));
        let padded = format!("{}{NAMED}", " ".repeat(10_000));
        let chunks = padded
            .chars()
            .fold(String::new(), |chunks, byte| chunks + "1\r\n" + &String::from(byte) + "\r\n");
        vec![Attack::removes("small chunks", format!("{head}{chunks}0\r\n\r\n"), &[204], &["named"])]
    });
}

#[test]
fn a_packed_body_is_not_unpacked_whatever_it_is_called() {
    /// `NAMED`, packed by gzip.
    const GZIP: &[u8] = &[
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xab, 0x56, 0x2a, 0x49, 0x4c, 0x2f, 0x56,
        0xb2, 0x8a, 0xae, 0x56, 0xca, 0x4e, 0xad, 0x54, 0xb2, 0x52, 0xca, 0x4b, 0xcc, 0x4d, 0x4d, 0x51, 0xaa,
        0x8d, 0xad, 0x05, 0x00, 0x79, 0x87, 0xd5, 0xa2, 0x1a, 0x00, 0x00, 0x00,
    ];
    run(|site| {
        let token = &site.token;
        let mut attacks: Vec<_> = ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"]
            .into_iter()
            .map(|coding| {
                let line = format!("Content-Encoding: {coding}\r\n");
                Attack::refused("packed", batch(token, &line, GZIP), &[400])
            })
            .collect();
        attacks.push(Attack::refused("packed, and not said so", batch(token, "", GZIP), &[400]));
        // Hardly larger than nothing, and a bomb for whoever unpacks it: empty blocks of deflate without end.
        let bomb: Vec<u8> = [&GZIP[..10], &[0x00, 0x00, 0x00, 0xff, 0xff].repeat(40_000)].concat();
        attacks.push(Attack::refused("a bomb", batch(token, "Content-Encoding: gzip\r\n", &bomb), &[400]));
        attacks
    });
}

#[test]
fn large_garbage_leaves_no_memory_behind() {
    let scene = Scene::with(&["one"], &[]);
    let head = format!(
        "DELETE /v1/{PROJECT}/desktop/one/tags/delete HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {}\r\nContent-Type: \
         application/json\r\nContent-Length: 12000000\r\n{CLOSE}\r\n",
        scene.site.token
    );
    let garbage = [head.as_bytes(), &vec![b'['; 12_000_000]].concat();
    let memory = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", scene.server.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    };
    let twenty = || {
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert_eq!(scene.say(&garbage)[0].status, 400));
            }
        });
    };
    // Of each body, what an operation takes at most is kept until it is refused, and the rest is not; then nothing is.
    let before = memory();
    twenty();
    let first = memory();
    assert!(first - before < 40_000_000, "{before} bytes at the highest, then {first}");
    // The allocator keeps a few buffers of each thread, and what was kept of every body would be eight times as much.
    for _ in 0..40 {
        twenty();
    }
    let last = memory();
    assert!(last - first < 100_000_000, "{first} bytes at the highest, and in the end {last}");
    assert!(scene.contents().trail.is_empty());
}
