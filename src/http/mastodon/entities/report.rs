//! Report: what whoever filed it and the moderators are told of it.

use serde_json::{Value, json};

use super::account::Account;
use super::{date, id};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::report::Report;

/// The rules that were broken, by their keys.
pub fn rules(report: &Report) -> Vec<&str> {
    report.rules.split_whitespace().collect()
}

/// Renders a report about `target` for whoever may know of it; `about` are the contributions that it names.
pub fn report(report: &Report, about: &[Id<Contribution>], target: &Account) -> Value {
    let about: Vec<String> = about.iter().map(|about| id(about.get())).collect();
    let rules = rules(report);
    json!({
        "id": id(report.id.get()),
        "action_taken": report.closed_at.is_some(),
        "action_taken_at": report.closed_at.map(date),
        "category": report.category,
        "comment": report.content,
        "forwarded": report.forwarded,
        "created_at": date(report.created_at),
        "status_ids": (!about.is_empty()).then_some(about),
        "rule_ids": (!rules.is_empty()).then_some(rules),
        "target_account": target,
    })
}
