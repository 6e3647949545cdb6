//! Markdown and plain text become safe HTML, with links for addresses, mentions and tags.

use super::entities::{self, Entity, Found};
use super::sanitize::{MOST_BYTES, clean, cut};
use super::{Html, Markdown, plain};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream, html};
use std::cell::RefCell;
use std::collections::HashMap;

/// Far more than an honest text has; a table may else grow with the square of its source.
const MOST_EVENTS: usize = 200_000;

/// What a single line break in the source means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// A space, as in documents.
    Soft,
    /// A line break, as people expect of a small box.
    Hard,
}

/// Where a mention or tag leads, and how it is shown (`@name`, `#tag`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub text: String,
}

/// Renders a document in which mentions and tags stay text.
pub fn render(markdown: &Markdown) -> Html {
    render_with(markdown, Breaks::Soft, &|_| None)
}

/// Renders Markdown; mentions and tags that `resolve` knows become links.
///
/// Raw HTML is allowed because everything goes through the sanitizer. `#` becomes `h2`.
pub fn render_with(markdown: &Markdown, breaks: Breaks, resolve: &dyn Fn(&Entity) -> Option<Link>) -> Html {
    let mut out = String::new();
    html::push_html(&mut out, events(markdown, breaks, resolve).into_iter());
    clean(out.trim_end())
}

/// The mentions and tags of a text, in order; not those in code and links.
pub fn entities(markdown: &Markdown) -> Vec<Entity> {
    let found = RefCell::new(Vec::new());
    let remember = |entity: &Entity| {
        found.borrow_mut().push(entity.clone());
        None
    };
    events(markdown, Breaks::Soft, &remember);
    found.into_inner()
}

/// Plain text as paragraphs: empty lines part them, line breaks stay, addresses become links.
pub fn from_plain(text: &str) -> Html {
    from_plain_with(text, &|_| None)
}

/// Like [`from_plain`], with links for the mentions and tags that `resolve` knows.
pub fn from_plain_with(text: &str, resolve: &dyn Fn(&Entity) -> Option<Link>) -> Html {
    let mut out = String::new();
    let mut lines = Vec::new();
    for line in cut(text, MOST_BYTES).lines().map(str::trim).chain([""]) {
        if !line.is_empty() {
            lines.push(linked(line, resolve));
        } else if !lines.is_empty() {
            out.push_str(&format!("<p>{}</p>", lines.join("<br>")));
            lines.clear();
        }
    }
    clean(&out)
}

/// Plain text on one line without a paragraph around it; addresses become links.
pub fn inline(text: &str) -> Html {
    clean(&linked(&plain::single_line(cut(text, MOST_BYTES)), &|_| None))
}

/// Escapes text and links what stands for something.
fn linked(text: &str, resolve: &dyn Fn(&Entity) -> Option<Link>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    for (range, found) in entities::scan(text) {
        let link = match &found {
            Found::Address(address) => {
                let address = plain::escape(address);
                Some(format!("<a href=\"{address}\">{address}</a>"))
            }
            Found::Entity(entity) => resolve(entity).map(|link| entity_link(entity, &link)),
        };
        if let Some(link) = link {
            out.push_str(&plain::escape(text.get(written..range.start).unwrap_or_default()));
            out.push_str(&link);
            written = range.end;
        }
    }
    out.push_str(&plain::escape(text.get(written..).unwrap_or_default()));
    out
}

/// The markup by which Mastodon's clients know a mention and a tag.
fn entity_link(entity: &Entity, link: &Link) -> String {
    let href = plain::escape(&link.href);
    let word = plain::escape(link.text.trim_start_matches(['@', '#']));
    match entity {
        Entity::Mention { .. } => {
            format!("<a href=\"{href}\" class=\"u-url mention\">@<span>{word}</span></a>")
        }
        Entity::Tag(_) => {
            format!("<a href=\"{href}\" class=\"mention hashtag\" rel=\"tag\">#<span>{word}</span></a>")
        }
    }
}

/// What the Markdown says, with our links, headings and footnotes.
fn events<'a>(
    markdown: &'a Markdown,
    breaks: Breaks,
    resolve: &dyn Fn(&Entity) -> Option<Link>,
) -> Vec<Event<'a>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let source = cut(markdown.as_str(), MOST_BYTES);
    let mut text = Text { notes: Notes::new(source), ..Text::default() };
    for event in TextMergeStream::new(Parser::new_ext(source, options)).take(MOST_EVENTS) {
        text.track(&event);
        let event = match event {
            Event::Text(words) if text.literal == 0 => {
                // Escaped text would look the same; only text with links is HTML by now.
                Event::InlineHtml(linked(&words, resolve).into())
            }
            Event::SoftBreak if breaks == Breaks::Hard => Event::HardBreak,
            Event::FootnoteReference(label) => Event::InlineHtml(text.notes.refer(&label).into()),
            Event::Start(Tag::Heading { level, .. }) => {
                Event::Start(Tag::Heading { level: lower(level), id: None, classes: vec![], attrs: vec![] })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let note = text.notes.named(&label);
                text.inside.push(note);
                continue;
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                text.inside.pop();
                continue;
            }
            event => event,
        };
        text.push(event);
    }
    text.finish()
}

/// A text being put together.
#[derive(Default)]
struct Text<'a> {
    main: Vec<Event<'a>>,
    notes: Notes<'a>,
    /// The footnotes whose definition is being read.
    inside: Vec<usize>,
    /// How many code blocks, links and pictures are open, in which text stays as it is.
    literal: usize,
}

impl<'a> Text<'a> {
    fn track(&mut self, event: &Event<'a>) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => self.literal += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => self.literal -= 1,
            _ => {}
        }
    }

    fn push(&mut self, event: Event<'a>) {
        let note = self.inside.last().and_then(|at| self.notes.all.get_mut(*at));
        note.map_or(&mut self.main, |note| &mut note.events).push(event);
    }

    /// The text, and its footnotes as a list after a line.
    fn finish(self) -> Vec<Event<'a>> {
        let mut out = self.main;
        let prefix = self.notes.prefix;
        let mut notes: Vec<Note<'_>> =
            self.notes.all.into_iter().filter(|note| !note.events.is_empty()).collect();
        if notes.is_empty() {
            return out;
        }
        // Notes nobody refers to come last: an author's words do not vanish.
        notes.sort_by_key(|note| note.number.unwrap_or(usize::MAX));
        out.push(Event::Html("<hr>\n<ol>\n".into()));
        for mut note in notes {
            let number = note.number.map(|number| format!("{prefix}-{number}"));
            let id = number.as_ref().map(|number| format!(" id=\"fn-{number}\"")).unwrap_or_default();
            out.push(Event::Html(format!("<li{id}>").into()));
            let end = note.events.pop_if(|event| *event == Event::End(TagEnd::Paragraph));
            out.append(&mut note.events);
            let back =
                number.map(|number| Event::InlineHtml(format!(" <a href=\"#fnref-{number}\">↩</a>").into()));
            out.extend(back.into_iter().chain(end));
            out.push(Event::Html("</li>\n".into()));
        }
        out.push(Event::Html("</ol>\n".into()));
        out
    }
}

/// The footnotes of a text by their label.
#[derive(Default)]
struct Notes<'a> {
    /// Different for every text, so that two on a page do not catch each other's links.
    prefix: String,
    all: Vec<Note<'a>>,
    by_label: HashMap<String, usize>,
    referred: usize,
}

#[derive(Default)]
struct Note<'a> {
    number: Option<usize>,
    events: Vec<Event<'a>>,
}

impl Notes<'_> {
    fn new(source: &str) -> Self {
        // FNV-1a: the same text has the same anchors on every machine.
        let hash = source
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self { prefix: format!("{hash:08x}"), ..Self::default() }
    }

    fn named(&mut self, label: &str) -> usize {
        *self.by_label.entry(label.to_owned()).or_insert_with(|| {
            self.all.push(Note::default());
            self.all.len() - 1
        })
    }

    /// The sign in the text that leads to a note.
    fn refer(&mut self, label: &str) -> String {
        let at = self.named(label);
        let Some(note) = self.all.get_mut(at) else { return String::new() };
        let first = note.number.is_none();
        let number = *note.number.get_or_insert_with(|| {
            self.referred += 1;
            self.referred
        });
        let target = format!("{}-{number}", self.prefix);
        let id = if first { format!(" id=\"fnref-{target}\"") } else { String::new() };
        format!("<sup><a{id} href=\"#fn-{target}\">{number}</a></sup>")
    }
}

/// The page's own title is the only `h1`.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REL: &str = "rel=\"nofollow noopener noreferrer ugc\"";

    fn rendered(text: &str) -> String {
        render(&Markdown::new(text)).as_str().to_owned()
    }

    fn known(entity: &Entity) -> Option<Link> {
        match entity {
            Entity::Mention { name, host: Some(host) } => {
                Some(Link { href: format!("https://{host}/@{name}"), text: format!("@{name}") })
            }
            Entity::Mention { .. } => None,
            Entity::Tag(tag) => {
                Some(Link { href: format!("https://a.example/tags/{tag}"), text: format!("#{tag}") })
            }
        }
    }

    #[test]
    fn renders_documents() {
        assert_eq!(
            rendered("# A\n\n###### B\n\na\nb *c* ~~d~~"),
            "<h2>A</h2>\n<h6>B</h6>\n<p>a\nb <em>c</em> <del>d</del></p>"
        );
        assert_eq!(
            rendered("|a|b|\n|:-|-:|\n|c|d|"),
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>"
        );
        assert_eq!(
            rendered("```rust\n#a @b@c.example <b>\n```"),
            "<pre><code>#a @b@c.example &lt;b&gt;\n</code></pre>"
        );
        let hard = render_with(&Markdown::new("a\nb"), Breaks::Hard, &|_| None);
        assert_eq!(hard.as_str(), "<p>a<br>\nb</p>");
    }

    #[test]
    fn links_addresses_mentions_and_tags_in_words_only() {
        let text = "@bela@redbloc.example, @x #A&B `@c@d.example` [#e](https://f.example/) https://g.example/?a_b_c&d.";
        let html = render_with(&Markdown::new(text), Breaks::Soft, &known);
        let expected = format!(
            "<p><a href=\"https://redbloc.example/@bela\" class=\"u-url mention\" {REL}>@<span>bela</span></a>, @x \
             <a href=\"https://a.example/tags/A\" class=\"mention hashtag\" rel=\"tag nofollow noopener noreferrer ugc\">\
             #<span>A</span></a>&amp;B <code>@c@d.example</code> <a href=\"https://f.example/\" {REL}>#e</a> \
             <a href=\"https://g.example/?a_b_c&amp;d\" {REL}>https://g.example/?a_b_c&amp;d</a>.</p>"
        );
        assert_eq!(html.as_str(), expected);
        let names = [
            Entity::Mention { name: "bela".into(), host: Some("redbloc.example".into()) },
            Entity::Mention { name: "x".into(), host: None },
            Entity::Tag("A".into()),
        ];
        assert_eq!(entities(&Markdown::new(text)), names);
    }

    #[test]
    fn numbers_footnotes_in_the_order_of_their_use() {
        let html = rendered("a[^z] b[^y] c[^z]\n\n[^y]: Y\n[^z]: Z\n[^x]: X\n");
        let prefix = html.split("fnref-").nth(1).unwrap().split('-').next().unwrap().to_owned();
        let html = html.replace(&prefix, "H").replace(&format!(" {REL}"), "");
        let expected = "<p>a<sup><a id=\"fnref-H-1\" href=\"#fn-H-1\">1</a></sup> \
            b<sup><a id=\"fnref-H-2\" href=\"#fn-H-2\">2</a></sup> c<sup><a href=\"#fn-H-1\">1</a></sup></p>\n\
            <hr>\n<ol>\n<li id=\"fn-H-1\"><p>Z <a href=\"#fnref-H-1\">↩</a></p>\n</li>\n\
            <li id=\"fn-H-2\"><p>Y <a href=\"#fnref-H-2\">↩</a></p>\n</li>\n<li><p>X</p>\n</li>\n</ol>";
        assert_eq!(
            html.replace("<li id=\"fn-H-1\">\n", "<li id=\"fn-H-1\">")
                .replace("\">\n<p>", "\"><p>")
                .replace("<li>\n", "<li>"),
            expected
        );
    }

    #[test]
    fn refuses_scripts_in_every_disguise() {
        for (markdown, html) in [
            ("[x](javascript:alert(1))", "<p>x</p>"),
            ("[x][y]\n\n[y]: JaVaScript:alert(1)", "<p>x</p>"),
            ("<javascript:alert(1)>", "<p>javascript:alert(1)</p>"),
            ("![\"x\"](data:text/html,y)", "<p>\"x\"</p>"),
            ("<script>alert(1)</script>\n\nx", "<p>x</p>"),
            ("<b onclick=alert(1)>x</b>", "<p><b>x</b></p>"),
            ("[x](<java\tscript:1>)", "<p>x</p>"),
        ] {
            assert_eq!(rendered(markdown).trim(), html, "{markdown}");
        }
    }

    #[test]
    fn turns_plain_text_into_paragraphs() {
        let html = from_plain_with("<b> @b@c.example\r\n  x\n\n\n#d\n", &known);
        let expected = format!(
            "<p>&lt;b&gt; <a href=\"https://c.example/@b\" class=\"u-url mention\" {REL}>@<span>b</span></a><br>x</p>\
             <p><a href=\"https://a.example/tags/d\" class=\"mention hashtag\" rel=\"tag nofollow noopener noreferrer ugc\">\
             #<span>d</span></a></p>"
        );
        assert_eq!(html.as_str(), expected);
        assert_eq!(from_plain(" \n").as_str(), "");
        assert_eq!(
            inline("https://a.example &\n").as_str(),
            format!("<a href=\"https://a.example/\" {REL}>https://a.example</a> &amp;")
        );
    }

    #[test]
    fn survives_hostile_sources() {
        let started = std::time::Instant::now();
        let wide = format!("{}|\n{}|\n{}", "|a".repeat(30_000), "|-".repeat(30_000), "|\n".repeat(60_000));
        let references = format!("[a]: https://e.example/{}\n\n{}", "x".repeat(2_000), "[a] ".repeat(60_000));
        for piece in
            [">", "- ", "*a ", "[", "![", "`a", "<a ", "[^1]", "[^1]: ", "&", "**a*", "|", "@a.", "#", "<!--"]
        {
            render(&Markdown::new(piece.repeat(MOST_BYTES / piece.len())));
        }
        assert!(render(&Markdown::new(wide)).as_str().len() <= MOST_BYTES);
        assert!(render(&Markdown::new(references)).as_str().len() <= MOST_BYTES);
        assert!(started.elapsed().as_secs() < 30, "{:?} for 17 texts of 256 KiB", started.elapsed());
    }
}
