//! Where a member is signed in, and choosing another password.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::extract::Path;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::again::{again, come_back, what_was_wrong};
use super::ask::refused;
use super::attempts::{Attempt, Attempts, attempt, own};
use super::dashboard::own_end;
use super::sign_in::{greet, set_cookie};
use super::{Answer, key, page, then};
use crate::domain::sign_in::{App, Browser, kept_agent};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::peer::Peer;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::session::Cookies;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::grants;
use crate::services::sign_ins as service;
use crate::services::users::{self, HashedPassword};
use crate::store::{Error, sign_ins};

const PATH: &str = "/settings/sign-ins";

/// What a browser calls itself.
pub fn agent(headers: &HeaderMap) -> String {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(kept_agent).unwrap_or_default()
}

/// `GET /settings/sign-ins`: the browsers and apps of the member.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let user = visit.member()?.user.id;
    let now = data.app.clock().now();
    let found = data.app.db.read(|conn| {
        let (browsers, apps) = (sign_ins::browsers(conn, user, now)?, sign_ins::apps(conn, user)?);
        Ok((browsers, apps, grants::of(conn, user)?))
    });
    let (browsers, apps, end) = found.await?;
    let here = visit.session.secret.as_deref().map(users::secret_hash);
    let browser = |one: &Browser| {
        let this = here.as_deref() == Some(one.token_hash.as_str());
        let end = match this {
            true => Cell::text("this one"),
            false => Cell::buttons(vec![(format!("browser {}", one.token_hash), "Sign it out".to_owned())]),
        };
        let as_whom = Cell::text("you, on these pages");
        vec![Cell::text(one.title()), as_whom, Cell::text(present::moment(one.created_at).day()), end]
    };
    let app = |one: &App| {
        let organization = one.account_id == visit.organization.id;
        let whom = if organization { visit.organization.title().to_owned() } else { "you".to_owned() };
        vec![
            Cell::text(one.name.clone()),
            Cell::text(format!("{whom}: {}", one.scopes)),
            Cell::text(present::moment(one.created_at).day()),
            Cell::buttons(vec![(format!("app {}", one.id), "End its access".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Where you are signed in", Section::Elsewhere),
        heading: "Where you are signed in".to_owned(),
        lead: "Browsers call themselves what they like, and so do apps. What you do not know, sign out; it is over \
               within a second."
            .to_owned(),
        facts: end.as_ref().map(own_end).into_iter().collect(),
        ways: vec![
            Link::new("Choose another password", "/settings/password"),
            Link::new("Sign in with a code", "/settings/second-factor"),
        ],
        search: None,
        nothing: "Nowhere.".to_owned(),
        heads: vec!["Browser or app", "As whom, and for what", "Since", ""],
        rows: browsers.iter().map(browser).chain(apps.iter().map(app)).collect(),
        action: PATH.into(),
        buttons: vec![("others".to_owned(), "Sign out everywhere else".to_owned())],
        pager: Pager::default(),
    })
}

/// `POST /settings/sign-ins`.
pub async fn end(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = &visit.member()?.user;
    match fields.get("do").split_once(' ') {
        Some(("browser", hash)) => data.app.db.write(|tx| service::close(tx, user, hash)).await?,
        Some(("app", id)) => {
            let id = key::<App>(id)?;
            data.app.db.write(|tx| service::end_app(tx, user, id)).await?;
        }
        Some(_) | None if fields.get("do") == "others" => {
            let kept = visit.session.secret.as_deref().unwrap_or_default();
            data.app.db.write(|tx| service::end_others(tx, user, kept)).await?;
        }
        Some(_) | None => return Err(PageError::not_found()),
    }
    then(&format!("{PATH}?note=signed-out"))
}

/// `GET /settings/password`.
pub async fn ask_password(visit: Visit) -> Answer {
    visit.member()?;
    own_form(&visit, Mistakes::default())
}

/// `POST /settings/password`: whoever sits at an open browser has to know the old one.
pub async fn change_password(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    headers: HeaderMap,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = &visit.member()?.user;
    let (key, now) = (own(&user.name), data.app.clock().now());
    attempt(&attempts.members, &key, data.app.config.limits.sign_ins, now)?;
    let knows = data.app.passwords.fits(Some(user), fields.get("current")).await?;
    if knows {
        attempts.members.give_back(&key);
    }
    let password = match hashed(&fields) {
        Ok(password) if knows => password,
        Ok(_) => return refused(own_form(&visit, wrong_password())),
        Err(error) => {
            let (status, of_the_new) = what_was_wrong(error)?;
            let mut all = if knows { Mistakes::default() } else { wrong_password() };
            all.0.extend(of_the_new.0);
            return come_back(status, own_form(&visit, all));
        }
    };
    let agent = agent(&headers);
    let secret = data.app.db.write(|tx| service::change_password(tx, user, &password, &agent)).await?;
    let mut response = then(&format!("{PATH}?note=password"))?;
    set_cookie(&mut response, Cookies::of(&visit.site.origin).open(&secret));
    Ok(response)
}

/// What somebody reads who does not know the password.
pub(super) fn wrong_password() -> Mistakes {
    Mistakes::one("current", "This is not your password.")
}

/// Hashing is slow on purpose, so it happens outside of every transaction.
fn hashed(fields: &Fields) -> Result<HashedPassword, Error> {
    tokio::task::block_in_place(|| HashedPassword::new(fields.get("password")))
}

fn own_form(visit: &Visit, mistakes: Mistakes) -> Answer {
    let current = Field::new("current", "Your password now", "", FieldKind::Secret("current-password"), "");
    page(&FormPage {
        layout: visit.private_layout("Choose another password", Section::Elsewhere),
        heading: "Choose another password".to_owned(),
        lead: "You stay signed in here; every other browser and every app has to sign in again.".to_owned(),
        about: None,
        action: "/settings/password".into(),
        fields: vec![current, new_password()],
        mistakes,
        button: "Change it".to_owned(),
        back: PATH.into(),
    })
}

fn new_password() -> Field {
    let hint = "At least 10 characters; four or five unrelated words are good.";
    Field::new("password", "The new one", hint, FieldKind::Secret("new-password"), "")
}

/// `GET /password/{secret}`: a link that an admin handed over.
pub async fn ask_link(data: Data<Federation>, mut visit: Visit, Path(secret): Path<String>) -> Answer {
    let name = open(&data, &secret).await?;
    let cookie = greet(&mut visit)?;
    let mut response: Response = link_form(&visit, &secret, &name, Mistakes::default())?;
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// `POST /password/{secret}`.
pub async fn use_link(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Peer(peer): Peer,
    Path(secret): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let name = open(&data, &secret).await?;
    match hashed(&fields) {
        Ok(password) => {
            data.app.db.write(|tx| service::use_link(tx, &secret, &password)).await?;
            // Somebody else's guesses must not keep out whom an admin lets in again.
            Attempt::of(&name, &peer).is_over(&attempts.sign_ins);
            then("/sign-in?note=password")
        }
        Err(error) => again(error, |mistakes| link_form(&visit, &secret, &name, mistakes)),
    }
}

/// Whose link it is. Used and made-up ones look alike.
async fn open(data: &Data<Federation>, secret: &str) -> Result<String, PageError> {
    let (hash, now) = (users::secret_hash(secret), data.app.clock().now());
    let user = data.app.db.read(|conn| Ok(sign_ins::by_link(conn, &hash, now)?)).await?;
    let over = "This link was used or is over. Ask for another.";
    user.map(|user| user.name).ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, over))
}

fn link_form(visit: &Visit, secret: &str, name: &str, mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: visit.private_layout("Choose another password", Section::Elsewhere),
        heading: "Choose another password".to_owned(),
        lead: format!("For {name}. Every browser and every app has to sign in again with it."),
        about: None,
        action: format!("/password/{secret}").into(),
        fields: vec![new_password()],
        mistakes,
        button: "Change it".to_owned(),
        back: "/".into(),
    })
}
