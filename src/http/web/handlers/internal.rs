//! The internal space: conversations among members.

use activitypub_federation::config::Data;

use super::again::again;
use super::ask::refused;
use super::conversation::entries;
use super::internal_rooms::lines;
use super::reply::{check, language};
use super::{Answer, before, cut, page, pager, then};
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::federation::{Federation, resolve};
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Mistakes, language_choices};
use crate::http::web::internal_room::InternalPage;
use crate::http::web::layout::{Layout, Section};
use crate::http::web::present;
use crate::services::internal as service;
use crate::services::posts::NewPost;
use crate::store::internal;
use crate::text::Markdown;

/// Entries on a page.
const PAGE: usize = 20;

pub(super) fn frame(visit: &Visit, title: &str) -> Layout {
    visit.private_layout(title, Section::Internal)
}

/// `GET /internal`: the rooms, and what members said to each other.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.member()?;
    let (viewer, start) = (visit.viewer(), before(&visit));
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let loaded = data.app.db.read(|conn| {
        let mut heads = internal::page(conn, viewer, start, limit)?;
        let more = cut(&mut heads, PAGE);
        let older: Option<Id<Contribution>> = heads.last().filter(|_| more).map(|head| head.id);
        let rooms = if start.is_none() { lines(conn, viewer)? } else { Vec::new() };
        Ok((rooms, entries(conn, viewer, heads)?, older))
    });
    let (rooms, entries, older) = loaded.await?;
    page(&InternalPage {
        layout: frame(&visit, "Internal"),
        rooms,
        entries,
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
    match data.app.db.write(|tx| service::begin(tx, &member.account, &post)).await {
        Ok(view) => then(&present::path(&view)),
        Err(error) => again(error, |mistakes| form(&visit, (text, &post.language), mistakes)),
    }
}
