//! Reading lists of rules about servers that this site follows.

use activitypub_federation::config::Data;

use super::{Federation, FetchError, fetch};
use crate::domain::host_list::HostList;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::import::host_rules as lists;
use crate::services::host_lists as service;
use crate::store::{Error, host_lists};

/// Rules that a list which is followed has at most: every list is looked at whenever one of them changes.
const MOST_RULES: usize = 20_000;

/// Reads a list and does what follows from it. One that cannot be read, or that is no list, changes
/// nothing: what it said last goes on holding.
pub async fn fetch(data: &Data<Federation>, id: Id<HostList>) -> Result<(), Error> {
    let list = data.app.db.read(|conn| Ok(host_lists::by_id(conn, id)?)).await?;
    let Some(uri) = list.and_then(|list| Uri::parse(&list.url)) else { return Ok(()) };
    // It is read once a day, or because somebody asked: what failed a minute ago may have been mended.
    fetch::forget_failure(data, &uri);
    let fetched = match fetch::list(data, &uri).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let why = why(&error);
            data.app.db.write(|tx| service::failed(tx, id, &why)).await?;
            return match error {
                FetchError::Temporary(_) | FetchError::Led { .. } | FetchError::Spared(_) => {
                    Err(error.into())
                }
                _ => Ok(()),
            };
        }
    };
    let text = String::from_utf8_lossy(&fetched.body);
    let read = lists::read(&text, &data.app.site.host);
    let wrong = lists::mistake(&fetched.media_type, &text, &read).or_else(|| too_many(read.rules.len()));
    data.app
        .db
        .write(|tx| match &wrong {
            Some(why) => service::failed(tx, id, why),
            None => service::receive(tx, id, &read.rules),
        })
        .await
}

fn too_many(rules: usize) -> Option<String> {
    (rules > MOST_RULES).then(|| format!("it has {rules} rules; {MOST_RULES} are read at most"))
}

fn why(error: &FetchError) -> String {
    match error {
        FetchError::Blocked(why) => format!("{why}; a list is read only from servers that we talk to"),
        other => other.to_string(),
    }
}
