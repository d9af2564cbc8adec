//! The same on a real PostgreSQL.

use crate::injection;
use crate::support::Site;
use untag_postgres::shared;

#[test]
fn sql_in_every_string_is_text() {
    injection::every_string(Site::on(shared().database()));
}
