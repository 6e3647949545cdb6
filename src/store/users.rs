//! Logins: users, their sessions, invitations and access tokens.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::Error;
use super::conn::{Conn, run};
use super::sign_ins::end_ways_in;
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::user::{Role, Roles, User};
use crate::schema::{accounts, invites, sessions, tokens, users};

/// The user with this key.
pub fn by_id(conn: &mut Conn, id: Id<User>) -> QueryResult<Option<User>> {
    run!(conn, first, users::table.find(id).select(User::as_select())).optional()
}

/// The user of this name.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<User>> {
    let query = users::table.filter(users::name.eq(name.to_ascii_lowercase()));
    run!(conn, first, query.select(User::as_select())).optional()
}

/// The user whose Person account this is.
pub fn by_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<User>> {
    run!(conn, first, users::table.filter(users::account_id.eq(account)).select(User::as_select())).optional()
}

/// Everyone who can sign in, by name.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<User>> {
    run!(conn, load, users::table.order(users::name).select(User::as_select()))
}

/// Puts a new user in.
pub fn insert(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    name: &str,
    password_hash: &str,
    roles: Roles,
) -> Result<Id<User>, Error> {
    let id: Id<User> = tx.mint();
    let row = (
        users::id.eq(id),
        users::account_id.eq(account),
        users::name.eq(name),
        users::password_hash.eq(password_hash),
        users::roles.eq(roles),
        users::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(users::table).values(row))?;
    Ok(id)
}

/// Changes what a user may do.
pub fn set_roles(conn: &mut Conn, id: Id<User>, roles: Roles) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(users::table.find(id)).set(users::roles.eq(roles)))
}

/// Changes a password and closes every session and token of the user.
pub fn set_password(conn: &mut Conn, id: Id<User>, hash: &str, now: Timestamp) -> QueryResult<()> {
    run!(conn, execute, diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)))?;
    end_all(conn, id, now)
}

/// Closes every session and token of a user, and what could still become one.
pub fn end_all(conn: &mut Conn, id: Id<User>, now: Timestamp) -> QueryResult<()> {
    run!(conn, execute, diesel::delete(sessions::table.filter(sessions::user_id.eq(id))))?;
    end_ways_in(conn, id, now)
}

/// Opens a session.
pub fn open_session(
    conn: &mut Conn,
    token_hash: &str,
    user: Id<User>,
    agent: &str,
    (now, expires): (Timestamp, Timestamp),
) -> QueryResult<usize> {
    let row = (
        sessions::token_hash.eq(token_hash),
        sessions::user_id.eq(user),
        sessions::agent.eq(agent),
        sessions::created_at.eq(now),
        sessions::expires_at.eq(expires),
    );
    run!(conn, execute, diesel::insert_into(sessions::table).values(row))
}

/// Whose session it is, as long as it and the login are open.
pub fn by_session(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<Option<User>> {
    let query = users::table
        .inner_join(sessions::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(now))
        .filter(users::disabled_at.is_null());
    run!(conn, first, query.select(User::as_select())).optional()
}

/// Closes a session.
pub fn close_session(conn: &mut Conn, token_hash: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(sessions::table.find(token_hash)))
}

/// Removes sessions and invitations that are over.
pub fn purge(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    let over = run!(conn, execute, diesel::delete(sessions::table.filter(sessions::expires_at.le(now))))?;
    let old = run!(conn, execute, diesel::delete(invites::table.filter(invites::expires_at.le(now))))?;
    Ok(over + old)
}

/// Keeps an invitation.
pub fn insert_invite(
    conn: &mut Conn,
    token_hash: &str,
    roles: Roles,
    by: Option<Id<User>>,
    (now, expires): (Timestamp, Timestamp),
) -> QueryResult<usize> {
    let row = (
        invites::token_hash.eq(token_hash),
        invites::roles.eq(roles),
        invites::created_by_id.eq(by),
        invites::created_at.eq(now),
        invites::expires_at.eq(expires),
    );
    run!(conn, execute, diesel::insert_into(invites::table).values(row))
}

/// The roles of an invitation that is still open. It ends with what its maker may do: nobody comes back by one
/// that was made before.
pub fn invite(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<Option<Roles>> {
    let query = invites::table
        .filter(invites::token_hash.eq(token_hash))
        .filter(invites::used_at.is_null())
        .filter(invites::expires_at.gt(now))
        .select((invites::roles, invites::created_by_id));
    let found: Option<(Roles, Option<Id<User>>)> = run!(conn, first, query).optional()?;
    let Some((roles, by)) = found else { return Ok(None) };
    Ok(may_let_in(conn, by)?.then_some(roles))
}

/// Whether what was made to let somebody in still holds: whoever made it may still do that.
pub(super) fn may_let_in(conn: &mut Conn, maker: Option<Id<User>>) -> QueryResult<bool> {
    // Made at the command line, or sent in a letter.
    let Some(maker) = maker else { return Ok(true) };
    let may = |maker: User| maker.disabled_at.is_none() && maker.roles.has(Role::Admin);
    Ok(by_id(conn, maker)?.is_some_and(may))
}

/// Uses an invitation up; 0 when another was faster.
pub fn use_invite(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<usize> {
    let open = invites::table.filter(invites::token_hash.eq(token_hash)).filter(invites::used_at.is_null());
    run!(conn, execute, diesel::update(open).set(invites::used_at.eq(now)))
}

/// Keeps an access token for a bot or a client.
pub fn insert_token(
    tx: &mut Tx<'_>,
    token_hash: &str,
    user: Id<User>,
    account: Id<Account>,
    name: &str,
    scopes: &str,
) -> Result<(), Error> {
    let id: Id<User> = tx.mint();
    let row = (
        tokens::id.eq(id),
        tokens::token_hash.eq(token_hash),
        tokens::user_id.eq(user),
        tokens::account_id.eq(account),
        tokens::name.eq(name),
        tokens::scopes.eq(scopes),
        tokens::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(tokens::table).values(row))?;
    Ok(())
}

/// Whether a token is kept back only because the login behind it is closed, or its account frozen or
/// suspended: such a token is good again when that is taken back.
pub fn is_barred_token(conn: &mut Conn, token_hash: &str) -> QueryResult<bool> {
    let barred = users::disabled_at
        .is_not_null()
        .or(accounts::frozen.eq(true))
        .or(accounts::standing.eq(HostStanding::Suspended));
    let query = users::table
        .inner_join(tokens::table)
        .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
        .filter(tokens::token_hash.eq(token_hash))
        .filter(tokens::revoked_at.is_null())
        .filter(barred)
        .count();
    let count: i64 = run!(conn, get_result, query)?;
    Ok(count > 0)
}

/// An open token.
#[derive(Clone, Debug)]
pub struct Token {
    /// Whose it is.
    pub user: User,
    /// Whether their account is frozen, so that it reads and nothing else.
    pub frozen: bool,
    /// In whose name it speaks.
    pub account: Id<Account>,
    /// What it may do.
    pub scopes: String,
}

/// An open token. Whose account is suspended has none for the time.
pub fn by_token(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<Token>> {
    let query = users::table
        .inner_join(tokens::table)
        .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
        .filter(tokens::token_hash.eq(token_hash))
        .filter(tokens::revoked_at.is_null())
        .filter(users::disabled_at.is_null())
        .filter(accounts::standing.ne(HostStanding::Suspended));
    let found: Option<(User, bool, Id<Account>, String)> = run!(
        conn,
        first,
        query.select((User::as_select(), accounts::frozen, tokens::account_id, tokens::scopes))
    )
    .optional()?;
    Ok(found.map(|(user, frozen, account, scopes)| Token { user, frozen, account, scopes }))
}
