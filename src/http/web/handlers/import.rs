//! Bringing a text that exists already: what is found in it is kept as a draft.

use activitypub_federation::config::Data;

use super::ask::refused;
use super::publish::editor;
use super::{Answer, page, then};
use crate::federation::Federation;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes, language_choices};
use crate::http::web::import::ImportPage;
use crate::http::web::layout::Section;
use crate::import::{Options, read};
use crate::services::drafts as service;

/// The name of a text that was pasted.
const PASTED: &str = "pasted.txt";

/// `GET /publish/import`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    editor(&visit)?;
    form(&data, &visit, ("", ""), Mistakes::default())
}

/// `POST /publish/import`: the draft, with what was not certain.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = editor(&visit)?;
    let (pasted, language) = (fields.get("text"), fields.get("language"));
    let (field, name, text) = match fields.file("file") {
        None => ("text", PASTED, pasted.as_bytes()),
        Some(file) => ("file", fields.get("file_name"), file),
    };
    let options = Options { language: (!language.is_empty()).then(|| language.to_owned()) };
    let found = match read(name, text, &options) {
        Ok(found) => found,
        Err(why) => {
            let why = format!("{why}.");
            return refused(form(&data, &visit, (pasted, language), Mistakes::one(field, why)));
        }
    };
    let draft = data.app.db.write(|tx| service::import(tx, Some(user), &found)).await?;
    then(&format!("/publish?draft={draft}"))
}

fn form(
    data: &Data<Federation>,
    visit: &Visit,
    (text, language): (&str, &str),
    mistakes: Mistakes,
) -> Answer {
    let guessed = Choice::new("", "Guessed from the text", language.is_empty());
    page(&ImportPage {
        layout: visit.private_layout("Bring a text", Section::Publish),
        text: text.to_owned(),
        languages: std::iter::once(guessed).chain(language_choices(language)).collect(),
        kibibytes: data.app.config.limits.import_bytes / 1024,
        mistakes,
    })
}
