//! Dated facts: their pages, the chronology, and the form of those who publish them.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::around::{Below, load};
use super::contribution::find;
use super::conversation::{arrange, invitation, tools};
use super::thread::{checked, elsewhere};
use super::versions;
use super::{Answer, page, page_with, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::contribution::Kind;
use crate::domain::date::Day;
use crate::domain::event::{DraftEvent, EventView};
use crate::domain::statement::Statement;
use crate::domain::uri::Uri;
use crate::domain::user::Role;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::event::{Dated, EventFormPage, EventPage, TimelinePage, Year};
use crate::http::web::forms::{Mistakes, language_choices};
use crate::http::web::layout::{Layout, OpenGraph, Section};
use crate::http::web::present::{self, moment};
use crate::http::web::shown::{Lang, Link};
use crate::services::events as service;
use crate::store::events::{self, Days};
use crate::store::{Error, hosts, statements, views};
use crate::text::Markdown;

/// Events on one page of the chronology, and statements beside them.
const PAGE: i64 = 300;

/// `GET /events/{token}`: ours by its address; digits alone are the copy of another server's.
pub async fn show(data: &Data<Federation>, visit: &Visit, token: &str) -> Answer {
    let viewer = visit.viewer();
    let uri = Uri::ours(&visit.site.origin, &format!("/events/{token}"));
    let loaded = data.app.db.read(|conn| {
        let head = Some(find(conn, viewer, token, &uri)?).filter(|head| head.kind == Kind::Event);
        let head = head.ok_or(Refusal::NotFound)?;
        let citing = events::citing(conn, viewer, &head)?;
        let citing = views::load(conn, viewer, citing)?;
        let replies = (load(conn, visit, &head, Below::All)?, checked(conn, viewer, &head)?);
        let view = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
        let host = match view.author.host_id {
            Some(id) => hosts::by_id(conn, id)?,
            None => None,
        };
        Ok((view, citing, replies, host))
    });
    let (view, citing, (replies, checked), host) = loaded.await?;
    let mut replies = arrange(visit, &replies);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let mut shown = tools(visit, &view);
    if view.head.author_id == visit.organization.id && visit.has_role(Role::Publisher) {
        shown.push(Link::new("Revise or withdraw", format!("{}/revise", present::path(&view))));
    }
    let layout = frame(visit, &view);
    page_with(
        layout.activity.clone().as_ref(),
        &EventPage {
            layout,
            post: present::post(&view, None, host.as_ref(), shown),
            changed: versions::changed(&view),
            citing: citing.iter().map(|view| present::entry(view, None)).collect(),
            replies,
            invitation: invitation(visit, &view, data.app.config.limits.post_characters),
        },
    )
}

/// The frame of the page of an event.
pub fn frame(visit: &Visit, view: &View) -> Layout {
    let title = view.head.title.clone().unwrap_or_default();
    let path = present::path(view);
    let canonical = if view.head.local { visit.absolute(&path) } else { view.head.url.clone() };
    let layout = visit.layout(title.clone());
    Layout {
        description: present::excerpt(view),
        canonical: Some(canonical.into()),
        activity: Some(view.head.uri.as_str().into()),
        open_graph: view.head.is_open().then(|| OpenGraph {
            kind: "article",
            title,
            description: present::excerpt(view),
            author: view.author.title().to_owned(),
            published: Some(moment(view.head.published_at)),
            changed: view.head.edited_at.map(moment),
            language: Lang::new(&view.head.language),
        }),
        no_index: !view.head.local,
        here: Section::Chronology,
        ..layout
    }
}

/// `GET /timeline`, and with `?from=2022-01-05` what was not over before that day.
pub async fn timeline(data: Data<Federation>, visit: Visit) -> Answer {
    let viewer = visit.viewer();
    let from = visit.asked("from").and_then(|day| Day::parse(&day));
    let days = Days { from: from.map(Day::as_text).unwrap_or_default(), ..Days::default() };
    let since = from.and_then(Day::start).unwrap_or(Timestamp(0));
    let loaded = data.app.db.read(|conn| {
        let heads = events::chronology(conn, viewer, &days, PAGE + 1)?;
        let said = statements::since(conn, viewer, since, PAGE + 1)?;
        Ok((views::load(conn, viewer, heads)?, views::load(conn, viewer, said)?))
    });
    let (happened, said) = loaded.await?;
    let (happened, said) = (lines(&happened), lines(&said));
    // Each list was read up to a bound: what both reach is shown, and the next page goes on there.
    let full = |lines: &[(String, Dated)]| lines.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    let reached = [&happened, &said].into_iter().filter(|lines| full(lines));
    let until = reached.filter_map(|lines| lines.last().map(|(day, _)| day.clone())).min();
    let later = until.as_ref().and_then(|until| match from.filter(|from| *until <= from.as_text()) {
        // One day that has more than a page: the next page begins after it.
        Some(from) => from.next().map(Day::as_text),
        None => Some(until.clone()),
    });
    let mut lines: Vec<(String, Dated)> = happened.into_iter().chain(said).collect();
    lines.retain(|(day, _)| until.as_ref().is_none_or(|until| day <= until));
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut layout = visit.layout("Chronology");
    layout.here = Section::Chronology;
    layout.canonical = Some(visit.absolute("/timeline").into());
    layout.description = "What happened, and when organizations said what about it.".to_owned();
    page(&TimelinePage {
        layout,
        years: by_year(lines),
        later: later.map(|day| format!("/timeline?from={day}").into()),
        write: visit.has_role(Role::Publisher).then(|| "/events/new".into()),
    })
}

fn lines(views: &[View]) -> Vec<(String, Dated)> {
    views.iter().filter_map(line).collect()
}

/// A line of the chronology with the day by which it is ordered.
fn line(view: &View) -> Option<(String, Dated)> {
    match &view.body {
        Body::Event(fact) => Some((fact.event.first_day.clone(), happened(view, fact))),
        Body::Statement { statement, .. } => Some((view.head.published_at.to_date(), said(view, statement))),
        Body::Plain | Body::Thesis { .. } | Body::Question(_) | Body::Position(_) | Body::Critique(_) => None,
    }
}

fn happened(view: &View, fact: &EventView) -> Dated {
    let precision = fact.event.precision();
    Dated {
        happened: true,
        when: fact.event.when(),
        datetime: fact.event.date.split('/').next().unwrap_or_default().to_owned(),
        precision: match precision {
            "month" | "year" => format!("known to the {precision}"),
            _ => String::new(),
        },
        place: fact.event.place.clone(),
        title: Link::new(view.head.title.clone().unwrap_or_default(), present::path(view)),
        language: Lang::new(&view.head.language),
        author: Link::new(view.author.title(), present::account_path(&view.author)),
        standing: present::standing(view, None),
    }
}

fn said(view: &View, statement: &Statement) -> Dated {
    let published = moment(view.head.published_at);
    Dated {
        happened: false,
        when: published.day(),
        datetime: view.head.published_at.to_date(),
        precision: String::new(),
        place: String::new(),
        title: Link::new(
            view.head.title.clone().unwrap_or_default(),
            format!("/statements/{}", statement.slug),
        ),
        language: Lang::new(&view.head.language),
        author: Link::new(view.author.title(), present::account_path(&view.author)),
        standing: present::standing(view, None),
    }
}

fn by_year(lines: Vec<(String, Dated)>) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    for (day, dated) in lines {
        let name = day.get(..4).unwrap_or_default().to_owned();
        match years.last_mut().filter(|year| year.name == name) {
            Some(year) => year.moments.push(dated),
            None => years.push(Year { name, moments: vec![dated] }),
        }
    }
    years
}

/// `GET /events/new`.
pub async fn write(visit: Visit) -> Answer {
    visit.with_role(Role::Publisher)?;
    let draft = DraftEvent { language: visit.language().to_owned(), ..DraftEvent::default() };
    form(&visit, "/events/new", None, (&draft, ""), Mistakes::default())
}

/// `POST /events/new`.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let draft = read(&fields);
    let done = data.app.db.write(|tx| service::publish(tx, user, &draft)).await;
    answer(&visit, "/events/new", None, (&draft, ""), done)
}

/// `GET /events/{token}/revise`.
pub async fn revise(data: Data<Federation>, visit: Visit, Path(token): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let (view, draft) = own(&data, &visit, &token).await?;
    let action = format!("{}/revise", present::path(&view));
    form(&visit, &action, Some(present::link(&view)), (&draft, ""), Mistakes::default())
}

/// `POST /events/{token}/revise` with `step=revise` or `step=retract`.
pub async fn submit_revision(
    data: Data<Federation>,
    Path(token): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let (view, _) = own(&data, &visit, &token).await?;
    let (id, draft, reason) = (view.head.id, read(&fields), fields.get("reason"));
    let done = data.app.db.write(|tx| match fields.get("step") {
        "retract" => service::retract(tx, user, id, reason),
        _ => service::revise(tx, user, id, &draft, reason),
    });
    let action = format!("{}/revise", present::path(&view));
    answer(&visit, &action, Some(present::link(&view)), (&draft, reason), done.await)
}

/// An event of ours and the draft that its revision starts from.
async fn own(data: &Data<Federation>, visit: &Visit, token: &str) -> Result<(View, DraftEvent), PageError> {
    let viewer = visit.viewer();
    let uri = Uri::ours(&visit.site.origin, &format!("/events/{token}"));
    let view = data.app.db.read(|conn| {
        let head = Some(find(conn, viewer, token, &uri)?).filter(|head| head.local);
        views::one(conn, viewer, head.ok_or(Refusal::NotFound)?)?.ok_or_else(|| Refusal::NotFound.into())
    });
    let view: View = view.await?;
    let Body::Event(fact) = &view.body else { return Err(PageError::not_found()) };
    let draft = service::draft_of(&view.head, fact);
    Ok((view, draft))
}

fn read(fields: &Fields) -> DraftEvent {
    DraftEvent {
        text: fields.get("text").to_owned(),
        date: fields.get("date").to_owned(),
        place: fields.get("place").to_owned(),
        details: Markdown::new(fields.get("details")),
        sources: fields.get("sources").lines().map(str::to_owned).collect(),
        language: fields.get("language").to_owned(),
    }
}

fn answer(
    visit: &Visit,
    action: &str,
    revises: Option<Link>,
    typed: (&DraftEvent, &str),
    done: Result<View, Error>,
) -> Answer {
    match done {
        Ok(view) => then(&format!("{}?note=published", present::path(&view))),
        Err(error) => again(error, |mistakes| form(visit, action, revises, typed, mistakes)),
    }
}

fn form(
    visit: &Visit,
    action: &str,
    revises: Option<Link>,
    (draft, reason): (&DraftEvent, &str),
    mistakes: Mistakes,
) -> Answer {
    let title = if revises.is_some() { "Revise an event" } else { "Add an event" };
    page(&EventFormPage {
        layout: visit.private_layout(title, Section::Chronology),
        action: action.into(),
        revises,
        text: draft.text.clone(),
        date: draft.date.clone(),
        place: draft.place.clone(),
        details: draft.details.as_str().to_owned(),
        sources: draft.sources.join("\n"),
        reason: reason.to_owned(),
        languages: language_choices(&draft.language),
        mistakes,
    })
}
