//! About the organization and its site.

use activitypub_federation::config::Data;

use super::hosts::label;
use super::{Answer, page};
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::about::{AboutPage, Contact, KeptOut, Rule};
use crate::http::web::forms::Choice;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::present;
use crate::http::web::setup::federation_modes;
use crate::http::web::shown::Lang;
use crate::store::{accounts, host_rules, notices};
use crate::text::Markdown;
use crate::text::markdown::render;

/// Servers that the public list names at most.
const KEPT_OUT: i64 = 1_000;

/// `GET /about`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let known = data.app.db.read(|conn| {
        Ok((
            accounts::by_id(conn, visit.site.forum)?,
            notices::rules(conn)?,
            host_rules::public(conn, KEPT_OUT)?,
        ))
    });
    let (forum, rules, kept_out) = known.await?;
    let mode = visit.settings.federation_mode.as_str();
    let chosen = federation_modes(mode).into_iter().find(|choice| choice.selected);
    let contact = visit.settings.contact.trim();
    let mut accounts = vec![present::author(&visit.organization)];
    accounts.extend(forum.as_ref().map(present::author));
    page(&AboutPage {
        layout: Layout {
            here: Section::About,
            canonical: Some(visit.absolute("/about").into()),
            ..visit.layout("About")
        },
        description: render(&Markdown::new(&visit.settings.description)),
        privacy: render(&Markdown::new(&visit.settings.privacy)),
        rules: rules.into_iter().map(|rule| Rule { text: rule.text, hint: rule.hint }).collect(),
        languages: visit.settings.languages.iter().map(Lang::new).collect(),
        contact: contact_of(contact),
        accounts,
        federation: chosen.unwrap_or_else(|| Choice::new(mode, mode, true)),
        kept_out: kept_out
            .into_iter()
            .map(|rule| KeptOut {
                name: rule.public_name(),
                what: label(rule.standing).to_owned(),
                why: rule.public_comment,
            })
            .collect(),
        registration: "Accounts on this site are given by invitation.".to_owned(),
    })
}

/// A contact is an e-mail address, a web address, or words.
fn contact_of(contact: &str) -> Contact {
    if contact.starts_with("http") || contact.starts_with('@') {
        let href = if contact.starts_with('@') { format!("/{contact}") } else { contact.to_owned() };
        return Contact { email: String::new(), account: Some((contact.to_owned(), href.into())) };
    }
    Contact { email: contact.to_owned(), account: None }
}
