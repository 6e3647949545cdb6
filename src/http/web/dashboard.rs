//! Where moderators and admins begin.

use askama::Template;

use super::layout::Layout;
use super::shown::Link;

/// `/admin`.
#[derive(Template)]
#[template(path = "dashboard.html", config = "config/tools/askama.toml")]
pub struct DashboardPage {
    /// The frame.
    pub layout: Layout,
    /// What waits for the viewer: only what there is.
    pub waiting: Vec<Link>,
    /// What happened lately without anybody, and what ends soon.
    pub news: Vec<Link>,
    /// Everything else that the viewer may open.
    pub pages: Vec<Link>,
}
