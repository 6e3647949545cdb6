//! Interim stand-in so that main compiles: its owner replaces this whole file.
use super::Html;
pub fn clean(t: &str) -> Html {
    Html(super::plain::escape(t))
}
