//! One file per verb: what an activity means when it arrives.
//!
//! Applying is synchronous and happens in one transaction. What an activity needs from the network
//! is said by returning [`Outcome::Needs`], before anything was changed; the inbox fetches it and
//! applies the activity again. Most activities need nothing, and cost one pass.

mod announce;
mod answer;
mod block;
mod create;
pub(super) mod delete;
mod flag;
mod follow;
mod hint;
mod like;
mod moved;
mod pin;
mod quote;
mod received;
mod undo;
mod update;

use std::collections::HashMap;

pub use received::ReceivedActivity;

use super::fetch;
use super::objects::Authored;
use crate::domain::account::{Account, AccountState};
use crate::domain::rebuff::Rebuff;
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::store::{Error, Tx, accounts, keys};
use crate::vocab::incoming::{IncomingActivity, IncomingObject, Item, Problem, Verb};
use crate::vocab::proof;

/// An activity, read and cleaned, with what is embedded in it.
#[derive(Debug)]
pub struct Arrived {
    /// The activity.
    pub activity: IncomingActivity,
    /// The thing to read in a Create or Update.
    object: Option<Result<IncomingObject, Problem>>,
    /// The activity that a group hands on.
    inner: Option<Box<Arrived>>,
}

impl Arrived {
    /// Reads an activity; everything that takes time and no database happens here.
    pub fn read(activity: IncomingActivity) -> Self {
        let embedded = activity.object().and_then(|item| match item {
            Item::Embedded(value) if item.is_readable() => Some(value),
            Item::Embedded(_) | Item::Address(_) => None,
        });
        let told = matches!(activity.verb, Verb::Create | Verb::Update);
        let object = embedded.filter(|_| told).map(IncomingObject::read);
        let inner = match (&activity.verb, activity.object()) {
            (Verb::Announce, Some(Item::Embedded(value))) if activity.object_is_activity() => {
                let inner = IncomingActivity::read(value.clone()).ok();
                let inner = inner.filter(|inner| inner.verb != Verb::Announce);
                inner.map(|inner| Box::new(Self::read(inner)))
            }
            _ => None,
        };
        Self { activity, object, inner }
    }
}

/// What an activity needs from the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// A contribution, from its own address, with its author.
    Object(Uri),
    /// An account that we may or may not know.
    Actor(Uri),
    /// An account as its own address describes it now.
    Fresh(Uri),
}

/// What the network had.
#[derive(Clone, Debug)]
pub enum Finding {
    /// A contribution.
    Object(Box<Authored>),
    /// An account, and what else it is known as.
    Account(Box<Account>, Vec<Uri>),
    /// It is not there, or no more.
    Gone,
    /// It cannot be had, and why.
    Failed(String),
}

/// What was fetched for one activity.
pub type Found = HashMap<Need, Finding>;

/// What became of an activity.
#[derive(Debug)]
pub enum Outcome {
    /// Its effects are here.
    Done,
    /// It has none here, and why.
    Ignored(&'static str),
    /// It is not taken in, and counted for admins.
    Rebuffed(Rebuff),
    /// It cannot be applied before this was fetched. Nothing was changed.
    Needs(Need),
}

/// Who vouches for an activity.
#[derive(Clone, Copy, Debug)]
pub enum Voucher<'a> {
    /// Its actor signed the request that brought it.
    Actor,
    /// Somebody else brought it; it may carry a proof.
    Bearer,
    /// A group that somebody may follow handed it on; it may carry a proof.
    Group(&'a Account),
}

impl Voucher<'_> {
    /// How we know what an activity says that was found authentic: without a signature of the actor
    /// on the request, only its proof has shown it.
    const fn trust(self) -> Trust {
        match self {
            Self::Actor => Trust::Delivered,
            Self::Bearer | Self::Group(_) => Trust::Proven,
        }
    }
}

/// Applies an activity.
pub fn apply(
    tx: &mut Tx<'_>,
    arrived: &Arrived,
    voucher: Voucher<'_>,
    found: &Found,
) -> Result<Outcome, Error> {
    let activity = &arrived.activity;
    if activity.actor.origin() == tx.site()?.origin {
        return Ok(Outcome::Ignored("it claims to be ours"));
    }
    let actor = accounts::by_uri(tx, &activity.actor)?;
    if let Some(why) = unwelcome(tx, &activity.actor, actor.as_ref(), voucher)? {
        return Ok(Outcome::Ignored(why));
    }
    let authentic = match (voucher, &actor) {
        (Voucher::Actor, Some(_)) => true,
        (Voucher::Actor, None) => return Ok(Outcome::Ignored("the account is not known any more")),
        (Voucher::Bearer | Voucher::Group(_), actor) => match proven(tx, activity, actor.as_ref(), found)? {
            Proven::Yes => true,
            Proven::No => false,
            Proven::Needs(need) => return Ok(Outcome::Needs(need)),
        },
    };
    match actor.filter(|_| authentic) {
        Some(actor) => act(tx, &Act { arrived, actor: &actor, voucher, found }),
        None => hint::apply(tx, arrived, voucher, found),
    }
}

/// An authenticated activity and what belongs to it.
#[derive(Clone, Copy)]
struct Act<'a> {
    arrived: &'a Arrived,
    actor: &'a Account,
    voucher: Voucher<'a>,
    found: &'a Found,
}

impl<'a> Act<'a> {
    fn activity(&self) -> &'a IncomingActivity {
        &self.arrived.activity
    }
}

fn act(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    match &act.activity().verb {
        Verb::Follow => follow::apply(tx, act),
        Verb::Accept => answer::apply(tx, act, true),
        Verb::Reject => answer::apply(tx, act, false),
        Verb::Create => create::apply(tx, act),
        Verb::Update => update::apply(tx, act),
        Verb::Delete => delete::apply(tx, act),
        Verb::Announce => announce::apply(tx, act),
        Verb::Like => like::apply(tx, act),
        Verb::Undo => undo::apply(tx, act),
        Verb::Flag => flag::apply(tx, act),
        Verb::Block => block::apply(tx, act),
        Verb::Move => moved::apply(tx, act),
        Verb::QuoteRequest => quote::apply(tx, act),
        Verb::Add | Verb::Remove => pin::apply(tx, act),
        Verb::Other(verb) => {
            tracing::debug!(verb, actor = %act.actor.uri, "an activity without meaning here");
            Ok(Outcome::Ignored("this kind of activity has no meaning here"))
        }
    }
}

/// Why we do not listen to an actor.
fn unwelcome(
    tx: &mut Tx<'_>,
    uri: &Uri,
    actor: Option<&Account>,
    voucher: Voucher<'_>,
) -> Result<Option<&'static str>, Error> {
    if actor.is_some_and(Account::is_barred) {
        return Ok(Some("the account is suspended or frozen here"));
    }
    if actor.is_some_and(|actor| actor.state == AccountState::Deleted) {
        return Ok(Some("the account was deleted"));
    }
    // Who signed the request was asked this when it came.
    let asked = matches!(voucher, Voucher::Actor);
    if !asked && fetch::admits(tx, uri.host()).is_err() {
        return Ok(Some("its server is not let in here"));
    }
    Ok(None)
}

enum Proven {
    Yes,
    No,
    Needs(Need),
}

/// Whether an activity carries a valid proof of its actor (FEP-8b32).
fn proven(
    tx: &mut Tx<'_>,
    activity: &IncomingActivity,
    actor: Option<&Account>,
    found: &Found,
) -> Result<Proven, Error> {
    let method = proof::verification_method(&activity.value).and_then(Uri::parse);
    let Some(method) = method.filter(|method| method.same_origin(&activity.actor)) else {
        return Ok(Proven::No);
    };
    let Some(actor) = actor else {
        let need = Need::Actor(activity.actor.clone());
        return Ok(if found.contains_key(&need) { Proven::No } else { Proven::Needs(need) });
    };
    // A key that its owner gave up, or that only others told us of, says nothing about today.
    let Some(key) = keys::by_uri(tx, &method)?.filter(|key| key.retired_at.is_none() && key.is_seen()) else {
        let need = Need::Fresh(activity.actor.clone());
        return Ok(if found.contains_key(&need) { Proven::No } else { Proven::Needs(need) });
    };
    if key.account_id != actor.id {
        return Ok(Proven::No);
    }
    let verified = proof::verify(&activity.value, &key.verifying()?, tx.now);
    Ok(if verified.is_ok() { Proven::Yes } else { Proven::No })
}
