//! The few sentences that have to be understood before somebody has an app in their own language: signing
//! in, letting an app in, and the titles of what is pushed to a device.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod kk;
mod letters;
mod ru;
mod stands;
mod tr;

pub use letters::Letters;
pub use stands::Stands;

/// The sentences in one language. `{}` stands for a name or a thing; pairs stand around one.
#[derive(Debug)]
pub struct Words {
    /// Language tag.
    pub tag: &'static str,
    /// Title and button of the sign-in page.
    pub sign_in: &'static str,
    /// Around the name of the site: whom the page is for.
    pub for_members: [&'static str; 2],
    /// What people sign in with.
    pub name: &'static str,
    /// Password.
    pub password: &'static str,
    /// The code of the second step.
    pub code: &'static str,
    /// Where that comes from.
    pub code_hint: &'static str,
    /// What was wrong: name or password.
    pub wrong_password: &'static str,
    /// What was wrong: the code.
    pub wrong_code: &'static str,
    /// What was wrong: the code came too late.
    pub too_late: &'static str,
    /// What was wrong: too many attempts, until when, and what else to do.
    pub too_many: &'static str,
    /// Who helps.
    pub forgotten: &'static str,
    /// Around the name of an app: the question.
    pub let_in: [&'static str; 2],
    /// Around the name of the site: what the app wants.
    pub asks: [&'static str; 2],
    /// Around an address: where the app has its page.
    pub its_page: [&'static str; 2],
    /// That nobody vouches for the name.
    pub own_word: &'static str,
    /// Above what the app may do.
    pub wishes: &'static str,
    /// Above the accounts.
    pub voice: &'static str,
    /// Yes.
    pub allow: &'static str,
    /// No.
    pub deny: &'static str,
    /// Above a code.
    pub your_code: &'static str,
    /// What to do with it.
    pub copy_code: &'static str,
    /// Scope `profile`.
    pub profile: &'static str,
    /// Scope `push`.
    pub push: &'static str,
    /// Scope `follow`.
    pub follow: &'static str,
    /// Scope `read`.
    pub read: &'static str,
    /// Scope `write`.
    pub write: &'static str,
    /// Scope `read:debate`.
    pub read_debate: &'static str,
    /// Scope `write:debate`.
    pub write_debate: &'static str,
    /// Scopes `read:…`.
    pub read_some: &'static str,
    /// Scopes `write:…`.
    pub write_some: &'static str,
    /// Scopes `admin:…`.
    pub administer: &'static str,
    /// The things of scopes, in the order of their names.
    pub things: [&'static str; 15],
    /// Titles of what is pushed.
    pub heard: Heard,
}

/// Titles of notifications.
#[derive(Debug)]
pub struct Heard {
    /// Somebody mentioned or answered.
    pub mention: &'static str,
    /// Somebody whose every post is wanted published.
    pub published: &'static str,
    /// A boost.
    pub boost: &'static str,
    /// A follower.
    pub follow: &'static str,
    /// Somebody asks to follow.
    pub follow_request: &'static str,
    /// A like.
    pub like: &'static str,
    /// The end of a poll.
    pub poll: &'static str,
    /// Something handed on reads differently.
    pub update: &'static str,
    /// A report.
    pub report: &'static str,
    /// An objection.
    pub objection: &'static str,
    /// A quote.
    pub quote: &'static str,
    /// Something quoted reads differently.
    pub quoted_update: &'static str,
    /// A decision about the account itself.
    pub decision: &'static str,
    /// Relations that ended with a rule.
    pub severed: &'static str,
}

/// The things of scopes.
const THINGS: [&str; 15] = [
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "search",
    "statuses",
];

const ALL: [&Words; 8] =
    [&en::WORDS, &ar::WORDS, &de::WORDS, &es::WORDS, &fr::WORDS, &kk::WORDS, &ru::WORDS, &tr::WORDS];

impl Words {
    /// The direction in which it is written.
    pub fn dir(&self) -> &'static str {
        if self.tag == "ar" { "rtl" } else { "ltr" }
    }

    /// The words in the first of these languages that we have; English where we have none.
    pub fn in_first<'a>(tags: impl IntoIterator<Item = &'a str>) -> &'static Self {
        let of = |tag: &str| {
            let main = tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
            ALL.into_iter().find(|words| words.tag == main)
        };
        tags.into_iter().find_map(of).unwrap_or(&en::WORDS)
    }

    /// What a scope lets an app do.
    pub fn scope(&self, scope: &str) -> String {
        let thing = |name: &str| {
            let found = THINGS.iter().zip(self.things).find(|(known, _)| **known == name);
            found.map_or_else(|| name.replace('_', " "), |(_, thing)| thing.to_owned())
        };
        match scope {
            "profile" => self.profile.to_owned(),
            "push" => self.push.to_owned(),
            "follow" => self.follow.to_owned(),
            "read" => self.read.to_owned(),
            "write" => self.write.to_owned(),
            "read:debate" => self.read_debate.to_owned(),
            "write:debate" => self.write_debate.to_owned(),
            other => match other.split_once(':') {
                Some(("read", what)) => self.read_some.replace("{}", &thing(what)),
                Some(("write", what)) => self.write_some.replace("{}", &thing(what)),
                _ => self.administer.replace("{}", other),
            },
        }
    }
}
