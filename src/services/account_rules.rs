//! What moderators decide about single accounts, and what follows from it at once.

use std::collections::HashMap;

use super::{cases, held, log, notifications, publish};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::account_rule::{AccountDecision, AccountRule};
use crate::domain::contribution::State;
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::reach::Reach;
use crate::domain::report::Outcome;
use crate::domain::user::{Role, User};
use crate::store::audit::Entry;
use crate::store::{
    self, Conn, Error, Event, Tx, account_rules, accounts, audit, hosts, jobs, users, withheld,
    withheld_reactions,
};

/// Decides about an account, and tells the person where they are one of ours.
pub fn decide(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Account>,
    decision: &AccountDecision,
) -> Result<Option<Id<Entry>>, Error> {
    let entry = apply(tx, user, id, decision)?;
    if entry.is_some()
        && !decision.is_none()
        && let Some(account) = accounts::by_id(tx, id)?
    {
        cases::tell(tx, (user, &account), None, Outcome::of(decision), &decision.public_comment)?;
    }
    Ok(entry)
}

/// Decides about an account; deciding nothing takes the rule back. What follows has happened when this
/// returns. The entry of the log, where anything was decided.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Account>,
    decision: &AccountDecision,
) -> Result<Option<Id<Entry>>, Error> {
    change(tx, user, id, decision, true)
}

/// The same, and nobody reads of it who does not decide: whoever calls says themselves what everybody reads.
pub(super) fn apply_untold(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Account>,
    decision: &AccountDecision,
) -> Result<Option<Id<Entry>>, Error> {
    change(tx, user, id, decision, false)
}

fn change(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Account>,
    decision: &AccountDecision,
    tells: bool,
) -> Result<Option<Id<Entry>>, Error> {
    let account = accounts::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    may_decide(tx, user, &account)?;
    may_rule(tx, user, &account)?;
    if let Some((field, why)) = decision.mistakes().into_iter().next() {
        return Err(Refusal::invalid(field, why).into());
    }
    let before = account_rules::of(tx, id)?;
    let old = before.as_ref().map(AccountRule::decision).unwrap_or_default();
    if old == *decision {
        return Ok(None);
    }
    let base = match &before {
        Some(rule) => rule.before,
        None => account_rules::shut(tx, id)?.unwrap_or(account.standing),
    };
    let action = if decision.is_none() {
        account_rules::delete(tx, id)?;
        "account.undo"
    } else {
        let rule = rule(tx, user, &account, (base, decision), before.as_ref());
        account_rules::put(tx, &rule)?;
        "account.decide"
    };
    take_back(tx, &account, &old, decision)?;
    settle(tx, &account, base, decision)?;
    if let Some(host) = home(tx, &account)? {
        hold_host(tx, &host)?;
    }
    let entry = audit::enter(tx, user, action, account.uri.as_str(), &decision.summary())?;
    let reason = if decision.is_none() { &old.public_comment } else { &decision.public_comment };
    if tells && !reason.is_empty() {
        let what = format!("{}: {}", account.handle, public_words(decision));
        log::put(tx, entry, &what, reason)?;
    }
    tx.after_commit(Event::Listeners);
    Ok(Some(entry))
}

/// What a rule about this account would touch.
pub fn preview(conn: &mut Conn, account: &Account) -> Result<Reach, Error> {
    Ok(account_rules::reach(conn, account)?)
}

/// Makes the rules about accounts of a server hold again, after its own rule changed.
pub(super) fn hold_again(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    for rule in account_rules::on(tx, host)? {
        if let Some(account) = accounts::by_id(tx, rule.account_id)? {
            settle(tx, &account, rule.before, &rule.decision())?;
        }
    }
    if let Some(host) = hosts::by_id(tx, host)? {
        hold_host(tx, &host)?;
    }
    // Whose rule was taken back while the server was suspended finds its relations now.
    for id in account_rules::parted_on(tx, host)? {
        let rule = account_rules::of(tx, id)?;
        if rule.is_none_or(|rule| rule.standing != HostStanding::Suspended) {
            reunite(tx, id)?;
        }
    }
    Ok(())
}

/// The voices of the site itself have no rules; nor has anybody a rule about themselves, or about an
/// admin, who could take it back.
pub(super) fn may_decide(tx: &mut Tx<'_>, user: Option<Id<User>>, account: &Account) -> Result<(), Error> {
    let refused = |why: &str| Err(Refusal::Forbidden(why.to_owned()).into());
    if !account.is_local() {
        return match account.kind {
            AccountKind::Application => refused("this is a server itself: decide about the server"),
            AccountKind::Person | AccountKind::Organization | AccountKind::Forum | AccountKind::Service => {
                Ok(())
            }
        };
    }
    let Some(owner) = users::by_account(tx, account.id)? else {
        return refused("this account is the voice of the site itself");
    };
    if Some(owner.id) == user {
        return refused("nobody decides about themselves: ask another moderator");
    }
    if owner.roles.has(Role::Admin) {
        return refused("this person is an admin: that role has to be taken away first");
    }
    Ok(())
}

/// Rules about those who decide here, or speak for the organization, are for admins: otherwise the one who
/// is faster decides who decides.
fn may_rule(tx: &mut Tx<'_>, user: Option<Id<User>>, account: &Account) -> Result<(), Error> {
    let (Some(user), true) = (user, account.is_local()) else { return Ok(()) };
    let entrusted = users::by_account(tx, account.id)?
        .is_some_and(|owner| owner.roles.has(Role::Moderator) || owner.roles.has(Role::Publisher));
    let admin = users::by_id(tx, user)?.is_some_and(|user| user.roles.has(Role::Admin));
    if entrusted && !admin {
        let why = "this person is a moderator or speaks for the organization: an admin has to decide";
        return Err(Refusal::forbidden(why).into());
    }
    Ok(())
}

fn rule(
    tx: &Tx<'_>,
    user: Option<Id<User>>,
    account: &Account,
    (base, decision): (HostStanding, &AccountDecision),
    before: Option<&AccountRule>,
) -> AccountRule {
    AccountRule {
        account_id: account.id,
        standing: decision.standing,
        sensitive: decision.sensitive,
        frozen: decision.frozen,
        before: base,
        public_comment: decision.public_comment.clone(),
        private_comment: decision.private_comment.clone(),
        user_id: user,
        created_at: before.map_or(tx.now, |before| before.created_at),
        updated_at: tx.now,
    }
}

/// Gives back what the rule before took, as far as the new one does not take it again.
fn take_back(
    tx: &mut Tx<'_>,
    account: &Account,
    old: &AccountDecision,
    new: &AccountDecision,
) -> Result<(), Error> {
    if old.standing == new.standing {
        return Ok(());
    }
    account_rules::give_back(tx, account.id)?;
    if old.standing != HostStanding::Suspended {
        return Ok(());
    }
    account_rules::settle(tx, account.id, HostStanding::Unknown, (new.sensitive, new.frozen))?;
    reunite(tx, account.id)
}

/// What stood before stands again, unless the whole server is suspended.
fn reunite(tx: &mut Tx<'_>, id: Id<Account>) -> Result<(), Error> {
    let Some(account) = accounts::by_id(tx, id)? else { return Ok(()) };
    if home(tx, &account)?.is_some_and(|host| host.standing == HostStanding::Suspended) {
        return Ok(());
    }
    let again = account_rules::reunite(tx, id)?;
    let sides: Vec<Id<Account>> =
        again.iter().flat_map(|follow| [follow.follower_id, follow.followee_id]).collect();
    let sides = accounts::by_ids(tx, &sides)?;
    let sides: HashMap<Id<Account>, &Account> = sides.iter().map(|side| (side.id, side)).collect();
    for follow in again {
        let (follower, followee) = (sides.get(&follow.follower_id), sides.get(&follow.followee_id));
        if let (Some(follower), Some(followee)) = (follower, followee)
            && follower.is_local()
            && !followee.is_local()
        {
            // The other side may have forgotten it meanwhile.
            publish::follow(tx, follower, followee, &follow.uri)?;
        }
    }
    Ok(())
}

/// Makes a decision hold; a rule about the whole server that keeps out goes on holding beside it.
fn settle(
    tx: &mut Tx<'_>,
    account: &Account,
    base: HostStanding,
    decision: &AccountDecision,
) -> Result<(), Error> {
    let own = if decision.standing == HostStanding::Unknown { base } else { decision.standing };
    let host = home(tx, account)?;
    let shut = host.as_ref().is_some_and(|host| host.standing == HostStanding::Suspended);
    let standing = if shut { HostStanding::Suspended } else { own };
    account_rules::settle(tx, account.id, standing, (decision.sensitive, decision.frozen))?;
    match own {
        HostStanding::Suspended => {
            account_rules::withhold(tx, account.id, State::Withheld)?;
            let lost = account_rules::sever(tx, account.id)?;
            notifications::severed(tx, (&account.handle, Some(account.id)), &lost)?;
        }
        HostStanding::Limited if !account.is_local() => {
            account_rules::withhold(tx, account.id, State::Held)?;
        }
        HostStanding::Approved if decision.standing == own && !shut => {
            held::approve(tx, account.id)?;
        }
        HostStanding::Limited | HostStanding::Approved | HostStanding::Unknown => {}
    }
    if let Some(host) = host.filter(|_| shut) {
        account_rules::set_shut(tx, account.id, host.id, own)?;
    }
    if standing == HostStanding::Suspended {
        withheld_reactions::set_aside(tx, &[account.id])?;
    } else {
        withheld_reactions::give_back(tx, &[account.id])?;
    }
    if own == HostStanding::Suspended {
        account_rules::drop_deliveries(tx, account)?;
    }
    if own == HostStanding::Suspended || decision.frozen {
        account_rules::drop_unapplied(tx, account)?;
        drop_jobs(tx, account)?;
    }
    Ok(())
}

/// What is decided about the whole server goes on holding for what rules about its accounts gave back.
fn hold_host(tx: &mut Tx<'_>, host: &Host) -> Result<(), Error> {
    match host.standing {
        HostStanding::Suspended => withheld::withhold(tx, host.id, State::Withheld)?,
        HostStanding::Limited => withheld::withhold(tx, host.id, State::Held)?,
        HostStanding::Approved | HostStanding::Unknown => 0,
    };
    Ok(())
}

/// The server an account lives on; `None` for ours.
fn home(tx: &mut Tx<'_>, account: &Account) -> Result<Option<Host>, Error> {
    match account.host_id {
        Some(id) => Ok(hosts::by_id(tx, id)?),
        None => Ok(None),
    }
}

/// Nothing more is asked of an account that is shut out.
fn drop_jobs(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let mut gone = Vec::new();
    for (id, payload) in jobs::all(tx)? {
        let Ok(job) = serde_json::from_str::<Job>(&payload) else { continue };
        let about = match &job {
            Job::FetchOutbox { account: of, .. } | Job::CountAccount { account: of } => {
                *of == account.id.get()
            }
            Job::FetchHistory { position, .. } => {
                let position = store::contributions::known_by_id(tx, Id::new(*position))?;
                position.is_some_and(|position| position.author_id == account.id)
            }
            Job::FetchAccount { uri } | Job::FetchPins { uri } => uri == account.uri.as_str(),
            _ => false,
        };
        if about {
            gone.push(id);
        }
    }
    jobs::delete(tx, &gone)?;
    Ok(())
}

/// What everybody reads about a decision.
fn public_words(decision: &AccountDecision) -> String {
    let mut words = Vec::new();
    match decision.standing {
        HostStanding::Unknown => {}
        HostStanding::Approved => words.push("let in"),
        HostStanding::Limited => words.push("limited"),
        HostStanding::Suspended => words.push("suspended"),
    }
    words.extend(decision.frozen.then_some("frozen"));
    words.extend(decision.sensitive.then_some("pictures hidden at first"));
    if words.is_empty() { "a rule was taken back".to_owned() } else { words.join(", ") }
}
