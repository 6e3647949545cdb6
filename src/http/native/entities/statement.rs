//! Statements and theses.

use serde_json::{Value, json};

use super::{head, with};
use crate::domain::contribution::Contribution;
use crate::domain::statement::{Statement, Thesis};
use crate::domain::view::{ThesisView, View};

/// A statement with its theses in the order of reading.
pub(in crate::http::native) fn statement(view: &View, statement: &Statement, theses: &[ThesisView]) -> Value {
    let part = |part: &ThesisView| {
        let mut fields = parts(&part.thesis);
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("id".to_owned(), json!(part.head.id.to_string()));
            fields.insert("uri".to_owned(), json!(part.head.uri));
            fields.insert("url".to_owned(), json!(part.head.url));
            fields.insert("replies_count".to_owned(), json!(part.replies));
        }
        fields
    };
    with(
        head(view),
        json!({
            "title": view.head.title.as_deref().unwrap_or_default(),
            "announcement": view.head.summary,
            "introduction": statement.introduction,
            "closing": statement.closing,
            "reason": statement.reason,
            "superseded_by": statement.superseded_by,
            "digest": statement.digest,
            "theses": theses.iter().map(part).collect::<Value>(),
        }),
    )
}

/// A thesis and the statement it belongs to.
pub(in crate::http::native) fn thesis(view: &View, thesis: &Thesis, statement: &Contribution) -> Value {
    let statement = json!({
        "id": statement.id.to_string(), "uri": statement.uri, "url": statement.url,
        "title": statement.title.as_deref().unwrap_or_default(),
    });
    let mut fields = parts(thesis);
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("statement".to_owned(), statement);
    }
    with(head(view), fields)
}

fn parts(thesis: &Thesis) -> Value {
    json!({
        "key": thesis.key,
        "number": thesis.number,
        "rank": thesis.rank,
        "thesis_kind": thesis.kind.as_str(),
        "head": thesis.head,
        "body": thesis.body,
        "limits": thesis.limits,
        "evidence": thesis.evidence,
        "withdrawn": thesis.withdrawn,
    })
}
