//! Timelines of everything public: of this server, of the others, by hashtag.

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult};

use super::{Place, fill, plain, sift};
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::schema::{contribution_cards, contributions, media, tags};
use crate::store::conn::{Conn, run};
use crate::store::contributions::{Viewer, visible_to};
use crate::store::page::{Page, paged};

/// What of the public timeline is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Public {
    /// Only ours, or only of others.
    pub local: Option<bool>,
    /// Only with files beside it.
    pub only_media: bool,
}

/// What carries hashtags; all folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tagged {
    /// At least one of these.
    pub any: Vec<String>,
    /// And all of these.
    pub all: Vec<String>,
    /// And none of these.
    pub none: Vec<String>,
    /// Only ours, or only of others.
    pub local: Option<bool>,
    /// Only with files beside it.
    pub only_media: bool,
}

/// Everything public but answers to others.
pub fn public(conn: &mut Conn, viewer: Viewer, wanted: Public, page: &Page) -> QueryResult<Vec<Found>> {
    let places = |conn: &mut Conn, page: &Page| {
        let ids = match wanted.local {
            local if wanted.only_media => newest_with_files(conn, viewer, local, page),
            Some(local) => newest_of(conn, viewer, local, page),
            None => newest(conn, viewer, page),
        };
        Ok(ids?.into_iter().map(place).collect())
    };
    Ok(plain(fill(conn, viewer, page, places, |conn, found| sift(conn, viewer, found))?))
}

fn place(contribution: Id<Contribution>) -> Place {
    Place { key: contribution.get(), booster: None, contribution }
}

/// The public contributions that are no theses and said to nobody but oneself.
macro_rules! opening {
    ($viewer:expr) => {{
        let parents = diesel::alias!(contributions as parents);
        let continues = exists(
            parents
                .filter(parents.field(contributions::id).nullable().eq(contributions::in_reply_to_id))
                .filter(parents.field(contributions::author_id).eq(contributions::author_id)),
        );
        contributions::table
            .filter(contributions::visibility.eq(Visibility::Public))
            .filter(contributions::kind.ne(Kind::Thesis))
            .filter(contributions::in_reply_to_uri.is_null().or(continues))
            .filter(visible_to($viewer))
            .select(contributions::id)
    }};
}

fn newest(conn: &mut Conn, viewer: Viewer, page: &Page) -> QueryResult<Vec<Id<Contribution>>> {
    paged!(conn, page, opening!(viewer), contributions::id)
}

fn newest_of(
    conn: &mut Conn,
    viewer: Viewer,
    local: bool,
    page: &Page,
) -> QueryResult<Vec<Id<Contribution>>> {
    paged!(conn, page, opening!(viewer).filter(contributions::local.eq(local)), contributions::id)
}

/// The opening ones with files beside them.
macro_rules! pictured {
    ($viewer:expr) => {{
        let files = media::table.filter(media::contribution_id.eq(contributions::id.nullable()));
        opening!($viewer).filter(exists(files))
    }};
}

fn newest_with_files(
    conn: &mut Conn,
    viewer: Viewer,
    local: Option<bool>,
    page: &Page,
) -> QueryResult<Vec<Id<Contribution>>> {
    match local {
        Some(local) => {
            paged!(conn, page, pictured!(viewer).filter(contributions::local.eq(local)), contributions::id)
        }
        None => paged!(conn, page, pictured!(viewer), contributions::id),
    }
}

/// Everything public with certain hashtags.
pub fn tagged(conn: &mut Conn, viewer: Viewer, wanted: &Tagged, page: &Page) -> QueryResult<Vec<Found>> {
    let places = |conn: &mut Conn, page: &Page| {
        let query = tags::table
            .filter(tags::name.eq_any(wanted.any.clone()))
            .select(tags::contribution_id)
            .distinct();
        let files = media::table.filter(media::contribution_id.eq(tags::contribution_id.nullable()));
        let ids: Vec<Id<Contribution>> = if wanted.only_media {
            paged!(conn, page, query.filter(exists(files)), tags::contribution_id)?
        } else {
            paged!(conn, page, query, tags::contribution_id)?
        };
        Ok(ids.into_iter().map(place).collect())
    };
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sift(conn, viewer, found)?;
        let ids: Vec<Id<Contribution>> = found.iter().map(|(_, one)| one.head.id).collect();
        let carried = if wanted.all.is_empty() && wanted.none.is_empty() {
            HashSet::new()
        } else {
            carried(conn, ids)?
        };
        let has = |one: &Found, name: &String| carried.contains(&(one.head.id, name.clone()));
        let fits = |one: &Found| {
            one.head.visibility == Visibility::Public
                && wanted.local.is_none_or(|local| one.head.local == local)
                && wanted.all.iter().all(|name| has(one, name))
                && !wanted.none.iter().any(|name| has(one, name))
        };
        Ok(found.into_iter().filter(|(_, one)| fits(one)).collect())
    };
    Ok(plain(fill(conn, viewer, page, places, keep)?))
}

/// Everything public whose card is of this page.
pub fn linked(conn: &mut Conn, viewer: Viewer, url: &str, page: &Page) -> QueryResult<Vec<Found>> {
    let places = |conn: &mut Conn, page: &Page| {
        let query = contribution_cards::table
            .filter(contribution_cards::url.eq(url))
            .select(contribution_cards::contribution_id);
        let ids: Vec<Id<Contribution>> = paged!(conn, page, query, contribution_cards::contribution_id)?;
        Ok(ids.into_iter().map(place).collect())
    };
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sift(conn, viewer, found)?;
        Ok(found.into_iter().filter(|(_, one)| one.head.visibility == Visibility::Public).collect())
    };
    Ok(plain(fill(conn, viewer, page, places, keep)?))
}

fn carried(conn: &mut Conn, ids: Vec<Id<Contribution>>) -> QueryResult<HashSet<(Id<Contribution>, String)>> {
    let query =
        tags::table.filter(tags::contribution_id.eq_any(ids)).select((tags::contribution_id, tags::name));
    let rows: Vec<(Id<Contribution>, String)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}
