//! Every status that is documented, produced over a socket by a real cause; and whatever is refused changes nothing.

use crate::faults::failed;
use crate::support::{
    ACCOUNT, Answer, PROJECT, Site, batch_untag, delete_desktop_tag, folder, resource, until,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use untag_identity::make_token;
use untag_server::contract;

/// How many requests the service takes at a time.
const PLACES: &str = "2";

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    /// The operation, as the contract says.
    Operation(&'static str),
    /// The front, as a gateway would, to a request for this operation.
    Front(&'static str),
}

/// When the request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Ever,
    /// While somebody else holds the database.
    Locked,
    /// While as many requests are under way as the service takes.
    Crowded,
    /// After more refused credentials than the service takes from one address.
    Guessed,
}

/// A request, and the answer that it must get.
struct Case {
    by: By,
    status: u16,
    cause: &'static str,
    when: When,
    request: String,
    /// How many tags it removes.
    removes: usize,
}

/// Tokens of those who call.
struct Callers {
    /// The account, who may do everything.
    account: String,
    /// A user whom no policy binds.
    nobody: String,
    /// A user who may do everything, but where a tag says otherwise.
    bound: String,
    /// The tag management service.
    service: String,
}

const POLICY: &str = r#"{
    "Version": "5.0",
    "Statement": [
        { "Effect": "Allow", "Action": ["workspace:*:*", "secmaster:*:*"] },
        {
            "Effect": "Deny", "Action": ["workspace:*:*", "secmaster:*:*"],
            "Condition": { "StringEquals": { "g:ResourceTag/team": ["blue"] } }
        }
    ]
}"#;

/// Adds users to those of the site.
fn callers(site: &Site) -> Callers {
    let path = site.folder().join("authentication.toml");
    let mut file = fs::read_to_string(&path).unwrap();
    let mut user = |id: &str, more: &str| {
        let token = make_token().unwrap();
        write!(
            file,
            "\n[[users]]\nid = \"{id}\"\nname = \"{id}\"\naccount = \"{ACCOUNT}\"\nprojects = [\"{PROJECT}\"]\n{more}\n\
             [[tokens]]\nsha256 = \"{}\"\nuser = \"{id}\"\n",
            token.sha256
        )
        .unwrap();
        token.text
    };
    let (nobody, bound) = (user("nobody", ""), user("bound", ""));
    let service = user("tms", "roles = [\"op_service\"]");
    file.push_str("\n[[policies]]\nfile = \"policy.json\"\nusers = [\"bound\"]\nroles = [\"op_service\"]\n");
    fs::write(&path, file).unwrap();
    fs::write(site.folder().join("policy.json"), POLICY).unwrap();
    Callers { account: site.token.clone(), nobody, bound, service }
}

/// The table, as it grows.
#[derive(Default)]
struct Table(Vec<Case>);

impl Table {
    /// A refusal that comes whenever it is asked for.
    fn refused(&mut self, by: By, status: u16, cause: &'static str, request: impl Into<String>) {
        self.0.push(Case { by, status, cause, when: When::Ever, request: request.into(), removes: 0 });
    }

    /// A refusal that depends on what else happens.
    fn refused_when(&mut self, when: When, by: By, status: u16, cause: &'static str, request: &str) {
        self.0.push(Case { by, status, cause, when, request: request.to_owned(), removes: 0 });
    }

    /// A success.
    fn done(&mut self, by: By, removes: usize, cause: &'static str, request: String) {
        self.0.push(Case { by, status: 204, cause, when: When::Ever, request, removes });
    }
}

/// The same request with another piece in it.
fn with(request: &str, from: &str, to: &str) -> String {
    assert!(request.contains(from), "{from}");
    request.replacen(from, to, 1)
}

/// A request of which the body never comes.
fn promising(request: &str, length: &str) -> String {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    let head: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with("Content-Length:")).collect();
    format!("{}\r\nContent-Length: {length}\r\n\r\n", head.join("\r\n"))
}

fn cases(callers: &Callers) -> Vec<Case> {
    let mut table = Table::default();
    desktop(&mut table, callers);
    resources(&mut table, callers);
    table.0
}

/// What both operations share. `ask` makes a request by a token for a resource, which removes one tag.
fn shared(table: &mut Table, id: &'static str, callers: &Callers, ask: &dyn Fn(&str, &str) -> String) {
    let (by, front) = (By::Operation(id), By::Front(id));
    let good = ask(&callers.account, "red");
    let token = format!("X-Auth-Token: {}\r\n", callers.account);
    let header = |line: &str| with(&good, &token, line);
    let signature = "Authorization: SDK-HMAC-SHA256 Access=nobody, SignedHeaders=host, Signature=00\r\n";
    table.refused(by, 400, "a query", with(&good, " HTTP/1.1", "?force=true HTTP/1.1"));
    table.refused(by, 400, "a path that is no UTF-8", with(&good, "red", "%FF"));
    table.refused(by, 401, "no credential", header(""));
    table.refused(by, 401, "two credentials", header(&format!("{token}{signature}")));
    table.refused(by, 401, "a token of nobody", ask("untag_wrong", "red"));
    table.refused(by, 401, "a signature of nobody", header(signature));
    table.refused(by, 403, "another project", with(&good, PROJECT, &"f".repeat(32)));
    table.refused(by, 403, "no policy", ask(&callers.nobody, "red"));
    table.refused(by, 403, "no policy, and no such resource", ask(&callers.nobody, "nowhere"));
    table.refused(by, 403, "a policy on a tag that is there", ask(&callers.bound, "blue"));
    table.refused(by, 404, "no such resource", ask(&callers.account, "nowhere"));
    table.refused_when(When::Locked, by, 500, "a locked database", &good);

    let elsewhere = with(&good, &format!("/{PROJECT}/"), &format!("/{PROJECT}/more/"));
    table.refused(front, 404, "no such path", elsewhere);
    table.refused(front, 400, "two hosts", with(&good, "Host: ", "Host: other.test\r\nHost: "));
    table.refused(front, 405, "another method", with(&good, "DELETE ", "PUT "));
    table.refused(front, 408, "a body that does not come", promising(&good, "10"));
    table.refused(front, 413, "too long a body", promising(&good, "12582913"));
    table.refused(
        front,
        431,
        "too long headers",
        header(&format!("X-Auth-Token: {}\r\n", "x".repeat(70_000))),
    );
    table.refused_when(When::Guessed, front, 429, "too many refused credentials", &good);
    table.refused_when(When::Crowded, front, 503, "too much under way", &good);

    table.done(by, 1, "a tag", good.clone());
    table.done(by, 0, "a tag that is gone", good);
    table.done(by, 1, "a policy that allows it", ask(&callers.bound, "green"));
}

fn desktop(table: &mut Table, callers: &Callers) {
    let id = "deleteDesktopTag";
    let by = By::Operation(id);
    let account = &callers.account;
    shared(table, id, callers, &|token, desktop| delete_desktop_tag(token, desktop, "key1"));
    let good = delete_desktop_tag(account, "red", "key1");
    table.refused(by, 400, "too long a key", delete_desktop_tag(account, "red", &"中".repeat(129)));
    table.refused(by, 400, "a control character", delete_desktop_tag(account, "red", "key1\u{1}"));
    table.refused(by, 400, "too long a project", with(&good, PROJECT, &"0".repeat(256)));
    table.refused(by, 400, "a body", with(&good, "\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}"));
    table.refused(by, 404, "a resource of another type", delete_desktop_tag(account, "disk", "key1"));
}

fn resources(table: &mut Table, callers: &Callers) {
    let id = "batchUntagResources";
    let by = By::Operation(id);
    let account = &callers.account;
    let ask = |token: &str, body: Value| batch_untag(token, "desktop", "red", &body);
    shared(table, id, callers, &|token, desktop| {
        batch_untag(token, "desktop", desktop, &json!({ "tags": [{ "key": "key2", "value": "value2" }] }))
    });
    let good = ask(account, json!({ "tags": [{ "key": "key2" }] }));
    let (_, body) = good.split_once("\r\n\r\n").unwrap();
    let many: Vec<_> = (0..11).map(|number| json!({ "key": format!("key{number}") })).collect();
    table.refused(by, 400, "no body", promising(&good, "0"));
    table.refused(by, 400, "no JSON", with(&good, body, &body.replace('{', "[")));
    table.refused(by, 400, "no list", ask(account, json!({})));
    table.refused(by, 400, "null for a list", ask(account, json!({ "tags": null })));
    table.refused(by, 400, "an empty list", ask(account, json!({ "tags": [] })));
    table.refused(by, 400, "too many tags", ask(account, json!({ "tags": many })));
    table.refused(
        by,
        400,
        "an unknown member",
        ask(account, json!({ "tags": [{ "key": "key2", "keys": [] }] })),
    );
    table.refused(by, 400, "no key", ask(account, json!({ "tags": [{ "value": "value2" }] })));
    table.refused(
        by,
        400,
        "null for a value",
        ask(account, json!({ "tags": [{ "key": "key2", "value": null }] })),
    );
    table.refused(
        by,
        400,
        "one bad tag of two",
        ask(account, json!({ "tags": [{ "key": "key2" }, { "key": "_sys_a" }] })),
    );
    table.refused(
        by,
        400,
        "another system tag",
        ask(&callers.service, json!({ "sys_tags": [{ "key": "_sys_a" }] })),
    );
    table.refused(by, 400, "another content type", with(&good, "application/json", "text/plain"));
    table.refused(by, 400, "no content type", with(&good, "Content-Type: application/json\r\n", ""));
    table.refused(
        by,
        400,
        "a longer body than any request",
        ask(account, json!({ "tags": [{ "key": "x".repeat(300_000) }] })),
    );
    table.refused(by, 400, "too short a project", with(&good, PROJECT, &PROJECT[..31]));
    let system = json!({ "sys_tags": [{ "key": "_sys_enterprise_project_id" }] });
    let both = json!({ "tags": [{ "key": "key3" }], "sys_tags": [{ "key": "_sys_enterprise_project_id", "value": "0" }] });
    table.refused(by, 403, "system tags without the role", ask(account, system.clone()));
    table.refused(by, 403, "both lists without the role", ask(account, both.clone()));
    table.done(by, 2, "both lists with the role", ask(&callers.service, both));
    table.done(by, 0, "a system tag that is gone", ask(&callers.service, system));
    table.done(
        by,
        0,
        "another value",
        ask(account, json!({ "tags": [{ "key": "key4", "value": "other" }] })),
    );
    table.done(
        by,
        1,
        "twice the same",
        ask(account, json!({ "tags": [{ "key": "key4" }, { "key": "key4" }] })),
    );
}

/// The statuses of the contract's operations, and the code of each failure.
fn documented() -> BTreeMap<(String, u16), Option<String>> {
    let contract: Value = serde_json::from_str(contract::JSON).unwrap();
    let mut documented = BTreeMap::new();
    for path in contract["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values().filter(|member| member["operationId"].is_string())
        {
            let id = operation["operationId"].as_str().unwrap();
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let code = answer["x-error-code"].as_str().map(str::to_owned);
                documented.insert((id.to_owned(), status.parse().unwrap()), code);
            }
        }
    }
    documented
}

/// The statuses of the front, from the table in the README.
fn documented_by_the_front() -> BTreeSet<u16> {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("### Answers in front of the contract").unwrap();
    let (table, _) = table.split_once("\n### ").unwrap();
    let first_cells = table.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    first_cells.flat_map(|cell| cell.split(',')).filter_map(|status| status.trim().parse().ok()).collect()
}

#[test]
fn every_documented_status_has_a_case_and_every_case_a_documented_status() {
    let names = ["account", "nobody", "bound", "service"].map(str::to_owned);
    let [account, nobody, bound, service] = names;
    let cases = cases(&Callers { account, nobody, bound, service });
    let (mut of_operations, mut of_the_front) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<u16>>::new());
    for case in &cases {
        match case.by {
            By::Operation(id) => drop(of_operations.insert((id.to_owned(), case.status))),
            By::Front(id) => drop(of_the_front.entry(id).or_default().insert(case.status)),
        }
    }
    assert_eq!(of_operations, documented().into_keys().collect());
    assert_eq!(of_the_front.len(), 2);
    for (id, statuses) in of_the_front {
        assert_eq!(statuses, documented_by_the_front(), "for {id}");
    }
}

/// Checks an answer against its case and the contract.
fn check(case: &Case, answer: &Answer) {
    let what = format!("{:?}, {}: {answer:?}", case.by, case.cause);
    assert_eq!(answer.status, case.status, "{what}");
    // Headers that are too long are refused before there is a request to name.
    if case.status == 431 {
        assert_eq!(answer.text(), "", "{what}");
        return;
    }
    assert_eq!(answer.header("x-request-id").len(), 32, "{what}");
    if case.status == 204 {
        assert_eq!(answer.text(), "", "{what}");
        return;
    }
    let body = answer.json();
    let message = body["error_msg"].as_str().unwrap();
    assert!(!message.is_empty() && !message.contains("untag_"), "{what}");
    match case.by {
        By::Operation(id) => {
            let code = documented()[&(id.to_owned(), case.status)].clone().unwrap();
            assert_eq!(body["error_code"], code, "{what}");
            if case.status == 500 {
                failed(answer, &code);
            }
        }
        By::Front(_) => {
            assert!(body["error_code"].as_str().unwrap().starts_with("APIGW."), "{what}");
            match case.status {
                405 => assert_eq!(answer.header("allow"), "DELETE"),
                429 | 503 => assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0),
                _ => {}
            }
        }
    }
}

#[test]
fn every_status_is_produced_by_its_cause_and_a_refusal_changes_nothing() {
    let site = Site::new();
    let callers = callers(&site);
    let tags = |team: &str| json!({ "team": team, "key1": "value1", "key2": "value2", "key3": "", "key4": "value4", "key5": "" });
    let mut red = resource("red", &tags("red"));
    red["sys_tags"] = json!({ "_sys_enterprise_project_id": "0" });
    let mut disk = resource("disk", &tags("red"));
    disk["resource_type"] = json!("disk");
    site.import(&[red, resource("blue", &tags("blue")), resource("green", &tags("green")), disk]);
    let server = site.start(&["--max-requests", PLACES, "--turn-timeout", "0.01", "--body-timeout", "1"]);
    let cases = cases(&callers);
    let ask = |case: &Case| {
        let mut connection = server.connect();
        // Where the headers are too long, the answer comes while they are sent.
        let _ = connection.send(&case.request);
        connection.receive().unwrap_or_else(|error| panic!("{:?}, {}: {error}", case.by, case.cause))
    };
    let at = |when: When| cases.iter().filter(move |case| case.when == when);
    let total = |resources: &[(_, untag_store::Tags)]| -> usize {
        resources.iter().map(|(_, tags)| tags.tags.len() + tags.sys_tags.len()).sum()
    };

    let before = site.contents();
    for case in at(When::Ever).filter(|case| case.status != 204) {
        check(case, &ask(case));
        assert_eq!(site.contents(), before, "{:?}, {}", case.by, case.cause);
    }

    // Requests that wait for the lock take all places, and give them back when they fail.
    let holder = Connection::open(site.file("tags.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        for case in at(When::Locked) {
            let (ask, enough) = (&ask, &enough);
            scope.spawn(move || {
                loop {
                    let answer = ask(case);
                    // One of those that are to find no place may have found one, and then this one has none.
                    if answer.status == 503 {
                        continue;
                    }
                    check(case, &answer);
                    if enough.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        for case in at(When::Crowded) {
            let places: u64 = PLACES.parse().unwrap();
            let answer = until("all places are taken", || {
                (server.figure("untagd_requests_in_flight") == places)
                    .then(|| ask(case))
                    .filter(|answer| answer.status != 500)
            });
            check(case, &answer);
        }
        enough.store(true, Ordering::SeqCst);
    });
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(site.contents(), before, "failures and refusals");

    // Another service on the same database, which takes only one refused credential of each address.
    let folder = folder();
    let wary = site.start_in(folder.path(), &["--max-refusals", "1"]);
    assert_eq!(wary.connect().ask(&delete_desktop_tag("untag_wrong", "red", "key1")).status, 401);
    for case in at(When::Guessed) {
        check(case, &wary.connect().ask(&case.request));
    }
    drop(wary);
    assert_eq!(site.contents(), before, "guesses");

    // Service again, by itself.
    let mut before = before;
    for case in at(When::Ever).filter(|case| case.status == 204) {
        check(case, &ask(case));
        let after = site.contents();
        assert_eq!(after.trail.len() - before.trail.len(), case.removes, "{:?}, {}", case.by, case.cause);
        assert_eq!(total(&before.resources) - total(&after.resources), case.removes);
        before = after;
    }
}
