//! A dated fact as a Note: not as an ActivityStreams `Event`, which is something one can attend.

use serde_json::{Value, json};

use super::object;
use crate::domain::contribution::Contribution;
use crate::domain::event::{EventView, Source};
use crate::domain::view::{Body, View};
use crate::text::plain;

/// The Note of an event.
pub fn document(view: &View) -> Value {
    let Body::Event(fact) = &view.body else { return super::post::document(view) };
    let mut document = object::head(view, "Note");
    let (content, parts) = content(&view.head, fact);
    object::title(&mut document, view.head.title.as_deref().unwrap_or_default(), &view.head.language);
    object::text(&mut document, &content, &view.head.language);
    let source = |source: &Source| json!({ "type": "Link", "name": source.title, "href": source.url });
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("plenum:kind", json!("Event"));
    put("plenum:parts", parts);
    put("plenum:date", json!(fact.event.date));
    put("plenum:place", json!(fact.event.place));
    put("plenum:sources", fact.sources.iter().map(source).collect());
    put("plenum:history", json!(format!("{}/history", view.head.uri)));
    object::standing(&mut document, view.head.state, fact.event.reason.as_ref(), None);
    document.into()
}

/// The text of an event as clients show it, and where its parts stand in it.
pub fn content(head: &Contribution, fact: &EventView) -> (String, Value) {
    let text = plain::escape(head.title.as_deref().unwrap_or_default());
    object::parts(&[
        (None, &object::notice(head.state, fact.event.reason.as_deref(), None)),
        (None, &format!("<p><strong>{text}</strong></p>")),
        (None, &when_and_where(fact)),
        (Some("details"), &fact.event.details),
        (None, &sources(fact)),
    ])
}

/// The date, no more exact than it is known, and the place.
pub fn when_and_where(fact: &EventView) -> String {
    let place = Some(&fact.event.place).filter(|place| !place.is_empty());
    let place = place.map(|place| format!(", {}", plain::escape(place)));
    format!("<p>{}{}</p>", plain::escape(&fact.event.when()), place.unwrap_or_default())
}

/// The sources as a list of links.
pub fn sources(fact: &EventView) -> String {
    let item = |source: &Source| {
        format!("<li><a href=\"{}\">{}</a></li>", plain::escape(&source.url), plain::escape(&source.title))
    };
    let items: String = fact.sources.iter().map(item).collect();
    if items.is_empty() { items } else { format!("<p>Sources:</p><ul>{items}</ul>") }
}
