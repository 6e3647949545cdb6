//! What statements refer to besides their text: questions, sources, and who signs them.

use std::collections::{HashMap, HashSet};

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::{accounts, questions};
use crate::clock::Timestamp;
use crate::domain::contribution::Contribution;
use crate::domain::event::Source;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::statement::{NamedQuestion, References, ReferencesView, Signatory};
use crate::domain::timeline::Boost;
use crate::domain::uri::Uri;
use crate::schema::{
    accounts as account_rows, boosts, contributions, statement_questions, statement_signatories,
    statement_sources,
};

/// Puts what a statement refers to in the place of what it referred to before.
pub fn set(conn: &mut Conn, id: Id<Contribution>, references: &References) -> QueryResult<()> {
    erase(conn, id)?;
    for (rank, qid) in (1_i32..).zip(&references.questions) {
        let row = (
            statement_questions::contribution_id.eq(id),
            statement_questions::qid.eq(qid),
            statement_questions::rank.eq(rank),
        );
        run!(conn, execute, diesel::insert_into(statement_questions::table).values(row))?;
    }
    for (rank, source) in (1_i32..).zip(&references.sources) {
        let row = (
            statement_sources::contribution_id.eq(id),
            statement_sources::rank.eq(rank),
            statement_sources::title.eq(&source.title),
            statement_sources::url.eq(&source.url),
        );
        run!(conn, execute, diesel::insert_into(statement_sources::table).values(row))?;
    }
    for (rank, uri) in (1_i32..).zip(&references.signatories) {
        let row = (
            statement_signatories::contribution_id.eq(id),
            statement_signatories::uri.eq(uri),
            statement_signatories::rank.eq(rank),
        );
        run!(conn, execute, diesel::insert_into(statement_signatories::table).values(row))?;
    }
    Ok(())
}

/// Removes what a statement referred to.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<()> {
    let asked = statement_questions::table.filter(statement_questions::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(asked))?;
    let sources = statement_sources::table.filter(statement_sources::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(sources))?;
    let signed = statement_signatories::table.filter(statement_signatories::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(signed))?;
    Ok(())
}

/// What these statements refer to, as far as it is here. Of questions what everybody may see: their titles
/// are written into what we sign.
pub fn views(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, ReferencesView>> {
    let mut views: HashMap<Id<Contribution>, ReferencesView> = HashMap::new();
    for (id, named) in named_questions(conn, ids)? {
        views.entry(id).or_default().questions.push(named);
    }
    let query = statement_sources::table
        .filter(one_of(statement_sources::contribution_id, ids))
        .order((statement_sources::contribution_id, statement_sources::rank))
        .select((statement_sources::contribution_id, statement_sources::title, statement_sources::url));
    let sources: Vec<(Id<Contribution>, String, String)> = run!(conn, load, query)?;
    for (id, title, url) in sources {
        views.entry(id).or_default().sources.push(Source { title, url });
    }
    for (id, signatory) in signatories(conn, ids)? {
        views.entry(id).or_default().signatories.push(signatory);
    }
    Ok(views)
}

fn named_questions(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<Vec<(Id<Contribution>, NamedQuestion)>> {
    let query = statement_questions::table
        .filter(one_of(statement_questions::contribution_id, ids))
        .order((statement_questions::contribution_id, statement_questions::rank))
        .select((statement_questions::contribution_id, statement_questions::qid));
    let rows: Vec<(Id<Contribution>, Qid)> = run!(conn, load, query)?;
    let qids: Vec<Qid> = rows.iter().map(|(_, qid)| qid.clone()).collect();
    let copies = questions::of_qids(conn, Viewer::Anyone, &qids)?;
    let named = |(id, qid): (Id<Contribution>, Qid)| {
        let copy = copies.get(&qid).cloned().map(Box::new);
        (id, NamedQuestion { qid, copy })
    };
    Ok(rows.into_iter().map(named).collect())
}

/// What a text refers to that is not, or no longer, what stands: nobody can have confirmed it.
pub fn view_of(conn: &mut Conn, references: &References) -> QueryResult<ReferencesView> {
    let mut copies = questions::of_qids(conn, Viewer::Anyone, &references.questions)?;
    let named = |qid: &Qid| NamedQuestion { qid: qid.clone(), copy: copies.remove(qid).map(Box::new) };
    let questions = references.questions.iter().map(named).collect();
    let known = accounts::by_uris(conn, &references.signatories)?;
    let signatory = |uri: &Uri| Signatory {
        uri: uri.clone(),
        account: known.iter().find(|account| account.uri == *uri).cloned(),
        confirmed: false,
    };
    let signatories = references.signatories.iter().map(signatory).collect();
    Ok(ReferencesView { questions, sources: references.sources.clone(), signatories })
}

/// Who signs. Confirmed is what somebody hands on under its own name since it reads as it does: nobody has
/// signed words that were put in later.
fn signatories(conn: &mut Conn, ids: &[Id<Contribution>]) -> QueryResult<Vec<(Id<Contribution>, Signatory)>> {
    let query = statement_signatories::table
        .filter(one_of(statement_signatories::contribution_id, ids))
        .order((statement_signatories::contribution_id, statement_signatories::rank))
        .select((statement_signatories::contribution_id, statement_signatories::uri));
    let rows: Vec<(Id<Contribution>, Uri)> = run!(conn, load, query)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<Uri> = rows.iter().map(|(_, uri)| uri.clone()).collect();
    let known: HashMap<Uri, _> =
        accounts::by_uris(conn, &named)?.into_iter().map(|account| (account.uri.clone(), account)).collect();
    let query = boosts::table
        .inner_join(account_rows::table.on(account_rows::id.eq(boosts::account_id)))
        .filter(one_of(boosts::contribution_id, ids))
        .filter(account_rows::uri.eq_any(named))
        .select((boosts::contribution_id, account_rows::uri, boosts::id));
    let handed: Vec<(Id<Contribution>, Uri, Id<Boost>)> = run!(conn, load, query)?;
    let stands = standing_since(conn, ids)?;
    let since =
        |id: &Id<Contribution>| stands.get(id).map_or(i64::MAX, |since| Id::<Boost>::first_at(*since).get());
    let fresh = handed.into_iter().filter(|(id, _, boost)| boost.get() >= since(id));
    let handed: HashSet<(Id<Contribution>, Uri)> = fresh.map(|(id, uri, _)| (id, uri)).collect();
    let signatory = |(id, uri): (Id<Contribution>, Uri)| {
        let confirmed = handed.contains(&(id, uri.clone()));
        (id, Signatory { account: known.get(&uri).cloned(), confirmed, uri })
    };
    Ok(rows.into_iter().map(signatory).collect())
}

/// Since when these contributions read as they do, by our clock.
fn standing_since(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, Timestamp>> {
    let query = contributions::table.filter(one_of(contributions::id, ids)).select((
        contributions::id,
        contributions::arrived_at,
        contributions::edited_at,
        contributions::published_at,
    ));
    type Row = (Id<Contribution>, Option<Timestamp>, Option<Timestamp>, Timestamp);
    let rows: Vec<Row> = run!(conn, load, query)?;
    let since = |(id, arrived, edited, published): Row| (id, arrived.or(edited).unwrap_or(published));
    Ok(rows.into_iter().map(since).collect())
}

/// The statements on a question that the viewer may see, the newest first.
pub fn on_question(conn: &mut Conn, viewer: Viewer, qid: &Qid, page: Page) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .inner_join(statement_questions::table.on(statement_questions::contribution_id.eq(contributions::id)))
        .filter(statement_questions::qid.eq(qid))
        .filter(visible_to(viewer));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}
