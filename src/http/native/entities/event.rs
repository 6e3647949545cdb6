//! A dated fact.

use serde_json::{Value, json};

use super::{head, said, with};
use crate::domain::event::{EventView, Source};
use crate::domain::view::View;

/// An event.
pub(in crate::http::native) fn event(view: &View, fact: &EventView) -> Value {
    let source = |source: &Source| json!({ "title": source.title, "url": source.url });
    let event = &fact.event;
    with(
        head(view),
        json!({
            "text": view.head.title.as_deref().unwrap_or_default(),
            "date": event.date,
            "precision": event.precision(),
            "first_day": event.first_day,
            "last_day": event.last_day,
            "in_words": event.when(),
            "place": said(&event.place),
            "details": event.details,
            "sources": fact.sources.iter().map(source).collect::<Value>(),
            "reason": event.reason,
        }),
    )
}
