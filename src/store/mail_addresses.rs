//! Mail addresses of those who sign in here.

use diesel::{
    EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
    TextExpressionMethods,
};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::mail_address::{EnteredAddress, MailAddress};
use crate::domain::user::User;
use crate::schema::{mail_addresses, users};

/// What a user entered.
pub fn of(conn: &mut Conn, user: Id<User>) -> QueryResult<Option<EnteredAddress>> {
    run!(conn, first, mail_addresses::table.find(user).select(EnteredAddress::as_select())).optional()
}

/// Keeps an address, in the place of any other of the user.
pub fn put(conn: &mut Conn, entered: &EnteredAddress) -> QueryResult<usize> {
    delete(conn, entered.user_id)?;
    run!(conn, execute, diesel::insert_into(mail_addresses::table).values(entered))
}

/// Forgets the address of a user; how many there were.
pub fn delete(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(mail_addresses::table.find(user)))
}

/// Keeps the digest of the link that confirms an address, in the place of any other.
pub fn set_token(conn: &mut Conn, user: Id<User>, hash: &str, expires: Timestamp) -> QueryResult<usize> {
    let token =
        (mail_addresses::token_hash.eq(Some(hash.to_owned())), mail_addresses::expires_at.eq(Some(expires)));
    run!(conn, execute, diesel::update(mail_addresses::table.find(user)).set(token))
}

/// What a link confirms, and for whom, as long as it and the login are open.
pub fn by_token(conn: &mut Conn, hash: &str, now: Timestamp) -> QueryResult<Option<(User, EnteredAddress)>> {
    let query = mail_addresses::table
        .inner_join(users::table)
        .filter(mail_addresses::token_hash.eq(hash))
        .filter(mail_addresses::expires_at.gt(now))
        .filter(users::disabled_at.is_null());
    run!(conn, first, query.select((User::as_select(), EnteredAddress::as_select()))).optional()
}

/// Notes that the address of a user is confirmed, as long as that was asked for by this link; 0 when another was
/// faster.
pub fn confirm(conn: &mut Conn, user: Id<User>, hash: &str, now: Timestamp) -> QueryResult<usize> {
    let change = (
        mail_addresses::confirmed_at.eq(Some(now)),
        mail_addresses::token_hash.eq(None::<String>),
        mail_addresses::expires_at.eq(None::<Timestamp>),
    );
    let asked = mail_addresses::table.find(user).filter(mail_addresses::token_hash.eq(hash));
    run!(conn, execute, diesel::update(asked).set(change))
}

/// Whose confirmed address it is.
pub fn owner(conn: &mut Conn, address: &MailAddress) -> QueryResult<Option<Id<User>>> {
    let query = mail_addresses::table
        .filter(mail_addresses::address.eq(address))
        .filter(mail_addresses::confirmed_at.is_not_null());
    run!(conn, first, query.select(mail_addresses::user_id)).optional()
}

/// The accounts of those whose address begins like this.
pub fn beginning_with(conn: &mut Conn, text: &str) -> QueryResult<Vec<Id<Account>>> {
    let begins = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let query = mail_addresses::table
        .inner_join(users::table)
        .filter(mail_addresses::address.like(format!("{begins}%")).escape('\\'));
    run!(conn, load, query.select(users::account_id))
}
