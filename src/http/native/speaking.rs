//! Who publishes in the organization's name: only an app to which a publisher gave its account.

use std::ops::Deref;

use activitypub_federation::config::Data;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::Value;

use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::mastodon::answer::{Answer, ApiError};
use crate::http::mastodon::caller::{Allowed, Speaker};
use crate::http::mastodon::params::Params;
use crate::http::mastodon::scopes::WriteDebate;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, Tx};

/// Guard: a token of the organization that covers writing. A publisher's own account does not do:
/// which account an app gets is chosen where it is let in.
pub(super) struct Speaking(Allowed<WriteDebate>);

impl Deref for Speaking {
    type Target = Speaker;

    fn deref(&self) -> &Speaker {
        &self.0
    }
}

/// How something of the organization is withdrawn, and what it is then.
type Retraction = (
    fn(&mut Tx<'_>, &User, Id<Contribution>, &str) -> Result<View, Error>,
    fn(&mut Conn, Viewer, i64) -> Result<Value, Error>,
);

impl Speaking {
    /// Withdraws something for the reason that is given.
    pub(super) async fn retracts(
        &self,
        data: &Data<Federation>,
        key: i64,
        params: &Params,
        (retract, whole): Retraction,
    ) -> Answer<Value> {
        let reason = params.text("reason").unwrap_or_default();
        let made = data.app.db.write(|tx| {
            retract(tx, &self.user, Id::new(key), &reason)?;
            whole(tx, self.viewer(), key)
        });
        Ok(Json(made.await?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Speaking {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let allowed = Allowed::from_request_parts(parts, state).await?;
        if allowed.account.kind != AccountKind::Organization {
            let why = "this is said in the organization's name: a publisher signs in and gives the app the \
                       organization's account";
            return Err(Error::from(Refusal::forbidden(why)).into());
        }
        Ok(Self(allowed))
    }
}
