//! Rust source as the architecture test reads it: without comments and strings, its paths resolved.

/// The code of `text` with comments, strings and characters blanked; lines stay where they are.
pub(super) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest, 1),
            'r' | 'b' | 'c' if starts_word(&code) => literal(rest).unwrap_or(0),
            '\'' => character(rest).unwrap_or(0),
            _ => 0,
        };
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// Whether what follows `code` begins a new word.
fn starts_word(code: &str) -> bool {
    !code.ends_with(is_word)
}

const fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of a string that is opened by its first `open` bytes and may contain escapes.
fn quoted(text: &str, open: usize) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `c"…"` or `b'…'`, if it is one.
fn literal(text: &str) -> Option<usize> {
    let letters = text.len() - text.trim_start_matches(['r', 'b', 'c']).len();
    let after = &text[letters..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    if after.starts_with('\'') {
        return character(after).map(|length| letters + length);
    }
    if letters > 2 || !after[hashes..].starts_with('"') {
        return None;
    }
    if !text[..letters].contains('r') {
        return (hashes == 0).then(|| quoted(text, letters + 1));
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = letters + hashes + 1;
    Some(text[body..].find(&end).map_or(text.len(), |at| body + at + end.len()))
}

/// The length of a character in single quotes; `None` for a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = &text[1..];
    let first = inner.chars().next()?;
    if first == '\\' {
        return inner[2..].find('\'').map(|at| at + 4);
    }
    inner[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

/// Every place where `word` stands alone in `code`, with what follows it.
pub(super) fn words<'a>(code: &'a str, word: &str) -> Vec<(usize, &'a str)> {
    let alone =
        |at: &usize| !code[..*at].ends_with(is_word) && !code[*at + word.len()..].starts_with(is_word);
    let places = code.match_indices(word).map(|(at, _)| at).filter(alone);
    places.map(|at| (line(code, at), &code[at + word.len()..])).collect()
}

/// The line number of a place.
fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The modules at the crate's root that `code`, the module `here`, names: `crate::x`,
/// `crate::{x::…, y}` and `super::super::x`, each with its line.
pub(super) fn root_modules(here: &[&str], code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, after) in words(code, "crate") {
        if let Some(path) = after.trim_start().strip_prefix("::") {
            found.extend(first_names(path).into_iter().map(|name| (line, name)));
        }
    }
    for (line, after) in words(code, "super") {
        let mut rest = after.trim_start();
        let mut up = 1;
        while let Some(next) = rest.strip_prefix("::").map(str::trim_start) {
            rest = next;
            match rest.strip_prefix("super") {
                Some(next) if !next.starts_with(is_word) => rest = next.trim_start(),
                _ => break,
            }
            up += 1;
        }
        if up >= here.len() {
            found.extend(first_names(rest).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The first name of a path, or of each path of a `{…}` group.
fn first_names(path: &str) -> Vec<String> {
    let path = path.trim_start();
    let Some(group) = path.strip_prefix('{') else {
        return name(path).into_iter().collect();
    };
    let mut depth = 0;
    let mut names: Vec<String> = name(group.trim_start()).into_iter().collect();
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(name(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names
}

fn name(path: &str) -> Option<String> {
    let end = path.find(|letter| !is_word(letter)).unwrap_or(path.len());
    (end > 0).then(|| path[..end].to_owned())
}

#[test]
fn comments_and_strings_are_not_code() {
    let hidden = [
        "// crate::x\n",
        "/* a /* crate::x */ crate::x */",
        "\"crate::x \\\" crate::x\"",
        "r\"crate::x\\\"",
        "r#\"crate::x \" crate::x\"#",
        "b\"crate::x\"",
        "br#\"crate::x\"#",
        "'\"' /* crate::x */ '\\'' // crate::x",
        "&'a str // crate::x",
        "b'\"' // crate::x",
    ];
    for text in hidden {
        let kept = code(&format!("{text}\nend"));
        assert!(!kept.contains("crate") && kept.ends_with("end"), "{text:?} became {kept:?}");
        assert_eq!(kept.matches('\n').count(), text.matches('\n').count() + 1);
    }
    assert_eq!(code("for x in bar('a', \"b\")"), "for x in bar(   ,    )");
}

#[test]
fn paths_are_resolved_to_modules_at_the_root() {
    let names = |here: &[&str], text: &str| {
        root_modules(here, text).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(&["a"], "use crate::b::C; fn f() -> crate::d::E {}"), ["b", "d"]);
    assert_eq!(names(&["a"], "use crate::{b::{c, d}, e, f::{g}};"), ["b", "e", "f"]);
    assert_eq!(names(&["a"], "pub(crate) fn f() {} $crate::b::c!()"), ["b"]);
    assert_eq!(names(&["a"], "use super::b;"), ["b"]);
    assert_eq!(names(&["a", "b"], "use super::c; use super::super::d;"), ["d"]);
    assert_eq!(names(&["a", "b"], "use super::super::{d::x, e};"), ["d", "e"]);
    assert_eq!(root_modules(&["a"], "\n\nuse crate::b;"), [(3, "b".to_owned())]);
}
