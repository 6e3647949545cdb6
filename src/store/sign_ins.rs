//! Where people are signed in, links for new passwords, and roles for a time.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::users::may_let_in;
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::sign_in::{App, Browser};
use crate::domain::user::{Roles, User};
use crate::schema::{oauth_codes, password_links, pending_sign_ins, role_ends, sessions, tokens, users};

/// The browsers in which a user is signed in, the latest first.
pub fn browsers(conn: &mut Conn, user: Id<User>, now: Timestamp) -> QueryResult<Vec<Browser>> {
    let query = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::expires_at.gt(now))
        .order(sessions::created_at.desc());
    run!(conn, load, query.select(Browser::as_select()))
}

/// The apps and bots that hold a token of a user, the latest first.
pub fn apps(conn: &mut Conn, user: Id<User>) -> QueryResult<Vec<App>> {
    let query = tokens::table
        .filter(tokens::user_id.eq(user))
        .filter(tokens::revoked_at.is_null())
        .order(tokens::created_at.desc());
    run!(conn, load, query.select(App::as_select()))
}

/// Signs one browser of a user out.
pub fn close(conn: &mut Conn, user: Id<User>, token_hash: &str) -> QueryResult<usize> {
    let own = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::token_hash.eq(token_hash));
    run!(conn, execute, diesel::delete(own))
}

/// Ends one token of a user.
pub fn end_app(conn: &mut Conn, user: Id<User>, id: Id<App>, now: Timestamp) -> QueryResult<usize> {
    let own = tokens::table
        .filter(tokens::id.eq(id))
        .filter(tokens::user_id.eq(user))
        .filter(tokens::revoked_at.is_null());
    run!(conn, execute, diesel::update(own).set(tokens::revoked_at.eq(now)))
}

/// Signs a user out everywhere but in the browser `kept`, and ends every token and what could still
/// become a session or a token.
pub fn end_others(conn: &mut Conn, user: Id<User>, kept: &str, now: Timestamp) -> QueryResult<()> {
    let others = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::token_hash.ne(kept));
    run!(conn, execute, diesel::delete(others))?;
    end_ways_in(conn, user, now)
}

/// Ends every token of a user, and everything by which somebody could still come in as that user: codes of
/// apps, links for a new password, and sign-ins that only owe a code.
pub(super) fn end_ways_in(conn: &mut Conn, user: Id<User>, now: Timestamp) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(oauth_codes::table.filter(oauth_codes::user_id.eq(user))))?;
    delete_links(conn, user)?;
    run!(conn, execute, diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::user_id.eq(user))))?;
    let open = tokens::table.filter(tokens::user_id.eq(user)).filter(tokens::revoked_at.is_null());
    run!(conn, execute, diesel::update(open).set(tokens::revoked_at.eq(now))).map(drop)
}

/// Keeps a link for a new password, in the place of any other of the user.
pub fn put_link(
    conn: &mut Conn,
    token_hash: &str,
    user: Id<User>,
    by: Option<Id<User>>,
    (now, expires): (Timestamp, Timestamp),
) -> QueryResult<()> {
    delete_links(conn, user)?;
    let row = (
        password_links::token_hash.eq(token_hash),
        password_links::user_id.eq(user),
        password_links::created_by_id.eq(by),
        password_links::created_at.eq(now),
        password_links::expires_at.eq(expires),
    );
    run!(conn, execute, diesel::insert_into(password_links::table).values(row)).map(drop)
}

/// Whose link it is, as long as it and the login are open. It ends with what its maker may do: nobody comes
/// back as somebody else by one that was made before.
pub fn by_link(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<Option<User>> {
    let query = users::table
        .inner_join(password_links::table)
        .filter(password_links::token_hash.eq(token_hash))
        .filter(password_links::expires_at.gt(now))
        .filter(users::disabled_at.is_null());
    let found: Option<(User, Option<Id<User>>)> =
        run!(conn, first, query.select((User::as_select(), password_links::created_by_id))).optional()?;
    let Some((user, by)) = found else { return Ok(None) };
    Ok(may_let_in(conn, by)?.then_some(user))
}

/// Ends the links of a user; how many there were.
pub fn delete_links(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(password_links::table.filter(password_links::user_id.eq(user))))
}

/// Ends the links of a user that no admin made: those that were sent in letters.
pub fn delete_sent_links(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    let sent = password_links::table
        .filter(password_links::user_id.eq(user))
        .filter(password_links::created_by_id.is_null());
    run!(conn, execute, diesel::delete(sent))
}

/// Closes a login, or opens it again.
pub fn set_disabled(conn: &mut Conn, user: Id<User>, at: Option<Timestamp>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(users::table.find(user)).set(users::disabled_at.eq(at)))
}

/// When the roles of a user end, and which hold afterwards.
pub fn role_end(conn: &mut Conn, user: Id<User>) -> QueryResult<Option<(Roles, Timestamp)>> {
    let query = role_ends::table.find(user).select((role_ends::roles, role_ends::ends_at));
    run!(conn, first, query).optional()
}

/// Whose roles end, which hold afterwards, and when.
pub fn role_ends(conn: &mut Conn) -> QueryResult<Vec<(Id<User>, Roles, Timestamp)>> {
    run!(conn, load, role_ends::table.select((role_ends::user_id, role_ends::roles, role_ends::ends_at)))
}

/// Notes when the roles of a user end; `None` for never.
pub fn set_role_end(conn: &mut Conn, user: Id<User>, end: Option<(Roles, Timestamp)>) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(role_ends::table.find(user)))?;
    if let Some((roles, at)) = end {
        let row = (role_ends::user_id.eq(user), role_ends::roles.eq(roles), role_ends::ends_at.eq(at));
        run!(conn, execute, diesel::insert_into(role_ends::table).values(row))?;
    }
    Ok(())
}
