//! What is wrong with a statement as it was typed: all of it at once, each at its field.

use activitypub_federation::config::Data;

use super::publish::whole;
use super::references;
use crate::domain::Refusal;
use crate::domain::statement::Draft;
use crate::domain::uri::Uri;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::publish::StatementForm;
use crate::import::markdown;

/// The statement that a form holds. What it refers to is put as identities into the form.
pub(super) async fn checked(
    data: &Data<Federation>,
    visit: &Visit,
    form: &mut StatementForm,
    revises: bool,
) -> Result<Draft, Mistakes> {
    let mut mistakes = references::check(data, visit, form).await;
    let draft = read(data, form, &mut mistakes);
    if revises && form.reason.trim().is_empty() {
        mistakes.add("reason", "Say what changed and why: readers see it above the text.");
    }
    draft.filter(|_| mistakes.is_empty()).ok_or(mistakes)
}

fn read(data: &Data<Federation>, form: &StatementForm, mistakes: &mut Mistakes) -> Option<Draft> {
    let limits = &data.app.config.limits;
    let (length, most) = (form.text.chars().count(), limits.statement_characters);
    if length > most {
        mistakes.add("text", format!("The statement has {length} characters; at most {most} are allowed."));
        return None;
    }
    let mut draft = match markdown::parse(&whole(form)) {
        Ok(import) => import.draft,
        Err(error) => {
            mistakes.add("text", error.to_string());
            return None;
        }
    };
    draft.title = form.title.trim().to_owned();
    draft.language = form.language.clone();
    draft.announcement = form.announcement.trim().to_owned();
    draft.convinced_by = form.convinced_by.lines().filter_map(Uri::parse).collect();
    if draft.theses.len() > limits.theses {
        mistakes.add("text", format!("The statement has more than {} theses.", limits.theses));
    }
    // Keys are given when it is published; here only the form is asked whether it could be.
    for refusal in draft.refusals() {
        let (field, why) = at_field(refusal);
        // What somebody typed there is told before what it sums up to.
        if mistakes.at(field).is_none() {
            mistakes.add(field, why);
        }
    }
    Some(draft)
}

/// A refusal of the domain at the field of the form that it is about.
pub(super) fn at_field(refusal: Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Invalid { field, why } => match field {
            "title" | "announcement" | "reason" | "language" | "sources" | "signatories" => {
                (field, format!("It {why}"))
            }
            "questions" => ("question", format!("It {why}")),
            _ => ("text", format!("{field}: {why}")),
        },
        other => ("text", other.to_string()),
    }
}
