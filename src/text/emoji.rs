//! Custom emoji in safe HTML: `:name:` becomes a small picture that says its name.

use super::Html;
use super::plain;

/// A picture that texts may name.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// What texts call it, without the colons.
    pub name: &'a str,
    /// Where it is on this site.
    pub path: &'a str,
}

/// Elements whose content is meant letter by letter.
const LITERAL: [&str; 2] = ["code", "pre"];

/// Puts pictures in the place of the names of emoji. Tags and what stands within code stay as they are;
/// safe HTML has `<` and `>` nowhere but around tags.
pub fn dress(html: &Html, pictures: &[Picture<'_>]) -> Html {
    if pictures.is_empty() || !html.as_str().contains(':') {
        return html.clone();
    }
    let (mut out, mut literal) = (String::with_capacity(html.as_str().len()), 0_usize);
    for piece in html.as_str().split_inclusive('>') {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        if literal == 0 {
            write(&mut out, text, pictures);
        } else {
            out.push_str(text);
        }
        literal = depth(literal, tag);
        out.push_str(tag);
    }
    Html(out)
}

/// How deep in code the text after this tag stands.
fn depth(literal: usize, tag: &str) -> usize {
    let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next();
    if !name.is_some_and(|name| LITERAL.contains(&name)) {
        return literal;
    }
    if tag.starts_with("</") { literal.saturating_sub(1) } else { literal.saturating_add(1) }
}

fn write(out: &mut String, text: &str, pictures: &[Picture<'_>]) {
    let mut parts = text.split(':').peekable();
    out.push_str(parts.next().unwrap_or_default());
    while let Some(part) = parts.next() {
        let closed = parts.peek().is_some();
        let apart = !out.ends_with(char::is_alphanumeric);
        match pictures.iter().find(|picture| closed && apart && picture.name == part) {
            Some(picture) => {
                let (name, path) = (plain::escape(picture.name), plain::escape(picture.path));
                out.push_str(&format!(
                    "<img class=\"emoji\" src=\"{path}\" alt=\":{name}:\" title=\":{name}:\" width=\"20\" height=\"20\" loading=\"lazy\">"
                ));
                out.push_str(parts.next().unwrap_or_default());
            }
            None => {
                out.push(':');
                out.push_str(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sanitize;

    const BEE: &str = "<img class=\"emoji\" src=\"/media/emoji/x\" alt=\":bee:\" title=\":bee:\" width=\"20\" height=\"20\" loading=\"lazy\">";

    fn dressed(html: &str) -> String {
        let pictures = [Picture { name: "bee", path: "/media/emoji/x" }];
        dress(&sanitize::clean(html), &pictures).as_str().to_owned()
    }

    #[test]
    fn names_become_pictures() {
        assert_eq!(dressed("<p>:bee:</p>"), format!("<p>{BEE}</p>"));
        assert_eq!(
            dressed("<p>a :bee::bee: b :wasp: c: :bee:</p>"),
            format!("<p>a {BEE}{BEE} b :wasp: c: {BEE}</p>")
        );
        assert_eq!(dressed("<p>:<b>bee</b>:</p>"), "<p>:<b>bee</b>:</p>");
    }

    #[test]
    fn addresses_and_code_stay_as_they_are() {
        for html in [
            "<p><code>:bee:</code></p>",
            "<pre>a :bee:</pre>",
            "<p>12:bee:30 x:bee:</p>",
            "<p>:bee</p>",
            "<p>bee:</p>",
        ] {
            assert_eq!(dressed(html), sanitize::clean(html).as_str(), "{html}");
        }
        let link = dressed("<p><a href=\"https://a.example/:bee:\" title=\":bee:\">:bee:</a></p>");
        assert!(
            link.contains("https://a.example/:bee:\"") && link.ends_with(&format!("{BEE}</a></p>")),
            "{link}"
        );
        assert_eq!(dressed("<p>&lt;:bee:&gt;</p>"), format!("<p>&lt;{BEE}&gt;</p>"));
    }

    #[test]
    fn a_name_cannot_break_out() {
        let pictures = [Picture { name: "a\"b", path: "/x\" onerror=\"1" }];
        let html = dress(&Html("<p>:a\"b:</p>".to_owned()), &pictures);
        assert!(!html.as_str().contains("\" onerror"), "{html:?}");
    }
}
