//! The second factor of a login: the shared secret, recovery codes, and sign-ins that still owe a code.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::tx::Tx;
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::totp::Secret;
use crate::domain::user::User;
use crate::schema::{pending_sign_ins, recovery_codes, second_factors, users};

/// A second factor.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// What is shared.
    pub secret: Secret,
    /// Whether the user proved to have it, too; before that it is not asked for.
    pub confirmed: bool,
    /// The last step whose code was used.
    pub last_step: i64,
}

/// The second factor of a user.
pub fn of(conn: &mut Conn, user: Id<User>) -> QueryResult<Option<SecondFactor>> {
    let query = second_factors::table.find(user).select((
        second_factors::secret,
        second_factors::confirmed,
        second_factors::last_step,
    ));
    let row: Option<(Vec<u8>, bool, i64)> = run!(conn, first, query).optional()?;
    Ok(row.map(|(secret, confirmed, last_step)| SecondFactor {
        secret: Secret::from_bytes(secret),
        confirmed,
        last_step,
    }))
}

/// Keeps a secret that is still to be confirmed, in place of whatever was there.
pub fn put(tx: &mut Tx<'_>, user: Id<User>, secret: &Secret) -> QueryResult<()> {
    delete(tx, user)?;
    let row = (
        second_factors::user_id.eq(user),
        second_factors::secret.eq(secret.as_bytes()),
        second_factors::confirmed.eq(false),
        second_factors::last_step.eq(0),
        second_factors::created_at.eq(tx.now),
    );
    run!(tx, execute, diesel::insert_into(second_factors::table).values(row))?;
    Ok(())
}

/// Uses the code of a step up; 0 when another was faster. A first use confirms the secret.
pub fn use_step(conn: &mut Conn, user: Id<User>, step: i64) -> QueryResult<usize> {
    let open = second_factors::table
        .filter(second_factors::user_id.eq(user))
        .filter(second_factors::last_step.lt(step));
    let change = (second_factors::last_step.eq(step), second_factors::confirmed.eq(true));
    run!(conn, execute, diesel::update(open).set(change))
}

/// Removes the second factor of a user with everything that belongs to it.
pub fn delete(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    delete_recovery_codes(conn, user)?;
    run!(conn, execute, diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::user_id.eq(user))))?;
    run!(conn, execute, diesel::delete(second_factors::table.find(user)))
}

/// Keeps the digest of a recovery code.
pub fn insert_recovery_code(conn: &mut Conn, user: Id<User>, hash: &str) -> QueryResult<usize> {
    let row = (recovery_codes::code_hash.eq(hash), recovery_codes::user_id.eq(user));
    run!(conn, execute, diesel::insert_into(recovery_codes::table).values(row))
}

/// Removes the recovery codes of a user.
pub fn delete_recovery_codes(conn: &mut Conn, user: Id<User>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))))
}

/// Uses a recovery code up; 0 when there is none of this digest.
pub fn use_recovery_code(conn: &mut Conn, user: Id<User>, hash: &str) -> QueryResult<usize> {
    let code = recovery_codes::table
        .filter(recovery_codes::code_hash.eq(hash))
        .filter(recovery_codes::user_id.eq(user));
    run!(conn, execute, diesel::delete(code))
}

/// How many recovery codes a user has left.
pub fn recovery_codes_left(conn: &mut Conn, user: Id<User>) -> QueryResult<i64> {
    let query = recovery_codes::table.filter(recovery_codes::user_id.eq(user)).count();
    run!(conn, get_result, query)
}

/// Keeps that somebody gave the right password and still owes the code.
pub fn insert_pending(conn: &mut Conn, hash: &str, user: Id<User>, expires: Timestamp) -> QueryResult<usize> {
    let row = (
        pending_sign_ins::token_hash.eq(hash),
        pending_sign_ins::user_id.eq(user),
        pending_sign_ins::expires_at.eq(expires),
    );
    run!(conn, execute, diesel::insert_into(pending_sign_ins::table).values(row))
}

/// Who gave the right password and still owes the code.
pub fn pending(conn: &mut Conn, hash: &str, now: Timestamp) -> QueryResult<Option<User>> {
    let query = users::table
        .inner_join(pending_sign_ins::table)
        .filter(pending_sign_ins::token_hash.eq(hash))
        .filter(pending_sign_ins::expires_at.gt(now))
        .filter(users::disabled_at.is_null());
    run!(conn, first, query.select(User::as_select())).optional()
}

/// Ends a sign-in that owed a code; 0 when another was faster.
pub fn delete_pending(conn: &mut Conn, hash: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(pending_sign_ins::table.find(hash)))
}

/// Removes sign-ins that nobody finished.
pub fn purge(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(pending_sign_ins::table.filter(pending_sign_ins::expires_at.le(now))))
}
