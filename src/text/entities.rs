//! Mentions, tags and web addresses in plain text, found in one pass.

use std::ops::Range;

use super::plain;
use unicode_normalization::char::is_combining_mark;
use url::Url;

/// A tag longer than this is a wall of letters, not a tag.
const LONGEST_TAG: usize = 100;

/// Something in a text that stands for something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// `@name` (of this site) or `@name@host`, the host with its port if it has one.
    Mention { name: String, host: Option<String> },
    /// `#word`, without the `#`, as it was typed.
    Tag(String),
}

/// What [`scan`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Entity(Entity),
    Address(String),
}

/// Finds mentions and tags; not inside e-mail and web addresses.
pub fn find(text: &str) -> Vec<(Range<usize>, Entity)> {
    let entity = |(range, found)| match found {
        Found::Entity(entity) => Some((range, entity)),
        Found::Address(_) => None,
    };
    scan(text).into_iter().filter_map(entity).collect()
}

/// How long a text counts for people who write in a small box: a web address as `address`
/// characters whatever its length, and a mention without its host.
pub fn weight(text: &str, address: usize) -> usize {
    let mut length = plain::length(text);
    for (range, found) in scan(text) {
        let written = text.get(range).map_or(0, plain::length);
        let counted = match found {
            Found::Address(_) => address,
            Found::Entity(Entity::Mention { name, host: Some(_) }) => 1 + plain::length(&name),
            Found::Entity(_) => written,
        };
        length = length.saturating_sub(written).saturating_add(counted);
    }
    length
}

/// Finds mentions, tags and web addresses, in order and without overlap.
pub(super) fn scan(text: &str) -> Vec<(Range<usize>, Found)> {
    let mut found = Vec::new();
    let mut before = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, entity) = match rest.as_bytes().first() {
            Some(b'@') if !is_glue(before) => mention(rest),
            Some(b'#') if !is_glue(before) => tag(rest),
            Some(b'h' | b'H') if !before.is_some_and(char::is_alphanumeric) => address(rest),
            _ => (0, None),
        };
        let length = length.max(rest.chars().next().map_or(1, char::len_utf8));
        if let Some(entity) = entity {
            found.push((at..at + length, entity));
        }
        before = rest.get(..length).and_then(|taken| taken.chars().next_back());
        at += length;
    }
    found
}

/// Whether a `@` or `#` after this character belongs to a longer word or an address.
fn is_glue(before: Option<char>) -> bool {
    before.is_some_and(|c| {
        c.is_alphanumeric() || matches!(c, '_' | '/' | '=' | '@' | '#' | '&' | '.' | '-' | '+')
    })
}

/// Reads `@name` and `@name@host`; the length counts what must not be looked at again.
fn mention(rest: &str) -> (usize, Option<Found>) {
    let after = rest.get(1..).unwrap_or_default();
    let name = dotted(after, |c| c.is_ascii_alphanumeric() || c == '_');
    if name == 0 {
        return (1, None);
    }
    let (name, after) = after.split_at(name);
    let Some(address) = after.strip_prefix('@') else {
        return (1 + name.len(), Some(Found::Entity(Entity::Mention { name: name.to_owned(), host: None })));
    };
    let host = dotted(address, char::is_alphanumeric);
    let port = port(address.get(host..).unwrap_or_default());
    let end = host + port;
    let length = 1 + name.len() + 1 + end;
    let full = address.get(..host).is_some_and(|host| host.contains('.') || host == "localhost");
    let closed = !address.get(end..).unwrap_or_default().starts_with(['@', '_']);
    let host = address.get(..end).filter(|_| full && closed).map(str::to_lowercase);
    let mention = host.map(|host| Found::Entity(Entity::Mention { name: name.to_owned(), host: Some(host) }));
    (length, mention)
}

/// The length of words joined by dots and hyphens: `a.b-c`, never ending in one.
fn dotted(text: &str, is_word: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            end = at + c.len_utf8();
        } else if end == 0 || !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

/// The length of `:8081`, or 0. One digit alone is more likely a list or a time.
fn port(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(':') else { return 0 };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let valid = rest.get(..digits).is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port >= 10));
    if valid { 1 + digits } else { 0 }
}

fn tag(rest: &str) -> (usize, Option<Found>) {
    let word = rest.get(1..).unwrap_or_default();
    let mut end = 0;
    for (at, c) in word.char_indices() {
        if c.is_alphanumeric() || c == '_' || (end > 0 && is_combining_mark(c)) {
            end = at + c.len_utf8();
        } else if end == 0 || !matches!(c, '·' | '\u{200c}') {
            break;
        }
    }
    let word = word.get(..end).unwrap_or_default();
    let named = word.chars().any(char::is_alphabetic) && word.chars().count() <= LONGEST_TAG;
    (1 + end, named.then(|| Found::Entity(Entity::Tag(word.to_owned()))))
}

fn address(rest: &str) -> (usize, Option<Found>) {
    let starts =
        |scheme: &str| rest.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    if !starts("http://") && !starts("https://") {
        return (0, None);
    }
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '“' | '”' | '«' | '»')
    };
    let whole = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
    let address = without_punctuation(whole);
    let url = Url::parse(address).ok().filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
    match url {
        Some(_) => (address.len(), Some(Found::Address(address.to_owned()))),
        None => (whole.len(), None),
    }
}

/// Leaves out what belongs to the sentence: a final stop, a bracket opened before the address.
fn without_punctuation(address: &str) -> &str {
    let opened = |c: char| address.chars().filter(|found| *found == c).count();
    let mut round = opened(')').saturating_sub(opened('('));
    let mut square = opened(']').saturating_sub(opened('['));
    let mut end = address.len();
    for (at, c) in address.char_indices().rev() {
        match c {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '~' | '…' | '’' => {}
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            _ => break,
        }
        end = at;
    }
    address.get(..end).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let show = |(range, found): (Range<usize>, Found)| {
            let text = &text[range];
            match found {
                Found::Entity(Entity::Mention { name, host }) => {
                    assert!(text.to_lowercase().starts_with(&format!("@{name}").to_lowercase()));
                    format!("{name}@{}", host.unwrap_or_default())
                }
                Found::Entity(Entity::Tag(tag)) => format!("#{tag}"),
                Found::Address(address) => address,
            }
        };
        scan(text).into_iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn finds_mentions() {
        for (text, found) in [
            ("@bela, @bela@redbloc.example.", "bela@ bela@redbloc.example"),
            ("(@a.b-c_d@North.localhost:8081)", "a.b-c_d@north.localhost:8081"),
            ("@a@b.example: 5, @a@b.example:5", "a@b.example a@b.example"),
            ("@ä @ @@ @. @-a @a@ @a@b @a@b.c@d", ""),
            ("@a@bücher.example„@b“", "a@bücher.example b@"),
            ("mail a@b.example, a.b+@c, x/@y", ""),
            ("a@b @c", "c@"),
        ] {
            assert_eq!(shown(text), found, "{text}");
        }
    }

    #[test]
    fn finds_tags() {
        for (text, found) in [
            ("#Frieden #мир, #和平! #a_b.#c", "#Frieden #мир #和平 #a_b"),
            ("#1 #2024x #_ ##x a#b &#39; /#x", "#2024x"),
            ("#हिन्दी #می\u{200c}خواهم.", "#हिन्दी #می\u{200c}خواهم"),
        ] {
            assert_eq!(shown(text), found, "{text}");
        }
        assert_eq!(shown(&format!("#{}", "a".repeat(101))), "");
    }

    #[test]
    fn finds_addresses() {
        for (text, found) in [
            (
                "see https://a.example/b_(c), (HTTP://b.example/?x=1#y).",
                "https://a.example/b_(c) HTTP://b.example/?x=1#y",
            ),
            ("https://a.example/@bela/1#x", "https://a.example/@bela/1#x"),
            ("https:// http://. xhttps://a.example javascript:http", ""),
            ("http://north.localhost:8081/s/1.", "http://north.localhost:8081/s/1"),
        ] {
            assert_eq!(shown(text), found, "{text}");
        }
    }

    #[test]
    fn counts_addresses_and_mentions_by_what_is_shown() {
        assert_eq!(weight("ää https://a.example/ @b@c.example @d #e", 23), 3 + 23 + 3 + 3 + 3);
    }

    #[test]
    fn takes_linear_time() {
        let started = std::time::Instant::now();
        for piece in
            ["@a.", "@a-", "@", "#", "#a", "@a@a.", "http://(", "http://a)", "@a.a.a", ".-", "#\u{301}"]
        {
            for text in
                [piece.repeat(100_000 / piece.len()), format!("@{}", piece.repeat(100_000 / piece.len()))]
            {
                scan(&text);
            }
        }
        assert!(started.elapsed().as_secs() < 5, "{:?} for 22 texts of 100 kB", started.elapsed());
    }
}
