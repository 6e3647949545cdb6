//! Who may answer a single contribution of ours.

use super::accounts::acting;
use super::posts;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::id::Id;
use crate::domain::site::ReplyPolicy;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, Tx};

/// A post or critique of this author, of which they may choose who answers it. What an organization
/// publishes as its word says so once and for all, because its versions are sealed.
pub fn own(conn: &mut Conn, author: &Account, id: Id<Contribution>) -> Result<Contribution, Error> {
    let head = contributions::by_id(conn, Viewer::Member(author.id), id)?.ok_or(Refusal::NotFound)?;
    if head.author_id != author.id {
        return Err(Refusal::forbidden("only its author decides who may answer a contribution").into());
    }
    let chosen = matches!(head.kind, Kind::Post | Kind::Critique) && head.visibility != Visibility::Internal;
    if !chosen {
        return Err(Refusal::forbidden("this can be chosen for posts and critiques").into());
    }
    Ok(head)
}

/// Changes who may answer from now on. What was answered already stays.
pub fn choose(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    policy: ReplyPolicy,
) -> Result<(), Error> {
    acting(tx, author)?;
    let head = own(tx, author, id)?;
    if head.reply_policy != policy {
        contributions::set_reply_policy(tx, id, policy)?;
        posts::restate(tx, id)?;
    }
    Ok(())
}
