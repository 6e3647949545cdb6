//! Making complete what reached us in parts: parents, replies, theses, what was published before.
//!
//! Everything is fetched from the address of its owner, within a budget, and kept through the same
//! service as what is delivered. Doing it again does no harm.

use std::collections::{HashMap, HashSet};

use activitypub_federation::config::Data;
use serde_json::Value;

use super::fetch::{self, Budget};
use super::objects::{Authored, keep};
use super::{Federation, FetchError, copies, resolve};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, ReceivedStatement, State};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::rebuff::Rebuff;
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::services::contributions::Receipt;
use crate::store::completeness::{self, ThreadCheck};
use crate::store::{Error, Tx, accounts, contributions, hosts, jobs, rebuffs, revisions};
use crate::vocab::incoming::{Document, IncomingCollection, IncomingObject, Next, ObjectKind, address};
use crate::vocab::strict::parse_strict;

/// Pages of one collection.
const PAGES: usize = 10;
/// Theses of one statement.
const THESES: usize = 500;

/// Fetches what a contribution answers, and what that answers, up to the beginning of the thread.
pub async fn parent(data: &Data<Federation>, uri: &Uri) -> Result<(), Error> {
    let config = &data.app.config.federation;
    let budget = Budget::new(config.fetches_per_activity.saturating_add(copies::SEARCH));
    let mut chain: Vec<Authored> = Vec::new();
    let mut next = Some(uri.clone());
    for _ in 0..config.fetch_depth {
        let Some(uri) = next.take() else { break };
        if data.is_ours(&uri) || is_known(data, &uri).await? {
            break;
        }
        match copies::object(data, &uri, None, &budget).await {
            Ok(found) => {
                next = found.object.in_reply_to.clone();
                chain.push(found);
            }
            // What is there of the chain is worth keeping; a missing beginning may come later.
            Err(error) if chain.is_empty() && error.is_temporary() => return Err(error.into()),
            Err(_) => break,
        }
    }
    // The beginning first, so that everything finds what it answers.
    chain.reverse();
    keep_all(data, &chain, None).await
}

/// Fetches the theses of a statement: in one document where its server has one, else one by one.
pub async fn theses(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    let Some((head, statement)) = document_of(data, id).await? else { return Ok(()) };
    let ObjectKind::Statement(parts) = &statement.kind else { return Ok(()) };
    let Some(author) = author_of(data, &head).await? else { return Ok(()) };
    let budget = Budget::new(data.app.config.federation.fetches_per_thread);
    let mut away = None;
    let items = match &statement.theses {
        Some(collection) => match walk(data, collection, (PAGES, THESES), &budget).await {
            Ok(items) => items,
            // Its own server does not answer: others may have them one by one.
            Err(error) if error.is_temporary() => {
                away = Some(error);
                one_by_one(parts)
            }
            Err(error) => return Err(error.into()),
        },
        None => one_by_one(parts),
    };
    let mut found = Vec::new();
    for item in &items {
        let thesis = item_of(data, item, &head.uri, &budget).await?;
        let belongs = |thesis: &Authored| {
            let ours = matches!(thesis.object.kind, ObjectKind::Thesis(_)) && thesis.author.id == author.id;
            ours && thesis.object.in_reply_to.as_ref() == Some(&head.uri)
        };
        found.extend(thesis.filter(belongs));
    }
    keep_all(data, &found, Some(&head.uri)).await?;
    match away {
        // What nobody had is asked for again once its server may be back.
        Some(away) if missing(data, &parts.theses).await? => Err(away.into()),
        Some(_) | None => Ok(()),
    }
}

async fn missing(data: &Federation, theses: &[Uri]) -> Result<bool, Error> {
    for thesis in theses {
        if !is_known(data, thesis).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn one_by_one(statement: &ReceivedStatement) -> Vec<Value> {
    statement.theses.iter().map(|uri| Value::String(uri.to_string())).collect()
}

/// Fetches the replies that the origin of a contribution knows of; where it does not answer, those of which others
/// know.
pub async fn replies(data: &Data<Federation>, id: Id<Contribution>) -> Result<(), Error> {
    let Some((head, object)) = document_of(data, id).await? else { return Ok(()) };
    let budget = Budget::new(data.app.config.federation.fetches_per_thread);
    claims(data, &head, &object, &budget).await?;
    let listed: Vec<Uri> = object.context.into_iter().chain(object.replies).collect();
    let (mut items, away) = listed_in(data, &listed, &budget).await;
    if let Some(away) = away {
        let (others, _) = listed_in(data, &copies::conversations(data, &head.uri).await?, &budget).await;
        if others.is_empty() {
            return Err(away.into());
        }
        items.extend(others);
    }
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (collection, item) in &items {
        let Some(uri) = address(item).filter(|uri| seen.insert(uri.clone())) else { continue };
        if data.is_ours(&uri) || is_known(data, &uri).await? {
            continue;
        }
        found.extend(item_of(data, item, collection, &budget).await?);
    }
    found.sort_by_key(|found| found.object.published);
    let tied = tied(data, found).await?;
    keep_all(data, &tied, None).await
}

/// What collections list, each item with the collection that names it; and what kept one of them from answering.
async fn listed_in(
    data: &Federation,
    collections: &[Uri],
    budget: &Budget,
) -> (Vec<(Uri, Value)>, Option<FetchError>) {
    let (mut items, mut away) = (Vec::new(), None);
    for collection in collections {
        match walk(data, collection, (PAGES, budget.left()), budget).await {
            Ok(found) => items.extend(found.into_iter().map(|item| (collection.clone(), item))),
            Err(error) => away = away.or(Some(error).filter(FetchError::is_temporary)),
        }
    }
    (items, away)
}

/// Remembers that the origin of a thread was asked, and how many contributions it counts in it, so
/// that pages can say what is missing. Only the origin's own word about its own thread counts; one
/// that says nothing counts none.
async fn claims(
    data: &Federation,
    head: &Contribution,
    object: &IncomingObject,
    budget: &Budget,
) -> Result<(), Error> {
    if head.thread_id != head.id {
        return Ok(());
    }
    let own = object.context.as_ref().filter(|context| context.same_origin(&head.uri));
    let document = match own.map(|context| fetch::document(data, context, budget)) {
        Some(asked) => match asked.await {
            Ok(document) => Some(document),
            // Nothing was said: what was said before stands, with its time.
            Err(error) if error.is_temporary() => return Ok(()),
            Err(_) => None,
        },
        None => None,
    };
    let own = document.filter(|document| document.uri.same_origin(&head.uri));
    let claimed = own.and_then(|document| document.value.get("totalItems").and_then(Value::as_i64));
    let claimed = claimed.unwrap_or_default().max(0);
    let check = ThreadCheck { contribution_id: head.id, claimed, checked_at: data.now() };
    data.app.db.write(|tx| Ok(completeness::put_thread(tx, &check)?)).await
}

/// Finds out what a host runs. A host that does not say so is not asked again.
pub async fn nodeinfo(data: &Data<Federation>, host: &str) -> Result<(), Error> {
    let (software, open) = match software(data, host).await {
        Ok(said) => said,
        Err(error) if error.is_temporary() => return Err(error.into()),
        Err(_) => (String::new(), None),
    };
    data.app
        .db
        .write(|tx| {
            let host = hosts::ensure(tx, host)?;
            hosts::describe(tx, host.id, &software, open)?;
            Ok(())
        })
        .await
}

/// What a server says that it runs, and whether anybody may sign up there.
async fn software(data: &Federation, host: &str) -> Result<(String, Option<bool>), FetchError> {
    let budget = Budget::new(2);
    let scheme = if data.egress.policy().plain_http { "http" } else { "https" };
    let read = async |url: &str| -> Result<Value, FetchError> {
        let url = Uri::parse(url).filter(|url| url.host() == host).ok_or(FetchError::NotFound)?;
        let fetched = fetch::plain(data, &url, "application/json", &budget).await?;
        parse_strict(&fetched.body).map_err(|error| FetchError::Refused(error.to_string()))
    };
    let links = read(&format!("{scheme}://{host}/.well-known/nodeinfo")).await?;
    let links = links.get("links").and_then(Value::as_array).cloned().unwrap_or_default();
    let newest = links.iter().filter_map(|link| {
        let rel = link.get("rel")?.as_str()?;
        let known = rel.starts_with("http://nodeinfo.diaspora.software/ns/schema/2.");
        known.then_some((rel, link.get("href")?.as_str()?))
    });
    let (_, url) = newest.max().ok_or(FetchError::NotFound)?;
    let document = read(url).await?;
    let field = |name: &str| document.get("software")?.get(name)?.as_str();
    let text: String = [field("name"), field("version")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let open = document.get("openRegistrations").and_then(Value::as_bool);
    Ok((text.chars().filter(|c| !c.is_control()).take(100).collect(), open))
}

async fn is_known(data: &Federation, uri: &Uri) -> Result<bool, Error> {
    data.app.db.read(|conn| Ok(contributions::known(conn, uri)?.is_some())).await
}

/// A contribution of somebody elsewhere with its document as it came.
async fn document_of(
    data: &Federation,
    id: Id<Contribution>,
) -> Result<Option<(Contribution, IncomingObject)>, Error> {
    let stored = data.app.db.read(|conn| {
        let Some(head) = contributions::known_by_id(conn, id)? else { return Ok(None) };
        Ok(revisions::newest(conn, id)?.and_then(|revision| revision.document).map(|text| (head, text)))
    });
    let Some((head, text)) = stored.await? else { return Ok(None) };
    if head.local || head.state == State::Deleted {
        return Ok(None);
    }
    let value: Value = serde_json::from_str(&text).map_err(|error| Error::broken(error.to_string()))?;
    Ok(IncomingObject::read(&value).ok().map(|object| (head, object)))
}

async fn author_of(data: &Federation, head: &Contribution) -> Result<Option<Account>, Error> {
    data.app.db.read(|conn| Ok(accounts::by_id(conn, head.author_id)?)).await
}

/// The items of a collection, up to so many pages and items. A page on another server, or one that
/// was there before, ends it.
pub(super) async fn walk(
    data: &Federation,
    collection: &Uri,
    (pages, items): (usize, usize),
    budget: &Budget,
) -> Result<Vec<Value>, FetchError> {
    let mut found = Vec::new();
    let mut visited = HashSet::new();
    let mut next = Some(Next::Address(collection.clone()));
    for _ in 0..=pages {
        let page = match next.take() {
            Some(Next::Embedded(page)) => *page,
            Some(Next::Address(uri)) => {
                if !uri.same_origin(collection) || !visited.insert(uri.clone()) {
                    break;
                }
                let document = match fetch::document(data, &uri, budget).await {
                    Ok(document) if document.uri.same_origin(collection) => document,
                    Ok(_) => break,
                    Err(error) if found.is_empty() => return Err(error),
                    Err(_) => break,
                };
                IncomingCollection::read(&document.value)?
            }
            None => break,
        };
        let room = items.saturating_sub(found.len());
        found.extend(page.items.into_iter().take(room));
        if found.len() >= items {
            break;
        }
        next = page.next;
    }
    Ok(found)
}

/// What an item of a collection is. An embedded thing counts when it belongs to the server that
/// served the collection, wherever the collection was named; everything else is fetched from its own
/// address.
pub(super) async fn item_of(
    data: &Federation,
    item: &Value,
    collection: &Uri,
    budget: &Budget,
) -> Result<Option<Authored>, Error> {
    if let (Value::Object(_), Ok(Document::Object(object))) = (item, Document::read(item))
        && object.id.same_origin(collection)
    {
        return match resolve::actor(data, &object.owner, budget).await {
            Ok(author) => {
                let (object, text) = (*object, item.to_string());
                Ok(Some(Authored { object, author, text, trust: Trust::Fetched }))
            }
            Err(error) => skip(error),
        };
    }
    let Some(uri) = address(item) else { return Ok(None) };
    match copies::object(data, &uri, Some(collection), budget).await {
        Ok(found) => Ok(Some(found)),
        Err(error) => skip(error),
    }
}

/// One thing that cannot be had does not end the whole.
fn skip<T>(error: FetchError) -> Result<Option<T>, Error> {
    match error {
        FetchError::Fault(fault) => Err(Error::Fault(fault)),
        _ => Ok(None),
    }
}

/// Those that answer something we have, or one another; the order is kept.
async fn tied(data: &Federation, found: Vec<Authored>) -> Result<Vec<Authored>, Error> {
    let mut parents: HashMap<Uri, bool> = HashMap::new();
    for uri in found.iter().filter_map(|found| found.object.in_reply_to.as_ref()) {
        if !parents.contains_key(uri) {
            parents.insert(uri.clone(), is_known(data, uri).await?);
        }
    }
    let mut tied: Vec<Authored> = Vec::new();
    let mut loose = found;
    loop {
        let before = loose.len();
        let (next, rest): (Vec<_>, Vec<_>) = loose.into_iter().partition(|found| {
            let parent = found.object.in_reply_to.as_ref();
            parent.is_some_and(|parent| {
                parents.get(parent).copied().unwrap_or(false)
                    || tied.iter().any(|other| other.object.id == *parent)
            })
        });
        tied.extend(next);
        loose = rest;
        if loose.is_empty() || loose.len() == before {
            return Ok(tied);
        }
    }
}

/// Keeps what was fetched, in this order. One that is refused does not keep the others out, and is counted: for
/// whoever has the list on which it stood, else for its own server.
pub(super) async fn keep_all(data: &Federation, found: &[Authored], list: Option<&Uri>) -> Result<(), Error> {
    if found.is_empty() {
        return Ok(());
    }
    data.app
        .db
        .write(|tx| {
            for one in found {
                let rebuff = match tx.savepoint(|tx| keep_one(tx, one)) {
                    Ok(rebuff) => rebuff,
                    Err(Error::Refused(refusal)) => {
                        tracing::debug!(uri = %one.object.id, %refusal, "what was fetched is not kept");
                        Some(Rebuff::Forbidden)
                    }
                    Err(fault @ Error::Fault(_)) => return Err(fault),
                };
                if let Some(rebuff) = rebuff {
                    rebuffs::note(tx, list.unwrap_or(&one.object.id).host(), rebuff)?;
                }
            }
            Ok(())
        })
        .await
}

fn keep_one(tx: &mut Tx<'_>, one: &Authored) -> Result<Option<Rebuff>, Error> {
    if one.object.vote {
        return Ok(None);
    }
    let head = match keep(tx, one)? {
        Receipt::New(head) | Receipt::Changed(head) => head,
        // Whoever is behind with its list repeats nothing.
        Receipt::Ignored(_) | Receipt::Rebuffed(Rebuff::Repeated) => return Ok(None),
        Receipt::Rebuffed(why) => return Ok(Some(why)),
    };
    if head.kind == Kind::Statement {
        let now = tx.now;
        jobs::enqueue(tx, &Job::FetchTheses { statement: head.id.get() }, now)?;
        jobs::enqueue(tx, &Job::FetchReplies { contribution: head.id.get() }, now)?;
    }
    Ok(None)
}
