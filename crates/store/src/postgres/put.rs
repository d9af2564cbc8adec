//! An import: resources and tags that are to be there, in one transaction.

use std::collections::{BTreeMap, HashSet};

use tokio_postgres::Row;

use super::lane::Work;
use super::session::Session;
use super::transaction::{COMMIT, Isolation, LOCK_RESOURCES, Params};
use super::trouble::Trouble;
use crate::{ResourceKey, Tags, Upserted};

const ADD_RESOURCES: &str = "INSERT INTO resources (project_id, resource_type, resource_id) \
     SELECT $1::text, resource.resource_type, resource.resource_id \
     FROM unnest($2::text[], $3::text[]) AS resource (resource_type, resource_id) \
     ON CONFLICT (project_id, resource_type, resource_id) DO NOTHING RETURNING resource_type, resource_id";

const SET_TAGS: &str = "INSERT INTO tags (project_id, resource_type, resource_id, system, key, value) \
     SELECT $1::text, tag.resource_type, tag.resource_id, tag.system, tag.key, tag.value \
     FROM unnest($2::text[], $3::text[], $4::bool[], $5::text[], $6::text[]) \
     AS tag (resource_type, resource_id, system, key, value) \
     ON CONFLICT (project_id, resource_type, resource_id, system, key) \
     DO UPDATE SET value = excluded.value WHERE tags.value <> excluded.value \
     RETURNING resource_type, resource_id";

/// An import that may be tried more than once.
///
/// Projects and resources are taken in the order of their keys, new ones before the locks on all of them, so that two
/// imports of the same resources wait for each other and never in a circle. A deletion holds one lock and waits for none.
pub(super) struct Put {
    /// Each resource at most once in a round: one that was listed twice is imported twice, one time after the other.
    rounds: Vec<BTreeMap<ResourceKey, Tags>>,
    isolation: Isolation,
}

impl Put {
    pub(super) fn new(resources: Vec<(ResourceKey, Tags)>, isolation: Isolation) -> Self {
        let mut rounds: Vec<BTreeMap<ResourceKey, Tags>> = Vec::new();
        for (resource, tags) in resources {
            match rounds.iter_mut().find(|round| !round.contains_key(&resource)) {
                Some(round) => drop(round.insert(resource, tags)),
                None => rounds.push(BTreeMap::from([(resource, tags)])),
            }
        }
        Self { rounds, isolation }
    }
}

impl Work for Put {
    type Output = Upserted;

    async fn attempt(&mut self, session: &mut Session) -> Result<Upserted, Trouble> {
        let mut sum = Upserted::default();
        session.opens();
        session.batch_execute(self.isolation.begin()).await?;
        for round in &self.rounds {
            let mut rest: Vec<_> = round.iter().collect();
            while let Some((first, _)) = rest.first() {
                let project_id = &first.project_id;
                let others = rest.partition_point(|(resource, _)| resource.project_id == *project_id);
                let behind = rest.split_off(others);
                put(session, project_id, &rest, &mut sum).await?;
                rest = behind;
            }
        }
        session.batch_execute(COMMIT).await?;
        session.ended();
        Ok(sum)
    }
}

/// Imports resources of one project, each listed once, in the order of their keys.
async fn put(
    session: &Session,
    project_id: &str,
    resources: &[(&ResourceKey, &Tags)],
    sum: &mut Upserted,
) -> Result<(), Trouble> {
    let add = session.prepare_cached(ADD_RESOURCES).await?;
    let lock = session.prepare_cached(LOCK_RESOURCES).await?;
    let set = session.prepare_cached(SET_TAGS).await?;
    let types: Vec<&str> = resources.iter().map(|(resource, _)| resource.resource_type.as_str()).collect();
    let ids: Vec<&str> = resources.iter().map(|(resource, _)| resource.resource_id.as_str()).collect();
    let keys: Params<'_> = &[&project_id, &types, &ids];
    let mut tags = Columns::default();
    for (resource, given) in resources {
        tags.push(resource, false, &given.tags);
        tags.push(resource, true, &given.sys_tags);
    }
    let values: Params<'_> = &[&project_id, &tags.types, &tags.ids, &tags.systems, &tags.keys, &tags.values];
    let (added, locked, changed) = tokio::join!(
        biased;
        session.query(&add, keys),
        session.query(&lock, keys),
        session.query(&set, values),
    );
    let (added, locked, changed) = (added?, locked?, changed?);
    if locked.len() != resources.len() {
        return Err(Trouble::Conflict("a resource was removed while it was imported".to_owned()));
    }
    let created = named(&added)?;
    let changed = named(&changed)?;
    let changed = changed.difference(&created).count();
    let unchanged = resources.len() - created.len() - changed;
    sum.created += created.len() as u64;
    sum.changed += changed as u64;
    sum.unchanged += unchanged as u64;
    Ok(())
}

#[derive(Default)]
struct Columns<'a> {
    types: Vec<&'a str>,
    ids: Vec<&'a str>,
    systems: Vec<bool>,
    keys: Vec<&'a str>,
    values: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, resource: &'a ResourceKey, system: bool, tags: &'a BTreeMap<String, String>) {
        for (key, value) in tags {
            self.types.push(&resource.resource_type);
            self.ids.push(&resource.resource_id);
            self.systems.push(system);
            self.keys.push(key);
            self.values.push(value);
        }
    }
}

/// The resources that rows of `resource_type, resource_id` name, each once.
fn named(rows: &[Row]) -> Result<HashSet<(&str, &str)>, Trouble> {
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
