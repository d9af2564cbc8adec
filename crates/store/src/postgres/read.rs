//! What is only read: one resource, all resources page by page, the audit trail page by page, and whether all is well.

use super::filter::Where;
use super::lane::Work;
use super::rows::{ENTRY_COLUMNS, add_tag, entry_of, resource_of};
use super::schema;
use super::session::Session;
use super::transaction::Params;
use super::trouble::Trouble;
use crate::{AuditEntry, AuditFilter, AuditPosition, ResourceKey, StoreError, Tags};

const GET: &str = "SELECT tags.system, tags.key, tags.value FROM resources LEFT JOIN tags \
     ON tags.project_id = resources.project_id AND tags.resource_type = resources.resource_type \
     AND tags.resource_id = resources.resource_id AND tags.project_id = $1 \
     WHERE resources.project_id = $1 AND resources.resource_type = $2 AND resources.resource_id = $3";

const TAGS_OF_PAGE: &str = "SELECT tags.project_id, tags.resource_type, tags.resource_id, system, key, value \
     FROM unnest($1::text[], $2::text[], $3::text[]) AS page (project_id, resource_type, resource_id) \
     JOIN tags ON tags.project_id = page.project_id AND tags.resource_type = page.resource_type \
     AND tags.resource_id = page.resource_id";

/// Reads one resource in one statement, and so at one point in time.
pub(super) struct Get(pub(super) ResourceKey);

impl Work for Get {
    type Output = Option<Tags>;

    async fn attempt(&mut self, session: &mut Session) -> Result<Option<Tags>, Trouble> {
        let get = session.prepare_cached(GET).await?;
        let rows =
            session.query(&get, &[&self.0.project_id, &self.0.resource_type, &self.0.resource_id]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut tags = Tags::default();
        for row in &rows {
            // A resource without tags is one row of nothing.
            if row.try_get::<_, Option<bool>>(0)?.is_some() {
                add_tag(&mut tags, row, 0)?;
            }
        }
        Ok(Some(tags))
    }
}

/// Reads the next resources. Each has tags as they were at one point in time; two of them may differ in it.
pub(super) struct Scan {
    pub(super) after: Option<ResourceKey>,
    pub(super) limit: i64,
}

impl Work for Scan {
    type Output = Vec<(ResourceKey, Tags)>;

    async fn attempt(&mut self, session: &mut Session) -> Result<Self::Output, Trouble> {
        let mut chosen = Where::new("true");
        if let Some(after) = &self.after {
            chosen.behind(
                "project_id, resource_type, resource_id",
                &[&after.project_id, &after.resource_type, &after.resource_id],
            );
        }
        let limit = chosen.param(&self.limit);
        let Where { sql, params } = chosen;
        let statement = session
            .prepare_cached(&format!(
                "SELECT project_id, resource_type, resource_id FROM resources{sql} \
                 ORDER BY project_id, resource_type, resource_id LIMIT {limit}"
            ))
            .await?;
        let rows = session.query(&statement, &params).await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            page.push((resource_of(row)?, Tags::default()));
        }
        add_tags(session, &mut page).await?;
        Ok(page)
    }
}

/// Fills a page that is in the order of its keys.
async fn add_tags(session: &Session, page: &mut [(ResourceKey, Tags)]) -> Result<(), Trouble> {
    let projects: Vec<&str> = page.iter().map(|(resource, _)| resource.project_id.as_str()).collect();
    let types: Vec<&str> = page.iter().map(|(resource, _)| resource.resource_type.as_str()).collect();
    let ids: Vec<&str> = page.iter().map(|(resource, _)| resource.resource_id.as_str()).collect();
    let params: Params<'_> = &[&projects, &types, &ids];
    let statement = session.prepare_cached(TAGS_OF_PAGE).await?;
    for row in &session.query(&statement, params).await? {
        let resource = resource_of(row)?;
        let place = page.binary_search_by(|(other, _)| other.cmp(&resource));
        if let Some((_, tags)) = place.ok().and_then(|place| page.get_mut(place)) {
            add_tag(tags, row, 3)?;
        }
    }
    Ok(())
}

/// Reads the next rows of the audit trail.
pub(super) struct Audit {
    pub(super) filter: AuditFilter,
    pub(super) after: Option<AuditPosition>,
    pub(super) limit: i64,
}

impl Work for Audit {
    type Output = Vec<AuditEntry>;

    async fn attempt(&mut self, session: &mut Session) -> Result<Self::Output, Trouble> {
        let mut chosen = Where::new("true");
        chosen.filter(&self.filter);
        if let Some(after) = &self.after {
            chosen.behind("at_micros, request_id, ordinal", &[&after.at, &after.request_id, &after.ordinal]);
        }
        let limit = chosen.param(&self.limit);
        let Where { sql, params } = chosen;
        let statement = session
            .prepare_cached(&format!(
                "SELECT {ENTRY_COLUMNS} FROM audit{sql} ORDER BY at_micros, request_id, ordinal LIMIT {limit}"
            ))
            .await?;
        session.query(&statement, &params).await?.iter().map(entry_of).collect()
    }
}

/// Asks whether the server is there, accepts writes, and still has a schema that this program knows.
pub(super) struct Ready;

impl Work for Ready {
    type Output = ();

    async fn attempt(&mut self, session: &mut Session) -> Result<(), Trouble> {
        let row = session
            .query_one(
                "SELECT version, current_setting('transaction_read_only') FROM untag_schema WHERE id = 1",
                &[],
            )
            .await?;
        schema::check_known(row.try_get(0)?)?;
        if row.try_get::<_, &str>(1)? == "on" {
            return Err(Trouble::Lost("the server is read-only".to_owned()));
        }
        Ok(())
    }
}

/// Refuses a position that no row can have.
pub(super) fn unknown_position() -> StoreError {
    StoreError::Invalid(
        "the position to go on from holds the character U+0000; take one from an earlier page".to_owned(),
    )
}
