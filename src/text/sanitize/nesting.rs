//! Writes tags and texts again so that they nest as HTML requires.
//!
//! A browser repairs what does not nest, and every repair is a chance that it sees another tree
//! than we judged. What leaves here needs no repair: reading it gives the tree that was written.

use super::attributes;
use super::elements::{self, Element, Kind, element};
use super::{MOST_BYTES, MOST_DEPTH, MOST_LINKS};
use crate::text::characters::Filter;
use crate::text::plain;
use crate::text::tokens::{self, Tag, Token};
use url::Url;

const P: Element = Element { name: "p", kind: Kind::Leaf };
const TBODY: Element = Element { name: "tbody", kind: Kind::Section };
const TR: Element = Element { name: "tr", kind: Kind::Row };
const TD: Element = Element { name: "td", kind: Kind::Cell };

/// What was written, and its tags alone with a letter where text stands.
pub(super) struct Written {
    pub(super) html: String,
    pub(super) frame: String,
}

/// The safe form of `html`.
pub(super) fn rewrite(html: &str) -> Written {
    let mut nesting = Nesting::default();
    for token in tokens::read(html) {
        if nesting.full {
            break;
        }
        nesting.take(&token);
    }
    nesting.close_to(0);
    Written { html: nesting.out, frame: nesting.frame }
}

#[derive(Default)]
struct Nesting {
    out: String,
    frame: String,
    open: Vec<Element>,
    /// Bytes that the end tags of everything open will take.
    owed: usize,
    /// The output has reached its limit.
    full: bool,
    links: usize,
    /// Text comes next to a paragraph that lost its tag: it gets one of its own.
    paragraph_due: bool,
    /// Right after `<pre>`, where a browser swallows a line break.
    fresh_pre: bool,
    filter: Filter,
    /// The element being left out with its content, and how often it is open.
    swallowing: Option<(String, usize)>,
}

impl Nesting {
    fn take(&mut self, token: &Token<'_>) {
        if self.swallow(token) {
            return;
        }
        match token {
            Token::Text(text) => self.text(text),
            Token::Start(tag) if tag.name == "img" => self.image(tag),
            Token::Start(tag) => match element(&tag.name) {
                Some(element) => {
                    self.start(element, tag);
                }
                None if elements::is_boundary(&tag.name) => self.part(),
                None => {}
            },
            Token::End(name) => match element(name) {
                Some(element) => self.end(element),
                None if elements::is_boundary(name) => self.part(),
                None => {}
            },
        }
    }

    /// Whether the token belongs to an element left out with its content.
    fn swallow(&mut self, token: &Token<'_>) -> bool {
        match (&mut self.swallowing, token) {
            (None, Token::Start(tag)) if elements::is_swallowed(&tag.name) => {
                if !tag.closes_itself {
                    self.swallowing = Some((tag.name.clone(), 1));
                }
                true
            }
            (None, _) => false,
            (Some((name, depth)), Token::Start(tag)) => {
                *depth += usize::from(*name == tag.name && !tag.closes_itself);
                true
            }
            (Some((name, depth)), Token::End(end)) => {
                *depth -= usize::from(name == end);
                if *depth == 0 {
                    self.swallowing = None;
                }
                true
            }
            (Some(_), Token::Text(_)) => true,
        }
    }

    /// Opens an element; `false` when it cannot stand here, and then only its content stays.
    fn start(&mut self, element: Element, tag: &Tag<'_>) -> bool {
        let attributes = attributes::written(element.name, tag);
        if element.name == "a" && (self.links >= MOST_LINKS || !attributes.contains(" href=")) {
            return false;
        }
        if !self.make_room(element) {
            if element.kind != Kind::Inline {
                self.part();
            }
            return false;
        }
        // A table brings three more levels with it.
        let levels = if element.kind == Kind::Table { 4 } else { 1 };
        if self.open.len() + levels > MOST_DEPTH || !self.push(element, &attributes) {
            return false;
        }
        self.links += usize::from(element.name == "a");
        if element.kind == Kind::Empty {
            self.open.pop();
        }
        true
    }

    /// Closes and opens what must be closed and open before `element`; `false` when it has no place.
    fn make_room(&mut self, element: Element) -> bool {
        match element.kind {
            Kind::Inline => self.make_room_for_words(element),
            Kind::Empty if element.name == "br" => self.make_room_for_words(element),
            Kind::Leaf => self.make_room_for_leaf(element),
            Kind::Flow | Kind::List | Kind::Table | Kind::Empty => {
                self.close_leaf();
                self.enter_cell();
                true
            }
            Kind::Item => self.make_room_for_item(element),
            Kind::Section | Kind::Row | Kind::Cell => self.make_room_in_table(element),
        }
    }

    fn make_room_for_words(&mut self, element: Element) -> bool {
        match element.name {
            "a" => {
                if let Some(at) = self.open.iter().rposition(|open| open.name == "a") {
                    self.close_to(at);
                }
            }
            "rt" | "rp" => {
                let words = self.open.iter().rev().take_while(|open| open.kind == Kind::Inline).count();
                let first = self.open.len() - words;
                let inner = self.open.iter().skip(first).rposition(|open| open.name == "ruby");
                let Some(at) = inner else { return false };
                self.close_to(first + at + 1);
            }
            _ => {}
        }
        self.enter_cell();
        self.open_due_paragraph();
        true
    }

    fn make_room_for_leaf(&mut self, element: Element) -> bool {
        let around = self.leaf().and_then(|at| self.open.get(at));
        if element.name == "p" && around.is_some_and(|leaf| leaf.name != "p") {
            return false;
        }
        self.close_leaf();
        if element.name == "summary" && self.open.last().is_none_or(|open| open.name != "details") {
            return false;
        }
        self.enter_cell();
        true
    }

    fn make_room_for_item(&mut self, element: Element) -> bool {
        let passable = |open: &&Element| matches!(open.kind, Kind::Inline | Kind::Leaf | Kind::Item);
        let above = self.open.iter().rev().take_while(passable).count();
        let Some(list) = self.open.len().checked_sub(above + 1) else { return false };
        let fits = self.open.get(list).is_some_and(|open| match element.name {
            "li" => matches!(open.name, "ul" | "ol"),
            _ => open.name == "dl",
        });
        if fits {
            self.close_to(list + 1);
        }
        fits
    }

    fn make_room_in_table(&mut self, element: Element) -> bool {
        let Some(table) = self.open.iter().rposition(|open| open.kind == Kind::Table) else { return false };
        let is = |at: usize, kind| self.open.get(at).is_some_and(|open| open.kind == kind);
        let section = is(table + 1, Kind::Section);
        let row = section && is(table + 2, Kind::Row);
        let levels = match (element.kind, element.name) {
            (Kind::Row, _) => 1,
            (Kind::Cell, "td" | "th") => 2,
            _ => 0,
        };
        self.close_to(table + 1 + levels.min(usize::from(section) + usize::from(row)));
        if levels >= 1 && !section {
            self.push(TBODY, "");
        }
        if levels >= 2 && !row {
            self.push(TR, "");
        }
        true
    }

    /// Nothing stands in a table outside of its cells.
    fn enter_cell(&mut self) {
        let missing: &[Element] = match self.open.last().map(|open| open.kind) {
            Some(Kind::Table) => &[TBODY, TR, TD],
            Some(Kind::Section) => &[TR, TD],
            Some(Kind::Row) => &[TD],
            _ => &[],
        };
        for element in missing {
            self.push(*element, "");
        }
    }

    fn end(&mut self, element: Element) {
        if element.kind == Kind::Empty {
            // Browsers read `</br>` as a line break.
            if element.name == "br" {
                let tag = Tag { name: "br".to_owned(), attributes: Vec::new(), closes_itself: false };
                self.start(element, &tag);
            }
            return;
        }
        for (at, open) in self.open.iter().enumerate().rev() {
            if *open == element || (open.is_heading() && element.is_heading()) {
                return self.close_to(at);
            }
            if element.stops_at(open.kind) {
                break;
            }
        }
        if element == P {
            self.part();
        }
    }

    /// Parts the text before from the text after, as the tag of an unknown block did.
    fn part(&mut self) {
        if let Some(leaf) = self.leaf() {
            if self.open.get(leaf) == Some(&P) {
                self.close_to(leaf);
            } else {
                let verbatim = self.open.get(leaf).is_some_and(|open| open.name == "pre");
                return self.space(if verbatim { "\n" } else { " " });
            }
        }
        match self.open.last().map(|open| open.kind) {
            None | Some(Kind::Flow | Kind::Item | Kind::Cell) => self.paragraph_due = true,
            Some(Kind::Inline) => self.space(" "),
            Some(_) => {}
        }
    }

    fn space(&mut self, space: &str) {
        if !self.out.ends_with(['>', ' ', '\n']) {
            self.text(space);
        }
    }

    fn open_due_paragraph(&mut self) {
        let free = self.open.len() < MOST_DEPTH;
        if std::mem::take(&mut self.paragraph_due) && free {
            self.push(P, "");
        }
    }

    fn text(&mut self, text: &str) {
        let blank = text.chars().all(|c| c.is_ascii_whitespace());
        if matches!(self.open.last().map(|open| open.kind), Some(Kind::Table | Kind::Section | Kind::Row)) {
            if blank {
                return;
            }
            self.enter_cell();
        }
        if !blank {
            self.open_due_paragraph();
        }
        self.frame.push(if blank { ' ' } else { 'x' });
        for c in text.chars() {
            if self.full {
                return;
            }
            if (self.fresh_pre && c == '\n') || !self.filter.passes(c) {
                continue;
            }
            let before = self.out.len();
            plain::push_escaped(&mut self.out, c.encode_utf8(&mut [0; 4]), false);
            if self.out.len() + self.owed > MOST_BYTES {
                self.out.truncate(before);
                self.full = true;
            }
            self.fresh_pre = false;
        }
    }

    /// A picture becomes a link to it: a reader's browser loads nothing from elsewhere.
    fn image(&mut self, tag: &Tag<'_>) {
        let alt = plain::single_line(tag.get("alt").unwrap_or_default());
        let emoji = tag.get("class").is_some_and(|class| class.contains("emoji"));
        let inside = self.open.iter().any(|open| open.name == "a");
        let target = tag.get("src").and_then(attributes::link).filter(|_| !emoji && !inside);
        let Some(target) = target else { return self.text(&alt) };
        let text = if alt.is_empty() { file_name(&target) } else { alt };
        let link = Element { name: "a", kind: Kind::Inline };
        let attributes = vec![("href".to_owned(), target.into())];
        let opened = self.start(link, &Tag { name: "a".to_owned(), attributes, closes_itself: false });
        self.text(&text);
        if opened {
            self.end(link);
        }
    }

    /// Where the innermost block of words is open.
    fn leaf(&self) -> Option<usize> {
        let at = self.open.iter().rposition(|open| open.kind != Kind::Inline)?;
        self.open.get(at).filter(|open| open.kind == Kind::Leaf).map(|_| at)
    }

    fn close_leaf(&mut self) {
        if let Some(at) = self.leaf() {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(element) = self.open.pop() else { return };
            self.owed -= end_bytes(element);
            self.write_tag(element, &["</", element.name, ">"]);
        }
    }

    fn push(&mut self, element: Element, attributes: &str) -> bool {
        let bytes = "<>".len() + element.name.len() + attributes.len();
        let owed = if element.kind == Kind::Empty { 0 } else { end_bytes(element) };
        if self.full || self.out.len() + bytes + self.owed + owed > MOST_BYTES {
            self.full = true;
            return false;
        }
        self.write_tag(element, &["<", element.name, attributes, ">"]);
        self.owed += owed;
        self.open.push(element);
        self.fresh_pre = element.name == "pre";
        true
    }

    fn write_tag(&mut self, element: Element, pieces: &[&str]) {
        for piece in pieces {
            self.out.push_str(piece);
            self.frame.push_str(piece);
        }
        self.filter = Filter::default();
        self.fresh_pre = false;
        if element.kind != Kind::Inline {
            self.paragraph_due = false;
        }
    }
}

fn end_bytes(element: Element) -> usize {
    "</>".len() + element.name.len()
}

/// What a picture without a description is called.
fn file_name(target: &str) -> String {
    let url = Url::parse(target).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back()).filter(|name| !name.is_empty());
    last.or_else(|| url.as_ref()?.host_str()).unwrap_or(target).to_owned()
}
