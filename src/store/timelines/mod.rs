//! Timelines: which contributions and boosts stand where, in the order of their keys.
//!
//! Every timeline is read in two steps. The first finds places, rows of three numbers, from an
//! index whose cost does not grow with the number of contributions. The second loads their heads,
//! leaves out what the viewer may not or does not want to see, and asks for more where some fell
//! out. So a page is full as long as there is something to fill it, and its bounds are exact.

mod audience;
mod followed;
mod open;
mod repeats;
mod saved;

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use super::contributions::{self, Viewer};
use super::page::{Page, filled, paged};
use super::{hiding, pins, quotes, relations};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::{Boost, Found};
use crate::schema::{feed, media, tags};

pub use audience::{Audience, Handed, audience, boosts_shown, followers, lists_with};
pub use followed::{home, listed};
pub use open::{Public, Tagged, linked, public, tagged};
pub use saved::{bookmarks, boosted_by, liked_by, likes};

/// A place: its key, which pages count in, who put it there by boosting, and the contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    key: i64,
    booster: Option<Id<Account>>,
    contribution: Id<Contribution>,
}

/// A row of `feed`.
type Row = (i64, Id<Account>, Id<Contribution>);

impl From<Row> for Place {
    fn from((key, account, contribution): Row) -> Self {
        let booster = (key != contribution.get()).then_some(account);
        Self { key, booster, contribution }
    }
}

/// What of an account is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfAccount {
    /// Without answers to others.
    pub no_replies: bool,
    /// Without boosts.
    pub no_boosts: bool,
    /// Without what only some are addressed by name in.
    pub no_direct: bool,
    /// Only with files beside it.
    pub only_media: bool,
    /// Only with this hashtag, folded.
    pub tagged: Option<String>,
}

/// What an account said and boosted, newest first.
pub fn of_account(
    conn: &mut Conn,
    viewer: Viewer,
    account: Id<Account>,
    wanted: &OfAccount,
    page: &Page,
) -> QueryResult<Vec<Found>> {
    let places = |conn: &mut Conn, page: &Page| {
        let query = feed::table.filter(feed::account_id.eq(account)).select((
            feed::id,
            feed::account_id,
            feed::contribution_id,
        ));
        let files = media::table.filter(media::contribution_id.eq(feed::contribution_id.nullable()));
        let rows: Vec<Row> = if wanted.only_media {
            paged!(conn, page, query.filter(exists(files)), feed::id)?
        } else {
            paged!(conn, page, query, feed::id)?
        };
        Ok(rows.into_iter().map(Place::from).collect())
    };
    // A file or a hashtag belongs to who wrote what it is in, not to who hands that on.
    let no_boosts = wanted.no_boosts || wanted.only_media || wanted.tagged.is_some();
    let keep = |conn: &mut Conn, found: Vec<(i64, Found)>| {
        let found = sifted(conn, found, |conn, found| hiding::sift_own(conn, viewer, account, found))?;
        let answers = super::lines::answered(conn, found.iter().map(|(_, one)| &one.head))?;
        let tagged = match &wanted.tagged {
            Some(name) => Some(tagged_among(conn, name, &found)?),
            None => None,
        };
        let fits = |one: &Found| {
            let to = one.head.in_reply_to_id.and_then(|parent| answers.get(&parent).copied());
            let replies = one.head.in_reply_to_uri.is_some() && to != Some(one.head.author_id);
            let direct = one.head.visibility == crate::domain::contribution::Visibility::Mentioned;
            let unwanted = if one.boost.is_some() { no_boosts } else { wanted.no_replies && replies };
            let unwanted = unwanted || (wanted.no_direct && direct);
            !unwanted && tagged.as_ref().is_none_or(|tagged| tagged.contains(&one.head.id))
        };
        Ok(found.into_iter().filter(|(_, one)| fits(one)).collect())
    };
    Ok(plain(fill(conn, viewer, page, places, keep)?))
}

/// What an account shows first.
pub fn pinned(conn: &mut Conn, viewer: Viewer, account: Id<Account>) -> QueryResult<Vec<Found>> {
    let found = pins::of(conn, viewer, account)?.into_iter().map(Found::from).collect();
    hiding::sift_own(conn, viewer, account, found)
}

/// The posts that quote a contribution with its author's consent, newest first.
pub fn quoting(
    conn: &mut Conn,
    viewer: Viewer,
    quoted: Id<Contribution>,
    page: &Page,
) -> QueryResult<Vec<Found>> {
    let rows = |conn: &mut Conn, page: &Page| quotes::page(conn, viewer, quoted, page);
    let keep = |conn: &mut Conn, heads: Vec<Contribution>| {
        hiding::sift(conn, viewer, heads.into_iter().map(Found::from).collect())
    };
    filled(conn, page, rows, |head| head.id.get(), keep)
}

/// The contribution or boost with this key, as far as the viewer may see it.
pub fn find(conn: &mut Conn, viewer: Viewer, key: i64) -> QueryResult<Option<Found>> {
    let found = named(conn, viewer, key)?;
    let (Some(one), Some(me)) = (&found, viewer.account()) else { return Ok(found) };
    let shut = relations::blocks(conn, one.by(), me)? || relations::blocks(conn, one.head.author_id, me)?;
    Ok(found.filter(|_| !shut))
}

fn named(conn: &mut Conn, viewer: Viewer, key: i64) -> QueryResult<Option<Found>> {
    if let Some(head) = contributions::by_id(conn, viewer, Id::new(key))? {
        return Ok(Some(head.into()));
    }
    let query =
        feed::table.filter(feed::id.eq(key)).select((feed::id, feed::account_id, feed::contribution_id));
    let rows: Vec<Row> = run!(conn, load, query)?;
    let places: Vec<Place> = rows.into_iter().map(Place::from).collect();
    Ok(plain(heads(conn, viewer, &places)?).pop())
}

fn tagged_among(
    conn: &mut Conn,
    name: &str,
    found: &[(i64, Found)],
) -> QueryResult<HashSet<Id<Contribution>>> {
    let ids: Vec<Id<Contribution>> = found.iter().map(|(_, one)| one.head.id).collect();
    let query = tags::table
        .filter(tags::name.eq(name))
        .filter(tags::contribution_id.eq_any(ids))
        .select(tags::contribution_id);
    let rows: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

fn plain(found: Vec<(i64, Found)>) -> Vec<Found> {
    found.into_iter().map(|(_, one)| one).collect()
}

fn sift(conn: &mut Conn, viewer: Viewer, found: Vec<(i64, Found)>) -> QueryResult<Vec<(i64, Found)>> {
    sifted(conn, found, |conn, found| hiding::sift(conn, viewer, found))
}

/// What `rule` leaves of what was found, with its keys.
fn sifted(
    conn: &mut Conn,
    found: Vec<(i64, Found)>,
    rule: impl FnOnce(&mut Conn, Vec<Found>) -> QueryResult<Vec<Found>>,
) -> QueryResult<Vec<(i64, Found)>> {
    let kept = rule(conn, found.iter().map(|(_, one)| one.clone()).collect())?;
    let kept: HashSet<i64> = kept.iter().map(Found::key).collect();
    Ok(found.into_iter().filter(|(_, one)| kept.contains(&one.key())).collect())
}

/// Fills a page from `places`, which answers newest first, with what `keep` lets through.
fn fill(
    conn: &mut Conn,
    viewer: Viewer,
    page: &Page,
    mut places: impl FnMut(&mut Conn, &Page) -> QueryResult<Vec<Place>>,
    mut keep: impl FnMut(&mut Conn, Vec<(i64, Found)>) -> QueryResult<Vec<(i64, Found)>>,
) -> QueryResult<Vec<(i64, Found)>> {
    filled(
        conn,
        page,
        &mut places,
        |place| place.key,
        |conn, batch| {
            let found = heads(conn, viewer, &batch)?;
            keep(conn, found)
        },
    )
}

/// The heads at these places that the viewer may see, in the order of the places.
fn heads(conn: &mut Conn, viewer: Viewer, places: &[Place]) -> QueryResult<Vec<(i64, Found)>> {
    let ids: HashSet<Id<Contribution>> = places.iter().map(|place| place.contribution).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<Contribution>> = ids.into_iter().collect();
    let known: HashMap<Id<Contribution>, Contribution> =
        contributions::by_ids(conn, viewer, &ids)?.into_iter().map(|head| (head.id, head)).collect();
    let found = |place: &Place| {
        let head = known.get(&place.contribution)?.clone();
        let boost = place.booster.map(|account_id| Boost {
            id: Id::new(place.key),
            account_id,
            contribution_id: place.contribution,
            // A key begins with the moment in which it was made.
            created_at: Timestamp(place.key >> 16),
        });
        Some((place.key, Found { head, boost }))
    };
    Ok(places.iter().filter_map(found).collect())
}
