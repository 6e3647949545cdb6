//! Apps, their codes and their tokens.

use std::collections::HashSet;

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::oauth::{ClientApp, Code};
use crate::domain::user::{Role, Roles, User};
use crate::schema::{accounts, oauth_app_tokens, oauth_apps, oauth_codes, tokens, users};

/// Puts a new app in.
pub fn insert_app(conn: &mut Conn, app: &ClientApp) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(oauth_apps::table).values(app))
}

/// The app that calls itself so.
pub fn app(conn: &mut Conn, client_id: &str) -> QueryResult<Option<ClientApp>> {
    let query = oauth_apps::table.filter(oauth_apps::client_id.eq(client_id));
    run!(conn, first, query.select(ClientApp::as_select())).optional()
}

/// The app with this key.
pub fn app_by_id(conn: &mut Conn, id: Id<ClientApp>) -> QueryResult<Option<ClientApp>> {
    run!(conn, first, oauth_apps::table.find(id).select(ClientApp::as_select())).optional()
}

/// Keeps a code.
pub fn insert_code(conn: &mut Conn, code: &Code) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(oauth_codes::table).values(code))
}

/// The code with this digest.
pub fn code(conn: &mut Conn, code_hash: &str) -> QueryResult<Option<Code>> {
    run!(conn, first, oauth_codes::table.find(code_hash).select(Code::as_select())).optional()
}

/// Uses a code up; 0 when another was faster.
pub fn use_code(conn: &mut Conn, code_hash: &str, token_hash: &str) -> QueryResult<usize> {
    let open = oauth_codes::table
        .filter(oauth_codes::code_hash.eq(code_hash))
        .filter(oauth_codes::token_hash.is_null());
    run!(conn, execute, diesel::update(open).set(oauth_codes::token_hash.eq(token_hash)))
}

/// Removes codes that have been over for a while.
pub fn purge(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(oauth_codes::table.filter(oauth_codes::expires_at.le(before))))
}

/// A token that a user gave to an app.
pub struct NewToken<'a> {
    /// Our key.
    pub id: Id<User>,
    /// The digest of the token.
    pub token_hash: &'a str,
    /// Who gave it.
    pub user: Id<User>,
    /// In whose name it speaks.
    pub account: Id<Account>,
    /// The app.
    pub app: &'a ClientApp,
    /// What it may do.
    pub scopes: &'a str,
}

/// Keeps a token that a user gave to an app.
pub fn insert_token(conn: &mut Conn, token: &NewToken<'_>, now: Timestamp) -> QueryResult<usize> {
    let row = (
        tokens::id.eq(token.id),
        tokens::token_hash.eq(token.token_hash),
        tokens::user_id.eq(token.user),
        tokens::account_id.eq(token.account),
        tokens::name.eq(&token.app.name),
        tokens::scopes.eq(token.scopes),
        tokens::created_at.eq(now),
        tokens::app_id.eq(Some(token.app.id)),
    );
    run!(conn, execute, diesel::insert_into(tokens::table).values(row))
}

/// Keeps a token of an app that speaks for nobody.
pub fn insert_app_token(
    conn: &mut Conn,
    token_hash: &str,
    app: Id<ClientApp>,
    scopes: &str,
    now: Timestamp,
) -> QueryResult<usize> {
    let row = (
        oauth_app_tokens::token_hash.eq(token_hash),
        oauth_app_tokens::app_id.eq(app),
        oauth_app_tokens::scopes.eq(scopes),
        oauth_app_tokens::created_at.eq(now),
    );
    run!(conn, execute, diesel::insert_into(oauth_app_tokens::table).values(row))
}

/// The app of a token that speaks for nobody, and what the token may do.
pub fn app_token(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<(ClientApp, String)>> {
    let query = oauth_app_tokens::table
        .inner_join(oauth_apps::table)
        .filter(oauth_app_tokens::token_hash.eq(token_hash));
    run!(conn, first, query.select((ClientApp::as_select(), oauth_app_tokens::scopes))).optional()
}

/// The app that a token was given to; `None` inside for one of the command line.
pub fn app_of(conn: &mut Conn, token_hash: &str) -> QueryResult<Option<Option<Id<ClientApp>>>> {
    let user = tokens::table.filter(tokens::token_hash.eq(token_hash)).select(tokens::app_id);
    let user: Option<Option<Id<ClientApp>>> = run!(conn, first, user).optional()?;
    if user.is_some() {
        return Ok(user);
    }
    let app = oauth_app_tokens::table.find(token_hash).select(oauth_app_tokens::app_id);
    Ok(run!(conn, first, app).optional()?.map(Some))
}

/// Those of these digests whose tokens of users are still good for reading: not revoked, of an open login, and
/// for the organization only while its user may publish.
pub fn good_among(
    conn: &mut Conn,
    hashes: &[String],
    organization: Id<Account>,
) -> QueryResult<HashSet<String>> {
    let mut rows: Vec<(String, Id<Account>, Roles, bool)> = Vec::new();
    // A statement of SQLite takes 32,766 values.
    for some in hashes.chunks(10_000) {
        let query = tokens::table
            .inner_join(users::table)
            .inner_join(accounts::table.on(accounts::id.eq(users::account_id)))
            .filter(tokens::token_hash.eq_any(some.to_vec()))
            .filter(tokens::revoked_at.is_null())
            .filter(users::disabled_at.is_null())
            .filter(accounts::standing.ne(HostStanding::Suspended))
            .select((tokens::token_hash, tokens::account_id, users::roles, accounts::frozen));
        let found: Vec<(String, Id<Account>, Roles, bool)> = run!(conn, load, query)?;
        rows.extend(found);
    }
    // Who is frozen reads on, as a member.
    let good = rows.into_iter().filter(|(_, account, roles, frozen)| {
        *account != organization || (roles.has(Role::Publisher) && !frozen)
    });
    Ok(good.map(|(hash, ..)| hash).collect())
}

/// Ends a token of either kind.
pub fn revoke(conn: &mut Conn, token_hash: &str, now: Timestamp) -> QueryResult<()> {
    let open = tokens::table.filter(tokens::token_hash.eq(token_hash)).filter(tokens::revoked_at.is_null());
    run!(conn, execute, diesel::update(open).set(tokens::revoked_at.eq(now)))?;
    run!(conn, execute, diesel::delete(oauth_app_tokens::table.find(token_hash)))?;
    Ok(())
}
