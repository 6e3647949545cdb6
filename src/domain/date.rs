//! Dates of events, as exact as somebody knows them and no more.

use chrono::{Datelike, NaiveDate};

use super::Refusal;
use crate::clock::Timestamp;

/// A day of the calendar, written `2022-01-05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `2022-01-05`; there is no 31 February.
    pub fn parse(text: &str) -> Option<Self> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        (text.len() == 10 && (1..=2999).contains(&day.year())).then_some(Self(day))
    }

    /// Its first moment, in UTC.
    pub fn start(self) -> Option<Timestamp> {
        Some(Timestamp(self.0.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()))
    }

    /// The first moment after it, in UTC.
    pub fn end(self) -> Option<Timestamp> {
        self.next()?.start()
    }

    /// The day after it.
    pub fn next(self) -> Option<Self> {
        self.0.succ_opt().map(Self)
    }

    /// `2022-01-05`.
    pub fn as_text(self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }
}

/// How exact a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// One day.
    Day,
    /// Some day of a month.
    Month,
    /// Some day of a year.
    Year,
    /// From one of these to another.
    Range,
}

impl Precision {
    /// The word on the wire and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Range => "range",
        }
    }
}

/// When something happened: `2022-01-05`, `2022-01`, `2022` or `2022-01-02/2022-01-19`
/// (ISO 8601; EDTF level 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    text: String,
    first: Day,
    last: Day,
    precision: Precision,
}

impl Date {
    /// Reads a date; the reason where it is none.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let unreadable = || {
            let why =
                format!("“{text}” is no date; write 2022-01-05, 2022-01, 2022 or 2022-01-02/2022-01-19");
            Refusal::invalid("date", why)
        };
        let (first, last, precision) = match text.split_once('/') {
            Some((start, end)) => {
                let (start, end) = (span(start).ok_or_else(unreadable)?, span(end).ok_or_else(unreadable)?);
                if end.1 < start.0 {
                    return Err(Refusal::invalid("date", format!("“{text}” ends before it begins")));
                }
                (start.0, end.1, Precision::Range)
            }
            None => span(text).ok_or_else(unreadable)?,
        };
        Ok(Self { text: text.to_owned(), first, last, precision })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In words that are no more exact than it is: `5 January 2022`, `January 2022`, `2022`,
    /// `2 January 2022 – 19 January 2022`.
    pub fn in_words(&self) -> String {
        let parts = self.text.split('/').filter_map(span).map(spoken);
        parts.collect::<Vec<_>>().join(" – ")
    }

    /// The first day it can mean.
    pub const fn first(&self) -> Day {
        self.first
    }

    /// The last day it can mean.
    pub const fn last(&self) -> Day {
        self.last
    }

    /// How exact it is.
    pub const fn precision(&self) -> Precision {
        self.precision
    }
}

/// A day, a month or a year in words.
fn spoken((first, _, precision): (Day, Day, Precision)) -> String {
    let form = match precision {
        Precision::Day => "%-d %B %Y",
        Precision::Month => "%B %Y",
        Precision::Year | Precision::Range => "%Y",
    };
    first.0.format(form).to_string()
}

/// The first and the last day of a day, a month or a year.
fn span(text: &str) -> Option<(Day, Day, Precision)> {
    match text.len() {
        10 => Day::parse(text).map(|day| (day, day, Precision::Day)),
        7 => {
            let first = Day::parse(&format!("{text}-01"))?;
            let next = first.0.checked_add_months(chrono::Months::new(1))?;
            Some((first, Day(next.pred_opt()?), Precision::Month))
        }
        4 => {
            let first = Day::parse(&format!("{text}-01-01"))?;
            Some((first, Day::parse(&format!("{text}-12-31"))?, Precision::Year))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_exact_as_it_is_written() {
        let read = |text: &str| {
            let date = Date::parse(text).expect("a date");
            (date.first().as_text(), date.last().as_text(), date.precision())
        };
        let days = |first: &str, last: &str, precision| (first.to_owned(), last.to_owned(), precision);
        assert_eq!(read("2022-01-05"), days("2022-01-05", "2022-01-05", Precision::Day));
        assert_eq!(read("2024-02"), days("2024-02-01", "2024-02-29", Precision::Month));
        assert_eq!(read("1991"), days("1991-01-01", "1991-12-31", Precision::Year));
        assert_eq!(read("2022-01-02/2022-01-19"), days("2022-01-02", "2022-01-19", Precision::Range));
        let words = |text: &str| Date::parse(text).expect("a date").in_words();
        assert_eq!(words("2022-01-05"), "5 January 2022");
        assert_eq!([words("2022-01"), words("1991")], ["January 2022", "1991"]);
        assert_eq!(words("2022-01-02/2022-03"), "2 January 2022 – March 2022");
        for wrong in ["31.02.2022", "2022-02-31", "2022-1-5", "22", "2022-13", "2022-01-19/2022-01-02", ""] {
            assert!(Date::parse(wrong).is_err(), "{wrong}");
        }
    }
}
