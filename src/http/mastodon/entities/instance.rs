//! Instance, in both versions. What is announced is what works: clients switch on it.

use serde_json::{Value, json};

use super::account::Account;
use crate::config::Config;
use crate::domain::host::HostStanding;
use crate::domain::host_rule::HostRule;
use crate::domain::media::{LONGEST_DESCRIPTION, MOST_PER_CONTRIBUTION};
use crate::domain::notice::Rule;
use crate::domain::poll::NewPoll;
use crate::domain::site::{FederationMode, Settings, Site};
use crate::media::Format;
use crate::services::profiles;
use crate::store::usage::Week;
use crate::text::{Markdown, markdown, plain};

/// Clients compare the beginning with Mastodon's releases.
const COMPATIBLE: &str = "4.5.0";
/// What is promised beyond the version, cumulative (`api_versions.mastodon`).
const API: i32 = 7;

/// What an instance is made of.
pub struct Parts<'a> {
    /// Limits of files and texts.
    pub config: &'a Config,
    /// Where we are.
    pub site: &'a Site,
    /// What the admins decided.
    pub settings: &'a Settings,
    /// What the admins ask of everybody.
    pub rules: &'a [Rule],
    /// The organization.
    pub organization: Option<Account>,
    /// Persons with a login.
    pub users: i64,
    /// Persons who said something in the last month.
    pub active: i64,
    /// Contributions of ours.
    pub contributions: i64,
    /// Servers we know.
    pub hosts: i64,
    /// The key by which push services know us.
    pub push_key: &'a str,
}

impl Parts<'_> {
    fn version() -> String {
        format!("{COMPATIBLE} (compatible; Plenum {})", env!("CARGO_PKG_VERSION"))
    }

    /// Where streams are: the same host, by the other scheme.
    fn streaming(&self) -> String {
        self.site.origin.replacen("http", "ws", 1)
    }

    fn picture(&self) -> String {
        format!("{}/assets/header.png", self.site.origin)
    }

    /// An address to write to, blank where the contact is none.
    fn email(&self) -> &str {
        let contact = self.settings.contact.as_str();
        if contact.contains('@') && !contact.contains(char::is_whitespace) { contact } else { "" }
    }

    fn limits(&self) -> Value {
        let media = &self.config.media;
        let types = Format::ALL.into_iter().map(Format::media_type).chain(Format::ALSO_CALLED);
        let types: Vec<_> = types.collect();
        json!({
            "accounts": {
                "max_featured_tags": 10, "max_pinned_statuses": 5,
                "max_profile_fields": profiles::MOST_FIELDS,
                "profile_field_name_limit": profiles::LONGEST_FIELD,
                "profile_field_value_limit": profiles::LONGEST_FIELD,
                "max_display_name_length": profiles::LONGEST_NAME,
                "max_note_length": profiles::LONGEST_NOTE,
            },
            "statuses": {
                "max_characters": self.config.limits.post_characters,
                "max_media_attachments": MOST_PER_CONTRIBUTION,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": types,
                "description_limit": LONGEST_DESCRIPTION,
                "image_size_limit": media.image_bytes,
                "image_matrix_limit": media.pixels,
                "video_size_limit": media.recording_bytes,
                "video_frame_rate_limit": 120,
                "video_matrix_limit": media.pixels,
            },
            "polls": {
                "max_options": NewPoll::MOST_OPTIONS,
                "max_characters_per_option": NewPoll::LONGEST_OPTION,
                "min_expiration": NewPoll::SECONDS.0,
                "max_expiration": NewPoll::SECONDS.1,
            },
        })
    }
}

/// Renders `GET /api/v2/instance`.
pub fn instance(parts: &Parts<'_>) -> Value {
    let Parts { site, settings, .. } = parts;
    let privacy = (!settings.privacy.is_empty()).then(|| format!("{}/about#privacy", site.origin));
    let mut configuration = parts.limits();
    if let Some(fields) = configuration.as_object_mut() {
        fields.insert(
            "urls".to_owned(),
            json!({ "streaming": parts.streaming(), "status": null,
            "about": format!("{}/about", site.origin), "privacy_policy": privacy, "terms_of_service": null }),
        );
        fields.insert("vapid".to_owned(), json!({ "public_key": parts.push_key }));
        fields.insert("translation".to_owned(), json!({ "enabled": false }));
        let open = json!({ "local": "public", "remote": "public" });
        fields.insert(
            "timelines_access".to_owned(),
            json!({ "live_feeds": open, "hashtag_feeds": open, "trending_link_feeds": open }),
        );
        let limited = settings.federation_mode == FederationMode::Allowlist;
        fields.insert("limited_federation".to_owned(), json!(limited));
    }
    json!({
        "domain": site.host,
        "title": settings.name,
        "version": Parts::version(),
        "source_url": env!("CARGO_PKG_REPOSITORY"),
        "description": in_short(settings),
        "usage": { "users": { "active_month": parts.active } },
        "thumbnail": { "url": parts.picture(), "blurhash": null, "description": "", "versions": {} },
        "icon": [{ "src": format!("{}/assets/avatar.png", site.origin), "size": "192x192" }],
        "languages": settings.languages,
        "configuration": configuration,
        "registrations": { "enabled": false, "approval_required": false, "reason_required": false,
            "message": null, "min_age": null, "url": null },
        "api_versions": { "mastodon": API, "plenum": 1 },
        "contact": { "email": parts.email(), "account": parts.organization },
        "rules": parts.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

/// The first paragraph of the description, as plain text.
fn in_short(settings: &Settings) -> String {
    let html = markdown::render(&Markdown::new(&*settings.description));
    plain::paragraphs(&html).split("\n\n").next().unwrap_or_default().to_owned()
}

/// Renders `GET /api/v1/instance`.
pub fn v1(parts: &Parts<'_>) -> Value {
    let Parts { site, settings, .. } = parts;
    json!({
        "uri": site.host,
        "title": settings.name,
        "short_description": in_short(settings),
        "description": in_short(settings),
        "email": parts.email(),
        "version": Parts::version(),
        "urls": { "streaming_api": parts.streaming() },
        "stats": { "user_count": parts.users, "status_count": parts.contributions,
            "domain_count": parts.hosts },
        "thumbnail": parts.picture(),
        "languages": settings.languages,
        "registrations": false,
        "approval_required": false,
        "invites_enabled": true,
        "configuration": parts.limits(),
        "contact_account": parts.organization,
        "rules": parts.rules.iter().map(rule).collect::<Vec<_>>(),
        "max_toot_chars": parts.config.limits.post_characters,
    })
}

/// Renders a rule.
pub fn rule(rule: &Rule) -> Value {
    json!({ "id": rule.id.to_string(), "text": rule.text, "hint": rule.hint, "translations": {} })
}

/// A server that is limited or suspended here; the digest tells those who know the name that it is meant.
pub(in crate::http::mastodon) fn domain_block(rule: &HostRule) -> Value {
    let severity = if rule.standing == HostStanding::Suspended { "suspend" } else { "silence" };
    let comment = Some(&rule.public_comment).filter(|comment| !comment.is_empty());
    json!({ "domain": rule.public_name(), "digest": rule.digest(), "severity": severity, "comment": comment })
}

/// Renders a week: numbers in texts, as clients expect here.
pub fn week(week: &Week) -> Value {
    json!({
        "week": week.start.seconds().to_string(),
        "statuses": week.contributions.to_string(),
        "logins": week.authors.to_string(),
        "registrations": week.joined.to_string(),
    })
}
