//! Statements that are written and not published yet. They belong to the organization: whoever may
//! write them goes on with those of others.

use super::statements;
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::statement::Draft;
use crate::domain::uri::Addresses;
use crate::domain::user::{Role, User};
use crate::domain::view::View;
use crate::import::{Import, markdown as form};
use crate::store::contributions::{self, Viewer};
use crate::store::drafts::{self, Outline, StoredDraft};
use crate::store::{Conn, Error, Tx};

/// What a draft says.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// Title, plain text.
    pub title: &'a str,
    /// BCP 47 tag; may be blank until it is published.
    pub language: &'a str,
    /// The whole statement in its Markdown form.
    pub markdown: &'a str,
}

/// Editors write drafts, and publishers.
pub fn may_write(user: &User) -> Result<(), Refusal> {
    let may = [Role::Editor, Role::Publisher].iter().any(|role| user.roles.has(*role));
    if may && user.disabled_at.is_none() {
        return Ok(());
    }
    Err(Refusal::forbidden("drafts are written by editors and publishers: an administrator gives the role"))
}

/// Every draft without its text, the one changed last first.
pub fn all(conn: &mut Conn, user: &User) -> Result<Vec<Outline>, Error> {
    may_write(user)?;
    Ok(drafts::outlines(conn)?)
}

/// One draft.
pub fn one(conn: &mut Conn, user: &User, id: Id<StoredDraft>) -> Result<StoredDraft, Error> {
    may_write(user)?;
    drafts::by_id(conn, id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// Keeps what was found in a file or a pasted text, with what was not certain; nobody's own where it came from
/// the command line.
pub fn import(tx: &mut Tx<'_>, user: Option<&User>, found: &Import) -> Result<Id<StoredDraft>, Error> {
    if let Some(user) = user {
        may_write(user)?;
    }
    let draft = &found.draft;
    let stored = StoredDraft {
        id: tx.mint(),
        user_id: user.map(|user| user.id),
        revises_id: None,
        title: draft.title.clone(),
        language: draft.language.clone(),
        markdown: form::write(draft),
        report: serde_json::to_string(&found.report).ok(),
        created_at: tx.now,
        updated_at: tx.now,
    };
    drafts::insert(tx, &stored)?;
    Ok(stored.id)
}

/// Keeps a new draft: of a statement, or of the next version of the one that it revises.
pub fn begin(
    tx: &mut Tx<'_>,
    user: &User,
    revises: Option<Id<Contribution>>,
    written: Written<'_>,
) -> Result<Id<StoredDraft>, Error> {
    may_write(user)?;
    if let Some(id) = revises {
        let organization = tx.site()?.organization;
        let head = contributions::by_id(tx, Viewer::Member(user.account_id), id)?;
        head.filter(|head| head.kind == Kind::Statement && head.author_id == organization)
            .ok_or_else(|| Refusal::invalid("revises_id", "names no statement of our organization"))?;
    }
    let draft = StoredDraft {
        id: tx.mint(),
        user_id: Some(user.id),
        revises_id: revises,
        title: written.title.to_owned(),
        language: written.language.to_owned(),
        markdown: written.markdown.to_owned(),
        report: None,
        created_at: tx.now,
        updated_at: tx.now,
    };
    drafts::insert(tx, &draft)?;
    Ok(draft.id)
}

/// Puts another text in the place of what a draft says.
pub fn change(tx: &mut Tx<'_>, user: &User, id: Id<StoredDraft>, written: Written<'_>) -> Result<(), Error> {
    may_write(user)?;
    let now = tx.now;
    if drafts::update(tx, id, (written.title, written.language, written.markdown), now)? == 0 {
        return Err(Refusal::NotFound.into());
    }
    Ok(())
}

/// Throws a draft away.
pub fn discard(tx: &mut Tx<'_>, user: &User, id: Id<StoredDraft>) -> Result<(), Error> {
    may_write(user)?;
    if drafts::delete(tx, id)? == 0 {
        return Err(Refusal::NotFound.into());
    }
    Ok(())
}

/// Publishes what a draft says, as a statement or as the next version of one; the draft is gone then.
pub fn publish(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<StoredDraft>,
    reason: &str,
    convinced_by: Addresses,
) -> Result<View, Error> {
    let stored = one(tx, user, id)?;
    if stored.language.is_empty() {
        return Err(Refusal::invalid("language", "say in which language it is written, such as `en`").into());
    }
    // First of all: of two who publish at once, the second finds nothing to publish.
    if drafts::delete(tx, id)? == 0 {
        return Err(Refusal::NotFound.into());
    }
    let import =
        form::parse(&stored.markdown).map_err(|error| Refusal::invalid("text", error.to_string()))?;
    let draft = Draft { language: stored.language, convinced_by, ..import.draft };
    match stored.revises_id {
        Some(statement) => statements::revise(tx, user, statement, draft, reason),
        None => statements::publish(tx, user, draft),
    }
}
