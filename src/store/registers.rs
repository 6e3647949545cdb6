//! Registers of the debate: which questions there are and who answered them, who takes part, and what
//! waits for an answer. They are read whole, in a few columns, because they say what is *missing*.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{exists, not};
use diesel::prelude::Queryable;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    QueryResult, SelectableHelper, sql_types::Bool,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use super::page::{Page, paged};
use super::verbatim::Verbatim;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::critique::Intent;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::position::{Certainty, Listing};
use crate::domain::question::{AnswerKey, Qid, TieKind};
use crate::domain::uri::Uri;
use crate::schema::{accounts, contributions, critiques, positions, question_ties, questions};

/// A copy of a question in a few words.
#[derive(Clone, Debug, Queryable)]
pub struct Outline {
    /// The copy.
    pub id: Id<Contribution>,
    /// Of which question.
    pub qid: Qid,
    /// Who carries it.
    pub author_id: Id<Account>,
    /// Whether that is us.
    pub local: bool,
    /// Whether it stands.
    pub state: State,
    /// What it is about.
    pub scope: String,
    /// Who asked.
    pub asked_by: Uri,
}

/// A position in a few words.
#[derive(Clone, Debug, Queryable)]
pub struct Answered {
    /// The position.
    pub id: Id<Contribution>,
    /// On which question.
    pub qid: Qid,
    /// Whose.
    pub account_id: Id<Account>,
    /// The short answer.
    pub answer: String,
    /// What makes equal answers equal.
    pub answer_key: Option<AnswerKey>,
    /// How sure.
    pub certainty: Certainty,
}

/// What the index `contributions_questions` says of [questions](Kind::Question).
const QUESTIONS: Verbatim = Verbatim("contributions.kind = 1");

/// Questions that are asked for in one query.
const AT_ONCE: usize = 1_000;

/// Copies that the viewer may see: of each question ours first, then the oldest.
macro_rules! outlines {
    ($viewer:expr) => {
        contributions::table
            .inner_join(questions::table)
            .filter(visible_to($viewer))
            .order((contributions::local.desc(), contributions::published_at, contributions::id))
            .select((
                contributions::id,
                questions::qid,
                contributions::author_id,
                contributions::local,
                contributions::state,
                questions::scope,
                questions::asked_by,
            ))
    };
}

/// Every copy that the viewer may see: of each question ours first, then the oldest.
pub fn copies(conn: &mut Conn, viewer: Viewer) -> QueryResult<Vec<Outline>> {
    // The kind of a text is in its head, too, and there is an index on it.
    run!(conn, load, outlines!(viewer).filter(contributions::kind.eq(Kind::Question)))
}

/// The same of those questions alone that an organization carries or has asked.
pub fn copies_with(conn: &mut Conn, viewer: Viewer, organization: &Account) -> QueryResult<Vec<Outline>> {
    let carried = contributions::table
        .inner_join(questions::table)
        .filter(QUESTIONS)
        .filter(contributions::author_id.eq(organization.id))
        .select(questions::qid);
    let mut qids: Vec<Qid> = run!(conn, load, carried)?;
    let asked =
        questions::table.filter(questions::asked_by.eq(&organization.uri)).select(questions::qid).distinct();
    let asked: Vec<Qid> = run!(conn, load, asked)?;
    let known: HashSet<Qid> = qids.iter().cloned().collect();
    qids.extend(asked.into_iter().filter(|qid| !known.contains(qid)));
    let mut copies: Vec<Outline> = Vec::new();
    for some in qids.chunks(AT_ONCE) {
        let query = outlines!(viewer).filter(questions::qid.eq_any(some.to_vec()));
        let some: Vec<Outline> = run!(conn, load, query)?;
        copies.extend(some);
    }
    Ok(copies)
}

/// Which copies say that their question is part of another one, and of which.
fn parts(conn: &mut Conn, viewer: Viewer) -> QueryResult<Vec<(Id<Contribution>, Qid)>> {
    let query = contributions::table
        .inner_join(question_ties::table.on(question_ties::contribution_id.eq(contributions::id)))
        .filter(question_ties::kind.eq(TieKind::PartOf))
        .filter(visible_to(viewer))
        .order((contributions::id, question_ties::target))
        .select((contributions::id, question_ties::target));
    run!(conn, load, query)
}

/// Of which question each one is a part: as the first copy in the order of [`copies`] says that names one,
/// so ours where it does, and else that of who asked, which is the oldest. Copies that were withdrawn speak
/// only where they are ours. A question that is not here is nobody's whole.
pub fn wholes(conn: &mut Conn, viewer: Viewer, copies: &[Outline]) -> QueryResult<HashMap<Qid, Qid>> {
    let here: HashSet<&Qid> = copies.iter().map(|copy| &copy.qid).collect();
    let mut named: HashMap<Id<Contribution>, Qid> = HashMap::new();
    for (copy, whole) in parts(conn, viewer)? {
        if here.contains(&whole) {
            named.entry(copy).or_insert(whole);
        }
    }
    let mut wholes = HashMap::new();
    for copy in copies.iter().filter(|copy| copy.local || copy.state == State::Current) {
        if let Some(whole) = named.remove(&copy.id) {
            wholes.entry(copy.qid.clone()).or_insert(whole);
        }
    }
    Ok(wholes)
}

/// Standing positions that are on the map and the viewer may see.
macro_rules! answers {
    ($viewer:expr) => {
        contributions::table
            .inner_join(positions::table)
            .filter(positions::listing.eq(Listing::Listed))
            .filter(contributions::state.eq(State::Current))
            .filter(visible_to($viewer))
            .order(contributions::id)
            .select((
                contributions::id,
                positions::qid,
                positions::account_id,
                positions::answer,
                positions::answer_key,
                positions::certainty,
            ))
    };
}

/// Every standing position that is on the map and the viewer may see.
pub fn answers(conn: &mut Conn, viewer: Viewer) -> QueryResult<Vec<Answered>> {
    run!(conn, load, answers!(viewer).filter(contributions::kind.eq(Kind::Position)))
}

/// The same of these organizations alone.
pub fn answers_of(conn: &mut Conn, viewer: Viewer, of: &[Id<Account>]) -> QueryResult<Vec<Answered>> {
    run!(conn, load, answers!(viewer).filter(one_of(positions::account_id, of)))
}

/// The organizations that are known here and were not shut out.
pub fn organizations(conn: &mut Conn, page: Page) -> QueryResult<Vec<Account>> {
    let query = accounts::table
        .filter(accounts::kind.eq(AccountKind::Organization))
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::standing.ne(HostStanding::Suspended))
        .filter(accounts::moved_to.is_null());
    paged!(conn, page, query.select(Account::as_select()), accounts::id)
}

/// Statements that the viewer may see, of one account or of all.
pub fn statements(
    conn: &mut Conn,
    viewer: Viewer,
    author: Option<Id<Account>>,
    page: Page,
) -> QueryResult<Vec<Contribution>> {
    let anybody = author.is_none();
    let author = author.unwrap_or(Id::new(0));
    let query = contributions::table
        .filter(contributions::kind.eq(Kind::Statement))
        .filter(contributions::author_id.eq(author).or(anybody.into_sql::<Bool>()))
        .filter(visible_to(viewer));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}

/// The critiques of one contribution that the viewer may see.
pub fn critiques_of(
    conn: &mut Conn,
    viewer: Viewer,
    target: Id<Contribution>,
    page: Page,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(contributions::in_reply_to_id.eq(target))
        .filter(contributions::kind.eq(Kind::Critique))
        .filter(visible_to(viewer));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}

/// Critiques of an organization's texts that ask for an answer and have none from it.
pub fn objections(
    conn: &mut Conn,
    viewer: Viewer,
    organization: Id<Account>,
    page: Page,
) -> QueryResult<Vec<Contribution>> {
    let asking: Vec<Intent> = Intent::ALL.into_iter().filter(|intent| intent.asks_for_an_answer()).collect();
    let (targets, replies) = diesel::alias!(contributions as targets, contributions as replies);
    let ours = targets
        .filter(targets.field(contributions::id).nullable().eq(contributions::in_reply_to_id))
        .filter(targets.field(contributions::author_id).eq(organization));
    let answered = replies
        .filter(replies.field(contributions::in_reply_to_id).eq(contributions::id.nullable()))
        .filter(replies.field(contributions::author_id).eq(organization))
        // Only what everybody may read answers: the register is read by everybody.
        .filter(replies.field(contributions::visibility).le(Visibility::Unlisted))
        .filter(replies.field(contributions::state).eq_any([State::Current, State::Superseded]));
    let query = contributions::table
        .inner_join(critiques::table)
        .filter(contributions::kind.eq(Kind::Critique))
        .filter(critiques::intent.eq_any(asking))
        .filter(contributions::author_id.ne(organization))
        .filter(contributions::state.eq(State::Current))
        .filter(visible_to(viewer))
        .filter(exists(ours))
        .filter(not(exists(answered)));
    paged!(conn, page, query.select(Contribution::as_select()), contributions::id)
}
