//! The internal space: its rooms, what was said last, and one room with its conversations.

use askama::Template;

use super::contribution::Entry;
use super::forms::{Choice, Mistakes};
use super::layout::Layout;
use super::shown::{Href, Link, Pager};

/// `/internal`.
#[derive(Template)]
#[template(path = "internal.html", config = "config/tools/askama.toml")]
pub struct InternalPage {
    /// The frame.
    pub layout: Layout,
    /// The rooms, those first in which something was said last.
    pub rooms: Vec<RoomLine>,
    /// What was said, newest first.
    pub entries: Vec<Entry>,
    /// Neighbouring pages.
    pub pager: Pager,
}

/// A room in the list of rooms.
#[derive(Clone, Debug)]
pub struct RoomLine {
    /// What it is about.
    pub link: Link,
    /// What is to be found there.
    pub line: String,
}

/// `/internal/rooms/{id}`.
#[derive(Template)]
#[template(path = "internal_room.html", config = "config/tools/askama.toml")]
pub struct InternalRoomPage {
    /// The frame.
    pub layout: Layout,
    /// What the room is about.
    pub title: String,
    /// Who opened it, and whether it is closed.
    pub lead: String,
    /// What the viewer may do.
    pub tools: Vec<Link>,
    /// Its conversations, those first in which something was said last.
    pub threads: Vec<ThreadLine>,
    /// Where a conversation is begun; `None` in a closed room.
    pub form: Option<RoomForm>,
    /// Neighbouring pages.
    pub pager: Pager,
}

/// A conversation in its room.
#[derive(Clone, Debug)]
pub struct ThreadLine {
    /// What was said first.
    pub entry: Entry,
    /// Who answered last; blank where nobody did.
    pub last: String,
}

/// The form that begins a conversation.
#[derive(Clone, Debug)]
pub struct RoomForm {
    /// Where it is sent (POST).
    pub action: Href,
    /// What was typed.
    pub text: String,
    /// Its languages.
    pub languages: Vec<Choice>,
    /// What is wrong.
    pub mistakes: Mistakes,
}
