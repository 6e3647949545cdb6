//! What hangs on a copy of a question: who else carries it, and the positions this site lists.

use activitypub_federation::config::Data;
use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, FRESH, PUBLIC, document, viewer};
use super::contributions::current;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::exchange::SetDigest;
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::federation::Federation;
use crate::store::contributions::Viewer;
use crate::store::positions::{self, Member};
use crate::store::questions::{self, Copy};
use crate::store::{Conn, Error, accounts, contributions, external_statements, revisions, tombstones};
use crate::vocab::collection::{flat, page, paged};

/// Positions on one page, and its bytes: they are whole documents, and peers read a mebibyte.
const PAGE: usize = 100;
const PAGE_BYTES: usize = 512 * 1024;
/// Deletions on one list.
const DELETIONS: i64 = 500;
/// The media type of what is not ours: never an ActivityStreams type, so that nobody takes the copy
/// for the original.
pub const COPY: &str = "application/vnd.plenum.copy+json";

/// Which page is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Cursor {
    /// Present on pages, absent on the entrance.
    page: Option<String>,
    /// Only what came before this key.
    max_id: Option<i64>,
}

/// Our own copy of a question, or "this site does not carry it".
fn own(conn: &mut Conn, organization: Id<Account>, qid: &str) -> Result<(Copy, Account), Error> {
    let qid = Qid::parse(qid).ok_or(Refusal::NotFound)?;
    let copy = questions::of_account(conn, &qid, organization)?.ok_or(Refusal::NotFound)?;
    let owner = accounts::by_id(conn, organization)?.ok_or(Refusal::NotFound)?;
    Ok((copy, owner))
}

/// `GET /q/{qid}/positions`: the positions that this site lists, newest first, whole and signed.
/// The entrance carries `plenum:setDigest`, by which another site sees whether it knows them all.
pub async fn positions(
    data: Data<Federation>,
    Path(qid): Path<String>,
    Query(cursor): Query<Cursor>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let ((head, question), owner) = own(conn, organization, &qid)?;
        let members = positions::members(conn, &question.qid, false)?;
        let digests = match cursor.page {
            Some(_) => None,
            None => {
                let listed = members.iter().map(|member| (&member.uri, member.digest.as_str()));
                let listed = SetDigest::of(listed).to_hex();
                let gone = tombstones::addresses(conn, &question.qid)?;
                Some((listed, SetDigest::of(gone.iter().map(|uri| (uri, ""))).to_hex()))
            }
        };
        let mut members = with_texts(conn, &question.qid, members)?;
        let total = members.len();
        members.retain(|member| cursor.max_id.is_none_or(|max| member.id.get() < max));
        let wanted = if cursor.page.is_some() { members.as_slice() } else { &[] };
        let (items, last) = fill(conn, wanted)?;
        Ok((head, owner, digests, total, items, last))
    });
    let (head, owner, digests, total, items, last) = found.await?;
    let id = format!("{}/positions", head.uri);
    if let Some((listed, gone)) = digests {
        let first = format!("{id}?page=true");
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        let mut entrance = paged(&id, &owner.uri, total, Some(&first));
        if let Some(fields) = entrance.as_object_mut() {
            fields.insert("plenum:setDigest".to_owned(), json!(listed));
            fields.insert("plenum:deletionDigest".to_owned(), json!(gone));
            fields.insert("plenum:deletions".to_owned(), json!(format!("{}/deletions", head.uri)));
        }
        return Ok(document(&entrance, FRESH));
    }
    let here = match cursor.max_id {
        Some(at) => format!("{id}?page=true&max_id={at}"),
        None => format!("{id}?page=true"),
    };
    let next = last.map(|last| format!("{id}?page=true&max_id={last}"));
    Ok(document(&page(&here, &id, &items, next.as_deref()), FRESH))
}

/// As many documents as go on a page, and after which one the next page begins.
fn fill(conn: &mut Conn, members: &[Member]) -> Result<(Vec<Value>, Option<Id<Contribution>>), Error> {
    let (mut items, mut bytes) = (Vec::new(), 0);
    for (at, member) in members.iter().enumerate() {
        let text = whole(conn, member)?;
        bytes += text.len();
        items.push(serde_json::from_str(&text).unwrap_or_else(|_| json!(member.uri)));
        let full = items.len() >= PAGE || bytes >= PAGE_BYTES;
        if full && at + 1 < members.len() {
            return Ok((items, Some(member.id)));
        }
    }
    Ok((items, None))
}

/// What stands on the list, newest first: positions, and by their addresses alone the external
/// statements that moderators put beside the question. These are nobody's signed word on it, and each
/// site decides about them for itself: the digest by which sites compare leaves them out.
fn with_texts(conn: &mut Conn, qid: &Qid, mut members: Vec<Member>) -> Result<Vec<Member>, Error> {
    let texts = external_statements::on(conn, Viewer::Anyone, qid)?;
    let listed = texts.into_iter().filter(|text| text.statement.is_listed(None)).map(|text| text.head);
    members.extend(listed.map(|head| Member { id: head.id, uri: head.uri, digest: String::new() }));
    members.sort_by_key(|member| std::cmp::Reverse(member.id));
    Ok(members)
}

/// The document of a position word for word, ours or another site's; blank for an external statement.
fn whole(conn: &mut Conn, member: &Member) -> Result<String, Error> {
    let head = contributions::known_by_id(conn, member.id)?.filter(|head| head.kind == Kind::Position);
    let Some(head) = head else { return Ok(String::new()) };
    Ok(match head.local {
        true => current(conn, &head)?,
        false => revisions::newest(conn, head.id)?.and_then(|kept| kept.document).unwrap_or_default(),
    })
}

/// `GET /q/{qid}/deletions`: the positions on a question that their authors deleted, by their signed
/// word, the latest first.
pub async fn deletions(
    data: Data<Federation>,
    Path(qid): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let ((head, question), owner) = own(conn, organization, &qid)?;
        Ok((head.uri, tombstones::on(conn, &question.qid, DELETIONS)?, owner))
    });
    let (own, gone, owner) = found.await?;
    let mut bytes = 0;
    let mut items: Vec<Value> = Vec::new();
    for text in gone.into_iter().filter_map(|mark| mark.document) {
        bytes += text.len();
        if bytes > PAGE_BYTES {
            break;
        }
        items.extend(serde_json::from_str::<Value>(&text).ok());
    }
    Ok(document(&flat(&format!("{own}/deletions"), &owner.uri, &items), FRESH))
}

/// `GET /q/{qid}/adopters`: the copies of a question that this site knows of, its own first.
pub async fn adopters(
    data: Data<Federation>,
    Path(qid): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| {
        let ((head, question), owner) = own(conn, organization, &qid)?;
        let copies = questions::known_copies(conn, std::slice::from_ref(&question.qid))?;
        Ok((head.uri, copies.into_values().flatten().collect::<Vec<_>>(), owner))
    });
    let (own, copies, owner) = found.await?;
    let others = copies.iter().filter(|uri| **uri != own);
    let items: Vec<Value> = std::iter::once(&own).chain(others).map(|uri| json!(uri)).collect();
    Ok(document(&flat(&format!("{own}/adopters"), &owner.uri, &items), FRESH))
}

/// `GET /q/{qid}/original`: the asker's own document word for word, as it was when it came to us.
pub async fn original(
    data: Data<Federation>,
    Path(qid): Path<String>,
    parts: Parts,
) -> Result<Response, Answer> {
    viewer(&data, &parts).await?;
    let organization = data.app.site.organization;
    let found = data.app.db.read(|conn| Ok(own(conn, organization, &qid)?.0)).await?;
    let original = found.1.original.ok_or_else(Answer::not_found)?;
    Ok(copy(original))
}

/// The copy of another site's document.
pub fn copy(text: String) -> Response {
    ([(CONTENT_TYPE, COPY), (CACHE_CONTROL, PUBLIC)], text).into_response()
}
