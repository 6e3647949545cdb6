//! An organization, and which questions it answered.

use serde_json::{Value, json};

use super::{account, said};
use crate::domain::account::Account;
use crate::store::registers::Answered;

/// An organization with its answers.
pub(in crate::http::native) fn organization(organization: &Account, answers: &[Answered]) -> Value {
    let own = answers.iter().filter(|answer| answer.account_id == organization.id);
    let answers: Vec<Value> = own.map(answered).collect();
    let mut entity = account(organization);
    if let Some(fields) = entity.as_object_mut() {
        fields.insert("about".to_owned(), json!(organization.summary));
        fields.insert("answers".to_owned(), json!(answers));
    }
    entity
}

fn answered(answer: &Answered) -> Value {
    json!({
        "qid": answer.qid.as_str(),
        "position_id": answer.id.to_string(),
        "answer": said(&answer.answer),
        "answer_key": answer.answer_key.as_ref().map(|key| key.as_str()),
        "certainty": answer.certainty.as_str(),
    })
}
