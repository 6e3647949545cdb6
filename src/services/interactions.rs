//! Likes and boosts, by people here and elsewhere. Counts are derived, never kept.

use serde_json::json;

use super::accounts::acting;
use super::notifications;
use super::publish::{self, Recipients};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::notification::NotificationKind;
use crate::domain::uri::Uri;
use crate::store::contributions::{self, Viewer};
use crate::store::{self, Error, Tx, accounts, interactions, relations, undone};
use crate::vocab::activity;

/// An account of ours likes a contribution; once is enough.
pub fn like(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let liked = offered(tx, account, id)?;
    if interactions::like(tx, account.id, id)?.is_some() {
        return Ok(());
    }
    let author = author(tx, &liked)?;
    let uri = if author.is_local() {
        publish::activity_uri(tx)?
    } else {
        publish::to_account(tx, "Like", account, &json!(liked.uri), &author)?
    };
    interactions::insert_like(tx, account.id, id, &uri)?;
    tell(tx, &author, NotificationKind::Like, account, id)
}

/// An account of ours no longer likes a contribution.
pub fn unlike(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let Some(uri) = interactions::like(tx, account.id, id)? else { return Ok(()) };
    interactions::delete_like(tx, account.id, id)?;
    let liked = seen(tx, account, id)?;
    untell(tx, &liked, NotificationKind::Like, account)?;
    let author = author(tx, &liked)?;
    if !author.is_local() {
        let like = json!({ "id": uri, "type": "Like", "actor": account.uri, "object": liked.uri });
        publish::to_account(tx, "Undo", account, &like, &author)?;
    }
    Ok(())
}

/// Somebody elsewhere likes something we have.
pub fn receive_like(
    tx: &mut Tx<'_>,
    uri: &Uri,
    account: &Account,
    liked: &Contribution,
) -> Result<(), Error> {
    if undone::take(tx, uri, &account.uri)? || interactions::like(tx, account.id, liked.id)?.is_some() {
        return Ok(());
    }
    visible(tx, account, liked)?;
    interactions::insert_like(tx, account.id, liked.id, uri)?;
    let author = author(tx, liked)?;
    tell(tx, &author, NotificationKind::Like, account, liked.id)
}

/// An account of ours hands a contribution on to its followers.
pub fn boost(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let boosted = offered(tx, account, id)?;
    let open = matches!(boosted.visibility, Visibility::Public | Visibility::Unlisted);
    let own = boosted.author_id == account.id && boosted.visibility == Visibility::Followers;
    if !open && !own {
        let why = "only what everybody may see can be boosted, or what one said to one's own followers";
        return Err(Refusal::forbidden(why).into());
    }
    if interactions::boost(tx, account.id, id)?.is_some() {
        return Ok(());
    }
    let author = author(tx, &boosted)?;
    let uri = publish::activity_uri(tx)?;
    let announce = if open {
        activity::announce(&uri, account, &json!(boosted.uri), &author.uri, tx.now)
    } else {
        activity::announce_to_followers(&uri, account, &json!(boosted.uri), tx.now)
    };
    let to =
        Recipients { followers_of: vec![account.id], accounts: vec![author.id], ..Recipients::default() };
    publish::send(tx, account, &announce, &boosted.uri, open, &to)?;
    interactions::insert_boost(tx, account.id, id, &uri)?;
    tell(tx, &author, NotificationKind::Boost, account, id)
}

/// An account of ours takes a boost back.
pub fn unboost(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<(), Error> {
    let Some(uri) = interactions::boost(tx, account.id, id)? else { return Ok(()) };
    interactions::delete_boost(tx, account.id, id)?;
    let boosted = seen(tx, account, id)?;
    untell(tx, &boosted, NotificationKind::Boost, account)?;
    let undo = publish::activity_uri(tx)?;
    let announce = json!({ "id": uri, "type": "Announce", "actor": account.uri, "object": boosted.uri });
    let undo = activity::simple("Undo", &undo, account, &announce, &[&account.uri]);
    let to = Recipients {
        followers_of: vec![account.id],
        accounts: vec![boosted.author_id],
        ..Recipients::default()
    };
    publish::send(tx, account, &undo, &boosted.uri, false, &to)
}

/// Somebody elsewhere boosted something we have.
pub fn receive_boost(
    tx: &mut Tx<'_>,
    uri: &Uri,
    account: &Account,
    boosted: &Contribution,
) -> Result<(), Error> {
    if undone::take(tx, uri, &account.uri)? || interactions::boost(tx, account.id, boosted.id)?.is_some() {
        return Ok(());
    }
    visible(tx, account, boosted)?;
    interactions::insert_boost(tx, account.id, boosted.id, uri)?;
    let author = author(tx, boosted)?;
    tell(tx, &author, NotificationKind::Boost, account, boosted.id)
}

/// Somebody elsewhere takes a like or a boost back; `true` when there was one. Where it has not
/// arrived yet, it never will.
pub fn receive_undo(tx: &mut Tx<'_>, uri: &Uri, account: &Account) -> Result<bool, Error> {
    let taken_back = interactions::delete_by_uri(tx, uri, account.id)?;
    for (kind, id) in &taken_back {
        if let Some(head) = contributions::known_by_id(tx, *id)? {
            untell(tx, &head, *kind, account)?;
        }
    }
    if taken_back.is_empty() {
        undone::remember(tx, uri, &account.uri)?;
    }
    Ok(!taken_back.is_empty())
}

/// Somebody elsewhere takes a like back, named by its activity or by what was liked.
pub fn receive_unlike(
    tx: &mut Tx<'_>,
    account: &Account,
    activity: Option<&Uri>,
    object: Option<&Uri>,
) -> Result<(), Error> {
    if let Some(liked) = known(tx, object)?
        && interactions::delete_like(tx, account.id, liked.id)? > 0
    {
        return untell(tx, &liked, NotificationKind::Like, account);
    }
    match activity {
        Some(activity) => receive_undo(tx, activity, account).map(drop),
        None => Ok(()),
    }
}

/// Somebody elsewhere takes a boost back, named by its activity or by what was boosted.
pub fn receive_unboost(
    tx: &mut Tx<'_>,
    account: &Account,
    activity: Option<&Uri>,
    object: Option<&Uri>,
) -> Result<(), Error> {
    if let Some(boosted) = known(tx, object)?
        && interactions::delete_boost(tx, account.id, boosted.id)? > 0
    {
        return untell(tx, &boosted, NotificationKind::Boost, account);
    }
    match activity {
        Some(activity) => receive_undo(tx, activity, account).map(drop),
        None => Ok(()),
    }
}

fn known(tx: &mut Tx<'_>, uri: Option<&Uri>) -> Result<Option<Contribution>, Error> {
    match uri {
        Some(uri) => Ok(contributions::known(tx, uri)?),
        None => Ok(None),
    }
}

fn seen(tx: &mut Tx<'_>, account: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    contributions::by_id(tx, Viewer::Member(account.id), id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// What an account of ours may react to: what it sees, unless the author blocks it.
pub(super) fn offered(
    tx: &mut Tx<'_>,
    account: &Account,
    id: Id<Contribution>,
) -> Result<Contribution, Error> {
    acting(tx, account)?;
    let head = seen(tx, account, id)?;
    if relations::blocks(tx, head.author_id, account.id)? {
        return Err(Refusal::NotFound.into());
    }
    Ok(head)
}

/// Nobody elsewhere reacts to what they may not see, nor to whom blocks them.
fn visible(tx: &mut Tx<'_>, account: &Account, head: &Contribution) -> Result<(), Error> {
    if relations::blocks(tx, head.author_id, account.id)? {
        return Err(Refusal::forbidden("the author does not want reactions from this account").into());
    }
    let found = contributions::by_id(tx, Viewer::Remote(account.id), head.id)?;
    found.map(|_| ()).ok_or_else(|| Refusal::NotFound.into())
}

fn author(tx: &mut Tx<'_>, head: &Contribution) -> Result<Account, Error> {
    accounts::by_id(tx, head.author_id)?.ok_or_else(|| Error::broken("a contribution without its author"))
}

fn tell(
    tx: &mut Tx<'_>,
    author: &Account,
    kind: NotificationKind,
    from: &Account,
    about: Id<Contribution>,
) -> Result<(), Error> {
    if author.is_local() {
        notifications::tell(tx, author.id, kind, from, Some(about))?;
    }
    Ok(())
}

/// What was taken back is not told any longer; when it is done again, that is news.
fn untell(tx: &mut Tx<'_>, head: &Contribution, kind: NotificationKind, from: &Account) -> Result<(), Error> {
    store::notifications::forget_deed(tx, head.author_id, kind, from.id, Some(head.id))?;
    Ok(())
}
