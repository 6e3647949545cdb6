//! The internal space, and the step out of it: a contribution of its own that its author has read as it will
//! stand, while what was said inside stays inside.

use std::collections::BTreeSet;

use super::posts::{self, NewPost};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::critique::NewCritique;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::store::contributions::{self, Viewer};
use crate::store::scheduled::{self, Earlier};
use crate::store::{Conn, Error, Tx, accounts, audit, users};
use crate::text::Markdown;
use crate::text::names::Names;

/// The shortest part of a name that is looked for, in characters.
const SHORTEST: usize = 3;

/// What goes out.
#[derive(Clone, Debug)]
pub struct Outward {
    /// The text.
    pub markdown: Markdown,
    /// Content warning.
    pub summary: Option<String>,
    /// Whether it is hidden at first.
    pub sensitive: bool,
    /// Public or unlisted.
    pub visibility: Visibility,
    /// Whether it answers what the internal one answers.
    pub answers: bool,
    /// What it means to do with what it answers.
    pub critique: Option<NewCritique>,
    /// The accounts that its `@name@host` mean.
    pub mentions: Vec<Account>,
    /// Which showing of it is agreed to: that is published once, however often it is sent.
    pub key: String,
}

/// Begins a conversation among members.
pub fn begin(tx: &mut Tx<'_>, author: &Account, post: &NewPost) -> Result<View, Error> {
    posts::publish(
        tx,
        author,
        &NewPost { visibility: Visibility::Internal, in_reply_to: None, ..post.clone() },
    )
}

/// What an author said inside, if it can go out: a text of theirs.
pub fn of_author(conn: &mut Conn, author: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    let head = contributions::by_id(conn, Viewer::Member(author.id), id)?.ok_or(Refusal::NotFound)?;
    let plain = matches!(head.kind, Kind::Post | Kind::Critique);
    if head.author_id != author.id || head.visibility != Visibility::Internal || !plain {
        return Err(Refusal::NotFound.into());
    }
    Ok(head)
}

/// The names by which the members of this site are called, except this one: handles, names, and parts of
/// names that are not too short.
pub fn names(conn: &mut Conn, except: Id<Account>) -> Result<Names, Error> {
    let ids: Vec<Id<Account>> = users::all(conn)?.into_iter().map(|user| user.account_id).collect();
    let mut names = BTreeSet::new();
    for account in accounts::by_ids(conn, &ids)?.iter().filter(|account| account.id != except) {
        names.insert(format!("@{}", account.handle));
        names.insert(account.handle.clone());
        names.insert(format!("@{}", account.name));
        let words = account.display_name.split_whitespace();
        let parts = words.chain([account.name.as_str(), account.display_name.as_str()]);
        names.extend(parts.filter(|part| part.chars().count() >= SHORTEST).map(str::to_owned));
    }
    Ok(Names::new(names))
}

/// What an internal contribution answers, where everybody may read that.
pub fn answered(conn: &mut Conn, head: &Contribution) -> Result<Option<Contribution>, Error> {
    Ok(match head.in_reply_to_id {
        Some(parent) => contributions::by_id(conn, Viewer::Anyone, parent)?.filter(Contribution::is_open),
        None => None,
    })
}

/// Addresses in a text that lead to something of ours which not everybody may read: they would tell that and
/// where it is.
pub fn hidden_links(conn: &mut Conn, origin: &str, text: &str) -> Result<Vec<String>, Error> {
    let mut hidden = Vec::new();
    for address in text.split(|letter: char| letter.is_whitespace() || "()<>[]\"'".contains(letter)) {
        let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let path = address.strip_prefix(origin).unwrap_or(address);
        let mut steps = path.split(['/', '#', '?']);
        let found = match (steps.next(), steps.next(), steps.next()) {
            (Some(""), Some("c"), Some(token)) => {
                contributions::known(conn, &Uri::ours(origin, &format!("/c/{token}")))?
            }
            (Some(""), Some("contributions" | "threads"), Some(key)) => match Id::parse(key) {
                Some(id) => contributions::known_by_id(conn, id)?,
                None => None,
            },
            _ => None,
        };
        if found.is_some_and(|head| !head.is_open()) {
            hidden.push(address.to_owned());
        }
    }
    Ok(hidden)
}

/// Publishes what its author made of something internal. The two are not tied together anywhere but in the
/// log; where the internal one answers something that everybody may read, the public one can, too.
pub fn publish(
    tx: &mut Tx<'_>,
    user: Id<User>,
    author: &Account,
    (id, outward): (Id<Contribution>, &Outward),
) -> Result<View, Error> {
    let head = of_author(tx, author, id)?;
    if !matches!(outward.visibility, Visibility::Public | Visibility::Unlisted) {
        return Err(Refusal::invalid("visibility", "choose who may read it").into());
    }
    let origin = tx.site()?.origin.clone();
    if !hidden_links(tx, &origin, outward.markdown.as_str())?.is_empty() {
        return Err(Refusal::invalid("text", "links to something that not everybody may read").into());
    }
    let key = format!("{id} {}", outward.key);
    match scheduled::claim(tx, author.id, &key)? {
        Some(Earlier::Posted(published)) => return posts::load(tx, published),
        Some(Earlier::Scheduled(_)) | None => {}
    }
    let answered = if outward.answers { Some(answered(tx, &head)?.ok_or(Refusal::Gone)?) } else { None };
    let post = NewPost {
        markdown: outward.markdown.clone(),
        summary: outward.summary.clone(),
        sensitive: outward.sensitive,
        critique: outward.critique.clone().filter(|_| answered.is_some()),
        in_reply_to: answered.map(|parent| parent.id),
        visibility: outward.visibility,
        language: head.language,
        mentions: outward.mentions.clone(),
        ..NewPost::default()
    };
    let view = posts::publish(tx, author, &post)?;
    scheduled::settle(tx, author.id, &key, Earlier::Posted(view.head.id))?;
    audit::record(tx, Some(user), "internal.publish", view.head.uri.as_str(), &head.id.to_string())?;
    Ok(view)
}
