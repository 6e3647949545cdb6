//! What an organization does with its positions: take one, change it, withdraw it; and which
//! positions of others this site lists.

use super::contributions::{Receipt, keep_version, later};
use super::questions::{asked_in, html, own_copy};
use super::speaking::{end, given, ours, speak, speaker, standing_text};
use super::{position_changes, posts};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Received, ReceivedBody, State, Visibility};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::position::{DraftPosition, Listing, ListingPolicy, Position, ReceivedPosition, Stand};
use crate::domain::question::{AnswerKey, Qid};
use crate::domain::quote::QuotePolicy;
use crate::domain::rebuff::Rebuff;
use crate::domain::uri::{Addresses, Uri};
use crate::domain::user::{Role, User};
use crate::domain::view::View;
use crate::store::contributions::{self, NewContribution, Text, Viewer};
use crate::store::positions::{self, Equivocation};
use crate::store::revisions::{self, Revision};
use crate::store::{
    Error, Tx, accounts, audit, exchanges, jobs, listing_allowances, questions, rebuffs, relations, settings,
};
use crate::vocab;

/// Publishes the organization's position on a question, or its next revision. `reason` says what
/// changed and why; a first one needs none. A question that is only elsewhere is adopted with it.
pub fn publish(
    tx: &mut Tx<'_>,
    user: &User,
    qid: &Qid,
    draft: &DraftPosition,
    reason: &str,
) -> Result<View, Error> {
    let organization = speaker(tx, user)?;
    let stand = draft.accept()?;
    rests_on(tx, &stand)?;
    let (question, _) = own_copy(tx, user, &organization, qid)?;
    let view = match positions::of_account(tx, qid, organization.id)? {
        Some((head, before)) => revise(tx, &head, before, draft, &stand, given(reason)?)?,
        None => take(tx, &organization, &question, qid, draft, &stand)?,
    };
    audit::record(tx, Some(user.id), "position.publish", view.head.uri.as_str(), reason.trim())?;
    Ok(view)
}

/// Refuses a position that rests on what is no thesis, or is set out in what is no statement: readers would be led
/// nowhere.
fn rests_on(tx: &mut Tx<'_>, stand: &Stand) -> Result<(), Error> {
    let theses = stand.theses.iter().map(|uri| (uri, "theses", Kind::Thesis, "thesis"));
    let statement = stand.statement.iter().map(|uri| (uri, "statement", Kind::Statement, "statement"));
    for (uri, field, kind, word) in theses.chain(statement) {
        if contributions::known(tx, uri)?.is_none_or(|head| head.kind != kind) {
            let why = format!("“{uri}” is no {word} that is here: search for its address first");
            return Err(Refusal::invalid(field, why).into());
        }
    }
    Ok(())
}

fn take(
    tx: &mut Tx<'_>,
    organization: &Account,
    question: &Contribution,
    qid: &Qid,
    draft: &DraftPosition,
    stand: &Stand,
) -> Result<View, Error> {
    let id: Id<Contribution> = tx.mint();
    let site = tx.site()?;
    let position = position(id, organization, qid, draft, stand, None)?;
    let head = NewContribution {
        id,
        uri: Uri::ours(&site.origin, &format!("/q/{qid}/position")),
        kind: Kind::Position,
        author_id: organization.id,
        on_behalf_of_id: None,
        visibility: Visibility::Public,
        reply_policy: settings::get(tx)?.reply_policy,
        published_at: tx.now,
        in_reply_to_id: Some(question.id),
        in_reply_to_uri: Some(question.uri.clone()),
        thread_id: question.thread_id,
        local: true,
        quote_policy: QuotePolicy::EVERYONE,
        text: Text {
            trust: None,
            url: format!("{}/positions/{id}", site.origin),
            revision: 1,
            edited_at: None,
            ..text(question, draft, &position)
        },
    };
    let asker = asker(tx, qid, organization.id)?;
    contributions::insert(tx, &head, &asker, &[qid.hashtag()])?;
    positions::insert(tx, &position)?;
    positions::set_theses(tx, id, &stand.theses)?;
    speak(tx, id, None)
}

fn revise(
    tx: &mut Tx<'_>,
    head: &Contribution,
    before: Position,
    draft: &DraftPosition,
    stand: &Stand,
    reason: &str,
) -> Result<View, Error> {
    says_something_new(head, &before, draft)?;
    let organization = accounts::by_id(tx, head.author_id)?;
    let organization = organization.ok_or_else(|| Error::broken("the organization is missing"))?;
    let parts = position(head.id, &organization, &before.qid, draft, stand, Some(reason))?;
    let parts = Position { previous: Some(before.digest.clone()), listing: before.listing, ..parts };
    let text = Text {
        trust: None,
        url: head.url.clone(),
        edited_at: Some(later(head, tx.now)),
        revision: head.revision.saturating_add(1),
        ..text(head, draft, &parts)
    };
    contributions::update(tx, head.id, &text)?;
    positions::update(tx, &parts)?;
    positions::set_theses(tx, head.id, &stand.theses)?;
    let view = speak(tx, head.id, Some(reason))?;
    position_changes::tell(tx, &organization, &view, Some((head, &before)), reason)?;
    Ok(view)
}

/// A version that says nothing new is none: whoever follows would be told of a change that is not there.
fn says_something_new(head: &Contribution, before: &Position, draft: &DraftPosition) -> Result<(), Error> {
    if head.state == State::Current && draft_of(before)? == *draft {
        let why = "this is what the position says already: change something, or leave it as it is";
        return Err(Refusal::invalid("answer", why).into());
    }
    Ok(())
}

/// Withdraws the organization's position; it stays readable, with the reason above it.
pub fn retract(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, reason: &str) -> Result<View, Error> {
    let (organization, head) = ours(tx, user, id, (Kind::Position, "a position"))?;
    let view = end(tx, user, (&head, State::Retracted), ("position.retract", reason), |tx, reason| {
        let before =
            positions::parts(tx, id)?.ok_or_else(|| Error::broken("a position without its parts"))?;
        let previous = Some(before.digest.clone());
        positions::update(
            tx,
            &Position {
                reason: Some(reason.to_owned()),
                previous,
                convinced_by: Addresses::default(),
                ..before
            },
        )?;
        Ok(())
    })?;
    position_changes::tell(tx, &organization, &view, None, reason.trim())?;
    Ok(view)
}

/// Puts a position on this site's map, or takes it off. It stays readable, and others decide for
/// themselves.
pub fn list(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, listed: bool) -> Result<(), Error> {
    let may = [Role::Publisher, Role::Moderator, Role::Admin].iter().any(|role| user.roles.has(*role));
    if !may || user.disabled_at.is_some() {
        return Err(Refusal::forbidden("the map is kept by publishers and moderators").into());
    }
    let head = contributions::by_id(tx, Viewer::Member(user.account_id), id)?.ok_or(Refusal::NotFound)?;
    if head.kind != Kind::Position {
        return Err(Refusal::invalid("position", "this is no position").into());
    }
    let listing = if listed { Listing::Listed } else { Listing::Unlisted };
    positions::set_listing(tx, id, listing)?;
    let action = if listed { "position.list" } else { "position.unlist" };
    audit::record(tx, Some(user.id), action, head.uri.as_str(), "")?;
    Ok(())
}

/// Tells an organization that begins to carry a question what ours says on it: it may never have heard
/// of us (`FEDERATION.md`, "Between servers of our kind").
pub(super) fn introduce(tx: &mut Tx<'_>, qid: &Qid, carrier: &Account) -> Result<(), Error> {
    let organization = tx.site()?.organization;
    let Some((head, _)) = positions::of_account(tx, qid, organization)? else { return Ok(()) };
    let newest = revisions::newest(tx, head.id)?.and_then(|version| version.document);
    let Some(document) = newest.and_then(|text| serde_json::from_str(&text).ok()) else { return Ok(()) };
    let view = posts::load(tx, head.id)?;
    super::publish::introduce(tx, &view, &document, carrier)
}

/// The draft that a revision starts from.
pub fn draft_of(position: &Position) -> Result<DraftPosition, Error> {
    let foreign = || Refusal::forbidden("this is not a position of ours");
    let draft = position.draft.as_deref().ok_or_else(foreign)?;
    serde_json::from_str(draft).map_err(|error| Error::broken(error.to_string()))
}

/// Whether a position from elsewhere concerns this site, and is the only one of its author.
pub(super) fn may_enter(tx: &mut Tx<'_>, received: &Received, qid: &Qid) -> Result<(), Error> {
    let carried = questions::is_carried(tx, qid)?;
    if !carried && !relations::is_followed_here(tx, received.author.id)? {
        return Err(Refusal::forbidden("nobody here carries this question").into());
    }
    match positions::of_account(tx, qid, received.author.id)? {
        Some((head, _)) if head.uri != received.uri => {
            Err(Refusal::Conflict("this organization has its position at another address".to_owned()).into())
        }
        _ => Ok(()),
    }
}

/// What a position from elsewhere has besides its head.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    body: &ReceivedPosition,
) -> Result<(), Error> {
    let known = positions::parts(tx, id)?;
    if known.as_ref().is_some_and(|known| known.qid != body.qid) {
        return Err(Refusal::forbidden("a position keeps its question").into());
    }
    let listing = match &known {
        Some(known) => known.listing,
        None => listing(tx, &received.author)?,
    };
    let position = Position {
        contribution_id: id,
        account_id: received.author.id,
        qid: body.qid.clone(),
        answer: body.stand.answer.clone(),
        answer_key: AnswerKey::settled(
            body.stand.answer_key.clone(),
            &body.stand.answer,
            &received.language,
            asked_in(tx, &body.qid)?.as_deref(),
        ),
        certainty: body.stand.certainty,
        reasoning: body.reasoning.as_str().to_owned(),
        conditions: body.conditions.as_str().to_owned(),
        limits: body.limits.as_str().to_owned(),
        evidence: body.evidence.as_str().to_owned(),
        statement_uri: body.stand.statement.clone(),
        adopted_body: body.stand.adopted_body.clone(),
        adopted_on: body.stand.adopted_on.clone(),
        reason: body.reason.clone(),
        previous: body.previous.clone(),
        digest: body.digest.clone(),
        listing,
        equivocal: known.as_ref().is_some_and(|known| known.equivocal),
        gap: known.as_ref().is_some_and(|known| known.gap) || !follows(known.as_ref(), body),
        convinced_by: body.stand.convinced_by.clone(),
        draft: None,
    };
    match known {
        Some(_) => positions::update(tx, &position)?,
        None => {
            // Whoever knew that it is deleted said so before it was here, and is asked again.
            exchanges::forget_deletions(tx, &body.qid)?;
            positions::insert(tx, &position)?
        }
    };
    positions::set_theses(tx, id, &body.stand.theses)?;
    if body.misdated {
        rebuffs::note(tx, received.author.uri.host(), Rebuff::Misdated)?;
    }
    if position.gap {
        let now = tx.now;
        jobs::enqueue(tx, &Job::FetchHistory { position: id.get(), round: 0, below: None }, now)?;
    }
    Ok(())
}

/// Whether a version names the one that is here as the one before it; a first one names none.
fn follows(known: Option<&Position>, body: &ReceivedPosition) -> bool {
    match known {
        Some(known) => body.previous.as_ref() == Some(&known.digest),
        None => body.revision == 1,
    }
}

/// What became of a version that was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// It is a part of the history here.
    Kept,
    /// The version here under its number says something else.
    Beside,
    /// So many versions are here that no more are kept.
    Full,
}

/// Keeps a version that was missing: as a part of the history, or beside the one that we have under its
/// number where that says something else.
pub fn fill(tx: &mut Tx<'_>, id: Id<Contribution>, received: &Received) -> Result<Filled, Error> {
    let ReceivedBody::Position(body) = &received.body else {
        return Err(Refusal::invalid("plenum:kind", "this is no position").into());
    };
    match revisions::by_number(tx, id, body.revision)? {
        None => {
            let now = tx.now;
            let kept = keep_version(tx, &earlier(id, received, body, now))?;
            Ok(if kept { Filled::Kept } else { Filled::Full })
        }
        Some(kept) if kept.digest == body.digest => Ok(Filled::Kept),
        Some(_) => contradict(tx, id, received, body).map(|()| Filled::Beside),
    }
}

/// Looks at a revision that is not later than the one we have. Returns what became of it, or `None` for
/// a later one, which counts; whether it follows ours is looked at where it is kept.
pub(super) fn out_of_order(
    tx: &mut Tx<'_>,
    known: &Contribution,
    received: &Received,
    body: &ReceivedPosition,
) -> Result<Option<Receipt>, Error> {
    if body.revision > known.revision {
        return Ok(None);
    }
    let Some(kept) = revisions::by_number(tx, known.id, body.revision)? else {
        // A part of the history that we did not have.
        let now = tx.now;
        keep_version(tx, &earlier(known.id, received, body, now))?;
        return Ok(Some(Receipt::Ignored("an earlier revision that was not here")));
    };
    if kept.digest == body.digest {
        // The one in force comes in several ways; one before it comes again only from whoever repeats it.
        let again = body.revision < known.revision;
        let same = Receipt::Ignored("the revision that is here");
        return Ok(Some(if again { Receipt::Rebuffed(Rebuff::Repeated) } else { same }));
    }
    contradict(tx, known.id, received, body)?;
    Ok(Some(Receipt::Rebuffed(Rebuff::Contrary)))
}

fn contradict(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    body: &ReceivedPosition,
) -> Result<(), Error> {
    let other = Equivocation {
        contribution_id: id,
        revision: body.revision,
        digest: body.digest.clone(),
        document: received.document.clone(),
        created_at: tx.now,
    };
    if positions::equivocate(tx, &other)? {
        tracing::warn!(uri = %received.uri, revision = body.revision, "a position contradicts itself");
    }
    Ok(())
}

/// A version before ours. Whoever hands it on says when it was made, and nothing is made later than now.
fn earlier(id: Id<Contribution>, received: &Received, body: &ReceivedPosition, now: Timestamp) -> Revision {
    Revision {
        contribution_id: id,
        revision: body.revision,
        created_at: received.updated_at.unwrap_or(received.published_at).min(now),
        title: received.title.clone(),
        summary: received.summary.clone(),
        content: received.content.as_str().to_owned(),
        markdown: None,
        reason: body.reason.clone(),
        state: body.state,
        document: Some(received.document.clone()),
        digest: body.digest.clone(),
        convinced_by: body.stand.convinced_by.clone(),
    }
}

fn listing(tx: &mut Tx<'_>, author: &Account) -> Result<Listing, Error> {
    let organization = tx.site()?.organization;
    Ok(match settings::get(tx)?.listing_policy {
        ListingPolicy::Open => Listing::Listed,
        ListingPolicy::Followed if relations::follows(tx, organization, author.id)? => Listing::Listed,
        ListingPolicy::Chosen if listing_allowances::contains(tx, &author.uri)? => Listing::Listed,
        ListingPolicy::Followed | ListingPolicy::Chosen | ListingPolicy::Manual => Listing::Waiting,
    })
}

/// Lists what waits of those whose positions are listed by themselves, where that may have changed.
pub(super) fn list_waiting(tx: &mut Tx<'_>) -> Result<(), Error> {
    let organization = tx.site()?.organization;
    match settings::get(tx)?.listing_policy {
        ListingPolicy::Open => positions::list_waiting(tx)?,
        ListingPolicy::Followed => relations::list_waiting(tx, organization)?,
        ListingPolicy::Chosen => listing_allowances::list_waiting(tx)?,
        ListingPolicy::Manual => 0,
    };
    Ok(())
}

/// Who asked, where it was not us: they hear of every position.
fn asker(tx: &mut Tx<'_>, qid: &Qid, organization: Id<Account>) -> Result<Vec<Id<Account>>, Error> {
    let Some((_, own)) = questions::of_account(tx, qid, organization)? else { return Ok(Vec::new()) };
    let asker = accounts::by_uri(tx, &own.asked_by)?.filter(|asker| asker.id != organization);
    Ok(asker.into_iter().map(|asker| asker.id).collect())
}

fn position(
    id: Id<Contribution>,
    organization: &Account,
    qid: &Qid,
    draft: &DraftPosition,
    stand: &Stand,
    reason: Option<&str>,
) -> Result<Position, Error> {
    let section = |title: &str, text| {
        let html = html(text);
        if html.as_str().is_empty() { String::new() } else { format!("<h4>{title}</h4>{}", html.as_str()) }
    };
    Ok(Position {
        contribution_id: id,
        account_id: organization.id,
        qid: qid.clone(),
        answer: stand.answer.clone(),
        answer_key: stand.answer_key.clone(),
        certainty: stand.certainty,
        reasoning: html(&draft.reasoning).as_str().to_owned(),
        conditions: section("It holds if", &draft.conditions),
        limits: section("Limits of our knowledge", &draft.limits),
        evidence: section("Evidence", &draft.evidence),
        statement_uri: stand.statement.clone(),
        adopted_body: stand.adopted_body.clone(),
        adopted_on: stand.adopted_on.clone(),
        reason: reason.map(str::to_owned),
        previous: None,
        digest: String::new(),
        listing: Listing::Listed,
        equivocal: false,
        gap: false,
        convinced_by: reason.map(|_| stand.convinced_by.clone()).unwrap_or_default(),
        draft: Some(serde_json::to_string(draft).map_err(|error| Error::broken(error.to_string()))?),
    })
}

/// What a head says of a position; `before` gives the language where the draft names none.
fn text(before: &Contribution, draft: &DraftPosition, position: &Position) -> Text {
    let language = draft.language.trim();
    Text {
        trust: None,
        language: if language.is_empty() { before.language.clone() } else { language.to_owned() },
        title: Some(vocab::position::title(position)),
        summary: None,
        sensitive: false,
        content: String::new(),
        markdown: Some(draft.reasoning.as_str().to_owned()),
        state: State::Current,
        ..standing_text(before)
    }
}
