//! What this site keeps of others, for whoever cannot reach them: documents word for word, and the
//! keys of accounts as we saw them.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Answer, FRESH, document, viewer};
use super::questions::copy;
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::services::{profiles, publish};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, condemnations, keys, revisions, successions, tombstones};
use crate::vocab::collection::page;
use crate::vocab::{context, proof};

/// Addresses on one page of a conversation.
const PAGE: i64 = 100;

fn named(query: &HashMap<String, String>, name: &str) -> Result<Uri, Answer> {
    let bad = || {
        let why = format!("the parameter {name} is missing or no web address");
        Answer::Refused(StatusCode::BAD_REQUEST, why)
    };
    query.get(name).and_then(|text| Uri::parse(text)).ok_or_else(bad)
}

/// `GET /.well-known/plenum/copy?id=…`, and with `&rev=…` one version of it: a public document of any server that carries the proof of
/// its author, word for word as it came; or an organization's description of itself.
///
/// 404 where this site has none, 410 where something public was deleted: a deletion holds for copies, too.
pub async fn show(
    data: Data<Federation>,
    Query(query): Query<HashMap<String, String>>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let uri = named(&query, "id")?;
    let bad = || Answer::Refused(StatusCode::BAD_REQUEST, "the parameter rev is no number".to_owned());
    let number = query.get("rev").map(|text| text.parse::<i32>().map_err(|_| bad())).transpose()?;
    let text = data.app.db.read(|conn| match number {
        Some(number) => version(conn, &uri, number),
        None => find(conn, &uri),
    });
    Ok(copy(text.await?))
}

/// One version of something that everybody may see, word for word.
fn version(conn: &mut Conn, uri: &Uri, number: i32) -> Result<String, Error> {
    let Some(head) = contributions::by_uri(conn, Viewer::Anyone, uri)?.filter(Contribution::is_open) else {
        return Err(if was_public(conn, uri)? { Refusal::Gone } else { Refusal::NotFound }.into());
    };
    proven(revisions::by_number(conn, head.id, number)?.and_then(|version| version.document))
}

fn find(conn: &mut Conn, uri: &Uri) -> Result<String, Error> {
    if let Some(head) = contributions::by_uri(conn, Viewer::Anyone, uri)? {
        let open = head.is_open();
        let newest = revisions::newest(conn, head.id)?.filter(|_| open).and_then(|kept| kept.document);
        return proven(newest);
    }
    if was_public(conn, uri)? {
        return Err(Refusal::Gone.into());
    }
    let account = accounts::by_uri(conn, uri)?.filter(is_public).ok_or(Refusal::NotFound)?;
    if account.state == AccountState::Deleted {
        return Err(Refusal::Gone.into());
    }
    if account.is_local() {
        return Ok(profiles::document(conn, &account)?.to_string());
    }
    proven(accounts::document(conn, account.id)?)
}

/// Whether everybody could read what was deleted at this address: of anything else nobody learns that it ever was.
fn was_public(conn: &mut Conn, uri: &Uri) -> Result<bool, Error> {
    if let Some(head) = contributions::known(conn, uri)? {
        return Ok(head.is_for_all() && condemnations::is_gone(conn, &head)?);
    }
    Ok(tombstones::of_debate(conn, uri)?)
}

/// Of persons nothing is handed on: who belongs to whom is nobody's business.
const fn is_public(account: &Account) -> bool {
    matches!(account.kind, AccountKind::Organization | AccountKind::Forum)
}

/// The document, if others can check it.
fn proven(text: Option<String>) -> Result<String, Error> {
    let signed = |text: &String| {
        let value: Option<Value> = serde_json::from_str(text).ok();
        value.is_some_and(|value| proof::verification_method(&value).is_some())
    };
    text.filter(signed).ok_or_else(|| Refusal::NotFound.into())
}

/// `GET /.well-known/plenum/thread?id=…`: the addresses of what this site has of the conversation in which a
/// contribution stands, oldest first, in pages of 100; for those who cannot ask where it began. They say what there
/// is, and prove nothing: each thing is fetched from its own server.
pub async fn thread(
    data: Data<Federation>,
    Query(query): Query<HashMap<String, String>>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let uri = named(&query, "id")?;
    let after = query.get("min_id").and_then(|text| Id::parse(text));
    let (rows, open) = data
        .app
        .db
        .read(|conn| {
            let head = contributions::by_uri(conn, Viewer::Anyone, &uri)?.filter(Contribution::is_open);
            let head = head.ok_or(Refusal::NotFound)?;
            let rows = contributions::thread(conn, Viewer::Anyone, head.thread_id, after, PAGE)?;
            let full = i64::try_from(rows.len()).is_ok_and(|found| found >= PAGE);
            let last = rows.last().filter(|_| full).map(|head| head.id);
            Ok((rows.into_iter().filter(Contribution::is_open).collect::<Vec<_>>(), last))
        })
        .await?;
    let id: String = url::form_urlencoded::byte_serialize(uri.as_str().as_bytes()).collect();
    let whole = format!("{}/.well-known/plenum/thread?id={id}", data.app.site.origin);
    let here = after.map_or_else(|| whole.clone(), |after| format!("{whole}&min_id={after}"));
    let items: Vec<Value> = rows.iter().map(|head| json!(head.uri)).collect();
    let next = open.map(|last| format!("{whole}&min_id={last}"));
    Ok(document(&page(&here, &whole, &items, next.as_deref()), FRESH))
}

/// `GET /.well-known/plenum/keys?actor=…`: the keys with which an organization or Forum signs documents, since
/// when and until when we saw them in its own description, signed by our organization.
pub async fn keys(
    data: Data<Federation>,
    Query(query): Query<HashMap<String, String>>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let uri = named(&query, "actor")?;
    let organization = data.app.site.organization;
    let now = data.app.clock().now();
    let found = data.app.db.read(|conn| {
        let account = accounts::by_uri(conn, &uri)?.filter(is_public).ok_or(Refusal::NotFound)?;
        let witness = accounts::by_id(conn, organization)?.ok_or(Refusal::NotFound)?;
        let attestation = attestation(conn, &witness, &account)?;
        publish::sign(conn, &witness, &attestation, now)
    });
    Ok(document(&found.await?, FRESH))
}

fn attestation(conn: &mut Conn, witness: &Account, account: &Account) -> Result<Value, Error> {
    let mut seen = Vec::new();
    for key in keys::of_account(conn, account.id)? {
        // Only what we saw ourselves: the word of others is not passed on as ours.
        if key.algorithm == Algorithm::Ed25519 && key.is_seen() {
            seen.push(json!({
                "plenum:key": key.verifying()?.to_multibase(),
                "plenum:firstSeen": key.first_seen_at.to_rfc3339(),
                "plenum:lastSeen": key.retired_at.unwrap_or(key.fetched_at).to_rfc3339(),
            }));
        }
    }
    if seen.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let mut attestation = json!({
        "@context": context(),
        "type": "plenum:KeyAttestation",
        "attributedTo": witness.uri,
        "plenum:actor": account.uri,
        "plenum:keys": seen,
    });
    let said = successions::of(conn, account.id)?.into_iter().find(|said| said.guarantor == witness.uri);
    if let (Some(said), Some(fields)) = (said, attestation.as_object_mut()) {
        fields.insert("plenum:successor".to_owned(), json!(said.successor));
        fields.insert("plenum:successorKey".to_owned(), json!(said.signing_key));
    }
    Ok(attestation)
}
