//! What an account keeps and likes, and who likes and boosts something, in the order in which they
//! did. The keys of pages are those of the deeds, not of the contributions.

use std::collections::HashSet;

use diesel::{ExpressionMethods, QueryDsl, QueryResult};

use super::{Place, fill, sifted};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::timeline::Found;
use crate::schema::{bookmarks, boosts, likes as given};
use crate::store::conn::Conn;
use crate::store::contributions::Viewer;
use crate::store::page::{Page, filled, paged};
use crate::store::{hiding, relationships};

fn place((key, contribution): (i64, Id<Contribution>)) -> Place {
    Place { key, booster: None, contribution }
}

/// What an account keeps for later, each with the key of the bookmark.
pub fn bookmarks(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<(i64, Found)>> {
    let viewer = Viewer::Member(me);
    let places = |conn: &mut Conn, page: &Page| {
        let query = bookmarks::table
            .filter(bookmarks::account_id.eq(me))
            .select((bookmarks::id, bookmarks::contribution_id));
        let rows: Vec<(i64, Id<Contribution>)> = paged!(conn, page, query, bookmarks::id)?;
        Ok(rows.into_iter().map(place).collect())
    };
    fill(conn, viewer, page, places, |conn, found| kept(conn, viewer, found))
}

/// What an account likes, each with the key of the like.
pub fn likes(conn: &mut Conn, me: Id<Account>, page: &Page) -> QueryResult<Vec<(i64, Found)>> {
    let viewer = Viewer::Member(me);
    let places = |conn: &mut Conn, page: &Page| {
        let query = given::table.filter(given::account_id.eq(me)).select((given::id, given::contribution_id));
        let rows: Vec<(i64, Id<Contribution>)> = paged!(conn, page, query, given::id)?;
        Ok(rows.into_iter().map(place).collect())
    };
    fill(conn, viewer, page, places, |conn, found| kept(conn, viewer, found))
}

/// Who likes a contribution, each with the key of the like. Outside, members of this site are named only
/// where they want to be found.
pub fn liked_by(
    conn: &mut Conn,
    viewer: Viewer,
    id: Id<Contribution>,
    page: &Page,
) -> QueryResult<Vec<(i64, Id<Account>)>> {
    let rows = |conn: &mut Conn, page: &Page| {
        let query = given::table.filter(given::contribution_id.eq(id)).select((given::id, given::account_id));
        paged!(conn, page, query, given::id)
    };
    let named = |conn: &mut Conn, rows: Vec<(i64, Id<Account>)>| {
        let rows = seen(conn, viewer, rows)?;
        let accounts: Vec<Id<Account>> = rows.iter().map(|(_, account)| *account).collect();
        let named = relationships::named(conn, viewer, &accounts)?;
        Ok(rows.into_iter().filter(|(_, account)| named.contains(account)).collect())
    };
    filled(conn, page, rows, |(key, _)| *key, named)
}

/// Who boosted a contribution, each with the key of the boost.
pub fn boosted_by(
    conn: &mut Conn,
    viewer: Viewer,
    id: Id<Contribution>,
    page: &Page,
) -> QueryResult<Vec<(i64, Id<Account>)>> {
    let rows = |conn: &mut Conn, page: &Page| {
        let query =
            boosts::table.filter(boosts::contribution_id.eq(id)).select((boosts::id, boosts::account_id));
        paged!(conn, page, query, boosts::id)
    };
    filled(conn, page, rows, |(key, _)| *key, |conn, rows| seen(conn, viewer, rows))
}

fn kept(conn: &mut Conn, viewer: Viewer, found: Vec<(i64, Found)>) -> QueryResult<Vec<(i64, Found)>> {
    sifted(conn, found, |conn, found| hiding::sift_kept(conn, viewer, found))
}

fn seen(
    conn: &mut Conn,
    viewer: Viewer,
    rows: Vec<(i64, Id<Account>)>,
) -> QueryResult<Vec<(i64, Id<Account>)>> {
    let accounts: Vec<Id<Account>> = rows.iter().map(|(_, account)| *account).collect();
    let hidden: HashSet<Id<Account>> = hiding::among(conn, viewer, &accounts)?;
    Ok(rows.into_iter().filter(|(_, account)| !hidden.contains(account)).collect())
}
