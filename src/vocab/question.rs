//! A copy of a question as a Note: never as a `Question`, which is a poll everywhere else.

use serde_json::{Value, json};

use super::object;
use crate::domain::contribution::Contribution;
use crate::domain::question::{Answer, Question, QuestionView, TieKind};
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::text::plain;

/// The longest title that Lemmy takes; the whole question stands in the text and in the core.
const LONGEST_NAME: usize = 200;
/// How many other copies a document names; the collection of adopters names them all.
const MOST_COPIES: usize = 20;

/// The Note of a copy (`FEDERATION.md`, "Question").
pub fn document(view: &View) -> Value {
    let Body::Question(asked) = &view.body else { return super::post::document(view) };
    let mut document = object::head(view, "Note");
    let question = &asked.question;
    let (content, parts) = content(&view.head, question, &asked.answers);
    let uri = &view.head.uri;
    let title = view.head.title.as_deref().unwrap_or_default();
    object::title(&mut document, &plain::excerpt(title, LONGEST_NAME), &view.head.language);
    object::text(&mut document, &content, &view.head.language);
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("plenum:kind", json!("Question"));
    put("plenum:parts", parts);
    put("plenum:qid", json!(question.qid.as_str()));
    put("plenum:core", serde_json::from_str(&question.core).unwrap_or_default());
    put("plenum:answers", answers(asked, &view.head.language));
    put("plenum:relations", relations(asked));
    put("plenum:sameQuestion", named(asked, TieKind::SameQuestion).into());
    put("plenum:question", json!(copies(&asked.copies, uri)));
    put("plenum:positions", json!(format!("{uri}/positions")));
    put("plenum:adopters", json!(format!("{uri}/adopters")));
    put("plenum:history", json!(format!("{uri}/history")));
    if question.original.is_some() {
        put("plenum:original", json!(format!("{uri}/original")));
    }
    if !question.wording.is_empty() {
        put("plenum:wording", json!(question.wording));
    }
    if !question.scope.is_empty() {
        put("plenum:scope", json!(question.scope));
    }
    let earlier = named(asked, TieKind::Supersedes);
    if !earlier.is_empty() {
        document.insert("plenum:supersedes".to_owned(), earlier.into());
    }
    object::standing(&mut document, view.head.state, question.reason.as_ref(), None);
    document.into()
}

/// The copies that a document names: others, the first ones we heard of.
pub(super) fn copies<'a>(copies: &'a [Uri], own: &Uri) -> Vec<&'a Uri> {
    copies.iter().filter(|uri| *uri != own).take(MOST_COPIES).collect()
}

fn answers(asked: &QuestionView, language: &str) -> Value {
    let answer = |answer: &Answer| json!({ "plenum:key": answer.key.as_str(), "plenum:text": { language: answer.text } });
    asked.answers.iter().map(answer).collect()
}

fn relations(asked: &QuestionView) -> Value {
    let elsewhere = [TieKind::SameQuestion, TieKind::Supersedes];
    let ties = asked.ties.iter().filter(|tie| !elsewhere.contains(&tie.kind));
    ties.map(|tie| json!({ "plenum:relation": tie.kind.as_str(), "plenum:qid": tie.target.as_str() }))
        .collect()
}

/// The questions to which ties of one kind lead, which have a list of their own.
fn named(asked: &QuestionView, kind: TieKind) -> Vec<&str> {
    asked.ties.iter().filter(|tie| tie.kind == kind).map(|tie| tie.target.as_str()).collect()
}

/// The text of a question as clients show it, and where its parts stand in it.
pub fn content(head: &Contribution, question: &Question, answers: &[Answer]) -> (String, Value) {
    let text = plain::escape(head.title.as_deref().unwrap_or_default());
    let url = plain::escape(&head.url);
    let opening = format!("<p><strong>{text}</strong></p>");
    let wording = if question.wording.is_empty() {
        String::new()
    } else {
        format!("<p>In our words: {}</p>", plain::escape(&question.wording))
    };
    let items: String =
        answers.iter().map(|answer| format!("<li>{}</li>", plain::escape(&answer.text))).collect();
    let proposed =
        if items.is_empty() { String::new() } else { format!("<p>Answers proposed:</p><ul>{items}</ul>") };
    let adopted = question.original_uri.as_ref().map(|original| {
        let original = plain::escape(original.as_str());
        format!("<p>Adopted from <a href=\"{original}\">{}</a>.</p>", plain::escape(question.asked_by.host()))
    });
    let tag = question.qid.hashtag();
    let origin = plain::escape(head.uri.origin());
    let end = format!(
        "<p><a href=\"{url}\">All positions</a> \
         <a href=\"{origin}/tags/{tag}\" class=\"mention hashtag\" rel=\"tag\">#{tag}</a></p>"
    );
    object::parts(&[
        (None, &object::notice(head.state, question.reason.as_deref(), None)),
        (None, &opening),
        (None, &wording),
        (Some("background"), &question.background),
        (None, &proposed),
        (Some("call"), &question.call),
        (None, &adopted.unwrap_or_default()),
        (None, &end),
    ])
}
