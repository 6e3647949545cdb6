//! An account as the ActivityPub library sees it.

use activitypub_federation::config::Data;
use activitypub_federation::traits::{Actor, Object};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use crate::domain::account::{Account, AccountState};
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::federation::fetch::Budget;
use crate::federation::{Federation, resolve};
use crate::store::{Error, accounts, keys};
use crate::vocab::incoming::IncomingActor;

/// An account with its address as a URL and its key as PEM, which the library asks for.
#[derive(Clone, Debug)]
pub struct RemoteActor {
    /// The account.
    pub account: Account,
    url: Url,
    pem: String,
}

#[async_trait]
impl Object for RemoteActor {
    type DataType = Federation;
    type Kind = Value;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.url
    }

    fn last_refreshed_at(&self) -> Option<DateTime<Utc>> {
        self.account.fetched_at.map(|at| at.to_utc())
    }

    fn is_deleted(&self) -> bool {
        self.account.state == AccountState::Deleted
    }

    async fn read_from_id(id: Url, data: &Data<Federation>) -> Result<Option<Self>, Error> {
        let Some(uri) = Uri::from_url(&id) else { return Ok(None) };
        data.app
            .db
            .read(|conn| {
                let Some(account) = accounts::by_uri(conn, &uri)? else { return Ok(None) };
                let keys = keys::of_account(conn, account.id)?;
                let rsa = keys.iter().find(|key| key.algorithm == Algorithm::Rsa && key.retired_at.is_none());
                let pem = rsa.map(keys::Key::verifying).transpose()?.map(|key| key.to_pem());
                Ok(Some(Self { account, url: id, pem: pem.unwrap_or_default() }))
            })
            .await
    }

    async fn into_json(self, data: &Data<Federation>) -> Result<Value, Error> {
        let document = data.app.db.read(|conn| Ok(accounts::document(conn, self.account.id)?)).await?;
        Ok(document.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    async fn verify(json: &Value, expected: &Url, _: &Data<Federation>) -> Result<(), Error> {
        let actor = IncomingActor::read(json).map_err(|problem| Error::broken(problem.to_string()))?;
        let same = Uri::from_url(expected).is_some_and(|expected| expected.same_origin(&actor.id));
        if same { Ok(()) } else { Err(Error::broken("the account belongs to another server")) }
    }

    async fn from_json(json: Value, data: &Data<Federation>) -> Result<Self, Error> {
        let actor = IncomingActor::read(&json).map_err(|problem| Error::broken(problem.to_string()))?;
        let account = resolve::accept(data, &actor, &json.to_string(), &Budget::of_activity(data)).await?;
        let url = account.uri.to_url().ok_or_else(|| Error::broken("an account without an address"))?;
        let rsa = actor.keys.iter().find(|key| key.key.algorithm() == Algorithm::Rsa);
        let pem = rsa.map(|key| key.key.to_pem()).unwrap_or_default();
        Ok(Self { account, url, pem })
    }
}

impl Actor for RemoteActor {
    fn public_key_pem(&self) -> &str {
        &self.pem
    }

    /// Private keys never leave `domain::keys`.
    fn private_key_pem(&self) -> Option<String> {
        None
    }

    fn inbox(&self) -> Url {
        self.account.inbox.to_url().unwrap_or_else(|| self.url.clone())
    }

    fn shared_inbox(&self) -> Option<Url> {
        self.account.shared_inbox.as_ref().and_then(Uri::to_url)
    }
}
