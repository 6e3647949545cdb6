//! What a page says of itself in its head, and the first link of a text that leads to a page.

use std::collections::BTreeMap;

use super::language::Language;
use super::plain;
use super::tokens::{self, Tag, Token};

/// Pieces of a page that are looked at: what it says of itself stands near its beginning.
const MOST_TOKENS: usize = 20_000;
const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 500;
const LONGEST_NAME: usize = 100;
const LARGEST_SIDE: i32 = 100_000;
/// Links that lead to people and hashtags, not to pages.
const INNER: [&str; 3] = ["mention", "hashtag", "u-url"];

/// What a page says of itself. Texts are plain, short, and on one line; blank where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Title.
    pub title: String,
    /// A few sentences about it.
    pub description: String,
    /// Who wrote it.
    pub author: String,
    /// Who publishes it.
    pub provider: String,
    /// The address of its picture, as it stands there.
    pub image: String,
    /// Width and height of the picture.
    pub image_size: Option<(i32, i32)>,
    /// What the picture shows.
    pub image_description: String,
    /// BCP 47 tag.
    pub language: String,
    /// When it was published, as it says it.
    pub published: String,
    /// Where it says more, as oEmbed.
    pub more: String,
}

/// Reads the head of an HTML page.
pub fn read(html: &str) -> Page {
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    let (mut language, mut more) = (String::new(), String::new());
    for token in tokens::read(html).take(MOST_TOKENS) {
        let Token::Start(tag) = token else { continue };
        match tag.name.as_str() {
            "html" => language = tag.get("lang").unwrap_or_default().to_owned(),
            "meta" => {
                if let Some((name, content)) = meta(&tag) {
                    said.entry(name).or_insert(content);
                }
            }
            "link" if more.is_empty() && is_oembed(&tag) => {
                more = tag.get("href").unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    let first = |names: &[&str]| names.iter().find_map(|name| said.get(*name)).cloned().unwrap_or_default();
    let line = |names: &[&str], most| plain::excerpt(&plain::single_line(&first(names)), most);
    let side = |name: &str| said.get(name)?.parse().ok().filter(|side| (1..=LARGEST_SIDE).contains(side));
    let title = match line(&["og:title", "twitter:title"], LONGEST_TITLE) {
        title if title.is_empty() => plain::excerpt(&plain::single_line(&title_element(html)), LONGEST_TITLE),
        title => title,
    };
    Page {
        title,
        description: line(&["og:description", "twitter:description", "description"], LONGEST_DESCRIPTION),
        author: line(&["author", "article:author:name"], LONGEST_NAME),
        provider: line(&["og:site_name"], LONGEST_NAME),
        image: first(&["og:image:secure_url", "og:image", "og:image:url", "twitter:image"]),
        image_size: side("og:image:width").zip(side("og:image:height")),
        image_description: line(&["og:image:alt", "twitter:image:alt"], LONGEST_DESCRIPTION),
        language: Language::parse(language.trim())
            .map(|language| language.as_str().to_owned())
            .unwrap_or_default(),
        published: first(&["article:published_time"]),
        more,
    }
}

impl Page {
    /// Whether there is anything to show. What is written in another alphabet than it says is not.
    pub fn is_readable(&self) -> bool {
        !self.title.is_empty() && !self.title.contains(char::REPLACEMENT_CHARACTER)
    }

    /// Takes over what another source says where this one says nothing.
    pub fn complete(&mut self, title: &str, author: &str, provider: &str, image: &str) {
        let line = |text: &str, most| plain::excerpt(&plain::single_line(text), most);
        let parts = [
            (&mut self.title, line(title, LONGEST_TITLE)),
            (&mut self.author, line(author, LONGEST_NAME)),
            (&mut self.provider, line(provider, LONGEST_NAME)),
            (&mut self.image, image.to_owned()),
        ];
        for (part, said) in parts {
            if part.is_empty() {
                *part = said;
            }
        }
    }
}

fn meta(tag: &Tag<'_>) -> Option<(String, String)> {
    let name = tag.get("property").or_else(|| tag.get("name"))?;
    let content = tag.get("content")?.trim();
    (!content.is_empty()).then(|| (name.trim().to_ascii_lowercase(), content.to_owned()))
}

fn is_oembed(tag: &Tag<'_>) -> bool {
    let kind = tag.get("type").unwrap_or_default();
    kind.eq_ignore_ascii_case("application/json+oembed")
}

/// What stands between the tags of the title, whose content is no markup.
fn title_element(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let found = lower.find("<title").and_then(|at| {
        let start = at + lower.get(at..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find("</title")?;
        html.get(start..end)
    });
    let texts = tokens::read(found.unwrap_or_default()).filter_map(|token| match token {
        Token::Text(text) => Some(text.into_owned()),
        Token::Start(_) | Token::End(_) => None,
    });
    texts.collect()
}

/// The first link of a safe text that leads to a page somewhere else than `origin`: no mention, no
/// hashtag, and not the line that repeats for old apps what is quoted.
pub fn first_link(html: &str, origin: &str) -> Option<String> {
    let mut repeating = false;
    for token in tokens::read(html) {
        match token {
            Token::Start(tag) if tag.name == "a" && !repeating => {
                if let Some(link) = page_link(&tag, origin) {
                    return Some(link);
                }
            }
            Token::Start(tag) if has_class(&tag, &["quote-inline"]) => repeating = true,
            Token::End(name) if name == "p" => repeating = false,
            Token::Start(_) | Token::End(_) | Token::Text(_) => {}
        }
    }
    None
}

fn has_class(tag: &Tag<'_>, names: &[&str]) -> bool {
    tag.get("class").is_some_and(|class| class.split_ascii_whitespace().any(|word| names.contains(&word)))
}

fn page_link(tag: &Tag<'_>, origin: &str) -> Option<String> {
    let href = tag.get("href")?.split('#').next().unwrap_or_default();
    let web = href.starts_with("https://") || href.starts_with("http://");
    let ours = href.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    (web && !ours && !has_class(tag, &INNER)).then(|| href.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_is() {
        let page = read(
            "<!doctype html><html lang=de-AT><head><title>Old &amp; <b>long</b></title>\
             <meta property='og:title' content=' Bees &amp; wasps\u{202e} '>\
             <meta property=og:title content=second><meta name=Description content='They count.'>\
             <meta property=og:image content=/bee.png><meta property=og:image:width content=600>\
             <meta property=og:image:height content=400><meta property=og:image:alt content='A bee'>\
             <meta name=author content=Ada><meta property=og:site_name content='The Hive'>\
             <link rel=alternate type=application/json+oembed href=/oembed?a=1&amp;b=2>\
             <script><meta property=og:description content=x></script></head><body>",
        );
        assert_eq!([&*page.title, &page.description], ["Bees & wasps", "They count."]);
        assert_eq!([&*page.author, &page.provider, &page.language], ["Ada", "The Hive", "de-AT"]);
        assert_eq!(
            (&*page.image, page.image_size, &*page.image_description),
            ("/bee.png", Some((600, 400)), "A bee")
        );
        assert_eq!(page.more, "/oembed?a=1&b=2");
        assert!(page.is_readable());
        assert_eq!(read("<TITLE lang=en>Old &amp; <b>long</b></TITLE>").title, "Old & long");
        assert!(!read("<title>nothing closes it").is_readable());
        assert!(!read("<p>x</p>").is_readable());
        assert!(!read("<title>\u{fffd}\u{fffd}</title>").is_readable());
    }

    #[test]
    fn the_first_link_to_a_page_counts() {
        let first = |html: &str| first_link(html, "https://own.example");
        let page = "<a href=\"https://a.example/x?y=1#part\">a</a>";
        assert_eq!(first(page).as_deref(), Some("https://a.example/x?y=1"));
        let people = "<a class=\"u-url mention\" href=\"https://b.example/@b\">@b</a>\
                      <a class=\"mention hashtag\" rel=\"tag\" href=\"https://b.example/tags/c\">#c</a>";
        assert_eq!(first(&format!("<p>{people}{page}</p>")), first(page));
        let quoting = "<p class=\"quote-inline\">RE: <a href=\"https://q.example/1\">1</a></p>";
        assert_eq!(first(&format!("{quoting}<p>{page}</p>")), first(page));
        for none in [
            people,
            quoting,
            "https://a.example",
            "<a href=\"mailto:a@a.example\">a</a>",
            "<a href=\"/x\">a</a>",
            "<a href=\"https://own.example/@ada\">a</a>",
        ] {
            assert_eq!(first(none), None, "{none}");
        }
        assert!(first("<a href=\"https://own.example.evil.example/\">a</a>").is_some());
    }
}
