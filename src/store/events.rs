//! Dated facts, who says so, and which texts link to them.

use std::collections::HashMap;

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use super::page::{Page, paged};
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::event::{Event, EventView, Source};
use crate::domain::id::Id;
use crate::schema::{contributions, event_links, event_sources, events};

/// The days between which events are wanted, both included; written `2022-01-05`.
#[derive(Clone, Debug)]
pub struct Days {
    /// Not over before this day.
    pub from: String,
    /// Not begun after this day.
    pub to: String,
}

impl Default for Days {
    fn default() -> Self {
        Self { from: "0000-00-00".to_owned(), to: "9999-99-99".to_owned() }
    }
}

/// Puts in what a new event has besides its head.
pub fn insert(conn: &mut Conn, event: &Event) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(events::table).values(event))
}

/// Changes what an event has besides its head.
pub fn update(conn: &mut Conn, event: &Event) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(events::table.find(event.contribution_id)).set(event))
}

/// What an event has besides its head.
pub fn parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Event>> {
    run!(conn, first, events::table.find(id).select(Event::as_select())).optional()
}

/// Puts the sources of an event in the place of earlier ones.
pub fn set_sources(conn: &mut Conn, id: Id<Contribution>, sources: &[Source]) -> QueryResult<()> {
    let earlier = event_sources::table.filter(event_sources::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(earlier))?;
    for (rank, source) in (1_i32..).zip(sources) {
        let row = (
            event_sources::contribution_id.eq(id),
            event_sources::rank.eq(rank),
            event_sources::title.eq(&source.title),
            event_sources::url.eq(&source.url),
        );
        run!(conn, execute, diesel::insert_into(event_sources::table).values(row))?;
    }
    Ok(())
}

/// These events with their sources.
pub fn views(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<HashMap<Id<Contribution>, EventView>> {
    let query = events::table.filter(one_of(events::contribution_id, ids));
    let rows: Vec<Event> = run!(conn, load, query.select(Event::as_select()))?;
    let query = event_sources::table
        .filter(one_of(event_sources::contribution_id, ids))
        .order((event_sources::contribution_id, event_sources::rank))
        .select((event_sources::contribution_id, event_sources::title, event_sources::url));
    let sources: Vec<(Id<Contribution>, String, String)> = run!(conn, load, query)?;
    let view = |event: Event| (event.contribution_id, EventView { event, sources: Vec::new() });
    let mut views: HashMap<_, _> = rows.into_iter().map(view).collect();
    for (id, title, url) in sources {
        if let Some(view) = views.get_mut(&id) {
            view.sources.push(Source { title, url });
        }
    }
    Ok(views)
}

/// The chronology as far as the viewer may see it, the earliest first.
pub fn chronology(
    conn: &mut Conn,
    viewer: Viewer,
    days: &Days,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .inner_join(events::table)
        .filter(events::last_day.ge(&days.from))
        .filter(events::first_day.le(&days.to))
        .filter(visible_to(viewer))
        .order((events::first_day, events::last_day, contributions::id))
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// Events between two days that the viewer may see, by their keys.
pub fn page(conn: &mut Conn, viewer: Viewer, days: &Days, page: Page) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .inner_join(events::table)
        .filter(contributions::kind.eq(Kind::Event))
        .filter(events::last_day.ge(&days.from))
        .filter(events::first_day.le(&days.to))
        .filter(visible_to(viewer));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}

/// Puts the addresses of events to which a text links in the place of earlier ones.
pub fn set_links(conn: &mut Conn, id: Id<Contribution>, addresses: &[String]) -> QueryResult<()> {
    let earlier = event_links::table.filter(event_links::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(earlier))?;
    for address in addresses {
        let row = (event_links::contribution_id.eq(id), event_links::address.eq(address));
        run!(conn, execute, diesel::insert_into(event_links::table).values(row))?;
    }
    Ok(())
}

/// The texts that link to an event and the viewer may see, in the order in which they came.
pub fn citing(conn: &mut Conn, viewer: Viewer, event: &Contribution) -> QueryResult<Vec<Contribution>> {
    let addresses = [event.uri.as_str(), event.url.as_str()];
    let query = contributions::table
        .inner_join(event_links::table.on(event_links::contribution_id.eq(contributions::id)))
        .filter(event_links::address.eq_any(addresses))
        .filter(visible_to(viewer))
        .order(contributions::id);
    run!(conn, load, query.select(Contribution::as_select()).distinct())
}

/// The events to which these texts link and the viewer may see, each once, the earliest first.
pub fn cited(
    conn: &mut Conn,
    viewer: Viewer,
    by: &[Id<Contribution>],
) -> QueryResult<Vec<(Contribution, Event)>> {
    let query = contributions::table
        .inner_join(events::table)
        .inner_join(event_links::table.on(contributions::uri.eq(event_links::address)))
        .filter(one_of(event_links::contribution_id, by))
        .filter(visible_to(viewer))
        .order((events::first_day, contributions::id));
    let mut rows: Vec<(Contribution, Event)> =
        run!(conn, load, query.select((Contribution::as_select(), Event::as_select())))?;
    rows.dedup_by_key(|(head, _)| head.id);
    Ok(rows)
}

/// Removes what a deleted contribution had besides its head.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(event_sources::table.filter(event_sources::contribution_id.eq(id))))?;
    run!(conn, execute, diesel::delete(event_links::table.filter(event_links::contribution_id.eq(id))))?;
    run!(conn, execute, diesel::delete(events::table.find(id)))
}
