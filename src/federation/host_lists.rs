//! Reading lists of rules about servers that this site follows.

use activitypub_federation::config::Data;

use super::{Federation, FetchError, fetch};
use crate::domain::host_list::HostList;
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::import::host_rules as lists;
use crate::services::host_lists as service;
use crate::store::{Error, host_lists};

/// Reads a list and does what follows from it. One that cannot be read, or in which there is no rule,
/// changes nothing: what it said last goes on holding.
pub async fn fetch(data: &Data<Federation>, id: Id<HostList>) -> Result<(), Error> {
    let list = data.app.db.read(|conn| Ok(host_lists::by_id(conn, id)?)).await?;
    let Some(uri) = list.and_then(|list| Uri::parse(&list.url)) else { return Ok(()) };
    let fetched = match fetch::list(data, &uri).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let why = error.to_string();
            data.app.db.write(|tx| service::failed(tx, id, &why)).await?;
            return match error {
                FetchError::Temporary(_) => Err(error.into()),
                _ => Ok(()),
            };
        }
    };
    let text = String::from_utf8_lossy(&fetched.body);
    let read = lists::read(&text, &data.app.site.host);
    data.app
        .db
        .write(|tx| {
            if read.rules.is_empty() {
                return service::failed(tx, id, "there is no rule in it");
            }
            service::receive(tx, id, &read.rules)
        })
        .await
}
