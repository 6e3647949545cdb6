//! Copies of questions, the answers proposed with them, and their ties.

use std::collections::HashMap;

use diesel::dsl::not;
use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
    TextExpressionMethods,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State};
use crate::domain::id::Id;
use crate::domain::question::{Answer, AnswerKey, Qid, Question, QuestionView, Tie, TieKind};
use crate::domain::uri::Uri;
use crate::schema::{contributions, question_answers, question_copies, question_ties, questions};

/// How many addresses of copies are remembered for one question: a site that invents them cannot
/// make us ask for more.
pub const MOST_COPIES: i64 = 200;

/// Sayings of strangers that two questions are the same, of one question and in one direction.
const SAID_SAME: i64 = 200;

/// A copy: its head and what it has besides.
pub type Copy = (Contribution, Question);

/// Puts in what a new copy has besides its head.
pub fn insert(conn: &mut Conn, question: &Question) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(questions::table).values(question))
}

/// Changes what a copy has besides its head.
pub fn update(conn: &mut Conn, question: &Question) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(questions::table.find(question.contribution_id)).set(question))
}

/// What a copy has besides its head.
pub fn parts(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<Option<Question>> {
    run!(conn, first, questions::table.find(id).select(Question::as_select())).optional()
}

/// Puts the answers proposed with a copy in the place of earlier ones.
pub fn set_answers(conn: &mut Conn, id: Id<Contribution>, answers: &[Answer]) -> QueryResult<()> {
    let earlier = question_answers::table.filter(question_answers::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(earlier))?;
    for (rank, answer) in (1_i32..).zip(answers) {
        let row = (
            question_answers::contribution_id.eq(id),
            question_answers::key.eq(&answer.key),
            question_answers::rank.eq(rank),
            question_answers::text.eq(&answer.text),
        );
        run!(conn, execute, diesel::insert_into(question_answers::table).values(row))?;
    }
    Ok(())
}

/// Puts the ties of a copy in the place of earlier ones.
pub fn set_ties(conn: &mut Conn, id: Id<Contribution>, ties: &[Tie]) -> QueryResult<()> {
    let earlier = question_ties::table.filter(question_ties::contribution_id.eq(id));
    run!(conn, execute, diesel::delete(earlier))?;
    for tie in ties {
        let row = (
            question_ties::contribution_id.eq(id),
            question_ties::kind.eq(tie.kind),
            question_ties::target.eq(&tie.target),
        );
        run!(conn, execute, diesel::insert_into(question_ties::table).values(row))?;
    }
    Ok(())
}

/// Remembers where copies of a question are said to be. What is there already stays.
pub fn add_copies(conn: &mut Conn, qid: &Qid, copies: &[Uri], now: Timestamp) -> QueryResult<()> {
    for uri in copies {
        let known = question_copies::table.find((qid, uri)).select(question_copies::created_at);
        let known: Option<Timestamp> = run!(conn, first, known).optional()?;
        if known.is_none() {
            let row = (
                question_copies::qid.eq(qid),
                question_copies::uri.eq(uri),
                question_copies::created_at.eq(now),
            );
            run!(conn, execute, diesel::insert_into(question_copies::table).values(row))?;
        }
    }
    Ok(())
}

/// How many copies of a question are said to be anywhere.
pub fn count_copies(conn: &mut Conn, qid: &Qid) -> QueryResult<i64> {
    run!(conn, get_result, question_copies::table.filter(question_copies::qid.eq(qid)).count())
}

/// Where copies of a question are said to be, the first we heard of first.
pub fn copies_of(conn: &mut Conn, qid: &Qid) -> QueryResult<Vec<Uri>> {
    let query = question_copies::table
        .filter(question_copies::qid.eq(qid))
        .order((question_copies::created_at, question_copies::uri))
        .select(question_copies::uri);
    run!(conn, load, query)
}

/// Puts an address that does not answer to the end of the row.
pub fn put_off(conn: &mut Conn, qid: &Qid, uri: &Uri, now: Timestamp) -> QueryResult<usize> {
    let row = diesel::update(question_copies::table.find((qid, uri)));
    run!(conn, execute, row.set(question_copies::created_at.eq(now)))
}

/// Forgets an address that is no copy.
pub fn forget_copy(conn: &mut Conn, qid: &Qid, uri: &Uri) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(question_copies::table.find((qid, uri))))
}

/// Where those copies of these questions stand that everybody may see here: an address that somebody
/// only named is not passed on.
pub fn known_copies(conn: &mut Conn, qids: &[Qid]) -> QueryResult<HashMap<Qid, Vec<Uri>>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq_any(qids.to_vec()))
        .filter(visible_to(Viewer::Anyone))
        .order(contributions::id)
        .select((questions::qid, contributions::uri));
    let rows: Vec<(Qid, Uri)> = run!(conn, load, query)?;
    let mut copies: HashMap<Qid, Vec<Uri>> = HashMap::new();
    for (qid, uri) in rows {
        copies.entry(qid).or_default().push(uri);
    }
    Ok(copies)
}

/// The copies of a question that are here and the viewer may see; ours first, then the oldest.
pub fn carried(conn: &mut Conn, viewer: Viewer, qid: &Qid) -> QueryResult<Vec<Copy>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq(qid))
        .filter(visible_to(viewer))
        .order((contributions::local.desc(), contributions::published_at, contributions::id));
    run!(conn, load, query.select((Contribution::as_select(), Question::as_select())))
}

/// A copy of each of these questions that is here and the viewer may see; ours where there is one.
pub fn of_qids(conn: &mut Conn, viewer: Viewer, qids: &[Qid]) -> QueryResult<HashMap<Qid, Copy>> {
    if qids.is_empty() {
        return Ok(HashMap::new());
    }
    // A popular question has a copy for each organization: which one stands for it is found out by keys.
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq_any(qids.to_vec()))
        .filter(visible_to(viewer))
        .order((contributions::local, contributions::published_at.desc(), contributions::id.desc()))
        .select((questions::qid, contributions::id));
    let keys: Vec<(Qid, Id<Contribution>)> = run!(conn, load, query)?;
    let chosen: HashMap<Qid, Id<Contribution>> = keys.into_iter().collect();
    let chosen: Vec<Id<Contribution>> = chosen.into_values().collect();
    let query = contributions::table.inner_join(questions::table).filter(one_of(contributions::id, &chosen));
    let rows: Vec<Copy> = run!(conn, load, query.select((Contribution::as_select(), Question::as_select())))?;
    Ok(rows.into_iter().map(|(head, question)| (question.qid.clone(), (head, question))).collect())
}

/// Whether any copy of a question is here, whoever asks: for the use cases that take positions in.
pub fn is_carried(conn: &mut Conn, qid: &Qid) -> QueryResult<bool> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq(qid))
        .filter(contributions::state.ne(State::Deleted))
        .count();
    let count: i64 = run!(conn, get_result, query)?;
    Ok(count > 0)
}

/// The questions carried here whose names end like this: more than one only by chance.
pub fn ending(conn: &mut Conn, end: &str) -> QueryResult<Vec<Qid>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.like(format!("%{end}")))
        .filter(contributions::state.ne(State::Deleted))
        .order(questions::qid)
        .limit(5)
        .select(questions::qid)
        .distinct();
    run!(conn, load, query)
}

/// The copy of one organization, whatever its state: for the use cases that change it.
pub fn of_account(conn: &mut Conn, qid: &Qid, account: Id<Account>) -> QueryResult<Option<Copy>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::qid.eq(qid))
        .filter(contributions::author_id.eq(account))
        .filter(contributions::state.ne(State::Deleted));
    run!(conn, first, query.select((Contribution::as_select(), Question::as_select()))).optional()
}

/// The copy with this address, if the viewer may see it.
pub fn by_slug(conn: &mut Conn, viewer: Viewer, slug: &str) -> QueryResult<Option<Copy>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(questions::slug.eq(slug))
        .filter(visible_to(viewer));
    run!(conn, first, query.select((Contribution::as_select(), Question::as_select()))).optional()
}

/// Whether an address is taken.
pub fn slug_taken(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    let count: i64 = run!(conn, get_result, questions::table.filter(questions::slug.eq(slug)).count())?;
    Ok(count > 0)
}

/// The copies that are here and the viewer may see, newest first.
pub fn newest(conn: &mut Conn, viewer: Viewer, limit: i64) -> QueryResult<Vec<Copy>> {
    let query = contributions::table
        .inner_join(questions::table)
        .filter(contributions::kind.eq(Kind::Question))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select((Contribution::as_select(), Question::as_select())))
}

/// The ties that one site asserts, by its copies: from which question, of which kind, to which.
pub fn ties_of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<(Qid, TieKind, Qid)>> {
    let query = question_ties::table
        .inner_join(questions::table.on(questions::contribution_id.eq(question_ties::contribution_id)))
        .inner_join(contributions::table.on(contributions::id.eq(question_ties::contribution_id)))
        .filter(contributions::author_id.eq(account))
        .filter(contributions::state.eq(State::Current))
        .select((questions::qid, question_ties::kind, question_ties::target));
    run!(conn, load, query)
}

/// Which questions are said to be the same as this one, and by whom: by copies that the viewer may see,
/// of either of the two. What `known` say comes first and whole; of strangers only what came here first,
/// whatever dates it bears, so that nobody crowds the others out.
pub fn said_same(
    conn: &mut Conn,
    viewer: Viewer,
    qid: &Qid,
    known: &[Id<Account>],
) -> QueryResult<Vec<(Qid, Id<Account>)>> {
    // Either end by its own index: one condition on both could use neither.
    macro_rules! said {
        ($column:expr, $end:expr, $who:expr, $limit:expr) => {{
            let query = question_ties::table
                .inner_join(
                    questions::table.on(questions::contribution_id.eq(question_ties::contribution_id)),
                )
                .inner_join(contributions::table.on(contributions::id.eq(question_ties::contribution_id)))
                .filter(question_ties::kind.eq(TieKind::SameQuestion))
                .filter($end.eq(qid))
                .filter(contributions::state.eq(State::Current))
                .filter($who)
                .filter(visible_to(viewer))
                .order((contributions::arrived_at, contributions::id))
                .limit($limit)
                .select(($column, contributions::author_id));
            let rows: Vec<(Qid, Id<Account>)> = run!(conn, load, query)?;
            rows
        }};
    }
    let author = || one_of(contributions::author_id, known);
    let mut said = said!(question_ties::target, questions::qid, author(), i64::MAX);
    said.extend(said!(questions::qid, question_ties::target, author(), i64::MAX));
    said.extend(said!(question_ties::target, questions::qid, not(author()), SAID_SAME));
    said.extend(said!(questions::qid, question_ties::target, not(author()), SAID_SAME));
    Ok(said)
}

/// What hangs on these copies.
pub fn views(
    conn: &mut Conn,
    ids: &[Id<Contribution>],
) -> QueryResult<HashMap<Id<Contribution>, QuestionView>> {
    let query = questions::table.filter(one_of(questions::contribution_id, ids));
    let rows: Vec<Question> = run!(conn, load, query.select(Question::as_select()))?;
    let query = question_answers::table
        .filter(one_of(question_answers::contribution_id, ids))
        .order((question_answers::contribution_id, question_answers::rank))
        .select((question_answers::contribution_id, question_answers::key, question_answers::text));
    let answers: Vec<(Id<Contribution>, AnswerKey, String)> = run!(conn, load, query)?;
    let query = question_ties::table
        .filter(one_of(question_ties::contribution_id, ids))
        .order((question_ties::contribution_id, question_ties::kind, question_ties::target))
        .select((question_ties::contribution_id, question_ties::kind, question_ties::target));
    let ties: Vec<(Id<Contribution>, TieKind, Qid)> = run!(conn, load, query)?;
    let qids: Vec<Qid> = rows.iter().map(|question| question.qid.clone()).collect();
    let copies = known_copies(conn, &qids)?;
    let view = |question: Question| {
        let copies = copies.get(&question.qid).cloned().unwrap_or_default();
        QuestionView { question, answers: vec![], ties: vec![], copies }
    };
    let mut views: HashMap<_, _> =
        rows.into_iter().map(|question| (question.contribution_id, view(question))).collect();
    for (id, key, text) in answers {
        if let Some(view) = views.get_mut(&id) {
            view.answers.push(Answer { key, text });
        }
    }
    for (id, kind, target) in ties {
        if let Some(view) = views.get_mut(&id) {
            view.ties.push(Tie { kind, target });
        }
    }
    Ok(views)
}

/// Removes what a deleted contribution had besides its head.
pub fn erase(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    run!(
        conn,
        execute,
        diesel::delete(question_answers::table.filter(question_answers::contribution_id.eq(id)))
    )?;
    run!(conn, execute, diesel::delete(question_ties::table.filter(question_ties::contribution_id.eq(id))))?;
    run!(conn, execute, diesel::delete(questions::table.find(id)))
}
