//! `untagd` on a real PostgreSQL.

mod crash;
mod pair;
mod parity;

use crate::support::Site;
use crate::{faults, follow};
use untag_postgres::shared;

#[test]
fn what_is_followed_appears_in_order_and_once() {
    follow::each_row_appears_once(&Site::on(shared().database()));
}

#[test]
fn a_newer_schema_is_refused_at_start() {
    let url = shared().database();
    let site = Site::on(url.clone());
    site.run(&["migrate"]);
    shared().execute(&url, "UPDATE untag_schema SET version = version + 41");
    faults::refused_as_newer(&site);
}
