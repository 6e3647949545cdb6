//! Accepting an invitation.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::sign_in::{greet, set_cookie};
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::join::JoinPage;
use crate::http::web::layout::Section;
use crate::services::users::{self, HashedPassword, KeyPairs};
use crate::store::{self, Error};

/// `GET /invite/{secret}`.
pub async fn show(data: Data<Federation>, mut visit: Visit, Path(secret): Path<String>) -> Answer {
    open(&data, &secret).await?;
    let cookie = greet(&mut visit)?;
    let mut response = form(&visit, &secret, &Fields::default(), Mistakes::default())?;
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// `POST /invite/{secret}`.
pub async fn submit(
    data: Data<Federation>,
    Path(secret): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    open(&data, &secret).await?;
    match accept(&data, &secret, &fields).await {
        Ok(()) => then("/sign-in?note=welcome"),
        Err(Error::Refused(Refusal::Invalid { field, why })) => {
            again(&visit, &secret, &fields, Mistakes::one(field, why))
        }
        Err(Error::Refused(Refusal::Conflict(why))) => {
            again(&visit, &secret, &fields, Mistakes::one("name", why))
        }
        Err(error) => Err(error.into()),
    }
}

/// Used and made-up invitations look alike.
async fn open(data: &Data<Federation>, secret: &str) -> Result<(), PageError> {
    let (hash, now) = (users::secret_hash(secret), data.app.clock().now());
    let roles = data.app.db.read(|conn| Ok(store::users::invite(conn, &hash, now)?)).await?;
    let over = "This invitation was used or is over. Ask for another.";
    roles.map(|_| ()).ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, over))
}

async fn accept(data: &Data<Federation>, secret: &str, fields: &Fields) -> Result<(), Error> {
    let (password, pairs) = tokio::task::block_in_place(|| {
        let password = HashedPassword::new(fields.get("password"))?;
        Ok::<_, Error>((password, KeyPairs::generate()?))
    })?;
    let names = (fields.get("name"), fields.get("display_name"));
    data.app.db.write(|tx| users::accept_invite(tx, secret, names, &password, &pairs)).await?;
    Ok(())
}

fn again(visit: &Visit, secret: &str, fields: &Fields, mistakes: Mistakes) -> Answer {
    let mut response = form(visit, secret, fields, mistakes)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn form(visit: &Visit, secret: &str, fields: &Fields, mistakes: Mistakes) -> Answer {
    page(&JoinPage {
        layout: visit.private_layout("Join", Section::Elsewhere),
        action: format!("/invite/{secret}").into(),
        host: visit.site.host.clone(),
        name: fields.get("name").to_owned(),
        display_name: fields.get("display_name").to_owned(),
        mistakes,
    })
}
