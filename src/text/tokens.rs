//! HTML read as a flat row of tags and texts, in one pass whatever the input.
//!
//! The reader decides only where a tag begins and ends. Safety never hangs on it: `sanitize` writes
//! nothing but what it knows, so a piece read differently by a browser is still escaped text.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use std::borrow::Cow;

/// More attributes than any honest element has; the rest are skipped, which keeps reading linear.
const MOST_ATTRIBUTES: usize = 24;
/// Elements whose content is not markup; none of it is meant for readers.
const RAW: [&str; 10] =
    ["script", "style", "title", "textarea", "iframe", "noframes", "noembed", "noscript", "xmp", "plaintext"];

/// Names and decoded values.
type Attributes<'a> = Vec<(String, Cow<'a, str>)>;

/// One piece of markup. Comments, declarations and the content of raw elements never appear.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Text(Cow<'a, str>),
    Start(Tag<'a>),
    End(String),
}

/// A start tag; names are in lower case, values decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) name: String,
    pub(super) attributes: Attributes<'a>,
    pub(super) closes_itself: bool,
}

impl Tag<'_> {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }
}

/// Reads `html` from front to end.
pub(super) fn read(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            let text = self.take_until(|c| c == '<');
            if !text.is_empty() {
                return Some(Token::Text(decode(text, false)));
            }
            let second = self.rest.chars().nth(1);
            match second {
                Some('/') => {
                    if let Some(token) = self.end_tag() {
                        return Some(token);
                    }
                }
                Some('!' | '?') => self.skip_declaration(),
                Some(c) if c.is_ascii_alphabetic() => return self.start_tag(),
                _ => return Some(Token::Text(Cow::Borrowed(self.take(1)))),
            }
        }
        None
    }
}

impl<'a> Tokens<'a> {
    /// Takes `bytes` bytes, or everything when that is no boundary.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn take_until(&mut self, stop: impl Fn(char) -> bool) -> &'a str {
        self.take(self.rest.find(stop).unwrap_or(self.rest.len()))
    }

    fn take_past(&mut self, end: &str) -> bool {
        let found = self.rest.find(end);
        self.take(found.map_or(self.rest.len(), |at| at + end.len()));
        found.is_some()
    }

    fn skip_space(&mut self) {
        self.take_until(|c| !is_space(c));
    }

    fn skip_declaration(&mut self) {
        if !self.rest.starts_with("<!--") {
            self.take_past(">");
            return;
        }
        self.take("<!--".len());
        if self.rest.starts_with('>') || self.rest.starts_with("->") {
            self.take_past(">");
            return;
        }
        loop {
            self.take(self.rest.find("--").unwrap_or(self.rest.len()));
            let after = self.rest.get(2..).unwrap_or_default();
            if after.starts_with('>') || after.starts_with("!>") || after.is_empty() {
                self.take_past(">");
                return;
            }
            self.take(1);
        }
    }

    fn end_tag(&mut self) -> Option<Token<'a>> {
        self.take("</".len());
        if !self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if self.rest.is_empty() {
                return Some(Token::Text(Cow::Borrowed("</")));
            }
            self.take_past(">");
            return None;
        }
        let name = self.take_until(ends_name).to_ascii_lowercase();
        self.attributes().map(|_| Token::End(name))
    }

    fn start_tag(&mut self) -> Option<Token<'a>> {
        self.take("<".len());
        let name = self.take_until(ends_name).to_ascii_lowercase();
        let (attributes, closes_itself) = self.attributes()?;
        if RAW.contains(&name.as_str()) {
            self.skip_raw(&name);
        }
        Some(Token::Start(Tag { name, attributes, closes_itself }))
    }

    /// Goes to the end tag of a raw element, or to the end of everything.
    fn skip_raw(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.take(at);
            let after = self.rest.get(2..).unwrap_or_default();
            let named = after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
            let ended = after.get(name.len()..).is_some_and(|rest| rest.starts_with(ends_name));
            if named && ended && name != "plaintext" {
                return;
            }
            self.take(2);
        }
        self.rest = "";
    }

    /// Reads to the `>` of a tag; `None` when the input ends first, and then the tag is none.
    fn attributes(&mut self) -> Option<(Attributes<'a>, bool)> {
        let mut found: Attributes<'a> = Vec::new();
        loop {
            self.skip_space();
            if self.rest.starts_with("/>") {
                self.take(2);
                return Some((found, true));
            }
            match self.rest.chars().next()? {
                '>' => {
                    self.take(1);
                    return Some((found, false));
                }
                '/' => {
                    self.take(1);
                    continue;
                }
                _ => {}
            }
            let (name, value) = self.attribute()?;
            if found.len() < MOST_ATTRIBUTES && name.len() <= 32 {
                let name = name.to_ascii_lowercase();
                if !found.iter().any(|(key, _)| *key == name) {
                    found.push((name, decode(value, true)));
                }
            }
        }
    }

    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        let all = self.rest;
        let equals = usize::from(all.starts_with('='));
        self.take(equals);
        let length = equals + self.take_until(|c| ends_name(c) || c == '=').len();
        let name = all.get(..length)?;
        self.skip_space();
        if !self.rest.starts_with('=') {
            return Some((name, ""));
        }
        self.take(1);
        self.skip_space();
        let value = match self.rest.chars().next()? {
            quote @ ('"' | '\'') => {
                self.take(1);
                let value = self.take_until(|c| c == quote);
                if self.rest.is_empty() {
                    return None;
                }
                self.take(1);
                value
            }
            _ => self.take_until(|c| is_space(c) || c == '>'),
        };
        Some((name, value))
    }
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

fn ends_name(c: char) -> bool {
    is_space(c) || c == '/' || c == '>'
}

/// Replaces character references.
fn decode(text: &str, in_attribute: bool) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let reference = match after.strip_prefix('#') {
            Some(number) => numeric(number).map(|(c, length)| (c, None, length + 1)),
            None => named(after, in_attribute),
        };
        rest = match reference {
            Some((first, second, length)) => {
                out.push(first);
                out.extend(second);
                after.get(length..).unwrap_or_default()
            }
            None => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that `#…` names, and how many bytes it took.
fn numeric(text: &str) -> Option<(char, usize)> {
    let (radix, digits) = match text.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => (16, hexadecimal),
        None => (10, text),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let (number, after) = digits.split_at(end);
    if number.is_empty() {
        return None;
    }
    let length = text.len() - after.len() + usize::from(after.starts_with(';'));
    let code = u32::from_str_radix(number, radix).unwrap_or(u32::MAX);
    let windows = usize::try_from(code).ok().and_then(|code| C1_REPLACEMENTS.get(code.checked_sub(0x80)?));
    let c = windows.copied().flatten().or_else(|| char::from_u32(code)).filter(|c| *c != '\0');
    Some((c.unwrap_or(char::REPLACEMENT_CHARACTER), length))
}

/// The longest named reference at the start of `text`, and how many bytes it took.
fn named(text: &str, in_attribute: bool) -> Option<(char, Option<char>, usize)> {
    let mut best = None;
    // The table holds every beginning of a name too, so the walk ends where no name can follow.
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let Some((first, second)) = text.get(..end).and_then(|name| NAMED_ENTITIES.get(name)) else { break };
        if let Some(first) = char::from_u32(*first).filter(|c| *c != '\0') {
            best = Some((first, char::from_u32(*second).filter(|c| *c != '\0'), end));
        }
    }
    let (.., end) = best?;
    let complete = text.get(..end).is_some_and(|name| name.ends_with(';'));
    let after = text.get(end..).and_then(|rest| rest.chars().next());
    // `?a=1&copy=2` in a link is a parameter, not a sign.
    let parameter = in_attribute && after.is_some_and(|c| c == '=' || c.is_ascii_alphanumeric());
    best.filter(|_| complete || !parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(html: &str) -> String {
        let piece = |token| match token {
            Token::Text(text) => format!("[{text}]"),
            Token::Start(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| format!(" {name}={value}"));
                format!("<{}{}>", tag.name, attributes.collect::<String>())
            }
            Token::End(name) => format!("</{name}>"),
        };
        read(html).map(piece).collect()
    }

    #[test]
    fn reads_tags_texts_and_attributes() {
        assert_eq!(flat("<A HREF='x y' b=c d e=\"f\"/>hi</a >"), "<a href=x y b=c d= e=f>[hi]</a>");
        assert_eq!(flat("1 < 2 <3 </ x> a<!doctype x>b<?php ?>c"), "[1 ][<][ 2 ][<][3 ][ a][b][c]");
        assert_eq!(flat("<b =x=1 x=1 x=2>"), "<b =x=1 x=1>");
    }

    #[test]
    fn drops_comments_and_raw_elements() {
        assert_eq!(flat("a<!-- <b> -->b<!-->c<!--->d<!-- x --!>e<!-- f"), "[a][b][c][d][e]");
        assert_eq!(flat("<script>if (a</b) '</scriptx>'</SCRIPT >x"), "<script></script>[x]");
        assert_eq!(flat("<style><b>never closed"), "<style>");
        assert_eq!(flat("a<b c='never closed"), "[a]");
    }

    #[test]
    fn decodes_references() {
        assert_eq!(flat("&lt;&amp;&#x41;&#65&#128;&#0;&notit;&hellip;&bad;&"), "[<&AA€\u{fffd}¬it;…&bad;&]");
        assert_eq!(flat("<a href='?a&copy=1&amp;b&lt;'>"), "<a href=?a&copy=1&b<>");
        assert_eq!(flat("&#99999999999;&#xd800;&#;&#x;"), "[\u{fffd}\u{fffd}&#;&#x;]");
    }
}
