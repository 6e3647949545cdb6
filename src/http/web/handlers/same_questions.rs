//! Questions that are said to be the same: shown beside each other, and as one map where our organization
//! says so itself, or two that it follows. Never by what strangers say alone.

use std::collections::HashMap;

use crate::domain::account::Account;
use crate::domain::date::Day;
use crate::domain::id::Id;
use crate::domain::map::{Map, Row};
use crate::domain::question::Qid;
use crate::http::web::present;
use crate::http::web::question::{SameAnswer, SameQuestion};
use crate::http::web::shown::{Lang, Link};
use crate::services::maps;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, accounts, questions, relations};

/// Questions that are shown beside another one.
const MOST: usize = 3;
/// Rows of one that are shown beside another one.
const ROWS: usize = 50;
/// How many organizations that ours follows have to say so, where ours does not.
const VOICES: usize = 2;

/// A question that is said to be the same as another one.
pub(super) struct Said {
    qid: Qid,
    by: Vec<Id<Account>>,
    /// Whether both may be shown as one.
    pub(super) merges: bool,
}

/// Which questions are said to be the same as this one.
pub(super) fn said(
    conn: &mut Conn,
    viewer: Viewer,
    qid: &Qid,
    organization: Id<Account>,
) -> Result<Vec<Said>, Error> {
    let mut same: Vec<Said> = Vec::new();
    let mut followed: Vec<Id<Account>> =
        relations::peers(conn, organization)?.into_iter().map(|account| account.id).collect();
    followed.push(organization);
    for (other, by) in questions::said_same(conn, viewer, qid, &followed)? {
        match same.iter_mut().find(|said| said.qid == other) {
            Some(said) if said.by.contains(&by) => {}
            Some(said) => said.by.push(by),
            None => same.push(Said { qid: other, by: vec![by], merges: false }),
        }
    }
    if same.is_empty() {
        return Ok(same);
    }
    for said in &mut same {
        let known = said.by.iter().filter(|by| followed.contains(by)).count();
        said.merges = said.by.contains(&organization) || known >= VOICES;
    }
    Ok(same)
}

/// The one of them that the viewer wants to see as one with the question, where that may be.
pub(super) fn merged<'a>(same: &'a [Said], wanted: Option<&Qid>) -> Option<&'a Qid> {
    same.iter().find(|said| said.merges && Some(&said.qid) == wanted).map(|said| &said.qid)
}

/// They, as far as they are here, with who stands where on them.
pub(super) fn shown(
    conn: &mut Conn,
    viewer: Viewer,
    same: &[Said],
    (page, as_of): (&str, Option<Day>),
) -> Result<Vec<SameQuestion>, Error> {
    let qids: Vec<Qid> = same.iter().map(|said| said.qid.clone()).collect();
    let copies = questions::of_qids(conn, viewer, &qids)?;
    let ids: Vec<Id<Account>> = same.iter().flat_map(|said| said.by.iter().copied()).collect();
    let people: HashMap<_, _> =
        accounts::by_ids(conn, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    let mut shown = Vec::new();
    for said in same.iter().take(MOST) {
        let map = maps::of(conn, viewer, &said.qid, &[], as_of)?;
        let by = said.by.iter().filter_map(|by| people.get(by));
        shown.push(SameQuestion {
            question: present::tied(&said.qid, copies.get(&said.qid)),
            by: by.map(|by| Link::new(by.title(), present::account_path(by))).collect(),
            answers: answers(&map),
            merged: said.merges.then(|| format!("{page}?with={}#map", said.qid).into()),
        });
    }
    Ok(shown)
}

fn answers(map: &Map) -> Vec<SameAnswer> {
    let one = |row: &Row| SameAnswer {
        name: row.name.clone(),
        answer: row.held.answer.clone(),
        certainty: row.held.certainty.label(),
        language: Lang::new(&row.held.language),
    };
    map.rows.iter().take(ROWS).map(one).collect()
}
