//! The organization's home, its archive, and lists by hashtag.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::conversation::entries;
use super::questions as catalogue;
use super::{Answer, before, cut, page, page_with, pager};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::follow::{FollowBox, FollowWay};
use crate::http::web::home::HomePage;
use crate::http::web::layout::{Layout, OpenGraph, Section};
use crate::http::web::listing::ListingPage;
use crate::http::web::present;
use crate::http::web::reply::Elsewhere;
use crate::http::web::shown::{Lang, Link, Pager};
use crate::store::{Conn, Error, contributions, hiding, relations, statements, threads, views};

/// Statements on the home page.
const FIRST: usize = 10;
/// Answers on the home page.
const ANSWERS: i64 = 10;
/// Questions of a kind on the home page.
const QUESTIONS: usize = 5;
/// The list of our statements, and where it stands.
const OURS: (&str, &str) = ("Our statements", "/statements");
/// The list of the others' statements.
const ELSEWHERE: (&str, &str) = ("Statements of others", "/statements?from=elsewhere");
/// Entries on a page of a list.
const PAGE: usize = 20;

/// `GET /`: who we are, what we said, what others answered.
pub async fn show(data: &Data<Federation>, visit: &Visit) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let heads = statements::newest(conn, viewer, true, None, limit(FIRST))?;
        let statements = views::load(conn, viewer, heads)?;
        let answers = threads::answers_to(conn, viewer, visit.organization.id, ANSWERS)?;
        let answers = entries(conn, viewer, answers)?;
        let questions = catalogue::concerning(conn, viewer, &visit.organization, QUESTIONS)?;
        Ok((statements, answers, questions, follow_box(conn, visit, &visit.organization)?))
    });
    let (mut statements, answers, [questions, unanswered], follow) = loaded.await?;
    let more = cut(&mut statements, FIRST);
    let older = statements.last().filter(|_| more).map(|view| format!("/statements?before={}", view.head.id));
    let cards = statements.iter().enumerate().map(|(at, view)| present::card(view, at == 0)).collect();
    let mut layout = frame(visit, "");
    layout.description = present::words(&visit.organization.summary);
    layout.canonical = Some(visit.absolute("/").into());
    layout.activity = Some(visit.organization.uri.as_str().into());
    layout.open_graph = Some(OpenGraph {
        kind: "website",
        title: visit.settings.name.clone(),
        description: layout.description.clone(),
        author: String::new(),
        published: None,
        changed: None,
        language: Lang::new(visit.language()),
    });
    page_with(
        layout.activity.clone().as_ref(),
        &HomePage {
            layout,
            summary: present::html(&visit.organization.summary),
            languages: visit.settings.languages.iter().map(Lang::new).collect(),
            statements: cards,
            questions,
            unanswered,
            answers,
            follow,
            pager: Pager { newer: None, older: older.map(Into::into) },
            archive: None,
            other: Link::new(ELSEWHERE.0, ELSEWHERE.1),
        },
    )
}

/// `GET /statements`: all of ours, or with `?from=elsewhere` those of others that are here, page by page.
pub async fn archive(data: Data<Federation>, visit: Visit) -> Answer {
    let viewer = visit.viewer();
    let start = before(&visit);
    let ours = visit.asked("from").as_deref() != Some("elsewhere");
    let loaded = data.app.db.read(|conn| {
        let mut heads = statements::newest(conn, viewer, ours, start, limit(PAGE))?;
        let more = cut(&mut heads, PAGE);
        let older = heads.last().filter(|_| more).map(|head| head.id);
        let heads = hiding::sift_heads(conn, viewer, heads)?;
        Ok((views::load(conn, viewer, heads)?, older, follow_box(conn, &visit, &visit.organization)?))
    });
    let (statements, older, follow) = loaded.await?;
    let [(title, path), other] = if ours { [OURS, ELSEWHERE] } else { [ELSEWHERE, OURS] };
    page(&HomePage {
        layout: Layout { no_index: start.is_some() || !ours, ..frame(&visit, title) },
        summary: present::html(""),
        languages: Vec::new(),
        statements: statements.iter().map(|view| present::card(view, false)).collect(),
        questions: Vec::new(),
        unanswered: Vec::new(),
        answers: Vec::new(),
        follow,
        pager: pager(path, older, start.is_none()),
        archive: Some(title),
        other: Link::new(other.0, other.1),
    })
}

/// `GET /tags/{name}`: what carries a hashtag.
pub async fn tag(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    let name = name.to_lowercase();
    let viewer = visit.viewer();
    let start = before(&visit);
    let loaded = data.app.db.read(|conn| {
        let mut heads = contributions::tagged(conn, viewer, &name, start, limit(PAGE))?;
        let more = cut(&mut heads, PAGE);
        let older: Option<Id<_>> = heads.last().filter(|_| more).map(|head| head.id);
        let heads = hiding::sift_heads(conn, viewer, heads)?;
        Ok((entries(conn, viewer, heads)?, older))
    });
    let (entries, older) = loaded.await?;
    let path = format!("/tags/{}", name.replace(['/', '?', '#', '%'], ""));
    page(&ListingPage {
        layout: Layout { no_index: true, ..visit.layout(format!("#{name}")) },
        heading: format!("#{name}"),
        lead: "What carries this hashtag, here and on the servers we hear from.".to_owned(),
        nothing: "Nothing public carries this hashtag yet.".to_owned(),
        entries,
        links: Vec::new(),
        pager: pager(&path, older, start.is_none()),
    })
}

fn frame(visit: &Visit, title: &str) -> Layout {
    Layout {
        here: Section::Statements,
        feeds: vec![Link::new(format!("Statements of {}", visit.settings.name), "/feed")],
        ..visit.layout(title)
    }
}

fn limit(page: usize) -> i64 {
    i64::try_from(page).unwrap_or(i64::MAX).saturating_add(1)
}

/// How the viewer can follow an account.
pub fn follow_box(conn: &mut Conn, visit: &Visit, account: &Account) -> Result<FollowBox, Error> {
    let path = present::account_path(account);
    let way = match &visit.session.member {
        Some(member) if member.account.id == account.id => FollowWay::Own,
        Some(member) => {
            let follow = relations::follow(conn, member.account.id, account.id)?;
            let agreed = relations::follows(conn, member.account.id, account.id)?;
            FollowWay::Button {
                action: format!("{path}/follow").into(),
                following: agreed,
                pending: follow.is_some() && !agreed,
            }
        }
        None => FollowWay::Elsewhere(Elsewhere {
            uri: account.uri.to_string(),
            sign_in: visit.sign_in_path().into(),
            mistake: None,
        }),
    };
    let ours = account.id == visit.organization.id;
    let feed =
        if ours { Some("/feed".to_owned()) } else { account.is_local().then(|| format!("{path}/feed")) };
    Ok(FollowBox {
        name: account.title().to_owned(),
        handle: account.handle.clone(),
        feed: feed.map(Into::into),
        way,
    })
}
