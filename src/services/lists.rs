//! Lists of accounts, which only their owner sees.

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::list::{List, RepliesShown};
use crate::store::{Conn, Error, Tx, accounts, lists, relations};

/// Lists of one account at most.
const MOST_LISTS: usize = 100;
/// The longest title in characters.
const LONGEST: usize = 255;

/// What an owner wants of a list; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// What the owner calls it.
    pub title: Option<String>,
    /// Which replies it shows.
    pub replies: Option<RepliesShown>,
    /// Whether its accounts are left out of the home timeline.
    pub exclusive: Option<bool>,
}

/// The list with this key, if the account owns it.
pub fn own(conn: &mut Conn, owner: &Account, id: Id<List>) -> Result<List, Error> {
    lists::by_id(conn, owner.id, id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// Makes a list.
pub fn make(tx: &mut Tx<'_>, owner: &Account, wish: &Wish) -> Result<List, Error> {
    let title = titled(wish.title.as_deref().unwrap_or_default())?;
    if lists::of(tx, owner.id)?.len() >= MOST_LISTS {
        return Err(Refusal::invalid("base", format!("an account has at most {MOST_LISTS} lists")).into());
    }
    let (replies, exclusive) = (wish.replies.unwrap_or_default(), wish.exclusive.unwrap_or_default());
    lists::insert(tx, owner.id, &title, replies, exclusive)
}

/// Changes a list.
pub fn change(tx: &mut Tx<'_>, owner: &Account, id: Id<List>, wish: &Wish) -> Result<List, Error> {
    let mut list = own(tx, owner, id)?;
    if let Some(title) = &wish.title {
        list.title = titled(title)?;
    }
    list.replies = wish.replies.unwrap_or(list.replies);
    list.exclusive = wish.exclusive.unwrap_or(list.exclusive);
    lists::update(tx, &list)?;
    Ok(list)
}

/// Removes a list.
pub fn remove(tx: &mut Tx<'_>, owner: &Account, id: Id<List>) -> Result<(), Error> {
    let list = own(tx, owner, id)?;
    lists::delete(tx, list.id)?;
    Ok(())
}

/// Puts accounts on a list, all or none; the owner follows them, or asks to.
pub fn add(tx: &mut Tx<'_>, owner: &Account, id: Id<List>, others: &[Id<Account>]) -> Result<(), Error> {
    let list = own(tx, owner, id)?;
    if accounts::by_ids(tx, others)?.len() < others.len() {
        return Err(Refusal::NotFound.into());
    }
    for other in others {
        if *other != owner.id && relations::follow(tx, owner.id, *other)?.is_none() {
            return Err(Refusal::NotFound.into());
        }
        lists::add(tx, list.id, *other)?;
    }
    Ok(())
}

/// Takes accounts off a list.
pub fn take_off(tx: &mut Tx<'_>, owner: &Account, id: Id<List>, others: &[Id<Account>]) -> Result<(), Error> {
    let list = own(tx, owner, id)?;
    for other in others {
        lists::remove(tx, list.id, *other)?;
    }
    Ok(())
}

fn titled(title: &str) -> Result<String, Refusal> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::invalid("title", "can't be blank"));
    }
    if title.chars().count() > LONGEST {
        return Err(Refusal::invalid("title", format!("is longer than {LONGEST} characters")));
    }
    Ok(title.to_owned())
}
