//! Asking pages what they say of themselves, for the cards beside links.

use activitypub_federation::config::Data;
use serde_json::Value;
use url::Url;

use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::domain::uri::Uri;
use crate::services::cards as service;
use crate::store::{Error, cards};
use crate::text::card::{self, Page};

/// What we ask for.
const PAGES: &str = "text/html, application/xhtml+xml";
const MORE: &str = "application/json";
/// A page, and the document in which it says more.
const REQUESTS: usize = 2;

/// Asks a page, as long as something that everybody may read names it. One that does not answer now is
/// asked again by the next try of the job; one that refuses has no card.
pub async fn fetch(data: &Data<Federation>, url: &str) -> Result<(), Error> {
    if !data.app.db.read(|conn| Ok(cards::is_wanted(conn, url)?)).await? {
        return Ok(());
    }
    let page = match ask(data, url).await {
        Ok(page) => page,
        Err(error @ (FetchError::Temporary(_) | FetchError::Led { .. } | FetchError::Spared(_))) => {
            return Err(error.into());
        }
        Err(_) => None,
    };
    data.app.db.write(|tx| service::keep(tx, url, page.as_ref())).await
}

async fn ask(data: &Federation, url: &str) -> Result<Option<Page>, FetchError> {
    let Some(uri) = Uri::parse(url) else { return Ok(None) };
    let budget = Budget::new(REQUESTS);
    let fetched = fetch::plain(data, &uri, PAGES, &budget).await?;
    if !fetched.media_type.contains("html") {
        return Ok(None);
    }
    let mut page = card::read(&String::from_utf8_lossy(&fetched.body));
    let more = address(&fetched.final_url, &page.more);
    if let Some(more) = more.filter(|_| page.title.is_empty() || page.image.is_empty()) {
        // What the page says itself is enough where the other document is missing.
        if let Ok(fetched) = fetch::plain(data, &more, MORE, &budget).await {
            complete(&mut page, &fetched.body);
        }
    }
    page.image = address(&fetched.final_url, &page.image).map(|uri| uri.to_string()).unwrap_or_default();
    Ok(Some(page).filter(Page::is_readable))
}

/// An address on a page, as a whole; only of the web.
fn address(page: &Url, text: &str) -> Option<Uri> {
    let text = text.trim();
    let joined = page.join(text).ok().filter(|_| !text.is_empty())?;
    Uri::parse(joined.as_str())
}

/// Takes over what a document of oEmbed says; its HTML is never used.
fn complete(page: &mut Page, body: &[u8]) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    page.complete(text("title"), text("author_name"), text("provider_name"), text("thumbnail_url"));
}
