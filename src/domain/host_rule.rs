//! What admins decided about a server, by its name, and which names a rule may have.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use url::{Host as UrlHost, Url};

use super::host::HostStanding;
use super::id::Id;
use super::user::User;
use crate::clock::Timestamp;

/// The longest comment, in characters.
pub(super) const LONGEST_COMMENT: usize = 1_000;

/// A decision about a server. What keeps out holds for every name below, too; an allowance holds for
/// its own name alone, because not everybody below a name belongs together.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::host_rules, primary_key(name))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct HostRule {
    /// The name, as it is kept: lower case, without trailing dot.
    pub name: String,
    /// Let in, limited, suspended; unknown where the rule only rejects some things.
    pub standing: HostStanding,
    /// Whether its files are neither fetched nor shown.
    pub reject_media: bool,
    /// Whether its reports are not heard.
    pub reject_reports: bool,
    /// The reason that everybody may read.
    pub public_comment: String,
    /// The reason for those who decide.
    pub private_comment: String,
    /// Whether the public list shows the name only in part.
    pub obfuscate: bool,
    /// Who decided; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// Since when there is a rule.
    pub created_at: Timestamp,
    /// When it was decided like this.
    pub updated_at: Timestamp,
    /// Whether the server was let in before: whoever takes the rule back lets it in again.
    pub allowed_before: bool,
}

/// What an admin decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Let in, limited, suspended; unknown for none of them.
    pub standing: HostStanding,
    /// Whether its files are rejected.
    pub reject_media: bool,
    /// Whether its reports are rejected.
    pub reject_reports: bool,
    /// The reason that everybody may read.
    pub public_comment: String,
    /// The reason for those who decide.
    pub private_comment: String,
    /// Whether the public list shows the name only in part.
    pub obfuscate: bool,
}

impl Decision {
    /// Whether this decides anything.
    pub fn is_none(&self) -> bool {
        self.standing == HostStanding::Unknown && !self.reject_media && !self.reject_reports
    }

    /// What is wrong with it, field by field.
    pub fn mistakes(&self) -> Vec<(&'static str, String)> {
        let comments = [("public_comment", &self.public_comment), ("private_comment", &self.private_comment)];
        let long = comments.into_iter().filter(|(_, text)| text.chars().count() > LONGEST_COMMENT);
        long.map(|(field, _)| (field, format!("has at most {LONGEST_COMMENT} characters"))).collect()
    }

    /// What it does to a server, in one line, without reasons and how it is shown.
    pub fn effect(&self) -> String {
        let mut words = vec![self.standing.word()];
        words.extend(self.reject_media.then_some("reject media"));
        words.extend(self.reject_reports.then_some("reject reports"));
        words.join(", ")
    }

    /// Whether both do the same to a server.
    pub fn does_the_same(&self, other: &Self) -> bool {
        let does = |decision: &Self| (decision.standing, decision.reject_media, decision.reject_reports);
        does(self) == does(other)
    }

    /// Whether it keeps out more than another.
    pub fn is_stricter(&self, other: &Self) -> bool {
        self.standing > other.standing
            || (self.reject_media && !other.reject_media)
            || (self.reject_reports && !other.reject_reports)
    }

    /// For the log: everything in one line.
    pub fn summary(&self) -> String {
        let obfuscate = if self.obfuscate { ", obfuscate" } else { "" };
        let comments = [&self.public_comment, &self.private_comment];
        let said = comments.iter().filter(|text| !text.is_empty()).map(|text| format!("; {text}"));
        format!("{}{obfuscate}{}", self.effect(), said.collect::<String>())
    }
}

impl HostRule {
    /// The rule as a decision that can be changed.
    pub fn decision(&self) -> Decision {
        Decision {
            standing: self.standing,
            reject_media: self.reject_media,
            reject_reports: self.reject_reports,
            public_comment: self.public_comment.clone(),
            private_comment: self.private_comment.clone(),
            obfuscate: self.obfuscate,
        }
    }

    /// What is decided once the rule is taken back: it lets in again whom it found let in.
    pub fn undone(&self) -> Decision {
        let standing = if self.allowed_before { HostStanding::Approved } else { HostStanding::Unknown };
        Decision { standing, ..Decision::default() }
    }

    /// The name as the public list shows it.
    pub fn public_name(&self) -> String {
        if self.obfuscate { obfuscated(&self.name) } else { self.name.clone() }
    }

    /// SHA-256 of the name, in hexadecimal digits.
    pub fn digest(&self) -> String {
        HEXLOWER.encode(digest(&SHA256, self.name.as_bytes()).as_ref())
    }

    /// Whether it holds for a host of this name.
    pub fn covers(&self, host: &str) -> bool {
        host == self.name || (self.standing != HostStanding::Approved && is_below(host, &self.name))
    }
}

/// Whether `host` lies below `name`.
pub fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// A name and every name above it: the nearest rule among them holds.
pub fn upwards(host: &str) -> Vec<&str> {
    let mut names = vec![host];
    let mut rest = host;
    while let Some((_, above)) = rest.split_once('.') {
        names.push(above);
        rest = above;
    }
    names
}

/// A name of which whoever knows it recognizes the ends: `ex****le.org`.
pub fn obfuscated(name: &str) -> String {
    let length = name.chars().count();
    let edge = (length / 4).max(1);
    let mask = |(at, letter): (usize, char)| {
        let inside = at >= edge && at + edge < length;
        if inside && letter != '.' { '*' } else { letter }
    };
    name.chars().enumerate().map(mask).collect()
}

impl HostStanding {
    /// The word of forms, commands and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "none",
            Self::Approved => "allow",
            Self::Limited => "limit",
            Self::Suspended => "suspend",
        }
    }

    /// The standing that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Unknown, Self::Approved, Self::Limited, Self::Suspended]
            .into_iter()
            .find(|standing| standing.word() == word)
    }
}

/// The name of a server as it is kept, out of what people type or paste: a name, an address, a handle.
/// `own` is our own; the reason where no rule may have this name.
pub fn name(typed: &str, own: &str) -> Result<String, String> {
    let typed = typed.trim();
    let bare = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let bare = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let bare = bare.rsplit('@').next().unwrap_or_default();
    let bare = bare.strip_prefix("*.").unwrap_or(bare).trim_end_matches('.');
    if bare.is_empty() {
        return Err("Give the name of a server, for example social.example.".to_owned());
    }
    let rubbish = || format!("“{typed}” is no name of a server; an example is social.example.");
    if bare.contains('*') {
        return Err(format!("“{typed}” is obfuscated or has a star inside: a rule needs the whole name."));
    }
    let url = Url::parse(&format!("http://{bare}")).map_err(|_| rubbish())?;
    let name = match url.host() {
        Some(UrlHost::Domain(name)) => name.trim_end_matches('.').to_owned(),
        Some(UrlHost::Ipv4(_) | UrlHost::Ipv6(_)) => {
            return Err(format!("“{typed}” is an address of a machine: rules are about names of servers."));
        }
        None => return Err(rubbish()),
    };
    let odd = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'));
    if name.contains(odd)
        || name.split('.').any(|label| label.is_empty() || label.len() > 63)
        || name.len() > 253
    {
        return Err(rubbish());
    }
    let full = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
    if full == own || is_below(own, &full) {
        return Err(format!("{full} is this server itself: a rule about it would shut everybody out."));
    }
    if is_public_suffix(&name) {
        return Err(format!(
            "Under {name} everybody may register a name: a rule about it would hit thousands of servers that have \
             nothing to do with each other. Name the server itself."
        ));
    }
    Ok(full)
}

/// Whether strangers register their names directly below this one.
pub(super) fn is_public_suffix(name: &str) -> bool {
    let Some(suffix) = psl::suffix(name.as_bytes()) else { return true };
    let registry = suffix.typ().is_none_or(|kind| kind == psl::Type::Icann);
    suffix.as_bytes() == name.as_bytes() && registry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_one_form() {
        let kept = |typed| name(typed, "red.example.org");
        for typed in
            ["Social.Example.", "https://social.example/about", "@ana@social.example", "*.social.example"]
        {
            assert_eq!(kept(typed).as_deref(), Ok("social.example"), "{typed}");
        }
        assert_eq!(kept("bücher.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(kept("someone.github.io").as_deref(), Ok("someone.github.io"));
        assert_eq!(kept("github.io").as_deref(), Ok("github.io"), "one owner answers for all below");
        for typed in [
            "",
            "com",
            "co.uk",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "2130706433",
            "ex***le.org",
            "a b.org",
            "red.example.org",
            "example.org",
            "https://RED.example.org/",
            "a..b",
            "\u{202e}x.org/\0",
        ] {
            assert!(kept(typed).is_err(), "{typed}: {:?}", kept(typed));
        }
    }

    #[test]
    fn rules_that_keep_out_cover_what_is_below() {
        let rule = |standing| HostRule {
            name: "bad.example".to_owned(),
            standing,
            reject_media: false,
            reject_reports: false,
            public_comment: String::new(),
            private_comment: String::new(),
            obfuscate: true,
            user_id: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            allowed_before: false,
        };
        let suspended = rule(HostStanding::Suspended);
        assert!(suspended.covers("bad.example") && suspended.covers("a.b.bad.example"));
        assert!(!suspended.covers("notbad.example") && !suspended.covers("example"));
        assert!(!rule(HostStanding::Approved).covers("a.bad.example"));
        assert_eq!(suspended.public_name(), "ba*.*****le");
        assert_eq!(upwards("a.b.c"), ["a.b.c", "b.c", "c"]);
    }
}
