//! Publishing what was said inside: everything that goes out is shown first, with to whom it goes.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::conversation::intents;
use super::internal::frame;
use super::reply::{check, critique, own};
use super::{Answer, page, then};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::critique::Critique;
use crate::domain::id::token;
use crate::domain::view::View;
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::internal::{InternalPreview, InternalPublishPage, Outgoing};
use crate::http::web::present;
use crate::http::web::shown::Lang;
use crate::services::formats::{Format, render};
use crate::services::internal::{self as service, Outward};
use crate::store::contributions::Viewer;
use crate::store::{critiques, views};
use crate::text::Markdown;
use crate::text::names::Names;

/// What was said inside, what it answers, and the names of members.
struct Draft {
    head: Contribution,
    said: String,
    critique: Option<Critique>,
    /// What it answers, where everybody may read that.
    answered: Option<View>,
    names: Names,
}

/// `GET /contributions/{id}/publish`: what was said inside, and the text without the names of others.
pub async fn ask(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let draft = draft(&data, &head, author).await?;
    show(&data, &visit, &draft, first(&draft), None, Mistakes::default())
}

async fn draft(data: &Data<Federation>, head: &Contribution, author: &Account) -> Result<Draft, PageError> {
    let loaded = data.app.db.read(|conn| {
        let head = service::of_author(conn, author, head.id)?;
        let answered = match service::answered(conn, &head)? {
            Some(parent) => views::one(conn, Viewer::Anyone, parent)?,
            None => None,
        };
        let critique = critiques::parts(conn, head.id)?;
        let names = service::names(conn, author.id)?;
        Ok(Draft { said: head.markdown.clone().unwrap_or_default(), head, critique, answered, names })
    });
    Ok(loaded.await?)
}

/// What the form holds at first: everything of the internal one but the names of others.
fn first(draft: &Draft) -> Outgoing {
    let quote = draft.critique.as_ref();
    let outgoing = Outgoing {
        text: draft.names.redacted(&draft.said),
        summary: draft.names.redacted(draft.head.summary.as_deref().unwrap_or_default()),
        sensitive: draft.head.sensitive,
        visibility: "public".to_owned(),
        place: if draft.answered.is_some() { "answer" } else { "own" }.to_owned(),
        ..Outgoing::default()
    };
    match quote {
        Some(quote) => Outgoing {
            intent: quote.intent.as_str().to_owned(),
            passage: quote.exact.clone(),
            around: (quote.prefix.clone(), quote.suffix.clone()),
            ..outgoing
        },
        None => outgoing,
    }
}

/// What the form was sent with.
fn typed(fields: &Fields) -> Outgoing {
    let field = |name: &str| fields.get(name).to_owned();
    Outgoing {
        text: field("text"),
        summary: field("summary").trim().to_owned(),
        sensitive: fields.get("sensitive") == "yes",
        visibility: field("visibility"),
        place: field("place"),
        intent: field("intent"),
        passage: field("passage"),
        around: (field("prefix"), field("suffix")),
    }
}

fn show(
    data: &Data<Federation>,
    visit: &Visit,
    draft: &Draft,
    outgoing: Outgoing,
    preview: Option<InternalPreview>,
    mistakes: Mistakes,
) -> Answer {
    let choice = |value: &str, label: &str, chosen: &str| Choice::new(value, label, value == chosen);
    let readers = vec![
        choice("public", "Everybody, also in public lists", &outgoing.visibility),
        choice("unlisted", "Everybody who finds it, but it stands in no public list", &outgoing.visibility),
    ];
    let own = choice("own", "On its own, at the beginning of a conversation", &outgoing.place);
    let mut places = vec![own];
    let mut offered = Vec::new();
    if let Some(answered) = &draft.answered {
        let label = format!("As an answer to {}", present::label(answered));
        places.insert(0, choice("answer", &label, &outgoing.place));
        offered = intents(answered, &outgoing.intent);
    }
    page(&InternalPublishPage {
        layout: frame(visit, "Publish what was said inside"),
        action: format!("/contributions/{}/publish", draft.head.id).into(),
        original: draft.names.pieces(&draft.said),
        target: draft.answered.as_ref().map(present::link),
        outgoing,
        readers,
        places,
        intents: offered,
        language: Lang::new(&draft.head.language),
        limit: present::small(data.app.config.limits.post_characters),
        preview,
        mistakes,
        back: present::plain_path(&draft.head).into(),
    })
}

/// `POST /contributions/{id}/publish`: shows exactly what is published, and publishes it when that was read.
pub async fn publish(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let user = visit.member()?.user.id;
    let (draft, outgoing) = (draft(&data, &head, author).await?, typed(&fields));
    let mut outward = match outward(&data, &draft, (&fields, &outgoing)).await? {
        Ok(outward) => outward,
        Err(mistakes) => return refused(show(&data, &visit, &draft, outgoing, None, mistakes)),
    };
    let (known, unknown) = resolve::mentioned_known(&data, &outgoing.text).await?;
    let seen = seen(&known, &unknown);
    outward.mentions = known;
    let agreed = fields.get("confirmed") == "yes" && fields.get("seen") == seen && !outward.key.is_empty();
    if agreed {
        // Now it is decided, and those may be asked for of whom the page said so.
        outward.mentions = resolve::mentioned(&data, &outgoing.text).await;
        let work = data.app.db.write(|tx| service::publish(tx, user, author, (draft.head.id, &outward)));
        return match work.await {
            Ok(view) => then(&format!("{}?note=published", present::path(&view))),
            Err(error) => again(error, |mistakes| show(&data, &visit, &draft, outgoing, None, mistakes)),
        };
    }
    let preview = preview(&visit, &draft, &outward, (&unknown, seen));
    show(&data, &visit, &draft, outgoing, Some(preview), Mistakes::default())
}

/// What goes out, or what is wrong with it. Nobody is asked for yet.
async fn outward(
    data: &Data<Federation>,
    draft: &Draft,
    (fields, outgoing): (&Fields, &Outgoing),
) -> Result<Result<Outward, Mistakes>, PageError> {
    let mut mistakes = Mistakes::default();
    if let Err(why) = check(data, &outgoing.text) {
        mistakes.add("text", why);
    }
    let origin = &data.app.site.origin;
    let hidden =
        data.app.db.read(|conn| service::hidden_links(conn, origin, &outgoing.text)).await?.join(", ");
    if !hidden.is_empty() {
        let why = format!(
            "It links to what not everybody may read, and tells that it is there: {hidden}. Take the link out."
        );
        mistakes.add("text", why);
    }
    let visibility = match outgoing.visibility.as_str() {
        "public" => Visibility::Public,
        "unlisted" => Visibility::Unlisted,
        _ => {
            mistakes.add("visibility", "Choose who reads it.");
            Visibility::Unlisted
        }
    };
    let answers = draft.answered.is_some() && outgoing.place == "answer";
    match (outgoing.place.as_str(), &draft.answered) {
        ("own", _) | ("answer", Some(_)) => {}
        ("answer", None) => mistakes.add("place", "What it answers is gone: it can stand on its own."),
        _ => mistakes.add("place", "Choose where it stands."),
    }
    let meant = if answers { critique(fields) } else { Ok(None) };
    let critique = meant.unwrap_or_else(|why| {
        mistakes.add("intent", why);
        None
    });
    if !mistakes.is_empty() {
        return Ok(Err(mistakes));
    }
    Ok(Ok(Outward {
        markdown: Markdown::new(&*outgoing.text),
        summary: Some(outgoing.summary.clone()).filter(|summary| !summary.is_empty()),
        sensitive: outgoing.sensitive || !outgoing.summary.is_empty(),
        visibility,
        answers,
        critique,
        mentions: Vec::new(),
        key: fields.get("key").to_owned(),
    }))
}

/// Whom the page named as told, and whom as looked for: what is agreed to.
fn seen(known: &[Account], unknown: &[String]) -> String {
    let known = known.iter().map(|account| account.id.to_string());
    known.chain(unknown.iter().cloned()).collect::<Vec<_>>().join(" ")
}

fn preview(
    visit: &Visit,
    draft: &Draft,
    outward: &Outward,
    (unknown, seen): (&[String], String),
) -> InternalPreview {
    let (content, _) = render(&visit.site, &outward.markdown, Format::Markdown, &outward.mentions);
    let whole = format!("{} {}", outward.summary.as_deref().unwrap_or_default(), outward.markdown.as_str());
    let pieces = draft.names.pieces(&whole);
    let mut named: Vec<String> =
        pieces.into_iter().filter(|(name, _)| *name).map(|(_, piece)| piece).collect();
    named.sort();
    named.dedup();
    let mut reach = vec![
        "It is sent to the servers of those who follow you, and cannot be called back from there.".to_owned(),
    ];
    let answered = draft.answered.as_ref().filter(|_| outward.answers);
    if let Some(view) = answered {
        reach.push(format!(
            "It is an answer: {} is told, it goes to that server and to those who follow the conversation.",
            view.author.handle
        ));
    }
    let told: Vec<&str> = outward.mentions.iter().map(|account| account.handle.as_str()).collect();
    if !told.is_empty() {
        reach.push(format!("It names, and tells, {}.", told.join(", ")));
    }
    if !unknown.is_empty() {
        reach.push(format!(
            "Not known here are {}: their servers are asked when you publish it, and who is found is told.",
            unknown.join(", ")
        ));
    }
    let quoted = outward.critique.as_ref().filter(|_| outward.answers);
    InternalPreview {
        content: present::html(content.as_str()),
        summary: outward.summary.clone(),
        sensitive: outward.sensitive,
        meant: quoted.map(|critique| (present::intent(critique.intent), critique.passage.clone())),
        target: answered.map(present::link),
        names: named,
        reach,
        seen,
        key: token(),
    }
}
