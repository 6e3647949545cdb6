//! Filters: what an account does not want to read.

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::filter::{Brought, Filter, FilterChange, Filtered, Keyword};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, Tx, filters};

/// Filters of one account at most.
const MOST_FILTERS: usize = 200;
/// Words, or contributions, of one filter at most.
const MOST_PARTS: usize = 1_000;
/// The longest title or word in characters.
const LONGEST: usize = 512;

/// What becomes of one word when a filter is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordChange {
    /// It is added.
    Add(String, bool),
    /// It is changed; what is `None` stays as it is.
    Change(Id<Keyword>, Option<String>, Option<bool>),
    /// It is removed.
    Remove(Id<Keyword>),
}

/// Takes filters of another server in. One that is called like one that is here gets the words that are
/// missing; where the file replaces, all others go. Single contributions that are not known here are left
/// out.
pub fn take_in(tx: &mut Tx<'_>, owner: &Account, brought: &[Brought], replaces: bool) -> Result<(), Error> {
    let known = filters::of(tx, owner.id)?;
    for filter in known.iter().filter(|_| replaces) {
        filters::delete(tx, filter.row.id)?;
    }
    for one in brought {
        let same = known.iter().find(|filter| !replaces && filter.row.title == one.change.title);
        let filter = match same {
            Some(filter) => filter.clone(),
            None => make(tx, owner, &one.change, &[])?,
        };
        let is_new = |word: &str| filter.keywords.iter().all(|known| known.keyword != word);
        for (word, whole) in one.words.iter().filter(|(word, _)| is_new(word.trim())) {
            add_word(tx, owner, filter.row.id, word, *whole)?;
        }
        let uris: Vec<Uri> = one.contributions.iter().filter_map(|uri| Uri::parse(uri)).collect();
        for head in contributions::by_uris(tx, Viewer::Member(owner.id), &uris)? {
            if !filter.lists(head.id) {
                add_single(tx, owner, filter.row.id, head.id)?;
            }
        }
    }
    Ok(())
}

/// The filter with this key, if the account owns it.
pub fn own(conn: &mut Conn, owner: &Account, id: Id<Filter>) -> Result<Filter, Error> {
    filters::by_id(conn, owner.id, id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// Makes a filter with its words.
pub fn make(
    tx: &mut Tx<'_>,
    owner: &Account,
    filter: &FilterChange,
    words: &[WordChange],
) -> Result<Filter, Error> {
    check(filter)?;
    if filters::of(tx, owner.id)?.len() >= MOST_FILTERS {
        return Err(Refusal::invalid("base", format!("an account has at most {MOST_FILTERS} filters")).into());
    }
    let id = filters::insert(tx, owner.id, filter)?;
    write_words(tx, owner, id, words)?;
    own(tx, owner, id)
}

/// Changes a filter and its words.
pub fn change(
    tx: &mut Tx<'_>,
    owner: &Account,
    id: Id<Filter>,
    filter: &FilterChange,
    words: &[WordChange],
) -> Result<Filter, Error> {
    let before = own(tx, owner, id)?;
    check(filter)?;
    filters::update(tx, before.row.id, filter)?;
    write_words(tx, owner, before.row.id, words)?;
    own(tx, owner, id)
}

/// Removes a filter.
pub fn remove(tx: &mut Tx<'_>, owner: &Account, id: Id<Filter>) -> Result<(), Error> {
    let filter = own(tx, owner, id)?;
    filters::delete(tx, filter.row.id)?;
    Ok(())
}

fn write_words(
    tx: &mut Tx<'_>,
    owner: &Account,
    filter: Id<Filter>,
    words: &[WordChange],
) -> Result<(), Error> {
    for word in words {
        match word {
            WordChange::Add(word, whole) => {
                add_word(tx, owner, filter, word, *whole)?;
            }
            WordChange::Change(id, word, whole) => {
                let known = filters::keyword(tx, owner.id, *id)?;
                if known.is_none_or(|known| known.filter_id != filter) {
                    return Err(Refusal::NotFound.into());
                }
                change_word(tx, owner, *id, word.as_deref(), *whole)?;
            }
            WordChange::Remove(id) => {
                let known = filters::keyword(tx, owner.id, *id)?;
                if known.is_some_and(|known| known.filter_id == filter) {
                    filters::delete_keyword(tx, *id)?;
                }
            }
        }
    }
    Ok(())
}

/// Adds a word to a filter.
pub fn add_word(
    tx: &mut Tx<'_>,
    owner: &Account,
    filter: Id<Filter>,
    word: &str,
    whole_word: bool,
) -> Result<Keyword, Error> {
    let filter = own(tx, owner, filter)?;
    bounded(filter.keywords.len())?;
    filters::insert_keyword(tx, filter.row.id, &worded("keyword", word)?, whole_word)
}

/// The word with this key, if the account owns it.
pub fn word(conn: &mut Conn, owner: &Account, id: Id<Keyword>) -> Result<Keyword, Error> {
    filters::keyword(conn, owner.id, id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// Changes a word; what is `None` stays as it is.
pub fn change_word(
    tx: &mut Tx<'_>,
    owner: &Account,
    id: Id<Keyword>,
    text: Option<&str>,
    whole_word: Option<bool>,
) -> Result<Keyword, Error> {
    let mut known = word(tx, owner, id)?;
    if let Some(text) = text {
        known.keyword = worded("keyword", text)?;
    }
    known.whole_word = whole_word.unwrap_or(known.whole_word);
    filters::update_keyword(tx, &known)?;
    Ok(known)
}

/// Removes a word.
pub fn remove_word(tx: &mut Tx<'_>, owner: &Account, id: Id<Keyword>) -> Result<(), Error> {
    let known = word(tx, owner, id)?;
    filters::delete_keyword(tx, known.id)?;
    Ok(())
}

/// Puts a single contribution, which the account sees, on a filter.
pub fn add_single(
    tx: &mut Tx<'_>,
    owner: &Account,
    filter: Id<Filter>,
    contribution: Id<Contribution>,
) -> Result<Filtered, Error> {
    let filter = own(tx, owner, filter)?;
    bounded(filter.contributions.len())?;
    let seen = contributions::by_id(tx, Viewer::Member(owner.id), contribution)?;
    let seen = seen.ok_or(Refusal::NotFound)?;
    filters::insert_single(tx, filter.row.id, seen.id)
}

/// The row of a single contribution, if the account owns it.
pub fn single(conn: &mut Conn, owner: &Account, id: Id<Filtered>) -> Result<Filtered, Error> {
    filters::single(conn, owner.id, id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// Takes a single contribution off its filter.
pub fn remove_single(tx: &mut Tx<'_>, owner: &Account, id: Id<Filtered>) -> Result<Filtered, Error> {
    let known = single(tx, owner, id)?;
    filters::delete_single(tx, known.id)?;
    Ok(known)
}

fn check(filter: &FilterChange) -> Result<(), Refusal> {
    worded("title", &filter.title)?;
    if filter.contexts.list().is_empty() {
        return Err(Refusal::invalid("context", "None or invalid context supplied"));
    }
    Ok(())
}

fn bounded(parts: usize) -> Result<(), Refusal> {
    if parts < MOST_PARTS {
        return Ok(());
    }
    Err(Refusal::invalid("base", format!("a filter holds at most {MOST_PARTS} entries of a sort")))
}

fn worded(field: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, "can't be blank"));
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::invalid(field, format!("is longer than {LONGEST} characters")));
    }
    Ok(text.to_owned())
}
