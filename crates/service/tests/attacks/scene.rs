//! A service with something to lose, raw connections to it, and a look at what is left.

use crate::support::{Contents, PROJECT, Site, Untagd, resource};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// Stands in a request for the id of the desktop that its attack is about. As long as an id, for lengths are counted.
pub(crate) const DESKTOP: &str = "<desktop>";

/// How long a client waits for an answer that must come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Imports resources with tags from before the rule for new ones, which may have any character but control characters.
pub(crate) fn import_old(site: &Site, resources: &[Value]) {
    let file = site.file("old.ndjson");
    let lines: Vec<_> = resources.iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    site.run(&["import", "--allow-old-tags", &file]);
}

/// What one connection sends, and what must come of it.
#[derive(Debug)]
pub(crate) struct Attack {
    /// Its name.
    pub(crate) what: &'static str,
    /// All that is sent, at once.
    pub(crate) bytes: Vec<u8>,
    /// The statuses of all answers up to the end of the connection.
    pub(crate) answers: Vec<u16>,
    /// The keys of the desktop's tags that go, which are those that were properly asked for.
    pub(crate) gone: Vec<&'static str>,
}

impl Attack {
    /// One that is answered like this and removes nothing.
    pub(crate) fn refused(what: &'static str, bytes: impl Into<Vec<u8>>, answers: &[u16]) -> Self {
        Self { what, bytes: bytes.into(), answers: answers.to_vec(), gone: Vec::new() }
    }

    /// One that removes just these tags.
    pub(crate) fn removes(
        what: &'static str,
        bytes: impl Into<Vec<u8>>,
        answers: &[u16],
        gone: &[&'static str],
    ) -> Self {
        Self { gone: gone.to_vec(), ..Self::refused(what, bytes, answers) }
    }
}

/// A site with a service that runs.
pub(crate) struct Scene {
    pub(crate) site: Site,
    pub(crate) server: Untagd,
}

/// The tags of every desktop.
fn tags() -> Value {
    json!({ "named": "1", "hidden": "2", "keep": "me" })
}

impl Scene {
    /// With this one desktop in the project, which has the tags `named`, `hidden` and `keep`.
    pub(crate) fn with(desktops: &[&str], more: &[&str]) -> Self {
        Self::at(Site::new(), desktops, more)
    }

    /// The same at a site that is there.
    pub(crate) fn at(site: Site, desktops: &[&str], more: &[&str]) -> Self {
        let resources: Vec<Value> = desktops.iter().map(|id| resource(id, &tags())).collect();
        site.import(&resources);
        let server = site.start(more);
        Self { site, server }
    }

    /// All answers to these bytes, up to the end of the connection.
    pub(crate) fn say(&self, bytes: &[u8]) -> Vec<Reply> {
        say(self.server.address(), bytes)
    }

    /// What is in the database.
    pub(crate) fn contents(&self) -> Contents {
        self.site.contents()
    }
}

/// Runs every attack, each on a connection of its own and against a desktop of its own, all at once: they must be answered as
/// they say, remove what they say, and leave the service as it was.
pub(crate) fn run(make: impl Fn(&Site) -> Vec<Attack>) {
    let site = Site::new();
    let attacks = make(&site);
    let ids: Vec<String> = (0..attacks.len()).map(|number| format!("desktop{number:02}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    // Whoever sends half a request, or keeps the connection, is not waited for for long.
    let times = ["--header-timeout", "3", "--body-timeout", "3", "--idle-timeout", "3"];
    let scene = Scene::at(site, &names, &times);
    let wrong: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = attacks
            .iter()
            .zip(&ids)
            .map(|(attack, id)| {
                let scene = &scene;
                scope.spawn(move || {
                    let replies = scene.say(&replaced(&attack.bytes, id));
                    let found: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
                    (found != attack.answers)
                        .then(|| format!("{}: {found:?}, not {:?}", attack.what, attack.answers))
                })
            })
            .collect();
        running.into_iter().filter_map(|one| one.join().unwrap()).collect()
    });
    let contents = scene.contents();
    let mut lost = Vec::new();
    for (attack, id) in attacks.iter().zip(&ids) {
        let (_, left) = contents.resources.iter().find(|(key, _)| key.resource_id == *id).unwrap();
        let gone: Vec<&str> =
            ["named", "hidden", "keep"].into_iter().filter(|key| !left.tags.contains_key(*key)).collect();
        if gone != attack.gone {
            lost.push(format!("{}: gone are {gone:?}, and not {:?}", attack.what, attack.gone));
        }
    }
    assert!(wrong.is_empty() && lost.is_empty(), "{wrong:#?}\n{lost:#?}");
    let removed: usize = attacks.iter().map(|attack| attack.gone.len()).sum();
    assert_eq!(contents.trail.len(), removed, "every removal was asked for");
    assert_eq!(scene.server.admin("/readyz").status, 200);
}

/// The bytes with another id in the place of [`DESKTOP`].
fn replaced(bytes: &[u8], id: &str) -> Vec<u8> {
    assert_eq!(id.len(), DESKTOP.len());
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(DESKTOP.as_bytes()) {
            bytes[at..at + id.len()].copy_from_slice(id.as_bytes());
        }
    }
    bytes
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// All answers to these bytes, up to the end of the connection.
pub(crate) fn say(address: &str, bytes: &[u8]) -> Vec<Reply> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reading = stream.try_clone().unwrap();
    // What is refused may not be taken to its end; what was answered until then is what counts.
    let answers = thread::scope(|scope| {
        scope.spawn(move || drop(stream.write_all(bytes)));
        let mut answers = Vec::new();
        let ended = reading.read_to_end(&mut answers);
        assert!(
            ended.as_ref().map_or_else(|error| error.kind() != std::io::ErrorKind::WouldBlock, |_| true),
            "the connection is still open"
        );
        let _ = reading.shutdown(std::net::Shutdown::Both);
        answers
    });
    replies(&answers)
}

/// Takes answers apart.
pub(crate) fn replies(mut rest: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    while !rest.is_empty() {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head") + 4;
        let head = String::from_utf8(rest[..end].to_vec()).unwrap();
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")
                    .map(|text| text.trim().parse().unwrap())
            })
            .unwrap_or(0);
        let body = String::from_utf8(rest[end..end + length].to_vec()).unwrap();
        rest = &rest[end + length..];
        if status != 100 {
            replies.push(Reply { status, head, body });
        }
    }
    replies
}

/// The request that removes a tag of the attack's desktop, with more lines in its head.
pub(crate) fn desktop(token: &str, key: &str, lines: &str) -> String {
    format!(
        "DELETE /v2/{PROJECT}/desktops/{DESKTOP}/tags/{key} HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\n{lines}\r\n"
    )
}

/// The head of the request that removes tags of the attack's desktop. The lines say how long its body is.
pub(crate) fn batch_head(token: &str, lines: &str) -> String {
    format!(
        "DELETE /v1/{PROJECT}/desktop/{DESKTOP}/tags/delete HTTP/1.1\r\nHost: untag.test\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\n{lines}\r\n"
    )
}

/// The body that names the tag `named`.
pub(crate) const NAMED: &str = r#"{"tags":[{"key":"named"}]}"#;

/// Text as one chunk.
pub(crate) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}
