//! Cards: what a page says of itself, shown beside the link to it.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::id::Id;
use crate::clock::Timestamp;

/// How long what a page said is believed, in seconds.
const FRESH_SECONDS: i64 = 14 * 24 * 3600;

/// What a page says of itself. All texts are plain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::cards)]
pub struct Card {
    /// Our key.
    pub id: Id<Card>,
    /// The address under which contributions name the page.
    pub url: String,
    /// The random part of its picture's address here.
    pub name: String,
    /// Title; blank where there is nothing to show.
    pub title: String,
    /// A few sentences about it.
    pub description: String,
    /// Who wrote it.
    pub author: String,
    /// Who publishes it.
    pub provider: String,
    /// Its picture elsewhere; never given to readers as something to load.
    pub image_url: Option<String>,
    /// The picture's width, where the page says it.
    pub image_width: Option<i32>,
    /// The picture's height, where the page says it.
    pub image_height: Option<i32>,
    /// What the picture shows.
    pub image_description: String,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// When the page was published.
    pub published_at: Option<Timestamp>,
    /// When the page was asked.
    pub fetched_at: Timestamp,
}

impl Card {
    /// Where readers find its picture, below the origin.
    pub fn image_path(&self) -> Option<String> {
        self.image_url.as_ref().map(|_| format!("/media/cards/{}", self.name))
    }

    /// Whether the page need not be asked again.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.fetched_at.plus_seconds(FRESH_SECONDS) > now
    }
}
