//! `PreviewCard`: what a page says of itself.

use serde::Serialize;

use super::account::Account;
use super::date;
use crate::domain::card::Card;

/// A card as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewCard {
    /// The page.
    pub url: String,
    /// Title.
    pub title: String,
    /// A few sentences about it.
    pub description: String,
    /// Always `link`: nothing of other pages is put into clients.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Who wrote it.
    pub author_name: String,
    /// Not told.
    pub author_url: &'static str,
    /// Who publishes it.
    pub provider_name: String,
    /// Not told.
    pub provider_url: &'static str,
    /// Always blank.
    pub html: &'static str,
    /// Width of the picture; 0 where nobody knows.
    pub width: i32,
    /// Height of the picture; 0 where nobody knows.
    pub height: i32,
    /// The picture, from us.
    pub image: Option<String>,
    /// What the picture shows.
    pub image_description: String,
    /// Always blank.
    pub embed_url: &'static str,
    /// A blur of the picture, which we do not make.
    pub blurhash: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// When the page was published.
    pub published_at: Option<String>,
    /// Who wrote it, with accounts where those are known.
    pub authors: Vec<Author>,
}

/// Somebody who wrote a page.
#[derive(Clone, Debug, Serialize)]
pub struct Author {
    /// Name.
    pub name: String,
    /// Page.
    pub url: &'static str,
    /// Account.
    pub account: Option<Account>,
}

/// Renders a card of the site at `origin`.
pub fn card(card: &Card, origin: &str) -> PreviewCard {
    let author = Some(card.author.clone()).filter(|name| !name.is_empty());
    PreviewCard {
        url: card.url.clone(),
        title: card.title.clone(),
        description: card.description.clone(),
        kind: "link",
        author_name: card.author.clone(),
        author_url: "",
        provider_name: card.provider.clone(),
        provider_url: "",
        html: "",
        width: card.image_width.unwrap_or_default(),
        height: card.image_height.unwrap_or_default(),
        image: card.image_path().map(|path| format!("{origin}{path}")),
        image_description: card.image_description.clone(),
        embed_url: "",
        blurhash: None,
        language: card.language.clone(),
        published_at: card.published_at.map(date),
        authors: author.into_iter().map(|name| Author { name, url: "", account: None }).collect(),
    }
}
