//! The part of the form of a statement that says to what the statement refers.

use activitypub_federation::config::Data;

use super::ties::{OFFERED, targets};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::event::Source;
use crate::domain::question::Qid;
use crate::domain::statement::{MOST_QUESTIONS, MOST_SIGNATORIES, References};
use crate::domain::uri::{Addresses, Uri};
use crate::federation::lookup;
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::publish::StatementForm;
use crate::store::{Error, questions};

/// Empty choices below those that were made.
const EMPTY: usize = 2;

/// Puts what a text refers to into the fields of its form.
pub(super) fn fill(form: &mut StatementForm, references: &References) {
    form.questions = references.questions.iter().map(Qid::to_string).collect();
    form.sources = joined(references.sources.iter().map(Source::to_line));
    form.signatories = joined(references.signatories.iter().map(Uri::to_string));
}

/// Looks up what the form names, so that it holds identities afterwards; what means nothing stays as it was typed,
/// and is told.
pub(super) async fn check(data: &Data<Federation>, visit: &Visit, form: &mut StatementForm) -> Mistakes {
    let mut mistakes = Mistakes::default();
    match convinced_by(data, visit, form).await {
        Ok(found) => form.convinced_by = found.as_str().to_owned(),
        Err(why) => mistakes.add("convinced_by", why),
    }
    form.questions.retain(|qid| !qid.is_empty());
    if form.questions.iter().any(|qid| Qid::parse(qid).is_none()) {
        mistakes.add("question", "Choose questions of the list.");
    }
    for line in lines(&form.sources) {
        if let Err(Refusal::Invalid { why, .. }) = Source::read(line) {
            mistakes.add("sources", why);
        }
    }
    let mut found: Vec<String> = Vec::new();
    for name in lines(&form.signatories).take(MOST_SIGNATORIES + 1) {
        match organization(data, name).await {
            Ok(uri) => found.push(uri.to_string()),
            Err(why) => mistakes.add("signatories", why),
        }
    }
    if mistakes.at("signatories").is_none() {
        form.signatories = joined(found.into_iter());
    }
    mistakes
}

async fn organization(data: &Data<Federation>, name: &str) -> Result<Uri, String> {
    match resolve::account(data, name).await {
        Ok(account) if account.kind == AccountKind::Organization => Ok(account.uri),
        Ok(_) => Err(format!("{name} is no organization.")),
        Err(error) => Err(format!("{name}: {}", PageError::from(error).why)),
    }
}

async fn convinced_by(
    data: &Data<Federation>,
    visit: &Visit,
    form: &StatementForm,
) -> Result<Addresses, String> {
    let (viewer, origin) = (visit.viewer(), &visit.site.origin);
    let named: Vec<String> = form.convinced_by.split_whitespace().map(str::to_owned).collect();
    let found = data.app.db.read(|conn| lookup::convincing(conn, origin, viewer, &named)).await;
    found.map_err(|error| match error {
        Error::Refused(Refusal::Invalid { why, .. }) => why,
        other => PageError::from(other).why,
    })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The lines of the whole text that say it.
pub(super) fn written(form: &StatementForm) -> String {
    let named =
        |word: &str, text: &str| lines(text).map(|line| format!("*{word}: {line}*\n")).collect::<String>();
    [
        named("Question", &form.questions.join("\n")),
        named("Source", &form.sources),
        named("Signed with", &form.signatories),
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
