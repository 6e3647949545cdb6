//! Handing members their relations as tables, and taking in such tables.

use std::collections::HashSet;

use super::{lists as own_lists, relations};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::list::List;
use crate::domain::relation::{FollowOptions, Mute};
use crate::domain::transfer::{Row, Table};
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::{Conn, Error, Tx, bookmarks, jobs, lists, mutes, relationships};

/// Rows that are handed out at most.
const MOST: i64 = 100_000;
/// Relations that are looked up at once.
const AT_ONCE: usize = 1_000;

/// The rows of a table of an account.
pub fn rows(conn: &mut Conn, account: &Account, table: Table, now: Timestamp) -> Result<Vec<Row>, Error> {
    let (me, page) = (account.id, Page::first(MOST));
    let handle = |account: &Account| account.handle().to_string();
    let rows = match table {
        Table::Follows => follows(conn, account, now)?,
        Table::Blocks => {
            let blocked = relationships::blocked(conn, me, page)?;
            blocked.iter().map(|(_, account)| Row::Block { who: handle(account) }).collect()
        }
        Table::Mutes => {
            let muted = mutes::page(conn, me, now, page)?;
            let row = |(mute, account): &(Mute, Account)| Row::Mute {
                who: handle(account),
                notifications: mute.notifications,
            };
            muted.iter().map(row).collect()
        }
        Table::Hosts => {
            let hosts = mutes::hosts_page(conn, me, page)?;
            hosts.into_iter().map(|(_, host)| Row::Host { host }).collect()
        }
        Table::Lists => {
            let mut rows = Vec::new();
            for list in lists::of(conn, me)? {
                let members = lists::members(conn, list.id, page)?;
                let row = |account: &Account| Row::List { title: list.title.clone(), who: handle(account) };
                rows.extend(members.iter().map(row));
            }
            rows
        }
        Table::Bookmarks => {
            let uris = bookmarks::uris(conn, me)?;
            uris.into_iter().map(|uri| Row::Bookmark { uri: uri.to_string() }).collect()
        }
    };
    Ok(rows)
}

fn follows(conn: &mut Conn, account: &Account, now: Timestamp) -> Result<Vec<Row>, Error> {
    let followed = relationships::following(conn, Viewer::Member(account.id), account.id, Page::first(MOST))?;
    let mut rows = Vec::new();
    for chunk in followed.chunks(AT_ONCE) {
        let ids: Vec<Id<Account>> = chunk.iter().map(|(_, account)| account.id).collect();
        let stands = relationships::of(conn, account.id, &ids, now)?;
        for (_, other) in chunk {
            let Some(follow) = stands.get(&other.id).and_then(|stand| stand.follow.as_ref()) else {
                continue;
            };
            let languages = follow.languages.as_deref().unwrap_or_default();
            rows.push(Row::Follow {
                who: other.handle().to_string(),
                boosts: follow.boosts,
                notify: follow.notify,
                languages: languages.split_whitespace().map(str::to_owned).collect(),
            });
        }
    }
    Ok(rows)
}

/// Takes in a table: each row becomes a job, because other servers have to be asked who that is.
/// When it replaces what is there, what it does not name ends at once.
pub fn take_in(
    tx: &mut Tx<'_>,
    account: &Account,
    table: Table,
    new: &[Row],
    replaces: bool,
) -> Result<(), Error> {
    if replaces {
        end_others(tx, account, table, new)?;
    }
    let now = tx.now;
    for row in new {
        match row {
            Row::Host { host } => hide_host(tx, account, host)?,
            row => jobs::enqueue(tx, &Job::TakeIn { account: account.id.get(), row: row.clone() }, now)?,
        }
    }
    Ok(())
}

/// A name that is none is left out: one bad row does not stop the others.
fn hide_host(tx: &mut Tx<'_>, account: &Account, host: &str) -> Result<(), Error> {
    match tx.savepoint(|tx| relations::mute_host(tx, account, host)) {
        Ok(()) | Err(Error::Refused(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}

fn end_others(tx: &mut Tx<'_>, account: &Account, table: Table, new: &[Row]) -> Result<(), Error> {
    let here = tx.site()?.host.clone();
    let kept: HashSet<String> = new.iter().map(|row| folded(row, &here)).collect();
    let gone = |name: &str| !kept.contains(&name.to_lowercase());
    let (me, page, now) = (account.id, Page::first(MOST), tx.now);
    match table {
        Table::Follows => {
            for (_, other) in relationships::following(tx, Viewer::Member(me), me, page)? {
                if gone(&other.handle().to_string()) {
                    relations::unfollow(tx, account, &other)?;
                }
            }
        }
        Table::Blocks => {
            for (_, other) in relationships::blocked(tx, me, page)? {
                if gone(&other.handle().to_string()) {
                    relations::unblock_from_here(tx, account, &other)?;
                }
            }
        }
        Table::Mutes => {
            for (_, other) in mutes::page(tx, me, now, page)? {
                if gone(&other.handle().to_string()) {
                    mutes::delete(tx, me, other.id)?;
                }
            }
        }
        Table::Hosts => {
            for (_, host) in mutes::hosts_page(tx, me, page)? {
                if gone(&host) {
                    mutes::delete_host(tx, me, &host)?;
                }
            }
        }
        Table::Lists => end_listed(tx, account, new, &here)?,
        Table::Bookmarks => {
            for uri in bookmarks::uris(tx, me)? {
                if gone(uri.as_str()) {
                    bookmarks::delete_by_uri(tx, me, &uri)?;
                }
            }
        }
    }
    Ok(())
}

/// What a row is about, in the form in which two of them are compared. Servers write accounts of their
/// own without their host.
fn folded(row: &Row, here: &str) -> String {
    let name = named(row).to_lowercase();
    match row {
        Row::Follow { .. } | Row::Block { .. } | Row::Mute { .. } | Row::List { .. } => {
            let name = name.trim_start_matches('@');
            if name.contains('@') { name.to_owned() } else { format!("{name}@{here}") }
        }
        Row::Host { .. } | Row::Bookmark { .. } => name,
    }
}

fn end_listed(tx: &mut Tx<'_>, account: &Account, new: &[Row], here: &str) -> Result<(), Error> {
    for list in lists::of(tx, account.id)? {
        let titled = |row: &&Row| matches!(row, Row::List { title, .. } if *title == list.title);
        let kept: HashSet<String> = new.iter().filter(titled).map(|row| folded(row, here)).collect();
        if kept.is_empty() {
            lists::delete(tx, list.id)?;
            continue;
        }
        for member in lists::members(tx, list.id, Page::first(MOST))? {
            if !kept.contains(&member.handle().to_string().to_lowercase()) {
                lists::remove(tx, list.id, member.id)?;
            }
        }
    }
    Ok(())
}

/// The account, host or address that a row is about.
pub fn named(row: &Row) -> &str {
    match row {
        Row::Follow { who, .. } | Row::Block { who } | Row::Mute { who, .. } | Row::List { who, .. } => who,
        Row::Host { host } => host,
        Row::Bookmark { uri } => uri,
    }
}

/// Does what a row says, once it is known which account it means. A repetition changes nothing.
pub fn apply(tx: &mut Tx<'_>, account: &Account, row: &Row, target: &Account) -> Result<(), Error> {
    match row {
        Row::Follow { boosts, notify, languages, .. } => {
            let options = FollowOptions {
                boosts: Some(*boosts),
                notify: Some(*notify),
                languages: Some(languages.clone()),
            };
            relations::follow_with(tx, account, target, &options)
        }
        Row::Block { .. } => relations::block_from_here(tx, account, target),
        Row::Mute { notifications, .. } => relations::mute(tx, account, target, *notifications, None),
        Row::List { title, .. } => put_on_list(tx, account, title, target),
        Row::Host { .. } | Row::Bookmark { .. } => Ok(()),
    }
}

/// Whoever is on a list is followed.
fn put_on_list(tx: &mut Tx<'_>, account: &Account, title: &str, target: &Account) -> Result<(), Error> {
    if target.id != account.id {
        relations::follow_with(tx, account, target, &FollowOptions::default())?;
    }
    let known = lists::of(tx, account.id)?.into_iter().find(|list| list.title == title);
    let list: List = match known {
        Some(list) => list,
        None => {
            let wish = own_lists::Wish { title: Some(title.to_owned()), ..own_lists::Wish::default() };
            own_lists::make(tx, account, &wish)?
        }
    };
    own_lists::add(tx, account, list.id, &[target.id])
}
