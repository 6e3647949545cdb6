//! A received activity as the ActivityPub library sees it.

use activitypub_federation::config::Data;
use activitypub_federation::traits::Activity;
use async_trait::async_trait;
use url::Url;

use super::{Arrived, Voucher};
use crate::domain::Refusal;
use crate::federation::fetch::Budget;
use crate::federation::{Federation, FetchError, inbox, resolve};
use crate::store::Error;
use crate::vocab::incoming::IncomingActivity;

/// An activity whose actor signed the request that brought it.
#[derive(Debug)]
pub struct ReceivedActivity {
    id: Url,
    actor: Url,
    arrived: Arrived,
}

impl ReceivedActivity {
    /// An activity that was just read.
    pub fn new(activity: IncomingActivity) -> Option<Self> {
        let (id, actor) = (activity.id.to_url()?, activity.actor.to_url()?);
        Some(Self { id, actor, arrived: Arrived::read(activity) })
    }
}

#[async_trait]
impl Activity for ReceivedActivity {
    type DataType = Federation;
    type Error = Error;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, data: &Data<Federation>) -> Result<(), Error> {
        let actor = &self.arrived.activity.actor;
        match resolve::actor(data, actor, &Budget::of_activity(data)).await {
            Ok(_) => Ok(()),
            Err(FetchError::Gone) => Err(Refusal::Gone.into()),
            Err(error) => Err(error.into()),
        }
    }

    async fn receive(self, data: &Data<Federation>) -> Result<(), Error> {
        inbox::perform(data, &self.arrived, Voucher::Actor).await
    }
}
