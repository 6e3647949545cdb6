//! Create: somebody published something.

use serde_json::{Value, json};

use super::{Act, Finding, Found, Need, Outcome, Voucher};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountState};
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::host::{PER_NAME, below};
use crate::domain::job::Job;
use crate::domain::rebuff::Rebuff;
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::federation::objects::contribution::received;
use crate::federation::objects::keep;
use crate::services::contributions::{self as service, Receipt};
use crate::services::{external_statements, polls, publish};
use crate::store::contributions::{self, Viewer};
use crate::store::{Error, Tx, accounts, host_rules, jobs, rebuffs, relations};
use crate::vocab::incoming::{IncomingObject, Item, ObjectKind};

/// What is taken in a day of an organization that nobody here follows, and of all such of one server:
/// organizations are quickly made. So are servers below a name that somebody has: together they have a bound, too.
const QUESTIONS: (i64, i64) = (100, 100);
const TEXTS: (i64, i64) = (200, 400);
const THESES: (i64, i64) = (1000, 2000);
const DAY: i64 = 24 * 3600;
/// After how many seconds an author's description is fetched again when something new arrives.
const STALE: i64 = 7 * 24 * 3600;

pub(super) fn apply(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<Outcome, Error> {
    let activity = act.activity();
    if let Some(embedded) = &act.arrived.object {
        let Ok(object) = embedded else { return Ok(Outcome::Rebuffed(Rebuff::Unreadable)) };
        return take(tx, object, act.actor, &Telling::of(act, act.voucher.trust()));
    }
    match activity.object() {
        Some(Item::Address(uri)) => {
            let need = Need::Object(uri.clone());
            match act.found.get(&need) {
                None => Ok(Outcome::Needs(need)),
                Some(Finding::Object(found)) => {
                    take(tx, &found.object, &found.author, &Telling::of(act, found.trust))
                }
                Some(_) => Ok(Outcome::Ignored("its object cannot be fetched")),
            }
        }
        Some(Item::Embedded(_)) => Ok(Outcome::Ignored("this kind of object is not read here")),
        None => Ok(Outcome::Ignored("it has no single object")),
    }
}

/// How we hear of a contribution.
pub(super) struct Telling<'a> {
    /// Who has to be its author; `None` where it came from its own address.
    by: Option<&'a Account>,
    /// A group that handed it on, or somebody who boosted it.
    endorser: Option<&'a Account>,
    /// What our Forum hands on: the activity word for word, or `None` for the address.
    activity: Option<&'a Value>,
    /// How we know that its author said it.
    trust: Trust,
    found: &'a Found,
}

impl<'a> Telling<'a> {
    fn of(act: &Act<'a>, trust: Trust) -> Self {
        let endorser = match act.voucher {
            Voucher::Group(group) => Some(group),
            Voucher::Actor | Voucher::Bearer => None,
        };
        let activity = Some(&act.activity().value);
        Self { by: Some(act.actor), endorser, activity, trust, found: act.found }
    }

    /// It was fetched from its own address.
    pub(super) fn fetched(endorser: Option<&'a Account>, found: &'a Found) -> Self {
        Self { by: None, endorser, activity: None, trust: Trust::Fetched, found }
    }
}

/// Counts a vote in a poll of ours.
fn vote(tx: &mut Tx<'_>, object: &IncomingObject, author: &Account) -> Result<Outcome, Error> {
    let asked = match &object.in_reply_to {
        Some(uri) => contributions::known(tx, uri)?.filter(|head| head.local),
        None => None,
    };
    let (Some(asked), Some(title)) = (asked, &object.title) else {
        return Ok(Outcome::Ignored("it is a vote in no poll of ours"));
    };
    polls::receive_vote(tx, author, &asked, title, &object.id)?;
    Ok(Outcome::Done)
}

/// Takes a contribution in, new or changed, if it concerns anybody here.
pub(super) fn take(
    tx: &mut Tx<'_>,
    object: &IncomingObject,
    author: &Account,
    telling: &Telling<'_>,
) -> Result<Outcome, Error> {
    if object.owner != author.uri || telling.by.is_some_and(|by| by.uri != object.owner) {
        return Err(Refusal::forbidden("only its owner may tell of a contribution").into());
    }
    if object.vote {
        return vote(tx, object, author);
    }
    let known = contributions::known(tx, &object.id)?;
    let parent = match &object.in_reply_to {
        Some(uri) => contributions::known(tx, uri)?,
        None => None,
    };
    if known.is_none() {
        match interest(tx, object, author, parent.as_ref(), telling.endorser)? {
            Interest::Some => {}
            Interest::None => return Ok(Outcome::Ignored("it concerns nobody here")),
            Interest::Refused(why) => return Ok(Outcome::Rebuffed(why)),
        }
        if let Some(parent) = &parent {
            let viewer = Viewer::Remote(author.id);
            if contributions::by_id(tx, viewer, parent.id)?.is_none() && parent.state != State::Deleted {
                return Ok(Outcome::Ignored("it answers what its author cannot see"));
            }
        }
        if let Some(outcome) = statement_first(tx, object, parent.as_ref(), telling.found)? {
            return Ok(outcome);
        }
    }
    let received = received(tx, object, author, object.value.to_string(), telling.trust)?;
    match service::receive(tx, &received)? {
        Receipt::New(head) | Receipt::Changed(head) => {
            follow_up(tx, &head, author, telling.activity)?;
            Ok(Outcome::Done)
        }
        Receipt::Ignored(why) => Ok(Outcome::Ignored(why)),
        Receipt::Rebuffed(why) => Ok(Outcome::Rebuffed(why)),
    }
}

/// A thesis cannot stand here without its statement.
fn statement_first(
    tx: &mut Tx<'_>,
    object: &IncomingObject,
    parent: Option<&Contribution>,
    found: &Found,
) -> Result<Option<Outcome>, Error> {
    let (ObjectKind::Thesis(_), None, Some(statement)) = (&object.kind, parent, &object.in_reply_to) else {
        return Ok(None);
    };
    let need = Need::Object(statement.clone());
    match found.get(&need) {
        None => Ok(Some(Outcome::Needs(need))),
        Some(Finding::Object(statement)) => {
            keep(tx, statement)?;
            Ok(None)
        }
        Some(_) => Ok(Some(Outcome::Ignored("its statement cannot be fetched"))),
    }
}

/// Whether somebody here wants a contribution.
enum Interest {
    Some,
    None,
    /// It is not taken in, and why.
    Refused(Rebuff),
}

/// Whether somebody here follows the author, is named or quoted, or takes part in the thread. What organizations
/// say in the debate is for everybody, also where nobody here knows them yet.
fn interest(
    tx: &mut Tx<'_>,
    object: &IncomingObject,
    author: &Account,
    parent: Option<&Contribution>,
    endorser: Option<&Account>,
) -> Result<Interest, Error> {
    let open =
        matches!(object.visibility(author.followers.as_ref()), Visibility::Public | Visibility::Unlisted);
    let (kinds, most, why): (&[Kind], _, _) = match object.kind {
        ObjectKind::Question(_) => (&[Kind::Question], QUESTIONS, Rebuff::Questions),
        ObjectKind::Thesis(_) => (&[Kind::Thesis], THESES, Rebuff::Flood),
        ObjectKind::Statement(_) | ObjectKind::Position(_) | ObjectKind::Event(_) => {
            (&[Kind::Statement, Kind::Position, Kind::Event], TEXTS, Rebuff::Flood)
        }
        ObjectKind::Post | ObjectKind::Critique(_) => {
            let wanted = concerns_us(tx, object, author, (parent, endorser), open)?;
            return Ok(if wanted { Interest::Some } else { Interest::None });
        }
    };
    if !open {
        // The debate has no private side: what is only for some is not a part of it.
        return Ok(Interest::Refused(Rebuff::Forbidden));
    }
    Ok(if fits(tx, author, kinds, most)? { Interest::Some } else { Interest::Refused(why) })
}

/// Whether a post is for somebody here.
fn concerns_us(
    tx: &mut Tx<'_>,
    object: &IncomingObject,
    author: &Account,
    (parent, endorser): (Option<&Contribution>, Option<&Account>),
    open: bool,
) -> Result<bool, Error> {
    if open && (parent.is_some() || quotes_us(tx, object)?) {
        return Ok(true);
    }
    if relations::is_followed_here(tx, author.id)? || names_us(tx, object)? {
        return Ok(true);
    }
    if external_statements::concerns(tx, object, author)? {
        return Ok(true);
    }
    match endorser {
        Some(endorser) if open => Ok(relations::is_followed_here(tx, endorser.id)?),
        _ => Ok(false),
    }
}

/// What strangers say is taken in as long as somebody could read it; of the rest only the number is kept, for
/// admins. Naming us in each of them changes nothing.
fn fits(tx: &mut Tx<'_>, author: &Account, kinds: &[Kind], most: (i64, i64)) -> Result<bool, Error> {
    let (Some(host), false) = (author.host_id, relations::is_followed_here(tx, author.id)?) else {
        return Ok(true);
    };
    let yesterday = tx.now.plus_seconds(-DAY);
    let less = |came: usize, most: i64| i64::try_from(came).is_ok_and(|came| came < most);
    if !less(rebuffs::arrived_by(tx, author.id, kinds, (yesterday, most.0))?, most.0)
        || !less(rebuffs::arrived_from(tx, &[host], kinds, (yesterday, most.1))?, most.1)
    {
        return Ok(false);
    }
    let (name, all) = (below(author.uri.host()), most.1.saturating_mul(PER_NAME));
    if name == author.uri.host() {
        return Ok(true);
    }
    let related = host_rules::ids_below(tx, name)?;
    Ok(less(rebuffs::arrived_from(tx, &related, kinds, (yesterday, all))?, all))
}

/// Whether it quotes something of ours.
fn quotes_us(tx: &mut Tx<'_>, object: &IncomingObject) -> Result<bool, Error> {
    match &object.quote {
        Some(quote) => Ok(contributions::known(tx, &quote.uri)?.is_some_and(|head| head.local)),
        None => Ok(false),
    }
}

fn names_us(tx: &mut Tx<'_>, object: &IncomingObject) -> Result<bool, Error> {
    let origin = tx.site()?.origin.clone();
    let named = object.mentions.iter().chain(&object.audience.named);
    let ours: Vec<Uri> = named.filter(|uri| uri.origin() == origin).cloned().collect();
    let active = |account: &Account| account.is_local() && account.state == AccountState::Active;
    Ok(accounts::by_uris(tx, &ours)?.iter().any(active))
}

/// What a contribution sets in motion: our Forum hands it on, what is missing around it is fetched.
fn follow_up(
    tx: &mut Tx<'_>,
    head: &Contribution,
    author: &Account,
    activity: Option<&Value>,
) -> Result<(), Error> {
    let now = tx.now;
    if let (Some(parent), None) = (&head.in_reply_to_uri, head.in_reply_to_id) {
        jobs::enqueue(tx, &Job::FetchParent { uri: parent.to_string() }, now)?;
    }
    let stale = now.plus_seconds(-STALE);
    if author.fetched_at.is_some_and(|fetched| fetched < stale) {
        jobs::enqueue(tx, &Job::FetchAccount { uri: author.uri.to_string() }, now)?;
    }
    if head.kind == Kind::Statement {
        jobs::enqueue(tx, &Job::FetchTheses { statement: head.id.get() }, now)?;
    }
    if head.state == State::Held {
        return Ok(());
    }
    match activity {
        Some(activity) => publish::announce_in_forum(tx, head, author, activity),
        None => publish::announce_in_forum(tx, head, author, &json!(head.uri)),
    }
}
