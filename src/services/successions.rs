//! An organization whose server is lost goes on elsewhere: choosing who confirms it, confirming
//! others, and what happens when enough have done so.

use super::profiles;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::profile::Profile;
use crate::domain::succession::{FEWEST, KEPT_SECONDS, MOST_GUARANTORS, Succession, agreed};
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::store::keys::{self, Key};
use crate::store::{self, Conn, Error, Tx, accounts, audit, hosts, jobs, successions};

/// After how many seconds guarantors are asked again.
const AGAIN_SECONDS: i64 = 24 * 3600;

/// What our organization says about its own future.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Who may confirm where it goes on.
    pub guarantors: Vec<Uri>,
    /// How many of them have to.
    pub needed: i32,
    /// The account of another server that it continues.
    pub continues: Option<Uri>,
}

/// What our organization says now.
pub fn plan(conn: &mut Conn, organization: Id<Account>) -> Result<Plan, Error> {
    let rows = successions::named_by(conn, organization)?;
    let needed = rows.first().map_or(FEWEST, |one| one.needed);
    let continues = store::profiles::of(conn, organization)?.continues;
    Ok(Plan { guarantors: rows.into_iter().map(|one| one.uri).collect(), needed, continues })
}

/// Changes it and tells everybody; whether anything changed.
pub fn change(tx: &mut Tx<'_>, user: Option<Id<User>>, new: &Plan) -> Result<bool, Error> {
    let organization = tx.site()?.organization;
    let mut new = new.clone();
    new.guarantors.sort_unstable();
    new.guarantors.dedup();
    check(tx, &new)?;
    let before = plan(tx, organization)?;
    if new.guarantors.is_empty() {
        new.needed = FEWEST;
    }
    if new == before {
        return Ok(false);
    }
    successions::name_guarantors(tx, organization, &new.guarantors, new.needed)?;
    let profile = store::profiles::of(tx, organization)?;
    store::profiles::put(tx, &Profile { continues: new.continues.clone(), ..profile })?;
    let named: Vec<&str> = new.guarantors.iter().map(Uri::as_str).collect();
    let detail = format!("{} of {}; {}", new.needed, named.len(), named.join(", "));
    audit::record(
        tx,
        user,
        "organization.guarantors",
        new.continues.as_ref().map_or("", Uri::as_str),
        &detail,
    )?;
    let account = accounts::by_id(tx, organization)?.ok_or(Refusal::NotFound)?;
    let now = tx.now;
    accounts::touch(tx, organization, now)?;
    profiles::announce(tx, &account)?;
    Ok(true)
}

fn check(tx: &mut Tx<'_>, plan: &Plan) -> Result<(), Error> {
    let home = Uri::ours(&tx.site()?.origin, "/");
    if plan.guarantors.iter().chain(&plan.continues).any(|uri| uri.same_origin(&home)) {
        return Err(Refusal::invalid("guarantors", "are organizations of other servers").into());
    }
    if plan.guarantors.is_empty() {
        return Ok(());
    }
    let most = i32::try_from(plan.guarantors.len()).unwrap_or(i32::MAX);
    if plan.guarantors.len() > MOST_GUARANTORS {
        return Err(Refusal::invalid("guarantors", format!("are at most {MOST_GUARANTORS}")).into());
    }
    if !(FEWEST..=most).contains(&plan.needed) {
        let why = format!("has to be between {FEWEST} and the number of organizations named ({most})");
        return Err(Refusal::invalid("needed", why).into());
    }
    Ok(())
}

/// Our organization confirms that another one goes on elsewhere. The caller has seen that the new account
/// names the old one, and with which key it signs.
pub fn confirm(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    old: &Account,
    (successor, key): (&Uri, &str),
) -> Result<(), Error> {
    let guarantor = chosen(tx, old)?;
    if *successor == old.uri {
        return Err(Refusal::invalid("successor", "is the account as it was").into());
    }
    let said = Succession {
        account_id: old.id,
        guarantor,
        successor: successor.clone(),
        signing_key: key.to_owned(),
        created_at: tx.now,
    };
    successions::put(tx, &said)?;
    audit::record(tx, user, "succession.confirm", old.uri.as_str(), &format!("{successor} {key}"))?;
    seek(tx, old, 0)
}

/// Our organization takes its word back.
pub fn take_back(tx: &mut Tx<'_>, user: Option<Id<User>>, old: &Account) -> Result<(), Error> {
    let guarantor = chosen(tx, old)?;
    if successions::remove(tx, old.id, &guarantor)? == 0 {
        return Err(Refusal::invalid("old", "was not confirmed by this organization").into());
    }
    audit::record(tx, user, "succession.take_back", old.uri.as_str(), "")
}

/// The address under which our organization was chosen; refused where it was not.
pub fn chosen(tx: &mut Tx<'_>, old: &Account) -> Result<Uri, Error> {
    let organization = tx.site()?.organization;
    let us = accounts::by_id(tx, organization)?.ok_or(Refusal::NotFound)?;
    let now = tx.now;
    if !successions::guarantors_of(tx, old.id, now)?.iter().any(|one| one.uri == us.uri) {
        let why = "did not choose this organization to confirm where it goes on";
        return Err(Refusal::invalid("old", why).into());
    }
    Ok(us.uri)
}

/// What an account elsewhere says about who confirms its future.
pub fn receive(tx: &mut Tx<'_>, account: Id<Account>, named: &[Uri], needed: i32) -> Result<(), Error> {
    let mut named: Vec<Uri> = named.iter().take(MOST_GUARANTORS).cloned().collect();
    named.sort_unstable();
    named.dedup();
    successions::name_guarantors(tx, account, &named, needed.max(FEWEST))
}

/// Whether an account speaks with a key that it had long ago: then it is itself, whatever others say.
pub fn is_itself(conn: &mut Conn, account: Id<Account>, now: Timestamp) -> Result<bool, Error> {
    let seen: Vec<Key> = keys::of_account(conn, account)?.into_iter().filter(Key::is_seen).collect();
    let first = seen.iter().map(|key| key.first_seen_at).min();
    let old = now.plus_seconds(-KEPT_SECONDS);
    let long_ago = |key: &Key| Some(key.first_seen_at) == first || key.first_seen_at <= old;
    Ok(seen.iter().any(|key| key.retired_at.is_none() && long_ago(key)))
}

/// An account that others had taken for lost is back, and does not say itself that it moved.
pub fn returned(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let now = tx.now;
    if account.moved_to.is_none() || successions::of(tx, account.id)?.is_empty() {
        return Ok(());
    }
    if is_itself(tx, account.id, now)? {
        successions::forget(tx, account.id)?;
        accounts::set_moved_to(tx, account.id, None)?;
        audit::record(tx, None, "succession.returned", account.uri.as_str(), "")?;
    }
    Ok(())
}

/// Asks the guarantors of an account, some time from now.
pub fn seek(tx: &mut Tx<'_>, account: &Account, seconds: i64) -> Result<(), Error> {
    let due = tx.now.plus_seconds(seconds);
    jobs::enqueue(tx, &Job::SeekSuccessor { account: account.id.get(), due: due.0 }, due)
}

/// What a guarantor says about an account: the new one and its key, or nothing.
pub type Word = (Uri, Option<(Uri, String)>);

/// What guarantors say now: kept, and where enough of them agree, the account they agree on.
pub fn hear(tx: &mut Tx<'_>, old: &Account, words: &[Word]) -> Result<Option<(Uri, String)>, Error> {
    for (guarantor, word) in words {
        successions::remove(tx, old.id, guarantor)?;
        let Some((successor, key)) = word else { continue };
        let said = Succession {
            account_id: old.id,
            guarantor: guarantor.clone(),
            successor: successor.clone(),
            signing_key: key.clone(),
            created_at: tx.now,
        };
        successions::put(tx, &said)?;
    }
    let now = tx.now;
    let chosen = successions::guarantors_of(tx, old.id, now)?;
    let heard = successions::of(tx, old.id)?;
    Ok(agreed(&chosen, &heard).map(|(successor, key)| (successor.clone(), key.to_owned())))
}

/// Enough agree, and the new account was seen to say so itself. Nobody follows it by this: whoever followed
/// the old one reads where it went, and decides.
pub fn conclude(tx: &mut Tx<'_>, old: &Account, new: &Account) -> Result<(), Error> {
    if new.kind != AccountKind::Organization || new.is_barred() {
        return Ok(());
    }
    accounts::set_moved_to(tx, old.id, Some(&new.uri))?;
    audit::record(tx, None, "succession.concluded", old.uri.as_str(), new.uri.as_str())
}

/// The server still does not answer: the guarantors are asked again tomorrow.
pub fn wait(tx: &mut Tx<'_>, old: &Account) -> Result<(), Error> {
    let host = match old.host_id {
        Some(id) => hosts::by_id(tx, id)?,
        None => None,
    };
    if host.is_some_and(|host| host.unreachable_since().is_some()) {
        seek(tx, old, AGAIN_SECONDS)?;
    }
    Ok(())
}
