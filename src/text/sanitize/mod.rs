//! One sanitizer for everything that is shown as HTML, ours and foreign.
//!
//! Two readings: `nesting` writes what is allowed so that it nests and stays within limits;
//! ammonia then reads the tags with a real HTML parser and the same allow-list and must find
//! nothing to change. It is there so that a mistake in the first reading is not a hole.

mod attributes;
#[cfg(test)]
mod corpus;
pub(super) mod elements;
mod nesting;

use super::{Html, plain};
use ammonia::{Builder, UrlRelative};
use std::collections::{HashMap, HashSet};

/// The size of a text, before and after. The rest is cut off.
pub const MOST_BYTES: usize = 256 * 1024;
/// How deep elements nest; deeper ones lose their tags, not their text.
const MOST_DEPTH: usize = 64;
/// How many links a text has; further ones are plain text.
const MOST_LINKS: usize = 1000;
const MOST_LINK_BYTES: usize = 2048;

/// Makes HTML safe to show. It is total, takes linear time, and changes nothing the second time.
///
/// Kept: what Mastodon keeps, and headings, tables, details, definition lists and footnotes.
/// Pictures become links to them, h1 becomes h2, and text that readers would not see goes.
pub fn clean(html: &str) -> Html {
    let written = nesting::rewrite(cut(html, MOST_BYTES));
    if second_reading(&written.frame) == written.frame {
        return Html(written.html);
    }
    // The readings disagree, so neither is trusted: the words stay, every tag goes.
    Html(plain::escape(&plain::text(&Html(written.html))))
}

/// The longest beginning of `text` of at most `bytes` bytes.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

fn second_reading(html: &str) -> String {
    let names = || elements::ELEMENTS.iter().map(|(name, _)| *name);
    let attributes: HashMap<_, HashSet<_>> =
        names().map(|name| (name, attributes::of(name).iter().copied().collect())).collect();
    Builder::empty()
        .tags(names().collect())
        .clean_content_tags(HashSet::new())
        .tag_attributes(attributes)
        .generic_attributes(attributes::EVERYWHERE.into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|element, name, value| attributes::value(element, name, value).map(Into::into))
        .clean(html)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(html: &str) -> String {
        clean(html).as_str().to_owned()
    }

    #[test]
    fn keeps_what_texts_are_made_of() {
        for html in [
            "<p>a <strong>b</strong> <em>c</em><br>d</p>",
            "<h2>a</h2><hr><blockquote><p>b</p></blockquote>",
            "<ul><li>a<ul><li>b</li></ul></li></ul><ol start=\"3\" reversed=\"\"><li value=\"9\">c</li></ol>",
            "<table><caption>x</caption><thead><tr><th colspan=\"2\" scope=\"col\">a</th></tr></thead>\
             <tbody><tr><td>b</td><td>c</td></tr></tbody></table>",
            "<details><summary>a</summary><p>b</p></details><dl><dt>c</dt><dd>d</dd></dl>",
            "<pre><code>fn main() {\n}\n</code></pre><p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>",
            "<p lang=\"ar\" dir=\"rtl\">س &amp; &lt; \" &nbsp;</p>",
            "<p><a href=\"https://a.example/\" class=\"u-url mention\" rel=\"nofollow noopener noreferrer ugc\">\
             @<span>a</span></a></p>",
        ] {
            assert_eq!(cleaned(html), html);
        }
    }

    #[test]
    fn repairs_what_does_not_nest() {
        for (html, kept) in [
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<b><p>a</b>b", "<b><p>a</p></b>b"),
            ("<div>a</div><div>b <i>c</i></div>d", "<p>a</p><p>b <i>c</i></p><p>d</p>"),
            ("<li>a<li>b", "<p>a</p><p>b</p>"),
            ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
            (
                "<table>a<tr>b<td>c",
                "<table><tbody><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>",
            ),
            ("</div></section>a</p></b></table>", "<p>a</p>"),
            ("<h1>a<div>b</div></h1><h3>c</h4>d", "<h2>a b </h2><h3>c</h3>d"),
            ("<pre>\n\n a", "<pre> a</pre>"),
            ("<svg><a>x</svg><math><mi>x</mi><annotation>y</annotation></math>z", "xz"),
        ] {
            assert_eq!(cleaned(html), kept, "{html}");
        }
    }

    #[test]
    fn shows_what_mastodon_hides_in_links() {
        let html = "<a href='https://e.example/abc'><span class='invisible'>https://</span>\
                    <span class='ellipsis'>e.example/a</span><span class='invisible'>bc</span></a>";
        assert_eq!(
            cleaned(html),
            "<a href=\"https://e.example/abc\" rel=\"nofollow noopener noreferrer ugc\"><span>https://</span>\
             <span>e.example/a</span><span>bc</span></a>"
        );
    }

    #[test]
    fn turns_pictures_into_links() {
        let link = |text: &str| {
            let href = "https://e.example/a/b.png";
            format!("<a href=\"{href}\" rel=\"nofollow noopener noreferrer ugc\">{text}</a>")
        };
        assert_eq!(cleaned("<img src=https://e.example/a/b.png alt='a \"b\"'>"), link("a \"b\""));
        assert_eq!(cleaned("<img src=https://e.example/a/b.png>"), link("b.png"));
        assert_eq!(
            cleaned("<a href=https://e.example/a/b.png><img src=https://x.example alt=c></a>"),
            link("c")
        );
        assert_eq!(cleaned("<img class=emoji alt=':blob:' src=https://x.example>"), ":blob:");
        assert_eq!(cleaned("<img src=x onerror=alert(1) alt=d>"), "d");
    }

    #[test]
    fn drops_characters_nobody_sees() {
        assert_eq!(cleaned("a\u{202e}b<b>&#x2067;c&#8203;<x>&#8203;</x>d</b>\0"), "ab<b>c\u{200b}d</b>");
    }

    #[test]
    fn stays_within_its_limits() {
        let links = "<a href=https://e.example>x</a>".repeat(MOST_LINKS + 5);
        assert_eq!(cleaned(&links).matches("<a ").count(), MOST_LINKS);
        assert_eq!(cleaned(&"<b>".repeat(200_000)).matches("<b>").count(), MOST_DEPTH);
        for piece in ["&", "<p>ü", "<table><tr><td>", "<li>", "<ul><li>x", "<a href=//x>", "<!--", "<a x='"]
        {
            let once = cleaned(&piece.repeat(1024 * 1024 / piece.len()));
            assert!(once.len() <= MOST_BYTES, "{piece}");
            assert_eq!(cleaned(&once), once, "{piece}");
        }
    }

    #[test]
    fn takes_linear_time() {
        let attributes: String = (0..90_000).map(|n| format!(" {n:x}")).collect();
        let started = std::time::Instant::now();
        for html in [
            format!("<p{attributes}>x"),
            "<b><i>".repeat(200_000),
            "<a href=https://e.example><p><b>".repeat(40_000),
            "<math><annotation>".repeat(60_000),
            "<!-- --".repeat(150_000),
            "<script></s".repeat(100_000),
            "&nGt".repeat(250_000),
            "</b></p></table>".repeat(60_000),
            "<table><td><b>".repeat(60_000),
        ] {
            clean(&html);
        }
        let took = started.elapsed();
        assert!(took.as_secs() < 10, "nine texts of 1 MiB took {took:?} without optimization");
    }

    /// Markup-like noise: pieces that mean something to a parser, in any order.
    fn noise() -> impl Strategy<Value = String> {
        let names = elements::ELEMENTS.iter().map(|(name, _)| *name);
        let others =
            ["div", "svg", "math", "style", "img src=https://e.example/a.png alt=q", "template", "h1"];
        let open = names.chain(others).flat_map(|name| {
            [format!("<{name}>"), format!("<{name} href='https://e.example/?a=1&b'>"), format!("</{name}>")]
        });
        let texts = [
            " ",
            "\n",
            "x",
            "&lt;",
            "&",
            "<",
            "\"",
            "\u{200b}",
            "\u{202e}",
            "é\u{301}",
            "\u{a0}",
            "<!--",
            "-->",
        ];
        let pieces: Vec<String> = open.chain(texts.map(str::to_owned)).collect();
        prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn cleaning_twice_changes_nothing(html in prop_oneof![noise(), any::<String>()]) {
            let once = cleaned(&html);
            prop_assert_eq!(cleaned(&once), once);
        }

        #[test]
        fn a_real_parser_reads_the_tree_that_was_written(html in noise()) {
            let written = nesting::rewrite(&html);
            prop_assert_eq!(&second_reading(&written.frame), &written.frame);
            prop_assert_eq!(&second_reading(&written.html), &written.html);
            prop_assert_eq!(scraper::Html::parse_fragment(&written.html).root_element().inner_html(), written.html);
        }
    }
}
