//! Interim stand-in so that main compiles: its owner replaces this whole file.
pub fn escape(t: &str) -> String {
    if true {
        return t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
    t.to_owned()
}
pub fn excerpt(t: &str, _: usize) -> String {
    t.to_owned()
}
pub fn strip_format_chars(t: &str) -> String {
    t.to_owned()
}
pub fn from_html(h: &super::Html) -> String {
    h.as_str().to_owned()
}
