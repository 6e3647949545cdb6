//! How people mean the texts that they write, and what becomes of them on a page.

use crate::domain::account::Account;
use crate::domain::handle::Handle;
use crate::domain::site::Site;
use crate::text::entities::{self, Entity};
use crate::text::markdown::{self, Breaks, Link};
use crate::text::{Html, Markdown};

/// How a text is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Markdown, as in our own forms.
    #[default]
    Markdown,
    /// Plain text, as apps send it.
    Plain,
}

/// A text as it will stand, and its hashtags.
pub fn render(site: &Site, markdown: &Markdown, format: Format, mentions: &[Account]) -> (Html, Vec<String>) {
    let resolve = |entity: &Entity| match entity {
        Entity::Mention { name, host } => {
            let host = host.as_deref().unwrap_or(&site.host);
            let handle = Handle::new(name, host).to_string();
            mentions
                .iter()
                .find(|account| account.handle == handle)
                .map(|account| Link { href: account.url.clone(), text: format!("@{}", account.name) })
        }
        Entity::Tag(name) => Some(Link {
            href: format!("{}/tags/{}", site.origin, name.to_lowercase()),
            text: format!("#{name}"),
        }),
    };
    let (content, entities) = match format {
        Format::Markdown => {
            (markdown::render_with(markdown, Breaks::Hard, &resolve), markdown::entities(markdown))
        }
        Format::Plain => {
            let text = markdown.as_str();
            let found = entities::find(text).into_iter().map(|(_, entity)| entity).collect();
            (markdown::from_plain_with(text, &resolve), found)
        }
    };
    let tags = entities.into_iter().filter_map(|entity| match entity {
        Entity::Tag(name) => Some(name.to_lowercase()),
        Entity::Mention { .. } => None,
    });
    (content, tags.collect())
}
