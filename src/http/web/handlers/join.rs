//! Accepting an invitation.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::what_was_wrong;
use super::sign_in::{greet, set_cookie};
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::domain::handle::check_local_name;
use crate::domain::network_rule::Bar;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::peer::Address;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::join::JoinPage;
use crate::http::web::layout::Section;
use crate::services::users::{self, HashedPassword, KeyPairs};
use crate::store::{self, Error};

/// `GET /invite/{secret}`.
pub async fn show(
    data: Data<Federation>,
    address: Address,
    mut visit: Visit,
    Path(secret): Path<String>,
) -> Answer {
    open(&data, &secret, address).await?;
    let cookie = greet(&mut visit)?;
    let mut response = form(&visit, &secret, &Fields::default(), Mistakes::default())?;
    set_cookie(&mut response, cookie);
    Ok(response)
}

/// `POST /invite/{secret}`.
pub async fn submit(
    data: Data<Federation>,
    address: Address,
    Path(secret): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    open(&data, &secret, address).await?;
    let mut wrong = Mistakes::default();
    if let Err(refusal) = check_local_name(&fields.get("name").trim().to_ascii_lowercase()) {
        wrong.0.extend(what_was_wrong(refusal)?.1.0);
    }
    // Hashing is slow on purpose, so it happens outside of every transaction.
    let password = tokio::task::block_in_place(|| HashedPassword::new(fields.get("password")));
    let password = match password {
        Ok(password) if wrong.is_empty() => password,
        Ok(_) => return again(&visit, &secret, &fields, wrong),
        Err(error) => {
            wrong.0.extend(what_was_wrong(error)?.1.0);
            return again(&visit, &secret, &fields, wrong);
        }
    };
    match accept(&data, &secret, &fields, &password).await {
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
async fn open(data: &Data<Federation>, secret: &str, Address(address): Address) -> Result<(), PageError> {
    if let Some(address) = address
        && data.app.networks.bar(&data.app.db, address).await >= Some(Bar::Joining)
    {
        let why = "Nobody can join from the network you come from. The invitation stays good: use it from elsewhere.";
        return Err(PageError::new(StatusCode::FORBIDDEN, why));
    }
    let (hash, now) = (users::secret_hash(secret), data.app.clock().now());
    let roles = data.app.db.read(|conn| Ok(store::users::invite(conn, &hash, now)?)).await?;
    let over = "This invitation was used or is over. Ask for another.";
    roles.map(|_| ()).ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, over))
}

async fn accept(
    data: &Data<Federation>,
    secret: &str,
    fields: &Fields,
    password: &HashedPassword,
) -> Result<(), Error> {
    let pairs = tokio::task::block_in_place(KeyPairs::generate)?;
    let names = (fields.get("name"), fields.get("display_name"));
    data.app.db.write(|tx| users::accept_invite(tx, secret, names, password, &pairs)).await?;
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
        mistakes: mistakes.named_by(&[
            ("name", "Name"),
            ("display_name", "Name as people read it"),
            ("password", "Password"),
        ]),
    })
}
