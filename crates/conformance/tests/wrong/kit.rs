//! The kit as these tests run it: against a server in this process, whose tags it sets and reads directly.

use crate::fault::Fault;
use crate::server::{ACCESS_KEY, OP_SERVICE_TOKEN, PROJECT, SECRET_KEY, Server, TOKEN};
use crate::store::{Store, Tags};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use untag_conformance::{
    Auth, Failure, Outcome, Report, Resource, Selection, State, StateError, Target, report, run,
};

/// A project that is not the caller's.
const OTHER_PROJECT: &str = "ffffffffffffffffffffffffffffffff";

/// The desktop and the workspace.
const ID: &str = "e6cd8b01-ea9c-4a8b-8b1f-4b2a1a0c9d11";

/// The server's tags, without a way through its API.
struct Beside(Store);

impl State for Beside {
    fn set(&mut self, resources: &[Resource]) -> Result<(), StateError> {
        let mut store = self.0.lock();
        for resource in resources.iter().cloned() {
            let key = (resource.project_id, resource.resource_type, resource.resource_id);
            store.insert(key, Tags { tags: resource.tags, sys_tags: resource.sys_tags });
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Resource>, StateError> {
        let resources =
            self.0.lock().clone().into_iter().map(|((project_id, resource_type, resource_id), tags)| {
                Resource { project_id, resource_type, resource_id, tags: tags.tags, sys_tags: tags.sys_tags }
            });
        Ok(resources.collect())
    }
}

/// A server with one mistake, or none, under the kit, which has all credentials and sees the tags.
pub(crate) fn check(fault: Option<Fault>, selection: &Selection) -> Report {
    let server = Server::start(fault);
    // Of everything that is no fixture, the nearest: another type, another id, another project.
    let mut bystanders = BTreeMap::new();
    for (project, kind, id) in
        [(PROJECT, "disk", ID), (PROJECT, "workspace", "another"), (OTHER_PROJECT, "desktop", ID)]
    {
        let tags: BTreeMap<_, _> = [("key1".to_owned(), "value1".to_owned())].into();
        let key = (project.to_owned(), kind.to_owned(), id.to_owned());
        bystanders.insert(key, Tags { sys_tags: BTreeMap::new(), tags });
    }
    server.store.lock().extend(bystanders.clone());
    let everybody = json!({
        "project_id": PROJECT, "token": TOKEN, "op_service_token": OP_SERVICE_TOKEN, "ak": ACCESS_KEY, "sk": SECRET_KEY,
    });
    let report =
        run(&target(&server, &everybody), Some(&mut Beside(server.store.clone())), selection, &mut ())
            .unwrap();
    if fault.is_none() {
        let store = server.store.lock();
        assert!(bystanders.iter().all(|(key, tags)| store.get(key) == Some(tags)), "{store:?}");
    }
    report
}

/// The same by a kit that has a token and nothing else.
pub(crate) fn check_blindly(fault: Option<Fault>) -> Report {
    let server = Server::start(fault);
    // What the kit takes for granted where it cannot set tags.
    let tags: BTreeMap<_, _> = [("key1", "value1"), ("key2", "value3"), ("keep", "me")]
        .map(|(key, value)| (key.into(), value.into()))
        .into();
    for kind in ["desktop", "workspace"] {
        let key = (PROJECT.to_owned(), kind.to_owned(), ID.to_owned());
        server.store.lock().insert(key, Tags { tags: tags.clone(), sys_tags: BTreeMap::new() });
    }
    let tenant = json!({ "project_id": PROJECT, "token": TOKEN });
    run(&target(&server, &tenant), None, &Selection::all(), &mut ()).unwrap()
}

fn target(server: &Server, auth: &serde_json::Value) -> Target {
    Target {
        url: server.url().parse().unwrap(),
        project_id: PROJECT.to_owned(),
        desktop_id: ID.to_owned(),
        resource_type: "workspace".to_owned(),
        resource_id: ID.to_owned(),
        credentials: Auth::from_json(auth.to_string().as_bytes()).unwrap(),
    }
}

/// The breaks of a rule.
pub(crate) fn failures<'r>(report: &'r Report, rule: &str) -> &'r [Failure] {
    match &report.rule(rule).unwrap_or_else(|| panic!("no rule {rule}")).outcome {
        Outcome::Broken(failures) => failures,
        _ => &[],
    }
}

/// Holds a report against what each may have in it: no secret, and for each break everything that it takes to see it again.
pub(crate) fn look_through(report: &Report) {
    let forms = [report::text(report), report::json(report).to_string(), report::junit(report)];
    for form in forms {
        for secret in [TOKEN, OP_SERVICE_TOKEN, SECRET_KEY] {
            assert!(!form.contains(secret), "{secret} in {form}");
        }
    }
    let outcomes = report.rules.iter().map(|judged| &judged.outcome);
    for outcome in outcomes {
        let Outcome::Broken(failures) = outcome else { continue };
        assert!(!failures.is_empty());
        for failure in failures {
            let Failure { case, why, expected, got, reproduction } = failure;
            for part in [case, why, expected, got, reproduction] {
                assert!(!part.is_empty(), "{failure:?}");
            }
        }
    }
}

/// Asserts that a mistake breaks the rule that stands for it.
#[track_caller]
pub(crate) fn caught(fault: Fault, rule: &str) {
    let report = check(Some(fault), &Selection::all());
    look_through(&report);
    let broken: Vec<&str> = report
        .rules
        .iter()
        .filter(|judged| matches!(judged.outcome, Outcome::Broken(_)))
        .map(|judged| judged.rule.name.as_str())
        .collect();
    assert!(broken.contains(&rule), "{fault:?} breaks {broken:?}, and not {rule}");
}

/// What comes of the command line that a failure gives, with the tokens in the variables that it names.
pub(crate) fn repeat(report: &Report, failure: &Failure) -> String {
    // Where curl cannot send it, the line ends in netcat, for which this test stands in: not every machine has one.
    let line = format!("nc() {{ cat; }}\n{}", failure.reproduction);
    let output = Command::new("sh")
        .args(["-c", &line])
        .env("TOKEN", TOKEN)
        .env("OP_SERVICE_TOKEN", OP_SERVICE_TOKEN)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}\nIt needs the Debian package curl");
    let came = if failure.reproduction.starts_with("curl ") {
        output.stdout
    } else {
        let mut stream = TcpStream::connect(report.url.trim_start_matches("http://")).unwrap();
        stream.write_all(&output.stdout).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    };
    String::from_utf8_lossy(&came).into_owned()
}
