//! Texts of servers of other kinds that belong to a question: which of them a moderator is asked
//! about, and what moderators decide.

use serde_json::Value;

use super::speaking::given;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Received, ReceivedBody, State, Visibility};
use crate::domain::external_statement::ExternalStatement;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::position::Listing;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::domain::user::{Role, User};
use crate::domain::view::View;
use crate::store::contributions::Viewer;
use crate::store::external_statements as store;
use crate::store::{Error, Tx, audit, contributions, hosts, questions, relations, revisions, views};
use crate::text::links;
use crate::vocab::incoming::{IncomingObject, ObjectKind, is_text};

/// Texts that wait at once: of one author, of one server, and in all. Whoever sends more has to be
/// put beside a question by hand.
const MOST: (i64, i64, i64) = (5, 20, 500);
/// Questions for which one text can wait.
const MOST_QUESTIONS: usize = 3;
/// Texts of one author that are looked at when it is followed.
const LOOKED_AT: i64 = 200;
/// Links that are looked at in one text.
const MOST_LINKS: usize = 50;

/// Whether a text from elsewhere should be kept because it names a question that is here.
pub fn concerns(tx: &mut Tx<'_>, object: &IncomingObject, author: &Account) -> Result<bool, Error> {
    let open = object.visibility(author.followers.as_ref()) == Visibility::Public;
    if !open || object.in_reply_to.is_some() || !matches!(object.kind, ObjectKind::Post) {
        return Ok(false);
    }
    let named = named(tx, &object.tags, object.content.as_str())?;
    Ok(!named.is_empty() && is_text(&object.value) && is_welcome(tx, author)?)
}

/// Lets a text that has just come in, or has changed, wait for a moderator if it names questions.
pub(super) fn note(tx: &mut Tx<'_>, id: Id<Contribution>, received: &Received) -> Result<(), Error> {
    let open = received.visibility == Visibility::Public && received.in_reply_to.is_none();
    if !open || !matches!(received.body, ReceivedBody::Post) {
        return Ok(());
    }
    let named = named(tx, &received.tags, received.content.as_str())?;
    propose(tx, (id, &received.author), &named, &received.document)
}

/// Looks at a text again whose author has just been let in.
pub(super) fn approved(tx: &mut Tx<'_>, view: &View) -> Result<(), Error> {
    let head = &view.head;
    let open = head.visibility == Visibility::Public && head.in_reply_to_uri.is_none();
    if head.local || !open || head.kind != Kind::Post {
        return Ok(());
    }
    let named = named(tx, &view.tags, &head.content)?;
    if named.is_empty() {
        return Ok(());
    }
    let document = revisions::newest(tx, head.id)?.and_then(|kept| kept.document).unwrap_or_default();
    propose(tx, (head.id, &view.author), &named, &document)
}

/// Looks at the texts again that are here of somebody who is followed from now on.
pub(super) fn look_again(tx: &mut Tx<'_>, author: &Account) -> Result<(), Error> {
    let anyone = Viewer::Anyone;
    let heads = contributions::by_author(tx, anyone, author.id, &[Kind::Post], None, LOOKED_AT)?;
    // The first ones first: there is room for few.
    for view in views::load(tx, anyone, heads)?.iter().rev() {
        approved(tx, view)?;
    }
    Ok(())
}

fn propose(
    tx: &mut Tx<'_>,
    (id, author): (Id<Contribution>, &Account),
    named: &[Qid],
    document: &str,
) -> Result<(), Error> {
    if named.is_empty() {
        return Ok(());
    }
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    if !is_text(&document) || !is_welcome(tx, author)? {
        return Ok(());
    }
    for qid in named {
        if store::of(tx, id, qid)?.is_none() && has_room(tx, author)? {
            let found = waiting(tx, id, qid);
            store::insert(tx, &found)?;
        }
    }
    Ok(())
}

fn waiting(tx: &Tx<'_>, id: Id<Contribution>, qid: &Qid) -> ExternalStatement {
    ExternalStatement {
        contribution_id: id,
        qid: qid.clone(),
        listing: Listing::Waiting,
        created_at: tx.now,
        listed_at: None,
        withdrawn_at: None,
    }
}

/// The questions here that a text names by their hashtags, or to which it links.
fn named(tx: &mut Tx<'_>, tags: &[String], content: &str) -> Result<Vec<Qid>, Error> {
    let mut found = Vec::new();
    for end in tags.iter().filter_map(|tag| tag.strip_prefix("q_")) {
        let short = end.len() == 8 && end.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        if short {
            found.extend(questions::ending(tx, end)?);
        }
    }
    if content.contains("/q/") || content.contains("/questions/") {
        for address in links::addresses(content).iter().take(MOST_LINKS) {
            found.extend(linked(tx, address)?);
        }
    }
    let mut named: Vec<Qid> = Vec::new();
    for qid in found {
        if named.len() < MOST_QUESTIONS && !named.contains(&qid) {
            named.push(qid);
        }
    }
    Ok(named)
}

/// The question at this address: a copy of anybody's by its name, our page by its words.
fn linked(tx: &mut Tx<'_>, address: &str) -> Result<Option<Qid>, Error> {
    let Some(uri) = Uri::parse(address) else { return Ok(None) };
    let path = uri.as_str().strip_prefix(uri.origin()).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if let Some(qid) = path.strip_prefix("/q/").and_then(Qid::parse) {
        return Ok(questions::is_carried(tx, &qid)?.then_some(qid));
    }
    let ours = uri.origin() == tx.site()?.origin;
    match path.strip_prefix("/questions/").filter(|_| ours) {
        Some(slug) => Ok(questions::by_slug(tx, Viewer::Anyone, slug)?.map(|(_, question)| question.qid)),
        None => Ok(None),
    }
}

/// Whether moderators let this author or its server in, or somebody here follows it. Strangers
/// cannot make moderators read anything by a hashtag.
fn is_welcome(tx: &mut Tx<'_>, author: &Account) -> Result<bool, Error> {
    let host = hosts::standing_of(tx, author.uri.host())?;
    let either = |standing| author.standing == standing || host == standing;
    if either(HostStanding::Suspended) || either(HostStanding::Limited) {
        return Ok(false);
    }
    Ok(either(HostStanding::Approved) || relations::is_followed_here(tx, author.id)?)
}

fn has_room(tx: &mut Tx<'_>, author: &Account) -> Result<bool, Error> {
    let (of_author, of_host, of_all) = MOST;
    let from_host = match author.host_id {
        Some(host) => store::count_waiting_from(tx, host)?,
        None => 0,
    };
    Ok(from_host < of_host
        && store::count_waiting_by(tx, author.id)? < of_author
        && store::count_waiting(tx)? < of_all)
}

/// Puts a text on the map of a question, whether it waits for that or a moderator found it.
pub fn list(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, qid: &Qid) -> Result<(), Error> {
    may(user)?;
    let head = contributions::by_id(tx, Viewer::Member(user.account_id), id)?.ok_or(Refusal::NotFound)?;
    is_listable(tx, &head)?;
    if !questions::is_carried(tx, qid)? {
        return Err(Refusal::invalid("question", "choose a question that is carried here").into());
    }
    let listed = |before: ExternalStatement, now| ExternalStatement {
        listing: Listing::Listed,
        listed_at: Some(now),
        withdrawn_at: None,
        ..before
    };
    let now = tx.now;
    match store::of(tx, id, qid)? {
        Some(before) if before.listing == Listing::Listed => {
            return Err(Refusal::Conflict("this question lists the text already".to_owned()).into());
        }
        Some(before) => store::update(tx, &listed(before, now))?,
        None => {
            let found = waiting(tx, id, qid);
            store::insert(tx, &listed(found, now))?
        }
    };
    audit::record(tx, Some(user.id), "external_statement.list", head.uri.as_str(), qid.as_str())
}

/// Does not put a text that waits on the map.
pub fn refuse(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, qid: &Qid) -> Result<(), Error> {
    let (head, found) = decided(tx, user, id, qid)?;
    if found.listing != Listing::Waiting {
        return Err(Refusal::Conflict("this text does not wait any more".to_owned()).into());
    }
    store::update(tx, &ExternalStatement { listing: Listing::Unlisted, ..found })?;
    audit::record(tx, Some(user.id), "external_statement.refuse", head.uri.as_str(), qid.as_str())
}

/// Takes a text off the map again, for a reason. The map of an earlier day still shows it.
pub fn withdraw(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    qid: &Qid,
    reason: &str,
) -> Result<(), Error> {
    let (head, found) = decided(tx, user, id, qid)?;
    if found.listing != Listing::Listed {
        return Err(Refusal::Conflict("this question does not list the text".to_owned()).into());
    }
    let reason = given(reason)?;
    let withdrawn_at = Some(tx.now);
    store::update(tx, &ExternalStatement { listing: Listing::Unlisted, withdrawn_at, ..found })?;
    let detail = format!("{qid}: {reason}");
    audit::record(tx, Some(user.id), "external_statement.withdraw", head.uri.as_str(), &detail)
}

fn decided(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    qid: &Qid,
) -> Result<(Contribution, ExternalStatement), Error> {
    may(user)?;
    let head = contributions::by_id(tx, Viewer::Member(user.account_id), id)?.ok_or(Refusal::NotFound)?;
    let found = store::of(tx, id, qid)?.ok_or(Refusal::NotFound)?;
    Ok((head, found))
}

fn may(user: &User) -> Result<(), Refusal> {
    if user.roles.has(Role::Moderator) && user.disabled_at.is_none() {
        return Ok(());
    }
    Err(Refusal::forbidden("what others publish is put beside a question by moderators"))
}

/// Whether a contribution can stand beside a question at all; why not otherwise.
fn is_listable(tx: &mut Tx<'_>, head: &Contribution) -> Result<(), Error> {
    let why = if head.local {
        "what we say on a question ourselves is a position or a statement"
    } else if head.kind != Kind::Post {
        "only texts of servers of other kinds are listed so: this one speaks for itself"
    } else if head.visibility != Visibility::Public {
        "only what its author said to everybody is listed"
    } else if hosts::standing_of(tx, head.uri.host())? == HostStanding::Suspended {
        "its server is suspended here"
    } else if head.state != State::Current {
        return Err(Refusal::Conflict("approve its author first: it waits itself".to_owned()).into());
    } else {
        return Ok(());
    };
    Err(Refusal::forbidden(why).into())
}
