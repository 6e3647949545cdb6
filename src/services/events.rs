//! What an organization does with dated facts: publish, revise, withdraw; and which texts link to them.

use super::contributions::later;
use super::questions::html;
use super::speaking::{end, given, ours, speak, speaker, standing_text, still_stands};
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::event::{DraftEvent, Event, EventView, Fact, ReceivedEvent};
use crate::domain::id::{Id, token};
use crate::domain::quote::QuotePolicy;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::store::contributions::{self, NewContribution, Text};
use crate::store::{Error, Tx, audit, events, settings};
use crate::text::links;

/// Events that one text can link to.
const MOST_LINKS: usize = 50;

/// What can be changed here.
const EVENT: (Kind, &str) = (Kind::Event, "an event");

/// Publishes an event in the organization's name.
pub fn publish(tx: &mut Tx<'_>, user: &User, draft: &DraftEvent) -> Result<View, Error> {
    let organization = speaker(tx, user)?;
    let fact = draft.accept()?;
    let site = tx.site()?;
    let id: Id<Contribution> = tx.mint();
    let uri = Uri::ours(&site.origin, &format!("/events/{}", token()));
    let usual = settings::get(tx)?;
    let head = NewContribution {
        id,
        uri: uri.clone(),
        kind: Kind::Event,
        author_id: organization.id,
        on_behalf_of_id: None,
        visibility: Visibility::Public,
        reply_policy: usual.reply_policy,
        published_at: tx.now,
        in_reply_to_id: None,
        in_reply_to_uri: None,
        thread_id: id,
        local: true,
        quote_policy: QuotePolicy::EVERYONE,
        text: Text {
            url: uri.to_string(),
            language: language(draft, &usual.languages.into_iter().next().unwrap_or_default()),
            title: Some(fact.text.clone()),
            summary: None,
            sensitive: false,
            content: String::new(),
            markdown: Some(draft.details.as_str().to_owned()),
            edited_at: None,
            revision: 1,
            state: State::Current,
            trust: None,
        },
    };
    contributions::insert(tx, &head, &[site.forum], &[])?;
    events::insert(tx, &event(id, draft, &fact, None))?;
    events::set_sources(tx, id, &fact.sources)?;
    let view = speak(tx, id, None)?;
    audit::record(tx, Some(user.id), "event.publish", view.head.uri.as_str(), &fact.text)?;
    Ok(view)
}

/// Publishes a new revision of an event; `reason` says what changed and why.
pub fn revise(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    draft: &DraftEvent,
    reason: &str,
) -> Result<View, Error> {
    let (_, head) = ours(tx, user, id, EVENT)?;
    let reason = given(reason)?;
    let fact = draft.accept()?;
    still_stands(&head, "event")?;
    let text = Text {
        language: language(draft, &head.language),
        title: Some(fact.text.clone()),
        markdown: Some(draft.details.as_str().to_owned()),
        edited_at: Some(later(&head, tx.now)),
        revision: head.revision.saturating_add(1),
        ..standing_text(&head)
    };
    contributions::update(tx, id, &text)?;
    events::update(tx, &event(id, draft, &fact, Some(reason)))?;
    events::set_sources(tx, id, &fact.sources)?;
    let view = speak(tx, id, Some(reason))?;
    audit::record(tx, Some(user.id), "event.revise", view.head.uri.as_str(), reason)?;
    Ok(view)
}

/// Withdraws an event; it stays readable, with the reason above it.
pub fn retract(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, reason: &str) -> Result<View, Error> {
    let (_, head) = ours(tx, user, id, EVENT)?;
    end(tx, user, (&head, State::Retracted), ("event.retract", reason), |tx, reason| {
        let before = events::parts(tx, id)?.ok_or_else(|| Error::broken("an event without its parts"))?;
        events::update(tx, &Event { reason: Some(reason.to_owned()), ..before })?;
        Ok(())
    })
}

/// The draft that a revision starts from.
pub fn draft_of(head: &Contribution, fact: &EventView) -> DraftEvent {
    DraftEvent {
        text: head.title.clone().unwrap_or_default(),
        date: fact.event.date.clone(),
        place: fact.event.place.clone(),
        details: crate::text::Markdown::new(head.markdown.clone().unwrap_or_default()),
        sources: fact.sources.iter().map(crate::domain::event::Source::to_line).collect(),
        language: head.language.clone(),
    }
}

/// What an event from elsewhere has besides its head.
pub(super) fn receive(tx: &mut Tx<'_>, id: Id<Contribution>, body: &ReceivedEvent) -> Result<(), Error> {
    let event = Event {
        contribution_id: id,
        date: body.date.as_str().to_owned(),
        first_day: body.date.first().as_text(),
        last_day: body.date.last().as_text(),
        place: body.place.clone(),
        details: body.details.as_str().to_owned(),
        reason: body.reason.clone(),
    };
    if events::update(tx, &event)? == 0 {
        events::insert(tx, &event)?;
    }
    Ok(events::set_sources(tx, id, &body.sources)?)
}

/// Remembers to which events a position, a thesis or a statement links: by their addresses, because an event may
/// arrive after the text that cites it.
pub(super) fn note_links(tx: &mut Tx<'_>, id: Id<Contribution>, content: &str) -> Result<(), Error> {
    let mut addresses: Vec<String> = Vec::new();
    for address in links::addresses(content) {
        let named = Uri::parse(&address).filter(leads_to_event);
        let named = named.map(|uri| uri.document().to_string());
        addresses.extend(named.filter(|address| !addresses.contains(address)));
    }
    addresses.truncate(MOST_LINKS);
    Ok(events::set_links(tx, id, &addresses)?)
}

fn leads_to_event(uri: &Uri) -> bool {
    uri.as_str().strip_prefix(uri.origin()).is_some_and(|path| path.starts_with("/events/"))
}

fn language(draft: &DraftEvent, usual: &str) -> String {
    let named = draft.language.trim();
    if named.is_empty() { usual.to_owned() } else { named.to_owned() }
}

fn event(id: Id<Contribution>, draft: &DraftEvent, fact: &Fact, reason: Option<&str>) -> Event {
    Event {
        contribution_id: id,
        date: fact.date.as_str().to_owned(),
        first_day: fact.date.first().as_text(),
        last_day: fact.date.last().as_text(),
        place: fact.place.clone(),
        details: html(&draft.details).as_str().to_owned(),
        reason: reason.map(str::to_owned),
    }
}
