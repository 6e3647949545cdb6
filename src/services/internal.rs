//! The internal space, and the step out of it: a contribution of its own that its author has read as it will
//! stand, while what was said inside stays inside.

use std::collections::BTreeSet;

use super::posts::{self, NewPost};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, Tx, accounts, audit, users};
use crate::text::Markdown;

/// The shortest part of a name that is looked for, in characters.
const SHORTEST: usize = 3;

/// What goes out.
#[derive(Clone, Debug)]
pub struct Outward {
    /// The text.
    pub markdown: Markdown,
    /// Public or unlisted.
    pub visibility: Visibility,
    /// The accounts that its `@name@host` mean.
    pub mentions: Vec<Account>,
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
pub fn names(conn: &mut Conn, except: Id<Account>) -> Result<Vec<String>, Error> {
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
    Ok(names.into_iter().collect())
}

/// Publishes what its author made of something internal. The two are not tied together anywhere but in the
/// log; where the internal one answers something that everybody may read, the public one does, too.
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
    let answered = match head.in_reply_to_id {
        Some(parent) => contributions::by_id(tx, Viewer::Anyone, parent)?,
        None => None,
    };
    let post = NewPost {
        markdown: outward.markdown.clone(),
        in_reply_to: answered.map(|parent| parent.id),
        visibility: outward.visibility,
        language: head.language,
        mentions: outward.mentions.clone(),
        ..NewPost::default()
    };
    let view = posts::publish(tx, author, &post)?;
    audit::record(tx, Some(user), "internal.publish", view.head.uri.as_str(), &head.id.to_string())?;
    Ok(view)
}
