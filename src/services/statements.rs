//! What an organization does with its statements: publish, revise, retract, supersede.

use std::collections::HashMap;

use super::speaking::{end, given, ours, slug, speak, speaker};
use super::{critiques, events, posts};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::id::{Id, token};
use crate::domain::quote::QuotePolicy;
use crate::domain::statement::{Draft, DraftThesis, Thesis};
use crate::domain::uri::{Addresses, Uri};
use crate::domain::user::User;
use crate::domain::view::{Body, View};
use crate::import::markdown as form;
use crate::services::contributions::later;
use crate::store::contributions::{self, NewContribution, Text};
use crate::store::statements::{self, StatementParts, ThesisParts};
use crate::store::{Conn, Error, Tx, audit, settings, statement_references};
use crate::text::markdown::{Breaks, render_with};
use crate::text::{Html, Markdown};

/// What can be changed here.
const STATEMENT: (Kind, &str) = (Kind::Statement, "a statement");

/// Publishes a statement in the organization's name.
pub fn publish(tx: &mut Tx<'_>, user: &User, draft: Draft) -> Result<View, Error> {
    let organization = speaker(tx, user)?;
    let draft = draft.accept(&[])?;
    let site = tx.site()?;
    let id: Id<Contribution> = tx.mint();
    let uri = Uri::ours(&site.origin, &format!("/s/{}", token()));
    let slug = slug(&draft.title, "statement", |slug| Ok(statements::slug_taken(tx, slug)?))?;
    let url = format!("{}/statements/{slug}", site.origin);
    let head = NewContribution {
        id,
        uri,
        kind: Kind::Statement,
        author_id: organization.id,
        on_behalf_of_id: None,
        visibility: Visibility::Public,
        reply_policy: settings::get(tx)?.reply_policy,
        published_at: tx.now,
        in_reply_to_id: None,
        in_reply_to_uri: None,
        thread_id: id,
        local: true,
        quote_policy: QuotePolicy::EVERYONE,
        text: text(&draft, url, 1),
    };
    contributions::insert(tx, &head, &[site.forum], &draft.references.hashtags())?;
    statements::insert(tx, id, &slug, &parts(&draft, None))?;
    statement_references::set(tx, id, &draft.references)?;
    let statement = posts::load(tx, id)?;
    write_theses(tx, &organization, &statement.head, &draft)?;
    let view = speak(tx, id, None)?;
    audit::record(tx, Some(user.id), "statement.publish", view.head.uri.as_str(), "")?;
    Ok(view)
}

/// Publishes a new revision. The one before stays readable at its own address.
pub fn revise(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    draft: Draft,
    reason: &str,
) -> Result<View, Error> {
    let (organization, head) = ours(tx, user, id, STATEMENT)?;
    let reason = given(reason)?;
    if head.state != State::Current {
        return Err(Refusal::Conflict("a retracted or superseded statement is not revised".to_owned()).into());
    }
    let known = statements::theses_of(tx, id)?;
    let used: Vec<String> = known.into_iter().map(|(_, thesis)| thesis.key).collect();
    let draft = draft.accept(&used)?;
    let mut text = text(&draft, head.url.clone(), head.revision.saturating_add(1));
    text.edited_at = Some(later(&head, tx.now));
    contributions::update(tx, id, &text)?;
    statements::update(tx, id, &parts(&draft, Some(reason)))?;
    contributions::set_tags(tx, id, &draft.references.hashtags())?;
    statement_references::set(tx, id, &draft.references)?;
    let head = posts::load(tx, id)?.head;
    write_theses(tx, &organization, &head, &draft)?;
    let view = speak(tx, id, Some(reason))?;
    audit::record(tx, Some(user.id), "statement.revise", view.head.uri.as_str(), reason)?;
    Ok(view)
}

/// The theses that stand and of which a revision keeps none: their keys and heads. Each has an address for
/// good, and all would be withdrawn at once; whoever means that has to say so. Empty where one is kept.
pub fn lost_theses(
    conn: &mut Conn,
    statement: Id<Contribution>,
    draft: &Draft,
) -> Result<Vec<(String, String)>, Error> {
    let known = statements::theses_of(conn, statement)?;
    let standing = known.into_iter().map(|(_, thesis)| thesis).filter(|thesis| !thesis.withdrawn);
    let standing: Vec<(String, String)> = standing.map(|thesis| (thesis.key, thesis.head)).collect();
    let kept = |key: &str| draft.theses.iter().any(|thesis| thesis.key.as_deref() == Some(key));
    Ok(if standing.iter().any(|(key, _)| kept(key)) { Vec::new() } else { standing })
}

/// Withdraws a statement. It stays readable, with the reason above it.
pub fn retract(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, reason: &str) -> Result<View, Error> {
    let (_, head) = ours(tx, user, id, STATEMENT)?;
    end_as(tx, user, (&head, State::Retracted), reason, None)
}

/// Puts another statement of ours in the place of this one.
pub fn supersede(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    successor: Id<Contribution>,
    reason: &str,
) -> Result<View, Error> {
    let (_, head) = ours(tx, user, id, STATEMENT)?;
    let (_, next) = ours(tx, user, successor, STATEMENT)?;
    if next.id == head.id {
        return Err(Refusal::invalid("successor", "a statement cannot take its own place").into());
    }
    end_as(tx, user, (&head, State::Superseded), reason, Some(next.uri))
}

/// The draft that a revision starts from: the text as it stands.
pub fn draft_of(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<Draft, Error> {
    let head = contributions::known_by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let markdown = head.markdown.ok_or_else(|| Refusal::forbidden("this is not a statement of ours"))?;
    let import = form::parse(&markdown).map_err(|error| Error::broken(error.to_string()))?;
    // The Markdown form does not say it.
    Ok(Draft { language: head.language, ..import.draft })
}

fn end_as(
    tx: &mut Tx<'_>,
    user: &User,
    (head, state): (&Contribution, State),
    reason: &str,
    next: Option<Uri>,
) -> Result<View, Error> {
    let action = format!("statement.{}", state.as_str());
    end(tx, user, (head, state), (&action, reason), |tx, reason| {
        let missing = || Error::broken("a statement without its parts");
        let statement = statements::parts(tx, head.id)?.ok_or_else(missing)?;
        let parts = StatementParts {
            introduction: statement.introduction,
            closing: statement.closing,
            reason: Some(reason.to_owned()),
            superseded_by: next,
            digest: statement.digest,
            convinced_by: Addresses::default(),
        };
        statements::update(tx, head.id, &parts)?;
        Ok(())
    })
}

fn text(draft: &Draft, url: String, revision: i32) -> Text {
    Text {
        trust: None,
        url,
        language: draft.language.clone(),
        title: Some(draft.title.clone()),
        summary: Some(draft.announcement.clone()),
        sensitive: false,
        content: String::new(),
        markdown: Some(form::write(draft)),
        edited_at: None,
        revision,
        state: State::Current,
    }
}

fn parts(draft: &Draft, reason: Option<&str>) -> StatementParts {
    StatementParts {
        introduction: html(&draft.introduction).as_str().to_owned(),
        closing: html(&draft.closing).as_str().to_owned(),
        reason: reason.map(str::to_owned),
        superseded_by: None,
        digest: String::new(),
        convinced_by: reason.map(|_| draft.convinced_by.clone()).unwrap_or_default(),
    }
}

fn html(markdown: &Markdown) -> Html {
    render_with(markdown, Breaks::Soft, &|_| None)
}

/// Writes the theses of a revision: new ones get a row and an address, known ones keep theirs,
/// and those left out stay readable as withdrawn.
fn write_theses(
    tx: &mut Tx<'_>,
    organization: &Account,
    statement: &Contribution,
    draft: &Draft,
) -> Result<(), Error> {
    let known = statements::theses_of(tx, statement.id)?;
    let mut known: HashMap<String, (Contribution, Thesis)> =
        known.into_iter().map(|(head, thesis)| (thesis.key.clone(), (head, thesis))).collect();
    for (at, thesis) in draft.theses.iter().enumerate() {
        let key = thesis.key.clone().unwrap_or_default();
        let parts = thesis_parts(thesis, at)?;
        match known.remove(&key) {
            Some((head, before)) => rewrite_thesis(tx, statement, &head, &before, &parts)?,
            None => new_thesis(tx, organization, statement, &key, &parts)?,
        }
    }
    for (head, _) in known.into_values().filter(|(_, thesis)| !thesis.withdrawn) {
        statements::set_withdrawn(tx, head.id, true)?;
    }
    Ok(())
}

fn thesis_parts(thesis: &DraftThesis, at: usize) -> Result<ThesisParts, Error> {
    let rank = i32::try_from(at + 1).map_err(|_| Refusal::invalid("theses", "too many"))?;
    let section = |title: &str, text: &Markdown| {
        if text.is_blank() {
            return String::new();
        }
        format!("<h4>{title}</h4>{}", html(text).as_str())
    };
    Ok(ThesisParts {
        number: thesis.number.clone(),
        rank,
        kind: thesis.kind,
        head: thesis.head.clone(),
        body: html(&thesis.body).as_str().to_owned(),
        limits: section("Limits of our knowledge", &thesis.limits),
        evidence: section("Evidence", &thesis.evidence),
        withdrawn: false,
    })
}

fn new_thesis(
    tx: &mut Tx<'_>,
    organization: &Account,
    statement: &Contribution,
    key: &str,
    parts: &ThesisParts,
) -> Result<(), Error> {
    let id: Id<Contribution> = tx.mint();
    let head = NewContribution {
        id,
        uri: Uri::ours(statement.uri.as_str(), &format!("/t/{key}")),
        kind: Kind::Thesis,
        author_id: organization.id,
        on_behalf_of_id: None,
        visibility: statement.visibility,
        reply_policy: statement.reply_policy,
        published_at: tx.now,
        in_reply_to_id: Some(statement.id),
        in_reply_to_uri: Some(statement.uri.clone()),
        thread_id: statement.thread_id,
        local: true,
        quote_policy: QuotePolicy::EVERYONE,
        text: thesis_text(statement, key, parts, 1),
    };
    contributions::insert(tx, &head, &[], &[])?;
    statements::insert_thesis(tx, id, statement.id, key, parts)?;
    finish_thesis(tx, id)
}

fn rewrite_thesis(
    tx: &mut Tx<'_>,
    statement: &Contribution,
    head: &Contribution,
    before: &Thesis,
    parts: &ThesisParts,
) -> Result<(), Error> {
    let same = before.number == parts.number
        && before.rank == parts.rank
        && before.kind == parts.kind
        && before.head == parts.head
        && before.body == parts.body
        && before.limits == parts.limits
        && before.evidence == parts.evidence
        && !before.withdrawn;
    if same {
        return Ok(());
    }
    let mut text = thesis_text(statement, &before.key, parts, head.revision.saturating_add(1));
    text.edited_at = Some(later(head, tx.now));
    contributions::update(tx, head.id, &text)?;
    statements::update_thesis(tx, head.id, parts)?;
    finish_thesis(tx, head.id)
}

fn thesis_text(statement: &Contribution, key: &str, parts: &ThesisParts, revision: i32) -> Text {
    Text {
        trust: None,
        url: format!("{}/theses/{key}", statement.url),
        language: statement.language.clone(),
        title: Some(parts.head.clone()),
        summary: None,
        sensitive: false,
        content: String::new(),
        markdown: None,
        edited_at: None,
        revision,
        state: State::Current,
    }
}

/// Renders what clients see of a thesis and keeps its signed document.
fn finish_thesis(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    let view = posts::load(tx, id)?;
    if let Body::Thesis { thesis, statement, .. } = &view.body {
        let (content, _) = crate::vocab::thesis::content(thesis, statement);
        contributions::set_content(tx, id, &content)?;
        events::note_links(tx, id, &content)?;
    }
    let view = posts::load(tx, id)?;
    posts::freeze(tx, &view, None)?;
    critiques::place_again(tx, id)
}
