//! Interim stand-in so that main compiles: its owner replaces this whole file.
pub fn clean(html: &str) -> super::Html {
    super::Html(ammonia::clean(html))
}
