//! Lists of rules about servers, as Mastodon hands them out and takes them in: comma-separated values
//! with or without a header, or one name a line.

use std::collections::HashSet;

use serde::Deserialize;

use super::tables::{line, values};
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{Decision, HostRule, name};
use crate::text::plain::strip_format_chars;

/// The columns, in the order in which Mastodon writes them.
const COLUMNS: [&str; 6] =
    ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"];
/// What lists call the standings.
const SEVERITIES: [&str; 6] = ["", "suspend", "silence", "limit", "noop", "none"];
/// Rows that are read at most, the names of columns not counted.
pub const MOST_ROWS: usize = 100_000;
/// The largest file with so many rows: 160 bytes for each.
pub const MOST_BYTES: usize = 16_000_000;

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostList {
    /// The rules, in their order, each name once.
    pub rules: Vec<(String, Decision)>,
    /// Rows that are no rules: which row, and why.
    pub refused: Vec<(usize, String)>,
    /// Rows that say again what a row before them said.
    pub repeated: usize,
    /// Rows among the refused ones that do not even look like those of a list.
    pub foreign: usize,
}

/// Reads a list; `own` is the name of our own server, about which there can be no rule.
pub fn read(text: &str, own: &str) -> HostList {
    if is_json(text) {
        return json(text, own);
    }
    let rows = values(text);
    let header = rows.first().filter(|row| is_header(row)).cloned().unwrap_or_default();
    let skipped = usize::from(!header.is_empty());
    let columns = Columns::of(&header);
    let bare = header.is_empty();
    let mut list = HostList::default();
    let mut seen = HashSet::new();
    for (number, row) in rows.iter().enumerate().skip(skipped) {
        let number = number.saturating_add(1);
        if is_beyond(number.saturating_sub(skipped), number, &mut list) {
            break;
        }
        if is_foreign(row, &columns, bare) {
            list.foreign += 1;
        }
        match columns.rule(row, own) {
            Ok(_) if bare && !is_bare(columns.name(row)) => {
                let why = "A list without names of columns has one name of a server in each row.";
                list.refused.push((number, why.to_owned()));
            }
            Ok((name, decision)) if seen.insert(name.clone()) => list.rules.push((name, decision)),
            Ok(_) => list.repeated += 1,
            Err(why) => list.refused.push((number, why)),
        }
    }
    list
}

/// Whether a list has more rules than are read; says so once.
fn is_beyond(rules: usize, row: usize, list: &mut HostList) -> bool {
    if rules > MOST_ROWS {
        list.refused.push((row, format!("Only {MOST_ROWS} rows are read: split the list.")));
    }
    rules > MOST_ROWS
}

/// Reads a list of servers that are let in: one name in each row, whatever stands beside it.
pub fn read_allowances(text: &str, own: &str) -> HostList {
    let rows = values(text);
    let header = rows.first().filter(|row| is_header(row)).cloned().unwrap_or_default();
    let skipped = usize::from(!header.is_empty());
    let columns = Columns::of(&header);
    let mut list = HostList::default();
    let mut seen = HashSet::new();
    for (number, row) in rows.iter().enumerate().skip(skipped) {
        let number = number.saturating_add(1);
        if is_beyond(number.saturating_sub(skipped), number, &mut list) {
            break;
        }
        match name(columns.name(row), own) {
            Ok(name) if seen.insert(name.clone()) => {
                let allowed = Decision { standing: HostStanding::Approved, ..Decision::default() };
                list.rules.push((name, allowed));
            }
            Ok(_) => list.repeated += 1,
            Err(why) => list.refused.push((number, why)),
        }
    }
    list
}

/// A rule as other servers answer it at `/api/v1/instance/domain_blocks`, and as GoToSocial writes it into
/// files.
#[derive(Debug, Deserialize)]
struct Told {
    domain: String,
    severity: Option<String>,
    #[serde(alias = "public_comment")]
    comment: Option<String>,
    #[serde(default)]
    reject_media: bool,
    #[serde(default)]
    reject_reports: bool,
    #[serde(default)]
    obfuscate: bool,
}

fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('[')
}

/// Reads a list of this kind. What is no such list says nothing.
fn json(text: &str, own: &str) -> HostList {
    let text = text.trim_start_matches('\u{feff}');
    let told: Vec<Told> = serde_json::from_str(text).unwrap_or_default();
    let mut list = HostList::default();
    let mut seen = HashSet::new();
    for (number, told) in told.into_iter().enumerate() {
        let number = number.saturating_add(1);
        if is_beyond(number, number, &mut list) {
            break;
        }
        let severity = told.severity.unwrap_or_default();
        if !SEVERITIES.contains(&severity.to_lowercase().as_str()) {
            list.foreign += 1;
        }
        let marks = [told.reject_media, told.reject_reports, told.obfuscate].map(word);
        let comment = told.comment.unwrap_or_default();
        let [media, reports, obfuscate] = marks;
        match rule([told.domain.trim(), &severity, media, reports, &comment, obfuscate], own) {
            Ok((name, decision)) if seen.insert(name.clone()) => list.rules.push((name, decision)),
            Ok(_) => list.repeated += 1,
            Err(why) => list.refused.push((number, why)),
        }
    }
    list
}

/// Why something that was read somewhere else is no list, as far as one can tell: a page about a list, a page
/// for signing in, or an error names servers, too, and none of them is meant to be shut out.
pub fn mistake(media_type: &str, text: &str, list: &HostList) -> Option<String> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    let page = ["html", "json", "xml"].iter().any(|word| essence.ends_with(word));
    let rows = list.rules.len().saturating_add(list.repeated).saturating_add(list.refused.len());
    let told = rows > 0 && is_json(text) && (essence.ends_with("json") || essence.starts_with("text/plain"));
    let page = page || text.trim_start_matches('\u{feff}').trim_start().starts_with(['<', '{', '[']);
    if page && !told {
        return Some(
            "it is a web page or another document, and no list; give the address of the file itself"
                .to_owned(),
        );
    }
    if list.rules.is_empty() {
        return Some("there is no rule in it".to_owned());
    }
    let many = list.foreign.saturating_mul(10) > rows;
    many.then(|| format!("{} of its {rows} rows are no rules, so it is rather no list", list.foreign))
}

/// Writes the names of servers that are let in, as Mastodon reads them.
pub fn write_allowances(rules: &[HostRule]) -> String {
    let mut text = String::new();
    line(&mut text, &["#domain"]);
    for rule in rules.iter().filter(|rule| rule.standing == HostStanding::Approved) {
        line(&mut text, &[&rule.name]);
    }
    text
}

/// Writes rules as Mastodon reads them. Allowances have a list of their own.
pub fn write(rules: &[HostRule]) -> String {
    let mut text = String::new();
    line(&mut text, &COLUMNS);
    for rule in rules {
        let severity = match rule.standing {
            HostStanding::Suspended => "suspend",
            HostStanding::Limited => "silence",
            HostStanding::Unknown => "noop",
            HostStanding::Approved => continue,
        };
        let (media, reports) = (word(rule.reject_media), word(rule.reject_reports));
        line(&mut text, &[&rule.name, severity, media, reports, &rule.public_comment, word(rule.obfuscate)]);
    }
    text
}

fn is_header(row: &[String]) -> bool {
    let first = row.first().map(|word| word.trim_start_matches('#').to_lowercase());
    matches!(first.as_deref(), Some("domain" | "host"))
}

/// Whether a row does not even look like one of a list. Names of which only a part is shown, and our own,
/// stand in honest lists.
fn is_foreign(row: &[String], columns: &Columns, bare: bool) -> bool {
    let name = columns.name(row);
    let odd = if bare { !is_bare(name) } else { name.is_empty() || name.contains(char::is_whitespace) };
    odd || !SEVERITIES.contains(&columns.severity(row).to_lowercase().as_str())
}

/// Whether this is the name of a server and nothing else: no address, no handle, no sentence.
fn is_bare(name: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '*' | ':');
    name.contains('.') && name.chars().all(fits)
}

/// Where each column stands; `None` where the list has none of the name.
struct Columns([Option<usize>; 6]);

impl Columns {
    fn of(header: &[String]) -> Self {
        if header.is_empty() {
            return Self([Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);
        }
        let place = |name: &str| {
            let same = |known: &String| {
                known.trim_start_matches('#').eq_ignore_ascii_case(name.trim_start_matches('#'))
            };
            header.iter().position(same)
        };
        let [domain, rest @ ..] = COLUMNS.map(place);
        let [severity, media, reports, comment, obfuscate] = rest;
        Self([domain.or(Some(0)), severity, media, reports, comment, obfuscate])
    }

    fn name<'a>(&self, row: &'a [String]) -> &'a str {
        let Self([name, ..]) = self;
        name.and_then(|place| row.get(place)).map_or("", String::as_str)
    }

    fn severity<'a>(&self, row: &'a [String]) -> &'a str {
        let Self([_, severity, ..]) = self;
        severity.and_then(|place| row.get(place)).map_or("", String::as_str)
    }

    /// The rule of a row.
    fn rule(&self, row: &[String], own: &str) -> Result<(String, Decision), String> {
        let value = |place: Option<usize>| place.and_then(|place| row.get(place)).map_or("", String::as_str);
        rule(self.0.map(value), own)
    }
}

/// The rule that these values of the columns make. What a list does not say means: suspended, and nothing
/// else.
fn rule(values: [&str; 6], own: &str) -> Result<(String, Decision), String> {
    let [domain, severity, media, reports, comment, obfuscate] = values;
    let standing = match severity.to_lowercase().as_str() {
        "" | "suspend" => HostStanding::Suspended,
        "silence" | "limit" => HostStanding::Limited,
        "noop" | "none" => HostStanding::Unknown,
        _ => return Err(format!("“{severity}” is no severity: noop, silence and suspend are.")),
    };
    let decision = Decision {
        standing,
        reject_media: yes(media),
        reject_reports: yes(reports),
        public_comment: strip_format_chars(comment),
        private_comment: String::new(),
        obfuscate: yes(obfuscate),
    };
    let name = name(domain, own)?;
    if decision.is_none() {
        return Err(format!("The row about {name} decides nothing."));
    }
    match decision.mistakes().into_iter().next() {
        Some((_, why)) => Err(why),
        None => Ok((name, decision)),
    }
}

const fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

fn yes(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "true" | "t" | "1" | "yes" | "on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_every_make_are_read() {
        let list = "\u{feff}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
                    bad.example,suspend,true,false,\"Spam, and worse\",false\r\n\
                    *.loud.example,silence,false,false,,true\r\nBAD.example,noop,true,,,\r\nquiet.example,noop,true,,,\r\n\
                    com,suspend,,,,\r\nred.example,suspend,,,,\r\nex***le.org,suspend,,,,\r\nodd.example,maybe,,,,\r\n";
        let read = read(list, "red.example");
        let names: Vec<_> = read.rules.iter().map(|(name, rule)| (name.as_str(), rule.standing)).collect();
        assert_eq!(
            names,
            [
                ("bad.example", HostStanding::Suspended),
                ("loud.example", HostStanding::Limited),
                ("quiet.example", HostStanding::Unknown)
            ]
        );
        assert_eq!(read.rules[0].1.public_comment, "Spam, and worse");
        assert!(read.rules[0].1.reject_media && read.rules[1].1.obfuscate);
        assert_eq!(read.refused.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [6, 7, 8, 9]);
        assert_eq!(read.repeated, 1);
        assert_eq!(read.foreign, 1);
        let plain = super::read("one.example\ntwo.example\n", "red.example");
        assert_eq!(plain.rules.len(), 2);
        assert!(plain.rules.iter().all(|(_, rule)| rule.standing == HostStanding::Suspended));
    }

    #[test]
    fn what_servers_answer_about_themselves_is_a_list() {
        let told = "\n[{\"domain\":\"bad.example\",\"digest\":\"00\",\"severity\":\"suspend\",\"comment\":\"Spam\"},\
                    {\"domain\":\"lo**.example\",\"severity\":\"silence\",\"comment\":null},\
                    {\"domain\":\"loud.example\",\"severity\":\"silence\"},{\"domain\":\"BAD.example\"},\
                    {\"domain\":\"old.example\",\"suspended_at\":\"2024-01-01\",\"public_comment\":\"Gone\"}]";
        let list = read(told, "red.example");
        let rules: Vec<_> = list
            .rules
            .iter()
            .map(|(name, rule)| (name.as_str(), rule.standing, rule.public_comment.as_str()))
            .collect();
        assert_eq!(
            rules,
            [
                ("bad.example", HostStanding::Suspended, "Spam"),
                ("loud.example", HostStanding::Limited, ""),
                ("old.example", HostStanding::Suspended, "Gone"),
            ]
        );
        assert_eq!((list.repeated, list.refused.len()), (1, 1));
        assert_eq!(mistake("application/json; charset=utf-8", told, &list), None);
        assert!(mistake("text/html", told, &list).is_some());
        for odd in ["[1, 2]", "[{\"url\": \"https://one.example\"}]", "[]", "[{\"domain\": \"x.example\"}"] {
            assert!(mistake("application/json", odd, &read(odd, "red.example")).is_some(), "{odd}");
        }
        let names = read_allowances("#domain\nfriend.example\n*.ally.example\nFriend.example\ncom\n", "x.y");
        assert!(names.rules.iter().all(|(_, rule)| rule.standing == HostStanding::Approved));
        assert_eq!((names.rules.len(), names.repeated, names.refused.len()), (2, 1, 1));
    }

    #[test]
    fn what_is_no_list_is_told_from_one() {
        let mistake = |media_type: &str, text: &str| mistake(media_type, text, &read(text, "red.example"));
        assert_eq!(mistake("text/plain; charset=utf-8", "one.example\n*.two.example\nex***le.org\n"), None);
        assert_eq!(mistake("", "#domain,#severity\none.example,suspend\nred.example,suspend\n"), None);
        for (media_type, text) in [
            ("text/html; charset=utf-8", "one.example\n"),
            ("application/activity+json", "one.example\n"),
            ("text/plain", "<!doctype html>\none.example\n"),
            ("text/plain", "\u{feff}\n{\n\"url\": \"https://one.example\"\n}"),
            ("text/plain", "Our list\nis at https://lists.example/\nask ana@lists.example\n"),
            ("text/plain", "https://one.example/\nhttps://two.example/\n"),
            ("text/csv", "name,comment\none.example,Spam\n"),
            ("text/csv", "#domain,#severity\none.example,suspend\nno such file,\n"),
            ("text/plain", ""),
        ] {
            assert!(mistake(media_type, text).is_some(), "{media_type} {text}");
        }
    }
}
