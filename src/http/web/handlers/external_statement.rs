//! What moderators decide about texts of servers of other kinds: which questions they stand beside.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::{come_back, what_was_wrong};
use super::ties::{OFFERED, targets};
use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::external_statement::PublishedText;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::question::Qid;

use crate::domain::view::View;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::external_statement::{Candidate, ExternalStatementsPage};
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::external_statements as service;
use crate::store::questions::{self, Copy};
use crate::store::{contributions, external_statements, views};

/// Texts on one page.
const PAGE: i64 = 100;

/// `GET /moderation/external`, and with `?question=…` what may belong to one question.
pub async fn waiting(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Review)?;
    let viewer = visit.viewer();
    let only = visit.asked("question").and_then(|text| Qid::parse(&text));
    let loaded = data.app.db.read(|conn| {
        let mut found = external_statements::waiting(conn, viewer, PAGE)?;
        found.retain(|text| only.as_ref().is_none_or(|only| text.statement.qid == *only));
        let qids: Vec<Qid> = found.iter().map(|text| text.statement.qid.clone()).collect();
        let asked = questions::of_qids(conn, viewer, &qids)?;
        let heads: Vec<Contribution> = found.iter().map(|text| text.head.clone()).collect();
        let views = views::load(conn, viewer, heads)?;
        Ok((found, asked, views))
    });
    let (found, asked, views) = loaded.await?;
    let views: HashMap<Id<Contribution>, View> = views.into_iter().map(|view| (view.head.id, view)).collect();
    page(&ExternalStatementsPage {
        layout: visit.private_layout("External statements", Section::Elsewhere),
        candidates: found.iter().filter_map(|text| candidate(text, &asked, &views)).collect(),
    })
}

fn candidate(
    text: &PublishedText,
    asked: &HashMap<Qid, Copy>,
    views: &HashMap<Id<Contribution>, View>,
) -> Option<Candidate> {
    let (qid, view) = (&text.statement.qid, views.get(&text.head.id)?);
    let (head, question) = asked.get(qid)?;
    let title = head.title.clone().unwrap_or_default();
    Some(Candidate {
        entry: present::entry(view, None),
        question: Link::new(title, format!("/questions/{}", question.slug)),
        action: format!("/external/{}/{qid}/decide", text.head.id).into(),
    })
}

/// `POST /external/{id}/{qid}/decide`.
pub async fn decide(
    data: Data<Federation>,
    Path((id, qid)): Path<(String, String)>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Review)?;
    let (id, qid) = (key::<Contribution>(&id)?, named(&qid)?);
    let note = match fields.get("decision") {
        "list" => {
            data.app.db.write(|tx| service::list(tx, user, id, &qid)).await?;
            "listed"
        }
        "refuse" => {
            data.app.db.write(|tx| service::refuse(tx, user, id, &qid)).await?;
            "refused"
        }
        _ => return Err(PageError::from(Refusal::invalid("decision", "say whether it is listed"))),
    };
    then(&format!("/moderation/external?note={note}"))
}

/// `GET /contributions/{id}/external`.
pub async fn choose(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Review)?;
    form(&data, &visit, key(&id)?, Mistakes::default()).await
}

/// `POST /contributions/{id}/external`: a moderator puts a text beside a question.
pub async fn list(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Review)?;
    let (id, viewer) = (key::<Contribution>(&id)?, visit.viewer());
    let done = match Qid::parse(fields.get("question")) {
        Some(qid) => {
            let done = data.app.db.write(|tx| {
                service::list(tx, user, id, &qid)?;
                Ok(questions::carried(tx, viewer, &qid)?.into_iter().next())
            });
            done.await
        }
        None => Err(Refusal::invalid("question", "choose a question that is carried here").into()),
    };
    match done {
        Ok(Some((_, question))) => then(&format!("/questions/{}?note=listed#map", question.slug)),
        Ok(None) => then("/questions?note=listed"),
        Err(error) => {
            let (status, wrong) = what_was_wrong(error)?;
            come_back(status, form(&data, &visit, id, wrong).await)
        }
    }
}

async fn form(data: &Data<Federation>, visit: &Visit, id: Id<Contribution>, mistakes: Mistakes) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
        let view = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
        Ok((view, questions::newest(conn, viewer, OFFERED)?))
    });
    let (view, copies) = loaded.await?;
    let choices = targets(&copies, "", None);
    let href = present::path(&view);
    page(&FormPage {
        layout: visit.private_layout("An external statement", Section::Elsewhere),
        heading: "List it as an external statement".to_owned(),
        lead: "The map of the question shows it by itself, with a link to it: as a text whose author has \
               not said which answer it gives. Nothing is entered in its author’s name."
            .to_owned(),
        about: Some(present::link(&view)),
        action: format!("/contributions/{id}/external").into(),
        fields: vec![Field::new("question", "Question", "", FieldKind::Select(choices), "")],
        mistakes,
        button: "List it".to_owned(),
        back: href.into(),
    })
}

/// `GET /external/{id}/{qid}/withdraw`.
pub async fn ask_withdraw(
    data: Data<Federation>,
    visit: Visit,
    Path((id, qid)): Path<(String, String)>,
) -> Answer {
    visit.may(Permission::Review)?;
    let qid = named(&qid)?;
    let found = listed(&data, &visit, key(&id)?, &qid).await?;
    reasons(&visit, &qid, &found, "", Mistakes::default())
}

/// `POST /external/{id}/{qid}/withdraw`.
pub async fn withdraw(
    data: Data<Federation>,
    Path((id, qid)): Path<(String, String)>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Review)?;
    let (id, qid) = (key::<Contribution>(&id)?, named(&qid)?);
    let reason = fields.get("reason");
    match data.app.db.write(|tx| service::withdraw(tx, user, id, &qid, reason)).await {
        Ok(()) => {
            let (_, question) = listed(&data, &visit, id, &qid).await?;
            then(&format!("{}?note=refused#map", question.href))
        }
        Err(error) => {
            let (status, wrong) = what_was_wrong(error)?;
            let found = listed(&data, &visit, id, &qid).await?;
            come_back(status, reasons(&visit, &qid, &found, reason, wrong))
        }
    }
}

/// The text, and the question that lists it.
async fn listed(
    data: &Data<Federation>,
    visit: &Visit,
    id: Id<Contribution>,
    qid: &Qid,
) -> Result<(View, Link), PageError> {
    let viewer = visit.viewer();
    let found = data.app.db.read(|conn| {
        let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
        external_statements::of(conn, id, qid)?.ok_or(Refusal::NotFound)?;
        let view = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
        let copy = questions::carried(conn, viewer, qid)?.into_iter().next().ok_or(Refusal::NotFound)?;
        Ok((view, copy))
    });
    let (view, (head, question)) = found.await?;
    Ok((view, Link::new(head.title.unwrap_or_default(), format!("/questions/{}", question.slug))))
}

fn reasons(
    visit: &Visit,
    qid: &Qid,
    (view, question): &(View, Link),
    reason: &str,
    mistakes: Mistakes,
) -> Answer {
    let hint = "One or two sentences, for the record of this site.";
    page(&FormPage {
        layout: visit.private_layout("Take it off the map", Section::Elsewhere),
        heading: format!("Take {} off the map", present::label(view)),
        lead: "The map no longer shows it; the map of an earlier day still does.".to_owned(),
        about: Some(question.clone()),
        action: format!("/external/{}/{qid}/withdraw", view.head.id).into(),
        fields: vec![Field::text("reason", "Reason", hint, reason, 3)],
        mistakes,
        button: "Take it off".to_owned(),
        back: question.href.clone(),
    })
}

fn named(qid: &str) -> Result<Qid, PageError> {
    Qid::parse(qid).ok_or_else(PageError::not_found)
}
