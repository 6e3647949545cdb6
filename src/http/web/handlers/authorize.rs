//! `/oauth/authorize`: a member lets an app in, in their own name or the organization's.
//!
//! An app or address that is not registered gets a page of ours and is never redirected to: the
//! rest of what can be wrong is told to the app.

use activitypub_federation::config::Data;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, LOCATION, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded::{Serializer, byte_serialize, parse};

use super::{Answer, page, then};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::oauth::{ClientApp, OUT_OF_BAND};
use crate::domain::scope::Scopes;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::assets;
use crate::http::web::authorize::{AuthorizePage, CodePage};
use crate::http::web::layout::Section;
use crate::services::oauth::{self, Agreement};
use crate::store;

/// What an app asks, as far as it may be believed: the app and the address are registered.
struct Asked {
    app: ClientApp,
    redirect_uri: String,
    state: Option<String>,
    scopes: Scopes,
    challenge: Option<String>,
}

/// What the parameters of a request say.
type Say<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// `GET /oauth/authorize`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let say = |name: &str| visit.asked(name);
    let asked = match ask(&data, &say).await? {
        Ok(asked) => asked,
        Err(away) => return Ok(away),
    };
    if visit.session.member.is_none() {
        return then(&visit.sign_in_path());
    }
    if visit.asked("force_login").is_some_and(|forced| forced.eq_ignore_ascii_case("true") || forced == "1") {
        return then(&again(&visit));
    }
    let voices = visit.voices().into_iter();
    let voices = voices.map(|voice| (voice.id.to_string(), voice.title().to_owned(), voice.handle.clone()));
    let words = visit.words();
    let title = words.let_in.join(&asked.app.name);
    let shown = AuthorizePage {
        layout: visit.private_layout(&title, Section::Elsewhere),
        words,
        app: asked.app.name.clone(),
        website: asked.app.website.clone(),
        wishes: asked.scopes.words().iter().map(|scope| words.scope(scope)).collect(),
        voices: voices.collect(),
        fields: NAMES.iter().filter_map(|name| Some((*name, visit.asked(name)?))).collect(),
    };
    Ok(dressed(page(&shown)?))
}

/// The sign-in page, and from there back here without the wish for it.
fn again(visit: &Visit) -> String {
    let (path, query) = visit.path.split_once('?').unwrap_or((&visit.path, ""));
    let pairs = parse(query.as_bytes()).filter(|(name, _)| name != "force_login");
    let back = format!("{path}?{}", Serializer::new(String::new()).extend_pairs(pairs).finish());
    format!("/sign-in?again=1&next={}", byte_serialize(back.as_bytes()).collect::<String>())
}

/// What the form sends along.
const NAMES: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// `POST /oauth/authorize`: the member decided.
pub async fn decide(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let member = visit.member()?;
    let say = |name: &str| Some(fields.get(name).to_owned()).filter(|value| !value.is_empty());
    let asked = match ask(&data, &say).await? {
        Ok(asked) => asked,
        Err(away) => return Ok(away),
    };
    if fields.get("decision") != "allow" {
        let why = "The user refused to let the app in.";
        return back(
            &asked.redirect_uri,
            asked.state.as_deref(),
            &[("error", "access_denied"), ("error_description", why)],
        );
    }
    let voice = Id::parse(fields.get("account")).and_then(|id: Id<Account>| visit.voice(id));
    let voice = voice.ok_or_else(|| PageError::forbidden("You cannot speak in that name."))?;
    let agreement = Agreement {
        account: voice.id,
        redirect_uri: asked.redirect_uri.clone(),
        scopes: asked.scopes.clone(),
        challenge: asked.challenge.clone(),
    };
    let code = data.app.db.write(|tx| oauth::agree(tx, &member.user, &asked.app, &agreement)).await?;
    if asked.redirect_uri == OUT_OF_BAND {
        return found(&format!("/oauth/authorize/native?code={code}"));
    }
    back(&asked.redirect_uri, asked.state.as_deref(), &[("code", &code)])
}

/// `GET /oauth/authorize/native`: shows a code to copy.
pub async fn native(visit: Visit) -> Answer {
    let code = visit.asked("code").unwrap_or_default();
    let words = visit.words();
    let layout = visit.private_layout(words.your_code, Section::Elsewhere);
    Ok(dressed(page(&CodePage { layout, words, code })?))
}

/// Reads what an app asks; the inner error is the way back to the app.
async fn ask(data: &Data<Federation>, say: Say<'_>) -> Result<Result<Asked, Response>, PageError> {
    let refuse = |why: &str| PageError::new(StatusCode::BAD_REQUEST, why);
    let client_id = say("client_id").unwrap_or_default();
    let app = data.app.db.read(|conn| Ok(store::oauth::app(conn, &client_id)?)).await?;
    let app = app.ok_or_else(|| {
        refuse("This app is not registered here. Remove this account from the app and add it again.")
    })?;
    let redirect_uri = say("redirect_uri").unwrap_or_default();
    if !app.redirects().any(|known| known == redirect_uri) {
        return Err(refuse("The app asks to be answered at an address that it did not register."));
    }
    let state = say("state");
    let error = |code: &str, why: &str| {
        back(&redirect_uri, state.as_deref(), &[("error", code), ("error_description", why)]).map(Err)
    };
    if say("response_type").as_deref() != Some("code") {
        return error("unsupported_response_type", "This server answers with a code only.");
    }
    let scope = say("scope").filter(|scope| !scope.trim().is_empty());
    let scopes = scope.map_or_else(Scopes::read, |scope| Scopes::parse(&scope));
    if scopes.is_empty() || !app.scopes().contain(&scopes) {
        return error("invalid_scope", "The scope is unknown or goes beyond what the app registered for.");
    }
    let challenge = say("code_challenge").filter(|challenge| challenge != "None");
    if challenge.is_some() && say("code_challenge_method").as_deref() != Some("S256") {
        return error("invalid_request", "The code_challenge_method must be S256.");
    }
    Ok(Ok(Asked { app, redirect_uri, state, scopes, challenge }))
}

/// Leads back to an app. The address is joined as text, because parsing it would change it.
fn back(redirect_uri: &str, state: Option<&str>, said: &[(&str, &str)]) -> Answer {
    if redirect_uri == OUT_OF_BAND {
        let why = said.iter().find(|(name, _)| *name == "error_description").map_or("", |(_, why)| *why);
        return Err(PageError::new(StatusCode::BAD_REQUEST, why));
    }
    let pairs = said.iter().copied().chain(state.map(|state| ("state", state)));
    let pairs: Vec<_> = pairs
        .map(|(name, value)| {
            let value: String = byte_serialize(value.as_bytes()).collect();
            format!("{name}={}", value.replace('+', "%20"))
        })
        .collect();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    found(&format!("{redirect_uri}{joint}{}", pairs.join("&")))
}

fn found(address: &str) -> Answer {
    let address = HeaderValue::from_str(address).map_err(|error| PageError::fault(&error))?;
    Ok((StatusCode::FOUND, [(LOCATION, address)]).into_response())
}

/// Browsers apply `form-action` to where a form leads in the end, which is the app: this page goes
/// without it, and may not be framed.
fn dressed(mut response: Response) -> Response {
    let policy: Vec<_> = assets::CONTENT_SECURITY_POLICY
        .split(';')
        .filter(|part| !part.trim_start().starts_with("form-action"))
        .collect();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy.join(";")) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("private, no-store"));
    response
}
