//! Contributions with everything their rendering needs: a handful of queries per page, none per row.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use diesel::dsl::count_star;
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::one_of::one_of;
use super::{
    accounts, cards, critiques, emojis, events, hosts, media, polls, positions, questions, quotes, revisions,
    statement_references,
};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::card::Card;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::emoji::Emoji;
use crate::domain::id::Id;
use crate::domain::poll::PollView;
use crate::domain::statement::{Statement, Thesis};
use crate::domain::uri::Uri;
use crate::domain::view::{Body, ThesisView, View};
use crate::schema::{boosts, contributions, likes, mentions, statements, tags, theses};

type Ids = Vec<Id<Contribution>>;

/// Views of these contributions, in their order. The heads were already filtered for `viewer`;
/// it decides which replies count.
pub fn load(conn: &mut Conn, viewer: Viewer, heads: Vec<Contribution>) -> QueryResult<Vec<View>> {
    let ids: Ids = heads.iter().map(|head| head.id).collect();
    let named = mentions_of(conn, &ids)?;
    let threads: HashMap<_, _> = roots(conn, &heads)?.into_iter().map(|root| (root.id, root)).collect();
    let people = people(conn, &heads, &named, threads.values())?;
    let mut hashtags = group(load_tags(conn, &ids)?);
    let replies = reply_counts(conn, viewer, &ids)?;
    let likes = like_counts(conn, &ids)?;
    let boosts = boost_counts(conn, &ids)?;
    let mut files = media::of_contributions(conn, &ids)?;
    let mut polls = polls_of(conn, viewer, &heads)?;
    let mut pages = cards_of(conn, &heads)?;
    let mut quoting = quotes::of(conn, &ids)?;
    let quoted = quotes::counts(conn, viewer, &ids)?;
    let mut bodies = bodies(conn, viewer, &heads)?;
    let mut pictures = pictures(conn, &heads, &people, &polls)?;
    let mut named = group(named);
    let dark = dark(conn, &heads)?;
    let mut views = Vec::with_capacity(heads.len());
    for head in heads {
        let Some(author) = people.get(&head.author_id).cloned() else { continue };
        let root = threads.get(&head.thread_id);
        let owner = root.and_then(|root| people.get(&root.author_id));
        views.push(View {
            author,
            on_behalf_of: head.on_behalf_of_id.and_then(|id| people.get(&id).cloned()),
            mentions: named
                .remove(&head.id)
                .unwrap_or_default()
                .iter()
                .filter_map(|id| people.get(id).cloned())
                .collect(),
            tags: hashtags.remove(&head.id).unwrap_or_default(),
            emojis: pictures.remove(&head.id.get()).unwrap_or_default(),
            media: files.remove(&head.id).unwrap_or_default(),
            card: pages.remove(&head.id),
            poll: polls.remove(&head.id),
            quote: quoting.remove(&head.id),
            answers_version: None,
            unreachable_since: dark.get(&head.author_id).copied(),
            quoted: None,
            replies: replies.get(&head.id).copied().unwrap_or(0),
            likes: likes.get(&head.id).copied().unwrap_or(0),
            boosts: boosts.get(&head.id).copied().unwrap_or(0),
            quotes: quoted.get(&head.id).copied().unwrap_or(0),
            audience: owner.and_then(|owner| owner.forum.clone()),
            context: root.and_then(context),
            body: bodies.remove(&head.id).unwrap_or(Body::Plain),
            head,
        });
    }
    Ok(views)
}

/// Since when the servers of the authors do not answer. A post tells of that on its page alone, which
/// looks itself: timelines ask nothing more.
fn dark(conn: &mut Conn, heads: &[Contribution]) -> QueryResult<HashMap<Id<Account>, Timestamp>> {
    let copies = heads.iter().filter(|head| !head.local && head.kind != Kind::Post);
    let authors: HashSet<Id<Account>> = copies.map(|head| head.author_id).collect();
    if authors.is_empty() {
        return Ok(HashMap::new());
    }
    hosts::unreachable(conn, &authors.into_iter().collect::<Vec<_>>())
}

fn polls_of(
    conn: &mut Conn,
    viewer: Viewer,
    heads: &[Contribution],
) -> QueryResult<HashMap<Id<Contribution>, PollView>> {
    let ids: Ids = heads.iter().filter(|head| head.kind == Kind::Post).map(|head| head.id).collect();
    if ids.is_empty() { Ok(HashMap::new()) } else { polls::of(conn, viewer.account(), &ids) }
}

/// The cards of the pages that posts link to; longer texts have sources instead.
fn cards_of(conn: &mut Conn, heads: &[Contribution]) -> QueryResult<HashMap<Id<Contribution>, Card>> {
    let posts = heads.iter().filter(|head| head.kind == Kind::Post && head.is_open());
    let ids: Ids = posts.map(|head| head.id).collect();
    if ids.is_empty() { Ok(HashMap::new()) } else { cards::of(conn, &ids) }
}

/// The emoji of what is said, by the keys of the contributions.
fn pictures(
    conn: &mut Conn,
    heads: &[Contribution],
    people: &HashMap<Id<Account>, Account>,
    polls: &HashMap<Id<Contribution>, PollView>,
) -> QueryResult<HashMap<i64, Vec<Emoji>>> {
    let said = |head| -> Option<emojis::Said<'_>> {
        let head: &Contribution = head;
        let mut texts = vec![head.content.as_str()];
        texts.extend(head.title.as_deref().into_iter().chain(head.summary.as_deref()));
        let options = polls.get(&head.id).into_iter().flat_map(|poll| &poll.options);
        texts.extend(options.map(|option| option.title.as_str()));
        Some((head.id.get(), people.get(&head.author_id)?, texts))
    };
    let said: Vec<_> = heads.iter().filter_map(said).collect();
    emojis::used(conn, &said)
}

/// The view of one contribution.
pub fn one(conn: &mut Conn, viewer: Viewer, head: Contribution) -> QueryResult<Option<View>> {
    Ok(load(conn, viewer, vec![head])?.pop())
}

/// The thread collection, which only its owner can name: ours has a fixed form, another server's
/// stands in the document of the first contribution and is added by [`foreign_context`].
fn context(root: &Contribution) -> Option<Uri> {
    root.local.then(|| Uri::parse(&format!("{}/context", root.uri))).flatten()
}

/// The thread collection of a thread that started elsewhere, as its document names it.
pub fn foreign_context(conn: &mut Conn, root: Id<Contribution>) -> QueryResult<Option<Uri>> {
    let document = revisions::newest(conn, root)?.and_then(|revision| revision.document);
    let named = document.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    Ok(named.and_then(|document| Uri::parse(document.get("context")?.as_str()?)))
}

fn roots(conn: &mut Conn, heads: &[Contribution]) -> QueryResult<Vec<Contribution>> {
    let ids: HashSet<_> = heads.iter().map(|head| head.thread_id).collect();
    let query = contributions::table.filter(one_of(contributions::id, &ids));
    run!(conn, load, query.select(Contribution::as_select()))
}

fn people<'a>(
    conn: &mut Conn,
    heads: &[Contribution],
    named: &[(Id<Contribution>, Id<Account>)],
    roots: impl Iterator<Item = &'a Contribution>,
) -> QueryResult<HashMap<Id<Account>, Account>> {
    let mut ids: HashSet<Id<Account>> = heads.iter().map(|head| head.author_id).collect();
    ids.extend(heads.iter().filter_map(|head| head.on_behalf_of_id));
    ids.extend(named.iter().map(|(_, account)| *account));
    ids.extend(roots.map(|root| root.author_id));
    let ids: Vec<_> = ids.into_iter().collect();
    Ok(accounts::by_ids(conn, &ids)?.into_iter().map(|account| (account.id, account)).collect())
}

fn group<K: Eq + Hash, V>(pairs: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn mentions_of(conn: &mut Conn, ids: &Ids) -> QueryResult<Vec<(Id<Contribution>, Id<Account>)>> {
    let query =
        mentions::table.filter(one_of(mentions::contribution_id, ids)).filter(mentions::silent.eq(false));
    run!(conn, load, query.select((mentions::contribution_id, mentions::account_id)))
}

fn load_tags(conn: &mut Conn, ids: &Ids) -> QueryResult<Vec<(Id<Contribution>, String)>> {
    let query = tags::table.filter(one_of(tags::contribution_id, ids)).order(tags::name);
    run!(conn, load, query.select((tags::contribution_id, tags::name)))
}

type Counts = HashMap<Id<Contribution>, i64>;

fn reply_counts(conn: &mut Conn, viewer: Viewer, ids: &Ids) -> QueryResult<Counts> {
    let query = contributions::table
        .filter(one_of(contributions::in_reply_to_id, ids))
        .filter(contributions::kind.ne(Kind::Thesis))
        .filter(visible_to(viewer))
        .group_by(contributions::in_reply_to_id)
        .select((contributions::in_reply_to_id, count_star()));
    let rows: Vec<(Option<Id<Contribution>>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().filter_map(|(id, count)| Some((id?, count))).collect())
}

fn like_counts(conn: &mut Conn, ids: &Ids) -> QueryResult<Counts> {
    let query = likes::table
        .filter(one_of(likes::contribution_id, ids))
        .group_by(likes::contribution_id)
        .select((likes::contribution_id, count_star()));
    let rows: Vec<(Id<Contribution>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

fn boost_counts(conn: &mut Conn, ids: &Ids) -> QueryResult<Counts> {
    let query = boosts::table
        .filter(one_of(boosts::contribution_id, ids))
        .group_by(boosts::contribution_id)
        .select((boosts::contribution_id, count_star()));
    let rows: Vec<(Id<Contribution>, i64)> = run!(conn, load, query)?;
    Ok(rows.into_iter().collect())
}

fn bodies(
    conn: &mut Conn,
    viewer: Viewer,
    heads: &[Contribution],
) -> QueryResult<HashMap<Id<Contribution>, Body>> {
    let of_kind = |kind| heads.iter().filter(|head| head.kind == kind).map(|head| head.id).collect::<Ids>();
    let (statement_ids, thesis_ids) = (of_kind(Kind::Statement), of_kind(Kind::Thesis));
    let mut bodies = HashMap::new();
    if !statement_ids.is_empty() {
        bodies.extend(statement_bodies(conn, viewer, &statement_ids)?);
    }
    if !thesis_ids.is_empty() {
        bodies.extend(thesis_bodies(conn, &thesis_ids)?);
    }
    debate_bodies(conn, viewer, heads, &mut bodies)?;
    Ok(bodies)
}

/// What questions, positions, critiques and events add. Most pages have none and ask nothing.
fn debate_bodies(
    conn: &mut Conn,
    viewer: Viewer,
    heads: &[Contribution],
    bodies: &mut HashMap<Id<Contribution>, Body>,
) -> QueryResult<()> {
    let of_kind = |kind| heads.iter().filter(move |head| head.kind == kind);
    let ids: Ids = of_kind(Kind::Question).map(|head| head.id).collect();
    if !ids.is_empty() {
        let views = questions::views(conn, &ids)?.into_iter();
        bodies.extend(views.map(|(id, view)| (id, Body::Question(Box::new(view)))));
    }
    let stands: Vec<&Contribution> = of_kind(Kind::Position).collect();
    if !stands.is_empty() {
        let views = positions::views(conn, viewer, &stands)?.into_iter();
        bodies.extend(views.map(|(id, view)| (id, Body::Position(Box::new(view)))));
    }
    let ids: Ids = of_kind(Kind::Critique).map(|head| head.id).collect();
    if !ids.is_empty() {
        let critiques = critiques::of(conn, &ids)?.into_iter();
        bodies.extend(critiques.map(|(id, critique)| (id, Body::Critique(Box::new(critique)))));
    }
    let ids: Ids = of_kind(Kind::Event).map(|head| head.id).collect();
    if !ids.is_empty() {
        let facts = events::views(conn, &ids)?.into_iter();
        bodies.extend(facts.map(|(id, fact)| (id, Body::Event(Box::new(fact)))));
    }
    Ok(())
}

fn statement_bodies(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &Ids,
) -> QueryResult<Vec<(Id<Contribution>, Body)>> {
    let query = statements::table.filter(one_of(statements::contribution_id, ids));
    let rows: Vec<Statement> = run!(conn, load, query.select(Statement::as_select()))?;
    let query = theses::table
        .inner_join(contributions::table.on(contributions::id.eq(theses::contribution_id)))
        .filter(one_of(theses::statement_id, ids))
        .filter(theses::withdrawn.eq(false))
        .filter(visible_to(viewer))
        .order((theses::rank, theses::contribution_id));
    let parts: Vec<(Contribution, Thesis)> =
        run!(conn, load, query.select((Contribution::as_select(), Thesis::as_select())))?;
    let replies = reply_counts(conn, viewer, &parts.iter().map(|(head, _)| head.id).collect())?;
    let parts = parts.into_iter().map(|(head, thesis)| {
        let replies = replies.get(&head.id).copied().unwrap_or(0);
        (thesis.statement_id, ThesisView { head, thesis, replies })
    });
    let mut parts = group(parts.collect());
    let mut references = statement_references::views(conn, ids)?;
    Ok(rows
        .into_iter()
        .map(|statement| {
            let id = statement.contribution_id;
            let theses = parts.remove(&id).unwrap_or_default();
            let references = Box::new(references.remove(&id).unwrap_or_default());
            (id, Body::Statement { statement, theses, references })
        })
        .collect())
}

fn thesis_bodies(conn: &mut Conn, ids: &Ids) -> QueryResult<Vec<(Id<Contribution>, Body)>> {
    let query = theses::table
        .inner_join(contributions::table.on(contributions::id.eq(theses::statement_id)))
        .inner_join(statements::table.on(statements::contribution_id.eq(theses::statement_id)))
        .filter(one_of(theses::contribution_id, ids));
    let rows: Vec<(Thesis, Contribution, String)> =
        run!(conn, load, query.select((Thesis::as_select(), Contribution::as_select(), statements::slug)))?;
    Ok(rows
        .into_iter()
        .map(|(thesis, statement, slug)| {
            (thesis.contribution_id, Body::Thesis { thesis, statement: Box::new(statement), slug })
        })
        .collect())
}
