//! Custom emoji, ours and those of other servers.

use std::collections::{BTreeSet, HashMap};

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use crate::domain::account::Account;
use crate::domain::emoji::{Emoji, shortcodes};
use crate::domain::id::Id;
use crate::schema::emojis;

/// A text in which emoji may stand: under which key it is asked for, whose it is, and what it says.
pub(super) type Said<'a> = (i64, &'a Account, Vec<&'a str>);

/// Those of a host, ours for a blank one, in the order in which apps offer them.
pub fn of_host(conn: &mut Conn, host: &str) -> QueryResult<Vec<Emoji>> {
    let query = emojis::table.filter(emojis::host.eq(host)).order((emojis::category, emojis::shortcode));
    run!(conn, load, query.select(Emoji::as_select()))
}

/// How many of a host are known.
pub fn count(conn: &mut Conn, host: &str) -> QueryResult<i64> {
    run!(conn, get_result, emojis::table.filter(emojis::host.eq(host)).count())
}

/// The one that a host calls so.
pub fn by_shortcode(conn: &mut Conn, host: &str, shortcode: &str) -> QueryResult<Option<Emoji>> {
    let query = emojis::table.filter(emojis::host.eq(host)).filter(emojis::shortcode.eq(shortcode));
    run!(conn, first, query.select(Emoji::as_select())).optional()
}

/// The one with this address here.
pub fn by_name(conn: &mut Conn, name: &str) -> QueryResult<Option<Emoji>> {
    let query = emojis::table.filter(emojis::name.eq(name));
    run!(conn, first, query.select(Emoji::as_select())).optional()
}

/// Puts one in.
pub fn insert(conn: &mut Conn, emoji: &Emoji) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(emojis::table).values(emoji))
}

/// Removes one.
pub fn delete(conn: &mut Conn, id: Id<Emoji>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(emojis::table.find(id)))
}

/// The emoji that stand in texts, by the keys of the texts; a text has those of its author's host.
pub(super) fn used(conn: &mut Conn, said: &[Said<'_>]) -> QueryResult<HashMap<i64, Vec<Emoji>>> {
    let host =
        |account: &Account| if account.is_local() { String::new() } else { account.uri.host().to_owned() };
    let mut wanted: HashMap<i64, (String, BTreeSet<&str>)> = HashMap::new();
    for (key, account, texts) in said {
        let codes: BTreeSet<&str> = texts.iter().flat_map(|text| shortcodes(text)).collect();
        if !codes.is_empty() {
            wanted.insert(*key, (host(account), codes));
        }
    }
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let hosts: BTreeSet<&String> = wanted.values().map(|(host, _)| host).collect();
    let codes: BTreeSet<&str> = wanted.values().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let query = emojis::table
        .filter(emojis::host.eq_any(hosts))
        .filter(emojis::shortcode.eq_any(codes))
        .order(emojis::shortcode);
    let known: Vec<Emoji> = run!(conn, load, query.select(Emoji::as_select()))?;
    let meant = |(key, (host, codes)): (&i64, &(String, BTreeSet<&str>))| {
        let fits = |emoji: &&Emoji| emoji.host == *host && codes.contains(emoji.shortcode.as_str());
        (*key, known.iter().filter(fits).cloned().collect())
    };
    Ok(wanted.iter().map(meant).collect())
}
