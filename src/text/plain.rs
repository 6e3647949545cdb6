//! Interim stand-in so that main compiles: its owner replaces this whole file.
pub fn escape(t: &str) -> String {
    t.to_owned()
}
