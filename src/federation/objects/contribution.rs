//! A contribution elsewhere: fetched with its author, and kept through the same service as every
//! other.

use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Received, ReceivedBody, Visibility};
use crate::domain::trust::Trust;
use crate::domain::uri::Uri;
use crate::federation::fetch::{self, Budget};
use crate::federation::{Federation, FetchError, resolve};
use crate::services::contributions::{self, Receipt};
use crate::services::quotes;
use crate::store::{Error, Tx, accounts};
use crate::vocab::incoming::{Document, IncomingObject, ObjectKind};

/// Something to read whose author is known and has been shown to have written it.
#[derive(Clone, Debug)]
pub struct Authored {
    /// What its document says.
    pub object: IncomingObject,
    /// Who wrote it.
    pub author: Account,
    /// The document word for word: its proof covers it.
    pub text: String,
    /// How it has been shown.
    pub trust: Trust,
}

/// Fetches a contribution from its own address, and its author where we do not know them.
pub async fn fetch(data: &Federation, uri: &Uri, budget: &Budget) -> Result<Authored, FetchError> {
    let document = fetch::document(data, uri, budget).await?;
    let object = match Document::read(&document.value)? {
        Document::Object(object) => *object,
        Document::Tombstone(_) => return Err(FetchError::Gone),
        Document::Actor(_) | Document::Other(_) => {
            return Err(FetchError::Refused("this address names no contribution".to_owned()));
        }
    };
    let author = resolve::actor(data, &object.owner, budget).await?;
    Ok(Authored { object, author, text: document.text, trust: Trust::Fetched })
}

/// Keeps a contribution, new or changed. Everything is decided by the service.
pub fn keep(tx: &mut Tx<'_>, authored: &Authored) -> Result<Receipt, Error> {
    let received = received(tx, &authored.object, &authored.author, authored.text.clone(), authored.trust)?;
    contributions::receive(tx, &received)
}

/// Keeps what a post quotes; what that quotes in turn is looked for `depth` times more.
pub fn keep_quoted(tx: &mut Tx<'_>, authored: &Authored, depth: u8) -> Result<Receipt, Error> {
    let mut received =
        received(tx, &authored.object, &authored.author, authored.text.clone(), authored.trust)?;
    if let Some(quote) = &mut received.quote {
        quote.depth = depth;
    }
    contributions::receive(tx, &received)
}

/// The contribution in our words.
pub fn received(
    tx: &mut Tx<'_>,
    object: &IncomingObject,
    author: &Account,
    document: String,
    trust: Trust,
) -> Result<Received, Error> {
    let visibility = object.visibility(author.followers.as_ref());
    let mut named = object.mentions.clone();
    if visibility == Visibility::Mentioned {
        // A letter is for those on the envelope, whether the text names them or not.
        let origin = tx.site()?.origin.clone();
        named.extend(object.audience.named.iter().filter(|uri| uri.origin() == origin).cloned());
    }
    let mentions = accounts::by_uris(tx, &named)?.into_iter().map(|account| account.id).collect();
    // Nobody speaks for an organization of another server.
    let organization = object.on_behalf_of.as_ref().filter(|uri| uri.same_origin(&author.uri));
    let on_behalf_of = match organization {
        Some(uri) => accounts::by_uri(tx, uri)?.map(|account| account.id),
        None => None,
    };
    Ok(Received {
        uri: object.id.clone(),
        url: object.url.clone(),
        author: author.clone(),
        on_behalf_of,
        visibility,
        language: object.language.clone(),
        title: match &object.kind {
            // The title of a copy may be cut short for servers of other kinds.
            ObjectKind::Question(question) => Some(question.core.text().to_owned()),
            ObjectKind::Post
            | ObjectKind::Statement(_)
            | ObjectKind::Thesis(_)
            | ObjectKind::Position(_)
            | ObjectKind::Critique(_)
            | ObjectKind::Event(_) => object.title.clone(),
        },
        summary: object.summary.clone(),
        sensitive: object.sensitive,
        content: object.content.clone(),
        published_at: object.published.unwrap_or(tx.now),
        updated_at: object.updated,
        in_reply_to: object.in_reply_to.clone(),
        mentions,
        tags: object.tags.clone(),
        emojis: object.emojis.clone(),
        media: object.media.clone(),
        poll: object.poll.clone(),
        card: object.card.clone(),
        quote: object.quote.as_ref().map(|quote| quotes::received(quote.uri.clone(), quote.stamp.clone())),
        quote_policy: object.quote_policy.by(author),
        trust,
        document,
        body: body(&object.kind, author),
    })
}

/// Only organizations publish statements and events, ask questions and take positions; from anybody else the
/// same document is a post.
fn body(kind: &ObjectKind, author: &Account) -> ReceivedBody {
    match kind {
        ObjectKind::Critique(critique) => ReceivedBody::Critique((**critique).clone()),
        _ if author.kind != AccountKind::Organization => ReceivedBody::Post,
        ObjectKind::Post => ReceivedBody::Post,
        ObjectKind::Statement(statement) => ReceivedBody::Statement((**statement).clone()),
        ObjectKind::Thesis(thesis) => ReceivedBody::Thesis((**thesis).clone()),
        ObjectKind::Question(question) => ReceivedBody::Question((**question).clone()),
        ObjectKind::Position(position) => ReceivedBody::Position((**position).clone()),
        ObjectKind::Event(event) => ReceivedBody::Event((**event).clone()),
    }
}
