//! Answering, changing and deleting what one said.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::{come_back, what_was_wrong};
use super::around;
use super::conversation::{form, intents, invitation, reaches, targets, voices};
use super::{Answer, key, page, then};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::critique::{Intent, NewCritique};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::federation::{Federation, resolve};
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::edit::EditPage;
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::reply::{Invitation, ReplyPage};
use crate::services::posts::{self, NewPost};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, audit, views};
use crate::text::{Markdown, plain};

/// What is answered, with what that answers itself.
struct Target {
    view: View,
    parent: Option<View>,
}

/// `GET /reply?to=…`, by key or address.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let to = visit.asked("to").unwrap_or_default();
    let target = target(&data, &visit, &to).await?;
    let invitation = invitation(&visit, &target.view, data.app.config.limits.post_characters);
    reply_page(&visit, &target, invitation)
}

/// `POST /reply`.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let member = visit.member()?;
    let target = target(&data, &visit, fields.get("in_reply_to")).await?;
    let author = match fields.get("voice") {
        "organization" => visit.voice(visit.organization.id),
        _ => Some(&member.account),
    };
    let why = "Speaking for the organization takes the role publisher.";
    let author = author.ok_or_else(|| PageError::forbidden(why))?;
    let text = fields.get("text");
    if let Err(why) = check(&data, text) {
        return again(&data, &visit, &target, &fields, Mistakes::one("text", why));
    }
    let critique = match critique(&fields) {
        Ok(critique) => critique,
        Err(why) => return again(&data, &visit, &target, &fields, Mistakes::one("intent", why)),
    };
    let inside = fields.get("reach") == "internal" || target.view.head.visibility == Visibility::Internal;
    let mut mentions = resolve::mentioned_in(&data, text, inside).await?;
    if target.view.author.id != author.id {
        mentions.push(target.view.author.clone());
    }
    let post = NewPost {
        critique,
        markdown: Markdown::new(text),
        in_reply_to: Some(target.view.head.id),
        visibility: if inside { Visibility::Internal } else { target.view.head.visibility },
        language: language(&fields),
        mentions,
        ..NewPost::default()
    };
    let official = author.id == visit.organization.id;
    let published = data.app.db.write(|tx| {
        let view = posts::publish(tx, author, &post)?;
        if official {
            audit::record(tx, Some(member.user.id), "post.publish", view.head.uri.as_str(), "")?;
        }
        around::place(tx, visit.viewer(), &present::path(&target.view), &view.head)
    });
    match published.await {
        Ok(place) => then(&place),
        Err(error) => {
            let (status, mut wrong) = what_was_wrong(error)?;
            wrong.0.iter_mut().filter(|one| one.field != "passage").for_each(|one| one.field = "text");
            come_back(status, again(&data, &visit, &target, &fields, wrong))
        }
    }
}

/// What the answer means to do, and where; `None` for one that is simply an answer.
pub(super) fn critique(fields: &Fields) -> Result<Option<NewCritique>, &'static str> {
    let passage = fields.get("passage").trim().to_owned();
    match (Intent::parse(fields.get("intent")), passage.is_empty()) {
        (Some(intent), _) => {
            let (prefix, suffix) = around(fields);
            Ok(Some(NewCritique { intent, passage, prefix, suffix }))
        }
        (None, true) => Ok(None),
        (None, false) => Err("You quote a passage: say what you mean to do with it."),
    }
}

fn around(fields: &Fields) -> (String, String) {
    (fields.get("prefix").to_owned(), fields.get("suffix").to_owned())
}

/// `GET /contributions/{id}/edit`.
pub async fn edit(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let (head, _) = own(&data, &visit, &id).await?;
    let text = head.markdown.clone().unwrap_or_default();
    edit_page(&data, &visit, &head, text, Mistakes::default())
}

/// `POST /contributions/{id}/edit`.
pub async fn change(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let text = fields.get("text");
    if let Err(why) = check(&data, text) {
        let mut response = edit_page(&data, &visit, &head, text.to_owned(), Mistakes::one("text", why))?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let inside = head.visibility == Visibility::Internal;
    let (markdown, mentions) = (Markdown::new(text), resolve::mentioned_in(&data, text, inside).await?);
    let member = visit.member()?;
    let edited = data.app.db.write(|tx| {
        let view = posts::edit(tx, author, head.id, &markdown, &mentions)?;
        if author.id == visit.organization.id {
            audit::record(tx, Some(member.user.id), "post.edit", view.head.uri.as_str(), "")?;
        }
        Ok(())
    });
    if let Err(error) = edited.await {
        let (status, mut wrong) = what_was_wrong(error)?;
        wrong.0.iter_mut().for_each(|one| one.field = "text");
        return come_back(status, edit_page(&data, &visit, &head, text.to_owned(), wrong));
    }
    then(&present::plain_path(&head))
}

/// `GET /contributions/{id}/delete`.
pub async fn ask_delete(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let (head, _) = own(&data, &visit, &id).await?;
    page(&ConfirmPage {
        layout: visit.private_layout("Delete", Section::Elsewhere),
        question: "Delete this contribution?".to_owned(),
        consequence: if head.visibility == Visibility::Internal {
            "It is removed. What others answered to it stays. This cannot be undone."
        } else {
            "It is removed here, and the servers that have a copy are told to remove theirs. \
             What others answered to it stays. This cannot be undone."
        }
        .to_owned(),
        action: format!("/contributions/{}/delete", head.id).into(),
        fields: Vec::new(),
        button: "Delete it".to_owned(),
        back: present::plain_path(&head).into(),
    })
}

/// `POST /contributions/{id}/delete`.
pub async fn delete(data: Data<Federation>, Path(id): Path<String>, Posted { visit, .. }: Posted) -> Answer {
    let (head, author) = own(&data, &visit, &id).await?;
    let member = visit.member()?;
    let parent = data.app.db.write(|tx| {
        posts::delete(tx, author, head.id)?;
        if author.id == visit.organization.id {
            audit::record(tx, Some(member.user.id), "post.delete", head.uri.as_str(), "")?;
        }
        let parent = match head.in_reply_to_id {
            Some(parent) => contributions::by_id(tx, visit.viewer(), parent)?,
            None => None,
        };
        match parent {
            Some(parent) => Ok(views::one(tx, visit.viewer(), parent)?),
            None => Ok(None),
        }
    });
    let back = parent.await?.map_or_else(|| "/".to_owned(), |parent| present::path(&parent));
    then(&format!("{back}?note=deleted"))
}

async fn target(data: &Data<Federation>, visit: &Visit, to: &str) -> Result<Target, PageError> {
    let viewer = visit.viewer();
    let target = data.app.db.read(|conn| {
        let head = match (Id::parse(to), Uri::parse(to)) {
            (Some(id), _) => contributions::by_id(conn, viewer, id)?,
            (None, Some(uri)) => contributions::by_uri(conn, viewer, &uri)?,
            (None, None) => None,
        };
        load(conn, viewer, head.ok_or(Refusal::NotFound)?)
    });
    Ok(target.await?)
}

fn load(conn: &mut Conn, viewer: Viewer, head: Contribution) -> Result<Target, Error> {
    let views = views::load(conn, viewer, vec![head])?;
    let parent = targets(conn, viewer, &views)?.into_values().next();
    let view = views.into_iter().next().ok_or(Refusal::NotFound)?;
    Ok(Target { view, parent })
}

fn reply_page(visit: &Visit, target: &Target, invitation: Invitation) -> Answer {
    page(&ReplyPage {
        layout: visit.private_layout("Write an answer", Section::Elsewhere),
        target: present::entry(&target.view, target.parent.as_ref().map(present::link)),
        invitation,
    })
}

/// The form as it was sent, with what is wrong.
fn again(
    data: &Data<Federation>,
    visit: &Visit,
    target: &Target,
    fields: &Fields,
    mistakes: Mistakes,
) -> Answer {
    let limit = data.app.config.limits.post_characters;
    let mut form = form(visit, target.view.head.uri.to_string(), &language(fields), limit);
    form.voices = voices(visit, fields.get("voice"));
    form.intents = intents(&target.view, fields.get("intent"));
    form.reaches = reaches(&target.view.head, fields.get("reach"));
    form.passage = fields.get("passage").to_owned();
    form.around = around(fields);
    form.text = fields.get("text").to_owned();
    form.mistakes = mistakes;
    let mut response = reply_page(visit, target, Invitation::Form(Box::new(form)))?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

pub(super) fn check(data: &Data<Federation>, text: &str) -> Result<(), String> {
    let (length, most) = (plain::length(text), data.app.config.limits.post_characters);
    if text.trim().is_empty() {
        return Err("Write something first.".to_owned());
    }
    if length > most {
        return Err(format!("The text has {length} characters; at most {most} are allowed."));
    }
    Ok(())
}

pub(super) fn language(fields: &Fields) -> String {
    let tag = fields.get("language");
    crate::text::language::Language::parse(tag).map_or_else(String::new, |_| tag.to_owned())
}

/// A post in one of the viewer's voices, and that voice.
pub(super) async fn own<'a>(
    data: &Data<Federation>,
    visit: &'a Visit,
    id: &str,
) -> Result<(Contribution, &'a Account), PageError> {
    visit.member()?;
    let id: Id<Contribution> = key(id)?;
    let viewer = visit.viewer();
    let head = data.app.db.read(|conn| Ok(contributions::by_id(conn, viewer, id)?)).await?;
    let head = head
        .filter(|head| matches!(head.kind, Kind::Post | Kind::Critique))
        .ok_or_else(PageError::not_found)?;
    let why = "This was written by somebody else.";
    let author = visit.voice(head.author_id).ok_or_else(|| PageError::forbidden(why))?;
    Ok((head, author))
}

fn edit_page(
    data: &Data<Federation>,
    visit: &Visit,
    head: &Contribution,
    text: String,
    mistakes: Mistakes,
) -> Answer {
    page(&EditPage {
        layout: visit.private_layout("Change your contribution", Section::Elsewhere),
        action: format!("/contributions/{}/edit", head.id).into(),
        text,
        limit: present::small(data.app.config.limits.post_characters),
        mistakes,
        back: present::plain_path(head).into(),
    })
}
