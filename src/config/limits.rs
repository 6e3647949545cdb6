//! `[limits]`: how long texts may be and how often one caller may ask.

use super::sources::Section;

/// What one person, one address or one host may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest post or reply in characters; default: 5000.
    pub post_characters: usize,
    /// The longest statement in characters, its theses included; default: 200000.
    pub statement_characters: usize,
    /// Theses in one statement; default: 200.
    pub theses: usize,
    /// Accounts that one contribution may mention; default: 50.
    pub mentions: usize,
    /// Failed sign-ins in five minutes by one name from one address; default: 10. All names together have five
    /// times as many from one address, and one name twenty times as many from all addresses.
    pub sign_ins: u32,
    /// Requests of one token, or of one address without a token, to the client API in five minutes;
    /// 0 sets no limit; default: 3000.
    pub requests: u32,
    /// Files that one token may upload in half an hour; 0 sets no limit; default: 300.
    pub uploads: u32,
    /// Posts and boosts that one token may delete in half an hour; 0 sets no limit; default: 300.
    pub deletions: u32,
    /// Apps that one address may register in ten minutes; 0 sets no limit; default: 60.
    pub apps: u32,
    /// The largest file with a member's relations that is read, in bytes; default: 4 MiB.
    pub import_bytes: usize,
    /// Activities in five minutes that one host may send; default: 60000.
    pub activities_per_host: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            post_characters: 5000,
            statement_characters: 200_000,
            theses: 200,
            mentions: 50,
            sign_ins: 10,
            requests: 3000,
            uploads: 300,
            deletions: 300,
            apps: 60,
            import_bytes: 4 * 1024 * 1024,
            activities_per_host: 60_000,
        }
    }
}

impl Limits {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            post_characters: section.number("post_characters", default.post_characters, 500..=20_000),
            statement_characters: section.number(
                "statement_characters",
                default.statement_characters,
                5000..=700_000,
            ),
            theses: section.number("theses", default.theses, 1..=200),
            mentions: section.number("mentions", default.mentions, 0..=500),
            sign_ins: section.number("sign_ins", default.sign_ins, 1..=1000),
            requests: section.number("requests", default.requests, 0..=100_000_000),
            uploads: section.number("uploads", default.uploads, 0..=100_000_000),
            deletions: section.number("deletions", default.deletions, 0..=100_000_000),
            apps: section.number("apps", default.apps, 0..=100_000_000),
            import_bytes: section.number("import_bytes", default.import_bytes, 65_536..=67_108_864),
            activities_per_host: section.number(
                "activities_per_host",
                default.activities_per_host,
                10..=100_000_000,
            ),
        }
    }
}
