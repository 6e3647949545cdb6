//! Where addresses on a page lead: to our page of what is here, else to where they point.

use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, views};

/// What is here of the addresses that a page names.
#[derive(Default)]
pub(super) struct Links(Vec<View>);

impl Links {
    /// Looks for them, as far as the viewer may see what they mean.
    pub(super) fn of<'a>(
        conn: &mut Conn,
        viewer: Viewer,
        named: impl IntoIterator<Item = &'a Uri>,
    ) -> Result<Self, Error> {
        let named: Vec<Uri> = named.into_iter().cloned().collect();
        let heads = contributions::by_uris(conn, viewer, &named)?;
        Ok(Self(views::load(conn, viewer, heads)?))
    }

    /// The links for some of them.
    pub(super) fn each(&self, uris: &[Uri]) -> Vec<Link> {
        uris.iter().map(|uri| self.to(uri)).collect()
    }

    /// The link for one of them.
    pub(super) fn to(&self, uri: &Uri) -> Link {
        let here = self.0.iter().find(|view| view.head.uri == *uri);
        here.map_or_else(|| Link::new(uri.as_str(), uri.as_str()), present::link)
    }
}
