//! Entering what organizations without a server said, and taking it back.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::map::may_attribute;
use super::{Answer, key, page, then};
use crate::domain::attribution::{Attribution, DraftAttribution};
use crate::domain::contribution::Contribution;
use crate::domain::position::Certainty;
use crate::domain::question::Question;
use crate::domain::user::User;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::shown::Link;
use crate::services::attributions as service;
use crate::store::{attributions, questions};

/// `GET /questions/{slug}/attribute`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    keeper(&visit)?;
    let (head, question) = asked(&data, &visit, &slug).await?;
    form(&visit, &head, &question, &Fields::default(), Mistakes::default())
}

/// `POST /questions/{slug}/attribute`.
pub async fn submit(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = keeper(&visit)?;
    let (head, question) = asked(&data, &visit, &slug).await?;
    let text = |name: &str| fields.get(name).to_owned();
    let draft = DraftAttribution {
        name: text("name"),
        answer: text("answer"),
        certainty: text("certainty"),
        stated_on: text("stated_on"),
        quotation: text("quotation"),
        source_title: text("source_title"),
        source_url: text("source_url"),
    };
    match data.app.db.write(|tx| service::enter(tx, user, &question.qid, &draft)).await {
        Ok(entered) => then(&format!("/questions/{slug}?note=attributed#a{}", entered.id)),
        Err(error) => again(error, |mistakes| form(&visit, &head, &question, &fields, mistakes)),
    }
}

/// `GET /attributions/{id}/withdraw`.
pub async fn ask_withdraw(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    keeper(&visit)?;
    let id = key::<Attribution>(&id)?;
    let found = data.app.db.read(|conn| Ok(attributions::by_id(conn, id)?)).await?;
    let found = found.ok_or_else(PageError::not_found)?;
    page(&ConfirmPage {
        layout: visit.private_layout("Take it back", Section::Questions),
        question: format!("Take back what was entered for {}?", found.name),
        consequence: "The map no longer shows it. The map of an earlier day still does.".to_owned(),
        action: format!("/attributions/{id}/withdraw").into(),
        fields: Vec::new(),
        button: "Take it back".to_owned(),
        back: "/questions".into(),
    })
}

/// `POST /attributions/{id}/withdraw`.
pub async fn withdraw(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, .. }: Posted,
) -> Answer {
    let user = keeper(&visit)?;
    let id = key::<Attribution>(&id)?;
    let viewer = visit.viewer();
    let done = data.app.db.write(|tx| {
        let gone = service::withdraw(tx, user, id)?;
        let copies = questions::carried(tx, viewer, &gone.qid)?;
        Ok(copies.into_iter().next().map(|(_, question)| question.slug))
    });
    then(&done.await?.map_or_else(|| "/questions".to_owned(), |slug| format!("/questions/{slug}#map")))
}

fn keeper(visit: &Visit) -> Result<&User, PageError> {
    let member = visit.member()?;
    if may_attribute(visit) {
        return Ok(&member.user);
    }
    Err(PageError::forbidden("This takes the role publisher or archivist: an administrator can give it."))
}

async fn asked(
    data: &Data<Federation>,
    visit: &Visit,
    slug: &str,
) -> Result<(Contribution, Question), PageError> {
    let viewer = visit.viewer();
    let found = data.app.db.read(|conn| Ok(questions::by_slug(conn, viewer, slug)?)).await?;
    found.ok_or_else(PageError::not_found)
}

fn form(
    visit: &Visit,
    head: &Contribution,
    question: &Question,
    sent: &Fields,
    mistakes: Mistakes,
) -> Answer {
    let href = format!("/questions/{}", question.slug);
    let chosen = if sent.get("certainty").is_empty() { "decided" } else { sent.get("certainty") };
    let certainties = Certainty::ALL
        .into_iter()
        .map(|certainty| Choice::new(certainty.as_str(), certainty.label(), certainty.as_str() == chosen));
    let radios = FieldKind::Radios(certainties.collect());
    let line = |name, label: &str, hint: &str| Field::line(name, label, hint, sent.get(name));
    let quotation = "The words of the source that show it; up to 1000 characters.";
    let date = "As exact as the source is: 2022-01-05, 2022-01 or 2022.";
    page(&FormPage {
        layout: visit.private_layout("Enter an answer from a source", Section::Questions),
        heading: "What an organization without a server said".to_owned(),
        lead:
            "It stands on the map as attributed by us, with the source beside it; it is never shown as the \
               organization's own word."
                .to_owned(),
        about: Some(Link::new(head.title.clone().unwrap_or_default(), href.clone())),
        action: format!("{href}/attribute").into(),
        fields: vec![
            line("name", "Organization", "Its name as it calls itself."),
            line(
                "answer",
                "Answer",
                "In a few words, up to 140 characters. The same words as a proposed answer put it in that group.",
            ),
            Field::new("certainty", "How sure does it show itself?", "", radios, ""),
            line("stated_on", "Said on", date),
            Field::text("quotation", "Quotation", quotation, sent.get("quotation"), 4),
            line("source_title", "Title of the source", "As one would cite it."),
            line("source_url", "Address of the source", "Where everyone can read it."),
        ],
        mistakes,
        button: "Enter it".to_owned(),
        back: href.into(),
    })
}
