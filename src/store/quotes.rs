//! What quotes what, and what a viewer sees of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use diesel::dsl::{count_star, exists, not};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::hiding::{self, Hidden};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::views;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::id::Id;
use crate::domain::quote::{Consent, Quote, Quoting, Showing};
use crate::domain::uri::Uri;
use crate::domain::view::{QuotedView, View};
use crate::schema::{accounts, contributions, quotes};

diesel::alias! {
    const ANSWERS: Alias<Answers> = contributions as answers;
}

type Ids = [Id<Contribution>];

/// The quote in a post.
pub fn one(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Quote>> {
    run!(conn, first, quotes::table.find(id).select(Quote::as_select())).optional()
}

/// The quote that this consent belongs to and that we know to have it: others may name it, too.
pub fn by_stamp(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Quote>> {
    let query = quotes::table.filter(quotes::stamp_uri.eq(uri)).filter(quotes::state.eq(Consent::Accepted));
    run!(conn, first, query.select(Quote::as_select())).optional()
}

/// The posts that arrived in this time and quote somebody elsewhere with a consent, the oldest first.
pub fn stamped(conn: &mut Conn, arrived: Range<Timestamp>, limit: i64) -> QueryResult<Vec<Id<Contribution>>> {
    let (from, to): (Id<Contribution>, Id<Contribution>) =
        (Id::first_at(arrived.start), Id::first_at(arrived.end));
    let query = quotes::table
        .inner_join(contributions::table.on(contributions::id.nullable().eq(quotes::quoted_id)))
        .filter(quotes::contribution_id.ge(from))
        .filter(quotes::contribution_id.lt(to))
        .filter(quotes::state.eq(Consent::Accepted))
        .filter(quotes::stamp_uri.is_not_null())
        .filter(contributions::local.eq(false))
        .order(quotes::contribution_id)
        .limit(limit)
        .select(quotes::contribution_id);
    run!(conn, load, query)
}

/// The quote that this activity asked to be allowed.
pub fn by_request(conn: &mut Conn, uri: &Uri) -> QueryResult<Option<Quote>> {
    let query = quotes::table.filter(quotes::request_uri.eq(uri));
    run!(conn, first, query.select(Quote::as_select())).optional()
}

/// Keeps a quote, in place of an earlier one of the same post.
pub fn put(conn: &mut Conn, quote: &Quote) -> QueryResult<usize> {
    erase(conn, quote.contribution_id)?;
    run!(conn, execute, diesel::insert_into(quotes::table).values(quote))
}

/// Removes the quote of a post.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(quotes::table.find(id)))
}

/// Ties quotes that were here before what they quote to it; returns them.
pub fn adopt_waiting(conn: &mut Conn, uri: &Uri, quoted: Id<Contribution>) -> QueryResult<Vec<Quote>> {
    let waiting = || quotes::table.filter(quotes::quoted_uri.eq(uri)).filter(quotes::quoted_id.is_null());
    let found: Vec<Quote> = run!(conn, load, waiting().select(Quote::as_select()))?;
    if !found.is_empty() {
        run!(conn, execute, diesel::update(waiting()).set(quotes::quoted_id.eq(quoted)))?;
    }
    Ok(found)
}

/// Who here quotes a contribution with its author's consent, and in which post.
pub fn by_members(
    conn: &mut Conn,
    quoted: Id<Contribution>,
) -> QueryResult<Vec<(Id<Account>, Id<Contribution>)>> {
    let query = quotes::table
        .inner_join(contributions::table.on(contributions::id.eq(quotes::contribution_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contributions::author_id)))
        .filter(quotes::quoted_id.eq(quoted))
        .filter(quotes::state.eq(Consent::Accepted))
        .filter(accounts::host_id.is_null())
        .order(contributions::id)
        .select((contributions::author_id, contributions::id));
    run!(conn, load, query)
}

/// The posts in which an account quoted a contribution since then, as far as nobody answered them.
pub fn unanswered_since(
    conn: &mut Conn,
    author: Id<Account>,
    quoted: Id<Contribution>,
    since: Timestamp,
) -> QueryResult<Vec<Contribution>> {
    let answers =
        ANSWERS.filter(ANSWERS.field(contributions::in_reply_to_id).eq(contributions::id.nullable()));
    let query = quotes::table
        .inner_join(contributions::table.on(contributions::id.eq(quotes::contribution_id)))
        .filter(quotes::quoted_id.eq(quoted))
        .filter(contributions::author_id.eq(author))
        .filter(contributions::published_at.gt(since))
        .filter(contributions::state.eq(State::Current))
        .filter(not(exists(answers)))
        .order(contributions::id);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// The posts that quote a contribution with its author's consent and that the viewer may see, the
/// newest first.
pub fn page(
    conn: &mut Conn,
    viewer: Viewer,
    quoted: Id<Contribution>,
    page: &Page,
) -> QueryResult<Vec<Contribution>> {
    let query = quotes::table
        .inner_join(contributions::table.on(contributions::id.eq(quotes::contribution_id)))
        .filter(quotes::quoted_id.eq(quoted))
        .filter(quotes::state.eq(Consent::Accepted))
        .filter(visible_to(viewer));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}

/// How many posts quote each of these with its author's consent, as far as the viewer may see them.
pub(super) fn counts(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &Ids,
) -> QueryResult<HashMap<Id<Contribution>, i64>> {
    let query = quotes::table
        .inner_join(contributions::table.on(contributions::id.eq(quotes::contribution_id)))
        .filter(one_of(quotes::quoted_id, ids))
        .filter(quotes::state.eq(Consent::Accepted))
        .filter(visible_to(viewer))
        .group_by(quotes::quoted_id)
        .select((quotes::quoted_id, count_star()));
    let rows: Vec<(Option<Id<Contribution>>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect())
}

/// The quotes in these posts. What is named of the quoted ones is no secret: the posts name it.
pub(super) fn of(conn: &mut Conn, ids: &Ids) -> QueryResult<HashMap<Id<Contribution>, Quoting>> {
    let query = quotes::table
        .left_join(contributions::table.on(quotes::quoted_id.eq(contributions::id.nullable())))
        .filter(one_of(quotes::contribution_id, ids));
    let (url, author) = (contributions::url.nullable(), contributions::author_id.nullable());
    type Row = (Quote, Option<String>, Option<Id<Account>>);
    let rows: Vec<Row> = run!(conn, load, query.select((Quote::as_select(), url, author)))?;
    let quoting = |(quote, url, author): Row| {
        let url = url.unwrap_or_else(|| quote.quoted_uri.to_string());
        (quote.contribution_id, Quoting { quote, url, author })
    };
    Ok(rows.into_iter().map(quoting).collect())
}

/// What a viewer sees of a quote, before the quoted one is loaded.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// What, and why not more.
    pub showing: Showing,
    /// The quoted one, where it may be given to the viewer.
    pub quoted: Option<Contribution>,
}

/// What the viewer sees of the quotes in these views, by the keys of the posts.
pub(super) fn shown<'a>(
    conn: &mut Conn,
    viewer: Viewer,
    views: impl Iterator<Item = &'a View>,
) -> QueryResult<HashMap<Id<Contribution>, Shown>> {
    let rows: Vec<&Quote> = views.filter_map(|view| view.quote.as_ref().map(|one| &one.quote)).collect();
    let accepted = rows.iter().filter(|quote| quote.state == Consent::Accepted);
    let wanted: HashSet<Id<Contribution>> = accepted.filter_map(|quote| quote.quoted_id).collect();
    let wanted: Vec<Id<Contribution>> = wanted.into_iter().collect();
    let heads = seen(conn, viewer, &wanted)?;
    let missing: Vec<_> = wanted.iter().filter(|id| !heads.contains_key(id)).copied().collect();
    let deleted = deleted(conn, &missing)?;
    let authors: HashSet<Id<Account>> = heads.values().map(|head| head.author_id).collect();
    let hidden = hiding::reasons(conn, viewer, &authors.into_iter().collect::<Vec<_>>())?;
    let one = |quote: &Quote| {
        let showing = match quote.state {
            Consent::Pending => Showing::Pending,
            Consent::Rejected => Showing::Rejected,
            Consent::Revoked => Showing::Revoked,
            Consent::Accepted => match quote.quoted_id {
                Some(id) if deleted.contains(&id) => Showing::Deleted,
                Some(id) => heads.get(&id).map_or(Showing::Unauthorized, |head| {
                    hidden.get(&head.author_id).map_or(Showing::Shown, |why| withheld(*why))
                }),
                None => Showing::Pending,
            },
        };
        let head = quote.quoted_id.and_then(|id| heads.get(&id));
        let quoted = head.filter(|_| is_given(showing)).cloned();
        (quote.contribution_id, Shown { showing, quoted })
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Whether a viewer gets the quoted one, be it to open it only when asked for.
const fn is_given(showing: Showing) -> bool {
    match showing {
        Showing::Shown | Showing::BlockedAccount | Showing::BlockedHost | Showing::MutedAccount => true,
        Showing::Pending
        | Showing::Rejected
        | Showing::Revoked
        | Showing::Deleted
        | Showing::Unauthorized => false,
    }
}

const fn withheld(why: Hidden) -> Showing {
    match why {
        Hidden::Blocks => Showing::BlockedAccount,
        Hidden::IsBlocked => Showing::Unauthorized,
        Hidden::MutesHost => Showing::BlockedHost,
        Hidden::Mutes => Showing::MutedAccount,
    }
}

fn seen(conn: &mut Conn, viewer: Viewer, ids: &Ids) -> QueryResult<HashMap<Id<Contribution>, Contribution>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let heads = super::contributions::by_ids(conn, viewer, ids)?;
    Ok(heads.into_iter().map(|head| (head.id, head)).collect())
}

fn deleted(conn: &mut Conn, ids: &Ids) -> QueryResult<HashSet<Id<Contribution>>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let query = contributions::table
        .filter(one_of(contributions::id, ids))
        .filter(contributions::state.eq(State::Deleted))
        .select(contributions::id);
    let gone: Vec<Id<Contribution>> = run!(conn, load, query)?;
    Ok(gone.into_iter().collect())
}

/// Loads what a page shows of the quotes in these views.
pub fn fill(conn: &mut Conn, viewer: Viewer, views: &mut [View]) -> QueryResult<()> {
    if views.iter().all(|view| view.quote.is_none()) {
        return Ok(());
    }
    let shown = shown(conn, viewer, views.iter())?;
    let heads: HashMap<_, _> =
        shown.values().filter_map(|one| Some((one.quoted.as_ref()?.id, one))).collect();
    let heads = heads.into_values().filter_map(|one| one.quoted.clone()).collect();
    let loaded: HashMap<_, _> =
        views::load(conn, viewer, heads)?.into_iter().map(|view| (view.head.id, view)).collect();
    for view in views {
        view.quoted = shown.get(&view.head.id).map(|one| {
            let quoted = one.quoted.as_ref().and_then(|head| loaded.get(&head.id));
            QuotedView { showing: one.showing, view: quoted.cloned().map(Box::new) }
        });
    }
    Ok(())
}
