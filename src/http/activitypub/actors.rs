//! Our actors as documents.

use activitypub_federation::config::Data;
use axum::response::Response;
use serde_json::Value;

use super::answer::{Answer, PUBLIC, document};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::keys::Algorithm;
use crate::federation::Federation;
use crate::store::{Conn, Error, accounts, keys};
use crate::vocab::actor::{self, Actor};

/// `GET /actor`: the instance actor. It is served to everyone, signed or not: two servers that
/// both insist on signatures could otherwise never begin.
pub async fn instance(data: Data<Federation>) -> Result<Response, Answer> {
    let id = data.app.site.instance;
    let found = data.app.db.read(|conn| {
        let account = accounts::by_id(conn, id)?.ok_or(Refusal::NotFound)?;
        render(conn, &account)
    });
    Ok(document(&found.await?, PUBLIC))
}

/// The document of an Organization, a Forum or a Person of ours.
pub async fn actor(data: &Data<Federation>, name: &str) -> Result<Response, Answer> {
    let found = data.app.db.read(|conn| {
        let account = accounts::local_by_name(conn, name)?.ok_or(Refusal::NotFound)?;
        render(conn, &account)
    });
    Ok(document(&found.await?, PUBLIC))
}

/// The document of an account of ours, with its public keys.
pub fn render(conn: &mut Conn, account: &Account) -> Result<Value, Error> {
    let rsa = keys::signing(conn, account.id, Algorithm::Rsa)?;
    let ed25519 = keys::signing(conn, account.id, Algorithm::Ed25519)?;
    let pem = rsa.key.verifying_key().to_pem();
    let multibase = ed25519.key.verifying_key().to_multibase();
    Ok(actor::document(&Actor {
        account,
        rsa: (&rsa.uri, &pem),
        ed25519: Some((&ed25519.uri, &multibase)),
        webfinger: account.handle.clone(),
    }))
}
