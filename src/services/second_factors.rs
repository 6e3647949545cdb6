//! The second factor: switching it on and off, and asking for it.

use data_encoding::BASE32_NOPAD;

use crate::domain::Refusal;
use crate::domain::id::{Id, random};
use crate::domain::totp::Secret;
use crate::domain::user::User;
use crate::store::second_factors::{self as store, SecondFactor};
use crate::store::{Conn, Error, Event, Tx, audit, users};

use super::users::{open_session, secret, secret_hash};

/// How long somebody may take to type a code after the password.
const PATIENCE_SECONDS: i64 = 600;
/// Recovery codes that a user gets.
const RECOVERY_CODES: usize = 10;

/// Whether a user is asked for a code.
pub fn is_on(conn: &mut Conn, user: Id<User>) -> Result<bool, Error> {
    Ok(store::of(conn, user)?.is_some_and(|factor| factor.confirmed))
}

/// Makes a secret for a user, which counts once the user proves to have it.
pub fn begin(tx: &mut Tx<'_>, user: &User) -> Result<Secret, Error> {
    if is_on(tx, user.id)? {
        return Err(Refusal::Conflict("codes are asked for already: switch them off first".to_owned()).into());
    }
    let secret = Secret::generate().ok_or_else(|| Error::broken("no randomness"))?;
    store::put(tx, user.id, &secret)?;
    Ok(secret)
}

/// The secret that a user is about to confirm.
pub fn begun(conn: &mut Conn, user: Id<User>) -> Result<Option<Secret>, Error> {
    let waiting = store::of(conn, user)?.filter(|factor| !factor.confirmed);
    Ok(waiting.map(|factor| factor.secret))
}

/// What a user gets who switched the second factor on.
#[derive(Clone, Debug)]
pub struct SwitchedOn {
    /// Codes for the day on which the telephone is lost, told this once.
    pub recovery_codes: Vec<String>,
    /// The secret of a new session: every other one has ended, and so has every token.
    pub session: String,
}

/// Switches the second factor on, if the code is right. Whoever came in with the password alone is
/// out.
pub fn confirm(tx: &mut Tx<'_>, user: &User, code: &str, agent: &str) -> Result<SwitchedOn, Error> {
    let wrong = || Refusal::invalid("code", "this is not the code that your authenticator shows now");
    let factor = store::of(tx, user.id)?.filter(|factor| !factor.confirmed).ok_or(Refusal::NotFound)?;
    if !use_code(tx, user.id, &factor, code)? {
        return Err(wrong().into());
    }
    let recovery_codes = fresh_codes(tx, user)?;
    let now = tx.now;
    users::end_all(tx, user.id, now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, Some(user.id), "account.second_factor", &user.name, "on")?;
    let session = open_session(tx, user.id, agent)?;
    Ok(SwitchedOn { recovery_codes, session })
}

/// Gives a user new recovery codes in the place of those that are left; they are told this once.
pub fn renew_codes(tx: &mut Tx<'_>, user: &User) -> Result<Vec<String>, Error> {
    if !is_on(tx, user.id)? {
        return Err(Refusal::Conflict("no code is asked for: switch that on first".to_owned()).into());
    }
    store::delete_recovery_codes(tx, user.id)?;
    audit::record(tx, Some(user.id), "account.recovery_codes", &user.name, "renewed")?;
    fresh_codes(tx, user)
}

/// Makes recovery codes, with a dash in the middle so that people can copy them.
fn fresh_codes(tx: &mut Tx<'_>, user: &User) -> Result<Vec<String>, Error> {
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let bytes = random::<10>().ok_or_else(|| Error::broken("no randomness"))?;
        let code = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
        store::insert_recovery_code(tx, user.id, &secret_hash(&code))?;
        let (one, other) = code.split_at_checked(code.len() / 2).unwrap_or((&code, ""));
        codes.push(format!("{one}-{other}"));
    }
    Ok(codes)
}

/// Switches the second factor off, if the code is right.
pub fn switch_off(tx: &mut Tx<'_>, user: &User, code: &str) -> Result<(), Error> {
    if !pass(tx, user.id, code)? {
        return Err(Refusal::invalid("code", "this code is wrong or was used").into());
    }
    store::delete(tx, user.id)?;
    audit::record(tx, Some(user.id), "account.second_factor", &user.name, "off")
}

/// Switches the second factor of a user off who lost it, and ends what is open: for admins.
pub fn reset(tx: &mut Tx<'_>, by: Option<&User>, name: &str) -> Result<(), Error> {
    let nobody = || Refusal::invalid("name", format!("there is no account {name} here"));
    let user = users::by_name(tx, name)?.ok_or_else(nobody)?;
    if by.is_some_and(|by| by.id == user.id) {
        let why = "yours is switched off in your settings, with a code: ask another admin if you lost it";
        return Err(Refusal::Conflict(why.to_owned()).into());
    }
    store::delete(tx, user.id)?;
    // Whoever came in with a device that is lost is out, too.
    let now = tx.now;
    users::end_all(tx, user.id, now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, by.map(|by| by.id), "account.second_factor", name, "reset")
}

/// Notes that somebody gave the right password and owes the code; returns the secret of that.
pub fn owe(tx: &mut Tx<'_>, user: Id<User>) -> Result<String, Error> {
    let (ticket, hash) = secret()?;
    let now = tx.now;
    store::purge(tx, now)?;
    store::insert_pending(tx, &hash, user, now.plus_seconds(PATIENCE_SECONDS))?;
    Ok(ticket)
}

/// Opens a session for whoever owed a code, if it is right.
pub fn pay(tx: &mut Tx<'_>, ticket: &str, code: &str, agent: &str) -> Result<Option<String>, Error> {
    let (hash, now) = (secret_hash(ticket), tx.now);
    let user = store::pending(tx, &hash, now)?.ok_or(Refusal::NotFound)?;
    if !pass(tx, user.id, code)? || store::delete_pending(tx, &hash)? == 0 {
        return Ok(None);
    }
    open_session(tx, user.id, agent).map(Some)
}

/// Whether a code of the authenticator or a recovery code is right; either is used up by it.
fn pass(tx: &mut Tx<'_>, user: Id<User>, code: &str) -> Result<bool, Error> {
    let factor = store::of(tx, user)?.filter(|factor| factor.confirmed).ok_or(Refusal::NotFound)?;
    if use_code(tx, user, &factor, code)? {
        return Ok(true);
    }
    // People copy it with the dash or without, and with whatever their keyboard makes of a dash.
    let code: String = code.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    Ok(store::use_recovery_code(tx, user, &secret_hash(&code.to_ascii_lowercase()))? > 0)
}

fn use_code(tx: &mut Tx<'_>, user: Id<User>, factor: &SecondFactor, code: &str) -> Result<bool, Error> {
    let Some(step) = factor.secret.step_of(code, tx.now, factor.last_step) else { return Ok(false) };
    Ok(store::use_step(tx, user, step)? > 0)
}
