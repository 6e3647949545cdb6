//! Dates in a text, as far as they can be read without guessing.

use super::report::Date;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Every date that is written out or with points, once, in the order of the text.
pub(super) fn find(text: &str) -> Vec<Date> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut dates: Vec<Date> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        let after = words.get(at + 1).copied().unwrap_or_default();
        let date = numeric(word).or_else(|| named(before, word, after));
        if let Some(date) = date.filter(|date| dates.iter().all(|known| known.text != date.text)) {
            dates.push(date);
        }
    }
    dates
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn number(word: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    let digits = bare(word);
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| digits.strip_suffix(end)).unwrap_or(digits);
    digits.parse().ok().filter(|number| range.contains(number))
}

/// `02.01.2022`: with points the day stands first. With slashes nobody knows, so those are left.
fn numeric(word: &str) -> Option<Date> {
    let text = bare(word);
    let parts: Vec<&str> = text.split('.').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let (day, month) = (number(day, 1..=31)?, number(month, 1..=12)?);
    let year = number(year, 1000..=2999)?;
    let iso = format!("{year}-{month:02}-{day:02}");
    // There is no 31.02.: such a text is no date.
    chrono::NaiveDate::parse_from_str(&iso, "%Y-%m-%d").ok()?;
    Some(Date { text: text.to_owned(), iso, precision: "day" })
}

/// `January 05`, `06 January`, `06 January 2022`, `October 2021`, `early January`.
fn named(before: &str, word: &str, after: &str) -> Option<Date> {
    let name = bare(word);
    let month = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month))? + 1;
    if !name.starts_with(char::is_uppercase) {
        return None;
    }
    let ends = word.ends_with(['.', ',', ';', ':']);
    let year = number(after, 1000..=2999).filter(|_| !ends);
    let day = number(before, 1..=31).or_else(|| number(after, 1..=31).filter(|_| !ends));
    let start = if number(before, 1..=31).is_some() { format!("{} ", bare(before)) } else { String::new() };
    let vague = ["early", "mid", "late"].iter().find(|vague| bare(before).eq_ignore_ascii_case(vague));
    let start = vague.map_or(start, |vague| format!("{vague} "));
    let follows = year.is_some() || (start.is_empty() && day.is_some());
    let end = if follows { format!(" {}", bare(after)) } else { String::new() };
    let precision = if day.is_some() && vague.is_none() { "day" } else { "month" };
    let year = year.map_or_else(|| "-".to_owned(), |year| year.to_string());
    let iso = match day.filter(|_| vague.is_none()) {
        Some(day) => format!("{year}-{month:02}-{day:02}"),
        None => format!("{year}-{month:02}"),
    };
    Some(Date { text: format!("{start}{name}{end}"), iso, precision })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_say_as_much_as_is_written() {
        let found = find(
            "On January 05, and 06 January, from 02.01.2022; early January. In October 2021, not 31.02.2022 or may.",
        );
        let found: Vec<_> = found.iter().map(|date| (date.text.as_str(), date.iso.as_str())).collect();
        assert_eq!(
            found,
            [
                ("January 05", "--01-05"),
                ("06 January", "--01-06"),
                ("02.01.2022", "2022-01-02"),
                ("early January", "--01"),
                ("October 2021", "2021-10"),
            ]
        );
    }
}
