//! The conformance kit at work: this repository's servers as its targets, and how it sees their tags.

use super::dev::{Dev, RESOURCE};
use super::example::{Example, ID, PROJECT, TOKEN, all_tags};
use super::program;
use super::service::{OP_SERVICE_TOKEN, Service, Tags};
use serde_json::{Value, json};
use untag_conformance::{Auth, Commands, Outcome, Report, Resource, State, StateError, Target};

/// A server as the kit sees it, with the example's project and resources.
pub fn target(url: &str, auth: &Value) -> Target {
    assert_eq!(RESOURCE, ID, "all servers here have the same desktop and the same resource");
    Target {
        url: url.parse().expect("a URL"),
        project_id: PROJECT.to_owned(),
        desktop_id: ID.to_owned(),
        resource_type: "workspace".to_owned(),
        resource_id: ID.to_owned(),
        credentials: Auth::from_json(auth.to_string().as_bytes()).expect("credentials"),
    }
}

/// The fixture stub's two callers.
pub fn of_service(url: &str) -> Target {
    target(url, &json!({"token": TOKEN, "op_service_token": OP_SERVICE_TOKEN}))
}

/// The example's one caller, who is the tag service.
pub fn of_example(url: &str) -> Target {
    target(url, &json!({"token": TOKEN, "op_service_token": TOKEN}))
}

impl State for Service {
    fn set(&mut self, resources: &[Resource]) -> Result<(), StateError> {
        Service::set(self, flat(resources));
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Resource>, StateError> {
        Ok(resources(&self.tags()))
    }
}

/// The example starts with the one state that it knows.
impl State for Example {
    fn set(&mut self, resources: &[Resource]) -> Result<(), StateError> {
        if flat(resources) != all_tags() {
            return Err(StateError("the example has no other tags than those it starts with".to_owned()));
        }
        self.restart();
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Resource>, StateError> {
        Ok(resources(&self.tags()))
    }
}

/// The commands of `untagd` that an implementer would give to the kit.
pub fn commands(dev: &Dev) -> Commands {
    let untagd = program::build(&["--package", "untag-service", "--bin", "untagd"]);
    let (untagd, store) = (untagd.display(), dev.folder.path().join("dev.db"));
    let store = format!("--store sqlite:{}", store.display());
    Commands {
        put: format!("{untagd} import --allow-old-tags {store} -"),
        get: format!("{untagd} export {store} --project {PROJECT}"),
    }
}

/// Fails if a rule is broken, with everything that the kit says about it; otherwise the names of those that were not checked.
pub fn unchecked(report: &Report) -> Vec<&str> {
    let broken: Vec<_> = report
        .rules
        .iter()
        .filter_map(|judged| match &judged.outcome {
            Outcome::Broken(failures) => Some((&judged.rule.name, failures)),
            _ => None,
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let open = report.rules.iter().filter(|judged| matches!(judged.outcome, Outcome::NotChecked(_)));
    open.map(|judged| judged.rule.name.as_str()).collect()
}

/// Tags of both kinds in one map, which is how the small services here keep them.
fn flat(resources: &[Resource]) -> Tags {
    let tags = resources.iter().map(|resource| {
        let all = resource.tags.clone().into_iter().chain(resource.sys_tags.clone());
        (resource.resource_type.clone(), all.collect())
    });
    tags.collect()
}

fn resources(tags: &Tags) -> Vec<Resource> {
    let resources = tags.iter().map(|(kind, all)| {
        let (sys_tags, tags) =
            all.clone().into_iter().partition(|(key, _)| key == "_sys_enterprise_project_id");
        Resource {
            project_id: PROJECT.to_owned(),
            resource_type: kind.clone(),
            resource_id: ID.to_owned(),
            tags,
            sys_tags,
        }
    });
    resources.collect()
}
