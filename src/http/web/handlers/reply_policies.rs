//! Who may answer a single contribution.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::{Answer, key, page, then};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::site::ReplyPolicy;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::services::reply_policies as service;
use crate::store::contributions;

/// What each policy is called where somebody chooses.
pub const fn label(policy: ReplyPolicy) -> &'static str {
    match policy {
        ReplyPolicy::Everyone => "Everyone whom the federation mode lets in",
        ReplyPolicy::KnownHosts => "Those whom somebody here approved, and their servers",
        ReplyPolicy::Followed => "Those whom the organization follows",
        ReplyPolicy::Members => "Members of this site only",
    }
}

/// Who of the viewer's voices wrote it.
async fn author<'a>(
    data: &Data<Federation>,
    visit: &'a Visit,
    id: Id<Contribution>,
) -> Result<&'a Account, PageError> {
    visit.member()?;
    let viewer = visit.viewer();
    let head = data.app.db.read(|conn| Ok(contributions::by_id(conn, viewer, id)?)).await?;
    head.and_then(|head| visit.voice(head.author_id)).ok_or_else(PageError::not_found)
}

/// `GET /contributions/{id}/replies`.
pub async fn ask(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let id: Id<Contribution> = key(&id)?;
    let author = author(&data, &visit, id).await?;
    let head = data.app.db.read(|conn| service::own(conn, author, id)).await?;
    form(&visit, id, head.reply_policy, Mistakes::default())
}

fn form(visit: &Visit, id: Id<Contribution>, chosen: ReplyPolicy, mistakes: Mistakes) -> Answer {
    let choice = |policy: ReplyPolicy| Choice::new(policy.as_str(), label(policy), policy == chosen);
    page(&FormPage {
        layout: visit.private_layout("Who may answer", Section::Elsewhere),
        heading: "Who may answer?".to_owned(),
        lead: "It holds from now on, and other servers are told. What was answered already stays.".to_owned(),
        about: None,
        action: format!("/contributions/{id}/replies").into(),
        fields: vec![Field::new(
            "policy",
            "Answers are taken from",
            "Members of this site may always answer.",
            FieldKind::Radios(ReplyPolicy::ALL.map(choice).into()),
            "",
        )],
        mistakes,
        button: "Keep it so".to_owned(),
        back: format!("/threads/{id}").into(),
    })
}

/// `POST /contributions/{id}/replies`.
pub async fn choose(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let id: Id<Contribution> = key(&id)?;
    let author = author(&data, &visit, id).await?;
    let Some(policy) = ReplyPolicy::parse(fields.get("policy")) else {
        let head = data.app.db.read(|conn| service::own(conn, author, id)).await?;
        return refused(form(
            &visit,
            id,
            head.reply_policy,
            Mistakes::one("policy", "Choose who may answer."),
        ));
    };
    if let Err(error) = data.app.db.write(|tx| service::choose(tx, author, id, policy)).await {
        return again(error, |mistakes| form(&visit, id, policy, mistakes));
    }
    then(&format!("/threads/{id}?note=changed"))
}
