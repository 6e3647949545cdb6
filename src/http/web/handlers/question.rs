//! The page of a question, and what stands around it.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::around::{Below, load};
use super::conversation::{arrange, invitation};
use super::map::{self, Asked, may_attribute, may_list};
use super::thread::{checked, elsewhere};
use super::{Answer, page_with, same_questions, then, versions};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::date::Day;
use crate::domain::host::Host;
use crate::domain::job::Job;
use crate::domain::map::Map;
use crate::domain::question::{Core, Qid, Question, QuestionView, Tie, TieKind};
use crate::domain::user::Role;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::{Layout, OpenGraph, Section};
use crate::http::web::map::{Comparison, MapView};
use crate::http::web::present::{self, moment};
use crate::http::web::question::{
    AsAdopted, Asker, FromAsker, MoveView, QuestionPage, QuestionShown, Tied, Ties,
};
use crate::http::web::shown::{Lang, Link};
use crate::services::{completeness, maps};
use crate::store::contributions::Viewer;
use crate::store::exchanges::{self, Exchange};
use crate::store::page::Page;
use crate::store::positions::{self, Move};
use crate::store::questions::{self, Copy};
use crate::store::{
    Conn, Error, accounts, contributions, external_statements, hosts, jobs, statement_references, views,
};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// After how many seconds a comparison is stale.
const STALE: i64 = 3600;
/// Statements that are listed with a question.
const STATEMENTS: i64 = 50;
/// Changes that are listed with a question.
const MOVES: i64 = 50;

/// A copy of a question with what its page needs besides.
pub struct Loaded {
    view: View,
    /// What hangs on the copy.
    pub asked: QuestionView,
    host: Option<Host>,
    asker: Option<Account>,
    /// Whether who asked deleted the copy that this one was made of.
    asker_gone: bool,
    /// Copies of it that are here, each with its owner; this one included.
    carried: Vec<(Copy, Account)>,
    /// Ties that lead here from questions of the same owner.
    from: Vec<(TieKind, Qid)>,
    /// What the copy of the asker says, where this one names no ties.
    askers_ties: Vec<Tie>,
    /// Copies of the questions at the other ends.
    others: HashMap<Qid, Copy>,
}

/// `GET /questions/{slug}`; digits alone are the copy of another organization.
pub async fn show(data: &Data<Federation>, visit: &Visit, slug: &str) -> Answer {
    let viewer = visit.viewer();
    let (wanted, organization) = (map::asked(visit)?, visit.organization.id);
    let with = visit.asked("with").and_then(|text| Qid::parse(&text));
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, slug)?;
        let asked = &loaded.asked;
        let same = same_questions::said(conn, viewer, &asked.question.qid, organization)?;
        let merged = same_questions::merged(&same, with.as_ref());
        let qids: Vec<&Qid> = std::iter::once(&asked.question.qid).chain(merged).collect();
        let map = maps::of_all(conn, viewer, &qids, &asked.answers, wanted.as_of)?;
        let merged = merged.map(Qid::hashtag);
        let page = (present::path(&loaded.view), wanted.as_of);
        let same = same_questions::shown(conn, viewer, &same, (&page.0, page.1))?;
        let head = &loaded.view.head;
        let replies = (load(conn, visit, head, Below::Itself)?, checked(conn, viewer, head)?);
        let waiting = match visit.has_role(Role::Moderator) {
            true => external_statements::count_waiting_on(conn, &asked.question.qid)?,
            false => 0,
        };
        let qid = &asked.question.qid;
        let statements = statement_references::on_question(conn, viewer, qid, Page::first(STATEMENTS))?;
        let statements = views::load(conn, viewer, statements)?;
        let moves = moves(conn, viewer, qid, wanted.as_of)?;
        let asked = (exchanges::of(conn, qid)?, exchanges::unproven(conn, qid)?);
        Ok((loaded, map, replies, (asked, waiting), (statements, moves), (same, merged)))
    });
    let (loaded, mut map, (replies, checked), (asked, waiting), (statements, moves), (same, merged)) =
        loaded.await?;
    map.sort(wanted.order);
    let mut replies = arrange(visit, &replies);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let (asked, unproven) = asked;
    let comparison = comparison(visit, &loaded, (&asked, unproven));
    look_again(data, &loaded, comparison.as_ref(), &asked).await?;
    let mut layout = frame(visit, &loaded.view, Section::Questions);
    layout.no_index |= wanted.as_of.is_some() || merged.is_some();
    let (page, unlisted) = (present::path(&loaded.view), unlisted(visit, &map, wanted));
    page_with(
        layout.activity.clone().as_ref(),
        &QuestionPage {
            layout,
            map: MapView {
                comparison,
                ..map::shown(visit, &page, loaded.asked.question.qid.as_str(), &map, wanted)
            },
            question: shown(visit, &loaded, &map, waiting),
            unlisted,
            same,
            merged,
            moves,
            statements: statements.iter().map(|view| present::entry(view, None)).collect(),
            replies,
            invitation: invitation(visit, &loaded.view, data.app.config.limits.post_characters),
        },
    )
}

/// What changed on the map of a question, up to the end of a day.
fn moves(conn: &mut Conn, viewer: Viewer, qid: &Qid, as_of: Option<Day>) -> Result<Vec<MoveView>, Error> {
    let moves = positions::moves(conn, viewer, qid, as_of.and_then(Day::end), (MOVES, 0))?;
    let ids: Vec<_> = moves.iter().map(|one| one.account).collect();
    let names: HashMap<_, _> = accounts::by_ids(conn, &ids)?
        .into_iter()
        .map(|account| (account.id, account.title().to_owned()))
        .collect();
    let view = |one: Move| MoveView {
        at: moment(one.at),
        name: names.get(&one.account).cloned().unwrap_or_default(),
        deed: match (one.state, one.revision) {
            (State::Retracted, _) => "withdrew its position",
            (_, 1) => "took a position",
            (_, _) => "changed its position",
        },
        said: Link::new(
            one.title.unwrap_or_default(),
            format!("/positions/{}/versions/{}", one.position, one.revision),
        ),
        language: Lang::new(one.language),
        reason: one.reason.unwrap_or_default(),
    };
    Ok(moves.into_iter().map(view).collect())
}

/// What became of the asker's copy since ours was made of it: another version, or none.
fn asker_since(loaded: &Loaded) -> Option<Link> {
    let question = &loaded.asked.question;
    let original: serde_json::Value = serde_json::from_str(question.original.as_deref()?).ok()?;
    let adopted = original.get("plenum:rev").and_then(serde_json::Value::as_i64)?;
    let asker = loaded.carried.iter().find(|(_, owner)| owner.uri == question.asked_by);
    match asker {
        Some(((head, _), _)) if i64::from(head.revision) == adopted => None,
        Some(((head, copy), owner)) => {
            let ended = if head.state == State::Current { "changed" } else { "withdrawn" };
            let label = format!("{}, version {} ({ended})", owner.title(), head.revision);
            Some(Link::new(label, format!("/questions/{}", copy.slug)))
        }
        None => None,
    }
}

/// With which of the other carriers our list was compared, and when.
fn comparison(visit: &Visit, loaded: &Loaded, (asked, unproven): (&[Exchange], usize)) -> Option<Comparison> {
    let others = loaded.carried.iter().filter(|(_, owner)| owner.id != visit.organization.id);
    let sites = present::small(others.count());
    let answered = asked.iter().filter(|one| one.error.is_none()).count();
    let signed = visit.may_write();
    (sites > 0).then(|| Comparison {
        sites,
        answered: present::small(answered).min(sites),
        checked: asked.iter().map(|one| one.checked_at).max().map(moment),
        unproven: present::small(unproven),
        resync: signed.then(|| format!("{}/resync", present::path(&loaded.view)).into()),
    })
}

/// A question whose carriers nobody asked for a while asks them when somebody opens it.
async fn look_again(
    data: &Data<Federation>,
    loaded: &Loaded,
    comparison: Option<&Comparison>,
    asked: &[Exchange],
) -> Result<(), Error> {
    let now = data.app.clock().now();
    let fresh = |one: &Exchange| one.checked_at > now.plus_seconds(-STALE);
    if comparison.is_none() || asked.iter().any(fresh) {
        return Ok(());
    }
    let job = Job::Reconcile { qid: loaded.asked.question.qid.to_string() };
    data.app.db.write(|tx| jobs::enqueue(tx, &job, now)).await
}

/// `POST /questions/{slug}/resync`: compares our list with those of others that carry the question.
pub async fn resync(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, .. }: Posted,
) -> Answer {
    visit.member()?;
    let viewer = visit.viewer();
    let asked = data.app.db.write(|tx| {
        let (_, question) = questions::by_slug(tx, viewer, &slug)?.ok_or(Refusal::NotFound)?;
        completeness::resync_question(tx, viewer, &question.qid)
    });
    asked.await?;
    then(&format!("/questions/{slug}?note=resync"))
}

fn unlisted(visit: &Visit, map: &Map, wanted: Asked) -> Vec<crate::http::web::map::RowView> {
    if !may_list(visit) || wanted.as_of.is_some() {
        return Vec::new();
    }
    map.unlisted.iter().map(|row| map::row_view(visit, map, row)).collect()
}

/// The copy at this address with what its page needs.
pub fn one(conn: &mut Conn, viewer: Viewer, slug: &str) -> Result<Loaded, Error> {
    let (head, _) = questions::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
    let missing = || Error::broken("a question without its author");
    let view = views::one(conn, viewer, head)?.ok_or_else(missing)?;
    let Body::Question(asked) = &view.body else { return Err(missing()) };
    let asked = (**asked).clone();
    let host = match view.author.host_id {
        Some(id) => hosts::by_id(conn, id)?,
        None => None,
    };
    let asker = accounts::by_uri(conn, &asked.question.asked_by)?;
    let copies = questions::carried(conn, viewer, &asked.question.qid)?;
    let owners: Vec<_> = copies.iter().map(|(head, _)| head.author_id).collect();
    let owners: HashMap<_, _> =
        accounts::by_ids(conn, &owners)?.into_iter().map(|owner| (owner.id, owner)).collect();
    let owned = |copy: Copy| owners.get(&copy.0.author_id).cloned().map(|owner| (copy, owner));
    let carried: Vec<(Copy, Account)> = copies.into_iter().filter_map(owned).collect();
    let all = questions::ties_of_account(conn, view.author.id)?.into_iter();
    let from = all.filter(|(_, _, target)| *target == asked.question.qid).map(|(from, kind, _)| (kind, from));
    let from: Vec<(TieKind, Qid)> = from.collect();
    let askers_ties =
        if asked.ties.is_empty() { askers_ties(conn, &carried, &asked.question)? } else { Vec::new() };
    let mut ends: Vec<Qid> = asked.ties.iter().chain(&askers_ties).map(|tie| tie.target.clone()).collect();
    ends.extend(from.iter().map(|(_, qid)| qid.clone()));
    let others = questions::of_qids(conn, viewer, &ends)?;
    let made_of = asked.question.original.as_ref().and(asked.question.original_uri.as_ref());
    let asker_gone = match made_of {
        Some(uri) => contributions::known(conn, uri)?.is_some_and(|head| head.state == State::Deleted),
        None => false,
    };
    Ok(Loaded { view, asked, host, asker, asker_gone, carried, from, askers_ties, others })
}

/// How the one who asked ties the question to others, as far as a copy of theirs is here.
fn askers_ties(conn: &mut Conn, carried: &[(Copy, Account)], question: &Question) -> Result<Vec<Tie>, Error> {
    let Some(((head, _), _)) = carried.iter().find(|(_, owner)| owner.uri == question.asked_by) else {
        return Ok(Vec::new());
    };
    Ok(questions::views(conn, &[head.id])?.remove(&head.id).map(|view| view.ties).unwrap_or_default())
}

/// The frame of the page of a question or a position.
pub fn frame(visit: &Visit, view: &View, section: Section) -> Layout {
    let path = present::path(view);
    let description = present::excerpt(view);
    let title = if let Body::Position(_) = &view.body {
        format!("{}: {}", view.author.title(), view.head.title.as_deref().unwrap_or(""))
    } else {
        view.head.title.clone().unwrap_or_default()
    };
    let canonical = if view.head.local { visit.absolute(&path) } else { view.head.url.clone() };
    Layout {
        canonical: Some(canonical.into()),
        activity: Some(view.head.uri.as_str().into()),
        feeds: vec![
            Link::new("Changes of position", "/questions/feed"),
            Link::new("The whole conversation", format!("/threads/{}/feed", view.head.thread_id)),
        ],
        open_graph: view.head.is_open().then(|| OpenGraph {
            kind: "article",
            title: title.clone(),
            description: description.clone(),
            author: view.author.title().to_owned(),
            published: Some(moment(view.head.published_at)),
            changed: view.head.edited_at.map(moment),
            language: Lang::new(&view.head.language),
        }),
        fediverse_creator: Some(view.author.handle.clone()),
        no_index: !view.head.local || view.head.state == State::Held,
        here: section,
        description,
        ..visit.layout(title)
    }
}

/// The core of a copy; the row was checked when it came.
pub fn core(question: &Question) -> Option<Core> {
    Core::parse(&question.core)
}

fn shown(visit: &Visit, loaded: &Loaded, map: &Map, waiting: i64) -> QuestionShown {
    let (view, question) = (&loaded.view, &loaded.asked.question);
    let asked_here = view.author.uri == question.asked_by;
    let is_askers = |(_, owner): &(Copy, Account)| owner.uri == question.asked_by;
    let (core, since) = (core(question), asker_since(loaded));
    let asked_by = match &loaded.asker {
        Some(asker) => Asker::Known(present::author(asker)),
        None => Asker::Address(Link::new(question.asked_by.host(), question.asked_by.as_str())),
    };
    QuestionShown {
        text: core.as_ref().map(|core| core.text().to_owned()).unwrap_or_default(),
        language: Lang::new(core.as_ref().map_or("", |core| core.language())),
        wording: question.wording.clone(),
        asked_by,
        confirmed: question.original.is_some() || loaded.carried.iter().any(is_askers),
        asked: moment(question.asked_at),
        carried_by: (!asked_here).then(|| present::author(&view.author)),
        invited: view.mentions.iter().map(present::author).collect(),
        scope: question.scope.clone(),
        background: present::html(&question.background),
        call: present::html(&question.call),
        from_asker: (!asked_here).then(|| from_asker(loaded)).flatten(),
        answers: loaded.asked.answers.iter().map(|answer| answer.text.clone()).collect(),
        ties: ties(loaded),
        copies: copies(loaded),
        origin: present::origin(&view.head, loaded.host.as_ref()),
        standing: present::standing(view, None),
        changed: versions::changed(view),
        as_adopted: as_adopted(question).filter(|_| since.is_some() || loaded.asker_gone),
        asker_since: since,
        asker_gone: loaded.asker_gone,
        qid: question.qid.to_string(),
        hashtag: question.qid.hashtag(),
        activity: view.head.uri.as_str().into(),
        tools: tools(visit, loaded, map).into_iter().chain(texts(loaded, waiting)).collect(),
    }
}

/// What our copy was made of, as it was signed then.
fn as_adopted(question: &Question) -> Option<AsAdopted> {
    let original = serde_json::from_str(question.original.as_deref()?).ok()?;
    let object = IncomingObject::read(&original).ok()?;
    let ObjectKind::Question(said) = object.kind else { return None };
    Some(AsAdopted {
        revision: present::small(said.revision),
        language: Lang::new(&object.language),
        background: said.background,
        call: said.call,
        answers: said.answers.into_iter().map(|answer| answer.text).collect(),
    })
}

/// Why it is asked, in the words of who asked: whoever carries it has none of their own, or others.
fn from_asker(loaded: &Loaded) -> Option<FromAsker> {
    let asker = &loaded.asked.question.asked_by;
    let ((head, copy), owner) = loaded.carried.iter().find(|(_, owner)| owner.uri == *asker)?;
    let says = !copy.background.trim().is_empty() || !copy.call.trim().is_empty();
    (says && head.state == State::Current).then(|| FromAsker {
        copy: Link::new(owner.title(), format!("/questions/{}", copy.slug)),
        language: Lang::new(&head.language),
        background: present::html(&copy.background),
        call: present::html(&copy.call),
    })
}

/// What a tie says, from its start and from its end.
pub const fn words(kind: TieKind) -> (&'static str, &'static str) {
    match kind {
        TieKind::PartOf => ("Part of", "Its parts"),
        TieKind::DependsOn => ("Depends on", "What depends on it"),
        TieKind::Generalizes => ("Generalizes", "The general case"),
        TieKind::Contrasts => ("Contrasts with", "Contrasted with it"),
        TieKind::SameQuestion => ("Asks the same as", "Asked in other words"),
        TieKind::Supersedes => ("Asked anew instead of", "Asked anew as"),
    }
}

fn ties(loaded: &Loaded) -> Vec<Ties> {
    let mut ties = Vec::new();
    for kind in TieKind::ALL {
        let (to, from) = words(kind);
        let ahead = loaded.asked.ties.iter().filter(|tie| tie.kind == kind).map(|tie| &tie.target);
        let behind = loaded.from.iter().filter(|(other, _)| *other == kind).map(|(_, qid)| qid);
        let there: Vec<Tied> = ahead.map(|qid| tied(loaded, qid)).collect();
        let here: Vec<Tied> = behind.map(|qid| tied(loaded, qid)).collect();
        let said = loaded.askers_ties.iter().filter(|tie| tie.kind == kind);
        let said: Vec<Tied> = said.map(|tie| tied(loaded, &tie.target)).collect();
        let asker = loaded.asker.as_ref();
        let asker = asker.map(|asker| Link::new(asker.title(), present::account_path(asker)));
        let groups = [(to, there, None), (from, here, None), (to, said, asker)].into_iter();
        let groups = groups.filter(|(_, questions, _)| !questions.is_empty());
        ties.extend(groups.map(|(words, questions, by)| Ties { words, questions, by }));
    }
    ties
}

fn tied(loaded: &Loaded, qid: &Qid) -> Tied {
    present::tied(qid, loaded.others.get(qid))
}

/// Who else carries it.
fn copies(loaded: &Loaded) -> Vec<Link> {
    let others = loaded.carried.iter().filter(|((head, _), _)| head.id != loaded.view.head.id);
    let link = |((_, question), owner): &(Copy, Account)| {
        Link::new(owner.title(), format!("/questions/{}", question.slug))
    };
    others.map(link).collect()
}

/// For moderators: the texts that may belong to this question.
fn texts(loaded: &Loaded, waiting: i64) -> Option<Link> {
    let label = format!("Texts that may belong here: {waiting}");
    let href = format!("/moderation/external?question={}", loaded.asked.question.qid);
    (waiting > 0).then(|| Link::new(label, href))
}

fn tools(visit: &Visit, loaded: &Loaded, map: &Map) -> Vec<Link> {
    let organization = visit.organization.id;
    let own = loaded.carried.iter().find(|((head, _), _)| head.author_id == organization);
    let mut rows = map.rows.iter().chain(&map.unlisted);
    let answered = rows.any(|row| {
        let ours = row.declared().is_some_and(|declared| declared.organization.id == organization);
        ours && row.held.state == State::Current
    });
    let slug = &loaded.asked.question.slug;
    let mut tools = speaking(visit, slug, own.map(|((head, _), _)| head), answered);
    let to = |label: &str, end: &str| Link::new(label, format!("/questions/{slug}/{end}"));
    let ours = loaded.view.head.local && loaded.view.head.state == State::Current;
    if ours && visit.has_role(Role::Publisher) {
        tools.extend([to("Change what stands around it", "revise"), to("Withdraw our copy", "retract")]);
    }
    if may_attribute(visit) {
        tools.push(to("Enter what an organization without a server said", "attribute"));
    }
    tools
}

/// How those who speak for the organization answer a question and carry it; `own` is its copy, where it has one.
fn speaking(visit: &Visit, slug: &str, own: Option<&Contribution>, answered: bool) -> Vec<Link> {
    if !visit.has_role(Role::Publisher) {
        return Vec::new();
    }
    let to = |label: &str, end: &str| Link::new(label, format!("/questions/{slug}/{end}"));
    let stands = own.is_none_or(|head| head.state == State::Current);
    let answer = if answered { "Change our position" } else { "Take a position" };
    let answer = stands.then(|| to(answer, "position"));
    answer.into_iter().chain(own.is_none().then(|| to("Adopt this question", "adopt"))).collect()
}

/// The same for whoever comes here with the address of a question; nothing for everything else.
pub fn arriving(conn: &mut Conn, visit: &Visit, view: &View) -> Result<Vec<Link>, Error> {
    let Body::Question(asked) = &view.body else { return Ok(Vec::new()) };
    let (question, organization) = (&asked.question, visit.organization.id);
    let own = questions::of_account(conn, &question.qid, organization)?;
    let position = positions::of_account(conn, &question.qid, organization)?;
    let answered = position.is_some_and(|(head, _)| head.state == State::Current);
    Ok(speaking(visit, &question.slug, own.as_ref().map(|(head, _)| head), answered))
}
