//! Whether the pages that an account names in its profile lead back to it.

use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::domain::account::{Account, AccountState};
use crate::domain::id::Id;
use crate::domain::profile::Field;
use crate::domain::uri::Uri;
use crate::services::profiles as service;
use crate::store::{Error, accounts, profiles};
use crate::text::links;

/// What we ask for.
const PAGES: &str = "text/html, application/xhtml+xml";

/// Looks at the pages that are not known to lead back yet. One that does not answer now is asked
/// again by the next try of the job.
pub async fn check(data: &Federation, account: Id<Account>) -> Result<(), Error> {
    let loaded = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, account)?.filter(|account| account.state == AccountState::Active);
        account.map(|account| Ok((profiles::of(conn, account.id)?, account))).transpose()
    });
    let Some((profile, account)) = loaded.await? else { return Ok(()) };
    let fields = Field::read_all(&profile.fields);
    let budget = Budget::new(fields.len());
    let home = [account.url.as_str(), account.uri.as_str()];
    let (mut proven, mut missed) = (Vec::new(), None);
    for field in fields.into_iter().filter(|field| field.verified_at.is_none()) {
        let Some(uri) = page_of(&account, &field) else { continue };
        match fetch::plain(data, &uri, PAGES, &budget).await {
            Ok(page) if page.media_type.contains("html") => {
                if links::lead_back(&String::from_utf8_lossy(&page.body), &home) {
                    proven.push(field.value);
                }
            }
            Err(error @ (FetchError::Temporary(_) | FetchError::Led { .. } | FetchError::Spared(_))) => {
                missed = Some(error)
            }
            Ok(_) | Err(_) => {}
        }
    }
    if !proven.is_empty() {
        data.app.db.write(|tx| service::prove(tx, account.id, &proven)).await?;
    }
    missed.map_or(Ok(()), |error| Err(error.into()))
}

/// The page that a line names; of an account elsewhere it stands in a link.
fn page_of(account: &Account, field: &Field) -> Option<Uri> {
    if account.is_local() {
        return Uri::parse(field.value.trim());
    }
    links::addresses(&field.value).first().and_then(|address| Uri::parse(address))
}
