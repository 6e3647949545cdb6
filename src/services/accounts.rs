//! Accounts elsewhere: made known, brought up to date, gone.

use super::{condemnations, emojis, successions};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::handle::Handle;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::profile::{Field, Profile as LongProfile};
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::store::accounts::{self, NewAccount, Profile, Said};
use crate::store::keys::Sight;
use crate::store::{
    Conn, Error, Tx, account_rules, audit, claimed_counts, contributions, hosts, interactions, jobs, keys,
    profiles, relations, tombstones,
};
use crate::text::Html;
use crate::vocab::incoming::IncomingActor;

/// How long the numbers of an account elsewhere count as fresh, in seconds.
const COUNTED_SECONDS: i64 = 24 * 3600;
/// After how many seconds the pages are looked at that an account elsewhere names anew: whoever
/// changes their description all the time makes us ask others no oftener than that.
const LINKS_SECONDS: i64 = 600;

/// How sure we are of a handle.
#[derive(Clone, Debug)]
pub enum Name {
    /// The account's own server calls it so in its document. That counts as long as nobody else
    /// has the handle.
    Claimed(Handle),
    /// WebFinger at the handle's host names the account, and the account names the handle.
    Verified(Handle),
}

/// Accepts the description of an account elsewhere, as its own address served it or as others vouch for it.
///
/// Identity and kind never change; keys that are no longer listed are retired, not forgotten.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: &IncomingActor,
    document: &str,
    name: &Name,
    sight: Sight,
) -> Result<Account, Error> {
    let site = tx.site()?;
    if actor.id.same_origin(&Uri::ours(&site.origin, "/")) {
        return Err(Refusal::forbidden("this address belongs to us").into());
    }
    let handle = settle_handle(tx, &actor.id, name, &site.host)?;
    let profile = profile(tx, actor, &handle);
    let id = match accounts::by_uri(tx, &actor.id)? {
        Some(known) => {
            change(tx, &known, profile)?;
            known.id
        }
        None => insert(tx, actor, profile)?,
    };
    accounts::keep_document(tx, id, document)?;
    describe(tx, id, actor)?;
    if !actor.emojis.is_empty()
        && let Some(account) = accounts::by_id(tx, id)?
    {
        emojis::receive(tx, &account, &actor.emojis)?;
    }
    for key in &actor.keys {
        keys::keep(tx, id, (&key.uri, &key.key), sight)?;
    }
    let listed: Vec<Uri> = actor.keys.iter().map(|key| key.uri.clone()).collect();
    keys::retire_unlisted(tx, id, &listed)?;
    let missing = || Error::broken("an account vanished while it was being written");
    let account = accounts::by_id(tx, id)?.ok_or_else(missing)?;
    if account.kind != AccountKind::Organization {
        return Ok(account);
    }
    successions::receive(tx, id, &actor.guarantors, actor.guarantors_needed)?;
    if actor.moved_to.is_some() {
        return Ok(account);
    }
    successions::returned(tx, &account)?;
    accounts::by_id(tx, id)?.ok_or_else(missing)
}

/// Whether the numbers of an account are ours to know, or were asked for not long ago.
pub fn are_counts_fresh(conn: &mut Conn, account: &Account, now: Timestamp) -> Result<bool, Error> {
    if account.is_local() || account.is_barred() || account.state == AccountState::Deleted {
        return Ok(true);
    }
    let asked = claimed_counts::asked_at(conn, account.id)?;
    Ok(asked.is_some_and(|at| at.plus_seconds(COUNTED_SECONDS) > now))
}

/// Has the numbers of an account elsewhere asked for, unless that was done today.
pub fn count_later(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let now = tx.now;
    if are_counts_fresh(tx, account, now)? {
        return Ok(());
    }
    jobs::enqueue(tx, &Job::CountAccount { account: account.id.get() }, now)
}

/// The account in whose name something is done, looked at anew: while a request waited for others its owner may have
/// left or been suspended.
pub(super) fn acting(tx: &mut Tx<'_>, account: &Account) -> Result<Account, Error> {
    let now = accounts::steady(tx, account.id)?.filter(|account| account.state == AccountState::Active);
    let now = now.ok_or(Refusal::Gone)?;
    if now.is_barred() {
        return Err(Refusal::forbidden("moderators have closed this account for now").into());
    }
    Ok(now)
}

/// An account is gone: its owner said so, or its address answers "gone". What it said is out of sight when this
/// returns, and is deleted piece by piece: it may be very much.
pub fn remove(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    if account.is_local() || account.state == AccountState::Deleted {
        return Ok(());
    }
    account_rules::drop_deliveries(tx, account)?;
    accounts::mark_deleted(tx, account.id)?;
    tombstones::insert(tx, &account.uri)?;
    relations::forget(tx, account.id)?;
    interactions::forget(tx, account.id)?;
    expel(tx, account)
}

/// Takes everything that an account said out of sight, and has it deleted piece by piece.
fn expel(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let said = contributions::all_of(tx, account.id)?;
    condemnations::condemn_at_once(tx, &said)
}

/// Deletes what is kept of a suspended account of another server: everything it said, its name, its
/// fields and its pictures. The suspension stays. Out of sight when this returns, and deleted piece by
/// piece.
pub fn purge(tx: &mut Tx<'_>, user: Option<Id<User>>, account: &Account) -> Result<(), Error> {
    if account.is_local() || account.standing != HostStanding::Suspended {
        let why = "only what is kept of a suspended account of another server is deleted by others";
        return Err(Refusal::forbidden(why).into());
    }
    expel(tx, account)?;
    profiles::put(tx, &LongProfile::empty(account.id))?;
    accounts::forget_document(tx, account.id)?;
    let nothing = Said {
        display_name: String::new(),
        summary: String::new(),
        locked: account.locked,
        discoverable: false,
        updated_at: tx.now,
    };
    accounts::say(tx, account.id, &nothing)?;
    accounts::set_icon(tx, account.id, None)?;
    accounts::set_header(tx, account.id, None)?;
    audit::record(tx, user, "account.purge", account.uri.as_str(), "")
}

fn settle_handle(tx: &mut Tx<'_>, uri: &Uri, name: &Name, ours: &str) -> Result<Handle, Error> {
    let (handle, verified) = match name {
        Name::Claimed(handle) => (handle, false),
        Name::Verified(handle) => (handle, true),
    };
    if handle.host == ours {
        return Err(Refusal::forbidden("this handle belongs to us").into());
    }
    if verified {
        accounts::release_handle(tx, handle, uri)?;
    } else if accounts::by_handle(tx, handle)?.is_some_and(|other| other.uri != *uri) {
        let why = format!("another account is called {handle} already, and WebFinger does not say otherwise");
        return Err(Refusal::Conflict(why).into());
    }
    Ok(handle.clone())
}

fn profile(tx: &Tx<'_>, actor: &IncomingActor, handle: &Handle) -> Profile {
    Profile {
        url: actor.url.clone(),
        kind: actor.kind,
        name: actor.name.clone(),
        handle: handle.to_string(),
        display_name: actor.display_name.clone(),
        summary: actor.summary.as_str().to_owned(),
        icon_url: actor.icon_url.clone(),
        header_url: actor.header_url.clone(),
        inbox: actor.inbox.clone(),
        shared_inbox: actor.shared_inbox.clone(),
        outbox: actor.outbox.clone(),
        followers: actor.followers.clone(),
        featured: actor.featured.clone(),
        forum: actor.forum.clone(),
        locked: actor.locked,
        discoverable: actor.discoverable,
        moved_to: actor.moved_to.clone(),
        updated_at: tx.now,
        fetched_at: Some(tx.now),
    }
}

/// Keeps what it says about itself at length. Lines that stay what they were stay proven; where
/// somebody here reads it, the pages behind the others are looked at, now and then.
fn describe(tx: &mut Tx<'_>, id: Id<Account>, actor: &IncomingActor) -> Result<(), Error> {
    let before = Field::read_all(&profiles::of(tx, id)?.fields);
    let row = |(name, value): &(String, Html)| {
        let known = before.iter().find(|field| field.value == value.as_str());
        let verified_at = known.and_then(|field| field.verified_at);
        Field { name: name.clone(), value: value.as_str().to_owned(), verified_at }
    };
    let fields: Vec<Field> = actor.fields.iter().map(row).collect();
    if fields != before && relations::is_followed_here(tx, id)? {
        let later = tx.now.plus_seconds(LINKS_SECONDS);
        jobs::enqueue(tx, &Job::CheckLinks { account: id.get() }, later)?;
    }
    let (fields, indexable) = (Field::write_all(&fields), actor.indexable);
    let profile = LongProfile { fields, indexable, ..LongProfile::empty(id) };
    profiles::put(tx, &profile)?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, actor: &IncomingActor, profile: Profile) -> Result<Id<Account>, Error> {
    if tombstones::contains(tx, &actor.id)? {
        return Err(Refusal::Gone.into());
    }
    let host = hosts::ensure(tx, actor.id.host())?;
    if host.software.is_none() {
        let now = tx.now;
        jobs::enqueue(tx, &Job::FetchNodeInfo { host: host.name.clone() }, now)?;
    }
    let id: Id<Account> = tx.mint();
    let row = NewAccount {
        id,
        uri: actor.id.clone(),
        host_id: Some(host.id),
        created_at: actor.published.unwrap_or(tx.now).min(tx.now),
        profile,
        state: AccountState::Active,
        standing: HostStanding::Unknown,
    };
    accounts::insert(tx, &row)?;
    Ok(id)
}

fn change(tx: &mut Tx<'_>, known: &Account, mut profile: Profile) -> Result<(), Error> {
    if known.is_local() {
        return Err(Refusal::forbidden("this account belongs to us").into());
    }
    if known.state == AccountState::Deleted {
        return Err(Refusal::Gone.into());
    }
    if !may_become(known.kind, profile.kind) {
        return Err(Refusal::forbidden("an account keeps its kind").into());
    }
    // A Move that we agreed to is not undone by a document that has forgotten it.
    profile.moved_to = profile.moved_to.or_else(|| known.moved_to.clone());
    accounts::update(tx, known.id, &profile)?;
    Ok(())
}

/// People turn their accounts into bots and back; nothing else changes.
fn may_become(before: AccountKind, after: AccountKind) -> bool {
    use AccountKind::{Person, Service};
    before == after || matches!((before, after), (Person, Service) | (Service, Person))
}
