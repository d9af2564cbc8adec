//! Conditions on the audit trail, as SQL that holds only those that were asked for: each choice gets the plan it deserves.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

use crate::AuditFilter;

/// A growing `WHERE` with its parameters.
pub(super) struct Where<'a> {
    pub(super) sql: String,
    pub(super) params: Vec<&'a (dyn ToSql + Sync)>,
}

impl<'a> Where<'a> {
    /// Begins with a condition that takes no parameter.
    pub(super) fn new(condition: &str) -> Self {
        Self { sql: format!(" WHERE {condition}"), params: Vec::new() }
    }

    /// Adds what a filter asks for.
    pub(super) fn filter(&mut self, filter: &'a AuditFilter) {
        self.equal("project_id", filter.project_id.as_ref());
        self.equal("request_id", filter.request_id.as_ref());
        self.equal("resource_type", filter.resource_type.as_ref());
        self.equal("resource_id", filter.resource_id.as_ref());
        if let Some(from) = &filter.from {
            self.compare("at_micros >=", from);
        }
        if let Some(until) = &filter.until {
            self.compare("at_micros <", until);
        }
    }

    fn equal(&mut self, column: &str, value: Option<&'a String>) {
        if let Some(value) = value {
            self.compare(&format!("{column} ="), value);
        }
    }

    fn compare(&mut self, left: &str, value: &'a (dyn ToSql + Sync)) {
        let value = self.param(value);
        let _ = write!(self.sql, " AND {left} {value}");
    }

    /// Asks for rows behind a position in the order of these columns.
    pub(super) fn behind(&mut self, columns: &str, position: &[&'a (dyn ToSql + Sync)]) {
        let values: Vec<String> = position.iter().map(|value| self.param(*value)).collect();
        let _ = write!(self.sql, " AND ({columns}) > ({})", values.join(", "));
    }

    /// Takes a parameter, and names it.
    pub(super) fn param(&mut self, value: &'a (dyn ToSql + Sync)) -> String {
        self.params.push(value);
        format!("${}", self.params.len())
    }
}
