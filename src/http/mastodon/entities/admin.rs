//! What moderators see: accounts, reports, rules about servers.

use serde_json::{Value, json};

use super::account::account;
use super::credentials::role;
use super::status::Status;
use super::{date, id};
use crate::clock::Timestamp;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_rule::HostRule;
use crate::domain::id::Id;
use crate::domain::mail_address::EnteredAddress;
use crate::domain::mail_block::MailBlock;
use crate::domain::network_rule::{Bar, NetworkRule};
use crate::domain::report::Report;
use crate::domain::site::Site;
use crate::domain::timeline::AccountView;
use crate::domain::user::User;

/// The word for how much a rule keeps out.
pub const fn severity(standing: HostStanding) -> &'static str {
    match standing {
        HostStanding::Unknown | HostStanding::Approved => "noop",
        HostStanding::Limited => "silence",
        HostStanding::Suspended => "suspend",
    }
}

/// What a word for it means.
pub fn parse_severity(word: &str) -> Option<HostStanding> {
    [HostStanding::Unknown, HostStanding::Limited, HostStanding::Suspended]
        .into_iter()
        .find(|standing| severity(*standing) == word)
}

fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Renders a rule that keeps out.
pub fn domain_block(host: Id<Host>, rule: &HostRule) -> Value {
    json!({
        "id": id(host.get()),
        "domain": rule.name,
        "digest": rule.digest(),
        "created_at": date(rule.created_at),
        "severity": severity(rule.standing),
        "reject_media": rule.reject_media,
        "reject_reports": rule.reject_reports,
        "private_comment": said(&rule.private_comment),
        "public_comment": said(&rule.public_comment),
        "obfuscate": rule.obfuscate,
    })
}

/// Renders a rule that lets in.
pub fn domain_allow(host: Id<Host>, rule: &HostRule) -> Value {
    json!({ "id": id(host.get()), "domain": rule.name, "created_at": date(rule.created_at) })
}

/// The word for what a rule about a network keeps out.
pub const fn ip_severity(bar: Bar) -> &'static str {
    match bar {
        Bar::Uninvited => "sign_up_requires_approval",
        Bar::Joining => "sign_up_block",
        Bar::Everything => "no_access",
    }
}

/// What a word for it means.
pub fn parse_ip_severity(word: &str) -> Option<Bar> {
    Bar::ALL.into_iter().find(|bar| ip_severity(*bar) == word)
}

/// Renders a rule about a network.
pub fn ip_block(rule: &NetworkRule) -> Value {
    json!({
        "id": id(rule.id.get()),
        "ip": rule.network,
        "severity": ip_severity(rule.bar),
        "comment": rule.comment,
        "created_at": date(rule.created_at),
        "expires_at": rule.ends_at.map(date),
    })
}

/// Days of which it is told how often a block was met.
const DAYS: i64 = 7;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;

/// Renders a block of the addresses of a domain. Nobody signs up here, so nobody met it on the way.
pub fn email_domain_block(block: &MailBlock, now: Timestamp) -> Value {
    let today = now.seconds() - now.seconds().rem_euclid(DAY);
    let day = |back: i64| json!({ "day": (today - back * DAY).to_string(), "accounts": "0", "uses": "0" });
    json!({
        "id": id(block.id.get()),
        "domain": block.value,
        "created_at": date(block.created_at),
        "history": (0..DAYS).map(day).collect::<Vec<Value>>(),
    })
}

/// Renders a block of one address.
pub fn canonical_email_block(block: &MailBlock) -> Value {
    json!({ "id": id(block.id.get()), "canonical_email_hash": block.value })
}

/// What is shown of an account.
#[derive(Clone, Copy, Debug)]
pub struct AdminAccount<'a> {
    /// The account.
    pub view: &'a AccountView,
    /// The login behind it.
    pub user: Option<&'a User>,
    /// The mail address that they entered.
    pub entered: Option<&'a EnteredAddress>,
    /// Where it is shown.
    pub site: &'a Site,
}

/// Renders an account for moderators. An address that is only entered is none yet; whoever has none lacks nothing.
pub fn admin_account(one: &AdminAccount<'_>) -> Value {
    let known = &one.view.account;
    let here = |said: bool| known.is_local().then_some(said);
    json!({
        "id": id(known.id.get()),
        "username": known.name,
        "domain": (!known.is_local()).then_some(known.uri.host()),
        "created_at": date(known.created_at),
        "email": one.entered.map(|entered| entered.address.as_str()),
        "ip": null,
        "ips": [],
        "locale": null,
        "invite_request": null,
        "role": one.user.map(role),
        "confirmed": here(one.entered.is_none_or(|entered| entered.confirmed_at.is_some())),
        "approved": here(true),
        "disabled": here(one.user.is_some_and(|user| user.disabled_at.is_some())),
        "silenced": known.standing == HostStanding::Limited,
        "suspended": known.standing == HostStanding::Suspended,
        "sensitized": known.sensitive,
        "account": account(one.view, one.site),
    })
}

/// Renders a report for moderators: who reports whom, who looks at it and who decided, and what it is about.
pub fn admin_report(
    report: &Report,
    (reporter, target): (Value, Value),
    (assigned, closed_by): (Option<Value>, Option<Value>),
    (about, rules): (Vec<Status>, Vec<Value>),
) -> Value {
    json!({
        "id": id(report.id.get()),
        "action_taken": report.closed_at.is_some(),
        "action_taken_at": report.closed_at.map(date),
        "category": report.category,
        "comment": report.content,
        "forwarded": report.forwarded,
        "created_at": date(report.created_at),
        "updated_at": date(report.closed_at.unwrap_or(report.created_at)),
        "account": reporter,
        "target_account": target,
        "assigned_account": assigned,
        "action_taken_by_account": closed_by,
        "statuses": about,
        "rules": rules,
    })
}
