//! Roles that were given for a time: which of them end soon, and whether anybody is an admin for good.

use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::user::{Role, Roles, User};
use crate::store::{Conn, Error, sign_ins, users};

/// How long before it people are told of the end, in seconds.
const SOON: i64 = 14 * 24 * 3600;

/// Roles that end.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Whose.
    pub user: User,
    /// Which hold afterwards.
    pub then: Roles,
    /// When.
    pub at: Timestamp,
}

/// The roles of open logins that end soon, the earliest first.
pub fn ending(conn: &mut Conn, now: Timestamp) -> Result<Vec<Ending>, Error> {
    let mut soon: Vec<Ending> = all(conn)?;
    soon.retain(|one| one.at <= now.plus_seconds(SOON));
    soon.sort_by_key(|one| one.at);
    Ok(soon)
}

/// When the roles of one login end, however far away that is.
pub fn of(conn: &mut Conn, id: Id<User>) -> Result<Option<Ending>, Error> {
    Ok(all(conn)?.into_iter().find(|one| one.user.id == id))
}

/// Where nobody is an admin for good: those who are it for a time, the last one at the end.
pub fn only_for_a_time(conn: &mut Conn) -> Result<Vec<Ending>, Error> {
    let mut ends = all(conn)?;
    ends.retain(|one| one.user.roles.has(Role::Admin) && !one.then.has(Role::Admin));
    let is_open_admin = |user: &User| user.roles.has(Role::Admin) && user.disabled_at.is_none();
    let for_good = users::all(conn)?
        .iter()
        .any(|user| is_open_admin(user) && !ends.iter().any(|one| one.user.id == user.id));
    if for_good {
        return Ok(Vec::new());
    }
    ends.sort_by_key(|one| one.at);
    Ok(ends)
}

fn all(conn: &mut Conn) -> Result<Vec<Ending>, Error> {
    let ends = sign_ins::role_ends(conn)?;
    let users = users::all(conn)?;
    let ending = |(id, then, at): (Id<User>, Roles, Timestamp)| {
        let user = users.iter().find(|user| user.id == id && user.disabled_at.is_none())?;
        Some(Ending { user: user.clone(), then, at })
    };
    Ok(ends.into_iter().filter_map(ending).collect())
}
