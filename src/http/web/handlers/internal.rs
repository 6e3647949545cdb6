//! The internal space: conversations among members, and publishing what was said there.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::ask::refused;
use super::conversation::entries;
use super::reply::{check, language, own};
use super::{Answer, before, cut, page, pager, then};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::id::Id;
use crate::federation::{Federation, resolve};
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes, language_choices};
use crate::http::web::internal::{InternalPreview, InternalPublishPage};
use crate::http::web::layout::{Layout, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::present;
use crate::http::web::shown::{Lang, Link};
use crate::services::formats::{Format, render};
use crate::services::internal::{self as service, Outward};
use crate::services::posts::NewPost;
use crate::store::internal;
use crate::text::{Markdown, names};

/// Entries on a page.
const PAGE: usize = 20;

fn frame(visit: &Visit, title: &str) -> Layout {
    visit.private_layout(title, Section::Internal)
}

/// `GET /internal`: what members said to each other.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.member()?;
    let (viewer, start) = (visit.viewer(), before(&visit));
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let loaded = data.app.db.read(|conn| {
        let mut heads = internal::page(conn, viewer, start, limit)?;
        let more = cut(&mut heads, PAGE);
        let older: Option<Id<Contribution>> = heads.last().filter(|_| more).map(|head| head.id);
        Ok((entries(conn, viewer, heads)?, older))
    });
    let (entries, older) = loaded.await?;
    page(&ListingPage {
        layout: frame(&visit, "Internal"),
        heading: "Among members".to_owned(),
        lead: "Only members of this site read this. It is not sent to other servers and stands in no public list; \
               what answers it stays inside, too."
            .to_owned(),
        nothing: "Nothing was said here yet.".to_owned(),
        entries,
        links: vec![Link::new("Begin a conversation", "/internal/new")],
        pager: pager("/internal", older, start.is_none()),
    })
}

/// `GET /internal/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.member()?;
    let main = visit.language().to_owned();
    form(&visit, ("", &main), Mistakes::default())
}

fn form(visit: &Visit, (text, language): (&str, &str), mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: frame(visit, "Begin a conversation"),
        heading: "Begin a conversation among members".to_owned(),
        lead: "Only members of this site read it. What of it should become public is published in a step of its own."
            .to_owned(),
        about: None,
        action: "/internal/new".into(),
        fields: vec![
            Field::text("text", "Text", "Markdown.", text, 9),
            Field::new("language", "Language", "", FieldKind::Select(language_choices(language)), ""),
        ],
        mistakes,
        button: "Say it to the members".to_owned(),
        back: "/internal".into(),
    })
}

/// `POST /internal/new`.
pub async fn begin(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let member = visit.member()?;
    let text = fields.get("text");
    if let Err(why) = check(&data, text) {
        return refused(form(&visit, (text, &language(&fields)), Mistakes::one("text", why)));
    }
    let post = NewPost {
        markdown: Markdown::new(text),
        language: language(&fields),
        mentions: resolve::mentioned_here(&data, text).await?,
        ..NewPost::default()
    };
    let view = data.app.db.write(|tx| service::begin(tx, &member.account, &post)).await?;
    then(&present::path(&view))
}

/// `GET /contributions/{id}/publish`: what was said inside, and the text without the names of others.
pub async fn ask_publish(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let draft = draft(&data, &head, author).await?;
    let text = names::redacted(&draft.said, &draft.names);
    show(&data, &visit, &draft, Shown { text, ..Shown::default() })
}

/// What was said inside, with the names of members.
struct Draft {
    head: Contribution,
    said: String,
    names: Vec<String>,
}

/// What the page shows of what is to be published.
#[derive(Default)]
struct Shown {
    text: String,
    visibility: Option<Visibility>,
    preview: Option<InternalPreview>,
    mistakes: Mistakes,
}

async fn draft(
    data: &Data<Federation>,
    head: &Contribution,
    author: &Account,
) -> Result<Draft, crate::http::error::PageError> {
    let loaded = data.app.db.read(|conn| {
        let head = service::of_author(conn, author, head.id)?;
        Ok((head, service::names(conn, author.id)?))
    });
    let (head, names) = loaded.await?;
    Ok(Draft { said: head.markdown.clone().unwrap_or_default(), head, names })
}

fn show(data: &Data<Federation>, visit: &Visit, draft: &Draft, shown: Shown) -> Answer {
    let unlisted = shown.visibility == Some(Visibility::Unlisted);
    let mut readers = vec![
        Choice::new("public", "Everybody, also in public lists", !unlisted),
        Choice::new("unlisted", "Everybody who finds it, but it stands in no public list", unlisted),
    ];
    if shown.visibility.is_none() && shown.preview.is_none() {
        readers.iter_mut().for_each(|choice| choice.selected = choice.value == "public");
    }
    page(&InternalPublishPage {
        layout: frame(visit, "Publish what was said inside"),
        action: format!("/contributions/{}/publish", draft.head.id).into(),
        original: names::pieces(&draft.said, &draft.names),
        text: shown.text,
        readers,
        language: Lang::new(&draft.head.language),
        limit: present::small(data.app.config.limits.post_characters),
        preview: shown.preview,
        mistakes: shown.mistakes,
        back: present::plain_path(&draft.head).into(),
    })
}

fn visibility(fields: &Fields) -> Option<Visibility> {
    match fields.get("visibility") {
        "public" => Some(Visibility::Public),
        "unlisted" => Some(Visibility::Unlisted),
        _ => None,
    }
}

/// `POST /contributions/{id}/publish`: shows exactly what is published, and publishes it when that was read.
pub async fn publish(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let user = visit.member()?.user.id;
    let draft = draft(&data, &head, author).await?;
    let text = fields.get("text").to_owned();
    let chosen = visibility(&fields);
    let mut mistakes = Mistakes::default();
    if let Err(why) = check(&data, &text) {
        mistakes.add("text", why);
    }
    let Some(visibility) = chosen.filter(|_| mistakes.is_empty()) else {
        if chosen.is_none() {
            mistakes.add("visibility", "Choose who reads it.");
        }
        return refused(show(
            &data,
            &visit,
            &draft,
            Shown { text, visibility: chosen, mistakes, preview: None },
        ));
    };
    let outward = Outward {
        markdown: Markdown::new(&text),
        visibility,
        mentions: resolve::mentioned(&data, &text).await,
    };
    if fields.get("confirmed") == "yes" {
        let view =
            data.app.db.write(|tx| service::publish(tx, user, author, (draft.head.id, &outward))).await?;
        return then(&format!("{}?note=published", present::path(&view)));
    }
    let preview = preview(&visit, &outward, &draft.names, fields.get("visibility"));
    let shown = Shown { text, visibility: Some(visibility), preview: Some(preview), mistakes };
    let mut answer = show(&data, &visit, &draft, shown)?;
    *answer.status_mut() = StatusCode::OK;
    Ok(answer)
}

fn preview(visit: &Visit, outward: &Outward, names: &[String], chosen: &str) -> InternalPreview {
    let (content, _) = render(&visit.site, &outward.markdown, Format::Markdown, &outward.mentions);
    let text = outward.markdown.as_str();
    let mut named: Vec<String> =
        names::find(text, names).into_iter().filter_map(|range| text.get(range).map(str::to_owned)).collect();
    named.sort();
    named.dedup();
    let told: Vec<&str> = outward.mentions.iter().map(|account| account.handle.as_str()).collect();
    let told =
        if told.is_empty() { String::new() } else { format!(" It names, and tells, {}.", told.join(", ")) };
    InternalPreview {
        content: present::html(content.as_str()),
        names: named,
        reach: format!(
            "It is sent to the servers of those who follow you, and cannot be called back from there.{told}"
        ),
        visibility: chosen.to_owned(),
    }
}
