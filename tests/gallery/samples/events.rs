//! The chronology: beside the statements, alone, in the form.

use plenum::http::web::contribution::Standing;
use plenum::http::web::event::{Dated, EventFormPage, EventPage, TimelinePage, Year};
use plenum::http::web::forms::{Mistakes, language_choices};
use plenum::http::web::layout::{Layout, Section};
use plenum::http::web::post::PostView;
use plenum::http::web::shown::Link;

use super::replies::replies;
use super::statements::entry;
use super::{at, away, editor, english, html, layout, north, public};

fn happened(when: &str, datetime: &str, precision: &str, title: &str) -> Dated {
    Dated {
        happened: true,
        when: when.to_owned(),
        datetime: datetime.to_owned(),
        precision: precision.to_owned(),
        place: "Upper valley".to_owned(),
        title: Link::new(title, "/events/1"),
        language: english(),
        author: Link::new("Northern Forum", "/@northern_forum"),
        standing: Standing::Current,
    }
}

fn said(when: &str, datetime: &str, title: &str) -> Dated {
    Dated {
        happened: false,
        place: String::new(),
        title: Link::new(title, "/statements/water"),
        ..happened(when, datetime, "", title)
    }
}

pub(crate) fn timeline(empty: bool) -> TimelinePage {
    let years = vec![
        Year {
            name: "1969".to_owned(),
            moments: vec![happened("1969", "1969", "known to the year", "The mains are laid.")],
        },
        Year {
            name: "2026".to_owned(),
            moments: vec![
                happened("May 2026", "2026-05", "known to the month", "The council asks for offers."),
                said("3 June 2026", "2026-06-03", "Water is no ware"),
                happened("9 June 2026 – 12 June 2026", "2026-06-09", "", "The pumps stand still."),
            ],
        },
    ];
    TimelinePage {
        layout: Layout { here: Section::Chronology, ..public("Chronology", "/timeline", "website") },
        years: if empty { Vec::new() } else { years },
        later: (!empty).then(|| "/timeline?from=2026-06-12".into()),
        write: Some("/events/new".into()),
    }
}

pub(crate) fn event() -> EventPage {
    let content = "<p>9 June 2026 – 12 June 2026, Upper valley</p><p>That it was the main pump is <em>inferred</em>.</p>\
                   <p>Sources:</p><ul><li><a href=\"https://archive.example/r1\">Report 12, p. 4</a></li></ul>";
    EventPage {
        layout: public("The pumps stand still.", "/events/1", "article"),
        post: PostView {
            kind: "Event".to_owned(),
            title: Some("The pumps stand still.".to_owned()),
            author: north(),
            published: at(0),
            edited: None,
            language: english(),
            intent: String::new(),
            warning: None,
            content: html(content),
            quoted: None,
            attachments: Vec::new(),
            answers: None,
            href: "/events/1".into(),
            origin: None,
            standing: Standing::Current,
            tools: vec![Link::new("Revise or withdraw", "/events/1/revise")],
        },
        changed: None,
        citing: vec![entry(north(), "Position", 1)],
        replies: replies(3),
        invitation: away(),
    }
}

pub(crate) fn event_form(mistakes: bool) -> EventFormPage {
    let wrong = "“31.02.2026” is no date; write 2022-01-05, 2022-01, 2022 or 2022-01-02/2022-01-19";
    EventFormPage {
        layout: layout("Add an event", Some(editor())),
        action: "/events/new".into(),
        revises: mistakes.then(|| Link::new("the event “The pumps stand still.”", "/events/1")),
        text: if mistakes { "The pumps stand still.".to_owned() } else { String::new() },
        date: if mistakes { "31.02.2026".to_owned() } else { String::new() },
        place: String::new(),
        details: String::new(),
        sources: String::new(),
        reason: String::new(),
        languages: language_choices("en"),
        mistakes: if mistakes { Mistakes::one("date", wrong) } else { Mistakes::default() },
    }
}
