//! A thesis as a Note that answers its statement, so that any client can answer exactly it.

use serde_json::{Value, json};

use super::object;
use crate::domain::contribution::Contribution;
use crate::domain::statement::Thesis;
use crate::domain::view::{Body, View};
use crate::text::plain;

/// The Note of a thesis. It is fetched, never pushed.
pub fn document(view: &View) -> Value {
    let Body::Thesis { thesis, statement, .. } = &view.body else {
        return super::post::document(view);
    };
    let mut document = object::head(view, "Note");
    let (content, parts) = content(thesis, statement);
    object::title(&mut document, &thesis.head, &view.head.language);
    object::text(&mut document, &content, &view.head.language);
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("plenum:kind", json!("Thesis"));
    put("plenum:parts", parts);
    put("plenum:statement", json!(statement.uri));
    put("plenum:key", json!(thesis.key));
    put("plenum:number", json!(thesis.number));
    put("plenum:rank", json!(thesis.rank));
    put("plenum:thesisKind", json!(thesis.kind.as_str()));
    put("plenum:statementRev", json!(statement.revision));
    document.into()
}

/// The text of a thesis as clients show it, and where its parts stand in it.
pub fn content(thesis: &Thesis, statement: &Contribution) -> (String, Value) {
    let (number, head) = (plain::escape(&thesis.number), plain::escape(&thesis.head));
    let opening = format!("<p><strong>Thesis {number}: {head}</strong></p>");
    let url = plain::escape(&statement.url);
    let title = plain::escape(statement.title.as_deref().unwrap_or_default());
    let home = format!("<p><a href=\"{url}#{}\">In: {title}</a></p>", thesis.key);
    object::parts(&[
        (None, opening.as_str()),
        (Some("body"), thesis.body.as_str()),
        (Some("limits"), thesis.limits.as_str()),
        (Some("evidence"), thesis.evidence.as_str()),
        (None, home.as_str()),
    ])
}
