//! Servers that were let in from the list of what waits, and what was shown by that.

use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::page::{Page, paged};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::host::Host;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::{hosts, review_approvals, review_released};

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

/// A server that was let in, as long as nobody decides about it otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = review_approvals, treat_none_as_default_value = false)]
pub struct Approval {
    /// Which server.
    pub host_id: Id<Host>,
    /// Who let it in; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// The reason that everybody could read of the rule before.
    pub public_comment: String,
    /// How many texts waited.
    pub texts: i64,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps that a server was let in, and which texts waited.
pub fn put(conn: &mut Conn, approval: &Approval, texts: &[Id<Contribution>]) -> QueryResult<()> {
    run!(conn, execute, diesel::insert_into(review_approvals::table).values(approval))?;
    for some in texts.chunks(AT_ONCE) {
        let row = |text: &Id<Contribution>| {
            (review_released::host_id.eq(approval.host_id), review_released::contribution_id.eq(*text))
        };
        let rows: Vec<_> = some.iter().map(row).collect();
        run!(conn, execute, diesel::insert_into(review_released::table).values(rows))?;
    }
    Ok(())
}

/// How a server was let in.
pub fn of(conn: &mut Conn, host: Id<Host>) -> QueryResult<Option<Approval>> {
    run!(conn, first, review_approvals::table.find(host).select(Approval::as_select())).optional()
}

/// What was shown when a server was let in.
pub fn released(conn: &mut Conn, host: Id<Host>) -> QueryResult<Vec<Id<Contribution>>> {
    let query = review_released::table
        .filter(review_released::host_id.eq(host))
        .order(review_released::contribution_id)
        .select(review_released::contribution_id);
    run!(conn, load, query)
}

/// The servers that were let in, each with its name, the one known last first.
pub fn page(conn: &mut Conn, page: &Page) -> QueryResult<Vec<(String, Approval)>> {
    let query = review_approvals::table.inner_join(hosts::table);
    paged!(conn, page, query.select((hosts::name, Approval::as_select())), review_approvals::host_id)
}

/// How many there are.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    run!(conn, get_result, review_approvals::table.count())
}

/// Forgets how the servers of these names were let in.
pub fn forget(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    if count(conn)? == 0 {
        return Ok(());
    }
    for some in names.chunks(AT_ONCE) {
        let named = hosts::table.filter(hosts::name.eq_any(some.to_vec())).select(hosts::id);
        let ids: Vec<Id<Host>> = run!(conn, load, named)?;
        let texts = review_released::table.filter(review_released::host_id.eq_any(ids.clone()));
        run!(conn, execute, diesel::delete(texts))?;
        let approvals = review_approvals::table.filter(review_approvals::host_id.eq_any(ids));
        run!(conn, execute, diesel::delete(approvals))?;
    }
    Ok(())
}
