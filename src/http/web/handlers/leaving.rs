//! Deleting one's own account.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;

use super::again::again;
use super::ask::refused;
use super::attempts::{Attempts, attempt, own};
use super::sign_ins::wrong_password;
use super::{Answer, page, then};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::session::Member;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::shown::Link;
use crate::services::leaving;

/// `GET /settings/leave`.
pub async fn ask(visit: Visit) -> Answer {
    visit.concerned()?;
    form(&visit, Mistakes::default())
}

fn form(visit: &Visit, mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: visit.private_layout("Delete your account", Section::Elsewhere),
        heading: "Delete your account".to_owned(),
        lead: "What you said disappears here at once, and the servers that know you are told to delete what they have. \
               Your name stays taken, so that nobody can pass for you. What you published in the name of the \
               organization stays the organization's. This cannot be taken back."
            .to_owned(),
        about: Some(Link::new("Take everything along first", "/settings/export")),
        action: "/settings/leave".into(),
        fields: vec![Field::new(
            "current",
            "Your password",
            "So that nobody does this at an open browser.",
            FieldKind::Secret("current-password"),
            "",
        )],
        mistakes,
        button: "Delete my account for good".to_owned(),
        back: "/settings/export".into(),
    })
}

/// `POST /settings/leave`.
pub async fn leave(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let member = visit.concerned()?;
    match knows_password(&data, &attempts, member, fields.get("current")).await {
        Ok(true) => {}
        Ok(false) => return refused(form(&visit, wrong_password())),
        Err(error) => return again(error, |mistakes| form(&visit, mistakes)),
    }
    match data.app.db.write(|tx| leaving::leave(tx, &member.user, &member.account)).await {
        Ok(_) => then("/?note=left"),
        Err(error) => again(error, |mistakes| form(&visit, mistakes)),
    }
}

/// Whether whoever is signed in types their password, as far as they did not guess too often.
pub(super) async fn knows_password(
    data: &Data<Federation>,
    attempts: &Attempts,
    member: &Member,
    typed: &str,
) -> Result<bool, PageError> {
    let (key, now) = (own(&member.user.name), data.app.clock().now());
    attempt(&attempts.members, &key, data.app.config.limits.sign_ins, now)?;
    let right = data.app.passwords.fits(Some(&member.user), typed).await?;
    if right {
        attempts.members.give_back(&key);
    }
    Ok(right)
}
