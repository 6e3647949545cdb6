//! A position of an organization.

use serde_json::{Value, json};

use super::{head, said, with};
use crate::domain::position::{Listing, PositionView};
use crate::domain::view::View;

/// A position.
pub(in crate::http::native) fn position(view: &View, stand: &PositionView) -> Value {
    let position = &stand.position;
    with(
        head(view),
        json!({
            "qid": position.qid.as_str(),
            "question": stand.question.as_ref().and_then(|question| question.title.clone()),
            "answer": said(&position.answer),
            "answer_key": position.answer_key.as_ref().map(|key| key.as_str()),
            "certainty": position.certainty.as_str(),
            "reasoning": position.reasoning,
            "conditions": position.conditions,
            "limits": position.limits,
            "evidence": position.evidence,
            "statement": position.statement_uri,
            "theses": stand.theses,
            "adopted_body": said(&position.adopted_body),
            "adopted_on": said(&position.adopted_on),
            "reason": position.reason,
            "convinced_by": position.convinced_by.all(),
            "digest": position.digest,
            "previous_digest": position.previous,
            "listing": listing(position.listing),
            "equivocal": position.equivocal,
            "gap": position.gap,
        }),
    )
}

/// Whether this site shows it on its map.
pub(in crate::http::native) const fn listing(listing: Listing) -> &'static str {
    match listing {
        Listing::Listed => "listed",
        Listing::Waiting => "waiting",
        Listing::Unlisted => "unlisted",
    }
}
