//! The mail address that somebody may enter, and the letters that are sent to it. Secrets of links are made when a
//! letter is written and stand nowhere else.

use super::mail_blocks::is_blocked;
use super::sign_ins;
use super::users::{secret, secret_hash};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::mail_address::{EnteredAddress, Letter, MailAddress};
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, jobs, mail_addresses, settings, sign_ins as logins, users};
use crate::text::words::Letters;

/// How long the link that confirms an address works.
const LINK_SECONDS: i64 = 24 * 3600;

/// A user enters an address, in the place of any other; a letter asks them to confirm it. Whether somebody else
/// has it is told only to who reads that letter. Whether there is one: what is confirmed already stays so.
pub fn enter(tx: &mut Tx<'_>, user: &User, typed: &str, language: &str) -> Result<bool, Error> {
    let address = MailAddress::parse(typed).map_err(|why| Refusal::invalid("address", why))?;
    refuse_blocked(tx, &address)?;
    let known = mail_addresses::of(tx, user.id)?;
    if known.is_some_and(|known| known.address == address && known.confirmed_at.is_some()) {
        return Ok(false);
    }
    let entered = EnteredAddress {
        user_id: user.id,
        address,
        language: language.to_owned(),
        entered_at: tx.now,
        confirmed_at: None,
        token_hash: None,
        expires_at: None,
    };
    mail_addresses::put(tx, &entered)?;
    // Whoever reads what was sent to the old one must not come in by it.
    logins::delete_sent_links(tx, user.id)?;
    let now = tx.now;
    jobs::enqueue(tx, &Job::ConfirmAddress { user: user.id.get() }, now)?;
    audit::record(tx, Some(user.id), "account.address", &user.name, "entered")?;
    Ok(true)
}

/// A user wants no letters any more. Whether there was an address.
pub fn remove(tx: &mut Tx<'_>, user: &User) -> Result<bool, Error> {
    if mail_addresses::delete(tx, user.id)? == 0 {
        return Ok(false);
    }
    logins::delete_sent_links(tx, user.id)?;
    audit::record(tx, Some(user.id), "account.address", &user.name, "removed")?;
    Ok(true)
}

/// Uses the link of a letter: whoever has it reads what is sent to the address.
pub fn confirm(tx: &mut Tx<'_>, link: &str) -> Result<(), Error> {
    let (hash, now) = (secret_hash(link), tx.now);
    let over = || Refusal::forbidden("this link was used or is over: enter the address again");
    let (user, entered) = mail_addresses::by_token(tx, &hash, now)?.ok_or_else(over)?;
    refuse_blocked(tx, &entered.address)?;
    // Two who confirm the same address at once do so one after the other.
    audit::stand_in_line(tx)?;
    if mail_addresses::owner(tx, &entered.address)?.is_some() {
        let why = "this address belongs to another account of this site: remove it there first";
        return Err(Refusal::Conflict(why.to_owned()).into());
    }
    if mail_addresses::confirm(tx, user.id, &hash, now)? == 0 {
        return Err(over().into());
    }
    audit::record(tx, Some(user.id), "account.address", &user.name, "confirmed")
}

fn refuse_blocked(conn: &mut Conn, address: &MailAddress) -> Result<(), Error> {
    if is_blocked(conn, address)? {
        let why = "cannot be used here, because the administrators of this site block it: use another one";
        return Err(Refusal::invalid("address", why).into());
    }
    Ok(())
}

/// Asks for a new password for whoever this is: a letter tells them how, if they have an address. Whether there is
/// anybody is seen nowhere, for the same is done in any case.
pub fn forgot(tx: &mut Tx<'_>, user: Option<Id<User>>) -> Result<(), Error> {
    let (user, now) = (user.map_or(0, Id::get), tx.now);
    jobs::enqueue(tx, &Job::SendPassword { user }, now)
}

/// Whom somebody means who types a name or an address.
pub fn meant(conn: &mut Conn, typed: &str) -> Result<Option<Id<User>>, Error> {
    match MailAddress::parse(typed) {
        Ok(address) => Ok(mail_addresses::owner(conn, &address)?),
        Err(_) => Ok(users::by_name(conn, typed)?.map(|user| user.id)),
    }
}

/// The letter by which a user confirms their address, if it still waits for that.
pub fn confirmation(tx: &mut Tx<'_>, id: Id<User>) -> Result<Option<Letter>, Error> {
    let entered = mail_addresses::of(tx, id)?.filter(|entered| entered.confirmed_at.is_none());
    let Some((user, entered)) = reader(tx, id, entered)? else { return Ok(None) };
    let (secret, hash) = secret()?;
    let expires: Timestamp = tx.now.plus_seconds(LINK_SECONDS);
    mail_addresses::set_token(tx, id, &hash, expires)?;
    let words = Letters::of(&entered.language);
    let link = format!("{}/address/{secret}", tx.site()?.origin);
    let said = (words.confirm_subject, [words.confirm, &link, words.once, words.not_mine]);
    written(tx, &user, entered.address, said).map(Some)
}

/// The letter with a link for a new password, if the user has an address that can be used.
pub fn new_password(tx: &mut Tx<'_>, id: Id<User>) -> Result<Option<Letter>, Error> {
    let entered = mail_addresses::of(tx, id)?.filter(|entered| entered.confirmed_at.is_some());
    let Some((user, entered)) = reader(tx, id, entered)? else { return Ok(None) };
    let secret = sign_ins::put_link(tx, None, &user)?;
    let words = Letters::of(&entered.language);
    let link = format!("{}/password/{secret}", tx.site()?.origin);
    let said = (words.password_subject, [words.password, &link, words.once, words.not_asked]);
    written(tx, &user, entered.address, said).map(Some)
}

/// Who gets a letter: whose login is open, at an address that is not blocked.
fn reader(
    tx: &mut Tx<'_>,
    id: Id<User>,
    entered: Option<EnteredAddress>,
) -> Result<Option<(User, EnteredAddress)>, Error> {
    let Some(entered) = entered else { return Ok(None) };
    if is_blocked(tx, &entered.address)? {
        return Ok(None);
    }
    let user = users::by_id(tx, id)?.filter(|user| user.disabled_at.is_none());
    Ok(user.map(|user| (user, entered)))
}

/// A letter in which the names stand where the words leave room for them.
fn written(
    tx: &mut Tx<'_>,
    user: &User,
    to: MailAddress,
    (subject, parts): (&str, [&str; 4]),
) -> Result<Letter, Error> {
    let site = settings::get(tx)?.name.replace(char::is_control, " ");
    let filled = |text: &str| text.replace("{site}", &site).replace("{name}", &user.name);
    let text = parts.map(filled).join("\n\n");
    Ok(Letter {
        to,
        subject: filled(subject),
        text: format!("{text}\n\n-- \n{site}\n{}\n", tx.site()?.origin),
    })
}
