//! Lists of rules about servers, as Mastodon hands them out and takes them in: comma-separated values
//! with or without a header, or one name a line.

use std::collections::HashSet;

use super::tables::{line, values};
use crate::domain::host::HostStanding;
use crate::domain::host_rule::{Decision, HostRule, name};

/// The columns, in the order in which Mastodon writes them.
const COLUMNS: [&str; 6] =
    ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"];
/// Rows that are read at most.
pub const MOST_ROWS: usize = 100_000;

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostList {
    /// The rules, in their order, each name once.
    pub rules: Vec<(String, Decision)>,
    /// Rows that are no rules: which row, and why.
    pub refused: Vec<(usize, String)>,
    /// Rows that say again what a row before them said.
    pub repeated: usize,
}

/// Reads a list; `own` is the name of our own server, about which there can be no rule.
pub fn read(text: &str, own: &str) -> HostList {
    let rows = values(text);
    let header = rows.first().filter(|row| is_header(row)).cloned().unwrap_or_default();
    let skipped = usize::from(!header.is_empty());
    let columns = Columns::of(&header);
    let mut list = HostList::default();
    let mut seen = HashSet::new();
    for (number, row) in rows.iter().enumerate().skip(skipped) {
        let number = number.saturating_add(1);
        if number > MOST_ROWS {
            list.refused.push((number, format!("Only {MOST_ROWS} rows are read: split the list.")));
            break;
        }
        match columns.rule(row, own) {
            Ok((name, decision)) if seen.insert(name.clone()) => list.rules.push((name, decision)),
            Ok(_) => list.repeated += 1,
            Err(why) => list.refused.push((number, why)),
        }
    }
    list
}

/// Writes rules as Mastodon reads them. Allowances have no place in such a list.
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

    /// The rule of a row. What a list does not say means: suspended, and nothing else.
    fn rule(&self, row: &[String], own: &str) -> Result<(String, Decision), String> {
        let value = |place: Option<usize>| place.and_then(|place| row.get(place)).map_or("", String::as_str);
        let [domain, severity, media, reports, comment, obfuscate] = self.0.map(value);
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
            public_comment: comment.to_owned(),
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
        let plain = super::read("one.example\ntwo.example\n", "red.example");
        assert_eq!(plain.rules.len(), 2);
        assert!(plain.rules.iter().all(|(_, rule)| rule.standing == HostStanding::Suspended));
    }
}
