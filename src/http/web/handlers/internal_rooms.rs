//! Rooms of the internal space: the list, one room with its conversations, opening, naming and closing one.

use std::collections::HashMap;

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::{again, come_back, what_was_wrong};
use super::ask::refused;
use super::internal::frame;
use super::reply::{check, language};
use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::counting::counted;
use crate::domain::id::Id;
use crate::domain::internal_room::{InternalRoom, RoomNews, RoomThread, title};
use crate::domain::view::View;
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::posted::Posted;
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes, language_choices};
use crate::http::web::internal_room::{InternalRoomPage, RoomForm, RoomLine, ThreadLine};
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::internal_rooms as service;
use crate::services::posts::NewPost;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, accounts, internal_rooms, views};
use crate::text::Markdown;

/// Conversations on a page.
const PAGE: usize = 20;

fn path(id: Id<InternalRoom>) -> String {
    format!("/internal/rooms/{id}")
}

/// The rooms, those first in which something was said last, and closed ones at the end.
pub(super) fn lines(conn: &mut Conn, viewer: Viewer) -> Result<Vec<RoomLine>, Error> {
    let news = internal_rooms::news(conn, viewer)?;
    let mut rooms = internal_rooms::all(conn)?;
    let latest = |room: &InternalRoom| news.get(&room.id).map_or(room.id.get(), |news| news.last.get());
    rooms.sort_by_key(|room| (room.closed_at.is_some(), std::cmp::Reverse(latest(room))));
    let last: Vec<Id<Contribution>> = news.values().map(|news| news.last).collect();
    let views = by_key(conn, viewer, &last)?;
    let line = |room: &InternalRoom| RoomLine {
        link: Link::new(room.title.as_str(), path(room.id)),
        line: found_there(room, news.get(&room.id), &views),
    };
    Ok(rooms.iter().map(line).collect())
}

fn found_there(
    room: &InternalRoom,
    news: Option<&RoomNews>,
    views: &HashMap<Id<Contribution>, View>,
) -> String {
    let closed = if room.closed_at.is_some() { "Closed. " } else { "" };
    let Some(news) = news else { return format!("{closed}Nothing was said here yet.") };
    let last = views.get(&news.last).map(|view| format!(", the latest by {}", said(view)));
    format!("{closed}{}{}", counted(news.threads, "conversation"), last.unwrap_or_default())
}

/// Who said something, and when.
fn said(view: &View) -> String {
    format!("{}, {}", view.author.title(), present::moment(view.head.published_at).minute())
}

fn by_key(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[Id<Contribution>],
) -> Result<HashMap<Id<Contribution>, View>, Error> {
    let heads = contributions::by_ids(conn, viewer, ids)?;
    Ok(views::load(conn, viewer, heads)?.into_iter().map(|view| (view.head.id, view)).collect())
}

/// `GET /internal/rooms/{id}`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let main = visit.language().to_owned();
    shown(&data, &visit, key(&id)?, ("", &main), Mistakes::default()).await
}

async fn shown(
    data: &Data<Federation>,
    visit: &Visit,
    id: Id<InternalRoom>,
    (text, language): (&str, &str),
    mistakes: Mistakes,
) -> Answer {
    let user = &visit.member()?.user;
    let (viewer, start) = (visit.viewer(), before(visit));
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let loaded = data.app.db.read(|conn| {
        let room = internal_rooms::by_id(conn, id)?.ok_or(Refusal::NotFound)?;
        let opener = accounts::by_id(conn, room.created_by)?;
        let mut threads = internal_rooms::threads(conn, viewer, id, start, limit)?;
        let more = cut(&mut threads, PAGE);
        let older = threads.last().filter(|_| more).map(|thread| thread.last);
        let ids: Vec<_> = threads.iter().flat_map(|thread| [thread.first, thread.last]).collect();
        Ok((room, opener, by_key(conn, viewer, &ids)?, threads, older))
    });
    let (room, opener, views, threads, older) = loaded.await?;
    let opener = opener.map_or("somebody who left".to_owned(), |account| account.title().to_owned());
    let open = room.closed_at.is_none();
    page(&InternalRoomPage {
        layout: frame(visit, &room.title),
        lead: format!(
            "Opened by {opener} on {}.{}",
            present::moment(room.created_at).day(),
            if open { "" } else { " It is closed: what was begun here goes on, and nothing new is begun." }
        ),
        tools: if room.is_kept_by(user) {
            vec![Link::new("Rename or close", format!("{}/change", path(id)))]
        } else {
            Vec::new()
        },
        title: room.title,
        threads: threads.iter().filter_map(|thread| line(*thread, &views)).collect(),
        form: open.then(|| RoomForm {
            action: path(id).into(),
            text: text.to_owned(),
            languages: language_choices(language),
            mistakes,
        }),
        pager: pager(&path(id), older, start.is_none()),
    })
}

fn line(thread: RoomThread, views: &HashMap<Id<Contribution>, View>) -> Option<ThreadLine> {
    let first = views.get(&thread.first)?;
    let last = views.get(&thread.last).filter(|last| last.head.id != first.head.id);
    let last = last.map(|last| format!("Answered last by {}.", said(last)));
    Some(ThreadLine { entry: present::entry(first, None), last: last.unwrap_or_default() })
}

/// `POST /internal/rooms/{id}`: begins a conversation.
pub async fn begin(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let member = visit.member()?;
    let (id, text) = (key(&id)?, fields.get("text"));
    if let Err(why) = check(&data, text) {
        let typed = (text, &*language(&fields));
        return refused(shown(&data, &visit, id, typed, Mistakes::one("text", why)).await);
    }
    let post = NewPost {
        markdown: Markdown::new(text),
        language: language(&fields),
        mentions: resolve::mentioned_here(&data, text).await?,
        ..NewPost::default()
    };
    match data.app.db.write(|tx| service::begin(tx, &member.account, id, &post)).await {
        Ok(view) => then(&present::path(&view)),
        Err(error) => {
            let (status, mistakes) = what_was_wrong(error)?;
            come_back(status, shown(&data, &visit, id, (text, &post.language), mistakes).await)
        }
    }
}

/// `GET /internal/rooms/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.member()?;
    opening(&visit, "", Mistakes::default())
}

fn opening(visit: &Visit, typed: &str, mistakes: Mistakes) -> Answer {
    page(&FormPage {
        layout: frame(visit, "Open a room"),
        heading: "Open a room".to_owned(),
        lead: "A room gathers what members say about one subject. Every member reads it and begins conversations \
               there; you and the moderators may rename and close it."
            .to_owned(),
        about: None,
        action: "/internal/rooms/new".into(),
        fields: vec![Field::line("title", "What is it about?", "A few words.", typed)],
        mistakes,
        button: "Open it".to_owned(),
        back: "/internal".into(),
    })
}

/// `POST /internal/rooms/new`.
pub async fn open(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = &visit.member()?.user;
    let typed = fields.get("title");
    if let Err(why) = title(typed) {
        return refused(opening(&visit, typed, Mistakes::one("title", why)));
    }
    match data.app.db.write(|tx| service::open(tx, user, typed)).await {
        Ok(id) => then(&path(id)),
        Err(error) => again(error, |mistakes| opening(&visit, typed, mistakes)),
    }
}

/// `GET /internal/rooms/{id}/change`.
pub async fn ask_change(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let room = kept(&data, &visit, key(&id)?).await?;
    changing(&visit, &room, &room.title, Mistakes::default())
}

async fn kept(
    data: &Data<Federation>,
    visit: &Visit,
    id: Id<InternalRoom>,
) -> Result<InternalRoom, PageError> {
    let user = &visit.member()?.user;
    let room = data.app.db.read(|conn| Ok(internal_rooms::by_id(conn, id)?)).await?;
    let room = room.ok_or_else(PageError::not_found)?;
    if room.is_kept_by(user) {
        return Ok(room);
    }
    Err(PageError::forbidden("Who opened a room and moderators name and close it."))
}

fn changing(visit: &Visit, room: &InternalRoom, typed: &str, mistakes: Mistakes) -> Answer {
    let closed = room.closed_at.is_some();
    let states = [
        Choice::new("open", "Open", !closed),
        Choice {
            hint: "What was begun in it goes on; nothing new is begun.".to_owned(),
            ..Choice::new("closed", "Closed", closed)
        },
    ];
    page(&FormPage {
        layout: frame(visit, &room.title),
        heading: "Rename or close a room".to_owned(),
        lead: "Everything that was said there stays.".to_owned(),
        about: Some(Link::new(room.title.as_str(), path(room.id))),
        action: format!("{}/change", path(room.id)).into(),
        fields: vec![
            Field::line("title", "What is it about?", "A few words.", typed),
            Field::new("state", "It is", "", FieldKind::Radios(states.into()), ""),
        ],
        mistakes,
        button: "Change it".to_owned(),
        back: path(room.id).into(),
    })
}

/// `POST /internal/rooms/{id}/change`.
pub async fn change(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let room = kept(&data, &visit, key(&id)?).await?;
    let user = &visit.member()?.user;
    let (typed, closed) = (fields.get("title"), fields.get("state") == "closed");
    if let Err(why) = title(typed) {
        return refused(changing(&visit, &room, typed, Mistakes::one("title", why)));
    }
    let done = data.app.db.write(|tx| {
        service::rename(tx, user, room.id, typed)?;
        service::close(tx, user, room.id, closed)
    });
    match done.await {
        Ok(()) => then(&format!("{}?note=changed", path(room.id))),
        Err(error) => again(error, |mistakes| changing(&visit, &room, typed, mistakes)),
    }
}
