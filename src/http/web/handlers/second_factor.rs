//! Switching on and off that a code is asked for at sign-in.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::http::HeaderMap;

use super::again::{come_back, what_was_wrong};
use super::ask::refused;
use super::attempts::{Attempts, attempt};
use super::leaving::knows_password;
use super::sign_in::set_cookie;
use super::sign_ins::{agent, wrong_password};
use super::{Answer, page, then};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::session::Cookies;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::qr::Qr;
use crate::http::web::second_factor::{SecondFactorPage, Stage};
use crate::services::second_factors;
use crate::store::second_factors as kept;

const PATH: &str = "/settings/second-factor";

/// `GET /settings/second-factor`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    with(&data, &visit, Mistakes::default()).await
}

/// `POST /settings/second-factor`.
pub async fn submit(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    headers: HeaderMap,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = &visit.member()?.user;
    let (step, code) = (fields.get("step"), fields.get("code"));
    let again = async |error: PageError| {
        let (status, wrong) = what_was_wrong(error)?;
        come_back(status, with(&data, &visit, wrong).await)
    };
    if step == "begin" {
        return match begin(&data, &attempts, &visit, fields.get("current")).await {
            Ok(true) => then(PATH),
            Ok(false) => refused(with(&data, &visit, wrong_password()).await),
            Err(error) => again(error).await,
        };
    }
    if step == "renew" {
        return match renew(&data, &attempts, &visit, fields.get("current")).await {
            Ok(Some(codes)) => page(&told(&visit, codes, true)),
            Ok(None) => refused(with(&data, &visit, wrong_password()).await),
            Err(error) => again(error).await,
        };
    }
    let (key, now) = (format!("code {}", user.id), data.app.clock().now());
    if let Err(error) = attempt(&attempts.members, &key, data.app.config.limits.sign_ins, now) {
        return again(error).await;
    }
    let done = match step {
        "confirm" => {
            let agent = agent(&headers);
            data.app.db.write(|tx| second_factors::confirm(tx, user, code, &agent)).await.map(Some)
        }
        "off" => data.app.db.write(|tx| second_factors::switch_off(tx, user, code)).await.map(|()| None),
        _ => return then(PATH),
    };
    if done.is_ok() {
        attempts.members.forget(&key);
    }
    match done {
        Ok(Some(on)) => {
            let mut response = page(&told(&visit, on.recovery_codes, false))?;
            set_cookie(&mut response, Cookies::of(&visit.site.origin).open(&on.session));
            Ok(response)
        }
        Ok(None) => then(PATH),
        Err(error) => again(error.into()).await,
    }
}

/// A secret for whoever knows the password: at an open browser nobody else shuts its owner out. Whether it fits.
async fn begin(
    data: &Data<Federation>,
    attempts: &Attempts,
    visit: &Visit,
    typed: &str,
) -> Result<bool, PageError> {
    let member = visit.member()?;
    if !knows_password(data, attempts, member, typed).await? {
        return Ok(false);
    }
    data.app.db.write(|tx| second_factors::begin(tx, &member.user).map(drop)).await?;
    Ok(true)
}

/// New recovery codes for whoever knows the password; `None` for anybody else.
async fn renew(
    data: &Data<Federation>,
    attempts: &Attempts,
    visit: &Visit,
    typed: &str,
) -> Result<Option<Vec<String>>, PageError> {
    let member = visit.member()?;
    if !knows_password(data, attempts, member, typed).await? {
        return Ok(None);
    }
    Ok(Some(data.app.db.write(|tx| second_factors::renew_codes(tx, &member.user)).await?))
}

/// The page that shows recovery codes this once.
fn told(visit: &Visit, codes: Vec<String>, renewed: bool) -> SecondFactorPage {
    let layout = visit.private_layout("Sign in with a code", Section::Elsewhere);
    SecondFactorPage { layout, stage: Stage::Codes { codes, renewed }, mistakes: Mistakes::default() }
}

async fn with(data: &Data<Federation>, visit: &Visit, mistakes: Mistakes) -> Answer {
    let user = &visit.member()?.user;
    let (on, begun, left) = data
        .app
        .db
        .read(|conn| {
            let on = second_factors::is_on(conn, user.id)?;
            let begun = second_factors::begun(conn, user.id)?;
            Ok((on, begun, kept::recovery_codes_left(conn, user.id)?))
        })
        .await?;
    let stage = match begun {
        Some(secret) => {
            let uri = secret.to_uri(&visit.settings.name, &format!("{}@{}", user.name, visit.site.host));
            Stage::Begun { secret: secret.to_text(), code: Qr::of(&uri), uri }
        }
        None if on => Stage::On { left },
        None => Stage::Off,
    };
    let layout = visit.private_layout("Sign in with a code", Section::Elsewhere);
    page(&SecondFactorPage { layout, stage, mistakes })
}
