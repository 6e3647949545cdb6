//! Taking a position, changing it, withdrawing it.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::bases::{self, Made};
use super::question::core;
use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, State};
use crate::domain::position::{Certainty, DraftPosition, Position};
use crate::domain::question::{AnswerKey, Question, QuestionView};
use crate::domain::user::Role;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::federation::lookup;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes, language_choices};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::positions as service;
use crate::store::{Error, contributions, positions, questions, statements};
use crate::text::Markdown;

/// Statements that a form offers.
const OFFERED: i64 = 100;
/// What the field for it says.
const CONVINCED: &str = "Addresses of critiques, positions or anything else that led to the change, one a line. \
                         May be left blank.";
/// The choice of an answer of one's own.
const OWN: &str = "own";

/// What a position is taken on.
struct Asked {
    view: QuestionView,
    title: String,
    /// Ours, where there is one.
    ours: Option<(Contribution, Position)>,
    statements: Vec<Contribution>,
}

/// What was typed, and the version of ours that it goes on from; the one that stands where that is not said.
#[derive(Clone, Copy)]
struct Typed<'a> {
    draft: &'a DraftPosition,
    reason: &'a str,
    base: Option<i32>,
}

/// `GET /questions/{slug}/position`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let asked = asked(&data, &visit, &slug).await?;
    let draft = match &asked.ours {
        Some((_, position)) => service::draft_of(position)?,
        None => DraftPosition { language: visit.language().to_owned(), ..DraftPosition::default() },
    };
    let typed = Typed { draft: &draft, reason: "", base: None };
    form(&visit, &asked, &typed, Mistakes::default())
}

/// `POST /questions/{slug}/position`.
pub async fn submit(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let asked = asked(&data, &visit, &slug).await?;
    let (typed, viewer, origin) = (draft(&asked, &fields), visit.viewer(), &visit.site.origin);
    let (reason, base) = (fields.get("reason"), bases::base(&fields));
    let sent = Typed { draft: &typed, reason, base };
    let mistakes = mistakes(&asked, &sent);
    if !mistakes.is_empty() {
        return refused(form(&visit, &asked, &sent, mistakes));
    }
    let draft = data.app.db.read(|conn| lookup::identities(conn, origin, viewer, &typed)).await?;
    let (qid, organization) = (&asked.view.question.qid, visit.organization.id);
    let made: Result<Made<View>, Error> = data
        .app
        .db
        .write(|tx| {
            let now = positions::of_account(tx, qid, organization)?.map_or(0, |(head, _)| head.revision);
            if let Some(now) = bases::newer(base, now) {
                return Ok(Err(now));
            }
            service::publish(tx, user, qid, &draft, reason).map(Ok)
        })
        .await;
    match made {
        Ok(Ok(view)) => then(&format!("{}?note=published", present::path(&view))),
        Ok(Err(now)) => {
            let asked = self::asked(&data, &visit, &slug).await?;
            let sent = Typed { base: Some(now), ..sent };
            bases::overtaken(form(&visit, &asked, &sent, bases::mistake(now)))
        }
        Err(error) => again(error, |mistakes| form(&visit, &asked, &sent, mistakes)),
    }
}

/// Everything that is wrong with a form, as far as it can be told from the form alone.
fn mistakes(asked: &Asked, sent: &Typed<'_>) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if sent.draft.certainty.is_empty() {
        mistakes.add("certainty", "Say how sure you are.");
    }
    for refusal in sent.draft.refusals() {
        if let Refusal::Invalid { field, why } = refusal
            && mistakes.at(field).is_none()
        {
            mistakes.add(field, why);
        }
    }
    // Where another version came meanwhile, that is what is told.
    let revises =
        asked.ours.as_ref().is_some_and(|(head, _)| bases::newer(sent.base, head.revision).is_none());
    if revises && sent.reason.trim().is_empty() {
        mistakes.add("reason", "Say what changed and why: readers see it above the text.");
    }
    mistakes
}

/// `GET /positions/{id}/retract`.
pub async fn ask_retract(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let head = ours(&data, &visit, &id).await?;
    retract_form(&visit, &head, "", Mistakes::default())
}

/// `POST /positions/{id}/retract`.
pub async fn retract(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let head = ours(&data, &visit, &id).await?;
    let reason = fields.get("reason");
    match data.app.db.write(|tx| service::retract(tx, user, head.id, reason)).await {
        Ok(view) => then(&format!("{}?note=withdrawn", present::path(&view))),
        Err(error) => again(error, |mistakes| retract_form(&visit, &head, reason, mistakes)),
    }
}

async fn asked(data: &Data<Federation>, visit: &Visit, slug: &str) -> Result<Asked, PageError> {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let loaded = data.app.db.read(|conn| {
        let (head, question) = questions::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
        let view = questions::views(conn, &[head.id])?.remove(&head.id).ok_or(Refusal::NotFound)?;
        let ours = positions::of_account(conn, &question.qid, organization)?;
        let statements = statements::newest(conn, viewer, true, None, OFFERED)?;
        Ok(Asked { view, title: head.title.unwrap_or_default(), ours, statements })
    });
    Ok(loaded.await?)
}

async fn ours(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<Contribution, PageError> {
    let (viewer, id) = (visit.viewer(), key::<Contribution>(id)?);
    let loaded = data.app.db.read(|conn| {
        let head = contributions::by_id(conn, viewer, id)?.ok_or(Refusal::NotFound)?;
        Ok(positions::parts(conn, id)?.map(|_| head).ok_or(Refusal::NotFound)?)
    });
    let head = loaded.await?;
    if head.author_id == visit.organization.id {
        return Ok(head);
    }
    Err(PageError::forbidden("This is the position of another organization."))
}

fn draft(asked: &Asked, fields: &Fields) -> DraftPosition {
    let chosen = AnswerKey::parse(fields.get("choice"));
    let proposed = asked.view.answers.iter().find(|answer| Some(&answer.key) == chosen.as_ref());
    let answer = proposed.map_or_else(|| fields.get("answer").to_owned(), |answer| answer.text.clone());
    let text = |name: &str| Markdown::new(fields.get(name));
    DraftPosition {
        answer,
        certainty: fields.get("certainty").to_owned(),
        reasoning: text("reasoning"),
        conditions: text("conditions"),
        limits: text("limits"),
        evidence: text("evidence"),
        statement: fields.get("statement").to_owned(),
        theses: fields.get("theses").split_whitespace().map(str::to_owned).collect(),
        adopted_body: fields.get("adopted_body").to_owned(),
        adopted_on: fields.get("adopted_on").to_owned(),
        language: fields.get("language").to_owned(),
        convinced_by: fields.get("convinced_by").split_whitespace().map(str::to_owned).collect(),
    }
}

fn form(visit: &Visit, asked: &Asked, typed: &Typed<'_>, mistakes: Mistakes) -> Answer {
    let (question, Typed { draft, reason, base }) = (&asked.view.question, *typed);
    let href = format!("/questions/{}", question.slug);
    let again = asked.ours.is_some();
    let heading = if again { "Change our position" } else { "Take a position" };
    let mut fields = answer_fields(asked, draft);
    if again {
        let hint = "Published above the new version. The earlier one stays readable.";
        fields.insert(0, Field::text("reason", "What changed, and why?", hint, reason, 3));
        let named = draft.convinced_by.join("\n");
        fields.insert(1, Field::text("convinced_by", "What convinced us", CONVINCED, &named, 2));
    }
    fields.extend(reason_fields(draft));
    fields.extend(source_fields(asked, draft));
    let stands = asked.ours.as_ref();
    fields.push(bases::field(base.unwrap_or(stands.map_or(0, |(head, _)| head.revision))));
    if let Some((head, now)) = stands.filter(|_| mistakes.at("standing").is_some()) {
        let line = format!("{} ({})", now.answer, now.certainty.label());
        let texts = [&now.reasoning, &now.conditions, &now.limits, &now.evidence];
        fields.insert(0, bases::standing(head, &format!("/positions/{}", head.id), line.trim(), &texts));
    }
    page(&FormPage {
        layout: visit.private_layout(heading, Section::Questions),
        heading: heading.to_owned(),
        lead: "In the name of the organization. Not knowing yet is a full position: say what you lack."
            .to_owned(),
        about: Some(Link::new(words(question, &asked.title), href.clone())),
        action: format!("{href}/position").into(),
        fields,
        mistakes,
        button: "Publish the position".to_owned(),
        back: href.into(),
    })
}

fn words(question: &Question, title: &str) -> String {
    core(question).map_or_else(|| title.to_owned(), |core| core.text().to_owned())
}

fn answer_fields(asked: &Asked, draft: &DraftPosition) -> Vec<Field> {
    let given = AnswerKey::of(&draft.answer);
    let proposed = asked.view.answers.iter().find(|answer| answer.key == given);
    let mut choices: Vec<Choice> = asked
        .view
        .answers
        .iter()
        .map(|answer| Choice::new(answer.key.as_str(), &answer.text, answer.key == given))
        .collect();
    let own = if proposed.is_some() { "" } else { draft.answer.as_str() };
    choices.push(Choice::new(OWN, "An answer of our own, or none", proposed.is_none()));
    let certainties = Certainty::ALL.into_iter().map(|certainty| Choice {
        hint: explained(certainty).to_owned(),
        ..Choice::new(certainty.as_str(), certainty.label(), certainty.as_str() == draft.certainty)
    });
    let mut fields = Vec::new();
    if choices.len() > 1 {
        let hint = "Organizations that choose the same one stand in the same group.";
        fields.push(Field::new("choice", "Proposed answers", hint, FieldKind::Radios(choices), ""));
    }
    let hint = "In a few words, up to 140 characters. Blank where you choose a proposed one, or have none.";
    fields.push(Field::line("answer", "Our own answer", hint, own));
    let radios = FieldKind::Radios(certainties.collect());
    fields.push(Field::new("certainty", "How sure are we?", "All of these are listed alike.", radios, ""));
    fields
}

const fn explained(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Decided => "We answer so.",
        Certainty::Provisional => "We answer so for now, and may change it.",
        Certainty::Undecided => "We do not know yet.",
        Certainty::Declines => "We will not answer, and say why.",
        Certainty::RejectsFraming => "We hold that the question is asked wrongly, and say why.",
    }
}

fn reason_fields(draft: &DraftPosition) -> [Field; 4] {
    let hint = "Markdown. May be left blank.";
    [
        Field::text("reasoning", "Reasoning", "Markdown. Why we answer so.", draft.reasoning.as_str(), 10),
        Field::text("conditions", "It holds if", hint, draft.conditions.as_str(), 3),
        Field::text("limits", "Limits of our knowledge", hint, draft.limits.as_str(), 3),
        Field::text("evidence", "Evidence and sources", hint, draft.evidence.as_str(), 3),
    ]
}

fn source_fields(asked: &Asked, draft: &DraftPosition) -> Vec<Field> {
    let mut statements = vec![Choice::new("", "–", draft.statement.is_empty())];
    for head in asked.statements.iter().filter(|head| head.state == State::Current) {
        let chosen = draft.statement == head.uri.as_str();
        statements.push(Choice::new(head.uri.as_str(), head.title.clone().unwrap_or_default(), chosen));
    }
    if !statements.iter().any(|choice| choice.selected) {
        statements.push(Choice::new(&draft.statement, &draft.statement, true));
    }
    let theses = "Addresses of theses, ours or others', one to a line.";
    let languages = FieldKind::Select(language_choices(&draft.language));
    let by = "The body that decided, for example a congress. May be left blank.";
    vec![
        Field::new(
            "statement",
            "Statement",
            "The statement that sets it out.",
            FieldKind::Select(statements),
            "",
        ),
        Field::text("theses", "Theses it rests on", theses, &draft.theses.join("\n"), 3),
        Field::line("adopted_body", "Adopted by", by, &draft.adopted_body),
        Field::new("adopted_on", "Adopted on", "May be left blank.", FieldKind::Day, &draft.adopted_on),
        Field::new("language", "Language", "The language of these texts.", languages, ""),
    ]
}

fn retract_form(visit: &Visit, head: &Contribution, reason: &str, mistakes: Mistakes) -> Answer {
    let href = format!("/positions/{}", head.id);
    page(&FormPage {
        layout: visit.private_layout("Withdraw our position", Section::Questions),
        heading: "Withdraw our position".to_owned(),
        lead: "It stays readable with a clear note that you no longer stand by it. To say something else, change it instead."
            .to_owned(),
        about: Some(Link::new(head.title.clone().unwrap_or_default(), href.clone())),
        action: format!("{href}/retract").into(),
        fields: vec![Field::text("reason", "Reason", "Required, and published.", reason, 4)],
        mistakes,
        button: "Withdraw it".to_owned(),
        back: href.into(),
    })
}
