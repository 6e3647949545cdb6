//! What a person means who pastes an address: something that is here, else something elsewhere.

use std::collections::HashMap;

use activitypub_federation::config::Data;

use super::exchange::{self, Sought};
use super::{Federation, backfill, resolve};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::counting::{number, told};
use crate::domain::id::Id;
use crate::domain::position::{self, DraftPosition};
use crate::domain::question::Qid;
use crate::domain::uri::{Addresses, Uri};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, questions, statements};

/// What an address means.
#[derive(Clone, Debug)]
pub enum Meant {
    /// An account.
    Account(Account),
    /// A contribution. Whether the asker may see it has still to be asked.
    Contribution(Contribution),
}

/// The identities of what somebody names as what convinced them, as far as it is here: people paste what their
/// browser shows them.
pub fn convincing(
    conn: &mut Conn,
    origin: &str,
    viewer: Viewer,
    named: &[String],
) -> Result<Addresses, Error> {
    let mut found = Vec::new();
    for uri in position::convincing(named)?.all() {
        found.push(match known(conn, origin, viewer, &uri)? {
            Some(Meant::Contribution(head)) => head.uri,
            Some(Meant::Account(_)) => {
                let why = format!("names “{uri}”, which is an account, nothing that was said");
                return Err(Refusal::invalid("convinced_by", why).into());
            }
            None => uri,
        });
    }
    Ok(found.into_iter().collect())
}

/// A position with identities in the place of the addresses of pages: people paste what their browser shows them.
pub fn identities(
    conn: &mut Conn,
    origin: &str,
    viewer: Viewer,
    typed: &DraftPosition,
) -> Result<DraftPosition, Error> {
    let mut found: HashMap<&str, String> = HashMap::new();
    for text in typed.theses.iter().chain(&typed.convinced_by).chain([&typed.statement]) {
        let Some(uri) = Uri::parse(text.trim()) else { continue };
        if let Some(Meant::Contribution(head)) = known(conn, origin, viewer, &uri)? {
            found.insert(text, head.uri.to_string());
        }
    }
    let identity = |text: &String| found.get(text.as_str()).unwrap_or(text).clone();
    Ok(DraftPosition {
        statement: identity(&typed.statement),
        convinced_by: typed.convinced_by.iter().map(identity).collect(),
        theses: typed.theses.iter().map(identity).collect(),
        ..typed.clone()
    })
}

/// What an address means as far as it is here and the viewer may see it: an identity on the wire, or
/// a page of ours.
pub fn known(conn: &mut Conn, origin: &str, viewer: Viewer, uri: &Uri) -> Result<Option<Meant>, Error> {
    if let Some(reply) = reply_at(uri) {
        // Below a text stands what answers it, and only we know which of ours.
        let head = match uri.origin() == origin {
            true => contributions::by_id(conn, viewer, reply)?,
            false => None,
        };
        return Ok(head.map(Meant::Contribution));
    }
    if let Some(head) = contributions::by_uri(conn, viewer, uri)? {
        return Ok(Some(Meant::Contribution(head)));
    }
    if let Some(account) = accounts::by_uri(conn, uri)? {
        return Ok(Some(Meant::Account(account)));
    }
    if let Some(copy) = question(conn, viewer, uri)? {
        return Ok(Some(Meant::Contribution(copy)));
    }
    if let Some(copy) = shown_at(conn, viewer, uri)? {
        return Ok(Some(Meant::Contribution(copy)));
    }
    let path = uri.as_str().strip_prefix(origin).and_then(|rest| rest.split(['?', '#']).next());
    let parts: Vec<&str> = path.unwrap_or_default().trim_matches('/').split('/').collect();
    let head = match parts.as_slice() {
        [name] if name.starts_with('@') => {
            let account = accounts::local_by_name(conn, name.trim_start_matches('@'))?;
            return Ok(account.map(Meant::Account));
        }
        ["statements", slug] | ["statements", slug, "versions", ..] => {
            statements::by_slug(conn, viewer, slug)?
        }
        ["statements", slug, "theses", name] => match statements::by_slug(conn, viewer, slug)? {
            Some(statement) => statements::thesis_by_key(conn, statement.id, name)?.map(|(head, _)| head),
            None => None,
        },
        ["questions", slug] => questions::by_slug(conn, viewer, slug)?.map(|(head, _)| head),
        ["positions", id] | ["positions", id, "versions", ..] => match Id::parse(id) {
            Some(id) => contributions::by_id(conn, viewer, id)?.filter(|head| head.kind == Kind::Position),
            None => None,
        },
        ["threads" | "c", id] => match id.parse() {
            Ok(id) => contributions::by_id(conn, viewer, Id::new(id))?,
            Err(_) => None,
        },
        _ => None,
    };
    Ok(head.map(Meant::Contribution))
}

/// The reply at which an address points on a page: `#r117`.
fn reply_at(uri: &Uri) -> Option<Id<Contribution>> {
    let (_, place) = uri.as_str().split_once('#')?;
    place.strip_prefix('r').and_then(Id::parse)
}

/// The copy of what a page on another server shows to people, also of a version or, by its number, of a thesis:
/// that is the address that people cite. A page says nothing of what other servers have.
fn shown_at(conn: &mut Conn, viewer: Viewer, uri: &Uri) -> Result<Option<Contribution>, Error> {
    let page = uri.as_str().split(['?', '#']).next().unwrap_or_default();
    let page = page.split("/versions/").next().unwrap_or_default();
    let at = |conn: &mut Conn, page: &str| contributions::by_page(conn, viewer, page, uri.origin());
    if let Some(head) = at(conn, page)? {
        return Ok(Some(head));
    }
    let Some((statement, name)) = page.rsplit_once("/theses/") else { return Ok(None) };
    match at(conn, statement)?.filter(|head| head.kind == Kind::Statement) {
        Some(statement) => Ok(statements::thesis_by_key(conn, statement.id, name)?.map(|(head, _)| head)),
        None => Ok(None),
    }
}

/// A question has the same name wherever it is carried: whoever pastes the address of a copy that is
/// not here gets the one that is, ours first.
fn question(conn: &mut Conn, viewer: Viewer, uri: &Uri) -> Result<Option<Contribution>, Error> {
    let path = uri.as_str().split(['?', '#']).next().unwrap_or_default();
    let Some(qid) = Qid::in_address(uri).filter(|qid| path.ends_with(qid.as_str())) else {
        return Ok(None);
    };
    Ok(questions::carried(conn, viewer, &qid)?.into_iter().next().map(|(copy, _)| copy))
}

/// What an address or a handle means anywhere: asks other servers, so only members may.
pub async fn anywhere(data: &Data<Federation>, text: &str) -> Result<Meant, Error> {
    let uri = Uri::parse(text);
    if uri.as_ref().is_some_and(|uri| data.is_ours(uri)) {
        return Err(Refusal::NotFound.into());
    }
    if let Some(uri) = &uri {
        // What it answers is fetched with it: a thesis cannot stand here without its statement.
        match backfill::parent(data, uri).await {
            // Others may carry it.
            Err(Error::Refused(_)) if Qid::in_address(uri).is_some() => {}
            done => done?,
        }
    }
    if uri.is_some()
        && let Ok(head) = resolve::contribution(data, text).await
    {
        return Ok(Meant::Contribution(head));
    }
    // A question has no home: where the address does not answer, others carry it.
    if let Some(qid) = uri.as_ref().map_or_else(|| Qid::parse(text.trim()), Qid::in_address) {
        return match exchange::find(data, &qid).await? {
            Sought::Found(head) => Ok(Meant::Contribution(*head)),
            Sought::Nowhere(asked) => Err(nowhere(asked)),
        };
    }
    resolve::account(data, text).await.map(Meant::Account)
}

/// Nobody who was asked carries a question.
fn nowhere(asked: usize) -> Error {
    let why = match number(asked) {
        0 => "this organization follows no other that could carry this question".to_owned(),
        asked => {
            let who = told(asked, "organization", ("was", "were"));
            format!("{who} asked for this question, and none of them carries it")
        }
    };
    Refusal::Conflict(why).into()
}
