//! Replies in the order in which people read them: organizations first, then persons, each in order of time.

use std::collections::{HashMap, HashSet};

use crate::domain::contribution::Visibility;
use crate::text::Html;

use super::contribution::{Attachment, Author, Origin, Quoted};
use super::shown::{Href, Lang, Link, Moment, count};

/// One reply, in full.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its public key, also the `id` of its element on the page.
    pub key: String,
    /// The key of the reply it answers; `None` if it answers the thesis or statement itself.
    pub parent: Option<String>,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub published: Moment,
    /// When it was last edited.
    pub edited: Option<Moment>,
    /// Its language.
    pub language: Lang,
    /// What it means to do, in words: `Objection`, `Support`, `Question`, `Correction`, `Evidence`; blank if unsaid.
    pub intent: String,
    /// A warning that folds the text away; plain text.
    pub warning: Option<String>,
    /// The text.
    pub content: Html,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// What it quotes.
    pub quoted: Option<Quoted>,
    /// Its page on this site.
    pub href: Href,
    /// Where it was published, if not here.
    pub origin: Option<Origin>,
    /// Where to answer it.
    pub answer: Option<Href>,
    /// Where to criticize it, passage by passage, if it is a critique itself.
    pub criticize: Option<Href>,
    /// What else the viewer may do: edit, delete, report, approve.
    pub tools: Vec<Link>,
    /// What became of it.
    pub state: ReplyState,
    /// The earlier version of the thesis it refers to, if that is not the one shown.
    pub refers_to: Option<u32>,
}

impl Reply {
    /// Whether a moderator has not decided yet.
    pub fn is_held(&self) -> bool {
        self.state == ReplyState::Held
    }

    /// When it last changed: for a deleted reply, when it was deleted.
    pub fn touched(&self) -> Moment {
        self.edited.unwrap_or(self.published)
    }
}

/// What became of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyState {
    /// To be read by everyone.
    #[default]
    Shown,
    /// Waits for a moderator; only members see it.
    Held,
    /// Deleted by its author; its answers stay.
    Deleted,
}

/// A reply and how deep it stands below the thing it finally answers.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The reply.
    pub reply: Reply,
    /// 0 answers the thesis itself.
    pub depth: u32,
    /// The reply it answers, if that is not the line above.
    pub answers: Option<Link>,
}

impl Placed {
    /// The class that indents it; the indent stops growing so that phones keep a readable line.
    pub fn indent(&self) -> u32 {
        self.depth.min(4)
    }
}

/// All replies to one thing, arranged.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    /// Answers by organizations, each followed by what was said to it.
    pub official: Vec<Placed>,
    /// Contributions by persons, each followed by what was said to it.
    pub personal: Vec<Placed>,
    /// Passages that were criticized, in the order of the text; those it no longer has come last.
    pub marked: Vec<Marked>,
    /// What we know about replies that are not here.
    pub completeness: Option<Completeness>,
    /// Replies that wait for approval and are not shown to this viewer.
    pub held: u32,
    /// Whether only members can reply, because nothing of it leaves the site.
    pub inside: bool,
    /// The page of replies before this one.
    pub earlier: Option<Href>,
    /// The page of replies after this one.
    pub later: Option<Later>,
}

/// The replies that stand on later pages.
#[derive(Clone, Debug)]
pub struct Later {
    /// The next page.
    pub href: Href,
    /// How many there are.
    pub count: u32,
    /// Whether there are more than were counted.
    pub uncounted: bool,
}

/// A passage with who criticizes it.
#[derive(Clone, Debug)]
pub struct Marked {
    /// The words.
    pub passage: String,
    /// Where they stand on the page, if they still do: browsers go there and mark them.
    pub place: Option<Href>,
    /// What the critique means to do, in words.
    pub intent: String,
    /// Who wrote it.
    pub author: Author,
    /// Where it stands.
    pub href: Href,
    /// The earlier version it refers to, if the words no longer stand in the text.
    pub refers_to: Option<u32>,
}

/// What is here, what is known to be missing, and how to fetch it.
#[derive(Clone, Debug)]
pub struct Completeness {
    /// Replies known to exist elsewhere but not here.
    pub missing: u32,
    /// When we last asked the server the conversation began on.
    pub checked: Option<Moment>,
    /// Since when that server does not answer.
    pub away: Option<Moment>,
    /// Where to ask again; a POST. `None` where the viewer may not.
    pub resync: Option<Href>,
}

impl Replies {
    /// Puts `replies`, in any order, into reading order. A reply whose parent is not here stands at depth 0.
    ///
    /// Written as a loop with its own stack and a set of visited keys: depth and cycles come from strangers.
    pub fn arrange(mut replies: Vec<Reply>) -> Self {
        replies.sort_by(|a, b| (a.published, &a.key).cmp(&(b.published, &b.key)));
        let names: HashMap<String, String> =
            replies.iter().map(|r| (r.key.clone(), r.author.name.clone())).collect();
        let mut children: HashMap<Option<String>, Vec<Reply>> = HashMap::new();
        for reply in replies {
            let parent =
                reply.parent.clone().filter(|parent| names.contains_key(parent) && *parent != reply.key);
            children.entry(parent).or_default().push(reply);
        }
        let roots = children.remove(&None).unwrap_or_default();
        let (official, personal) = roots.into_iter().partition(|r| r.author.voice.is_official());
        let mut arranged = Self {
            official: unfold(official, &mut children, &names),
            personal: unfold(personal, &mut children, &names),
            ..Self::default()
        };
        // Whoever answers in a circle hangs on no root; they are shown flat rather than lost.
        let mut stranded: Vec<Reply> = children.into_values().flatten().collect();
        stranded.sort_by(|a, b| (a.published, &a.key).cmp(&(b.published, &b.key)));
        arranged.personal.extend(unfold(stranded, &mut HashMap::new(), &names));
        arranged
    }

    /// The same below something that only those see who may see it.
    pub fn within(self, visibility: Visibility) -> Self {
        Self { inside: visibility == Visibility::Internal, ..self }
    }

    /// Whether replies that are here stand on other pages.
    pub const fn goes_on(&self) -> bool {
        self.earlier.is_some() || self.later.is_some()
    }

    /// How many replies are on the page.
    pub fn shown(&self) -> usize {
        self.official.len() + self.personal.len()
    }

    /// Whether nobody has replied, as far as we know.
    pub fn is_empty(&self) -> bool {
        self.shown() == 0
    }

    /// How many different authors there are.
    pub fn summary(&self) -> String {
        let all = self.official.iter().chain(&self.personal);
        let authors: HashSet<&str> = all.map(|placed| placed.reply.author.handle.as_str()).collect();
        let replies = count(small(self.shown()), "reply", "replies");
        format!("{replies} by {}", count(small(authors.len()), "author", "authors"))
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Lays out `roots` and everything below them, depth first.
fn unfold(
    roots: Vec<Reply>,
    children: &mut HashMap<Option<String>, Vec<Reply>>,
    names: &HashMap<String, String>,
) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    let mut open: Vec<(Reply, u32)> = roots.into_iter().rev().map(|reply| (reply, 0)).collect();
    while let Some((reply, depth)) = open.pop() {
        let below = children.remove(&Some(reply.key.clone())).unwrap_or_default();
        open.extend(below.into_iter().rev().map(|child| (child, depth.saturating_add(1))));
        let follows_parent = placed.last().map(|before| &before.reply.key) == reply.parent.as_ref();
        let answers =
            reply.parent.as_ref().filter(|_| depth > 0 && !follows_parent).and_then(|parent| {
                names.get(parent).map(|name| Link::new(name.clone(), format!("#{parent}")))
            });
        placed.push(Placed { reply, depth, answers });
    }
    placed
}
