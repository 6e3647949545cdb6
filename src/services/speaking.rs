//! What is the same whenever an organization speaks: who may, why, and at which address.

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::user::{Role, User};
use crate::store::contributions::Text;
use crate::store::{Error, Tx, accounts};

/// The organization, if the user may speak for it.
pub(super) fn speaker(tx: &mut Tx<'_>, user: &User) -> Result<Account, Error> {
    if !user.roles.has(Role::Publisher) || user.disabled_at.is_some() {
        return Err(
            Refusal::forbidden("publishing in the organization's name takes the role publisher").into()
        );
    }
    let site = tx.site()?;
    accounts::by_id(tx, site.organization)?.ok_or_else(|| Error::broken("the organization is missing"))
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
