//! Cards of pages: which contribution gets one, and when a page is asked.

use crate::clock::Timestamp;
use crate::domain::card::Card;
use crate::domain::contribution::{Contribution, Kind, Received};
use crate::domain::id::{Id, token};
use crate::domain::job::Job;
use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::store::{Error, Tx, cards, jobs};
use crate::text::card::{Page, first_link};

/// The longest address of a page with a card, in bytes.
const LONGEST: usize = 2000;
/// Pages named by others are asked within so many seconds: a post that many servers receive at once
/// would otherwise bring all of them to the page in the same moment.
const SPREAD_SECONDS: i64 = 60;

/// What decides about the card of a contribution.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Whether everybody may read the contribution: no other's links are followed.
    open: bool,
    /// Its safe HTML.
    content: &'a str,
    /// The page that the author wants to be shown.
    wanted: Option<&'a Uri>,
    /// Whether files, a poll or a quote stand beside it, which leave no room.
    full: bool,
    /// Whether we wrote it.
    local: bool,
}

impl<'a> Named<'a> {
    /// What decides about the card of something that is here.
    pub fn of(view: &'a View) -> Self {
        let head = &view.head;
        Self {
            open: head.is_open() && head.kind == Kind::Post,
            content: &head.content,
            wanted: None,
            full: !view.media.is_empty() || view.poll.is_some() || view.quote.is_some(),
            local: head.local,
        }
    }

    /// The same for what has just arrived.
    pub fn arrived(head: &'a Contribution, received: &'a Received) -> Self {
        Self {
            open: head.is_open() && head.kind == Kind::Post,
            content: &head.content,
            wanted: received.card.as_ref(),
            full: !received.media.is_empty() || received.poll.is_some() || received.quote.is_some(),
            local: false,
        }
    }
}

/// Decides about the card of a new contribution.
pub fn name(tx: &mut Tx<'_>, id: Id<Contribution>, named: &Named<'_>) -> Result<(), Error> {
    let Some(url) = address(tx, named)? else { return Ok(()) };
    cards::name(tx, id, &url)?;
    let now = tx.now;
    if cards::by_url(tx, &url)?.is_some_and(|card| card.is_fresh(now)) {
        return Ok(());
    }
    let wait = if named.local { 0 } else { id.get().rem_euclid(SPREAD_SECONDS) };
    jobs::enqueue(tx, &Job::FetchCard { url }, now.plus_seconds(wait))
}

/// Decides anew, because the contribution reads differently now.
pub fn rename(tx: &mut Tx<'_>, id: Id<Contribution>, named: &Named<'_>) -> Result<(), Error> {
    cards::clear(tx, id)?;
    name(tx, id, named)
}

/// The page whose card is shown: the one that the author names, else the first link of the text.
fn address(tx: &Tx<'_>, named: &Named<'_>) -> Result<Option<String>, Error> {
    if !named.open || named.full {
        return Ok(None);
    }
    let origin = &tx.site()?.origin;
    let first = || first_link(named.content, origin).and_then(|link| Uri::parse(&link));
    let page = named.wanted.cloned().or_else(first).filter(|page| page.origin() != origin);
    Ok(page.map(|page| page.to_string()).filter(|page| page.len() <= LONGEST))
}

/// Keeps what a page said of itself, or that it said nothing.
pub fn keep(tx: &mut Tx<'_>, url: &str, page: Option<&Page>) -> Result<(), Error> {
    let page = page.cloned().unwrap_or_default();
    let image = Some(page.image).filter(|image| !image.is_empty());
    let card = Card {
        id: tx.mint(),
        url: url.to_owned(),
        name: token(),
        title: page.title,
        description: page.description,
        author: page.author,
        provider: page.provider,
        image_width: page.image_size.map(|(width, _)| width).filter(|_| image.is_some()),
        image_height: page.image_size.map(|(_, height)| height).filter(|_| image.is_some()),
        image_url: image,
        image_description: page.image_description,
        language: Some(page.language).filter(|language| !language.is_empty()),
        published_at: Timestamp::parse(&page.published),
        fetched_at: tx.now,
    };
    cards::put(tx, &card)?;
    Ok(())
}
