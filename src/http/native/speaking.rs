//! Who publishes in the organization's name: only an app to which a publisher gave its account.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::http::mastodon::answer::ApiError;
use crate::http::mastodon::caller::{Allowed, Speaker};
use crate::http::mastodon::scopes::WriteDebate;
use crate::store::Error;

/// Guard: a token of the organization that covers writing. A publisher's own account does not do:
/// which account an app gets is chosen where it is let in.
pub(super) struct Speaking(Allowed<WriteDebate>);

impl Deref for Speaking {
    type Target = Speaker;

    fn deref(&self) -> &Speaker {
        &self.0
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
