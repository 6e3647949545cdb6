//! Switching on and off that a code is asked for at sign-in.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::http::{HeaderMap, StatusCode};

use super::attempts::attempt;
use super::sign_in::set_cookie;
use super::sign_ins::agent;
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::session::Cookies;
use crate::http::extract::visit::Visit;
use crate::http::throttle::Throttle;
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::second_factor::{SecondFactorPage, Stage};
use crate::services::second_factors;
use crate::store::{Error, second_factors as kept};

const PATH: &str = "/settings/second-factor";

/// `GET /settings/second-factor`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    with(&data, &visit, Mistakes::default()).await
}

/// `POST /settings/second-factor`.
pub async fn submit(
    data: Data<Federation>,
    Extension(throttle): Extension<Arc<Throttle>>,
    headers: HeaderMap,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = &visit.member()?.user;
    let (step, code) = (fields.get("step"), fields.get("code"));
    if step == "begin" {
        data.app.db.write(|tx| second_factors::begin(tx, user)).await?;
        return then(PATH);
    }
    let (key, now) = (format!("code {}", user.id), data.app.clock().now());
    attempt(&throttle, &key, data.app.config.limits.sign_ins, now)?;
    let done = match step {
        "confirm" => {
            let agent = agent(&headers);
            data.app.db.write(|tx| second_factors::confirm(tx, user, code, &agent)).await.map(Some)
        }
        "off" => data.app.db.write(|tx| second_factors::switch_off(tx, user, code)).await.map(|()| None),
        _ => return then(PATH),
    };
    if done.is_ok() {
        throttle.forget(&key);
    }
    match done {
        Ok(Some(on)) => {
            let layout = visit.private_layout("Sign in with a code", Section::Elsewhere);
            let stage = Stage::Codes(on.recovery_codes);
            let mut response = page(&SecondFactorPage { layout, stage, mistakes: Mistakes::default() })?;
            set_cookie(&mut response, Cookies::of(&visit.site.origin).open(&on.session));
            Ok(response)
        }
        Ok(None) => then(PATH),
        Err(Error::Refused(Refusal::Invalid { field, why })) => {
            let mut response = with(&data, &visit, Mistakes::one(field, why)).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
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
        Some(secret) => Stage::Begun {
            secret: secret.to_text(),
            uri: secret.to_uri(&visit.settings.name, &format!("{}@{}", user.name, visit.site.host)),
        },
        None if on => Stage::On { left },
        None => Stage::Off,
    };
    let layout = visit.private_layout("Sign in with a code", Section::Elsewhere);
    page(&SecondFactorPage { layout, stage, mistakes })
}
