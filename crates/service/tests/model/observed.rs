//! What the database shows the operator: `untagd export` and `untagd audit`.

use crate::model::{Change, Row, Tags};
use crate::support::succeed;
use serde_json::Value;
use std::collections::BTreeMap;
use untag_store::ResourceKey;

/// All that the database holds.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) resources: BTreeMap<ResourceKey, Tags>,
    pub(crate) trail: Vec<Row>,
}

impl Observed {
    pub(crate) fn read(store: &str) -> Self {
        let mut resources = BTreeMap::new();
        for line in values(&succeed(&["export", "--store", store])) {
            let tags = [(false, "tags"), (true, "sys_tags")].into_iter().flat_map(|(system, member)| {
                let tags = line[member].as_object().unwrap();
                tags.iter()
                    .map(move |(key, value)| ((system, key.clone()), value.as_str().unwrap().to_owned()))
            });
            let before = resources.insert(resource(&line), tags.collect());
            assert!(before.is_none(), "it is exported twice: {line}");
        }
        let trail: Vec<Row> =
            values(&succeed(&["audit", "--json", "--store", store])).map(|line| row(&line)).collect();
        let is_in_order =
            |rows: &[Row]| (&rows[0].time, &rows[0].request) <= (&rows[1].time, &rows[1].request);
        assert!(trail.windows(2).all(is_in_order), "the audit trail is not in its order: {trail:#?}");
        Self { resources, trail }
    }
}

fn values(printed: &str) -> impl Iterator<Item = Value> {
    printed.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn text(line: &Value, member: &str) -> String {
    line[member].as_str().unwrap_or_else(|| panic!("no {member} in {line}")).to_owned()
}

fn resource(line: &Value) -> ResourceKey {
    ResourceKey {
        project_id: text(line, "project_id"),
        resource_type: text(line, "resource_type"),
        resource_id: text(line, "resource_id"),
    }
}

fn row(line: &Value) -> Row {
    let restores = match text(line, "action").as_str() {
        "delete" => false,
        "restore" => true,
        other => panic!("an unknown action: {other}"),
    };
    let tag = (line["system"].as_bool().unwrap(), text(line, "key"));
    let (resource, caller, value) = (resource(line), text(line, "caller"), text(line, "value"));
    let change = Change { caller, restores, resource, tag, value };
    Row { time: text(line, "time"), request: text(line, "request_id"), change }
}
