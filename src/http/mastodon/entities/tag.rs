//! Tag and `FeaturedTag`: hashtags.

use std::collections::HashSet;

use serde::Serialize;

use super::id;
use crate::clock::Timestamp;
use crate::domain::site::Site;

/// Days whose uses are told.
const DAYS: i64 = 7;
const DAY: i64 = 24 * 3600;

/// A hashtag as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Tag {
    /// Without `#`.
    pub name: String,
    /// Its page here.
    pub url: String,
    /// Uses per day, the latest first.
    pub history: Vec<Day>,
    /// Whether the asking account follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<bool>,
    /// Whether the asking account shows it on its profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub featuring: Option<bool>,
}

/// How often a hashtag was used on one day.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// Midnight in seconds.
    pub day: String,
    /// Contributions.
    pub uses: String,
    /// Authors.
    pub accounts: String,
}

/// A hashtag on a profile.
#[derive(Clone, Debug, Serialize)]
pub struct FeaturedTag {
    /// Key.
    pub id: String,
    /// Without `#`.
    pub name: String,
    /// Its page here.
    pub url: String,
    /// How many public contributions of the account carry it.
    pub statuses_count: String,
    /// The day of the last one.
    pub last_status_at: Option<String>,
}

/// One use of a hashtag: by which account, and when.
pub type Use = (i64, Timestamp);

/// Renders a hashtag by its folded name.
pub fn tag(name: &str, uses: &[Use], now: Timestamp, site: &Site) -> Tag {
    let today = now.seconds().div_euclid(DAY);
    let day = |day: i64| {
        let then = uses.iter().filter(|(_, at)| at.seconds().div_euclid(DAY) == day);
        let authors: HashSet<i64> = then.clone().map(|(account, _)| *account).collect();
        Day {
            day: (day * DAY).to_string(),
            uses: then.count().to_string(),
            accounts: authors.len().to_string(),
        }
    };
    let history = (0..DAYS).map(|back| day(today - back)).collect();
    Tag { name: name.to_owned(), url: address(name, site), history, following: None, featuring: None }
}

/// The first moment whose uses are told.
pub fn since(now: Timestamp) -> Timestamp {
    Timestamp((now.seconds().div_euclid(DAY) - DAYS + 1) * DAY * 1000)
}

/// Renders a hashtag on a profile: the key of its row, its name, how often and when it was used.
pub fn featured(key: i64, name: &str, count: i64, last: Option<Timestamp>, site: &Site) -> FeaturedTag {
    FeaturedTag {
        id: id(key),
        name: name.to_owned(),
        url: address(name, site),
        statuses_count: count.to_string(),
        last_status_at: last.map(Timestamp::to_date),
    }
}

fn address(name: &str, site: &Site) -> String {
    let path: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("{}/tags/{path}", site.origin)
}
