//! Tables of accounts, hosts and addresses, as servers hand them to their members: comma-separated
//! values with or without a header.

use crate::domain::transfer::{Row, Table};

/// Reads the values of a file, row by row. Quoted values may hold commas, quotes and line ends.
pub(super) fn values(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let (mut rows, mut row, mut value) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut value)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut value));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            c => value.push(c),
        }
    }
    row.push(value);
    rows.push(row);
    let trimmed = |row: Vec<String>| row.iter().map(|value| value.trim().to_owned()).collect::<Vec<_>>();
    rows.into_iter().map(trimmed).filter(|row| row.iter().any(|value| !value.is_empty())).collect()
}

/// Whether a row names columns instead of filling them.
fn is_header(row: &[String]) -> bool {
    let first = row.first().map(|value| value.to_lowercase()).unwrap_or_default();
    matches!(first.as_str(), "account address" | "list name" | "#domain" | "#uri")
}

/// Which table a file holds, by its header, else by its name.
pub fn guess(name: &str, text: &str) -> Option<Table> {
    let rows = values(text);
    let header = rows.first().filter(|row| is_header(row));
    let names: Vec<String> = header.into_iter().flatten().map(|name| name.to_lowercase()).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("list name") {
        Some(Table::Lists)
    } else if has("#domain") {
        Some(Table::Hosts)
    } else if has("#uri") {
        Some(Table::Bookmarks)
    } else if has("hide notifications") {
        Some(Table::Mutes)
    } else if has("show boosts") {
        Some(Table::Follows)
    } else {
        let stem = |table: &Table| table.file().trim_end_matches(".csv");
        Table::ALL.into_iter().find(|table| name.to_lowercase().contains(stem(table)))
    }
}

/// Reads the rows of a table. What is blank is left out.
pub fn read(table: Table, text: &str) -> Vec<Row> {
    let mut rows = values(text);
    let header = match rows.first() {
        Some(first) if is_header(first) => rows.remove(0),
        Some(_) | None => Vec::new(),
    };
    let columns = Columns::of(&header);
    rows.iter().filter_map(|row| columns.row(table, row)).collect()
}

/// Where the columns with names stand.
struct Columns {
    boosts: usize,
    notify: usize,
    languages: usize,
    hide_notifications: usize,
}

impl Columns {
    fn of(header: &[String]) -> Self {
        let place =
            |name: &str, usual| header.iter().position(|known| known.to_lowercase() == name).unwrap_or(usual);
        Self {
            boosts: place("show boosts", 1),
            notify: place("notify on new posts", 2),
            languages: place("languages", 3),
            hide_notifications: place("hide notifications", 1),
        }
    }

    fn row(&self, table: Table, values: &[String]) -> Option<Row> {
        let value = |place: usize| values.get(place).map(String::as_str).unwrap_or_default();
        let yes = |place: usize, usual| match value(place).to_lowercase().as_str() {
            "" => usual,
            word => !matches!(word, "false" | "f" | "0" | "no" | "off"),
        };
        let name = match value(0).strip_prefix(QUIET) {
            Some(rest) if rest.starts_with(LOUD) => rest,
            _ => value(0),
        };
        let first = Some(name.trim_start_matches('@').to_owned()).filter(|text| !text.is_empty())?;
        Some(match table {
            Table::Follows => Row::Follow {
                who: first,
                boosts: yes(self.boosts, true),
                notify: yes(self.notify, false),
                languages: value(self.languages)
                    .split(',')
                    .map(str::trim)
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned)
                    .collect(),
            },
            Table::Blocks => Row::Block { who: first },
            Table::Mutes => Row::Mute { who: first, notifications: yes(self.hide_notifications, true) },
            Table::Hosts => Row::Host { host: first },
            Table::Lists => {
                let who = value(1).trim_start_matches('@').to_owned();
                Row::List { title: name.to_owned(), who: Some(who).filter(|who| !who.is_empty())? }
            }
            Table::Bookmarks => Row::Bookmark { uri: first },
        })
    }
}

/// Writes a table in the form in which other servers read it.
pub fn write(table: Table, rows: &[Row]) -> String {
    let mut out = String::new();
    match table {
        Table::Follows => {
            line(&mut out, &["Account address", "Show boosts", "Notify on new posts", "Languages"])
        }
        Table::Mutes => line(&mut out, &["Account address", "Hide notifications"]),
        Table::Blocks | Table::Hosts | Table::Lists | Table::Bookmarks => {}
    }
    let word = |yes: bool| if yes { "true" } else { "false" };
    for row in rows {
        match row {
            Row::Follow { who, boosts, notify, languages } => {
                line(&mut out, &[who, word(*boosts), word(*notify), &languages.join(", ")]);
            }
            Row::Mute { who, notifications } => line(&mut out, &[who, word(*notifications)]),
            Row::List { title, who } => line(&mut out, &[title, who]),
            Row::Block { who: only } | Row::Host { host: only } | Row::Bookmark { uri: only } => {
                line(&mut out, &[only]);
            }
        }
    }
    out
}

/// With these a spreadsheet takes a text for a formula, and runs it.
const LOUD: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// What stands before such a text, so that it stays a text.
const QUIET: char = '\'';

/// Writes a row.
pub(super) fn line(out: &mut String, values: &[&str]) {
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let loud = if value.starts_with(LOUD) { format!("{QUIET}{value}") } else { String::new() };
        let value = if loud.is_empty() { *value } else { loud.as_str() };
        if value.contains(['"', ',', '\n', '\r']) {
            out.push_str(&format!("\"{}\"", value.replace('"', "\"\"")));
        } else {
            out.push_str(value);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(who: &str, boosts: bool, notify: bool, languages: &[&str]) -> Row {
        let languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
        Row::Follow { who: who.to_owned(), boosts, notify, languages }
    }

    #[test]
    fn follows_are_read_as_other_servers_write_them() {
        let text = "\u{feff}Account address,Show boosts,Notify on new posts,Languages\r\n\
            ada@a.example,true,false,\r\n@bela@b.example,false,true,\"en, de\"\r\n,,,\r\n";
        let rows =
            [follow("ada@a.example", true, false, &[]), follow("bela@b.example", false, true, &["en", "de"])];
        assert_eq!(read(Table::Follows, text), rows);
        assert_eq!(guess("export.csv", text), Some(Table::Follows));
        assert_eq!(read(Table::Follows, &write(Table::Follows, &rows)), rows);
        assert_eq!(read(Table::Follows, "ada@a.example\n"), rows[..1]);
    }

    #[test]
    fn titles_may_hold_anything() {
        let row = Row::List { title: "Press, \"free\"\nand not".to_owned(), who: "ada@a.example".to_owned() };
        let text = write(Table::Lists, std::slice::from_ref(&row));
        assert_eq!(read(Table::Lists, &text), [row]);
        assert_eq!(read(Table::Lists, "alone\n"), []);
        read(Table::Lists, "\"never closed, \n x");
    }

    #[test]
    fn no_spreadsheet_runs_a_title() {
        for title in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1"] {
            let row = Row::List { title: title.trim().to_owned(), who: "ada@a.example".to_owned() };
            let text = write(Table::Lists, std::slice::from_ref(&row));
            assert!(text.trim_start_matches('"').starts_with('\''), "{text}");
            assert_eq!(read(Table::Lists, &text), [row]);
        }
        let own = Row::List { title: "'s-Hertogenbosch".to_owned(), who: "ada@a.example".to_owned() };
        assert_eq!(read(Table::Lists, &write(Table::Lists, std::slice::from_ref(&own))), [own]);
    }

    #[test]
    fn a_file_says_what_it_holds() {
        for table in Table::ALL {
            assert_eq!(guess(table.file(), "x"), Some(table));
        }
        assert_eq!(guess("a.csv", "Account address,Hide notifications\n"), Some(Table::Mutes));
        assert_eq!(guess("a.csv", "#domain,#severity\nx.example,suspend\n"), Some(Table::Hosts));
        assert_eq!(
            read(Table::Hosts, "#domain,#severity\nx.example,suspend\n"),
            [Row::Host { host: "x.example".to_owned() }]
        );
        assert_eq!(guess("a.csv", "Account address\n"), None);
        assert_eq!(guess("a.csv", ""), None);
    }
}
