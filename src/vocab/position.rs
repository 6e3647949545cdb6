//! A position as a Note that answers its organization's own copy of the question.

use serde_json::{Value, json};

use super::object;
use crate::domain::contribution::{Contribution, State};
use crate::domain::position::{Position, PositionView};
use crate::domain::view::{Body, View};
use crate::text::plain;

/// The Note of a position (`FEDERATION.md`, "Position").
pub fn document(view: &View) -> Value {
    let Body::Position(stand) = &view.body else { return super::post::document(view) };
    let mut document = object::head(view, "Note");
    let position = &stand.position;
    let (content, parts) = content(&view.head, stand);
    let (uri, language) = (&view.head.uri, view.head.language.as_str());
    object::title(&mut document, view.head.title.as_deref().unwrap_or_default(), language);
    object::text(&mut document, &content, language);
    let mut copies: Vec<_> = view.head.in_reply_to_uri.iter().collect();
    copies.extend(super::question::copies(&stand.copies, view.head.in_reply_to_uri.as_ref().unwrap_or(uri)));
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("plenum:kind", json!("Position"));
    put("plenum:parts", parts);
    put("plenum:qid", json!(position.qid.as_str()));
    put("plenum:question", json!(copies));
    put("plenum:certainty", json!(position.certainty.as_str()));
    put("plenum:theses", json!(stand.theses));
    put("plenum:history", json!(format!("{uri}/history")));
    if !position.answer.is_empty() {
        put("plenum:answer", json!({ language: position.answer }));
    }
    if let Some(key) = &position.answer_key {
        put("plenum:answerKey", json!(key.as_str()));
    }
    if let Some(statement) = &position.statement_uri {
        put("plenum:statement", json!(statement));
    }
    if !position.adopted_body.is_empty() || !position.adopted_on.is_empty() {
        let adopted = json!({ "plenum:body": position.adopted_body, "plenum:date": position.adopted_on });
        put("plenum:adopted", adopted);
    }
    if let Some(previous) = &position.previous {
        put("plenum:prev", json!(previous));
    }
    object::convinced(&mut document, &position.convinced_by);
    object::standing(&mut document, view.head.state, position.reason.as_ref(), None);
    document.into()
}

/// What a position is called: its answer, or that it has none.
pub fn title(position: &Position) -> String {
    let certainty = position.certainty;
    match (certainty.answers(), position.answer.is_empty()) {
        (true, _) => format!("Position: {}", position.answer),
        (false, true) => format!("Position: {}", certainty.label()),
        (false, false) => format!("Position: {} ({})", certainty.label(), position.answer),
    }
}

/// The text of a position as clients show it, and where its parts stand in it.
pub fn content(head: &Contribution, stand: &PositionView) -> (String, Value) {
    let position = &stand.position;
    let title = plain::escape(&title(position));
    let sure = if position.certainty.answers() {
        format!(" ({})", position.certainty.label())
    } else {
        String::new()
    };
    let opening = format!("<p><strong>{title}</strong>{sure}</p>");
    let asked = stand.question.as_ref().map(|question| {
        let text = plain::escape(question.title.as_deref().unwrap_or_default());
        format!("<p>On the question: <a href=\"{}\">{text}</a></p>", plain::escape(&question.url))
    });
    // Of one that no longer stands the notice says it. It comes first: whoever knew the position reads what is new.
    let reason = position.reason.as_deref().filter(|_| head.state == State::Current);
    let changed =
        reason.map(|reason| format!("<p><em>What changed and why:</em> {}</p>", plain::escape(reason)));
    let by = position.convinced_by.all();
    let by: Vec<String> = by
        .iter()
        .map(|uri| plain::escape(uri.as_str()))
        .map(|uri| format!("<a href=\"{uri}\">{uri}</a>"))
        .collect();
    let convinced = match by.as_slice() {
        [] => String::new(),
        by => format!("<p><em>What convinced us:</em> {}</p>", by.join(", ")),
    };
    let statement = position.statement_uri.as_ref().map(|statement| {
        let statement = plain::escape(statement.as_str());
        format!("<p><a href=\"{statement}\">The statement that sets it out</a></p>")
    });
    object::parts(&[
        (None, &object::notice(head.state, position.reason.as_deref(), None)),
        (None, &opening),
        (None, &asked.unwrap_or_default()),
        (None, &changed.unwrap_or_default()),
        (None, &convinced),
        (Some("reasoning"), &position.reasoning),
        (Some("conditions"), &position.conditions),
        (Some("limits"), &position.limits),
        (Some("evidence"), &position.evidence),
        (None, &statement.unwrap_or_default()),
    ])
}
