//! A statement as an Article that every kind of server shows well.

use serde_json::{Value, json};

use super::object::{self, Document};
use crate::domain::event::Source;
use crate::domain::statement::{NamedQuestion, ReferencesView, Signatory, Statement};
use crate::domain::view::{Body, ThesisView, View};
use crate::text::plain;

/// Above this an activity is not embedded: Misskey's inbox takes 64 KiB.
pub const EMBEDDED_LIMIT: usize = 60 * 1024;

/// The Article of a statement.
///
/// `summary` is what Mastodon shows and carries neither markup nor links; the one `Link`
/// attachment makes the preview card there and the link of the post on Lemmy.
pub fn document(view: &View) -> Value {
    let Body::Statement { statement, theses, references } = &view.body else {
        return super::post::document(view);
    };
    let head = &view.head;
    let mut document = object::head(view, "Article");
    let (content, parts) = content(view, statement, theses, references);
    let title = head.title.as_deref().unwrap_or_default();
    object::title(&mut document, title, &head.language);
    let listed: Vec<Value> = theses
        .iter()
        .map(|part| {
            json!({ "id": part.head.uri, "plenum:number": part.thesis.number, "name": part.thesis.head })
        })
        .collect();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("plenum:kind", json!("Statement"));
    put("summary", json!(head.summary));
    put("content", json!(content));
    put("plenum:parts", parts);
    put("attachment", json!([{ "type": "Link", "href": head.url, "mediaType": "text/html" }]));
    put("plenum:theses", json!(listed));
    put("plenum:thesesCollection", json!(format!("{}/theses", head.uri)));
    put("plenum:history", json!(format!("{}/history", head.uri)));
    refer(&mut document, references);
    object::convinced(&mut document, &statement.convinced_by);
    object::standing(&mut document, head.state, statement.reason.as_ref(), statement.superseded_by.as_ref());
    source(&mut document, head.markdown.as_deref());
    document.into()
}

/// What the statement refers to; what there is none of is left out.
fn refer(document: &mut Document, references: &ReferencesView) {
    let qid = |named: &NamedQuestion| json!(named.qid.as_str());
    let signatory = |signatory: &Signatory| json!(signatory.uri);
    let source = |(number, source): (usize, &Source)| {
        let key = format!("s{number}");
        json!({ "plenum:key": key, "type": "Link", "name": source.title, "href": source.url })
    };
    let lists: [(&str, Vec<Value>); 3] = [
        ("plenum:qid", references.questions.iter().map(qid).collect()),
        ("plenum:sources", (1..).zip(&references.sources).map(source).collect()),
        ("plenum:signatories", references.signatories.iter().map(signatory).collect()),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        document.insert(name.to_owned(), list.into());
    }
}

/// The Markdown is added only while the whole activity stays small enough to be embedded.
fn source(document: &mut Document, markdown: Option<&str>) {
    let Some(markdown) = markdown else { return };
    let wrapper = 4 * 1024;
    let size = serde_json::to_string(&document).map_or(usize::MAX, |text| text.len());
    if size.saturating_add(markdown.len()).saturating_add(markdown.len() / 8) < EMBEDDED_LIMIT - wrapper {
        let source = json!({ "content": markdown, "mediaType": "text/markdown" });
        document.insert("source".to_owned(), source);
    }
}

/// The whole text as one piece of HTML, and where introduction and closing stand in it.
pub fn content(
    view: &View,
    statement: &Statement,
    theses: &[ThesisView],
    references: &ReferencesView,
) -> (String, Value) {
    let url = &view.head.url;
    let next = statement.superseded_by.as_ref();
    let notice = object::notice(view.head.state, statement.reason.as_deref(), next);
    let body: String = theses
        .iter()
        .map(|part| {
            let thesis = &part.thesis;
            let (number, head) = (plain::escape(&thesis.number), plain::escape(&thesis.head));
            let anchor = format!("<a href=\"{}#{}\">{number}</a>", plain::escape(url), thesis.key);
            format!("<h3>{anchor} {head}</h3>{}{}{}", thesis.body, thesis.limits, thesis.evidence)
        })
        .collect();
    object::parts(&[
        (None, notice.as_str()),
        (Some("introduction"), statement.introduction.as_str()),
        (None, "<h2>Theses</h2>"),
        (None, body.as_str()),
        (Some("closing"), statement.closing.as_str()),
        (
            Some("references"),
            &[questions(view, references), sources(references), signatories(references)].concat(),
        ),
    ])
}

/// The questions as links to where they are read on the author's site, each with its hashtag.
fn questions(view: &View, references: &ReferencesView) -> String {
    let origin = plain::escape(view.head.uri.origin());
    let item = |named: &NamedQuestion| {
        let (qid, tag) = (named.qid.as_str(), named.qid.hashtag());
        let hashtag =
            format!("<a href=\"{origin}/tags/{tag}\" class=\"mention hashtag\" rel=\"tag\">#{tag}</a>");
        let text = named.copy.as_ref().and_then(|copy| copy.0.title.as_deref()).map(plain::escape);
        match text {
            Some(text) => format!("<li><a href=\"{origin}/q/{qid}\">{text}</a> {hashtag}</li>"),
            None => format!("<li>{hashtag}</li>"),
        }
    };
    list("On the questions:", references.questions.iter().map(item).collect())
}

fn sources(references: &ReferencesView) -> String {
    let item = |source: &Source| {
        format!("<li><a href=\"{}\">{}</a></li>", plain::escape(&source.url), plain::escape(&source.title))
    };
    list("Sources:", references.sources.iter().map(item).collect())
}

fn signatories(references: &ReferencesView) -> String {
    let item = |signatory: &Signatory| {
        let name = signatory.account.as_ref().map_or(signatory.uri.host(), |account| account.title());
        let uri = plain::escape(signatory.uri.as_str());
        format!("<li><a href=\"{uri}\">{}</a></li>", plain::escape(name))
    };
    list("Signed with:", references.signatories.iter().map(item).collect())
}

fn list(heading: &str, items: Vec<String>) -> String {
    if items.is_empty() { String::new() } else { format!("<p>{heading}</p><ul>{}</ul>", items.concat()) }
}
