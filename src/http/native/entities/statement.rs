//! Statements and theses.

use serde_json::{Value, json};

use super::{account, head, with};
use crate::domain::contribution::Contribution;
use crate::domain::event::Source;
use crate::domain::statement::{NamedQuestion, ReferencesView, Signatory, Statement, Thesis};
use crate::domain::view::{ThesisView, View};

/// A statement with its theses in the order of reading.
pub(in crate::http::native) fn statement(
    view: &View,
    statement: &Statement,
    theses: &[ThesisView],
    references: &ReferencesView,
) -> Value {
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
    let asked = |named: &NamedQuestion| {
        let text = named.copy.as_ref().and_then(|copy| copy.0.title.as_deref());
        json!({ "qid": named.qid.as_str(), "text": text })
    };
    let source = |source: &Source| json!({ "title": source.title, "url": source.url });
    let signed = |signatory: &Signatory| {
        let known = signatory.account.as_ref().map(account);
        json!({ "uri": signatory.uri, "account": known, "confirmed": signatory.confirmed })
    };
    with(
        head(view),
        json!({
            "questions": references.questions.iter().map(asked).collect::<Value>(),
            "sources": references.sources.iter().map(source).collect::<Value>(),
            "signatories": references.signatories.iter().map(signed).collect::<Value>(),
            "title": view.head.title.as_deref().unwrap_or_default(),
            "announcement": view.head.summary,
            "introduction": statement.introduction,
            "closing": statement.closing,
            "reason": statement.reason,
            "convinced_by": statement.convinced_by.all(),
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
