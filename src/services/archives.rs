//! What members take along: asking for it, and what is in it.

use serde_json::{Value, json};

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::archive::{Archive, KEPT_DAYS};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::store::{Conn, Error, Tx, archives, audit, contributions, jobs, mail_addresses, revisions, users};

/// Asks for an archive; a job makes it.
pub fn ask(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let now = tx.now;
    if archives::of(tx, account.id)?.is_some_and(|known| !known.may_be_followed(now)) {
        let why = "you asked for one within the last day: wait until tomorrow".to_owned();
        return Err(Refusal::Conflict(why).into());
    }
    forget(tx, account.id)?;
    let archive = Archive { account_id: account.id, asked_at: now, file: None, bytes: 0, made_at: None };
    archives::put(tx, &archive)?;
    let user = users::by_account(tx, account.id)?.map(|user| user.id);
    audit::record(tx, user, "archive.ask", account.uri.as_str(), "")?;
    jobs::enqueue(tx, &Job::Archive { account: account.id.get() }, now)
}

/// A file is begun that is thrown away tomorrow, unless it is kept before.
pub fn will_remove(tx: &mut Tx<'_>, file: &str) -> Result<(), Error> {
    let tomorrow = tx.now.plus_seconds(24 * 3600);
    jobs::enqueue(tx, &Job::RemoveFile { file: file.to_owned() }, tomorrow)
}

/// The archive is made, unless it is not wanted any more.
pub fn keep(tx: &mut Tx<'_>, asked: &Archive, file: &str, bytes: u64) -> Result<(), Error> {
    let now = tx.now;
    let known = archives::of(tx, asked.account_id)?;
    if known.as_ref() != Some(asked) {
        return jobs::enqueue(tx, &Job::RemoveFile { file: file.to_owned() }, now);
    }
    let made = Archive {
        file: Some(file.to_owned()),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        made_at: Some(now),
        ..asked.clone()
    };
    archives::put(tx, &made)?;
    jobs::cancel(tx, &Job::RemoveFile { file: file.to_owned() })?;
    Ok(())
}

/// Throws the archive of an account away.
pub fn forget(tx: &mut Tx<'_>, account: Id<Account>) -> Result<(), Error> {
    if let Some(file) = archives::of(tx, account)?.and_then(|known| known.file) {
        let now = tx.now;
        jobs::enqueue(tx, &Job::RemoveFile { file }, now)?;
    }
    archives::delete(tx, account)?;
    Ok(())
}

/// Throws away what is old.
pub fn purge(tx: &mut Tx<'_>) -> Result<(), Error> {
    let before = tx.now.plus_seconds(-KEPT_DAYS * 24 * 3600);
    for old in archives::older(tx, before)? {
        forget(tx, old.account_id)?;
    }
    Ok(())
}

/// Some contributions of an account as the activities that published them, from their newest versions.
pub fn activities(conn: &mut Conn, account: &Account, ids: &[Id<Contribution>]) -> Result<Vec<Value>, Error> {
    let mut activities = Vec::new();
    for id in ids {
        let Some(head) = contributions::known_by_id(conn, *id)? else { continue };
        let newest = revisions::newest(conn, *id)?.and_then(|version| version.document);
        let document = newest.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let Some(document) = document else { continue };
        let named = |field: &str| document.get(field).cloned().unwrap_or_else(|| json!([]));
        activities.push(json!({
            "id": format!("{}#create", head.uri),
            "type": "Create",
            "actor": account.uri,
            "published": head.published_at.to_rfc3339(),
            "to": named("to"),
            "cc": named("cc"),
            "object": document,
        }));
    }
    Ok(activities)
}

/// The mail address that the member entered, if any.
pub fn mail_address(conn: &mut Conn, account: &Account) -> Result<Option<Value>, Error> {
    let Some(user) = users::by_account(conn, account.id)? else { return Ok(None) };
    let document = mail_addresses::of(conn, user.id)?.map(|entered| {
        json!({
            "address": entered.address.as_str(),
            "language": entered.language,
            "entered": entered.entered_at.to_rfc3339(),
            "confirmed": entered.confirmed_at.map(|at| at.to_rfc3339()),
        })
    });
    Ok(document)
}
