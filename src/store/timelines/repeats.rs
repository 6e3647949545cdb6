//! What everybody hands on is shown once: a boost stands in home and lists only where nothing of the
//! same contribution was shown shortly before.
//!
//! The older place wins. So what is shown depends on the places alone, not on where a page begins, and
//! a stream that asks for one place says the same as the page around it.

use std::collections::HashSet;

use diesel::QueryResult;

use super::Place;
use crate::domain::timeline::Found;
use crate::store::conn::Conn;
use crate::store::page::Page;

/// How many places below a boost are looked at, as in Mastodon (`REBLOG_FALLOFF`) and GoToSocial.
const NEAR: i64 = 40;

/// Leaves out of `found`, which is what is shown of the places of `batch`, the boosts of what is shown
/// at one of the places near below. `find` answers places and `show` what is shown at some of them.
pub(super) fn without(
    conn: &mut Conn,
    mut batch: Vec<Place>,
    found: Vec<(i64, Found)>,
    find: impl Fn(&mut Conn, &Page) -> QueryResult<Vec<Place>>,
    show: impl Fn(&mut Conn, &[Place]) -> QueryResult<Vec<(i64, Found)>>,
) -> QueryResult<Vec<(i64, Found)>> {
    let boosted: HashSet<_> =
        found.iter().filter(|(_, one)| one.boost.is_some()).map(|(_, one)| one.head.id).collect();
    let Some(end) = batch.last().map(|place| place.key).filter(|_| !boosted.is_empty()) else {
        return Ok(found);
    };
    let mut below = find(conn, &Page { max_id: Some(end), ..Page::first(NEAR) })?;
    let same: Vec<Place> =
        below.iter().filter(|place| boosted.contains(&place.contribution)).copied().collect();
    let mut shown: HashSet<i64> = found.iter().map(|(key, _)| *key).collect();
    if !same.is_empty() {
        shown.extend(show(conn, &same)?.into_iter().map(|(key, _)| key));
    }
    batch.append(&mut below);
    let repeats: HashSet<i64> = batch
        .iter()
        .enumerate()
        .filter(|(at, _)| is_repeat(&batch, *at, &shown))
        .map(|(_, place)| place.key)
        .collect();
    Ok(found.into_iter().filter(|(key, _)| !repeats.contains(key)).collect())
}

/// Whether one of the places near below this one shows the same.
fn is_repeat(places: &[Place], at: usize, shown: &HashSet<i64>) -> bool {
    let near = usize::try_from(NEAR).unwrap_or(0);
    let mut below = places.iter().skip(at);
    let Some(place) = below.next().filter(|place| place.booster.is_some()) else { return false };
    below.take(near).any(|other| other.contribution == place.contribution && shown.contains(&other.key))
}
