//! Who follows whom, and who wants nothing to do with whom.
//!
//! Each verb exists twice: as somebody here does it, and as it arrives from elsewhere.

use serde_json::{Value, json};
use url::Url;

use super::accounts::acting;
use super::{accounts as accounts_elsewhere, external_statements, held, notifications, positions, publish};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::notification::NotificationKind;
use crate::domain::relation::{Follow, FollowOptions, FollowState};
use crate::domain::uri::Uri;
use crate::store::{
    self, Error, Tx, account_rules, accounts, hosts, jobs, lists, mutes, relations, relationships, undone,
    withheld,
};

/// An account of ours asks to follow another. Asking again asks again, with the same address.
///
/// Whoever follows an organization means the debate around it, so its Forum is followed too; and
/// whom our organization follows is no stranger any more: the host is let in, and what waits from it is shown.
pub fn follow(tx: &mut Tx<'_>, follower: &Account, followee: &Account) -> Result<(), Error> {
    acting(tx, follower)?;
    if follower.id == followee.id {
        return Err(Refusal::forbidden("an account does not follow itself").into());
    }
    if relations::blocks(tx, follower.id, followee.id)? {
        return Err(Refusal::forbidden("take the block back before you follow this account").into());
    }
    if followee.moved_to.is_some() {
        return Err(Refusal::forbidden("this account has moved: follow the new one").into());
    }
    if relations::blocks(tx, followee.id, follower.id)? {
        return Err(Refusal::forbidden("this account does not want to be followed from here").into());
    }
    if followee.kind == AccountKind::Application {
        return Err(Refusal::forbidden("a server's own actor cannot be followed").into());
    }
    let follow = match relations::follow(tx, follower.id, followee.id)? {
        Some(follow) => follow,
        None => {
            let uri = publish::activity_uri(tx)?;
            let agreed = followee.is_local() && !followee.locked;
            let state = if agreed { FollowState::Accepted } else { FollowState::Pending };
            relations::insert(tx, follower.id, followee.id, &uri, state)?
        }
    };
    if followee.is_local() {
        let kind = match follow.state {
            FollowState::Pending => NotificationKind::FollowRequest,
            FollowState::Accepted => NotificationKind::Follow,
        };
        return notifications::tell(tx, followee.id, kind, follower, None);
    }
    if follower.id == tx.site()?.organization {
        let_in(tx, followee)?;
    }
    accounts_elsewhere::count_later(tx, followee)?;
    publish::follow(tx, follower, followee, &follow.uri)?;
    forum(tx, follower, followee)
}

/// Like [`follow`], with what the follower wants to see; asking again changes that.
pub fn follow_with(
    tx: &mut Tx<'_>,
    follower: &Account,
    followee: &Account,
    options: &FollowOptions,
) -> Result<(), Error> {
    let known = relations::follow(tx, follower.id, followee.id)?;
    if known.is_none_or(|known| known.state == FollowState::Pending) {
        follow(tx, follower, followee)?;
    }
    if let Some(follow) = relations::follow(tx, follower.id, followee.id)? {
        relations::set_options(tx, follow.id, options)?;
    }
    Ok(())
}

/// An account of ours no longer wants to be followed by another; one that does not follow is fine.
pub fn remove_follower(tx: &mut Tx<'_>, followee: &Account, follower: &Account) -> Result<(), Error> {
    match relations::follow(tx, follower.id, followee.id)? {
        Some(_) => reject(tx, followee, follower),
        None => Ok(()),
    }
}

fn let_in(tx: &mut Tx<'_>, followee: &Account) -> Result<(), Error> {
    let Some(id) = followee.host_id else { return Ok(()) };
    let host = hosts::by_id(tx, id)?;
    if host.is_some_and(|host| host.standing == HostStanding::Unknown) {
        hosts::set_standing(tx, id, HostStanding::Approved)?;
        held::follow(tx, id)?;
    }
    Ok(())
}

fn forum(tx: &mut Tx<'_>, follower: &Account, organization: &Account) -> Result<(), Error> {
    let Some(uri) = organization.forum.as_ref().filter(|uri| **uri != organization.uri) else {
        return Ok(());
    };
    match accounts::by_uri(tx, uri)? {
        Some(forum) if relations::follow(tx, follower.id, forum.id)?.is_some() => Ok(()),
        Some(forum) => follow_if_wanted(tx, follower, &forum),
        None => {
            let later = Job::FollowForum { follower: follower.id.get(), forum: uri.to_string() };
            let now = tx.now;
            jobs::enqueue(tx, &later, now)
        }
    }
}

/// Follows what comes with something else: that one of both does not want it stops nothing else.
pub fn follow_if_wanted(tx: &mut Tx<'_>, follower: &Account, followee: &Account) -> Result<(), Error> {
    match tx.savepoint(|tx| follow(tx, follower, followee)) {
        Err(Error::Refused(_)) => Ok(()),
        done => done,
    }
}

/// Ends a follow with everything that hangs on it: places on lists, a recommendation, and what the
/// other was told of it.
fn end(tx: &mut Tx<'_>, follow: &Follow) -> Result<(), Error> {
    let (follower, followee) = (follow.follower_id, follow.followee_id);
    relations::delete(tx, follow.id)?;
    lists::remove_everywhere(tx, follower, followee)?;
    relationships::unendorse(tx, follower, followee)?;
    for kind in [NotificationKind::FollowRequest, NotificationKind::Follow] {
        store::notifications::forget_deed(tx, followee, kind, follower, None)?;
    }
    Ok(())
}

/// An account of ours no longer follows another.
pub fn unfollow(tx: &mut Tx<'_>, follower: &Account, followee: &Account) -> Result<(), Error> {
    let Some(follow) = relations::follow(tx, follower.id, followee.id)? else { return Ok(()) };
    end(tx, &follow)?;
    if followee.is_local() {
        return Ok(());
    }
    publish::to_account(tx, "Undo", follower, &as_json(&follow, follower, followee), followee)?;
    leave_forum(tx, follower, followee)
}

/// The Forum was followed for the sake of its organization, and goes with it.
fn leave_forum(tx: &mut Tx<'_>, follower: &Account, organization: &Account) -> Result<(), Error> {
    let forum = match organization.forum.as_ref().filter(|uri| **uri != organization.uri) {
        Some(uri) => accounts::by_uri(tx, uri)?,
        None => None,
    };
    match forum {
        Some(forum) => unfollow(tx, follower, &forum),
        None => Ok(()),
    }
}

/// Somebody elsewhere asks to follow an account of ours.
pub fn receive_follow(
    tx: &mut Tx<'_>,
    uri: &Uri,
    follower: &Account,
    followee: &Account,
) -> Result<(), Error> {
    if !followee.is_local() || follower.is_local() {
        return Err(Refusal::forbidden("this follow is none of ours").into());
    }
    if undone::take(tx, uri, &follower.uri)? || followee.standing == HostStanding::Suspended {
        return Ok(());
    }
    let unwanted =
        followee.kind == AccountKind::Application || relations::blocks(tx, followee.id, follower.id)?;
    if unwanted {
        let request = request(uri, follower, followee);
        publish::to_account(tx, "Reject", followee, &request, follower)?;
        return Ok(());
    }
    let known = relations::follow(tx, follower.id, followee.id)?;
    let waits = followee.locked || is_limited(tx, follower)?;
    let state = if waits { FollowState::Pending } else { FollowState::Accepted };
    let state = known.as_ref().map_or(state, |known| known.state);
    match &known {
        Some(known) => {
            relations::set_uri(tx, known.id, uri)?;
        }
        None => {
            relations::insert(tx, follower.id, followee.id, uri, state)?;
            let kind = match state {
                FollowState::Pending => NotificationKind::FollowRequest,
                FollowState::Accepted => NotificationKind::Follow,
            };
            notifications::tell(tx, followee.id, kind, follower, None)?;
        }
    }
    if state == FollowState::Accepted {
        publish::to_account(tx, "Accept", followee, &request(uri, follower, followee), follower)?;
    }
    Ok(())
}

/// Whether our moderators want to be asked before an account hears from us.
fn is_limited(tx: &mut Tx<'_>, account: &Account) -> Result<bool, Error> {
    let host = hosts::standing_of(tx, account.uri.host())?;
    Ok(account.standing == HostStanding::Limited || host == HostStanding::Limited)
}

/// An account of ours agrees to be followed.
pub fn accept(tx: &mut Tx<'_>, followee: &Account, follower: &Account) -> Result<(), Error> {
    let follow = relations::follow(tx, follower.id, followee.id)?.ok_or(Refusal::NotFound)?;
    if follow.state == FollowState::Accepted {
        return Ok(());
    }
    relations::set_state(tx, follow.id, FollowState::Accepted)?;
    let request = NotificationKind::FollowRequest;
    store::notifications::forget_deed(tx, followee.id, request, follower.id, None)?;
    notifications::tell(tx, followee.id, NotificationKind::Follow, follower, None)?;
    if !follower.is_local() {
        publish::to_account(tx, "Accept", followee, &as_json(&follow, follower, followee), follower)?;
    }
    Ok(())
}

/// An account of ours does not agree, or no longer.
pub fn reject(tx: &mut Tx<'_>, followee: &Account, follower: &Account) -> Result<(), Error> {
    let follow = relations::follow(tx, follower.id, followee.id)?.ok_or(Refusal::NotFound)?;
    end(tx, &follow)?;
    if !follower.is_local() {
        publish::to_account(tx, "Reject", followee, &as_json(&follow, follower, followee), follower)?;
    }
    Ok(())
}

/// Whom we asked to follow says yes or no. `uri` is the request as they name it, `None` where they
/// name only the two accounts. Anything that answers no request of ours is refused.
pub fn receive_answer(
    tx: &mut Tx<'_>,
    yes: bool,
    followee: &Account,
    follower: &Account,
    uri: Option<&Uri>,
) -> Result<(), Error> {
    let nothing = || Refusal::forbidden("this answers no request of ours");
    let follow = relations::follow(tx, follower.id, followee.id)?.ok_or_else(nothing)?;
    if !follower.is_local() || uri.is_some_and(|uri| *uri != follow.uri) {
        return Err(nothing().into());
    }
    if !yes {
        return end(tx, &follow);
    }
    if follow.state == FollowState::Pending {
        relations::set_state(tx, follow.id, FollowState::Accepted)?;
        let job = Job::FetchOutbox { account: followee.id.get(), round: 0 };
        let now = tx.now;
        jobs::enqueue(tx, &job, now)?;
        jobs::enqueue(tx, &Job::FetchPins { uri: followee.uri.to_string() }, now)?;
        jobs::enqueue(tx, &Job::CheckLinks { account: followee.id.get() }, now)?;
        external_statements::look_again(tx, followee)?;
        positions::list_waiting(tx)?;
    }
    Ok(())
}

/// Somebody elsewhere takes a follow back. Where the follow has not arrived yet, it never will.
pub fn receive_unfollow(
    tx: &mut Tx<'_>,
    uri: Option<&Uri>,
    follower: &Account,
    followee: Option<&Account>,
) -> Result<(), Error> {
    let known = match (uri, followee) {
        (_, Some(followee)) => relations::follow(tx, follower.id, followee.id)?,
        (Some(uri), None) => relations::by_uri(tx, uri)?.filter(|follow| follow.follower_id == follower.id),
        (None, None) => None,
    };
    match (known, uri) {
        (Some(follow), _) => end(tx, &follow),
        (None, uri) => {
            if let Some(followee) = followee {
                forget_parted(tx, follower.id, followee.id)?;
            }
            uri.map_or(Ok(()), |uri| undone::remember(tx, uri, &follower.uri))
        }
    }
}

/// What a decision of moderators ended does not come back with its end: one of both has ended it, too.
fn forget_parted(tx: &mut Tx<'_>, follower: Id<Account>, followee: Id<Account>) -> Result<(), Error> {
    account_rules::forget_parted(tx, follower, followee)?;
    withheld::forget_parted(tx, follower, followee)?;
    Ok(())
}

/// Somebody blocks somebody: neither follows the other any more.
pub fn block(tx: &mut Tx<'_>, account: &Account, target: &Account, uri: &Uri) -> Result<(), Error> {
    if account.id == target.id {
        return Err(Refusal::invalid("account", "an account does not block itself").into());
    }
    for (follower, followee) in [(account, target), (target, account)] {
        forget_parted(tx, follower.id, followee.id)?;
        if let Some(follow) = relations::follow(tx, follower.id, followee.id)? {
            end(tx, &follow)?;
            if account.is_local() && followee.id == account.id && !follower.is_local() {
                publish::to_account(tx, "Reject", followee, &as_json(&follow, follower, followee), follower)?;
            }
        }
    }
    if !relations::blocks(tx, account.id, target.id)? {
        relations::insert_block(tx, account.id, target.id, uri)?;
    }
    Ok(())
}

/// An account of ours blocks another, whose server is told. Nothing of the other is heard or listed
/// any more.
pub fn block_from_here(tx: &mut Tx<'_>, account: &Account, target: &Account) -> Result<(), Error> {
    if relations::blocks(tx, account.id, target.id)? {
        return Ok(());
    }
    if account.id == target.id {
        return Err(Refusal::invalid("account", "an account does not block itself").into());
    }
    let uri = if target.is_local() {
        publish::activity_uri(tx)?
    } else {
        unfollow(tx, account, target)?;
        publish::to_account(tx, "Block", account, &json!(target.uri), target)?
    };
    block(tx, account, target, &uri)?;
    store::notifications::forget_from(tx, account.id, target.id)?;
    Ok(())
}

/// An account of ours takes a block back, and the other's server is told.
pub fn unblock_from_here(tx: &mut Tx<'_>, account: &Account, target: &Account) -> Result<(), Error> {
    let Some(uri) = relations::block(tx, account.id, target.id)? else { return Ok(()) };
    unblock(tx, account, target)?;
    if !target.is_local() {
        let block = json!({ "id": uri, "type": "Block", "actor": account.uri, "object": target.uri });
        publish::to_account(tx, "Undo", account, &block, target)?;
    }
    Ok(())
}

/// An account of ours does not want to see another, for some seconds or for ever. Nobody is told.
pub fn mute(
    tx: &mut Tx<'_>,
    account: &Account,
    target: &Account,
    notifications: bool,
    seconds: Option<i64>,
) -> Result<(), Error> {
    if account.id == target.id {
        return Err(Refusal::invalid("account", "an account does not mute itself").into());
    }
    let now = tx.now;
    mutes::expire(tx, now)?;
    let until = seconds.filter(|seconds| *seconds > 0).map(|seconds| now.plus_seconds(seconds));
    if let Some(until) = until {
        jobs::enqueue(tx, &Job::EndMutes { due: until.0 }, until)?;
    }
    mutes::put(tx, account.id, target.id, notifications, until)
}

/// It wants to see the other again.
pub fn unmute(tx: &mut Tx<'_>, account: &Account, target: &Account) -> Result<(), Error> {
    mutes::delete(tx, account.id, target.id)?;
    Ok(())
}

/// An account of ours recommends another on its profile; it has to follow it.
pub fn endorse(tx: &mut Tx<'_>, account: &Account, target: &Account) -> Result<(), Error> {
    if !relations::follows(tx, account.id, target.id)? {
        return Err(Refusal::invalid("account", "must be followed before it is recommended").into());
    }
    relationships::endorse(tx, account.id, target.id)
}

/// An account of ours wants nothing of a whole host: neither follows the other any longer, and its
/// accounts are not seen and not heard.
pub fn mute_host(tx: &mut Tx<'_>, account: &Account, host: &str) -> Result<(), Error> {
    let host = host_name(host).ok_or_else(|| Refusal::invalid("domain", "is no name of a host"))?;
    if host == tx.site()?.host {
        return Err(Refusal::invalid("domain", "is this server").into());
    }
    mutes::put_host(tx, account.id, &host)?;
    withheld::forget_parted_with(tx, account.id, &host)?;
    for follower in mutes::followers_on(tx, account.id, &host)? {
        reject(tx, account, &follower)?;
    }
    for followee in mutes::followed_on(tx, account.id, &host)? {
        unfollow(tx, account, &followee)?;
    }
    store::notifications::forget_from_host(tx, account.id, &host)?;
    Ok(())
}

/// It takes that back; what ended does not come back by itself.
pub fn unmute_host(tx: &mut Tx<'_>, account: &Account, host: &str) -> Result<(), Error> {
    if let Some(host) = host_name(host) {
        mutes::delete_host(tx, account.id, &host)?;
    }
    Ok(())
}

/// The name of a host as it is kept, out of what people type.
pub(super) fn host_name(typed: &str) -> Option<String> {
    let typed = typed.trim().trim_start_matches("https://").trim_start_matches("http://");
    let host = typed.trim_start_matches('@').split('/').next().unwrap_or_default();
    let host = Url::parse(&format!("http://{host}")).ok()?;
    let name = host.host_str().filter(|name| !name.is_empty() && name.len() <= 253)?;
    Some(host.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

/// Somebody takes a block back.
pub fn unblock(tx: &mut Tx<'_>, account: &Account, target: &Account) -> Result<(), Error> {
    relations::delete_block(tx, account.id, target.id)?;
    Ok(())
}

/// An account elsewhere moved, and the new one says so too: who followed the old one here asks the
/// new one.
pub fn receive_move(tx: &mut Tx<'_>, old: &Account, new: &Account) -> Result<(), Error> {
    accounts::set_moved_to(tx, old.id, Some(&new.uri))?;
    for follower in relations::local_followers(tx, old.id)? {
        if let Some(account) = accounts::by_id(tx, follower)? {
            unfollow(tx, &account, old)?;
            follow_if_wanted(tx, &account, new)?;
        }
    }
    Ok(())
}

fn as_json(follow: &Follow, follower: &Account, followee: &Account) -> Value {
    request(&follow.uri, follower, followee)
}

fn request(uri: &Uri, follower: &Account, followee: &Account) -> Value {
    json!({ "id": uri, "type": "Follow", "actor": follower.uri, "object": followee.uri })
}
