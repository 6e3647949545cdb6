//! Direct messages: a conversation is what the same people write to each other in one thread.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    QueryResult,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::hiding;
use super::one_of::one_of;
use super::page::Page;
use super::verbatim::Verbatim;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::conversation::Conversation;
use crate::domain::id::Id;
use crate::schema::{contributions, conversation_marks, mentions};

/// What the index `contributions_direct` says of [direct messages](crate::domain::contribution::Visibility::Mentioned).
const DIRECT: Verbatim = Verbatim("contributions.visibility = 3");

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

/// A letter in three numbers: key, thread, author.
type Row = (Id<Contribution>, Id<Contribution>, Id<Account>);

/// A letter, and the conversation that it belongs to.
#[derive(Clone, Copy, Debug)]
struct Letter {
    id: Id<Contribution>,
    thread: Id<Contribution>,
    author: Id<Account>,
    conversation: Id<Conversation>,
}

/// The letters that an account wrote or was sent and wants to see, the newest first.
fn letters(conn: &mut Conn, account: Id<Account>, page: &Page) -> QueryResult<Vec<Letter>> {
    let named = exists(
        mentions::table
            .filter(mentions::contribution_id.eq(contributions::id))
            .filter(mentions::account_id.eq(account)),
    );
    let query = contributions::table
        .filter(DIRECT)
        .filter(contributions::author_id.eq(account).or(named))
        .filter(visible_to(Viewer::Member(account)))
        .filter(contributions::id.lt(page.below()))
        .filter(contributions::id.gt(page.above()))
        .order(contributions::id.desc())
        .limit(page.limit)
        .select((contributions::id, contributions::thread_id, contributions::author_id));
    let rows: Vec<Row> = run!(conn, load, query)?;
    let authors: HashSet<Id<Account>> = rows.iter().map(|(.., author)| *author).collect();
    let authors: Vec<Id<Account>> = authors.into_iter().collect();
    let hidden = hiding::among(conn, Viewer::Member(account), &authors)?;
    let rows: Vec<_> = rows.into_iter().filter(|(.., author)| !hidden.contains(author)).collect();
    keyed(conn, rows)
}

/// These letters with the conversations that they belong to.
fn keyed(conn: &mut Conn, rows: Vec<Row>) -> QueryResult<Vec<Letter>> {
    let people = people(conn, &rows)?;
    let letter = |((id, thread, author), people): (Row, Vec<Id<Account>>)| {
        let conversation = Conversation::key(thread, &people);
        Letter { id, thread, author, conversation }
    };
    Ok(rows.into_iter().zip(people).map(letter).collect())
}

/// Who takes part in each of these letters.
fn people(conn: &mut Conn, rows: &[Row]) -> QueryResult<Vec<Vec<Id<Account>>>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let query = mentions::table
        .filter(one_of(mentions::contribution_id, rows.iter().map(|(id, ..)| id)))
        .select((mentions::contribution_id, mentions::account_id));
    let named: Vec<(Id<Contribution>, Id<Account>)> = run!(conn, load, query)?;
    let mut people: HashMap<Id<Contribution>, Vec<Id<Account>>> = HashMap::new();
    for (id, account) in named {
        people.entry(id).or_default().push(account);
    }
    let everybody = |(id, _, author): &Row| {
        let mut people = people.remove(id).unwrap_or_default();
        people.push(*author);
        people
    };
    Ok(rows.iter().map(everybody).collect())
}

/// The conversations of an account, by their last message; what it does not want to see is in none.
pub fn page(conn: &mut Conn, account: Id<Account>, page: Page) -> QueryResult<Vec<Conversation>> {
    let letters = letters(conn, account, &Page::first(MOST))?;
    let marks = marks(conn, account)?;
    let mut known: HashSet<Id<Conversation>> = HashSet::new();
    let mut found: Vec<Conversation> = Vec::new();
    for letter in letters.into_iter().filter(|letter| known.insert(letter.conversation)) {
        let Mark { read, hidden } = mark(&marks, letter.conversation, letter.thread);
        let last = letter.id.get();
        if last > hidden && last < page.below() && last > page.above() {
            found.push(Conversation {
                id: letter.conversation,
                thread: letter.thread,
                last: letter.id,
                unread: read == UNREAD || (letter.author != account && last > read),
            });
        }
    }
    let limit = usize::try_from(page.limit).unwrap_or(0);
    if page.is_ascending() {
        let older = found.len().saturating_sub(limit);
        return Ok(found.split_off(older));
    }
    found.truncate(limit);
    Ok(found)
}

/// The conversation with this key, if the account takes part.
pub fn one(conn: &mut Conn, account: Id<Account>, id: Id<Conversation>) -> QueryResult<Option<Conversation>> {
    let all = page(conn, account, Page::first(MOST))?;
    Ok(all.into_iter().find(|conversation| conversation.id == id))
}

/// The conversation that a letter belongs to, if the account is shown this letter.
pub fn with(
    conn: &mut Conn,
    account: Id<Account>,
    letter: Id<Contribution>,
) -> QueryResult<Option<Conversation>> {
    let (above, below) = (letter.get().saturating_sub(1), letter.get().saturating_add(1));
    let this = Page { since_id: Some(above), max_id: Some(below), ..Page::first(1) };
    match letters(conn, account, &this)?.pop() {
        Some(letter) => one(conn, account, letter.conversation),
        None => Ok(None),
    }
}

/// Marks by what they are about. Earlier versions marked whole threads, from which the column has its
/// name; such a mark counts in the conversations of its thread that have none of their own.
type Marks = HashMap<i64, Mark>;

fn mark(marks: &Marks, conversation: Id<Conversation>, thread: Id<Contribution>) -> Mark {
    marks.get(&conversation.get()).or_else(|| marks.get(&thread.get())).copied().unwrap_or_default()
}

fn marks(conn: &mut Conn, account: Id<Account>) -> QueryResult<Marks> {
    let query = conversation_marks::table.filter(conversation_marks::account_id.eq(account)).select((
        conversation_marks::thread_id,
        conversation_marks::read_id,
        conversation_marks::hidden_id,
    ));
    let rows: Vec<(i64, i64, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().map(|(about, read, hidden)| (about, Mark { read, hidden })).collect())
}

/// Notes that everything of a conversation was read.
pub fn read(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let hidden = hidden(conn, account, conversation)?;
    put(conn, account, conversation.id, Mark { read: conversation.last.get(), hidden })
}

/// Notes that a conversation has to be read once more, whoever spoke last.
pub fn unread(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let hidden = hidden(conn, account, conversation)?;
    put(conn, account, conversation.id, Mark { read: UNREAD, hidden })
}

/// Puts a conversation aside until there is something new.
pub fn hide(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<usize> {
    let last = conversation.last.get();
    put(conn, account, conversation.id, Mark { read: last, hidden: last })
}

fn hidden(conn: &mut Conn, account: Id<Account>, conversation: &Conversation) -> QueryResult<i64> {
    Ok(mark(&marks(conn, account)?, conversation.id, conversation.thread).hidden)
}

fn put(conn: &mut Conn, account: Id<Account>, about: Id<Conversation>, mark: Mark) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(conversation_marks::table.find((account, about))))?;
    let row = (
        conversation_marks::account_id.eq(account),
        conversation_marks::thread_id.eq(about),
        conversation_marks::read_id.eq(mark.read),
        conversation_marks::hidden_id.eq(mark.hidden),
    );
    run!(conn, execute, diesel::insert_into(conversation_marks::table).values(row))
}

/// What is noted about the conversations of a thread goes with them into the one that it turned out to
/// belong to.
pub fn carry(conn: &mut Conn, from: Id<Contribution>, to: Id<Contribution>) -> QueryResult<()> {
    let letters = contributions::table
        .filter(DIRECT)
        .filter(contributions::thread_id.eq(from))
        .limit(MOST)
        .select((contributions::id, contributions::thread_id, contributions::author_id));
    let rows: Vec<Row> = run!(conn, load, letters)?;
    let mut carried: HashSet<(Id<Account>, Id<Conversation>)> = HashSet::new();
    for people in people(conn, &rows)? {
        let (old, new) = (Conversation::key(from, &people), Conversation::key(to, &people));
        for account in people {
            if carried.insert((account, old)) {
                carry_mark(conn, account, old, new)?;
            }
        }
    }
    Ok(())
}

fn carry_mark(
    conn: &mut Conn,
    account: Id<Account>,
    old: Id<Conversation>,
    new: Id<Conversation>,
) -> QueryResult<()> {
    let marked = |id| {
        let row = conversation_marks::table.find((account, id));
        row.select((conversation_marks::read_id, conversation_marks::hidden_id))
    };
    let known: Option<(i64, i64)> = run!(conn, first, marked(old)).optional()?;
    let Some((read, hidden)) = known else { return Ok(()) };
    run!(conn, execute, diesel::delete(conversation_marks::table.find((account, old))))?;
    let other: Option<(i64, i64)> = run!(conn, first, marked(new)).optional()?;
    if other.is_none() {
        put(conn, account, new, Mark { read, hidden })?;
    }
    Ok(())
}
