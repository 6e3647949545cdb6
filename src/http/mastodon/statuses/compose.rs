//! Writing, changing and deleting.

use activitypub_federation::config::Data;
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::answer::{Answer, ApiError};
use super::super::caller::{Allowed, PathId, Speaker};
use super::super::entities::media::{MediaAttachment, list};
use super::super::entities::quote::parse_policy;
use super::super::entities::status::{Status, parse_visibility};
use super::super::params::Params;
use super::super::scopes::WriteStatuses;
use super::super::shown;
use super::scheduled::scheduled_status;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::id::Id;
use crate::domain::media::Media;
use crate::domain::poll::NewPoll;
use crate::domain::quote::QuotePolicy;
use crate::federation::{Federation, resolve};
use crate::media::focus;
use crate::services::formats::Format;
use crate::services::media::{self, Described, Description};
use crate::services::posts::{self, Rewrite};
use crate::services::scheduled::{Audience, Written};
use crate::services::{self, interactions};
use crate::store::scheduled::{self, Earlier};
use crate::store::{self, Error, Tx, audit, contributions, profiles, settings, timelines};
use crate::text::language::Language;
use crate::text::{Markdown, entities, plain};

/// Characters that an address counts, whatever its length.
const ADDRESS_CHARACTERS: usize = 23;
/// The longest key of a request.
const LONGEST_KEY: usize = 255;

/// The parameter that names what a post quotes.
const QUOTED: &str = "quoted_status_id";

/// What a request to post came to.
enum Made {
    Posted(Box<Status>),
    Scheduled(Box<scheduled::Scheduled>),
}

/// `POST /api/v1/statuses`.
pub(super) async fn create(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, ApiError> {
    let mut written = read(&data, &caller, &params, params.has(QUOTED)).await?;
    written.in_reply_to_id = named(&data, &caller, &params, "in_reply_to_id").await?;
    written.quoted_status_id = named(&data, &caller, &params, QUOTED).await?;
    let now = data.app.clock().now();
    let due = when(&params)?.filter(|due| *due > now);
    let mentions = match due {
        // Who is named then is asked then; what may be said at all is seen by those who are known.
        Some(_) => resolve::mentioned_known(&data, &written.text).await?.0,
        None => resolve::mentioned_beside(&data, &written.text, written.in_reply_to_id.map(Id::new)).await?,
    };
    expected(&data, &params, &mentions).await?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let key = key.map(|key| key.chars().take(LONGEST_KEY).collect::<String>());
    let key = key.filter(|key| !key.is_empty());
    let made = data.app.db.write(|tx| {
        let earlier = match &key {
            Some(key) => scheduled::claim(tx, caller.account.id, key)?,
            None => None,
        };
        match earlier {
            Some(earlier) => repeat(tx, &data, &caller, earlier),
            None => make(tx, &data, &caller, (&written, &mentions, due), key.as_deref()),
        }
    });
    Ok(match made.await? {
        Made::Posted(status) => Json(status).into_response(),
        Made::Scheduled(row) => Json(scheduled_status(&data, &row).await?).into_response(),
    })
}

/// What the same request came to before.
fn repeat(
    tx: &mut Tx<'_>,
    data: &Data<Federation>,
    speaker: &Speaker,
    earlier: Earlier,
) -> Result<Made, Error> {
    match earlier {
        Earlier::Posted(id) => {
            let status = shown::status_by_key(tx, &data.app, speaker.viewer(), id.get())?;
            Ok(Made::Posted(Box::new(status)))
        }
        Earlier::Scheduled(id) => {
            Ok(Made::Scheduled(Box::new(services::scheduled::own(tx, &speaker.account, id)?)))
        }
    }
}

fn make(
    tx: &mut Tx<'_>,
    data: &Data<Federation>,
    speaker: &Speaker,
    (written, mentions, due): (&Written, &[Account], Option<Timestamp>),
    key: Option<&str>,
) -> Result<Made, Error> {
    let account = &speaker.account;
    let (made, earlier) = match due {
        Some(due) => {
            let row = services::scheduled::schedule(tx, &speaker.user, account, (written, mentions), due)?;
            let id = row.id;
            (Made::Scheduled(Box::new(row)), Earlier::Scheduled(id))
        }
        None => {
            let view = posts::publish(tx, account, &written.post(mentions))?;
            note(tx, speaker, "post.publish", &view.head)?;
            let id = view.head.id;
            let status = shown::status(tx, &data.app, speaker.viewer(), view.head)?;
            (Made::Posted(Box::new(status)), Earlier::Posted(id))
        }
    };
    if let Some(key) = key {
        scheduled::settle(tx, account.id, key, earlier)?;
    }
    Ok(made)
}

/// `PUT /api/v1/statuses/{id}`: everything is replaced, but the language where none is given.
pub(super) async fn update(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Status> {
    // Whether it stands without words, because it quotes something, is seen where it is changed.
    let written = read(&data, &caller, &params, true).await?;
    let mentions = resolve::mentioned_beside(&data, &written.text, Some(Id::new(key))).await?;
    let keeps_language = !params.has("language");
    let status = data.app.db.write(|tx| {
        let head = own(tx, &caller, key)?;
        elsewhere(&head, "changed")?;
        let change = Rewrite {
            markdown: Markdown::new(&*written.text),
            format: params.has("content_type").then(|| written.format()),
            usual: Format::Plain,
            mentions: mentions.clone(),
            summary: written.spoiler_text.clone(),
            sensitive: written.spoiler_text.is_some() || params.flag("sensitive").unwrap_or(false),
            language: if keeps_language { head.language } else { written.language.clone() },
            poll: written.poll.clone(),
            media: written.media(),
            described: described(&params),
            quote_policy: written.quote_policy,
        };
        let view = posts::rewrite(tx, &caller.account, head.id, &change)?;
        note(tx, &caller, "post.edit", &view.head)?;
        shown::status(tx, &data.app, caller.viewer(), view.head)
    });
    Ok(Json(status.await?))
}

/// `DELETE /api/v1/statuses/{id}`: answers with what was typed, so that it can be written anew. The
/// key of an own boost takes the boost back.
pub(super) async fn delete(
    data: Data<Federation>,
    caller: Allowed<WriteStatuses>,
    PathId(key): PathId,
    params: Params,
) -> Answer<Status> {
    let for_good = params.flag("delete_media").unwrap_or(false);
    let (viewer, me) = (caller.viewer(), &caller.account);
    let status = data.app.db.write(|tx| {
        let found = timelines::find(tx, viewer, key)?.ok_or(Refusal::NotFound)?;
        let status = shown::status(tx, &data.app, viewer, found.clone())?;
        if let Some(boost) = &found.boost {
            if boost.account_id != me.id {
                return Err(Refusal::NotFound.into());
            }
            interactions::unboost(tx, me, found.head.id)?;
            return Ok(status);
        }
        let head = own(tx, &caller, key)?;
        elsewhere(&head, "withdrawn")?;
        inside(&head)?;
        let files = store::media::of(tx, head.id)?;
        posts::delete(tx, me, head.id)?;
        note(tx, &caller, "post.delete", &head)?;
        let text = head.markdown.unwrap_or_default();
        let media_attachments = left(tx, me, (&files, for_good), &data.app.site.origin)?;
        Ok(Status { text: Some(text), content: None, media_attachments, ..status })
    });
    Ok(Json(status.await?))
}

/// The files of a deleted post, under the addresses where they wait for another one; none where they
/// were to go with it.
fn left(
    tx: &mut Tx<'_>,
    me: &Account,
    (files, for_good): (&[Media], bool),
    origin: &str,
) -> Result<Vec<MediaAttachment>, Error> {
    let mut waiting = Vec::new();
    for file in files {
        if for_good {
            media::delete(tx, me, file.id)?;
        } else {
            waiting.push(media::own(tx, me, file.id)?);
        }
    }
    Ok(list(&waiting, origin))
}

/// A contribution of the speaker. Of others' nothing is said.
fn own(tx: &mut Tx<'_>, speaker: &Speaker, key: i64) -> Result<Contribution, Error> {
    let head = contributions::by_id(tx, speaker.viewer(), Id::new(key))?;
    let own = head.filter(|head| head.author_id == speaker.account.id);
    own.ok_or_else(|| Refusal::NotFound.into())
}

/// Apps know no internal space: what they delete to write it anew would go out, as a letter to whom it names.
fn inside(head: &Contribution) -> Result<(), Refusal> {
    if head.visibility != Visibility::Internal {
        return Ok(());
    }
    Err(Refusal::Conflict(format!("something internal is withdrawn on its page {}", head.url)))
}

/// What an organization says is never changed or withdrawn without a reason, and an app cannot give
/// one: its page can.
fn elsewhere(head: &Contribution, what: &str) -> Result<(), Refusal> {
    let noun = match head.kind {
        Kind::Post | Kind::Critique => return Ok(()),
        Kind::Question => "question",
        Kind::Position => "position",
        Kind::Statement => "statement",
        Kind::Thesis => "thesis",
        Kind::Dossier => "dossier",
        Kind::Translation => "translation",
        Kind::Event => "event",
    };
    let article = if head.kind == Kind::Event { "an" } else { "a" };
    Err(Refusal::Conflict(format!(
        "{article} {noun} is {what} with a reason that readers see, on its page {}",
        head.url
    )))
}

/// What is done in the organization's name stands in the log, with the login behind it.
fn note(tx: &mut Tx<'_>, speaker: &Speaker, action: &str, head: &Contribution) -> Result<(), Error> {
    if speaker.account.id != tx.site()?.organization {
        return Ok(());
    }
    audit::record(tx, Some(speaker.user.id), action, head.uri.as_str(), "")
}

/// Reads what a client wrote; `wordless` where it may stand without any words, poll or files.
async fn read(
    data: &Data<Federation>,
    speaker: &Speaker,
    params: &Params,
    wordless: bool,
) -> Result<Written, ApiError> {
    let mut text = params.text("status").unwrap_or_default();
    let mut spoiler_text = params.text("spoiler_text").filter(|text| !text.trim().is_empty());
    if text.trim().is_empty()
        && let Some(warning) = spoiler_text.take()
    {
        // A warning before nothing is the text.
        text = warning;
    }
    let poll = params.map("poll").map(|poll| read_poll(&poll)).filter(|poll| !poll.options.is_empty());
    let media_ids = media_ids(params)?;
    if poll.is_some() && !media_ids.is_empty() {
        return Err(ApiError::invalid("a post has media or a poll, not both"));
    }
    let bare = poll.is_none() && media_ids.is_empty() && !wordless;
    if text.trim().is_empty() && bare {
        return Err(ApiError::invalid("Text can't be blank"));
    }
    let limit = data.app.config.limits.post_characters;
    let length = entities::weight(&text, ADDRESS_CHARACTERS)
        .saturating_add(spoiler_text.as_ref().map_or(0, |text| plain::length(text)));
    if length > limit {
        return Err(ApiError::invalid(format!("Text character limit of {limit} exceeded")));
    }
    let (usual, app) = data
        .app
        .db
        .read(|conn| {
            let app = store::oauth::app_of(conn, &speaker.token_hash)?.flatten();
            Ok((profiles::of(conn, speaker.account.id)?, app))
        })
        .await?;
    Ok(Written {
        markdown: params.text("content_type").is_some_and(|kind| kind == "text/markdown"),
        sensitive: spoiler_text.is_some() || params.flag("sensitive").unwrap_or(usual.sensitive),
        audience: audience(params, usual.visibility)?,
        language: language(data, params, usual.language).await?,
        in_reply_to_id: None,
        quoted_status_id: None,
        quote_policy: quote_policy(params)?,
        text,
        spoiler_text,
        media_ids,
        poll,
        app_id: app.map(Id::get),
    })
}

/// The files beside a post. What is no key of a file would be missing without anybody noticing.
fn media_ids(params: &Params) -> Result<Vec<i64>, ApiError> {
    let (mut named, keys) = (params.list("media_ids"), params.ids("media_ids"));
    // A form of an app without files sends one empty name.
    named.retain(|name| !name.is_empty());
    if keys.len() < named.len() {
        return Err(Refusal::invalid("media_ids", "names no file of yours").into());
    }
    Ok(keys)
}

/// Refuses a post whose text names others than the app means: it shows them, and the author decides.
async fn expected(data: &Data<Federation>, params: &Params, mentions: &[Account]) -> Result<(), ApiError> {
    if !params.has("allowed_mentions") {
        return Ok(());
    }
    let allowed = params.ids("allowed_mentions");
    let others: Vec<_> =
        mentions.iter().map(|account| account.id).filter(|id| !allowed.contains(&id.get())).collect();
    if others.is_empty() {
        return Ok(());
    }
    let shown = data.app.db.read(|conn| shown::accounts_by_ids(conn, &data.app, &others)).await?;
    let error = ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "Post would be sent to unexpected accounts");
    Err(error.beside("unexpected_accounts", json!(shown)))
}

/// What an edit says about the files beside a post.
fn described(params: &Params) -> Vec<Described> {
    let attributes = params.maps("media_attributes");
    let one = |attributes: &Params| {
        let id = Id::parse(attributes.text("id")?.trim())?;
        let text = attributes.text("description");
        let focus = attributes.text("focus").and_then(|text| focus(&text));
        Some((id, Description { text, focus, preview: None }))
    };
    attributes.iter().filter_map(one).collect()
}

fn read_poll(poll: &Params) -> NewPoll {
    NewPoll {
        options: poll.list("options").into_iter().filter(|option| !option.trim().is_empty()).collect(),
        seconds: poll.number("expires_in"),
        multiple: poll.flag("multiple").unwrap_or(false),
        hides_totals: poll.flag("hide_totals").unwrap_or(false),
    }
}

/// Who may see a post: whom the client names, else whom the account usually means.
fn audience(params: &Params, usual: Visibility) -> Result<Audience, ApiError> {
    let named = match params.text("visibility").filter(|word| !word.is_empty()) {
        Some(word) => parse_visibility(&word),
        None => Some(usual),
    };
    match named {
        Some(Visibility::Public) => Ok(Audience::Public),
        Some(Visibility::Unlisted) => Ok(Audience::Unlisted),
        Some(Visibility::Followers | Visibility::Internal) => Ok(Audience::Private),
        Some(Visibility::Mentioned) => Ok(Audience::Direct),
        None => Err(ApiError::invalid("Visibility is not included in the list")),
    }
}

/// The language a client names, or the account's usual one, or the main one of this site. What is no
/// language is not kept.
async fn language(
    data: &Data<Federation>,
    params: &Params,
    usual: Option<String>,
) -> Result<String, ApiError> {
    let named = params.text("language").and_then(|tag| Language::parse(&tag));
    match named.map(|tag| tag.as_str().to_owned()).or(usual) {
        Some(tag) => Ok(tag),
        None => {
            let settings = data.app.db.read(|conn| Ok(settings::get(conn)?)).await?;
            Ok(settings.languages.into_iter().next().unwrap_or_default())
        }
    }
}

/// Who may quote a post, where a client says so.
pub(super) fn quote_policy(params: &Params) -> Result<Option<QuotePolicy>, ApiError> {
    let Some(word) = params.text("quote_approval_policy").filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    let unknown = || ApiError::invalid("Quote approval policy is not included in the list");
    parse_policy(&word).map(Some).ok_or_else(unknown)
}

/// What a parameter names: what is answered, or quoted. The key of a boost means what it hands on.
async fn named(
    data: &Data<Federation>,
    speaker: &Speaker,
    params: &Params,
    name: &str,
) -> Result<Option<i64>, ApiError> {
    let Some(given) = params.text(name).filter(|given| !given.trim().is_empty()) else {
        return Ok(None);
    };
    let key = Id::<Contribution>::parse(given.trim()).ok_or_else(ApiError::not_found)?;
    let viewer = speaker.viewer();
    let head = data.app.db.read(|conn| shown::meant(conn, viewer, key.get())).await?;
    Ok(Some(head.id.get()))
}

/// When a post is meant to be published.
pub(super) fn when(params: &Params) -> Result<Option<Timestamp>, ApiError> {
    let Some(given) = params.text("scheduled_at").filter(|given| !given.trim().is_empty()) else {
        return Ok(None);
    };
    // Without a zone it is meant as UTC, as the documentation writes it.
    let at = Timestamp::parse(given.trim()).or_else(|| Timestamp::parse(&format!("{}Z", given.trim())));
    at.map(Some).ok_or_else(|| ApiError::invalid("Scheduled at is not a date and time"))
}
