//! Small values in the shape in which pages show them: moments, addresses, languages, counts.

use std::fmt;

use chrono::{DateTime, Utc};

/// A moment; pages show it in full ("24 November 2026"), never as "3 h ago", so that print and caches stay true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(DateTime<Utc>);

impl Moment {
    /// The day, for bylines.
    pub fn day(&self) -> String {
        self.0.format("%-d %B %Y").to_string()
    }

    /// The day and the minute, for conversations.
    pub fn minute(&self) -> String {
        self.0.format("%-d %B %Y, %H:%M UTC").to_string()
    }

    /// The form machines read, for `datetime` attributes and feeds (RFC 3339).
    pub fn iso(&self) -> String {
        self.0.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment)
    }
}

/// An address that is safe in `href`, `src` and `action`: a path of this site or an http(s) URL.
///
/// Anything else (`javascript:`, `data:`, `//host`) becomes `#`, whoever it came from: the check stands
/// at the last door, so that no handler has to remember it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// Takes `address` if it is safe, else `#`.
    pub fn new(address: impl Into<String>) -> Self {
        let address = address.into();
        if is_own_path(&address) || is_web(&address) { Self(address) } else { Self("#".to_owned()) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `address` stays on this site. A second slash or a backslash would name another host.
fn is_own_path(address: &str) -> bool {
    let own = match address.strip_prefix('/') {
        Some(rest) => !rest.starts_with(['/', '\\']),
        None => address.starts_with(['#', '?']),
    };
    own && !address.contains(|c: char| c.is_control() || c == '\\')
}

fn is_web(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Href {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for Href {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

/// The language of a text, for its `lang` and `dir` attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lang(String);

impl Lang {
    /// Takes a BCP 47 tag; blank means that nobody said.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The tag as it stands in `lang`; blank is HTML's word for "unknown".
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// The direction of writing: `rtl`, `ltr`, or `auto` where the language is unknown.
    pub fn dir(&self) -> &'static str {
        let mut parts = self.0.split('-');
        let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
        let script = parts.find(|part| part.len() == 4).map(str::to_ascii_lowercase);
        match (primary.as_str(), script.as_deref()) {
            ("", _) => "auto",
            (_, Some("arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm")) => "rtl",
            (_, Some(_)) => "ltr",
            (
                "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "nqo" | "ps" | "sd" | "syr" | "ug" | "ur" | "yi",
                None,
            ) => "rtl",
            _ => "ltr",
        }
    }

    /// The name in English for the languages we expect most; the tag itself for others.
    pub fn name(&self) -> &str {
        let primary = self.0.split('-').next().unwrap_or_default();
        LANGUAGE_NAMES.iter().find(|(tag, _)| *tag == primary).map_or(self.tag(), |(_, name)| name)
    }
}

const LANGUAGE_NAMES: [(&str, &str); 34] = [
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("bn", "Bengali"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("kk", "Kazakh"),
    ("ko", "Korean"),
    ("ku", "Kurdish"),
    ("nl", "Dutch"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sr", "Serbian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

/// The languages a form offers, as tag and English name.
pub const fn offered_languages() -> &'static [(&'static str, &'static str)] {
    &LANGUAGE_NAMES
}

/// A number with its noun: `1 reply`, `4 replies`.
pub fn count(n: u32, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{n} {many}"),
    }
}

/// A link with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// Where it leads.
    pub href: Href,
}

impl Link {
    /// Puts the two together.
    pub fn new(label: impl Into<String>, href: impl Into<Href>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// Where the neighbouring pages of a list are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page with newer entries.
    pub newer: Option<Href>,
    /// The page with older entries.
    pub older: Option<Href>,
}
