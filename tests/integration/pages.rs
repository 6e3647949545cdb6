//! The public pages as a reader's browser gets them: light, script-free, accessible, safe.

#[path = "../gallery/samples/mod.rs"]
mod samples;

use std::collections::{BTreeMap, HashSet};

use askama::Template;
use plenum::http::web::assets;
use plenum::http::web::error::ErrorPage;
use plenum::http::web::replies::{Replies, Reply};
use plenum::http::web::shown::{Href, Lang};
use scraper::{ElementRef, Html, Selector};

fn pages() -> Vec<(&'static str, String)> {
    samples::pages().unwrap().into_iter().filter(|(name, _)| name.ends_with(".html")).collect()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn pages_and_their_stylesheet_are_light() {
    let css = ["plenum.css", "texts.css"].map(|name| assets::find(name).unwrap().body.len());
    let css = css.into_iter().sum::<usize>();
    assert!(css < 30_000, "the stylesheets have {css} bytes");
    for (name, page) in pages() {
        assert!(page.len() + css < 100_000, "{name} has {} bytes", page.len());
    }
}

/// The classes that a stylesheet knows.
fn classes(css: &str) -> HashSet<&str> {
    let named = css.split('.').skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        &rest[..end.unwrap_or(rest.len())]
    });
    named.filter(|name| name.starts_with(|letter: char| letter.is_ascii_alphabetic())).collect()
}

#[test]
fn a_page_without_the_second_stylesheet_needs_none_of_it() {
    let [first, second] = ["plenum.css", "texts.css"]
        .map(|name| std::str::from_utf8(assets::find(name).unwrap().body).unwrap());
    let only_there: HashSet<&str> = classes(second).difference(&classes(first)).copied().collect();
    assert!(only_there.contains("contents") && !only_there.contains("prose"), "{only_there:?}");
    let mut without = 0;
    for (name, text) in pages().into_iter().filter(|(_, text)| !text.contains("texts.css")) {
        without += 1;
        let page = Html::parse_document(&text);
        for element in all(&page, "main [class]") {
            for class in element.value().classes() {
                assert!(!only_there.contains(class), "{name}: {class}");
            }
        }
    }
    assert!(without > 1, "pages of questions");
}

#[test]
fn pages_obey_the_content_security_policy() {
    for (name, text) in pages() {
        let page = Html::parse_document(&text);
        assert!(all(&page, "style, iframe, object, base, [style]").is_empty(), "{name}");
        for script in all(&page, "script") {
            let source = script.attr("src").unwrap_or_default();
            assert!(source.starts_with("/assets/") && script.inner_html().is_empty(), "{name}: {source}");
        }
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            assert!(element.attrs().all(|(key, _)| !key.starts_with("on")), "{name}: {element:?}");
        }
        for form in all(&page, "form") {
            let action = form.attr("action").unwrap_or_default();
            assert!(action.starts_with('/'), "{name}: {action}");
            if form.attr("method") == Some("get") {
                assert!(
                    !form.html().contains("name=\"csrf\""),
                    "{name}: {action} puts its token in an address"
                );
                continue;
            }
            assert!(
                form.attr("method") == Some("post") && form.html().contains("name=\"csrf\""),
                "{name}: {action} carries no csrf field"
            );
        }
        for image in all(&page, "img, link[rel=stylesheet], link[rel=icon]") {
            let source = image.attr("src").or(image.attr("href")).unwrap_or_default();
            assert!(source.starts_with("/assets/"), "{name}: {source}");
        }
    }
}

#[test]
fn pages_can_be_walked_without_seeing_them() {
    for (name, text) in pages() {
        let page = Html::parse_document(&text);
        assert_eq!(all(&page, "h1").len(), 1, "{name}");
        for landmark in
            ["header.masthead", "main#content", "footer.foot", "a.skip[href='#content']", "html[lang]"]
        {
            assert_eq!(all(&page, landmark).len(), 1, "{name}: {landmark}");
        }
    }
}

#[test]
fn every_reference_within_a_page_leads_somewhere() {
    for (name, text) in pages() {
        let page = Html::parse_document(&text);
        let mut ids = HashSet::new();
        for element in all(&page, "[id]") {
            assert!(ids.insert(element.attr("id").unwrap()), "{name}: twice {:?}", element.attr("id"));
        }
        for attribute in ["aria-describedby", "aria-labelledby", "for"] {
            for element in all(&page, &format!("[{attribute}]")) {
                for id in element.attr(attribute).unwrap().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {attribute} names {id}, which is not there");
                }
            }
        }
        for link in all(&page, "a[href^='#']") {
            let id = link.attr("href").unwrap().trim_start_matches('#');
            assert!(ids.contains(id), "{name}: #{id} leads nowhere");
        }
    }
}

#[test]
fn every_field_says_what_it_is_for() {
    for (name, text) in pages() {
        let page = Html::parse_document(&text);
        for field in all(&page, "input:not([type=hidden]), textarea, select") {
            if field.attr("aria-label").is_some_and(|label| !label.is_empty()) {
                continue;
            }
            let mut around = field.ancestors().filter_map(ElementRef::wrap);
            if around.any(|element| element.value().name() == "label") {
                continue;
            }
            let id = field.attr("id").unwrap_or_else(|| panic!("{name}: {} has no label", field.html()));
            assert_eq!(all(&page, &format!("label[for='{id}']")).len(), 1, "{name}: {id} has no label");
        }
        for wrong in all(&page, "[aria-invalid]") {
            assert!(wrong.attr("aria-describedby").unwrap().contains("mistake-"), "{name}");
        }
    }
}

#[test]
fn both_themes_are_readable() {
    let css = std::str::from_utf8(assets::find("plenum.css").unwrap().body).unwrap();
    let (light, rest) = css.split_once("prefers-color-scheme: dark").unwrap();
    let dark = rest.split_once("/* Ground */").unwrap().0;
    for (theme, colours) in [("light", colours(light)), ("dark", colours(dark))] {
        for ground in ["paper", "tint"] {
            for text in ["ink", "muted", "accent", "warn"] {
                let ratio = contrast(colours[text], colours[ground]);
                assert!(ratio >= 4.5, "{theme}: {text} on {ground} is {ratio:.2}");
            }
        }
        let edge = contrast(colours["edge"], colours["paper"]);
        assert!(edge >= 3.0, "{theme}: the edges of fields are {edge:.2}");
    }
}

fn colours(css: &str) -> BTreeMap<&str, u32> {
    css.lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"))
        .map(|(name, hex)| (name, u32::from_str_radix(hex, 16).unwrap()))
        .collect()
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: u32, other: u32) -> f64 {
    let luminance = |colour: u32| {
        let [_, red, green, blue] = colour.to_be_bytes();
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn addresses_of_strangers_cannot_become_scripts() {
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "/a\nb",
        "",
    ] {
        assert_eq!(Href::new(address).as_str(), "#", "{address:?}");
    }
    for address in ["/statements/water#k1", "?max=1", "#k1", "https://south.example/p/1?x=y"] {
        assert_eq!(Href::new(address).as_str(), address);
    }
}

#[test]
fn words_of_strangers_stay_words() {
    let hostile = "</title><script>alert(1)</script>\"'><b onmouseover=x>";
    let mut page = ErrorPage::new(samples::layout("", None), 404, hostile);
    page.layout.title = hostile.to_owned();
    page.layout.description = hostile.to_owned();
    page.layout.site.name = hostile.to_owned();
    page.layout.fediverse_creator = Some(hostile.to_owned());
    let page = Html::parse_document(&page.render().unwrap());
    assert!(all(&page, "script, [onmouseover], b").is_empty());
}

#[test]
fn texts_know_their_direction() {
    let directions = ["en", "ar", "ku-Arab", "az-Latn", "fa-Latn", ""].map(|tag| Lang::new(tag).dir());
    assert_eq!(directions, ["ltr", "rtl", "rtl", "ltr", "ltr", "auto"]);
}

#[test]
fn organizations_answer_first_and_time_decides_the_rest() {
    let mut given: Vec<Reply> = (0..9).map(samples::replies::reply).collect();
    given.reverse();
    let replies = Replies::arrange(given);
    let keys = |placed: &[plenum::http::web::replies::Placed]| {
        placed.iter().map(|p| (p.reply.key.clone(), p.depth)).collect::<Vec<_>>()
    };
    let expected = |list: &[(&str, u32)]| {
        list.iter().map(|(key, depth)| ((*key).to_owned(), *depth)).collect::<Vec<_>>()
    };
    assert_eq!(keys(&replies.official), expected(&[("r0", 0), ("r1", 1), ("r4", 0)]));
    assert_eq!(
        keys(&replies.personal),
        expected(&[("r2", 0), ("r3", 1), ("r5", 0), ("r6", 1), ("r7", 2), ("r8", 3)])
    );
}

#[test]
fn replies_in_a_circle_or_without_parent_are_not_lost() {
    let with_parent =
        |n: usize, parent: &str| Reply { parent: Some(parent.to_owned()), ..samples::replies::reply(n) };
    let circle =
        vec![with_parent(20, "r21"), with_parent(21, "r20"), with_parent(22, "r22"), with_parent(23, "gone")];
    assert_eq!(Replies::arrange(circle).shown(), 4);
}

#[test]
fn feeds_are_xml_whatever_people_write() {
    let mut feed = samples::statements::feed();
    feed.entries[0].title = "Books & <pipes>\u{8}".to_owned();
    let xml = feed.to_xml().unwrap();
    assert!(xml.starts_with("<?xml"));
    assert!(xml.contains("<title>Books &#38; &#60;pipes&#62;</title>"), "{xml}");
    assert!(xml.contains("<content type=\"html\">&#60;p&#62;The mains"), "{xml}");
}
