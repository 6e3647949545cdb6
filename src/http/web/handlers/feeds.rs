//! Atom feeds with full content.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::conversation::targets;
use super::{Answer, account as accounts_page, key};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::id::Id;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::feeds::{Feed, FeedEntry};
use crate::http::web::present::{self, moment};
use crate::http::web::shown::Lang;
use crate::services::completeness::root;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, positions, questions, statements, views};

/// Entries of a feed.
const ENTRIES: i64 = 30;

/// What a feed is about.
struct About {
    id: String,
    title: String,
    path: String,
    page: String,
    language: String,
    began: Timestamp,
}

/// `GET /feed`: the organization's statements.
pub async fn site(data: Data<Federation>, visit: Visit) -> Answer {
    let viewer = visit.viewer();
    let entries = data.app.db.read(|conn| {
        let heads = statements::newest(conn, viewer, true, None, ENTRIES)?;
        entries(conn, &visit, viewer, heads)
    });
    let entries = entries.await?;
    feed(&visit, about(&visit, &visit.organization, "/feed", "/"), entries)
}

/// `GET /questions/feed`: questions, positions and every change of them, the newest change first.
pub async fn debate(data: Data<Federation>, visit: Visit) -> Answer {
    let viewer = visit.viewer();
    let entries = data.app.db.read(|conn| {
        let listed = positions::changed(conn, viewer, ENTRIES)?.into_iter().map(|(head, _)| head);
        let asked = questions::newest(conn, viewer, ENTRIES)?.into_iter().map(|(head, _)| head);
        let mut heads: Vec<Contribution> = listed.chain(asked).collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.edited_at.unwrap_or(head.published_at)));
        heads.truncate(usize::try_from(ENTRIES).unwrap_or_default());
        entries(conn, &visit, viewer, heads)
    });
    let entries = entries.await?;
    let organization = about(&visit, &visit.organization, "/questions/feed", "/questions");
    let about = About {
        id: format!("{}/questions", visit.site.origin),
        title: format!("Questions and changes of position, seen by {}", visit.settings.name),
        ..organization
    };
    feed(&visit, about, entries)
}

/// `GET /@{name}/feed`: everything an account of ours published.
pub async fn account(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let account = accounts_page::ours(&data, &visit, &name).await?;
    let kinds = [Kind::Statement, Kind::Post];
    let entries = data.app.db.read(|conn| {
        let heads = contributions::by_author(conn, viewer, account.id, &kinds, None, ENTRIES)?;
        entries(conn, &visit, viewer, heads)
    });
    let entries = entries.await?;
    let path = present::account_path(&account);
    feed(&visit, about(&visit, &account, &format!("{path}/feed"), &path), entries)
}

/// `GET /statements/{slug}/feed`: what is answered to a statement and its theses.
pub async fn statement(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let head = statements::by_slug(conn, viewer, &slug)?.ok_or(Refusal::NotFound)?;
        answers(conn, &visit, viewer, head)
    });
    let (root, entries) = loaded.await?;
    let path = format!("/statements/{slug}");
    feed(&visit, conversation(&root, &format!("{path}/feed"), &path), entries)
}

/// `GET /threads/{id}/feed`: a conversation.
pub async fn thread(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let id: Id<Contribution> = key(&id)?;
    let loaded = data.app.db.read(|conn| {
        let head = root(conn, viewer, id)?;
        answers(conn, &visit, viewer, head)
    });
    let (root, entries) = loaded.await?;
    let path = format!("/threads/{}", root.head.id);
    feed(&visit, conversation(&root, &format!("{path}/feed"), &path), entries)
}

fn answers(
    conn: &mut Conn,
    visit: &Visit,
    viewer: Viewer,
    head: Contribution,
) -> Result<(View, Vec<FeedEntry>), Error> {
    let mut heads = contributions::newest_of_thread(conn, viewer, head.thread_id, ENTRIES)?;
    heads.retain(|reply| reply.id != head.id && reply.kind != Kind::Thesis);
    let root = views::one(conn, viewer, head)?.ok_or(Refusal::NotFound)?;
    Ok((root, entries(conn, visit, viewer, heads)?))
}

fn entries(
    conn: &mut Conn,
    visit: &Visit,
    viewer: Viewer,
    heads: Vec<Contribution>,
) -> Result<Vec<FeedEntry>, Error> {
    let views = views::load(conn, viewer, heads)?;
    let targets = targets(conn, viewer, &views)?;
    Ok(views
        .iter()
        .map(|view| entry(visit, view, view.head.in_reply_to_id.and_then(|id| targets.get(&id))))
        .collect())
}

fn entry(visit: &Visit, view: &View, target: Option<&View>) -> FeedEntry {
    let head = &view.head;
    let title = head.title.clone().unwrap_or_else(|| present::excerpt(view));
    let summary = if matches!(view.body, Body::Statement { .. }) { head.summary.clone() } else { None };
    FeedEntry {
        id: head.uri.to_string(),
        title: crate::text::plain::excerpt(&title, 120),
        kind: present::kind(view).to_lowercase(),
        href: visit.absolute(&present::path(view)).into(),
        published: moment(head.published_at),
        updated: moment(head.edited_at.unwrap_or(head.published_at)),
        author: view.author.title().to_owned(),
        author_href: visit.absolute(&present::account_path(&view.author)).into(),
        language: Lang::new(&head.language),
        summary: summary.unwrap_or_default(),
        content: present::html(&head.content),
        answers: target
            .map(|target| (target.head.uri.to_string(), visit.absolute(&present::path(target)).into())),
    }
}

fn about(visit: &Visit, account: &Account, path: &str, page: &str) -> About {
    About {
        id: account.uri.to_string(),
        title: account.title().to_owned(),
        path: path.to_owned(),
        page: page.to_owned(),
        language: visit.language().to_owned(),
        began: account.created_at,
    }
}

fn conversation(root: &View, path: &str, page: &str) -> About {
    About {
        id: format!("{}#replies", root.head.uri),
        title: format!("Replies to {}", present::label(root)),
        path: path.to_owned(),
        page: page.to_owned(),
        language: root.head.language.clone(),
        began: root.head.published_at,
    }
}

fn feed(visit: &Visit, about: About, entries: Vec<FeedEntry>) -> Answer {
    let updated = entries.iter().map(|entry| entry.updated).max().unwrap_or_else(|| moment(about.began));
    let feed = Feed {
        id: about.id,
        title: about.title,
        subtitle: String::new(),
        self_href: visit.absolute(&about.path).into(),
        page: visit.absolute(&about.page).into(),
        updated,
        language: Lang::new(about.language),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        entries,
    };
    Ok(([(CONTENT_TYPE, Feed::MEDIA_TYPE)], feed.to_xml()?).into_response())
}
