//! Which attributes stay, with which values.

use super::MOST_LINK_BYTES;
use crate::text::language::Language;
use crate::text::plain;
use crate::text::tokens::Tag;
use url::Url;

/// What every link says to search engines and to the page it leads to.
const REL: &str = "nofollow noopener noreferrer ugc";
const TAG_REL: &str = "tag nofollow noopener noreferrer ugc";
/// Attributes of any element.
pub(super) const EVERYWHERE: [&str; 2] = ["lang", "dir"];
/// Footnotes are the only anchors inside a text. Our pages use no anchor that begins so, and
/// therefore a foreign text cannot catch a link of the page.
const ANCHORS: [&str; 2] = ["fn-", "fnref-"];

/// Attributes of one element, in the order they are written.
pub(super) fn of(element: &str) -> &'static [&'static str] {
    match element {
        "a" => &["id", "href", "class", "rel", "title", "translate"],
        "span" => &["class", "translate"],
        "p" => &["class"],
        "abbr" => &["title"],
        "blockquote" => &["class", "cite"],
        "q" => &["cite"],
        "ol" => &["start", "reversed"],
        "li" => &["id", "value"],
        "td" => &["colspan", "rowspan"],
        "th" => &["colspan", "rowspan", "scope"],
        _ => &[],
    }
}

/// The attributes of `tag` as they are written, each after a space.
pub(super) fn written(element: &str, tag: &Tag<'_>) -> String {
    let mut out = String::new();
    for name in of(element).iter().chain(&EVERYWHERE) {
        let raw = match *name {
            "rel" => Some(tag.get("rel").unwrap_or_default()),
            name => tag.get(name),
        };
        if let Some(value) = raw.and_then(|raw| value(element, name, raw)) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            plain::push_escaped(&mut out, &value, true);
            out.push('"');
        }
    }
    out
}

/// The value an attribute keeps; `None` when it goes.
pub(super) fn value(element: &str, name: &str, raw: &str) -> Option<String> {
    if !EVERYWHERE.contains(&name) && !of(element).contains(&name) {
        return None;
    }
    match name {
        "href" => link(raw),
        "cite" => link(raw).filter(|link| link.starts_with("http")),
        "id" => anchor(raw).map(str::to_owned),
        "rel" => {
            let tag = raw.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("tag"));
            Some(if tag { TAG_REL } else { REL }.to_owned())
        }
        "class" => classes(raw),
        "title" => Some(plain::single_line(raw).chars().take(500).collect::<String>().trim_end().to_owned())
            .filter(|title| !title.is_empty()),
        "lang" => Language::parse(raw).map(|language| language.as_str().to_owned()),
        "dir" => one_of(raw, &["ltr", "rtl", "auto"]),
        "translate" => one_of(raw, &["no", "yes"]),
        "scope" => one_of(raw, &["row", "col", "rowgroup", "colgroup"]),
        "reversed" => Some(String::new()),
        "start" | "value" => number(raw, -99_999..=999_999),
        "colspan" | "rowspan" => number(raw, 2..=100),
        _ => None,
    }
}

/// The address a link may lead to: the web, a mailbox without a prepared letter, a footnote.
///
/// It is written as the browser will understand it, so that nothing is left to interpret.
pub(super) fn link(raw: &str) -> Option<String> {
    let raw = raw.trim();
    if let Some(fragment) = raw.strip_prefix('#') {
        return anchor(fragment).map(|anchor| format!("#{anchor}"));
    }
    if raw.len() > MOST_LINK_BYTES {
        return None;
    }
    let url = Url::parse(raw).ok()?;
    let allowed = match url.scheme() {
        "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => url.path().contains('@') && url.query().is_none() && url.fragment().is_none(),
        _ => false,
    };
    let stable = || Url::parse(url.as_str()).is_ok_and(|again| again.as_str() == url.as_str());
    let kept = allowed && url.as_str().len() <= MOST_LINK_BYTES && stable();
    kept.then(|| url.into())
}

fn anchor(raw: &str) -> Option<&str> {
    let plain = raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ours = ANCHORS.iter().any(|prefix| raw.starts_with(prefix));
    (plain && ours && raw.len() <= 40).then_some(raw)
}

/// Microformats and the names Mastodon gives to parts of links. Not `invisible`: what a reader
/// does not see must not be there. And so not `ellipsis`, after which apps draw
/// dots: the address of a link is shown whole.
fn classes(raw: &str) -> Option<String> {
    let kept = |class: &&str| {
        let word = class.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let microformat = ["h-", "p-", "u-", "dt-", "e-"].iter().any(|prefix| class.starts_with(prefix));
        let known = ["mention", "hashtag", "quote-inline"].contains(class);
        known || (microformat && word && class.len() <= 32)
    };
    let classes: Vec<&str> = raw.split_ascii_whitespace().filter(kept).take(8).collect();
    (!classes.is_empty()).then(|| classes.join(" "))
}

fn one_of(raw: &str, words: &[&str]) -> Option<String> {
    let word = raw.trim().to_ascii_lowercase();
    words.contains(&word.as_str()).then_some(word)
}

fn number(raw: &str, range: std::ops::RangeInclusive<i32>) -> Option<String> {
    raw.trim().parse().ok().filter(|number| range.contains(number)).map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_to_mailboxes_and_footnotes() {
        for (raw, kept) in [
            (" HTTPS://Example.org/a b ", Some("https://example.org/a%20b")),
            ("http://bücher.example", Some("http://xn--bcher-kva.example/")),
            ("mailto:office@example.org", Some("mailto:office@example.org")),
            ("#fn-1a-2", Some("#fn-1a-2")),
            ("#main", None),
            ("mailto:a@b.example?bcc=all@c.example", None),
            ("https://bank.example@evil.example/", None),
            ("//evil.example", None),
            ("\\\\evil.example", None),
            ("/logout", None),
            ("", None),
            ("java\tscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("blob:https://example.org/x", None),
        ] {
            assert_eq!(link(raw).as_deref(), kept, "{raw:?}");
        }
        assert_eq!(link(&format!("https://example.org/{}", "é".repeat(1500))), None);
    }

    #[test]
    fn keeps_only_known_classes_and_sound_values() {
        assert_eq!(
            value("a", "class", "u-url invisible mention sr-only p-"),
            Some("u-url mention p-".into())
        );
        assert_eq!(value("a", "class", "sr-only"), None);
        assert_eq!(value("td", "colspan", "1000"), None);
        assert_eq!(value("li", "value", " 7"), Some("7".into()));
        assert_eq!(value("p", "lang", "PT_br"), Some("pt-BR".into()));
        assert_eq!(value("p", "lang", "\" onload"), None);
        assert_eq!(value("p", "style", "x"), None);
        assert_eq!(value("a", "id", "content"), None);
        assert_eq!(value("a", "rel", "opener TAG"), Some(TAG_REL.into()));
    }
}
