//! What a process held that is no more: its jobs and hosts are free at once, and not only when their
//! leases are over.

use diesel::dsl::not;
use diesel::sql_types::Text;
use diesel::{
    ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, sql_query,
};

use super::Error;
use super::conn::{Conn, run};
use super::tx::{Event, Tx};
use crate::clock::Timestamp;
use crate::schema::{hosts, jobs};

/// What the connections of a process call themselves, so that others see which processes there are.
pub(super) fn called(process: &str) -> String {
    format!("plenum-{process}")
}

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Frees what processes held that are gone. A SQLite file has one server: whoever held anything when
/// this one starts is gone. On PostgreSQL a process is there as long as it has a connection.
pub fn take_over(tx: &mut Tx<'_>) -> Result<(), Error> {
    let Some(alive) = alive(tx)? else { return Ok(()) };
    let (now, nobody) = (tx.now, None::<String>);
    let held = jobs::table
        .filter(jobs::leased_by.is_not_null())
        .filter(not(jobs::leased_by.assume_not_null().eq_any(alive.clone())));
    run!(tx, execute, diesel::update(held).set((jobs::due_at.eq(now), jobs::leased_by.eq(&nobody))))?;
    let held = hosts::table
        .filter(hosts::leased_by.is_not_null())
        .filter(not(hosts::leased_by.assume_not_null().eq_any(alive)));
    let free =
        (hosts::due_at.eq(now), hosts::leased_until.eq(None::<Timestamp>), hosts::leased_by.eq(&nobody));
    run!(tx, execute, diesel::update(held).set(free))?;
    tx.after_commit(Event::Jobs);
    tx.after_commit(Event::Deliveries);
    Ok(())
}

/// The processes that are there; `None` where that cannot be told, for example because something between
/// us and the database gives connections other names.
fn alive(tx: &mut Tx<'_>) -> Result<Option<Vec<String>>, Error> {
    let process = tx.process;
    let names = match &mut *tx.conn {
        Conn::Sqlite(_) => return Ok(Some(vec![process.to_owned()])),
        Conn::Postgres(conn) => {
            let query = "SELECT DISTINCT application_name AS name FROM pg_stat_activity \
                         WHERE datname = current_database() AND application_name IS NOT NULL";
            let seen: Vec<Seen> = sql_query(query).load(&mut **conn)?;
            seen
        }
    };
    let names: Vec<String> =
        names.into_iter().filter_map(|seen| seen.name.strip_prefix("plenum-").map(str::to_owned)).collect();
    Ok(names.iter().any(|name| name == process).then_some(names))
}
