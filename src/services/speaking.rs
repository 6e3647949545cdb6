//! What is the same whenever an organization speaks: who may, why, and at which address.

use serde_json::Value;

use super::accounts::acting;
use super::contributions::later;
use super::{critiques, events, notifications, posts, publish};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::id::Id;
use crate::domain::user::{Role, User};
use crate::domain::view::{Body, View};
use crate::store::contributions::{self, Text, Viewer};
use crate::store::{Error, Tx, accounts, audit, positions, statements};
use crate::vocab;

/// The organization, if the user may speak for it.
pub(super) fn speaker(tx: &mut Tx<'_>, user: &User) -> Result<Account, Error> {
    if !user.roles.has(Role::Publisher) || user.disabled_at.is_some() {
        return Err(
            Refusal::forbidden("publishing in the organization's name takes the role publisher").into()
        );
    }
    // Who may say nothing in their own name speaks for nobody else.
    let own = accounts::by_id(tx, user.account_id)?.ok_or(Refusal::Gone)?;
    acting(tx, &own)?;
    let site = tx.site()?;
    accounts::by_id(tx, site.organization)?.ok_or_else(|| Error::broken("the organization is missing"))
}

/// Renders what clients see, keeps the signed document of this revision, and tells the world.
pub(super) fn speak(tx: &mut Tx<'_>, id: Id<Contribution>, reason: Option<&str>) -> Result<View, Error> {
    let view = posts::load(tx, id)?;
    if let Some(content) = rendered(&view) {
        contributions::set_content(tx, id, &content)?;
    }
    let view = posts::load(tx, id)?;
    let document = posts::freeze(tx, &view, reason)?;
    note(tx, &view, &document)?;
    if view.head.revision == 1 {
        publish::create(tx, &view, &document)?;
    } else {
        publish::update(tx, &view, &document)?;
        notifications::changed(tx, &view.author, id)?;
        critiques::place_again(tx, id)?;
    }
    posts::load(tx, id)
}

/// The text that clients see of what an organization says; posts and theses are rendered where they are written.
fn rendered(view: &View) -> Option<String> {
    let (content, _) = match &view.body {
        Body::Statement { statement, theses, references } => {
            vocab::statement::content(view, statement, theses, references)
        }
        Body::Question(asked) => vocab::question::content(&view.head, &asked.question, &asked.answers),
        Body::Position(stand) => vocab::position::content(&view.head, stand),
        Body::Event(fact) => vocab::event::content(&view.head, fact),
        Body::Plain | Body::Thesis { .. } | Body::Critique(_) => return None,
    };
    Some(content)
}

/// Remembers by which digest a version is cited and followed by the next one, and which events it names.
fn note(tx: &mut Tx<'_>, view: &View, document: &Value) -> Result<(), Error> {
    let digest = || vocab::proof::digest(document).map_err(|error| Error::broken(error.to_string()));
    match &view.body {
        Body::Statement { statement, .. } => {
            statements::set_digest(tx, view.head.id, &digest()?)?;
            // What a thesis names is its own.
            let around = format!("{}{}", statement.introduction, statement.closing);
            events::note_links(tx, view.head.id, &around)?;
        }
        Body::Position(_) => {
            positions::set_digest(tx, view.head.id, &digest()?)?;
            events::note_links(tx, view.head.id, &view.head.content)?;
        }
        Body::Plain | Body::Thesis { .. } | Body::Question(_) | Body::Critique(_) | Body::Event(_) => {}
    }
    Ok(())
}

/// What the organization itself said, of the kind that is asked for; `what` names it to people.
pub(super) fn ours(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    (kind, what): (Kind, &str),
) -> Result<(Account, Contribution), Error> {
    let organization = speaker(tx, user)?;
    let head = contributions::by_id(tx, Viewer::Member(user.account_id), id)?.ok_or(Refusal::NotFound)?;
    if head.author_id != organization.id || head.kind != kind {
        return Err(Refusal::forbidden(format!("this is not {what} of our organization")).into());
    }
    Ok((organization, head))
}

/// Ends what stood, for a reason that readers see: `keep` writes it where its kind keeps it. `action`
/// is the word of the audit log, such as `event.retract`.
pub(super) fn end(
    tx: &mut Tx<'_>,
    user: &User,
    (head, state): (&Contribution, State),
    (action, reason): (&str, &str),
    keep: impl FnOnce(&mut Tx<'_>, &str) -> Result<(), Error>,
) -> Result<View, Error> {
    let reason = given(reason)?;
    still_stands(head, action.split('.').next().unwrap_or_default())?;
    let text = Text {
        trust: None,
        edited_at: Some(later(head, tx.now)),
        revision: head.revision.saturating_add(1),
        state,
        ..standing_text(head)
    };
    contributions::update(tx, head.id, &text)?;
    keep(tx, reason)?;
    let view = speak(tx, head.id, Some(reason))?;
    audit::record(tx, Some(user.id), action, view.head.uri.as_str(), reason)?;
    Ok(view)
}

/// A reason that was given.
pub(super) fn given(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Refusal::invalid("reason", "say why: readers see it above the text")),
        1..=2000 => Ok(reason),
        length => {
            Err(Refusal::invalid("reason", format!("has {length} characters, at most 2000 are allowed")))
        }
    }
}

/// An address made of a title's words that nobody has yet. Never digits alone: those are the copies
/// of others' texts. `word` stands where the title has no letters that an address can have.
pub(super) fn slug(
    title: &str,
    word: &str,
    mut is_taken: impl FnMut(&str) -> Result<bool, Error>,
) -> Result<String, Error> {
    let folded: String =
        title.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let ascii = folded.chars().filter(char::is_ascii).collect::<String>();
    let words: Vec<&str> = ascii.split('-').filter(|word| !word.is_empty()).take(8).collect();
    let mut base = words.join("-");
    if base.len() < 3 || base.chars().all(|c| c.is_ascii_digit() || c == '-') {
        base = format!("{word}-{base}").trim_end_matches('-').to_owned();
    }
    base.truncate(80);
    let mut slug = base.clone();
    let mut number = 2;
    while is_taken(&slug)? {
        slug = format!("{base}-{number}");
        number += 1;
    }
    Ok(slug)
}

/// The text of a head as it stands: what a change of state or of a part starts from.
pub(super) fn standing_text(head: &Contribution) -> Text {
    Text {
        trust: None,
        url: head.url.clone(),
        language: head.language.clone(),
        title: head.title.clone(),
        summary: head.summary.clone(),
        sensitive: head.sensitive,
        content: head.content.clone(),
        markdown: head.markdown.clone(),
        edited_at: head.edited_at,
        revision: head.revision,
        state: head.state,
    }
}

/// Refuses to go on with what no longer stands.
pub(super) fn still_stands(head: &Contribution, what: &str) -> Result<(), Refusal> {
    if head.state == State::Current {
        return Ok(());
    }
    Err(Refusal::Conflict(format!("this {what} no longer stands")))
}
