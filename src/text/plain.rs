//! Plain text: out of HTML, into HTML, and shortened.

use super::Html;
use super::characters;
use super::sanitize::elements::{Kind, element};
use super::tokens::{self, Token};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A sign that people see as one is made of no more characters than this: a family with colours of
/// skin takes 11.
const MOST_IN_ONE: usize = 12;

/// How long a text is for people: what they see as one sign counts once, as in the apps that show
/// how much room is left. Signs that are glued together to get around a limit count.
pub fn length(text: &str) -> usize {
    text.graphemes(true).count().max(text.chars().count() / MOST_IN_ONE)
}

/// Escapes text for use in HTML, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text, true);
    out
}

/// Writes text as an HTML serializer does.
pub(super) fn push_escaped(out: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}

/// The text in which anchors count: one line, NFC, blocks and line breaks parted by one space.
///
/// Offsets of critiques refer to it (`FEDERATION.md`, "Critique"), so it must never change for a given text.
pub fn text(html: &Html) -> String {
    let mut raw = String::with_capacity(html.as_str().len());
    for token in tokens::read(html.as_str()) {
        match token {
            Token::Text(text) => raw.push_str(&text),
            Token::Start(tag) if parts(&tag.name) => raw.push(' '),
            Token::End(name) if parts(&name) => raw.push(' '),
            Token::Start(_) | Token::End(_) => {}
        }
    }
    collapse(&raw).nfc().collect()
}

fn parts(name: &str) -> bool {
    element(name).is_some_and(|element| element.kind != Kind::Inline)
}

/// The text with its paragraphs parted by an empty line, for mail, quotes and feeds.
pub fn paragraphs(html: &Html) -> String {
    let mut page = Page::default();
    for token in tokens::read(html.as_str()) {
        match token {
            Token::Text(text) if page.verbatim => page.verbatim(&text),
            Token::Text(text) => page.words(&text),
            Token::Start(tag) => {
                page.verbatim |= tag.name == "pre";
                page.tag(&tag.name);
                if tag.name == "li" {
                    page.words("- ");
                    page.space = true;
                }
            }
            Token::End(name) => {
                page.verbatim &= name != "pre";
                page.tag(&name);
            }
        }
    }
    page.out.nfc().collect()
}

/// Text being laid out; spaces and line breaks are written only when words follow.
#[derive(Default)]
struct Page {
    out: String,
    breaks: usize,
    space: bool,
    verbatim: bool,
}

impl Page {
    fn tag(&mut self, name: &str) {
        let breaks = match name {
            "br" | "li" | "dt" | "dd" | "tr" | "summary" => 1,
            "td" | "th" => {
                self.space = true;
                0
            }
            name if parts(name) => 2,
            _ => 0,
        };
        // A list item's own paragraph starts on the line of its bullet.
        let bullet = self.out.ends_with('-') && self.space && name == "p";
        if !bullet && (name == "br" || breaks > self.breaks) {
            self.breaks = if name == "br" { (self.breaks + 1).min(2) } else { breaks };
        }
    }

    fn words(&mut self, text: &str) {
        self.space |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            self.gap();
            self.out.push_str(word);
            self.space = true;
        }
        self.space &= text.is_empty() || text.ends_with(char::is_whitespace) || text.trim().is_empty();
    }

    fn verbatim(&mut self, text: &str) {
        self.space = false;
        self.gap();
        self.out.push_str(text);
        let end = self.out.trim_end_matches('\n').len();
        self.breaks = self.out.len() - end;
        self.out.truncate(end);
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            match self.breaks {
                0 if self.space => self.out.push(' '),
                breaks => self.out.extend(std::iter::repeat_n('\n', breaks)),
            }
        }
        self.breaks = 0;
        self.space = false;
    }
}

/// The beginning of a text, at most `max_chars` characters with the `…`, cut between words.
pub fn excerpt(text: &str, max_chars: usize) -> String {
    let line = collapse(text);
    if line.chars().count() <= max_chars {
        return line;
    }
    let room = max_chars.saturating_sub(1);
    let end = |chars: usize| line.char_indices().nth(chars).map_or(line.len(), |(at, _)| at);
    let head = line.get(..end(room)).unwrap_or_default();
    // The space after the last whole word; a word that fills most of the room is cut instead.
    let cut = line.get(..end(room + 1)).and_then(|line| line.rfind(' '));
    let whole = cut.filter(|at| at * 2 > head.len()).and_then(|at| head.get(..at)).unwrap_or(head);
    format!(
        "{}…",
        whole.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–'))
    )
}

/// A name as it may stand in a line of ours: without characters that hide, turn or imitate.
///
/// Joiners stay between characters of scripts that need them.
pub fn strip_format_chars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut filter = characters::Filter::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let wide = |neighbour: Option<char>| neighbour.is_some_and(|c| !c.is_ascii());
        let joins = characters::is_joiner(c) && wide(out.chars().next_back()) && wide(chars.peek().copied());
        if (joins || !characters::is_zero_width(c)) && filter.passes(c) {
            out.push(c);
        }
    }
    out
}

/// A text as words are looked for in it: in one case and one form, without anything that nobody sees.
pub fn folded(text: &str) -> String {
    let seen = |c: &char| {
        let selects = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        let spaces = c.is_whitespace();
        spaces
            || !(selects
                || characters::is_zero_width(*c)
                || characters::is_forbidden(*c)
                || characters::is_tag_letter(*c))
    };
    let folded: String = text.nfkc().filter(seen).collect();
    collapse(&folded.to_lowercase())
}

/// Text on one line, without invisible characters.
pub fn single_line(text: &str) -> String {
    collapse(&strip_format_chars(text))
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sanitize::clean;
    use super::*;

    #[test]
    fn counts_what_people_see() {
        for (text, seen) in
            [("ab", 2), ("e\u{301}", 1), ("👩\u{200d}👩\u{200d}👧", 1), ("🇰🇿🇩🇪", 2), ("कि", 1)]
        {
            assert_eq!(length(text), seen, "{text}");
        }
        assert_eq!(length(&"e\u{301}\u{200d}".repeat(1_200)), 1_200);
        assert_eq!(length(&"👩\u{200d}".repeat(600)), 100, "one long chain is no way around a limit");
    }

    #[test]
    fn counts_text_the_same_whatever_the_markup() {
        for (html, expected) in [
            ("<p>X <b>esc</b>alates,\n but</p><p>is &amp; was&nbsp; x</p>", "X escalates, but is & was x"),
            ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>d<br>e<hr>f", "a b c d e f"),
            ("<table><tr><td>a</td><td>b</td></tr></table><h2>e\u{301}</h2>", "a b é"),
            ("<!-- x --><p></p>", ""),
        ] {
            assert_eq!(text(&clean(html)), expected, "{html}");
        }
    }

    #[test]
    fn keeps_paragraphs() {
        let html = "<h2>A</h2><p>b\n c<br>d <i>e</i>f</p><blockquote><p>g</p></blockquote>\
                    <ul><li>h</li><li><p>i</p></li></ul><pre>j\n  k\n</pre><p>l</p>\
                    <table><tr><td>m</td><td>n</td></tr><tr><td>o</td></tr></table>";
        let expected = "A\n\nb c\nd ef\n\ng\n\n- h\n- i\n\nj\n  k\n\nl\n\nm n\no";
        assert_eq!(paragraphs(&clean(html)), expected);
    }

    #[test]
    fn cuts_between_words() {
        assert_eq!(excerpt("one two", 7), "one two");
        assert_eq!(excerpt("one  two, three", 10), "one two…");
        assert_eq!(excerpt("one two three", 8), "one two…");
        assert_eq!(excerpt("übermäßiglang", 5), "über…");
        assert_eq!(excerpt("abc", 0), "…");
    }

    #[test]
    fn strips_names() {
        assert_eq!(strip_format_chars("ad\u{200d}min\u{202e}\u{200b}\u{7}\u{feff}"), "admin");
        assert_eq!(strip_format_chars("می\u{200c}خواهم 👩\u{200d}🔬"), "می\u{200c}خواهم 👩\u{200d}🔬");
        assert_eq!(single_line(" a\n\t b\u{2028}c "), "a b c");
        assert_eq!(escape("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }
}
