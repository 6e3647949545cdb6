//! Telling accounts of ours what concerns them: the one place that decides whether they want to hear.

use std::collections::HashMap;

use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::marker::{Marker, Timeline};
use crate::domain::notification::{Handling, NotificationKind, Policy, Severance};
use crate::domain::relation::{Follow, FollowState};
use crate::domain::report::Warning;
use crate::store::{
    Error, Event, Tx, accounts, bookmarks, contributions, conversations, hosts, interactions, markers, mutes,
    notification_policies, notifications, profiles, quotes, relations,
};

/// Younger accounts are new ones, in seconds.
const NEW_SECONDS: i64 = 30 * 24 * 3600;

/// Tells an account of ours of something, unless it does not want to hear of it: blocks, mutes,
/// threads, hosts and its policy are looked at here.
pub fn tell(
    tx: &mut Tx<'_>,
    to: Id<Account>,
    kind: NotificationKind,
    from: &Account,
    about: Option<Id<Contribution>>,
) -> Result<(), Error> {
    if to == from.id || is_unwanted(tx, to, from)? {
        return Ok(());
    }
    if let Some(about) = about
        && bookmarks::is_muted_about(tx, to, about)?
    {
        return Ok(());
    }
    match handling(tx, to, kind, from, about)? {
        Handling::Accept => notifications::insert(tx, to, kind, from.id, about),
        Handling::Filter => notifications::insert_as(tx, (to, from.id), kind, about, true),
        Handling::Drop => Ok(()),
    }
}

/// Tells those who wished to hear of everything that an account publishes. A reply concerns whom it
/// answers, and they hear of it by themselves.
pub fn published(
    tx: &mut Tx<'_>,
    author: &Account,
    about: Id<Contribution>,
    named: &[Id<Account>],
) -> Result<(), Error> {
    let listeners = relations::listeners(tx, author.id)?;
    let head = match listeners.is_empty() {
        true => None,
        false => contributions::known_by_id(tx, about)?,
    };
    let told = match head {
        Some(head) => is_news(tx, &head)?,
        None => false,
    };
    for listener in listeners.into_iter().filter(|listener| told && !named.contains(listener)) {
        tell(tx, listener, NotificationKind::Published, author, Some(about))?;
    }
    Ok(())
}

/// Whether somebody who wants to hear of all that an author publishes hears of this: not of answers to
/// others.
fn is_news(tx: &mut Tx<'_>, head: &Contribution) -> Result<bool, Error> {
    if !matches!(head.visibility, Visibility::Public | Visibility::Unlisted | Visibility::Followers) {
        return Ok(false);
    }
    let parent = match head.in_reply_to_id {
        Some(parent) => contributions::known_by_id(tx, parent)?,
        None => None,
    };
    Ok(head.in_reply_to_uri.is_none() || parent.is_some_and(|parent| parent.author_id == head.author_id))
}

/// Tells those here who handed a contribution on or quoted it that it reads differently now.
pub fn changed(tx: &mut Tx<'_>, author: &Account, about: Id<Contribution>) -> Result<(), Error> {
    for booster in interactions::local_boosters(tx, about)? {
        // Of the newest change only: what they did not read before is not worth reading any more.
        notifications::forget_update(tx, booster, NotificationKind::Update, about)?;
        tell(tx, booster, NotificationKind::Update, author, Some(about))?;
    }
    // Told about the own post, in which the other one reads differently now.
    for (member, quoting) in quotes::by_members(tx, about)? {
        notifications::forget_update(tx, member, NotificationKind::QuotedUpdate, quoting)?;
        tell(tx, member, NotificationKind::QuotedUpdate, author, Some(quoting))?;
    }
    Ok(())
}

/// Tells an account of ours what was decided about it, or what was answered to its objection. Nothing
/// that it set keeps that away.
pub(super) fn decided(tx: &mut Tx<'_>, account: Id<Account>, warning: Id<Warning>) -> Result<(), Error> {
    let organization = tx.site()?.organization;
    notifications::insert_warning(tx, (account, organization), warning)
}

/// Tells accounts of ours how many relations they lost with a decision about a server, or about the
/// account `about`, which hears of the decision itself.
pub(super) fn severed(
    tx: &mut Tx<'_>,
    (target, about): (&str, Option<Id<Account>>),
    lost: &[Follow],
) -> Result<(), Error> {
    let organization = tx.site()?.organization;
    // Who lost how many followers, and how many whom they follow.
    let mut losses: HashMap<Id<Account>, (i64, i64)> = HashMap::new();
    for follow in lost.iter().filter(|follow| follow.state == FollowState::Accepted) {
        losses.entry(follow.followee_id).or_default().0 += 1;
        losses.entry(follow.follower_id).or_default().1 += 1;
    }
    let mut ids: Vec<Id<Account>> = losses.keys().copied().collect();
    ids.sort_unstable();
    for account in accounts::by_ids(tx, &ids)? {
        if !account.is_local() || Some(account.id) == about {
            continue;
        }
        let (followers, following) = losses.get(&account.id).copied().unwrap_or_default();
        let severance =
            Severance { of_server: about.is_none(), target: target.to_owned(), followers, following };
        notifications::insert_severance(tx, (account.id, organization), &severance)?;
    }
    Ok(())
}

/// An account of ours has read what it was told up to this key, wherever it did so: pages and apps
/// count the same.
pub fn read_up_to(tx: &mut Tx<'_>, account: Id<Account>, key: i64) -> Result<Marker, Error> {
    let now = tx.now;
    notifications::mark_read_up_to(tx, account, key, now)?;
    mark(tx, account, Timeline::Notifications, key)
}

/// Notes how far an account has read. Of two devices that say so in one moment one is refused, and
/// asks again what holds: an older place must not win because its message came last.
pub fn mark(tx: &mut Tx<'_>, account: Id<Account>, timeline: Timeline, key: i64) -> Result<Marker, Error> {
    let marker = markers::put(tx, account, timeline, key)?;
    let why = "another device has marked what was read in this moment: ask for the markers again";
    marker.ok_or_else(|| Refusal::Conflict(why.to_owned()).into())
}

/// An account of ours has read everything that it was told.
pub fn read_all(tx: &mut Tx<'_>, account: Id<Account>) -> Result<(), Error> {
    let Some(newest) = notifications::newest(tx, account)? else { return Ok(()) };
    let now = tx.now;
    notifications::mark_read_up_to(tx, account, newest.get(), now)?;
    // Where another device marks something in this moment, its mark stands: everything is read anyway.
    markers::put(tx, account, Timeline::Notifications, newest.get())?;
    Ok(())
}

/// An account of ours says from whom it wants to hear.
pub fn choose(tx: &mut Tx<'_>, account: Id<Account>, policy: &Policy) -> Result<(), Error> {
    notification_policies::put(tx, account, policy)?;
    Ok(())
}

/// It wants to hear from these although its policy puts them aside; what waits of them is shown. Of whom
/// nothing waits, nothing is kept.
pub fn let_through(tx: &mut Tx<'_>, account: Id<Account>, from: &[Id<Account>]) -> Result<(), Error> {
    let waiting = notification_policies::aside(tx, account)?;
    for one in waiting.iter().filter(|one| from.contains(&one.from)) {
        notification_policies::permit(tx, account, one.from)?;
        tx.after_commit(Event::Merged(account));
    }
    Ok(())
}

/// It does not want to read what was put aside of these.
pub fn dismiss(tx: &mut Tx<'_>, account: Id<Account>, from: &[Id<Account>]) -> Result<(), Error> {
    for one in from {
        notification_policies::dismiss(tx, account, *one)?;
    }
    Ok(())
}

fn is_unwanted(tx: &mut Tx<'_>, to: Id<Account>, from: &Account) -> Result<bool, Error> {
    if relations::blocks(tx, to, from.id)? || relations::blocks(tx, from.id, to)? {
        return Ok(true);
    }
    let now = tx.now;
    let muted = mutes::mute(tx, to, from.id, now)?.is_some_and(|mute| mute.notifications);
    Ok(muted || !mutes::with_muted_hosts(tx, to, &[from.id])?.is_empty())
}

/// What the policy of an account says: the strictest rule that applies.
fn handling(
    tx: &mut Tx<'_>,
    to: Id<Account>,
    kind: NotificationKind,
    from: &Account,
    about: Option<Id<Contribution>>,
) -> Result<Handling, Error> {
    let policy = notification_policies::of(tx, to)?;
    let asked = matches!(
        kind,
        NotificationKind::Report
            | NotificationKind::Objection
            | NotificationKind::Poll
            | NotificationKind::Published
            | NotificationKind::Decision
            | NotificationKind::Severance
    );
    if asked || policy == Policy::default() || notification_policies::is_permitted(tx, to, from.id)? {
        return Ok(Handling::Accept);
    }
    let following = relations::follows(tx, to, from.id)?;
    let follower = relations::follows(tx, from.id, to)?;
    let young = from.created_at > tx.now.plus_seconds(-NEW_SECONDS);
    let limited = match from.host_id {
        Some(_) => hosts::standing_of(tx, from.uri.host())? == HostStanding::Limited,
        None => false,
    };
    // A member whose account is run by a program stays a Person, and says so in the profile.
    let robot = matches!(from.kind, AccountKind::Service | AccountKind::Application)
        || from.is_local() && profiles::of(tx, from.id)?.bot;
    let rules = [
        (policy.not_following, !following),
        (policy.not_followers, !follower),
        (policy.new_accounts, young && !following),
        (policy.private_mentions, !following && is_private(tx, to, from.id, about)?),
        (policy.limited_accounts, limited || from.standing == HostStanding::Limited),
        (policy.bots, robot),
    ];
    let applying = || rules.iter().filter(|(_, applies)| *applies).map(|(handling, _)| *handling);
    if applying().any(|handling| handling == Handling::Drop) {
        return Ok(Handling::Drop);
    }
    let aside = applying().any(|handling| handling == Handling::Filter);
    Ok(if aside { Handling::Filter } else { Handling::Accept })
}

/// Whether somebody writes to an account that never wrote to them: an answer counts as asked for only
/// where the account named them in the same thread.
fn is_private(
    tx: &mut Tx<'_>,
    to: Id<Account>,
    from: Id<Account>,
    about: Option<Id<Contribution>>,
) -> Result<bool, Error> {
    let Some(about) = about else { return Ok(false) };
    let Some(head) = contributions::known_by_id(tx, about)? else { return Ok(false) };
    Ok(head.visibility == Visibility::Mentioned && !conversations::named_in(tx, head.thread_id, to, from)?)
}
