//! What an app sends to say something: read here, accepted by the use cases.

use super::super::mastodon::answer::ApiError;
use super::super::mastodon::params::Params;
use crate::domain::Refusal;
use crate::domain::attribution::DraftAttribution;
use crate::domain::critique::{Intent, NewCritique};
use crate::domain::event::DraftEvent;
use crate::domain::position::DraftPosition;
use crate::domain::question::DraftQuestion;
use crate::text::Markdown;
use crate::text::language::Language;

fn text(params: &Params, name: &str) -> String {
    params.text(name).unwrap_or_default()
}

fn markdown(params: &Params, name: &str) -> Markdown {
    Markdown::new(text(params, name))
}

/// What stands around a question.
pub(super) fn question(params: &Params) -> DraftQuestion {
    let relation = |one: &Params| (text(one, "kind"), text(one, "qid"));
    DraftQuestion {
        wording: text(params, "wording"),
        background: markdown(params, "background"),
        scope: text(params, "scope"),
        answers: params.list("answers"),
        relations: params.maps("relations").iter().map(relation).collect(),
        call: markdown(params, "call"),
    }
}

/// A position; without a language it has that of the question.
pub(super) fn position(params: &Params) -> Result<DraftPosition, ApiError> {
    Ok(DraftPosition {
        answer: text(params, "answer"),
        certainty: text(params, "certainty"),
        reasoning: markdown(params, "reasoning"),
        conditions: markdown(params, "conditions"),
        limits: markdown(params, "limits"),
        evidence: markdown(params, "evidence"),
        statement: text(params, "statement"),
        theses: params.list("theses"),
        adopted_body: text(params, "adopted_body"),
        adopted_on: text(params, "adopted_on"),
        convinced_by: params.list("convinced_by"),
        language: language(params)?.unwrap_or_default(),
    })
}

/// A dated fact.
pub(super) fn event(params: &Params) -> Result<DraftEvent, ApiError> {
    Ok(DraftEvent {
        text: text(params, "text"),
        date: text(params, "date"),
        place: text(params, "place"),
        details: markdown(params, "details"),
        sources: params.list("sources"),
        language: language(params)?.unwrap_or_default(),
    })
}

/// What an organization without a server said.
pub(super) fn attribution(params: &Params) -> DraftAttribution {
    DraftAttribution {
        name: text(params, "name"),
        answer: text(params, "answer"),
        certainty: text(params, "certainty"),
        stated_on: text(params, "stated_on"),
        quotation: text(params, "quotation"),
        source_title: text(params, "source_title"),
        source_url: text(params, "source_url"),
    }
}

/// What a critique means to do, and the passage it is about.
pub(super) fn critique(params: &Params) -> Result<NewCritique, ApiError> {
    let word = params.required("intent")?;
    let unknown = || ApiError::invalid(format!("intent “{word}” is not included in the list"));
    Ok(NewCritique {
        intent: Intent::parse(&word).ok_or_else(unknown)?,
        passage: text(params, "passage"),
        prefix: text(params, "prefix"),
        suffix: text(params, "suffix"),
    })
}

/// The language that is named, if it is one.
pub(super) fn language(params: &Params) -> Result<Option<String>, ApiError> {
    let Some(tag) = params.text("language").filter(|tag| !tag.trim().is_empty()) else { return Ok(None) };
    let unknown = || Refusal::invalid("language", format!("“{tag}” is no language tag such as `en`"));
    let language = Language::parse(tag.trim()).ok_or_else(unknown)?;
    Ok(Some(language.as_str().to_owned()))
}
