//! The schema and its versions, embedded, and brought up to date when a store connects.

use std::fmt::Write as _;

use tokio_postgres::Error;

use super::lane::Work;
use super::session::Session;
use super::transaction::{COMMIT, Isolation};
use super::trouble::{Trouble, is_made_twice, is_undefined_table};
use crate::StoreError;

/// The newest version that this program knows: the number of steps in [`step`].
pub(super) const KNOWN: i64 = 1;

/// Which kind of engine answers, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// PostgreSQL itself; Citus too, which is an extension of it.
    Postgres {
        /// Whether tables may be partitioned here: Citus distributes them.
        partitions: bool,
    },
    /// Another engine that speaks its language and distributes tables by itself: CockroachDB, YugabyteDB.
    Distributed,
}

impl Engine {
    pub(super) fn isolation(self) -> Isolation {
        match self {
            Self::Postgres { .. } => Isolation::ReadCommitted,
            Self::Distributed => Isolation::Serializable,
        }
    }

    async fn detect(session: &Session) -> Result<Self, Error> {
        let row = session.query_one("SELECT version()", &[]).await?;
        let version: &str = row.try_get(0)?;
        if version.contains("CockroachDB") || version.contains("-YB-") {
            return Ok(Self::Distributed);
        }
        let citus = session.query_opt("SELECT 1 FROM pg_extension WHERE extname = 'citus'", &[]).await?;
        Ok(Self::Postgres { partitions: citus.is_none() })
    }
}

/// Brings the schema up to date, and says which engine it is on.
///
/// Any number of programs may start at once: the row that holds the version is locked for all steps, which are one
/// transaction, and whoever waited for it finds them done. A schema that is up to date is only read, so that a program
/// in daily service needs no right to change it.
pub(super) struct Migrate {
    pub(super) partitions: u16,
}

impl Work for Migrate {
    type Output = Engine;

    async fn attempt(&mut self, session: &mut Session) -> Result<Engine, Trouble> {
        check_encoding(session).await?;
        let engine = Engine::detect(session).await?;
        if version(session).await?.is_some_and(|version| version == KNOWN) {
            return Ok(engine);
        }
        make_version_row(session).await?;
        session.opens();
        session.batch_execute(engine.isolation().begin()).await?;
        let row = session.query_one("SELECT version FROM untag_schema WHERE id = 1 FOR UPDATE", &[]).await?;
        let found: i64 = row.try_get(0)?;
        check_known(found)?;
        for version in found + 1..=KNOWN {
            tracing::info!(version, "bringing the PostgreSQL schema up to date");
            session.batch_execute(&step(version, engine, self.partitions)).await?;
        }
        session.execute("UPDATE untag_schema SET version = $1 WHERE id = 1", &[&KNOWN]).await?;
        session.batch_execute(COMMIT).await?;
        session.ended();
        Ok(engine)
    }
}

/// Refuses a schema that a newer program made.
pub(super) fn check_known(found: i64) -> Result<(), Trouble> {
    if found > KNOWN {
        return Err(Trouble::Final(StoreError::NewerSchema { found, known: KNOWN }));
    }
    Ok(())
}

async fn check_encoding(session: &Session) -> Result<(), Trouble> {
    let row = session.query_one("SHOW server_encoding", &[]).await?;
    let encoding: String = row.try_get(0)?;
    if encoding.eq_ignore_ascii_case("UTF8") || encoding.eq_ignore_ascii_case("UTF-8") {
        return Ok(());
    }
    Err(Trouble::Final(StoreError::Failed(format!(
        "the database's encoding is {encoding}, which cannot hold every tag; make one with ENCODING 'UTF8'"
    ))))
}

/// The version of the schema, or nothing where there is none yet.
async fn version(session: &Session) -> Result<Option<i64>, Trouble> {
    match session.query_opt("SELECT version FROM untag_schema WHERE id = 1", &[]).await {
        Ok(Some(row)) => {
            let found = row.try_get(0)?;
            check_known(found)?;
            Ok(Some(found))
        }
        Ok(None) => Ok(None),
        Err(error) if is_undefined_table(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the row that everything else is serialised by.
async fn make_version_row(session: &Session) -> Result<(), Trouble> {
    let table = "CREATE TABLE IF NOT EXISTS untag_schema (id int PRIMARY KEY, version bigint NOT NULL)";
    // IF NOT EXISTS looks before it makes, and another program may do the same in between.
    match session.batch_execute(table).await {
        Err(error) if is_made_twice(&error) => {
            return Err(Trouble::Conflict("another program makes the schema".to_owned()));
        }
        result => result?,
    }
    session
        .execute("INSERT INTO untag_schema (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING", &[])
        .await?;
    Ok(())
}

/// The statements that lead to a version from the one before.
fn step(version: i64, engine: Engine, partitions: u16) -> String {
    match version {
        1 => tables(engine, partitions),
        _ => String::new(),
    }
}

/// Every table leads with the project, which it is distributed by. Texts are compared by their bytes: a database's
/// collation is for people, may change with its operating system, and would order resources unlike other stores.
/// The other engines compare bytes anyway, and one of them has no such clause.
fn tables(engine: Engine, partitions: u16) -> String {
    let (text, partitions) = match engine {
        Engine::Postgres { partitions: true } => ("text COLLATE \"C\" NOT NULL", partitions),
        Engine::Postgres { partitions: false } => ("text COLLATE \"C\" NOT NULL", 0),
        Engine::Distributed => ("text NOT NULL", 0),
    };
    let resource = format!("project_id {text}, resource_type {text}, resource_id {text}");
    let by_project = if partitions > 0 { " PARTITION BY HASH (project_id)" } else { "" };
    let mut sql = format!(
        "CREATE TABLE resources ({resource}, PRIMARY KEY (project_id, resource_type, resource_id)){by_project};\n\
         CREATE TABLE tags ({resource}, system boolean NOT NULL, key {text}, value {text}, \
         PRIMARY KEY (project_id, resource_type, resource_id, system, key)){by_project};\n\
         CREATE TABLE audit (project_id {text}, at_micros bigint NOT NULL, request_id {text}, \
         ordinal integer NOT NULL, caller {text}, action {text}, resource_type {text}, resource_id {text}, \
         system boolean NOT NULL, key {text}, value {text}, \
         PRIMARY KEY (project_id, at_micros, request_id, ordinal)){by_project};\n\
         CREATE INDEX audit_at ON audit (at_micros, request_id, ordinal);\n\
         CREATE INDEX audit_request ON audit (request_id, at_micros, ordinal);\n"
    );
    for table in ["resources", "tags", "audit"] {
        for part in 0..partitions {
            let _ = writeln!(
                sql,
                "CREATE TABLE {table}_{part} PARTITION OF {table} \
                 FOR VALUES WITH (MODULUS {partitions}, REMAINDER {part});"
            );
        }
    }
    sql
}
