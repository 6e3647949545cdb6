//! The part of the form of a statement that says to what the statement refers.

use activitypub_federation::config::Data;

use super::ask::{OFFERED, targets};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::event::Source;
use crate::domain::question::Qid;
use crate::domain::statement::{MOST_QUESTIONS, MOST_SIGNATORIES, References};
use crate::domain::uri::Uri;
use crate::federation::lookup::{self, Meant};
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::publish::StatementForm;
use crate::store::questions;

/// Empty choices below those that were made.
const EMPTY: usize = 2;

/// Puts what a text refers to into the fields of its form.
pub(super) fn fill(form: &mut StatementForm, references: &References) {
    form.questions = references.questions.iter().map(Qid::to_string).collect();
    form.sources = joined(references.sources.iter().map(Source::to_line));
    form.signatories = joined(references.signatories.iter().map(Uri::to_string));
}

/// Looks up whom the form names, so that it holds identities afterwards, and refuses what means nothing.
pub(super) async fn check(
    data: &Data<Federation>,
    visit: &Visit,
    form: &mut StatementForm,
) -> Result<(), Mistakes> {
    form.convinced_by = identity(data, visit, &form.convinced_by).await?;
    form.questions.retain(|qid| !qid.is_empty());
    if form.questions.iter().any(|qid| Qid::parse(qid).is_none()) {
        return Err(Mistakes::one("question", "Choose questions of the list."));
    }
    for line in form.sources.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Err(Refusal::Invalid { why, .. }) = Source::read(line) {
            return Err(Mistakes::one("sources", why));
        }
    }
    let mut found: Vec<String> = Vec::new();
    let names = form.signatories.lines().map(str::trim).filter(|name| !name.is_empty());
    for name in names.take(MOST_SIGNATORIES + 1) {
        let account = resolve::account(data, name).await.map_err(|error| {
            Mistakes::one("signatories", format!("{name}: {}", PageError::from(error).why))
        })?;
        if account.kind != AccountKind::Organization {
            return Err(Mistakes::one("signatories", format!("{name} is no organization.")));
        }
        found.push(account.uri.to_string());
    }
    form.signatories = joined(found.into_iter());
    Ok(())
}

/// The identity of what an address means: people paste what their browser shows them.
async fn identity(data: &Data<Federation>, visit: &Visit, text: &str) -> Result<String, Mistakes> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let wrong = |why: &str| Mistakes::one("convinced_by", why);
    let uri = Uri::parse(text).ok_or_else(|| wrong("This is no web address."))?;
    let (viewer, origin) = (visit.viewer(), &visit.site.origin);
    let known = data.app.db.read(|conn| lookup::known(conn, origin, viewer, &uri)).await;
    match known.map_err(|error| wrong(&PageError::from(error).why))? {
        Some(Meant::Contribution(head)) => Ok(head.uri.to_string()),
        Some(Meant::Account(_)) => Err(wrong("This is an account, nothing that was said.")),
        None => Ok(uri.to_string()),
    }
}

/// The lines of the whole text that say it.
pub(super) fn written(form: &StatementForm) -> String {
    let lines = |word: &str, text: &str| {
        let said = text.lines().map(str::trim).filter(|line| !line.is_empty());
        said.map(|line| format!("*{word}: {line}*\n")).collect::<String>()
    };
    [
        lines("Question", &form.questions.join("\n")),
        lines("Source", &form.sources),
        lines("Signed with", &form.signatories),
    ]
    .concat()
}

/// The lists from which questions are chosen: one for each that was, and some more.
pub(super) async fn offered(
    data: &Data<Federation>,
    visit: &Visit,
    form: &StatementForm,
) -> Result<Vec<Vec<Choice>>, PageError> {
    let viewer = visit.viewer();
    let known = data.app.db.read(|conn| Ok(questions::newest(conn, viewer, OFFERED)?)).await?;
    let chosen = form.questions.iter().map(String::as_str).filter(|qid| !qid.is_empty());
    let lines = chosen.chain(std::iter::repeat_n("", EMPTY)).take(MOST_QUESTIONS);
    Ok(lines.map(|qid| targets(&known, qid, None)).collect())
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}
