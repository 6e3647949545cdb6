//! Reports.

use diesel::{ExpressionMethods, QueryDsl};

use super::Error;
use super::conn::run;
use super::tx::Tx;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::schema::reports;

/// Keeps a report; `false` when it was here already.
pub fn insert(
    tx: &mut Tx<'_>,
    uri: &Uri,
    reporter: Id<Account>,
    target: Option<Id<Account>>,
    content: &str,
    items: &[&str],
) -> Result<bool, Error> {
    let known: i64 = run!(tx, get_result, reports::table.filter(reports::uri.eq(uri)).count())?;
    if known > 0 {
        return Ok(false);
    }
    let id: Id<Account> = tx.mint();
    let row = (
        reports::id.eq(id),
        reports::uri.eq(uri),
        reports::reporter_id.eq(reporter),
        reports::target_id.eq(target),
        reports::content.eq(content),
        reports::items.eq(items.join("\n")),
        reports::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(reports::table).values(row))?;
    Ok(true)
}
