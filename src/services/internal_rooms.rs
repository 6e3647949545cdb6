//! Rooms of the internal space: every member opens one, begins conversations there, and finds what is new.

use super::accounts::acting;
use super::internal;
use super::posts::NewPost;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::internal_room::{InternalRoom, title};
use crate::domain::user::User;
use crate::domain::view::View;
use crate::store::{Error, Tx, accounts, audit, internal_rooms};

/// A member opens a room.
pub fn open(tx: &mut Tx<'_>, user: &User, typed: &str) -> Result<Id<InternalRoom>, Error> {
    let account = accounts::by_id(tx, user.account_id)?.ok_or(Refusal::NotFound)?;
    acting(tx, &account)?;
    let title = title(typed).map_err(|why| Refusal::invalid("title", why))?;
    let room =
        InternalRoom { id: tx.mint(), title, created_by: account.id, created_at: tx.now, closed_at: None };
    internal_rooms::insert(tx, &room)?;
    audit::record(tx, Some(user.id), "room.open", &room.id.to_string(), &room.title)?;
    Ok(room.id)
}

/// A member begins a conversation in a room.
pub fn begin(
    tx: &mut Tx<'_>,
    author: &Account,
    room: Id<InternalRoom>,
    post: &NewPost,
) -> Result<View, Error> {
    let room = internal_rooms::by_id(tx, room)?.ok_or(Refusal::NotFound)?;
    if room.closed_at.is_some() {
        return Err(Refusal::Conflict("this room is closed; what was begun in it goes on".to_owned()).into());
    }
    let view = internal::begin(tx, author, post)?;
    internal_rooms::place(tx, view.head.id, room.id)?;
    Ok(view)
}

/// Gives a room another title.
pub fn rename(tx: &mut Tx<'_>, user: &User, id: Id<InternalRoom>, typed: &str) -> Result<(), Error> {
    let room = kept(tx, user, id)?;
    let title = title(typed).map_err(|why| Refusal::invalid("title", why))?;
    if title == room.title {
        return Ok(());
    }
    internal_rooms::rename(tx, id, &title)?;
    audit::record(tx, Some(user.id), "room.rename", &id.to_string(), &title)
}

/// Closes a room: nothing new is begun in it, and what was begun goes on. Or opens it again.
pub fn close(tx: &mut Tx<'_>, user: &User, id: Id<InternalRoom>, closed: bool) -> Result<(), Error> {
    let room = kept(tx, user, id)?;
    if room.closed_at.is_some() == closed {
        return Ok(());
    }
    let now = tx.now;
    internal_rooms::set_closed(tx, id, closed.then_some(now))?;
    let action = if closed { "room.close" } else { "room.reopen" };
    audit::record(tx, Some(user.id), action, &id.to_string(), &room.title)
}

fn kept(tx: &mut Tx<'_>, user: &User, id: Id<InternalRoom>) -> Result<InternalRoom, Error> {
    let room = internal_rooms::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    if !room.is_kept_by(user) {
        return Err(Refusal::forbidden("who opened a room and moderators name and close it").into());
    }
    Ok(room)
}
