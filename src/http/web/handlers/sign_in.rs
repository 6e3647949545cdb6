//! Signing in and out.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::attempts::{Attempt, Attempts, minute};
use super::sign_ins::agent;
use super::{Answer, page, then};
use crate::clock::Timestamp;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::peer::Peer;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::session::Cookies;
use crate::http::extract::visit::Visit;
use crate::http::throttle::Throttle;
use crate::http::web::layout::Section;
use crate::http::web::sign_in::SignInPage;
use crate::services::{second_factors, users};
use crate::store;
use crate::text::words::Letters;

/// Longer names are nobody's, and are not remembered in full.
const LONGEST_NAME: usize = 100;

/// `GET /sign-in`.
pub async fn show(visit: Visit) -> Answer {
    let next = visit.asked("next").unwrap_or_default();
    // An app that shares a browser may want to be sure who sits there.
    let again = visit.asked("again").is_some();
    if visit.session.member.is_some() && !again {
        return then(own_path(&next));
    }
    with_form(visit, String::new(), &next, None, None)
}

/// `POST /sign-in`.
pub async fn submit(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Peer(peer): Peer,
    headers: HeaderMap,
    Posted { visit, fields }: Posted,
) -> Answer {
    let agent = agent(&headers);
    if !fields.get("ticket").is_empty() {
        return code(&data, &attempts.members, visit, &fields, &agent).await;
    }
    let name: String = fields.get("name").trim().to_ascii_lowercase().chars().take(LONGEST_NAME).collect();
    let next = fields.get("next").to_owned();
    let attempt = Attempt::of(&name, &peer);
    let (now, limit) = (data.app.clock().now(), data.app.config.limits.sign_ins);
    if let Err(until) = attempt.count(&attempts.sign_ins, limit, now) {
        return too_many(visit, name, &next, (until, now), None);
    }
    let user = data.app.db.read(|conn| Ok(store::users::by_name(conn, &name)?)).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    let password = fields.get("password");
    let fits = data.app.passwords.fits(user.as_ref(), password).await?;
    let Some(user) = user.filter(|_| fits) else {
        let why = visit.words().wrong_password.to_owned();
        let mut response = with_form(visit, name, &next, Some(why), None)?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    attempt.succeeded(&attempts.sign_ins);
    let opened = data.app.db.write(|tx| {
        let on = second_factors::is_on(tx, user.id)?;
        Ok(match on {
            true => Err(second_factors::owe(tx, user.id)?),
            false => Ok(users::open_session(tx, user.id, &agent)?),
        })
    });
    match opened.await? {
        Ok(secret) => enter(&visit, &next, &secret),
        Err(ticket) => with_form(visit, name, &next, None, Some(ticket)),
    }
}

/// The form once more for somebody who tried too often: until when, and what else there is to do.
fn too_many(
    visit: Visit,
    name: String,
    next: &str,
    (until, now): (Timestamp, Timestamp),
    ticket: Option<String>,
) -> Answer {
    let why = visit.words_for(next).too_many.replace("{}", &minute(until));
    let mut response = with_form(visit, name, next, Some(why), ticket)?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = until.0.saturating_sub(now.0).max(0) / 1000 + 1;
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(response)
}

/// The second step: the code of whoever gave the right password.
async fn code(
    data: &Data<Federation>,
    throttle: &Throttle,
    visit: Visit,
    fields: &Fields,
    agent: &str,
) -> Answer {
    let (ticket, next) = (fields.get("ticket").to_owned(), fields.get("next").to_owned());
    let (now, limit) = (data.app.clock().now(), data.app.config.limits.sign_ins);
    let hash = users::secret_hash(&ticket);
    let user = data.app.db.read(|conn| Ok(store::second_factors::pending(conn, &hash, now)?)).await?;
    let Some(user) = user else {
        let why = visit.words().too_late.to_owned();
        return with_form(visit, String::new(), &next, Some(why), None);
    };
    // Counted by who it is, not by the attempt: whoever knows the password begins anew as often as
    // they like.
    let key = format!("code {}", user.id);
    if let Err(left) = throttle.try_count(&key, limit, now) {
        return too_many(visit, String::new(), &next, (left.reset, now), Some(ticket));
    }
    let typed = fields.get("code");
    if let Some(secret) = data.app.db.write(|tx| second_factors::pay(tx, &ticket, typed, agent)).await? {
        throttle.forget(&key);
        return enter(&visit, &next, &secret);
    }
    let why = visit.words().wrong_code.to_owned();
    let mut response = with_form(visit, String::new(), &next, Some(why), Some(ticket))?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn enter(visit: &Visit, next: &str, secret: &str) -> Answer {
    let mut response = then(own_path(next))?;
    set_cookie(&mut response, Cookies::of(&visit.site.origin).open(secret));
    Ok(response)
}

/// `POST /sign-out`.
pub async fn leave(data: Data<Federation>, Posted { visit, .. }: Posted) -> Answer {
    if let Some(secret) = &visit.session.secret {
        let hash = users::secret_hash(secret);
        data.app.db.write(|tx| Ok(store::users::close_session(tx, &hash)?)).await?;
    }
    let mut response = then("/")?;
    set_cookie(&mut response, Cookies::of(&visit.site.origin).close());
    Ok(response)
}

fn with_form(
    mut visit: Visit,
    name: String,
    next: &str,
    mistake: Option<String>,
    ticket: Option<String>,
) -> Answer {
    let cookie = greet(&mut visit)?;
    let next = own_path(next).to_owned();
    // The app on whose behalf somebody signs in may have said which language they read.
    let words = visit.words_for(&next);
    let layout = visit.private_layout(words.sign_in, Section::Elsewhere);
    let forgot = visit.sends_letters.then(|| Letters::of(words.tag));
    let mut response = page(&SignInPage { layout, words, name, next, mistake, ticket, forgot })?;
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// Gives a visitor without a cookie the secret that the token of the next form belongs to.
pub fn greet(visit: &mut Visit) -> Result<Option<HeaderValue>, PageError> {
    if visit.session.secret.is_some() {
        return Ok(None);
    }
    let (secret, _) = users::secret()?;
    let cookie = Cookies::of(&visit.site.origin).greet(&secret);
    visit.session.secret = Some(secret);
    Ok(cookie)
}

/// Adds a cookie to a response.
pub fn set_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// `next` if it stays on this site, else the home page. A second slash, a backslash or a control
/// character would name another host.
pub(in crate::http) fn own_path(next: &str) -> &str {
    let away = !next.starts_with('/')
        || next.starts_with("//")
        || next.contains(|c: char| c.is_control() || c == '\\');
    if away { "/" } else { next }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_led_to_another_site() {
        for away in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\t/evil.example"] {
            assert_eq!(own_path(away), "/", "{away:?}");
        }
        assert_eq!(own_path("/statements/bees?x=//y#k1"), "/statements/bees?x=//y#k1");
    }
}
