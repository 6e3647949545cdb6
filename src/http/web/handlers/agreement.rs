//! Which organizations answer which questions as a chosen one does, as a page and as files.

use std::collections::{BTreeMap, HashMap, HashSet};

use activitypub_federation::config::Data;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::map::csv_file;
use super::{Answer, page};
use crate::domain::account::Account;
use crate::domain::contribution::State;
use crate::domain::id::Id;
use crate::domain::question::{AnswerKey, Qid};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::agreement::{AgreementPage, Alike};
use crate::http::web::forms::Choice;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::map_files;
use crate::http::web::shown::Link;
use crate::store::positions::Row;
use crate::store::questions::Copy;
use crate::store::{accounts, positions, questions};

/// Positions that are compared with each other, the newest ones.
const COMPARED: i64 = 5000;

/// What one organization answers like others do.
struct Agreement {
    /// Whose answers are looked at; `None` where nobody has answered anything.
    of: Option<Account>,
    /// Everybody who has answered something, by name.
    organizations: Vec<Account>,
    /// The others who answer something alike, by name, with the questions.
    alike: Vec<(Account, Vec<Copy>)>,
}

/// `GET /questions/agreement?of=…`: a list of questions per organization, and no number that ranks
/// anybody.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let found = load(&data, &visit).await?;
    let of = found.of.as_ref().map(|of| of.handle.clone()).unwrap_or_default();
    let choice =
        |account: &Account| Choice::new(account.handle.clone(), account.title(), account.handle == of);
    let link = |(head, question): &Copy| {
        Link::new(head.title.clone().unwrap_or_default(), format!("/questions/{}", question.slug))
    };
    let alike = |(account, copies): &(Account, Vec<Copy>)| Alike {
        name: account.title().to_owned(),
        questions: copies.iter().map(link).collect(),
    };
    let files = ["json", "csv"]
        .map(|file| Link::new(file.to_uppercase(), format!("/questions/agreement.{file}?of={of}")));
    page(&AgreementPage {
        layout: Layout {
            here: Section::Questions,
            no_index: visit.asked("of").is_some(),
            ..visit.layout("Who answers alike")
        },
        name: found.of.as_ref().map(|of| of.title().to_owned()).unwrap_or_default(),
        organizations: found.organizations.iter().map(choice).collect(),
        alike: found.alike.iter().map(alike).collect(),
        files: files.into(),
    })
}

/// `GET /questions/agreement.json?of=…`.
pub async fn json(data: Data<Federation>, visit: Visit) -> Answer {
    let found = load(&data, &visit).await?;
    let question = |(head, question): &Copy| json!({ "qid": question.qid.as_str(), "text": head.title });
    let alike = |(account, copies): &(Account, Vec<Copy>)| {
        json!({
            "organization": account.title(),
            "handle": account.handle,
            "account": account.uri.as_str(),
            "questions": copies.iter().map(question).collect::<Vec<_>>(),
        })
    };
    let value = json!({
        "of": found.of.as_ref().map(|of| of.handle.as_str()),
        "alike": found.alike.iter().map(alike).collect::<Value>(),
    });
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response())
}

/// `GET /questions/agreement.csv?of=…`: a line per organization and question.
pub async fn csv(data: Data<Federation>, visit: Visit) -> Answer {
    let found = load(&data, &visit).await?;
    let line = |account: &Account, (head, question): &Copy| {
        let text = head.title.clone().unwrap_or_default();
        vec![account.title().to_owned(), account.handle.clone(), question.qid.to_string(), text]
    };
    let lines =
        found.alike.iter().flat_map(|(account, copies)| copies.iter().map(move |copy| line(account, copy)));
    let header = ["organization", "handle", "question", "text"];
    Ok(csv_file("agreement", map_files::table(&header, lines)))
}

async fn load(data: &Data<Federation>, visit: &Visit) -> Result<Agreement, PageError> {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let mut rows = positions::listed(conn, viewer, COMPARED)?;
        rows.retain(|(head, position)| head.state == State::Current && position.answer_key.is_some());
        let authors: HashSet<Id<Account>> = rows.iter().map(|(head, _)| head.author_id).collect();
        let authors = accounts::by_ids(conn, &authors.into_iter().collect::<Vec<_>>())?;
        let qids: HashSet<Qid> = rows.iter().map(|(_, position)| position.qid.clone()).collect();
        let copies = questions::of_qids(conn, viewer, &qids.into_iter().collect::<Vec<_>>())?;
        Ok((rows, authors, copies))
    });
    let (rows, mut organizations, copies) = loaded.await?;
    organizations.sort_by_cached_key(|account| (account.title().to_lowercase(), account.id));
    let of = match visit.asked("of").filter(|handle| !handle.is_empty()) {
        Some(handle) => {
            let named = organizations.iter().find(|account| account.handle == handle);
            Some(named.ok_or_else(PageError::not_found)?.clone())
        }
        None => {
            let ours = organizations.iter().find(|account| account.id == visit.organization.id);
            ours.or(organizations.first()).cloned()
        }
    };
    let mut shared = of.as_ref().map(|of| alike(&rows, of.id)).unwrap_or_default();
    let others = organizations.iter().filter_map(|account| {
        let qids = shared.remove(&account.id)?;
        Some((account.clone(), qids.iter().filter_map(|qid| copies.get(qid).cloned()).collect()))
    });
    Ok(Agreement { alike: others.collect(), organizations, of })
}

/// Who else answers a question as `of` does, and which ones.
fn alike(rows: &[Row], of: Id<Account>) -> HashMap<Id<Account>, Vec<&Qid>> {
    let own: BTreeMap<&Qid, Option<&AnswerKey>> = rows
        .iter()
        .filter(|(head, _)| head.author_id == of)
        .map(|(_, position)| (&position.qid, position.answer_key.as_ref()))
        .collect();
    let mut alike: HashMap<Id<Account>, Vec<&Qid>> = HashMap::new();
    for (head, position) in rows.iter().filter(|(head, _)| head.author_id != of) {
        if own.get(&position.qid).is_some_and(|key| *key == position.answer_key.as_ref()) {
            alike.entry(head.author_id).or_default().push(&position.qid);
        }
    }
    alike
}
