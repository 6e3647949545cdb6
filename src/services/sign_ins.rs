//! Where people are signed in, how they get out everywhere, and what admins decide about logins.

use super::users::{
    HashedPassword, is_last_admin, open_session, secret, secret_hash, set_password, set_roles,
    set_roles_until,
};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::sign_in::App;
use crate::domain::user::{Role, Roles, User};
use crate::store::{Error, Event, Tx, accounts, audit, jobs, sign_ins, users};

/// How long a link for a new password is open.
const LINK_SECONDS: i64 = 24 * 3600;

/// Signs one browser of a user out.
pub fn close(tx: &mut Tx<'_>, user: &User, token_hash: &str) -> Result<(), Error> {
    sign_ins::close(tx, user.id, token_hash)?;
    Ok(())
}

/// Ends the token of an app; what it has open is closed within a second.
pub fn end_app(tx: &mut Tx<'_>, user: &User, id: Id<App>) -> Result<(), Error> {
    let now = tx.now;
    if sign_ins::end_app(tx, user.id, id, now)? > 0 {
        tx.after_commit(Event::Listeners);
    }
    Ok(())
}

/// Signs a user out everywhere but in the browser with this secret.
pub fn end_others(tx: &mut Tx<'_>, user: &User, kept: &str) -> Result<(), Error> {
    let now = tx.now;
    sign_ins::end_others(tx, user.id, &secret_hash(kept), now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, Some(user.id), "account.sign_out", &user.name, "everywhere else")
}

/// A user chooses another password. Everything else ends; returns the secret of a new session.
pub fn change_password(
    tx: &mut Tx<'_>,
    user: &User,
    password: &HashedPassword,
    agent: &str,
) -> Result<String, Error> {
    set_password(tx, Some(user), &user.name, password)?;
    open_session(tx, user.id, agent)
}

/// Makes a link by which a user chooses another password, once, and returns its secret. Whoever made it
/// learns nothing by which they could sign in unseen: the person finds out when theirs no longer works.
pub fn link(tx: &mut Tx<'_>, by: Option<&User>, name: &str) -> Result<String, Error> {
    let user = known(tx, name)?;
    if user.disabled_at.is_some() {
        return Err(Refusal::Conflict(format!("the login of {name} is closed: open it first")).into());
    }
    let by = by.map(|by| by.id);
    let secret = put_link(tx, by, &user)?;
    audit::record(tx, by, "account.link", &user.name, "")?;
    Ok(secret)
}

/// The same without an entry in the log: strangers who ask for letters must not fill it. What somebody does with
/// the link stands there.
pub(super) fn put_link(tx: &mut Tx<'_>, by: Option<Id<User>>, user: &User) -> Result<String, Error> {
    let (secret, hash) = secret()?;
    let now = tx.now;
    sign_ins::put_link(tx, &hash, user.id, by, (now, now.plus_seconds(LINK_SECONDS)))?;
    Ok(secret)
}

/// Uses such a link. A second factor stays, and is asked for at the next sign-in.
pub fn use_link(tx: &mut Tx<'_>, link: &str, password: &HashedPassword) -> Result<(), Error> {
    let (hash, now) = (secret_hash(link), tx.now);
    let over = || Refusal::forbidden("this link was used or is over: ask for another");
    let user = sign_ins::by_link(tx, &hash, now)?.ok_or_else(over)?;
    // Somebody else may use it in the same moment.
    if sign_ins::delete_links(tx, user.id)? == 0 {
        return Err(over().into());
    }
    set_password(tx, Some(&user), &user.name, password)
}

/// Closes a login: nobody signs in with it, and everything that is open ends. The last admin stays. The
/// log keeps the reason.
pub fn disable(tx: &mut Tx<'_>, by: Option<&User>, name: &str, why: &str) -> Result<(), Error> {
    let user = known(tx, name)?;
    if by.is_some_and(|by| by.id == user.id) {
        return Err(Refusal::Conflict("nobody closes their own login: ask another admin".to_owned()).into());
    }
    if is_last_admin(tx, user.id)? {
        return Err(Refusal::Conflict(format!("{name} is the last admin: make another one first")).into());
    }
    let now = tx.now;
    sign_ins::set_disabled(tx, user.id, Some(now))?;
    users::end_all(tx, user.id, now)?;
    tx.after_commit(Event::Listeners);
    audit::record(tx, by.map(|by| by.id), "account.close", &user.name, why)
}

/// Opens a login again.
pub fn enable(tx: &mut Tx<'_>, by: Option<&User>, name: &str) -> Result<(), Error> {
    let user = known(tx, name)?;
    let gone = |account: Account| account.state == AccountState::Deleted;
    if accounts::by_id(tx, user.account_id)?.is_some_and(gone) {
        return Err(Refusal::Conflict(format!("{name} has left: that account is deleted")).into());
    }
    sign_ins::set_disabled(tx, user.id, None)?;
    audit::record(tx, by.map(|by| by.id), "account.open", &user.name, "")
}

/// Gives a user other roles, for good or until a moment; then those hold again that held before.
pub fn grant(
    tx: &mut Tx<'_>,
    by: Option<&User>,
    name: &str,
    (roles, until): (Roles, Option<Timestamp>),
) -> Result<(), Error> {
    let user = known(tx, name)?;
    if until.is_some_and(|until| until <= tx.now) {
        return Err(Refusal::invalid("until", "is over already: choose a later day").into());
    }
    // What was given for a time does not become what holds afterwards.
    let before = sign_ins::role_end(tx, user.id)?.map_or(user.roles, |(roles, _)| roles);
    if until.is_some() && roles == before {
        let why = format!("makes no difference: {name} is {before} afterwards, too; leave the day out");
        return Err(Refusal::invalid("until", why).into());
    }
    set_roles_until(tx, by, name, (roles, until))?;
    sign_ins::set_role_end(tx, user.id, until.map(|until| (before, until)))?;
    if let Some(until) = until {
        jobs::enqueue(tx, &Job::EndRoles { user: user.id.get(), due: until.0 }, until)?;
    }
    Ok(())
}

/// The time for which roles were given is over. Who is the last admin meanwhile stays it.
pub fn end_grant(tx: &mut Tx<'_>, id: Id<User>, due: Timestamp) -> Result<(), Error> {
    audit::stand_in_line(tx)?;
    let Some((roles, _)) = sign_ins::role_end(tx, id)?.filter(|(_, at)| *at == due) else { return Ok(()) };
    let Some(user) = users::by_id(tx, id)? else { return Ok(()) };
    sign_ins::set_role_end(tx, id, None)?;
    match set_roles(tx, None, &user.name, roles) {
        // Nobody else is an admin: that role stays, and everything else ends all the same.
        Err(Error::Refused(_)) => {
            set_roles(tx, None, &user.name, roles.with(Role::Admin))?;
            audit::record(tx, None, "account.last_admin", &user.name, "stays admin: nobody else is one")
        }
        done => done,
    }
}

/// The last day of what ends at this moment, in figures.
pub fn last_day(end: Timestamp) -> String {
    end.plus_seconds(-1).to_date()
}

fn known(tx: &mut Tx<'_>, name: &str) -> Result<User, Error> {
    let nobody = || Refusal::invalid("name", format!("there is no account {name} here"));
    users::by_name(tx, name)?.ok_or_else(|| nobody().into())
}
