//! Everything that an organization published before it was followed: page by page from the newest
//! to the oldest, and from where it stopped when something came between.

use activitypub_federation::config::Data;
use serde_json::Value;

use super::backfill::{item_of, keep_all};
use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountKind};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::uri::Uri;
use crate::store::completeness::{self, Catalogue};
use crate::store::{Error, accounts, contributions, jobs};
use crate::vocab::incoming::{IncomingCollection, Next, address};

/// Pages in one go; then others get their turn.
const PAGES: usize = 20;
/// How often a catalogue is gone on with.
const ROUNDS: u32 = 50;
/// What is taken of one organization altogether, and of everybody else.
const MOST: i32 = 5000;
const MOST_OF_OTHERS: i32 = 40;

/// How many publications of such an account are looked through.
pub const fn most_of(kind: AccountKind) -> i32 {
    match kind {
        AccountKind::Organization => MOST,
        AccountKind::Forum | AccountKind::Person | AccountKind::Application | AccountKind::Service => {
            MOST_OF_OTHERS
        }
    }
}

/// Goes on with what an account published, for some pages. `round` counts how often that was done.
pub async fn fetch_on(data: &Data<Federation>, id: Id<Account>, round: u32) -> Result<(), Error> {
    let found = data.app.db.read(|conn| Ok((accounts::by_id(conn, id)?, completeness::catalogue(conn, id)?)));
    let (account, known) = found.await?;
    let Some(account) = account.filter(|account| !account.is_local()) else { return Ok(()) };
    let Some(outbox) = account.outbox.clone() else { return Ok(()) };
    let most = most_of(account.kind);
    // A finished one is looked through again from the top: what was changed may stand anywhere in it.
    let again = known.as_ref().is_some_and(|known| known.finished_at.is_some()) && round == 0;
    let reached = known.as_ref().and_then(|known| known.complete_to);
    let mut state = known.filter(|_| !again).unwrap_or(Catalogue {
        account_id: id,
        next: None,
        complete_to: reached,
        taken: 0,
        finished_at: None,
        updated_at: data.now(),
    });
    let mut next = Some(state.next.clone().unwrap_or(outbox.clone()));
    for _ in 0..PAGES {
        let Some(uri) = next.take() else { break };
        let page = match page(data, &account, &uri).await {
            Ok(page) => page,
            Err(error) if error.is_temporary() => return Err(error.into()),
            // The rest cannot be had: what is here is all there will be, until somebody looks again.
            Err(_) => Page::default(),
        };
        state.taken = state.taken.saturating_add(page.items);
        state.complete_to = earlier(state.complete_to, page.oldest);
        // The entrance may have no items of its own; a page without any ends a list, whatever it says.
        let empty = page.items == 0 && (uri != outbox || page.next.is_none());
        let over = state.taken >= most || empty;
        next = page.next.filter(|_| !over);
        state.next.clone_from(&next);
        state.updated_at = data.now();
        state.finished_at = next.is_none().then_some(state.updated_at);
        data.app.db.write(|tx| Ok(completeness::put_catalogue(tx, &state)?)).await?;
    }
    if next.is_some() && round < ROUNDS {
        let on = Job::FetchOutbox { account: id.get(), round: round.saturating_add(1) };
        let now = data.now();
        data.app.db.write(|tx| jobs::enqueue(tx, &on, now)).await?;
    }
    Ok(())
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[derive(Default)]
struct Page {
    items: i32,
    oldest: Option<Timestamp>,
    next: Option<Uri>,
}

/// Takes in one page of an outbox, or its entrance. What is here already is not fetched again.
async fn page(data: &Data<Federation>, account: &Account, uri: &Uri) -> Result<Page, FetchError> {
    if !uri.same_origin(&account.uri) {
        return Err(FetchError::Refused("a page on another server".to_owned()));
    }
    let budget = Budget::new(data.app.config.federation.fetches_per_thread);
    let document = fetch::document(data, uri, &budget).await?;
    if !document.uri.same_origin(&account.uri) {
        return Err(FetchError::Refused("a page on another server".to_owned()));
    }
    let mut collection = IncomingCollection::read(&document.value)?;
    let mut items = collection.items;
    if let Some(Next::Embedded(first)) = collection.next {
        items.extend(first.items);
        collection.next = first.next;
    }
    let mut page = Page {
        items: i32::try_from(items.len()).unwrap_or(i32::MAX),
        oldest: None,
        next: match collection.next {
            Some(Next::Address(next)) if next != *uri => Some(next),
            Some(_) | None => None,
        },
    };
    let mut found = Vec::new();
    for item in &items {
        let Some(object) = item.get("object").filter(|_| is_create(item)) else { continue };
        let published = item.get("published").and_then(Value::as_str).and_then(Timestamp::parse);
        page.oldest = published.or(page.oldest);
        let known = match address(object) {
            Some(uri) => is_current(data, &uri, object).await?,
            None => true,
        };
        if !known {
            let one = item_of(data, object, &account.uri, &budget).await?;
            found.extend(one.filter(|one| one.author.id == account.id));
        }
    }
    // Oldest first, as they were published.
    found.reverse();
    keep_all(data, &found, Some(uri)).await?;
    Ok(page)
}

fn is_create(item: &Value) -> bool {
    item.get("type").is_some_and(|kind| kind == "Create")
}

/// Whether what a page shows is here in this version or a newer one.
async fn is_current(data: &Federation, uri: &Uri, object: &Value) -> Result<bool, FetchError> {
    let known = data.app.db.read(|conn| Ok(contributions::known(conn, uri)?)).await?;
    let updated = object.get("updated").and_then(Value::as_str).and_then(Timestamp::parse);
    Ok(known.is_some_and(|head| updated.is_none_or(|at| at <= head.edited_at.unwrap_or(head.published_at))))
}
