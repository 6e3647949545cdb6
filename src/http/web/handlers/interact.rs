//! The doors between servers for people: going home to answer, and arriving from elsewhere.

use std::sync::Arc;

use activitypub_federation::config::Data;
use axum::Extension;
use axum::http::StatusCode;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::again::again;
use super::ask::refused;
use super::attempts::Attempts;
use super::conversation::{entries, invitation};
use super::home::follow_box;
use super::{Answer, page, question};
use crate::domain::handle::Handle;
use crate::domain::uri::Uri;
use crate::federation::fetch::Budget;
use crate::federation::lookup::{self, Meant};
use crate::federation::{Federation, webfinger};
use crate::http::error::PageError;
use crate::http::extract::peer::Peer;
use crate::http::extract::posted::{Asking, Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::follow::{AuthorizePage, LeavePage, Subject};
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::store::{Error, contributions, views};

/// The relation under which servers say where following and answering begins.
const SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";
/// Look-ups for one address within five minutes: each is a request to somebody else.
const LOOK_UPS: u32 = 20;

/// `POST /interact` with `uri` and `handle`: a link to the reader's own server, never a redirect.
pub async fn leave(
    data: Data<Federation>,
    Extension(attempts): Extension<Arc<Attempts>>,
    Peer(peer): Peer,
    Asking(Posted { visit, fields }): Asking,
) -> Answer {
    let (key, now) = (format!("interact {peer}"), data.app.clock().now());
    if attempts.wishes.try_count(&key, LOOK_UPS, now).is_err() {
        let why = "Too many addresses were looked up from where you are. Wait five minutes and try again.";
        let error = PageError::new(StatusCode::TOO_MANY_REQUESTS, why);
        return again(error, |mistakes| form(&visit, &fields, mistakes));
    }
    let Some(handle) = Handle::parse(fields.get("handle")) else {
        let why = "This is no address on the open social web. It looks like an e-mail address: \
             name@social.example.";
        return refused(form(&visit, &fields, Mistakes::one("handle", why)));
    };
    let viewer = visit.viewer();
    let uri = Uri::parse(fields.get("uri")).ok_or_else(PageError::not_found)?;
    let known = data.app.db.read(|conn| {
        Ok(match lookup::known(conn, &visit.site.origin, viewer, &uri)? {
            Some(Meant::Account(account)) => {
                Some((account.title().to_owned(), present::account_path(&account)))
            }
            Some(Meant::Contribution(head)) => {
                let view = views::one(conn, viewer, head)?;
                view.map(|view| (present::label(&view), present::path(&view)))
            }
            None => None,
        })
    });
    let (subject, back) = known.await?.ok_or_else(PageError::not_found)?;
    let href = subscribe(&data, &handle, &uri).await;
    page(&LeavePage {
        layout: visit.private_layout(format!("Go on at {}", handle.host), Section::Elsewhere),
        host: handle.host,
        href: href.into(),
        subject,
        back: back.into(),
    })
}

/// The one question again, on a page of its own.
fn form(visit: &Visit, typed: &Fields, mistakes: Mistakes) -> Answer {
    let hint = "The one under which people find you on Mastodon, GoToSocial, Lemmy or another Plenum, for example \
                name@social.example. You will be shown a link to go on; nothing is stored.";
    page(&FormPage {
        layout: visit.private_layout("Go on at your own server", Section::Elsewhere),
        heading: "Go on at your own server".to_owned(),
        lead: "Following and answering begin where you have your account.".to_owned(),
        about: None,
        action: "/interact".into(),
        fields: vec![
            Field::line("handle", "Your address", hint, typed.get("handle")),
            Field::new("uri", "", "", FieldKind::Hidden, typed.get("uri")),
        ],
        mistakes,
        button: "Go on".to_owned(),
        back: "/".into(),
    })
}

/// `GET /authorize_interaction?uri=…`: somebody was sent here by another site.
pub async fn arrive(data: Data<Federation>, visit: Visit) -> Answer {
    let uri = visit.asked("uri").unwrap_or_default();
    let uri = uri.trim().to_owned();
    let limit = data.app.config.limits.post_characters;
    let subject = match meant(&data, &visit, &uri).await {
        Ok(meant) => {
            let viewer = visit.viewer();
            let subject = data.app.db.read(|conn| match meant {
                Meant::Account(account) => Ok(Subject::Account {
                    follow: Box::new(follow_box(conn, &visit, &account)?),
                    author: present::author(&account),
                }),
                Meant::Contribution(head) => {
                    // It may have been here already, and not for this viewer.
                    let heads = contributions::by_ids(conn, viewer, &[head.id])?;
                    let view = views::load(conn, viewer, heads.clone())?.pop();
                    let entry = entries(conn, viewer, heads)?.pop();
                    Ok(match (view, entry) {
                        (Some(view), Some(entry)) => Subject::Contribution {
                            tools: question::arriving(conn, &visit, &view)?,
                            invitation: invitation(&visit, &view, limit),
                            entry: Box::new(entry),
                        },
                        _ => Subject::Unknown("There is nothing at this address.".to_owned()),
                    })
                }
            });
            subject.await?
        }
        Err(why) => Subject::Unknown(why),
    };
    let signed = visit.session.member.is_some();
    page(&AuthorizePage {
        layout: visit.private_layout("Follow or answer", Section::Elsewhere),
        uri,
        subject,
        sign_in: (!signed).then(|| visit.sign_in_path().into()),
    })
}

/// What an address means; only members make us ask other servers.
async fn meant(data: &Data<Federation>, visit: &Visit, text: &str) -> Result<Meant, String> {
    let broken = |error: Error| PageError::from(error).why;
    let uri = Uri::parse(text);
    if let Some(uri) = &uri {
        let origin = &visit.site.origin;
        let here = data.app.db.read(|conn| lookup::known(conn, origin, visit.viewer(), uri)).await;
        if let Some(here) = here.map_err(broken)? {
            return Ok(here);
        }
    }
    if visit.session.member.is_none() {
        return Err("We do not know this address yet. Sign in, and we will look it up.".to_owned());
    }
    lookup::anywhere(data, text).await.map_err(|error| match error {
        Error::Refused(refusal) => format!(
            "The other server did not help: {refusal}. A copy that others have counts where the key of its author is \
             known here, or where two organizations that this one follows have it."
        ),
        fault @ Error::Fault(_) => broken(fault),
    })
}

/// Where the reader's server wants people to begin: what it says itself, else the usual place.
async fn subscribe(data: &Data<Federation>, handle: &Handle, uri: &Uri) -> String {
    let encoded: String = byte_serialize(uri.as_str().as_bytes()).collect();
    let usual = format!("{}://{}/authorize_interaction?uri={encoded}", data.app.config.scheme(), handle.host);
    let answer = webfinger::document(data, handle, &Budget::new(1)).await;
    let template = answer.ok().and_then(|answer| template(&answer.body));
    let filled = template.map(|template| template.replace("{uri}", &encoded));
    filled.filter(|href| belongs(href, &handle.host)).unwrap_or(usual)
}

fn template(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let links = document.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").is_some_and(|rel| rel == SUBSCRIBE))?;
    link.get("template")?.as_str().filter(|template| template.contains("{uri}")).map(str::to_owned)
}

/// The page says which server the link leads to, so it leads there or to a part of it.
fn belongs(href: &str, host: &str) -> bool {
    let Ok(url) = Url::parse(href) else { return false };
    let Some(name) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return false;
    };
    let host = host.split(':').next().unwrap_or_default();
    name == host || name.ends_with(&format!(".{host}"))
}
