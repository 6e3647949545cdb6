//! Who calls, and the guards that handlers name as arguments: a route without one does not compile
//! into something that reads or writes for somebody.

use std::marker::PhantomData;
use std::ops::Deref;

use activitypub_federation::config::Data;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use url::form_urlencoded;

use super::answer::ApiError;
use super::scopes::Needs;
use crate::domain::account::Account;
use crate::domain::scope::Scopes;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::services::oauth;
use crate::services::users::secret_hash;
use crate::store::contributions::Viewer;
use crate::store::{push_subscriptions, users};

/// Somebody with a valid token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The login; `None` when the token speaks for an app only.
    pub user: Option<User>,
    /// In whose name the token speaks: a Person, or the organization.
    pub account: Option<Account>,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether its account is frozen, so that it may read and nothing else.
    pub frozen: bool,
    /// The digest of the token.
    pub token_hash: String,
}

/// A person, or the organization, with a token that covers what the route needs.
#[derive(Clone, Debug)]
pub struct Speaker {
    /// The login.
    pub user: User,
    /// In whose name the token speaks: the login's Person, or the organization.
    pub account: Account,
    /// What the token may do.
    pub scopes: Scopes,
    /// The digest of the token.
    pub token_hash: String,
}

impl Speaker {
    /// Who asks, for everything that is read.
    pub fn viewer(&self) -> Viewer {
        Viewer::Member(self.account.id)
    }
}

/// Guard: a user's token with the scope `S`. Dereferences to [`Speaker`].
#[derive(Clone, Debug)]
pub struct Allowed<S> {
    speaker: Speaker,
    scope: PhantomData<fn() -> S>,
}

impl<S> Deref for Allowed<S> {
    type Target = Speaker;

    fn deref(&self) -> &Speaker {
        &self.speaker
    }
}

/// Guard: open to everyone; a token that is sent all the same must be valid and have the scope `S`.
#[derive(Clone, Debug)]
pub struct Maybe<S> {
    caller: Option<Caller>,
    scope: PhantomData<fn() -> S>,
}

impl<S> Maybe<S> {
    /// Who asks, for everything that is read.
    pub fn viewer(&self) -> Viewer {
        self.account().map_or(Viewer::Anyone, |account| Viewer::Member(account.id))
    }

    /// The account that asks.
    pub fn account(&self) -> Option<&Account> {
        self.caller.as_ref().and_then(|caller| caller.account.as_ref())
    }

    /// The login behind it.
    pub fn user(&self) -> Option<&User> {
        self.caller.as_ref().and_then(|caller| caller.user.as_ref())
    }
}

impl Caller {
    /// Who sent the request; `None` without a token.
    pub async fn of<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        let Some(secret) = token(&parts.headers, &parts.uri) else { return Ok(None) };
        let data = Data::<Federation>::from_request_parts(parts, state).await;
        let data = data.map_err(|(_, why)| ApiError::fault(&why))?;
        let caller = Self::by_secret(&data, &secret).await?;
        if caller.frozen && !is_reading(&parts.method, parts.uri.path()) {
            return Err(ApiError::frozen(&data.app.site.origin));
        }
        Ok(Some(caller))
    }

    /// Whose token this is. Whoever is let in without more has to ask whether it is frozen.
    pub async fn by_secret(data: &Data<Federation>, secret: &str) -> Result<Self, ApiError> {
        let token_hash = secret_hash(secret);
        let organization = data.app.site.organization;
        let tokens = &data.app.tokens;
        let seen = tokens.has_seen(&token_hash);
        let found = data.app.db.read(|conn| {
            let bearer = oauth::bearer(conn, &token_hash, organization)?;
            let asked = bearer.is_some() && !seen;
            let subscription = if asked { push_subscriptions::of_token(conn, &token_hash)? } else { None };
            let barred = bearer.is_none() && users::is_barred_token(conn, &token_hash)?;
            Ok((bearer, subscription.is_some(), barred))
        });
        let (bearer, subscribed, barred) = found.await?;
        if barred {
            return Err(ApiError::barred());
        }
        let bearer = bearer.ok_or_else(ApiError::invalid_token)?;
        if subscribed {
            tokens.remember(&token_hash, secret);
        } else if !seen {
            tokens.pass_over(&token_hash);
        }
        let (user, account) = bearer.speaker.unzip();
        Ok(Self { user, account, scopes: bearer.scopes, frozen: bearer.frozen, token_hash })
    }

    fn check<S: Needs>(&self) -> Result<(), ApiError> {
        let fits = S::WORDS.is_empty() || S::WORDS.iter().any(|word| self.scopes.cover(word));
        if fits { Ok(()) } else { Err(ApiError::outside_scopes()) }
    }
}

/// Whether a request only reads, or says how far somebody has read and which device is told of it.
fn is_reading(method: &Method, path: &str) -> bool {
    let told = ["/api/v1/notifications/", "/api/v2/notifications/"].iter().any(|start| {
        let rest = path.strip_prefix(start).filter(|rest| !rest.starts_with("requests"));
        rest.is_some_and(|rest| rest == "clear" || rest == "dismiss" || rest.ends_with("/dismiss"))
    });
    method.is_safe() || told || matches!(path, "/api/v1/markers" | "/api/v1/push/subscription")
}

/// The token itself, for the few routes that need more than its digest. Never shown by `Debug`.
pub struct Bearer(String);

impl Bearer {
    /// The secret.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        token(&parts.headers, &parts.uri).map(Self).ok_or_else(ApiError::invalid_token)
    }
}

/// The names under which a token comes as a parameter.
pub(super) const TOKEN: [&str; 2] = ["access_token", "bearer_token"];

/// The token of a request: header first, then the query, where streams and old clients put it.
pub(super) fn token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.split_once(' '));
    if let Some((_, token)) = bearer.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")) {
        return Some(token.trim().to_owned());
    }
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| TOKEN.contains(&&**key)).map(|(_, value)| value.into_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Self::of(parts, state).await?.ok_or_else(ApiError::invalid_token)
    }
}

impl<N: Needs, S: Send + Sync> FromRequestParts<S> for Allowed<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.check::<N>()?;
        let Caller { user: Some(user), account: Some(account), scopes, token_hash, .. } = caller else {
            return Err(ApiError::needs_user());
        };
        Ok(Self { speaker: Speaker { user, account, scopes, token_hash }, scope: PhantomData })
    }
}

impl<N: Needs, S: Send + Sync> FromRequestParts<S> for Maybe<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::of(parts, state).await?;
        if let Some(caller) = &caller {
            caller.check::<N>()?;
        }
        Ok(Self { caller, scope: PhantomData })
    }
}

/// The key in a path: anything that is no key of ours is the address of nothing. Use it as
/// `PathId(id): PathId` in routes with one `{id}`.
#[derive(Clone, Copy, Debug)]
pub struct PathId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let pairs = path.map_err(|_| ApiError::not_found())?.0;
        let first = pairs.iter().find(|(name, _)| name == "id").or_else(|| pairs.first());
        let id = first.and_then(|(_, text)| text.parse().ok()).filter(|id: &i64| *id > 0);
        id.map(Self).ok_or_else(ApiError::not_found)
    }
}
