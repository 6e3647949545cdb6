//! Collects what the file and the environment say, hands it out by key and keeps every mistake.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

use toml::de::{DeTable, DeValue};

use super::problem::{Origin, Problem};
use super::setting::{Raw, Setting};

/// The prefix of our environment variables.
const PREFIX: &str = "PLENUM_";

/// A value somebody set.
struct Entry {
    raw: Raw,
    origin: Origin,
}

/// Everything that was set, by `section.field`, and what was wrong with it so far.
#[derive(Default)]
pub(super) struct Sources {
    entries: BTreeMap<String, Entry>,
    origins: BTreeMap<String, Origin>,
    known: Vec<String>,
    problems: Vec<Problem>,
}

impl Sources {
    /// Takes over the settings of a TOML document; what cannot be parsed becomes problems.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) {
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            self.complain("", in_file(path, line), error.message().to_owned());
        }
        for (section, value) in document.get_ref() {
            let line = line_of(text, section.span().start);
            let DeValue::Table(fields) = value.get_ref() else {
                let why = "stands outside a section; settings look like `[http]` and below it `listen = …`";
                self.complain(section.get_ref(), in_file(path, line), why.to_owned());
                continue;
            };
            for (field, value) in fields {
                let key = format!("{}.{}", section.get_ref(), field.get_ref());
                let origin = in_file(path, line_of(text, field.span().start));
                self.insert(key, Raw::from_toml(value.get_ref()), origin);
            }
        }
    }

    /// Takes over one environment variable, which wins over the file; others are left alone.
    pub(super) fn add_variable(&mut self, name: &str, value: String) {
        let Some((section, field)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')) else {
            return;
        };
        // Switches of the test suite, which a server started by a test inherits.
        if section == "TEST" {
            return;
        }
        let key = format!("{}.{}", section.to_ascii_lowercase(), field.to_ascii_lowercase());
        self.insert(key, Raw::Word(value), Origin::Environment(name.to_owned()));
    }

    /// Takes over `DATABASE_URL`, the name hosting platforms use for `database.url`.
    pub(super) fn add_database_url(&mut self, value: String) {
        let origin = Origin::Environment("DATABASE_URL".to_owned());
        if let Some(Entry { raw: Raw::Word(other), .. }) = self.entries.get("database.url")
            && *other != value
        {
            let why = "contradicts PLENUM_DATABASE_URL; set only one of the two";
            self.complain("database.url", origin, why.to_owned());
            return;
        }
        self.insert("database.url".to_owned(), Raw::Word(value), origin);
    }

    fn insert(&mut self, key: String, raw: Raw, origin: Origin) {
        self.origins.insert(key.clone(), origin.clone());
        self.entries.insert(key, Entry { raw, origin });
    }

    /// The part of the sources that section `name` reads from.
    pub(super) const fn section(&mut self, name: &'static str) -> Section<'_> {
        Section { sources: self, name }
    }

    /// Notes a mistake.
    pub(super) fn complain(&mut self, key: &str, origin: Origin, why: String) {
        self.problems.push(Problem::new(key, origin, why));
    }

    /// Where the value of `key` came from.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Given)
    }

    /// Every key that some section asked for: the complete list of settings.
    pub(super) fn known(&self) -> &[String] {
        &self.known
    }

    /// All mistakes, those about keys nobody asked for included.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        for (key, entry) in &self.entries {
            let name = |known: &String| match entry.origin {
                Origin::Environment(_) => variable(known),
                _ => known.clone(),
            };
            let hint = closest(key, &self.known)
                .map_or_else(String::new, |known| format!("; did you mean `{}`?", name(known)));
            let why = format!("there is no such setting{hint}");
            self.problems.push(Problem::new(key, entry.origin.clone(), why));
        }
        self.problems
    }
}

/// One section while it is read.
pub(super) struct Section<'a> {
    sources: &'a mut Sources,
    name: &'static str,
}

impl Section<'_> {
    /// The value of `field`, or `default` when nobody set it or it is wrong.
    pub(super) fn get<T: Setting>(&mut self, field: &str, default: T) -> T {
        self.take(field, default, T::read)
    }

    /// The number `field`, which must lie in `range`.
    pub(super) fn number<N>(&mut self, field: &str, default: N, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + Display,
    {
        self.take(field, default, |raw| {
            let digits = raw.digits()?;
            let number = digits.trim().parse().ok().filter(|number| range.contains(number));
            let (low, high) = range.into_inner();
            number.ok_or_else(|| format!("expected a whole number from {low} to {high}, found `{digits}`"))
        })
    }

    fn take<T>(&mut self, field: &str, default: T, read: impl FnOnce(&Raw) -> Result<T, String>) -> T {
        let key = format!("{}.{field}", self.name);
        let entry = self.sources.entries.remove(&key);
        self.sources.known.push(key.clone());
        let Some(Entry { raw, origin }) = entry else { return default };
        read(&raw).unwrap_or_else(|why| {
            self.sources.complain(&key, origin, why);
            default
        })
    }
}

/// The environment variable of a key: `http.listen` is `PLENUM_HTTP_LISTEN`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

fn in_file(path: &Path, line: usize) -> Origin {
    Origin::File { path: path.to_owned(), line }
}

fn line_of(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

/// The known key that `wrong` most probably means, if any is near: the same field in another
/// section, or at most three letters away.
fn closest<'a>(wrong: &str, known: &'a [String]) -> Option<&'a String> {
    let field = |key: &str| key.split_once('.').map(|(_, field)| field.to_owned());
    let near = known.iter().map(|key| (distance(wrong, key), key)).min_by_key(|(steps, _)| *steps);
    near.filter(|(steps, _)| *steps <= 3)
        .map(|(_, key)| key)
        .or_else(|| known.iter().find(|key| field(key) == field(wrong)))
}

/// How many letters must be added, removed or replaced to make `a` from `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (above, left) in a.chars().enumerate() {
        let mut corner = above;
        let mut last = above + 1;
        let mut next = vec![last];
        for (right, old) in b.chars().zip(row.iter().skip(1)) {
            let replaced = corner + usize::from(left != right);
            corner = *old;
            last = replaced.min(last + 1).min(old + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
