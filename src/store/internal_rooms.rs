//! Rooms of the internal space, and the conversations that were begun in them.

use std::collections::HashMap;

use diesel::dsl::{max, min};
use diesel::expression_methods::AggregateExpressionMethods;
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use crate::clock::Timestamp;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::domain::internal_room::{InternalRoom, RoomNews, RoomThread};
use crate::schema::{contributions, internal_room_threads, internal_rooms};

/// Keeps a room.
pub fn insert(conn: &mut Conn, room: &InternalRoom) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(internal_rooms::table).values(room))
}

/// The room with this key.
pub fn by_id(conn: &mut Conn, id: Id<InternalRoom>) -> QueryResult<Option<InternalRoom>> {
    run!(conn, first, internal_rooms::table.find(id).select(InternalRoom::as_select())).optional()
}

/// Every room.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<InternalRoom>> {
    let query = internal_rooms::table.order(internal_rooms::id.desc());
    run!(conn, load, query.select(InternalRoom::as_select()))
}

/// Gives a room another title.
pub fn rename(conn: &mut Conn, id: Id<InternalRoom>, title: &str) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(internal_rooms::table.find(id)).set(internal_rooms::title.eq(title)))
}

/// Closes a room, or opens it again.
pub fn set_closed(conn: &mut Conn, id: Id<InternalRoom>, at: Option<Timestamp>) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(internal_rooms::table.find(id)).set(internal_rooms::closed_at.eq(at)))
}

/// A conversation is begun in a room.
pub fn place(conn: &mut Conn, thread: Id<Contribution>, room: Id<InternalRoom>) -> QueryResult<usize> {
    let row = (internal_room_threads::thread_id.eq(thread), internal_room_threads::room_id.eq(room));
    run!(conn, execute, diesel::insert_into(internal_room_threads::table).values(row))
}

/// The room in which a conversation was begun.
pub fn of_thread(conn: &mut Conn, thread: Id<Contribution>) -> QueryResult<Option<InternalRoom>> {
    let query = internal_rooms::table
        .inner_join(internal_room_threads::table.on(internal_room_threads::room_id.eq(internal_rooms::id)))
        .filter(internal_room_threads::thread_id.eq(thread));
    run!(conn, first, query.select(InternalRoom::as_select())).optional()
}

/// What was said in rooms and a viewer may see, conversation by conversation.
macro_rules! said {
    ($viewer:expr) => {
        internal_room_threads::table
            .inner_join(
                contributions::table.on(contributions::thread_id.eq(internal_room_threads::thread_id)),
            )
            .filter(contributions::visibility.eq(Visibility::Internal))
            .filter(visible_to($viewer))
    };
}

/// What the viewer finds in each room in which anything was said.
pub fn news(conn: &mut Conn, viewer: Viewer) -> QueryResult<HashMap<Id<InternalRoom>, RoomNews>> {
    let query = said!(viewer).group_by(internal_room_threads::room_id).select((
        internal_room_threads::room_id,
        diesel::dsl::count(internal_room_threads::thread_id).aggregate_distinct(),
        max(contributions::id),
    ));
    let rows: Vec<(Id<InternalRoom>, i64, Option<Id<Contribution>>)> = run!(conn, load, query)?;
    let news = |(room, threads, last): (_, i64, Option<_>)| Some((room, RoomNews { threads, last: last? }));
    Ok(rows.into_iter().filter_map(news).collect())
}

/// The conversations of a room, those first in which something was said last.
pub fn threads(
    conn: &mut Conn,
    viewer: Viewer,
    room: Id<InternalRoom>,
    before: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<RoomThread>> {
    let query = said!(viewer)
        .filter(internal_room_threads::room_id.eq(room))
        .group_by(internal_room_threads::thread_id)
        .having(max(contributions::id).lt(before.unwrap_or(Id::new(i64::MAX))))
        .order(max(contributions::id).desc())
        .limit(limit)
        .select((min(contributions::id), max(contributions::id)));
    type Ends = (Option<Id<Contribution>>, Option<Id<Contribution>>);
    let rows: Vec<Ends> = run!(conn, load, query)?;
    let thread = |(first, last): (Option<_>, Option<_>)| Some(RoomThread { first: first?, last: last? });
    Ok(rows.into_iter().filter_map(thread).collect())
}
