//! The internal space, with rooms and without.

use plenum::http::web::forms::{Choice, Mistakes};
use plenum::http::web::internal_room::{InternalPage, InternalRoomPage, RoomForm, RoomLine, ThreadLine};
use plenum::http::web::shown::{Link, Pager};

use super::statements::entry;
use super::{editor, layout, person};

pub(crate) fn internal(empty: bool) -> InternalPage {
    let line = |title: &str, line: &str| RoomLine {
        link: Link::new(title, "/internal/rooms/7"),
        line: line.to_owned(),
    };
    let rooms = vec![
        line(
            "What we say to the council about the waterworks",
            "12 conversations, the latest by Ada Lindqvist, 3 November 2026, 09:12 UTC",
        ),
        line("Summer meeting", "Nothing was said here yet."),
        line("Minutes of 2025", "Closed. 4 conversations, the latest by Bela, 1 January 2026, 18:00 UTC"),
    ];
    InternalPage {
        layout: layout("Internal", Some(editor())),
        rooms: if empty { Vec::new() } else { rooms },
        entries: if empty {
            Vec::new()
        } else {
            vec![entry(person(0), "Internal contribution", 2), entry(person(1), "Internal contribution", 0)]
        },
        pager: Pager::default(),
    }
}

pub(crate) fn room(closed: bool) -> InternalRoomPage {
    let thread = |number: usize, last: &str| ThreadLine {
        entry: entry(person(number), "Internal contribution", 2),
        last: last.to_owned(),
    };
    let mistakes = Mistakes::one("text", "Write something first.");
    InternalRoomPage {
        layout: layout("Summer meeting", Some(editor())),
        title: "Summer meeting".to_owned(),
        lead: "Opened by Ada Lindqvist on 3 November 2026.".to_owned(),
        tools: vec![Link::new("Rename or close", "/internal/rooms/7/change")],
        threads: if closed {
            Vec::new()
        } else {
            vec![thread(0, "Answered last by Bela, 4 November 2026, 10:00 UTC."), thread(1, "")]
        },
        form: (!closed).then(|| RoomForm {
            action: "/internal/rooms/7".into(),
            text: String::new(),
            languages: vec![Choice::new("en", "English", true)],
            mistakes,
        }),
        pager: Pager::default(),
    }
}
