//! Which organizations answer which questions as a chosen one does, as a page and as files.

use activitypub_federation::config::Data;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Answer, page};
use crate::domain::account::Account;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::agreement::{AgreementPage, Alike};
use crate::http::web::forms::Choice;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::map_files;
use crate::http::web::shown::Link;
use crate::services::agreement::{self, Agreement};
use crate::services::comparisons::Whom;
use crate::store::questions::Copy;

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
    Ok(map_files::csv_file("agreement", map_files::table(&header, lines)))
}

async fn load(data: &Data<Federation>, visit: &Visit) -> Result<Agreement, PageError> {
    let (viewer, ours) = (visit.viewer(), visit.organization.id);
    let whom = visit.asked("of").filter(|handle| !handle.is_empty()).map(Whom::Handle);
    let found = data.app.db.read(|conn| agreement::of(conn, viewer, ours, whom.as_ref())).await?;
    if whom.is_some() && found.of.is_none() {
        return Err(PageError::not_found());
    }
    Ok(found)
}
