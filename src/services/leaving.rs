//! Leaving: a member deletes their own account, here and wherever it is known.

use super::users::is_last_admin;
use super::{archives, condemnations, media, publish};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::user::{Roles, User};
use crate::store::accounts::Said;
use crate::store::{
    Error, Event, Tx, account_rules, accounts, audit, contributions, interactions, leaving, relations,
    sign_ins, users,
};

/// Deletes the account of a member. What they said is out of sight when this returns, and is deleted piece by
/// piece; every server that we know of is told; the keys stay as long as anything has to be signed.
pub fn leave(tx: &mut Tx<'_>, user: &User, account: &Account) -> Result<(), Error> {
    if is_last_admin(tx, user.id)? {
        let why = "you are the last admin: make another one first".to_owned();
        return Err(Refusal::Conflict(why).into());
    }
    // A second click finds the account gone, and what is written at this moment is collected with the rest.
    let active = accounts::seize(tx, account.id)?.filter(|account| account.state == AccountState::Active);
    active.ok_or(Refusal::Gone)?;
    account_rules::drop_deliveries(tx, account)?;
    publish::farewell(tx, account)?;
    let said = contributions::all_of(tx, account.id)?;
    condemnations::condemn_at_once(tx, &said)?;
    let now = tx.now;
    relations::forget(tx, account.id)?;
    interactions::forget(tx, account.id)?;
    media::forget(tx, account.id)?;
    archives::forget(tx, account.id)?;
    leaving::forget(tx, account.id)?;
    let nothing = Said {
        display_name: String::new(),
        summary: String::new(),
        locked: true,
        discoverable: false,
        updated_at: now,
    };
    accounts::say(tx, account.id, &nothing)?;
    accounts::set_icon(tx, account.id, None)?;
    accounts::set_header(tx, account.id, None)?;
    accounts::mark_deleted(tx, account.id)?;
    users::set_roles(tx, user.id, Roles::of(&[]))?;
    users::set_password(tx, user.id, "", now)?;
    sign_ins::set_disabled(tx, user.id, Some(now))?;
    sign_ins::set_role_end(tx, user.id, None)?;
    leaving::forget_login(tx, user.id)?;
    users::end_all(tx, user.id, now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, Some(user.id), "account.leave", account.uri.as_str(), "")
}
