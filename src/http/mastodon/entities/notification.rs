//! Notification, one by one and in groups, and the policy about them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::account::Account;
use super::status::Status;
use super::{date, id};
use crate::domain::id::Id;
use crate::domain::notification::{Aside, Handling, Notification as Row, NotificationKind, Policy};
use crate::domain::push;
use crate::domain::report::{Outcome, Report, Warning};

/// Accounts that a group names at most.
const SAMPLES: usize = 8;

/// A notification as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Notification {
    /// Key.
    pub id: String,
    /// Why.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When.
    pub created_at: String,
    /// Who did it.
    pub account: Account,
    /// The group in which it may be shown.
    pub group_key: String,
    /// To which status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Of which report, for moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Value>,
    /// What was decided about the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation_warning: Option<Value>,
    /// Which relations ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
    /// Present when it was put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filtered: Option<bool>,
}

/// Notifications of the same kind about the same thing.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationGroup {
    /// Key.
    pub group_key: String,
    /// How many there are.
    pub notifications_count: i64,
    /// Why.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The newest; a number, as clients expect here and nowhere else.
    pub most_recent_notification_id: i64,
    /// The oldest on this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_min_id: Option<String>,
    /// The newest on this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_max_id: Option<String>,
    /// When the newest was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_page_notification_at: Option<String>,
    /// Who did it, the latest first.
    pub sample_account_ids: Vec<String>,
    /// To which status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_id: Option<String>,
    /// Of which report, for moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Value>,
    /// What was decided about the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation_warning: Option<Value>,
    /// Which relations ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
}

/// The kinds that clients are told of; objections are read on the moderators' pages.
pub const KINDS: [NotificationKind; 13] = [
    NotificationKind::Mention,
    NotificationKind::Published,
    NotificationKind::Boost,
    NotificationKind::Follow,
    NotificationKind::FollowRequest,
    NotificationKind::Like,
    NotificationKind::Poll,
    NotificationKind::Update,
    NotificationKind::Quote,
    NotificationKind::QuotedUpdate,
    NotificationKind::Report,
    NotificationKind::Decision,
    NotificationKind::Severance,
];

/// The word for a kind.
pub const fn word(kind: NotificationKind) -> &'static str {
    push::alert(kind)
}

/// The kinds that these words name; unknown words name none.
pub fn kinds(words: &[String]) -> Vec<NotificationKind> {
    KINDS.into_iter().filter(|kind| words.iter().any(|named| named == word(*kind))).collect()
}

/// The key of the group that a notification belongs to.
pub fn group_key(row: &Row, grouped: &[NotificationKind]) -> String {
    match row.bundle.as_ref().filter(|_| grouped.contains(&row.kind)) {
        Some(bundle) => bundle.clone(),
        None => format!("ungrouped-{}", row.id),
    }
}

/// Accounts and statuses that notifications speak of, by their keys.
#[derive(Debug, Default)]
pub struct Parties {
    /// Who did it.
    pub accounts: HashMap<String, Account>,
    /// To what.
    pub statuses: HashMap<String, Status>,
    /// Which reports.
    pub reports: HashMap<Id<Report>, Value>,
    /// Which decisions about the account.
    pub warnings: HashMap<Id<Warning>, Value>,
}

impl Parties {
    /// The decision that a notification tells of.
    pub fn warning(&self, row: &Row) -> Option<Value> {
        row.warning_id.and_then(|warning| self.warnings.get(&warning).cloned())
    }

    /// The report that a notification tells of.
    pub fn report(&self, row: &Row) -> Option<Value> {
        row.report_id.and_then(|report| self.reports.get(&report).cloned())
    }
}

/// Whether what apps expect beside a notification of this kind is missing: they show nothing then, or
/// break.
pub fn lacks(kind: NotificationKind, beside: Option<&Value>) -> bool {
    let expected =
        matches!(kind, NotificationKind::Report | NotificationKind::Decision | NotificationKind::Severance);
    expected && beside.is_none()
}

/// Renders what moderators decided about an account.
pub fn warning(warning: &Warning, target: &Account) -> Value {
    let action = match warning.outcome {
        Outcome::Nothing | Outcome::Warning => "none",
        Outcome::Sensitive => "sensitive",
        Outcome::Limit => "silence",
        Outcome::Freeze => "disable",
        Outcome::Suspend => "suspend",
        Outcome::Remove => "delete_statuses",
    };
    let state = match warning.granted {
        None => "pending",
        Some(true) => "approved",
        Some(false) => "rejected",
    };
    json!({
        "id": id(warning.id.get()),
        "action": action,
        "text": warning.text,
        "status_ids": null,
        "target_account": target,
        "appeal": warning.appeal.as_ref().map(|text| json!({ "text": text, "state": state })),
        "created_at": date(warning.created_at),
    })
}

/// Renders which relations ended.
pub fn severance(row: &Row) -> Option<Value> {
    let lost = row.severance()?;
    Some(json!({
        "id": id(row.id.get()),
        "type": if lost.of_server { "domain_block" } else { "account_suspension" },
        "purged": false,
        "target_name": lost.target,
        "followers_count": lost.followers,
        "following_count": lost.following,
        "created_at": date(row.created_at),
    }))
}

/// Renders one; `None` where what it is about cannot be seen (any more).
pub fn notification(row: &Row, parties: &Parties) -> Option<Notification> {
    let status = match row.contribution_id {
        Some(about) => Some(parties.statuses.get(&id(about.get()))?.clone()),
        None => None,
    };
    let report = parties.report(row);
    let (moderation_warning, event) = (parties.warning(row), severance(row));
    if lacks(row.kind, report.as_ref().or(moderation_warning.as_ref()).or(event.as_ref())) {
        return None;
    }
    Some(Notification {
        id: id(row.id.get()),
        kind: word(row.kind),
        created_at: date(row.created_at),
        account: parties.accounts.get(&id(row.from_id.get()))?.clone(),
        group_key: group_key(row, &KINDS),
        status,
        report,
        moderation_warning,
        event,
        filtered: row.filtered.then_some(true),
    })
}

/// Renders a group of `count` rows by the newest of them, newest first; `on_page` are those that lie
/// within the page.
pub fn group(key: &str, rows: &[Row], count: i64, on_page: Option<&[Row]>) -> Option<NotificationGroup> {
    let newest = rows.first()?;
    let mut samples: Vec<String> = Vec::new();
    for row in rows {
        let account = id(row.from_id.get());
        if samples.len() < SAMPLES && !samples.contains(&account) {
            samples.push(account);
        }
    }
    let page = on_page.unwrap_or_default();
    Some(NotificationGroup {
        group_key: key.to_owned(),
        notifications_count: count,
        kind: word(newest.kind),
        most_recent_notification_id: newest.id.get(),
        page_min_id: page.last().map(|row| id(row.id.get())),
        page_max_id: page.first().map(|row| id(row.id.get())),
        latest_page_notification_at: page.first().map(|row| date(row.created_at)),
        sample_account_ids: samples,
        status_id: newest.contribution_id.map(|about| id(about.get())),
        report: None,
        moderation_warning: None,
        event: None,
    })
}

fn summary(aside: &[Aside]) -> Value {
    json!({
        "pending_requests_count": aside.len(),
        "pending_notifications_count": aside.iter().map(|one| one.count).sum::<i64>(),
    })
}

/// Renders a policy.
pub fn policy(policy: &Policy, aside: &[Aside]) -> Value {
    json!({
        "for_not_following": policy.not_following.as_str(),
        "for_not_followers": policy.not_followers.as_str(),
        "for_new_accounts": policy.new_accounts.as_str(),
        "for_private_mentions": policy.private_mentions.as_str(),
        "for_limited_accounts": policy.limited_accounts.as_str(),
        "for_bots": policy.bots.as_str(),
        "summary": summary(aside),
    })
}

/// Renders a policy as it was before it knew more than yes and no.
pub fn policy_v1(policy: &Policy, aside: &[Aside]) -> Value {
    json!({
        "filter_not_following": policy.not_following != Handling::Accept,
        "filter_not_followers": policy.not_followers != Handling::Accept,
        "filter_new_accounts": policy.new_accounts != Handling::Accept,
        "filter_private_mentions": policy.private_mentions != Handling::Accept,
        "summary": summary(aside),
    })
}

/// Renders what was put aside from one account; its key is the account's.
pub fn request(aside: &Aside, parties: &Parties) -> Option<Value> {
    let key = id(aside.from.get());
    let last = aside.about.and_then(|about| parties.statuses.get(&id(about.get())));
    Some(json!({
        "id": key,
        "created_at": date(aside.first),
        "updated_at": date(aside.last),
        "notifications_count": aside.count.to_string(),
        "account": parties.accounts.get(&key)?,
        "last_status": last,
    }))
}
