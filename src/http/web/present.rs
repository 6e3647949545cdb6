//! From loaded views to what pages show. Nothing here asks the database.

use crate::clock::Timestamp;
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::critique::Intent;
use crate::domain::emoji::Emoji;
use crate::domain::event::Event;
use crate::domain::host::Host;
use crate::domain::media::Media;
use crate::domain::question::{Qid, Question};
use crate::domain::quote::Showing;
use crate::domain::statement::{ReferencesView, Signatory, Thesis};
use crate::domain::view::{Body, ThesisView as LoadedThesis, View};
use crate::text::emoji::{Picture, dress};
use crate::text::{Html, plain};
use crate::vocab as wire;

use super::contribution::{
    Attachment, Author, Entry, Origin, Quotation, Quoted, Standing, StatementCard, Voice,
};
use super::event::CitedEvent;
use super::post::PostView;
use super::question::Tied;
use super::shown::{Href, Lang, Link, Moment};
use super::statement::ThesisView;
use super::statement_references::{ReferencesShown, Signed};
use super::thesis::Neighbour;

/// Characters of an excerpt.
const EXCERPT: usize = 280;

/// A moment as pages show it.
pub fn moment(at: Timestamp) -> Moment {
    at.to_utc().into()
}

/// A count as pages show it.
pub fn small<N: TryInto<u32>>(count: N) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

/// HTML that our sanitizer stored.
pub fn html(stored: &str) -> Html {
    Html::from_store(stored.to_owned())
}

/// The text of HTML without its markup, on one line.
pub fn words(stored: &str) -> String {
    let text = plain::text(&html(stored));
    plain::excerpt(&text.split_whitespace().collect::<Vec<_>>().join(" "), EXCERPT)
}

/// The page of an account on this site.
pub fn account_path(account: &Account) -> String {
    if account.is_local() { format!("/@{}", account.name) } else { format!("/@{}", account.handle) }
}

/// In which voice an account speaks.
pub const fn voice(kind: AccountKind) -> Voice {
    match kind {
        AccountKind::Organization => Voice::Organization,
        AccountKind::Forum => Voice::Forum,
        AccountKind::Person | AccountKind::Application | AccountKind::Service => Voice::Person,
    }
}

/// An account as an author.
pub fn author(account: &Account) -> Author {
    Author {
        name: account.title().to_owned(),
        handle: account.handle.clone(),
        href: account_path(account).into(),
        voice: voice(account.kind),
    }
}

/// The page of a contribution on this site.
pub fn path(view: &View) -> String {
    match &view.body {
        Body::Statement { statement, .. } => format!("/statements/{}", statement.slug),
        Body::Thesis { thesis, slug, .. } => format!("/statements/{slug}/theses/{}", thesis.key),
        Body::Question(asked) => format!("/questions/{}", asked.question.slug),
        Body::Position(_) => format!("/positions/{}", view.head.id),
        Body::Event(_) if !view.head.local => format!("/events/{}", view.head.id),
        Body::Plain | Body::Critique(_) | Body::Event(_) => plain_path(&view.head),
    }
}

/// The page of a contribution that is neither statement nor thesis: ours by its identity, a copy of
/// another server's by its key.
pub fn plain_path(head: &Contribution) -> String {
    let own = head.uri.as_str().strip_prefix(head.uri.origin());
    match own {
        Some(own) if head.local => own.to_owned(),
        _ => format!("/c/{}", head.id),
    }
}

/// The events to which a text links, as its page lists them.
pub fn cited_events(events: &[(Contribution, Event)]) -> Vec<CitedEvent> {
    let one = |(head, event): &(Contribution, Event)| CitedEvent {
        title: head.title.clone().unwrap_or_default(),
        language: Lang::new(&head.language),
        when: event.when(),
        href: if head.local { plain_path(head) } else { format!("/events/{}", head.id) }.into(),
    };
    events.iter().map(one).collect()
}

/// A question at the other end of a tie, as far as it is here.
pub fn tied(qid: &Qid, copy: Option<&(Contribution, Question)>) -> Tied {
    match copy {
        Some((head, question)) => Tied {
            label: head.title.clone().unwrap_or_default(),
            language: Lang::new(&head.language),
            href: Some(format!("/questions/{}", question.slug).into()),
        },
        None => Tied {
            label: format!("a question that is not here (#{})", qid.hashtag()),
            language: Lang::new("en"),
            href: None,
        },
    }
}

/// What a statement refers to.
pub fn references(references: &ReferencesView) -> ReferencesShown {
    let asked = references.questions.iter().map(|named| tied(&named.qid, named.copy.as_deref()));
    let signed = |signatory: &Signatory| Signed {
        link: match &signatory.account {
            Some(account) => Link::new(account.title(), account_path(account)),
            None => Link::new(signatory.uri.host(), signatory.uri.as_str()),
        },
        confirmed: signatory.confirmed,
    };
    ReferencesShown {
        questions: asked.collect(),
        sources: references
            .sources
            .iter()
            .map(|source| Link::new(&source.title, source.url.as_str()))
            .collect(),
        signatories: references.signatories.iter().map(signed).collect(),
    }
}

/// Where a text comes from; `None` for ours.
pub fn origin(head: &Contribution, host: Option<&Host>) -> Option<Origin> {
    (!head.local).then(|| Origin {
        host: head.uri.host().to_owned(),
        href: head.url.as_str().into(),
        trust: head.trust,
        unreachable_since: host.and_then(|host| host.unreachable_since()).map(moment),
    })
}

/// What became of a text; `successor` is the page of the statement in its place.
pub fn standing(view: &View, successor: Option<Link>) -> Standing {
    let reason = match &view.body {
        Body::Statement { statement, .. } => statement.reason.clone().unwrap_or_default(),
        Body::Question(asked) => asked.question.reason.clone().unwrap_or_default(),
        Body::Position(stand) => stand.position.reason.clone().unwrap_or_default(),
        Body::Event(fact) => fact.event.reason.clone().unwrap_or_default(),
        Body::Thesis { .. } | Body::Plain | Body::Critique(_) => String::new(),
    };
    let on = moment(view.head.edited_at.unwrap_or(view.head.published_at));
    match view.head.state {
        State::Superseded => Standing::Superseded { reason, on, by: successor },
        State::Retracted => Standing::Retracted { reason, on },
        State::Held => Standing::Waiting,
        State::Current | State::Deleted | State::Withheld => Standing::Current,
    }
}

/// What a contribution is called in lists and links.
pub fn label(view: &View) -> String {
    match &view.body {
        Body::Statement { .. } => view.head.title.clone().unwrap_or_else(|| "a statement".to_owned()),
        Body::Thesis { thesis, statement, .. } => {
            let title = statement.title.as_deref().unwrap_or("a statement");
            format!("thesis {} of “{title}”", thesis.number)
        }
        Body::Question(_) => format!("the question “{}”", view.head.title.as_deref().unwrap_or_default()),
        Body::Position(_) => format!("the position of {}", view.author.title()),
        Body::Event(_) => format!("the event “{}”", view.head.title.as_deref().unwrap_or_default()),
        Body::Critique(critique) => format!("{} by {}", intent(critique.intent), view.author.title()),
        Body::Plain => {
            let title = view.head.title.as_ref().map(|title| format!("“{title}”"));
            title.unwrap_or_else(|| format!("a contribution by {}", view.author.title()))
        }
    }
}

/// What a critique means to do, in words.
pub const fn intent(intent: Intent) -> &'static str {
    match intent {
        Intent::Objection => "an objection",
        Intent::Support => "support",
        Intent::Question => "a question",
        Intent::Correction => "a correction",
        Intent::Evidence => "evidence",
    }
}

/// A link to a contribution.
pub fn link(view: &View) -> Link {
    Link::new(label(view), path(view))
}

/// What it is, in words.
pub fn kind(view: &View) -> String {
    if view.head.visibility == Visibility::Internal && view.head.kind == Kind::Post {
        return "Internal contribution".to_owned();
    }
    match view.head.kind {
        Kind::Post if view.head.in_reply_to_uri.is_some() => voice(view.author.kind).reply_label().to_owned(),
        Kind::Post => "Post".to_owned(),
        _ => {
            let word = if let Body::Critique(critique) = &view.body {
                critique.intent.as_str()
            } else {
                view.kind_word()
            };
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// The beginning of a contribution, plain text. A warning stands in for the text it covers.
pub fn excerpt(view: &View) -> String {
    match &view.body {
        Body::Thesis { thesis, .. } => plain::excerpt(&thesis.head, EXCERPT),
        Body::Statement { .. } => view.head.summary.clone().unwrap_or_default(),
        Body::Position(stand) if stand.position.reasoning.is_empty() => stand.position.answer.clone(),
        Body::Position(stand) => words(&stand.position.reasoning),
        Body::Question(asked) => words(&asked.question.background),
        Body::Event(fact) => words(&format!("{}{}", wire::event::when_and_where(fact), fact.event.details)),
        Body::Plain => view.head.summary.clone().unwrap_or_else(|| words(&view.head.content)),
        Body::Critique(critique) => view.head.summary.clone().unwrap_or_else(|| {
            let (opening, content) = (wire::critique::opening(critique), view.head.content.as_str());
            words(content.strip_prefix(opening.as_str()).unwrap_or(content))
        }),
    }
}

/// A contribution in a list.
pub fn entry(view: &View, answers: Option<Link>) -> Entry {
    let has_title = !matches!(view.body, Body::Thesis { .. });
    Entry {
        kind: kind(view),
        title: view.head.title.clone().filter(|_| has_title),
        passage: if let Body::Critique(critique) = &view.body {
            critique.passage().unwrap_or_default().to_owned()
        } else {
            String::new()
        },
        excerpt: excerpt(view),
        language: Lang::new(&view.head.language),
        author: author(&view.author),
        published: moment(view.head.published_at),
        href: path(view).into(),
        answers,
        replies: small(view.replies),
        standing: standing(view, None),
    }
}

/// A statement in the list of statements; `heads` shows its theses.
pub fn card(view: &View, heads: bool) -> StatementCard {
    let theses = theses(view);
    let replies = theses.iter().map(|thesis| thesis.replies).sum::<i64>() + view.replies;
    let href = path(view);
    let shown = if heads { theses } else { &[] };
    StatementCard {
        title: view.head.title.clone().unwrap_or_default(),
        announcement: view.head.summary.clone().unwrap_or_default(),
        author: author(&view.author),
        published: moment(view.head.published_at),
        language: Lang::new(&view.head.language),
        theses: small(theses.len()),
        replies: small(replies),
        standing: standing(view, None),
        heads: shown.iter().map(|thesis| neighbour(&href, &thesis.thesis)).collect(),
        href: href.into(),
    }
}

/// The theses of a loaded statement.
pub fn theses(view: &View) -> &[LoadedThesis] {
    if let Body::Statement { theses, .. } = &view.body { theses } else { &[] }
}

/// A thesis as a line that leads to it.
pub fn neighbour(statement: &str, thesis: &Thesis) -> Neighbour {
    Neighbour {
        number: thesis.number.clone(),
        head: thesis.head.clone(),
        href: format!("{statement}/theses/{}", thesis.key).into(),
    }
}

/// A thesis in full.
pub fn thesis(statement: &str, head: &Contribution, thesis: &Thesis, replies: i64) -> ThesisView {
    ThesisView {
        key: thesis.key.clone(),
        number: thesis.number.clone(),
        kind: thesis.kind,
        head: thesis.head.clone(),
        body: html(&thesis.body),
        limits: html(&thesis.limits),
        evidence: html(&thesis.evidence),
        href: format!("{statement}/theses/{}", thesis.key).into(),
        answer: format!("/reply?to={}", head.id).into(),
        replies: small(replies),
        marked: Vec::new(),
    }
}

/// Safe HTML with the small pictures that it names.
pub fn dressed(stored: &str, emojis: &[Emoji]) -> Html {
    let paths: Vec<String> = emojis.iter().map(Emoji::path).collect();
    let picture = |(emoji, path)| {
        let (emoji, path): (&Emoji, &String) = (emoji, path);
        Picture { name: &emoji.shortcode, path }
    };
    let pictures: Vec<Picture<'_>> = emojis.iter().zip(&paths).map(picture).collect();
    dress(&html(stored), &pictures)
}

/// The files beside a contribution. A picture that its author wants hidden at first is a link.
pub fn attachments(view: &View) -> Vec<Attachment> {
    let sensitive = view.head.sensitive || view.author.sensitive;
    let hidden = sensitive && view.head.summary.is_none();
    let one = |media: &Media| Attachment {
        href: media.path().into(),
        thumbnail: media.preview_path().filter(|_| !hidden).map(Href::new),
        description: media.description.clone(),
    };
    view.media.iter().map(one).collect()
}

/// What a contribution quotes, where that was loaded.
pub fn quoted(view: &View) -> Option<Quoted> {
    let quoted = view.quoted.as_ref()?;
    // Only where nothing is hidden from this reader: the address says no more than the post does.
    let href = view.quote.as_ref().map(|quoting| Href::new(&*quoting.url));
    let withheld = |why| Quoted::Withheld { why, href: None };
    Some(match (quoted.showing, &quoted.view) {
        (Showing::Shown, Some(view)) => Quoted::Shown(Box::new(Quotation {
            author: author(&view.author),
            published: moment(view.head.published_at),
            title: view.head.title.clone().filter(|_| !matches!(view.body, Body::Thesis { .. })),
            excerpt: excerpt(view),
            language: Lang::new(&view.head.language),
            href: path(view).into(),
        })),
        (Showing::Pending, _) => {
            Quoted::Withheld { why: "Its author has not yet agreed to being quoted here.", href }
        }
        (Showing::Rejected, _) => withheld("Its author did not agree to being quoted here."),
        (Showing::Revoked, _) => withheld("Its author no longer agrees to being quoted here."),
        (Showing::Deleted, _) => withheld("What is quoted here was deleted."),
        (Showing::Shown | Showing::Unauthorized, _) => withheld("What is quoted here is not for everyone."),
        (Showing::BlockedAccount, _) => withheld("What is quoted here is by somebody whom you block."),
        (Showing::BlockedHost, _) => withheld("What is quoted here is from a host that you block."),
        (Showing::MutedAccount, _) => withheld("What is quoted here is by somebody whom you mute."),
    })
}

/// A contribution in full.
pub fn post(view: &View, answers: Option<Link>, host: Option<&Host>, tools: Vec<Link>) -> PostView {
    let content = match &view.body {
        Body::Thesis { thesis, .. } => html(&thesis.body),
        Body::Statement { .. } => Html::default(),
        Body::Event(fact) => html(
            &[&*wire::event::when_and_where(fact), &*fact.event.details, &*wire::event::sources(fact)]
                .concat(),
        ),
        Body::Plain | Body::Question(_) | Body::Position(_) | Body::Critique(_) => {
            dressed(&view.head.content, &view.emojis)
        }
    };
    let plain = matches!(view.body, Body::Plain | Body::Critique(_));
    PostView {
        kind: kind(view),
        title: view.head.title.clone(),
        author: author(&view.author),
        published: moment(view.head.published_at),
        edited: view.head.edited_at.map(moment),
        language: Lang::new(&view.head.language),
        intent: if let Body::Critique(critique) = &view.body {
            intent(critique.intent).to_owned()
        } else {
            String::new()
        },
        warning: view.head.summary.clone().filter(|_| plain),
        content,
        attachments: attachments(view),
        quoted: quoted(view),
        answers,
        href: path(view).into(),
        origin: origin(&view.head, host),
        standing: standing(view, None),
        tools,
    }
}
