//! Following and answering across servers: the box, what arriving users see, and the door out.

use askama::Template;

use super::contribution::{Author, Entry};
use super::layout::Layout;
use super::reply::{Elsewhere, Invitation};
use super::shown::{Href, Link};

/// The box that tells how to follow an account.
#[derive(Clone, Debug)]
pub struct FollowBox {
    /// Name of the account.
    pub name: String,
    /// `name@host`, to be pasted into any client.
    pub handle: String,
    /// Its Atom feed.
    pub feed: Option<Href>,
    /// What this viewer can do.
    pub way: FollowWay,
}

/// How this viewer can follow.
#[derive(Clone, Debug)]
pub enum FollowWay {
    /// Signed in here: one button. `following` turns it into "unfollow"; `pending` waits for the other side.
    Button {
        /// Where it is sent (POST).
        action: Href,
        /// Whether the viewer follows already.
        following: bool,
        /// Whether the request waits for an answer.
        pending: bool,
    },
    /// From one's own server.
    Elsewhere(Elsewhere),
    /// It is the viewer's own account.
    Own,
}

/// `/authorize_interaction?uri=…`: someone's server sent them here, to follow or answer with their account on this site.
#[derive(Template)]
#[template(path = "authorize.html", config = "config/tools/askama.toml")]
pub struct AuthorizePage {
    /// The frame.
    pub layout: Layout,
    /// The URI they came with.
    pub uri: String,
    /// What it is.
    pub subject: Subject,
    /// Where to sign in first; `None` if the viewer is signed in.
    pub sign_in: Option<Href>,
}

/// What a URI turned out to be.
#[derive(Clone, Debug)]
pub enum Subject {
    /// An account, to be followed.
    Account {
        /// The account.
        author: Author,
        /// How.
        follow: Box<FollowBox>,
    },
    /// A contribution, to be answered.
    Contribution {
        /// The contribution.
        entry: Box<Entry>,
        /// How.
        invitation: Invitation,
        /// What else one does with it: adopt a question, take a position.
        tools: Vec<Link>,
    },
    /// Nothing we could fetch, and why.
    Unknown(String),
}

/// After `/interact`: a plain link to the reader's own server.
///
/// A link and not a redirect: browsers apply `form-action 'self'` to redirects after a form,
/// and nobody should leave a site without seeing where to.
#[derive(Template)]
#[template(path = "leave.html", config = "config/tools/askama.toml")]
pub struct LeavePage {
    /// The frame.
    pub layout: Layout,
    /// The host the reader named.
    pub host: String,
    /// The page there that goes on.
    pub href: Href,
    /// What they wanted to follow or answer.
    pub subject: String,
    /// Back to where they came from.
    pub back: Href,
}
