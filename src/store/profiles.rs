//! What accounts say about themselves at length.

use std::collections::HashMap;

use diesel::{OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::one_of::one_of;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::profile::Profile;
use crate::schema::profiles;

/// The profile of an account; an empty one where it never said anything.
pub fn of(conn: &mut Conn, account: Id<Account>) -> QueryResult<Profile> {
    let query = profiles::table.find(account);
    let found: Option<Profile> = run!(conn, first, query.select(Profile::as_select())).optional()?;
    Ok(found.unwrap_or_else(|| Profile::empty(account)))
}

/// The profiles of these accounts, as far as they said anything.
pub fn by_ids(conn: &mut Conn, ids: &[Id<Account>]) -> QueryResult<HashMap<Id<Account>, Profile>> {
    let query = profiles::table.filter(one_of(profiles::account_id, ids));
    let rows: Vec<Profile> = run!(conn, load, query.select(Profile::as_select()))?;
    Ok(rows.into_iter().map(|profile| (profile.account_id, profile)).collect())
}

/// Keeps a profile.
pub fn put(conn: &mut Conn, profile: &Profile) -> QueryResult<usize> {
    let changed = run!(conn, execute, diesel::update(profiles::table.find(profile.account_id)).set(profile))?;
    if changed > 0 {
        return Ok(changed);
    }
    run!(conn, execute, diesel::insert_into(profiles::table).values(profile))
}
