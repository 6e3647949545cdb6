//! The server of a site that is not set up yet: one page behind a one-time link.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
};
use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, extract::Path};
use serde::Deserialize;
use tokio::sync::{Mutex, watch};

use super::assets;
use super::forms::Mistakes;
use super::layout::{Layout, Site as Masthead};
use super::setup::{SetupPage, federation_modes};
use super::shown::Lang;
use crate::config::{is_public_host, parse_host};
use crate::domain::Refusal;
use crate::domain::site::{FederationMode, Site};
use crate::services::setup::{SetUp, SetUpKeys, set_up};
use crate::services::users::{HashedPassword, secret, secret_hash};
use crate::store::{Db, Error};

/// The set-up of a site, waiting for its page to be filled in.
#[derive(Clone)]
pub struct FirstRun {
    db: Db,
    origin: String,
    token_hash: String,
    done: Arc<watch::Sender<bool>>,
    site: Arc<Mutex<Option<Site>>>,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    handle: String,
    #[serde(default)]
    languages: String,
    #[serde(default)]
    federation: String,
    #[serde(default)]
    admin: String,
    #[serde(default)]
    password: String,
}

impl FirstRun {
    /// A set-up for `origin`, and the link that opens its page.
    pub fn new(db: Db, origin: String) -> Result<(Self, String), Error> {
        let (secret, token_hash) = secret()?;
        let link = format!("{origin}/setup?token={secret}");
        let done = Arc::new(watch::channel(false).0);
        Ok((Self { db, origin, token_hash, done, site: Arc::default() }, link))
    }

    /// Turns true once the site is set up.
    pub fn done(&self) -> watch::Receiver<bool> {
        self.done.subscribe()
    }

    /// The site, once it is set up.
    pub async fn site(&self) -> Option<Site> {
        self.site.lock().await.take()
    }

    /// The routes of a site that is not set up yet.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/setup", get(show).post(submit))
            .route("/assets/{name}", get(asset))
            .fallback(waiting)
            .with_state(self.clone())
    }

    fn page(&self, asked: &Asked, mistakes: Mistakes, status: StatusCode) -> Response {
        let masthead = Masthead {
            name: "Plenum".to_owned(),
            motto: String::new(),
            handle: String::new(),
            language: Lang::new("en"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            source: env!("CARGO_PKG_REPOSITORY").into(),
        };
        let chosen = if asked.federation.is_empty() { "quarantine" } else { asked.federation.as_str() };
        let languages = if asked.languages.is_empty() { "en" } else { asked.languages.as_str() };
        let page = SetupPage {
            layout: Layout { bare: true, ..Layout::new(masthead, "Set up this site") },
            token: asked.token.clone(),
            host: self.host().to_owned(),
            organization: asked.organization.clone(),
            handle: asked.handle.clone(),
            languages: languages.to_owned(),
            federation: federation_modes(chosen),
            admin: asked.admin.clone(),
            mistakes: mistakes.named_by(&[
                ("organization", "Name of the organization"),
                ("handle", "Handle"),
                ("languages", "Languages"),
                ("admin", "Your name on this site"),
                ("password", "Password"),
            ]),
        };
        let headers = [
            (CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY),
            (CACHE_CONTROL, "no-store"),
            (REFERRER_POLICY, "no-referrer"),
        ];
        match page.render() {
            Ok(html) => (status, headers, Html(html)).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    fn host(&self) -> &str {
        self.origin.split_once("://").map_or(self.origin.as_str(), |(_, host)| host)
    }

    /// What is answered instead of the page, which is for whoever has the link, under the name that the site will
    /// have for good.
    fn refusal(&self, token: &str, name: Option<&str>) -> Option<Response> {
        if secret_hash(token) != self.token_hash || *self.done.borrow() {
            return Some(not_yet());
        }
        let right = name.is_some_and(|name| self.is_named(name));
        (!right).then(|| self.misnamed(name))
    }

    /// Whether the site will have this name; the port that goes without saying may be said.
    fn is_named(&self, name: &str) -> bool {
        let usual = if self.origin.starts_with("https:") { 443 } else { 80 };
        let of = |name: &str| parse_host(name).ok().map(|(name, port)| (name, port.unwrap_or(usual)));
        of(name).is_some_and(|name| of(self.host()) == Some(name))
    }

    /// What whoever came under another name reads, and does.
    fn misnamed(&self, name: Option<&str>) -> Response {
        let own = self.host();
        let came = name.and_then(|name| parse_host(name).ok()).map(|(name, _)| name);
        let wanted = came.as_deref().filter(|name| is_public_host(name)).unwrap_or("debate.example.org");
        let came = came.as_deref().unwrap_or("a name that is none");
        let text = format!(
            "This site would be set up as {own} for good: every address that it publishes contains this name. You asked \
             for it as {came}.\n\nIf {own} is right, open the link as the server printed it, and let a proxy in front \
             of the server pass the header Host on unchanged. If it is not, write the right name into plenum.toml and \
             restart the server; it prints another link then:\n\n[site]\nhost = \"{wanted}\"\n"
        );
        (StatusCode::MISDIRECTED_REQUEST, [(CACHE_CONTROL, "no-store")], text).into_response()
    }
}

/// Under which name the page was asked for, as the proxies in front pass it on.
fn named<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(HOST).and_then(|value| value.to_str().ok());
    // HTTP/2 has it in the address.
    named.or_else(|| uri.authority().map(Authority::as_str))
}

async fn show(
    State(run): State<FirstRun>,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Response {
    let refusal = run.refusal(&asked.token, named(&headers, &uri));
    refusal.unwrap_or_else(|| run.page(&asked, Mistakes::default(), StatusCode::OK))
}

async fn submit(
    State(run): State<FirstRun>,
    headers: HeaderMap,
    uri: Uri,
    Form(asked): Form<Asked>,
) -> Response {
    if let Some(refusal) = run.refusal(&asked.token, named(&headers, &uri)) {
        return refusal;
    }
    match found(&run, &asked).await {
        Ok(site) => {
            *run.site.lock().await = Some(site);
            run.done.send_replace(true);
            elsewhere("/sign-in")
        }
        Err(Error::Refused(Refusal::Invalid { field, why })) => {
            run.page(&asked, Mistakes::one(field, why), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::Refused(refusal)) => {
            run.page(&asked, Mistakes::one("organization", refusal.to_string()), StatusCode::CONFLICT)
        }
        Err(Error::Fault(fault)) => {
            tracing::error!(%fault, "the site could not be set up");
            let why = "Something broke on our side; the log of the server says what.".to_owned();
            run.page(&asked, Mistakes::one("organization", why), StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

async fn found(run: &FirstRun, asked: &Asked) -> Result<Site, Error> {
    let separator = |c: char| c == ',' || c.is_whitespace();
    let languages = asked.languages.split(separator).filter(|tag| !tag.is_empty()).map(str::to_owned);
    let request = SetUp {
        origin: run.origin.clone(),
        name: asked.organization.clone(),
        handle: asked.handle.clone(),
        description: String::new(),
        languages: languages.collect(),
        federation_mode: FederationMode::parse(&asked.federation).unwrap_or_default(),
        contact: String::new(),
        admin: asked.admin.clone(),
    };
    let (password, keys) = tokio::task::block_in_place(|| {
        let password = HashedPassword::new(&asked.password)?;
        Ok::<_, Error>((password, SetUpKeys::generate()?))
    })?;
    let (site, _) = run.db.write(|tx| set_up(tx, &request, &password, &keys)).await?;
    run.db.set_site(site.clone());
    Ok(site)
}

async fn asset(Path(name): Path<String>) -> Response {
    match assets::find(&name) {
        Some(asset) => ([(CONTENT_TYPE, asset.media_type)], asset.body).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What is asked for while the site is not set up. Once it is, a browser may still ask on a connection that it had
/// opened before.
async fn waiting(State(run): State<FirstRun>, uri: Uri) -> Response {
    if *run.done.borrow() {
        return elsewhere(uri.path_and_query().map_or("/", PathAndQuery::as_str));
    }
    not_yet()
}

/// Sends a browser to the site, over a connection of its own: behind this one is still the set-up.
fn elsewhere(path: &str) -> Response {
    ([(CONNECTION, "close")], Redirect::to(path)).into_response()
}

fn not_yet() -> Response {
    let text = "This site is not set up yet. Its administrator finds the link in the terminal where `plenum serve` runs.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")], text).into_response()
}
