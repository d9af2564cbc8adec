//! `untagd audit --follow`: what happens appears as it happens, until nobody wants to know any more.

use crate::support::{Running, Site, batch_untag, delete_desktop_tag, resource, untagd, until};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// A follower whose lines are read as they come.
struct Follower {
    child: Running,
    lines: Receiver<String>,
}

impl Follower {
    fn start(site: &Site, more: &[&str]) -> Self {
        let mut command = untagd(&[&["audit", "--follow", "--store", &site.store], more].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines() {
                if tell.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        Self { child: Running(child), lines }
    }

    /// The next so many lines.
    fn next(&self, count: usize) -> Vec<String> {
        let mut seen = Vec::new();
        until("the lines come", || {
            seen.extend(self.lines.try_iter());
            (seen.len() >= count).then_some(())
        });
        seen
    }

    /// Sends a signal; the exit code.
    fn end(&mut self, signal: Signal) -> Option<i32> {
        self.child.signal(signal);
        self.child.end().code()
    }
}

/// Makes deletions beside followers and compares what these show with what is there in the end.
pub(crate) fn each_row_appears_once(site: &Site) {
    let tags: Value =
        (0..10).map(|tag| (format!("tag {tag}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    site.import(&["d0", "d1", "d2"].map(|id| resource(id, &tags)));
    let server = site.start(&[]);
    let ask = |request: &str| assert_eq!(server.connect().ask(request).status, 204);
    ask(&delete_desktop_tag(&site.token, "d0", "tag 0"));
    let mut all = Follower::start(site, &["--json"]);
    let mut one = Follower::start(site, &["--json", "--resource", "d1"]);
    // What was there before comes first.
    let mut seen = all.next(1);

    let batch = |keys: [usize; 3]| json!({ "tags": keys.map(|key| json!({ "key": format!("tag {key}") })) });
    ask(&batch_untag(&site.token, "desktop", "d0", &batch([3, 1, 2])));
    // So they come while it follows, and not all at once.
    seen.extend(all.next(3));
    for tag in 0..5 {
        ask(&delete_desktop_tag(&site.token, "d1", &format!("tag {tag}")));
        ask(&delete_desktop_tag(&site.token, "d1", &format!("tag {tag}")));
    }
    ask(&batch_untag(&site.token, "desktop", "d2", &batch([9, 8, 7])));
    seen.extend(all.next(8));
    ask(&delete_desktop_tag(&site.token, "d2", "tag 0"));
    seen.extend(all.next(1));

    let there = |more: &[&str]| -> Vec<String> {
        site.run(&[&["audit", "--json"], more].concat()).lines().map(str::to_owned).collect()
    };
    assert_eq!(seen.len(), 13);
    assert_eq!(seen, there(&[]));
    assert_eq!(one.next(5), there(&["--resource", "d1"]));
    assert_eq!((all.end(Signal::TERM), one.end(Signal::INT)), (Some(0), Some(0)));
    assert_eq!(all.lines.iter().count() + one.lines.iter().count(), 0, "nothing was shown twice");
}

#[test]
fn followed_rows_appear_in_order_and_once_until_a_signal() {
    each_row_appears_once(&Site::new());
}

#[test]
fn a_follower_ends_when_nobody_reads_it_any_more() {
    let site = Site::new();
    site.import(&[resource("d", &json!({ "one": "", "two": "", "three": "" }))]);
    let server = site.start(&[]);
    assert_eq!(server.connect().ask(&delete_desktop_tag(&site.token, "d", "one")).status, 204);
    let child = untagd(&["audit", "--follow", "--store", &site.store])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut follower = Running(child.unwrap());
    let mut line = String::new();
    // As `head -n 1` does.
    BufReader::new(follower.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("\"one\""), "{line}");
    assert_eq!(server.connect().ask(&delete_desktop_tag(&site.token, "d", "two")).status, 204);
    assert_eq!(follower.end().code(), Some(0));
    let mut said = String::new();
    follower.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}
