//! Direct messages, one conversation per thread.

use std::collections::HashSet;

use diesel::dsl::exists;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::hiding;
use super::page::Page;
use super::verbatim::Verbatim;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::schema::{contributions, conversation_marks, mentions};

/// What the index `contributions_direct` says of [direct messages](crate::domain::contribution::Visibility::Mentioned).
const DIRECT: Verbatim = Verbatim("contributions.visibility = 3");

/// A conversation as one of those who take part sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// The thread.
    pub thread: Id<Contribution>,
    /// Its last message.
    pub last: Id<Contribution>,
    /// Whether there is something to read.
    pub unread: bool,
}

/// How far an account is in a conversation: the last message that it read, and the last one that
/// it put aside.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    read: i64,
    hidden: i64,
}

/// Where somebody stands who wants to read everything once more.
const UNREAD: i64 = -1;
/// Direct messages looked at for one page at most.
const MOST: i64 = 2000;

/// Whether an account named or answered another one in a thread.
pub fn named_in(
    conn: &mut Conn,
    thread: Id<Contribution>,
    author: Id<Account>,
    named: Id<Account>,
) -> QueryResult<bool> {
    let answered = diesel::alias!(contributions as answered);
    let of_theirs = answered
        .filter(answered.field(contributions::thread_id).eq(thread))
        .filter(answered.field(contributions::author_id).eq(named))
        .select(answered.field(contributions::id).nullable());
    let naming = mentions::table
        .filter(mentions::contribution_id.eq(contributions::id))
        .filter(mentions::account_id.eq(named));
    let query = contributions::table
        .filter(contributions::thread_id.eq(thread))
        .filter(contributions::author_id.eq(author))
        .filter(exists(naming).or(contributions::in_reply_to_id.eq_any(of_theirs)))
        .count();
    let count: i64 = run!(conn, get_result, query)?;
    Ok(count > 0)
}

/// The conversations of an account, by their last message; what it does not want to see is in none.
pub fn page(conn: &mut Conn, account: Id<Account>, page: Page) -> QueryResult<Vec<Conversation>> {
    let named = exists(
        mentions::table
            .filter(mentions::contribution_id.eq(contributions::id))
            .filter(mentions::account_id.eq(account)),
    );
    let query = contributions::table
        .filter(DIRECT)
        .filter(contributions::author_id.eq(account).or(named))
        .filter(visible_to(Viewer::Member(account)))
        .order(contributions::id.desc())
        .limit(MOST)
        .select((contributions::thread_id, contributions::id, contributions::author_id));
    let rows: Vec<(Id<Contribution>, Id<Contribution>, Id<Account>)> = run!(conn, load, query)?;
    let authors: HashSet<Id<Account>> = rows.iter().map(|(.., author)| *author).collect();
    let authors: Vec<Id<Account>> = authors.into_iter().collect();
    let hidden = hiding::among(conn, Viewer::Member(account), &authors)?;
    let mut found: Vec<Conversation> = Vec::new();
    for (thread, last, author) in rows {
        if hidden.contains(&author) || found.iter().any(|known| known.thread == thread) {
            continue;
        }
        found.push(Conversation { thread, last, unread: author != account });
    }
    let marks = marks(conn, account)?;
    let mark = |thread| marks.iter().find(|(of, _)| *of == thread).map(|(_, mark)| *mark).unwrap_or_default();
    for conversation in &mut found {
        let read = mark(conversation.thread).read;
        conversation.unread = read == UNREAD || (conversation.unread && conversation.last.get() > read);
    }
    found.retain(|conversation| {
        let last = conversation.last.get();
        last > mark(conversation.thread).hidden && last < page.below() && last > page.above()
    });
    let limit = usize::try_from(page.limit).unwrap_or(0);
    if page.is_ascending() {
        let older = found.len().saturating_sub(limit);
        return Ok(found.split_off(older));
    }
    found.truncate(limit);
    Ok(found)
}

/// The conversation of this thread, if the account takes part.
pub fn one(
    conn: &mut Conn,
    account: Id<Account>,
    thread: Id<Contribution>,
) -> QueryResult<Option<Conversation>> {
    let all = page(conn, account, Page::first(MOST))?;
    Ok(all.into_iter().find(|conversation| conversation.thread == thread))
}

fn marks(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<(Id<Contribution>, Mark)>> {
    let query = conversation_marks::table.filter(conversation_marks::account_id.eq(account)).select((
        conversation_marks::thread_id,
        conversation_marks::read_id,
        conversation_marks::hidden_id,
    ));
    let rows: Vec<(Id<Contribution>, i64, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(|(thread, read, hidden)| (thread, Mark { read, hidden })).collect())
}

/// Notes that everything of a conversation was read.
pub fn read(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let hidden = hidden(conn, account, conversation.thread)?;
    put(conn, account, conversation, (conversation.last.get(), hidden))
}

/// Notes that a conversation has to be read once more, whoever spoke last.
pub fn unread(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let hidden = hidden(conn, account, conversation.thread)?;
    put(conn, account, conversation, (UNREAD, hidden))
}

/// Puts a conversation aside until there is something new.
pub fn hide(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let last = conversation.last.get();
    put(conn, account, conversation, (last, last))
}

fn hidden(conn: &mut Conn, account: Id<Account>, thread: Id<Contribution>) -> QueryResult<i64> {
    let query = conversation_marks::table.find((account, thread)).select(conversation_marks::hidden_id);
    Ok(run!(conn, first, query).optional()?.unwrap_or(0))
}

fn put(
    conn: &mut Conn,
    account: Id<Account>,
    conversation: &Conversation,
    (read, hidden): (i64, i64),
) -> QueryResult<usize> {
    let thread = conversation.thread;
    run!(conn, execute, diesel::delete(conversation_marks::table.find((account, thread))))?;
    let row = (
        conversation_marks::account_id.eq(account),
        conversation_marks::thread_id.eq(thread),
        conversation_marks::read_id.eq(read),
        conversation_marks::hidden_id.eq(hidden),
    );
    run!(conn, execute, diesel::insert_into(conversation_marks::table).values(row))
}
