//! A critique as a reply that quotes the passage it is about.

use serde_json::{Value, json};

use crate::domain::critique::{Anchor, Critique, Intent};
use crate::domain::view::{Body, View};
use crate::text::plain;

/// The Note of a critique (`FEDERATION.md`, "Critique"): readers elsewhere see a reply with a quotation.
pub fn document(view: &View) -> Value {
    let mut document = super::post::document(view);
    let (Body::Critique(critique), Some(fields)) = (&view.body, document.as_object_mut()) else {
        return document;
    };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("plenum:kind", json!("Critique"));
    put("plenum:intent", json!(critique.intent.as_str()));
    if let Some(target) = &view.head.in_reply_to_uri {
        put("plenum:target", json!(target));
    }
    if let Some(anchor) = critique.anchor() {
        put("plenum:anchor", place(&anchor));
    }
    document
}

fn place(anchor: &Anchor) -> Value {
    json!({
        "plenum:exact": anchor.quote.exact,
        "plenum:prefix": anchor.quote.prefix,
        "plenum:suffix": anchor.quote.suffix,
        "plenum:start": anchor.quote.start,
        "plenum:end": anchor.quote.end,
        "plenum:rev": anchor.revision,
        "plenum:digest": anchor.digest,
    })
}

/// What stands before the text of a critique: what it means to do, and the passage.
pub fn opening(critique: &Critique) -> String {
    let (word, preposition) = match critique.intent {
        Intent::Objection => ("Objection", "to"),
        Intent::Support => ("Support", "for"),
        Intent::Question => ("Question", "about"),
        Intent::Correction => ("Correction", "of"),
        Intent::Evidence => ("Evidence", "on"),
    };
    if critique.exact.is_empty() {
        return format!("<p><strong>{word}.</strong></p>");
    }
    let passage = plain::escape(&critique.exact);
    let place = format!("<p><strong>{word}</strong> {preposition} this passage:</p>");
    format!("{place}<blockquote><p>{passage}</p></blockquote>")
}
