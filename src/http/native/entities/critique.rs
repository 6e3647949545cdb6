//! A reply with a meaning and a place.

use serde_json::{Value, json};

use super::{head, with};
use crate::domain::critique::{Critique, Hold};
use crate::domain::view::View;

/// A critique.
pub(in crate::http::native) fn critique(view: &View, critique: &Critique) -> Value {
    let passage = critique.anchor().filter(|_| critique.passage().is_some()).map(|anchor| {
        json!({
            "exact": anchor.quote.exact,
            "prefix": anchor.quote.prefix,
            "suffix": anchor.quote.suffix,
            "start": anchor.quote.start,
            "end": anchor.quote.end,
            "revision": anchor.revision,
            "digest": anchor.digest,
        })
    });
    let hold = match critique.hold {
        Hold::Whole => "whole",
        Hold::Placed => "placed",
        Hold::Historic => "historic",
    };
    with(
        head(view),
        json!({
            "intent": critique.intent.as_str(),
            "asks_for_an_answer": critique.intent.asks_for_an_answer(),
            "place": hold,
            "passage": passage,
        }),
    )
}
