//! Positions without a host: sites that carry a question compare what they list, and each fetches
//! what it lacks (`FEDERATION.md`, "Between servers of our kind").

use std::collections::{HashMap, HashSet};

use activitypub_federation::config::Data;
use serde_json::Value;

use super::backfill::{keep_all, walk};
use super::fetch::{self, Budget};
use super::objects::Authored;
use super::{Federation, FetchError, copies, deletions};
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::exchange::SetDigest;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::services::contributions::Receipt;
use crate::store::contributions::Viewer;
use crate::store::exchanges::{self, Exchange};
use crate::store::{Conn, Error, accounts, contributions, positions, questions};
use crate::vocab::incoming::{IncomingCollection, Next, ObjectKind, address};
use crate::vocab::proof;

/// Sites that are asked in one round.
const SITES: usize = 3;
/// Requests that one site may cost in a round, besides its pages.
const PER_SITE: usize = 40;
/// Pages of positions that are taken from one site in a round.
const PAGES: usize = 100;
/// Addresses that one page of a site's list may name.
const MOST_LISTED: usize = 1000;
/// Copies of a question that are fetched in one round because somebody named them.
const NEW_COPIES: usize = 5;

/// What we list on a question: addresses and digests.
type Listed = HashMap<Uri, String>;

/// Compares what we list on a question that is here with some of those that carry it, those first
/// that were asked longest ago. Sites that agree cost one request each.
pub async fn reconcile(data: &Data<Federation>, qid: &Qid) -> Result<(), Error> {
    let organization = data.app.site.organization;
    if !data.app.db.read(|conn| Ok(questions::is_carried(conn, qid)?)).await? {
        return Ok(());
    }
    meet(data, qid).await?;
    let mut others = data.app.db.read(|conn| others(conn, qid, organization)).await?;
    others.truncate(SITES);
    for (copy, site) in others {
        let outcome = compare(data, qid, &copy, &site).await;
        let exchange = match outcome {
            Ok(compared) => Exchange {
                digest: compared.digest,
                agrees: compared.agrees,
                deletions: compared.deletions,
                ..blank(data, qid, site.id)
            },
            Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) => Exchange { error: Some(error.to_string()), ..blank(data, qid, site.id) },
        };
        data.app.db.write(|tx| Ok(exchanges::put(tx, &exchange)?)).await?;
    }
    Ok(())
}

fn blank(data: &Federation, qid: &Qid, account_id: Id<Account>) -> Exchange {
    Exchange {
        qid: qid.clone(),
        account_id,
        digest: String::new(),
        agrees: false,
        error: None,
        checked_at: data.now(),
        deletions: String::new(),
    }
}

/// What came of a comparison.
struct Compared {
    /// The digest of what the site lists.
    digest: String,
    /// Whether both list the same afterwards.
    agrees: bool,
    /// The digest of the deletions it knows.
    deletions: String,
}

/// Fetches copies that others named and that are not here yet: so carriers get to know each other.
/// An address that is no copy is forgotten; one that does not answer goes to the end of the row.
async fn meet(data: &Federation, qid: &Qid) -> Result<(), Error> {
    let unknown = data.app.db.read(|conn| {
        let mut unknown = Vec::new();
        for uri in questions::copies_of(conn, qid)? {
            if contributions::known(conn, &uri)?.is_none() {
                unknown.push(uri);
            }
        }
        Ok(unknown)
    });
    let budget = Budget::new(PER_SITE);
    let mut found = Vec::new();
    for uri in unknown.await?.into_iter().filter(|uri| !data.is_ours(uri)).take(NEW_COPIES) {
        match copies::object(data, &uri, None, &budget).await {
            Ok(copy) if is_copy(&copy, qid) => found.push(copy),
            Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) if error.is_temporary() => {
                let now = data.now();
                data.app.db.write(|tx| Ok(questions::put_off(tx, qid, &uri, now)?)).await?;
            }
            Ok(_) | Err(_) => {
                data.app.db.write(|tx| Ok(questions::forget_copy(tx, qid, &uri)?)).await?;
            }
        }
    }
    keep_all(data, &found, None).await
}

fn is_copy(found: &Authored, qid: &Qid) -> bool {
    matches!(&found.object.kind, ObjectKind::Question(question) if question.qid == *qid)
        && found.author.kind == AccountKind::Organization
}

/// The others' copies with their owners, longest unasked first.
fn others(
    conn: &mut Conn,
    qid: &Qid,
    organization: Id<Account>,
) -> Result<Vec<(Contribution, Account)>, Error> {
    let asked = exchanges::of(conn, qid)?;
    let last = |id| asked.iter().find(|one| one.account_id == id).map(|one| one.checked_at);
    let copies = questions::carried(conn, Viewer::Anyone, qid)?;
    let owners: Vec<_> = copies.iter().map(|(head, _)| head.author_id).collect();
    let owners = accounts::by_ids(conn, &owners)?;
    let owner = |id| owners.iter().find(|owner| owner.id == id && owner.id != organization).cloned();
    let others = copies.into_iter().filter_map(|(head, _)| Some((owner(head.author_id)?, head)));
    let mut others: Vec<(Contribution, Account)> = others.map(|(site, head)| (head, site)).collect();
    others.sort_by_key(|(_, site)| last(site.id));
    Ok(others)
}

/// Compares with one site: first what was deleted, then what is listed.
async fn compare(
    data: &Data<Federation>,
    qid: &Qid,
    copy: &Contribution,
    site: &Account,
) -> Result<Compared, FetchError> {
    let collection = Uri::ours(copy.uri.as_str(), "/positions");
    let budget = Budget::new(PER_SITE + PAGES);
    let entrance = fetch::document(data, &collection, &budget).await?;
    let theirs = entrance.value.get("plenum:setDigest").and_then(Value::as_str).unwrap_or_default();
    let theirs: String = theirs.chars().take(64).collect();
    let before = data.app.db.read(|conn| Ok(exchanges::of(conn, qid)?)).await?;
    let before = before.into_iter().find(|one| one.account_id == site.id);
    let known = before.as_ref().map(|one| one.deletions.as_str()).unwrap_or_default();
    let deletions = deletions::take(data, (qid, copy), &entrance.value, known, &budget).await?;
    let ours = data.app.db.read(|conn| listed(conn, qid)).await?;
    let seen = before.filter(|one| one.digest == theirs);
    if digest(&ours) == theirs {
        if !seen.is_some_and(|seen| seen.agrees) {
            let same = data.app.db.read(|conn| besides(conn, (qid, site), &ours)).await?;
            record(data, qid, site, &same).await?;
        }
        return Ok(Compared { digest: theirs, agrees: true, deletions });
    }
    if seen.is_some() {
        // Nothing new there; what parts us are the sites' own rules of listing.
        return Ok(Compared { digest: theirs, agrees: false, deletions });
    }
    let (named, whole) = page_through(data, (qid, site), &entrance.value, &collection, &budget).await?;
    record(data, qid, site, &named).await?;
    adopters(data, qid, copy, &budget).await?;
    let ours = data.app.db.read(|conn| listed(conn, qid)).await?;
    let agrees = digest(&ours) == theirs;
    // What was cut short is taken up again the next time.
    Ok(Compared { digest: if whole { theirs } else { String::new() }, agrees, deletions })
}

/// Takes in a site's list page by page. Returns the addresses on it, and whether the end was reached.
async fn page_through(
    data: &Data<Federation>,
    (qid, site): (&Qid, &Account),
    entrance: &Value,
    collection: &Uri,
    budget: &Budget,
) -> Result<(Vec<Uri>, bool), FetchError> {
    let mut named = Vec::new();
    let mut page = IncomingCollection::read(entrance)?;
    for _ in 0..PAGES {
        named.extend(take(data, (qid, site), collection, &page.items, budget).await?);
        page = match page.next {
            Some(Next::Embedded(next)) => *next,
            Some(Next::Address(next)) if next.same_origin(collection) => {
                match fetch::document(data, &next, budget).await {
                    Ok(next) => IncomingCollection::read(&next.value)?,
                    Err(FetchError::Fault(fault)) => return Err(FetchError::Fault(fault)),
                    Err(error) => {
                        tracing::debug!(%next, %error, "a list of positions breaks off");
                        return Ok((named, false));
                    }
                }
            }
            Some(Next::Address(_)) | None => return Ok((named, true)),
        };
    }
    Ok((named, false))
}

fn digest(listed: &Listed) -> String {
    SetDigest::of(listed.iter().map(|(uri, digest)| (uri, digest.as_str()))).to_hex()
}

fn listed(conn: &mut Conn, qid: &Qid) -> Result<Listed, Error> {
    let members = positions::members(conn, qid, false)?;
    Ok(members.into_iter().map(|member| (member.uri, member.digest)).collect())
}

/// Takes in what is new or newer of a site's list; returns the addresses of all of it.
async fn take(
    data: &Data<Federation>,
    (qid, site): (&Qid, &Account),
    collection: &Uri,
    items: &[Value],
    budget: &Budget,
) -> Result<Vec<Uri>, FetchError> {
    let known = data.app.db.read(|conn| {
        let members = positions::members(conn, qid, true)?;
        Ok(members.into_iter().map(|member| (member.uri, member.digest)).collect::<Listed>())
    });
    let known = known.await?;
    let others = data.app.db.read(|conn| no_positions(conn, (qid, site), items, &known)).await?;
    let (mut named, mut found) = (Vec::new(), Vec::new());
    for item in items {
        let Some(uri) = address(item) else { continue };
        if named.len() < MOST_LISTED {
            named.push(uri.clone());
        }
        let same = || known.get(&uri).is_some_and(|digest| proof::digest(item).as_ref() == Ok(digest));
        if data.is_ours(&uri) || others.contains(&uri) || same() {
            continue;
        }
        let one = match item {
            Value::Object(_) => copies::proven(data, item, item.to_string(), budget).await,
            _ => copies::object(data, &uri, Some(collection), budget).await,
        };
        match one {
            Ok(one) if is_position(&one, qid, &uri) => found.push(one),
            Ok(_) => tracing::debug!(%uri, "a list of positions names something else"),
            Err(FetchError::Fault(fault)) => return Err(FetchError::Fault(fault)),
            Err(FetchError::Altered(why)) => copies::altered(data, collection, &uri, why).await?,
            Err(error) => {
                tracing::debug!(%uri, %error, "a position is not taken from a list");
                if item.is_string() && named.last() == Some(&uri) {
                    // Nobody knows yet what it is: it is asked for again.
                    named.pop();
                }
            }
        }
    }
    keep_all(data, &found, Some(collection)).await.map_err(FetchError::from)?;
    Ok(named)
}

/// What a site lists whose positions are ours: these, and what it named besides that is no position.
fn besides(conn: &mut Conn, (qid, site): (&Qid, &Account), ours: &Listed) -> Result<Vec<Uri>, Error> {
    let here: HashSet<Uri> =
        positions::members(conn, qid, true)?.into_iter().map(|member| member.uri).collect();
    let before = exchanges::listed_by(conn, qid, site.id)?;
    let others = before.into_iter().filter(|uri| !here.contains(uri));
    Ok(ours.keys().cloned().chain(others).collect())
}

/// The bare addresses on a list that need not be asked: what is here and no position, and what the
/// site named before without its having been one. Such are the external statements of the site.
fn no_positions(
    conn: &mut Conn,
    (qid, site): (&Qid, &Account),
    items: &[Value],
    known: &Listed,
) -> Result<HashSet<Uri>, Error> {
    let bare: HashSet<Uri> = items.iter().filter(|item| item.is_string()).filter_map(address).collect();
    if bare.is_empty() {
        return Ok(HashSet::new());
    }
    let asked: Vec<Uri> = bare.iter().cloned().collect();
    let here = contributions::by_uris(conn, Viewer::Anyone, &asked)?;
    let here = here.into_iter().filter(|head| head.kind != Kind::Position).map(|head| head.uri);
    let mut others: HashSet<Uri> = here.collect();
    let before = exchanges::listed_by(conn, qid, site.id)?;
    others.extend(before.into_iter().filter(|uri| bare.contains(uri) && !known.contains_key(uri)));
    Ok(others)
}

fn is_position(found: &Authored, qid: &Qid, uri: &Uri) -> bool {
    found.object.id == *uri
        && matches!(&found.object.kind, ObjectKind::Position(position) if position.qid == *qid)
}

async fn record(data: &Federation, qid: &Qid, site: &Account, named: &[Uri]) -> Result<(), FetchError> {
    let site = site.id;
    let kept = data.app.db.write(|tx| Ok(exchanges::set_listed(tx, qid, site, named)?));
    kept.await.map_err(FetchError::from)
}

/// Whom else the site knows to carry the question.
async fn adopters(
    data: &Federation,
    qid: &Qid,
    copy: &Contribution,
    budget: &Budget,
) -> Result<(), FetchError> {
    let collection = Uri::ours(copy.uri.as_str(), "/adopters");
    let Ok(items) = walk(data, &collection, (1, 200), budget).await else { return Ok(()) };
    let named: Vec<Uri> = items.iter().filter_map(address).filter(|uri| !data.is_ours(uri)).collect();
    let kept = data.app.db.write(|tx| {
        let room = questions::MOST_COPIES.saturating_sub(questions::count_copies(tx, qid)?);
        let room = usize::try_from(room).unwrap_or_default();
        let some: Vec<Uri> = named.iter().take(room).cloned().collect();
        let now = tx.now;
        Ok(questions::add_copies(tx, qid, &some, now)?)
    });
    kept.await.map_err(FetchError::from)
}

/// What came of looking for a question.
#[derive(Debug)]
pub enum Sought {
    /// A copy of it.
    Found(Box<Contribution>),
    /// Nobody has one, of so many that were asked.
    Nowhere(usize),
}

/// Looks for a question that nobody here carries, at the organizations that ours follows.
pub async fn find(data: &Data<Federation>, qid: &Qid) -> Result<Sought, Error> {
    let budget = Budget::new(copies::SEARCH);
    let mut asked = 0;
    let search = Box::pin(search(data, qid, &budget, &mut asked));
    let found = tokio::time::timeout(copies::PATIENCE, search).await;
    match found.unwrap_or(Ok(None))? {
        Some(head) => Ok(Sought::Found(head)),
        None => Ok(Sought::Nowhere(asked)),
    }
}

async fn search(
    data: &Federation,
    qid: &Qid,
    budget: &Budget,
    asked: &mut usize,
) -> Result<Option<Box<Contribution>>, Error> {
    for site in copies::followed(data, None).await? {
        if budget.left() == 0 {
            break;
        }
        *asked += 1;
        let uri = Uri::ours(site.origin(), &format!("/q/{qid}"));
        let found = match super::objects::fetch(data, &uri, budget).await {
            Ok(found) if is_copy(&found, qid) => found,
            Err(FetchError::Fault(fault)) => return Err(Error::Fault(fault)),
            Ok(_) | Err(_) => continue,
        };
        let kept = data.app.db.write(|tx| super::objects::keep(tx, &found)).await?;
        if let Receipt::New(head) | Receipt::Changed(head) = kept {
            return Ok(Some(head));
        }
    }
    Ok(None)
}
