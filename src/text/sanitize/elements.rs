//! The elements a text may consist of, and where each may stand.

/// What an element is to its neighbours; this decides what is closed before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Kind {
    /// Words.
    Inline,
    /// A block that holds words only.
    Leaf,
    /// A block that holds blocks.
    Flow,
    /// `ul`, `ol`, `dl`.
    List,
    /// A member of a list.
    Item,
    Table,
    /// `thead`, `tbody`.
    Section,
    Row,
    /// `td`, `th`, `caption`.
    Cell,
    /// `br`, `hr`: nothing inside.
    Empty,
}

/// An element we write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Element {
    pub(in crate::text) name: &'static str,
    pub(in crate::text) kind: Kind,
}

/// Everything that is kept: what Mastodon keeps, and what long texts need.
pub(super) const ELEMENTS: &[(&str, Kind)] = &[
    ("a", Kind::Inline),
    ("abbr", Kind::Inline),
    ("b", Kind::Inline),
    ("blockquote", Kind::Flow),
    ("br", Kind::Empty),
    ("caption", Kind::Cell),
    ("cite", Kind::Inline),
    ("code", Kind::Inline),
    ("dd", Kind::Item),
    ("del", Kind::Inline),
    ("details", Kind::Flow),
    ("dl", Kind::List),
    ("dt", Kind::Item),
    ("em", Kind::Inline),
    ("h2", Kind::Leaf),
    ("h3", Kind::Leaf),
    ("h4", Kind::Leaf),
    ("h5", Kind::Leaf),
    ("h6", Kind::Leaf),
    ("hr", Kind::Empty),
    ("i", Kind::Inline),
    ("li", Kind::Item),
    ("ol", Kind::List),
    ("p", Kind::Leaf),
    ("pre", Kind::Leaf),
    ("q", Kind::Inline),
    ("rp", Kind::Inline),
    ("rt", Kind::Inline),
    ("ruby", Kind::Inline),
    ("s", Kind::Inline),
    ("span", Kind::Inline),
    ("strong", Kind::Inline),
    ("sub", Kind::Inline),
    ("summary", Kind::Leaf),
    ("sup", Kind::Inline),
    ("table", Kind::Table),
    ("tbody", Kind::Section),
    ("td", Kind::Cell),
    ("th", Kind::Cell),
    ("thead", Kind::Section),
    ("tr", Kind::Row),
    ("u", Kind::Inline),
    ("ul", Kind::List),
];

/// Elements that go but part the text before from the text after.
const BOUNDARIES: [&str; 20] = [
    "address",
    "article",
    "aside",
    "body",
    "center",
    "div",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "html",
    "main",
    "menu",
    "nav",
    "option",
    "section",
    "video",
    "audio",
];

/// Elements that go with all they contain.
const SWALLOWED: [&str; 5] = ["annotation", "annotation-xml", "head", "svg", "template"];

/// The element that stands for `name` in our texts.
pub(in crate::text) fn element(name: &str) -> Option<Element> {
    let name = match name {
        // A page has one h1, and it is ours.
        "h1" => "h2",
        "tfoot" => "tbody",
        "strike" => "s",
        "ins" => "u",
        name => name,
    };
    ELEMENTS.iter().find(|(known, _)| *known == name).map(|(name, kind)| Element { name, kind: *kind })
}

/// Whether the text before and after this unknown element are two paragraphs.
pub(super) fn is_boundary(name: &str) -> bool {
    BOUNDARIES.contains(&name)
}

/// Whether an element goes with its content.
pub(super) fn is_swallowed(name: &str) -> bool {
    SWALLOWED.contains(&name)
}

impl Element {
    pub(super) fn is_heading(self) -> bool {
        matches!(self.name, "h2" | "h3" | "h4" | "h5" | "h6")
    }

    /// Whether an end tag for `self` cannot reach past an open `other`.
    pub(super) fn stops_at(self, other: Kind) -> bool {
        let in_table = matches!(other, Kind::Table | Kind::Section | Kind::Row);
        match self.kind {
            Kind::Inline | Kind::Leaf | Kind::Empty => !matches!(other, Kind::Inline | Kind::Leaf),
            Kind::Item => in_table || other == Kind::List,
            Kind::Flow | Kind::List => in_table,
            Kind::Section | Kind::Row | Kind::Cell => other == Kind::Table,
            Kind::Table => false,
        }
    }
}
