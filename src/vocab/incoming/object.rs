//! Things to read: statements and theses of our peers, and the posts of everybody.

use serde_json::Value;

use super::Problem;
use super::quote::{self, IncomingQuote, IncomingQuotePolicy};
use super::values::{self, Audience, Fields};
use super::{debate, emoji, media, poll};
use crate::clock::Timestamp;
use crate::domain::contribution::{ReceivedStatement, ReceivedThesis, State, Visibility};
use crate::domain::critique::ReceivedCritique;
use crate::domain::emoji::ReceivedEmoji;
use crate::domain::event::ReceivedEvent;
use crate::domain::media::ReceivedMedia;
use crate::domain::poll::ReceivedPoll;
use crate::domain::position::ReceivedPosition;
use crate::domain::question::{Qid, ReceivedQuestion};
use crate::domain::statement::{self, MOST_QUESTIONS, MOST_SIGNATORIES, References, ThesisKind};
use crate::domain::uri::Uri;
use crate::text::Html;
use crate::text::language::Language;
use crate::text::{plain, sanitize};
use crate::vocab::proof;

/// Something to read, as its document describes it.
#[derive(Clone, Debug)]
pub struct IncomingObject {
    /// Its identity.
    pub id: Uri,
    /// Its owner: exactly one.
    pub owner: Uri,
    /// Which of our things it is.
    pub kind: ObjectKind,
    /// Its page for people.
    pub url: String,
    /// BCP 47 tag; empty when nobody said.
    pub language: String,
    /// Title.
    pub title: Option<String>,
    /// Content warning or announcement.
    pub summary: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// What it says.
    pub content: Html,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was changed.
    pub updated: Option<Timestamp>,
    /// What it answers.
    pub in_reply_to: Option<Uri>,
    /// Whom it is addressed to.
    pub audience: Audience,
    /// Whom it names.
    pub mentions: Vec<Uri>,
    /// Its hashtags, folded, without `#`.
    pub tags: Vec<String>,
    /// The small pictures that its text names.
    pub emojis: Vec<ReceivedEmoji>,
    /// The pictures and recordings beside it.
    pub media: Vec<ReceivedMedia>,
    /// What its readers may choose from.
    pub poll: Option<ReceivedPoll>,
    /// The page that its author wants to be shown as a card.
    pub card: Option<Uri>,
    /// What it quotes.
    pub quote: Option<IncomingQuote>,
    /// Who may quote it.
    pub quote_policy: IncomingQuotePolicy,
    /// For which organization a person speaks.
    pub on_behalf_of: Option<Uri>,
    /// The collection of its thread.
    pub context: Option<Uri>,
    /// The collection of its replies.
    pub replies: Option<Uri>,
    /// The theses of a statement, all in one document.
    pub theses: Option<Uri>,
    /// Whether it is a vote in a poll, which is no contribution.
    pub vote: bool,
    /// The document as it was read.
    pub value: Value,
}

/// Which of our things it is.
#[derive(Clone, Debug)]
pub enum ObjectKind {
    /// None of the others.
    Post,
    /// A statement.
    Statement(Box<ReceivedStatement>),
    /// A thesis.
    Thesis(Box<ReceivedThesis>),
    /// A copy of a question.
    Question(Box<ReceivedQuestion>),
    /// A position on a question.
    Position(Box<ReceivedPosition>),
    /// A critique.
    Critique(Box<ReceivedCritique>),
    /// A dated fact.
    Event(Box<ReceivedEvent>),
}

/// ActivityStreams types that people read as a text.
const READABLE: [&str; 10] =
    ["Note", "Article", "Page", "Question", "Image", "Audio", "Video", "Event", "Document", "Album"];

const MOST_MENTIONS: usize = 50;
const MOST_TAGS: usize = 30;
/// How many entries of `tag` are looked at before we stop looking.
const MOST_TAG_ENTRIES: usize = 200;
const MOST_ATTACHMENTS: usize = 16;
const MOST_THESES: usize = 500;
const LONGEST_TITLE: usize = 300;
const LONGEST_SUMMARY: usize = 2000;
const LONGEST_REASON: usize = 2000;
const LONGEST_HEAD: usize = 1000;

/// Whether a type is something to read.
pub(super) fn is_readable(kind: &str) -> bool {
    READABLE.contains(&kind)
}

impl IncomingObject {
    /// Reads a thing to read. Who owns it must be beyond doubt.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        if values::is_rerooted(value) {
            return Err(Problem::Rerooted);
        }
        let kind = values::kind(fields).filter(|kind| is_readable(kind)).ok_or(Problem::Field("type"))?;
        // Mastodon names votes by parts of their author's address; nobody asks for one.
        let vote = kind == "Note" && fields.contains_key("name") && !fields.contains_key("content");
        let id = values::identity(fields).filter(|id| vote || !id.as_str().contains('#'));
        let id = id.ok_or(Problem::Field("id"))?;
        let owner = values::single(fields, "attributedTo").ok_or(Problem::Field("attributedTo"))?;
        if !owner.same_origin(&id) {
            return Err(Problem::Origin("attributedTo"));
        }
        let page = fields.get("url").and_then(values::link);
        let page = page.filter(|url| Uri::parse(url).is_some_and(|url| url.same_origin(&id)));
        let (mentions, tags) = tags(fields);
        Ok(Self {
            kind: ObjectKind::read(fields, value)?,
            url: page.unwrap_or_else(|| id.to_string()),
            language: language(fields),
            title: values::line(fields, "name", LONGEST_TITLE),
            summary: values::line(fields, "summary", LONGEST_SUMMARY),
            sensitive: values::flag(fields, "sensitive"),
            content: content(fields),
            published: values::time(fields, "published"),
            updated: values::time(fields, "updated"),
            in_reply_to: values::single(fields, "inReplyTo"),
            audience: Audience::read(fields),
            mentions,
            tags,
            emojis: emoji::of(fields),
            media: media::of(fields),
            poll: poll::of(fields),
            card: card(fields),
            quote: quote::of(fields),
            quote_policy: quote::policy(fields),
            on_behalf_of: values::single(fields, "plenum:onBehalfOf"),
            context: values::single(fields, "context"),
            replies: near(fields, "replies", &id),
            theses: near(fields, "plenum:thesesCollection", &id),
            vote,
            value: value.clone(),
            id,
            owner,
        })
    }

    /// Who may see it, given the collection of its author's followers.
    pub fn visibility(&self, followers: Option<&Uri>) -> Visibility {
        if self.audience.public {
            return Visibility::Public;
        }
        if self.audience.unlisted {
            return Visibility::Unlisted;
        }
        match followers {
            Some(followers) if self.audience.named.contains(followers) => Visibility::Followers,
            _ => Visibility::Mentioned,
        }
    }
}

/// A collection of the thing itself: on its own server, or not at all.
fn near(fields: &Fields, name: &str, id: &Uri) -> Option<Uri> {
    values::single(fields, name).filter(|uri| uri.same_origin(id))
}

impl ObjectKind {
    fn read(fields: &Fields, value: &Value) -> Result<Self, Problem> {
        Ok(match fields.get("plenum:kind").and_then(Value::as_str) {
            Some("Statement") => Self::Statement(Box::new(statement(fields, value))),
            Some("Thesis") => thesis(fields).map_or(Self::Post, |thesis| Self::Thesis(Box::new(thesis))),
            Some("Question") => Self::Question(Box::new(debate::question(fields, value)?)),
            Some("Event") => Self::Event(Box::new(debate::event(fields, value)?)),
            Some("Position") => Self::Position(Box::new(debate::position(fields, value)?)),
            Some("Critique") => {
                debate::critique(fields).map_or(Self::Post, |critique| Self::Critique(Box::new(critique)))
            }
            _ => Self::Post,
        })
    }
}

/// Whether it stands, as it says.
pub(super) fn state(fields: &Fields) -> State {
    match fields.get("plenum:status").and_then(Value::as_str) {
        Some("superseded") => State::Superseded,
        Some("retracted") => State::Retracted,
        _ => State::Current,
    }
}

/// Why it was changed or withdrawn.
pub(super) fn reason(fields: &Fields) -> Option<String> {
    values::line(fields, "plenum:reason", LONGEST_REASON)
}

fn statement(fields: &Fields, value: &Value) -> ReceivedStatement {
    let listed = values::entries(fields.get("plenum:theses")).iter().take(MOST_THESES);
    ReceivedStatement {
        introduction: part(fields, "introduction"),
        closing: part(fields, "closing"),
        state: state(fields),
        reason: reason(fields),
        superseded_by: values::single(fields, "plenum:supersededBy"),
        revision: number(fields, "plenum:rev"),
        digest: proof::digest(value).unwrap_or_default(),
        theses: listed.filter_map(values::address).collect(),
        references: references(fields),
        convinced_by: debate::convincing(fields),
    }
}

/// What a statement refers to. Each thing counts once, and what is too much is left out.
fn references(fields: &Fields) -> References {
    let named = values::entries(fields.get("plenum:qid")).iter().take(MOST_QUESTIONS);
    let references = References {
        questions: named.filter_map(Value::as_str).filter_map(Qid::parse).collect(),
        sources: debate::sources(fields, statement::MOST_SOURCES),
        signatories: debate::addresses(fields, "plenum:signatories", MOST_SIGNATORIES),
    };
    references.accept().unwrap_or_default()
}

fn thesis(fields: &Fields) -> Option<ReceivedThesis> {
    let word = |name: &str, most: usize| values::line(fields, name, most);
    let kind = fields.get("plenum:thesisKind").and_then(Value::as_str).and_then(ThesisKind::parse);
    Some(ReceivedThesis {
        key: word("plenum:key", 20)?,
        number: word("plenum:number", 12)?,
        rank: number(fields, "plenum:rank"),
        kind: kind.unwrap_or_default(),
        head: word("name", LONGEST_HEAD)?,
        body: part(fields, "body"),
        limits: part(fields, "limits"),
        evidence: part(fields, "evidence"),
        revision: number(fields, "plenum:rev"),
    })
}

pub(super) fn number(fields: &Fields, name: &str) -> i32 {
    let number = fields.get(name).and_then(Value::as_i64).unwrap_or_default();
    i32::try_from(number.max(0)).unwrap_or(i32::MAX)
}

/// A part of `content`, by the range that `plenum:parts` gives in Unicode scalar values. A range
/// that makes no sense is an empty part: the whole text is there in any case.
pub(super) fn part(fields: &Fields, name: &str) -> Html {
    let range = || {
        let ranges = fields.get("plenum:parts")?.as_object()?;
        let [start, end] = ranges.get(&format!("plenum:{name}"))?.as_array()?.as_slice() else { return None };
        let index = |value: &Value| usize::try_from(value.as_u64()?).ok();
        let (start, end) = (index(start)?, index(end)?);
        let content = fields.get("content")?.as_str()?;
        let text: String = content.chars().skip(start).take(end.checked_sub(start)?).collect();
        Some(sanitize::clean(&text))
    };
    range().unwrap_or_default()
}

/// The text. Files that are neither pictures nor recordings follow it as links, so that nothing is
/// lost.
fn content(fields: &Fields) -> Html {
    let text = values::text(fields, "content").unwrap_or_default();
    let attachments = values::entries(fields.get("attachment")).iter().take(MOST_ATTACHMENTS);
    let files: Vec<String> = attachments.filter_map(attachment).collect();
    if files.is_empty() {
        return sanitize::clean(text);
    }
    sanitize::clean(&format!("{text}<ul>{}</ul>", files.concat()))
}

/// A file or link beside the text; a link that the text itself is about (a card) is left out.
fn attachment(value: &Value) -> Option<String> {
    if media::read(value).is_some() {
        return None;
    }
    let fields = value.as_object()?;
    let link = values::link(value).filter(|_| !is_card(fields))?;
    let name = values::line(fields, "name", LONGEST_SUMMARY).unwrap_or_else(|| link.clone());
    Some(format!("<li><a href=\"{}\">{}</a></li>", plain::escape(&link), plain::escape(&name)))
}

/// Whether an attachment names the page that the text is about (FEP-8967).
fn is_card(fields: &Fields) -> bool {
    values::kind(fields) == Some("Link") && !fields.contains_key("name")
}

/// The first such page.
fn card(fields: &Fields) -> Option<Uri> {
    let attachments = values::entries(fields.get("attachment")).iter().take(MOST_ATTACHMENTS);
    let mut cards = attachments.filter(|value| value.as_object().is_some_and(is_card));
    cards.find_map(|value| Uri::parse(&values::link(value)?))
}

/// The language: said outright, or by the first key of a language map.
fn language(fields: &Fields) -> String {
    let said = fields.get("language").and_then(Value::as_object);
    let said = said.and_then(|language| language.get("identifier")).and_then(Value::as_str);
    let mapped = || {
        let maps = ["content", "name", "summary"].iter().filter_map(|name| values::map(fields, name));
        maps.filter_map(|map| map.keys().next()).map(String::as_str).next()
    };
    let tag = said.or_else(mapped).filter(|tag| Language::parse(tag).is_some());
    tag.unwrap_or_default().to_owned()
}

/// Whom it names, and its hashtags.
fn tags(fields: &Fields) -> (Vec<Uri>, Vec<String>) {
    let (mut mentions, mut tags) = (Vec::new(), Vec::new());
    let entries = values::entries(fields.get("tag")).iter().take(MOST_TAG_ENTRIES);
    for entry in entries.filter_map(Value::as_object) {
        match values::kind(entry) {
            Some("Mention") if mentions.len() < MOST_MENTIONS => {
                mentions.extend(entry.get("href").and_then(values::address));
            }
            Some("Hashtag") if tags.len() < MOST_TAGS => {
                let name = values::line(entry, "name", 100).unwrap_or_default();
                let name = name.trim_start_matches('#').to_lowercase();
                let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
                tags.extend(word.then_some(name));
            }
            _ => {}
        }
    }
    mentions.sort_unstable();
    mentions.dedup();
    tags.sort_unstable();
    tags.dedup();
    (mentions, tags)
}
