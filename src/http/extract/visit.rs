//! One request of a reader: who asks, and the frame around whatever page answers.

use activitypub_federation::config::Data;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri as RequestUri};
use url::form_urlencoded;

use super::session::{Cookies, Member, Session, form_token};
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::report::{Outcome, Warning};
use crate::domain::site::{Settings, Site};
use crate::domain::user::{Role, Roles, User};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::web::layout::{Flash, FrozenLine, Layout, Section, Site as Masthead, ViewerBar};
use crate::http::web::present;
use crate::http::web::shown::Lang;
use crate::services::users::secret_hash;
use crate::store::contributions::Viewer;
use crate::store::{Conn, Error, account_rules, accounts, notifications, settings, users, warnings};
use crate::text::words::Words;

/// What somebody reads who sent something although their account is frozen.
const FROZEN: &str = "Moderators have frozen your account: nothing was published or changed. Go back and copy your text \
                      if you want to keep it. Why, and how to object, you find at /settings/decisions.";

/// What somebody whose account is frozen may send all the same: it concerns how they read, and their own door.
const OWN: [&str; 6] = [
    "/notifications/seen",
    "/oauth/authorize",
    "/settings/address",
    "/settings/password",
    "/settings/second-factor",
    "/settings/sign-ins",
];

/// What somebody reads whose account the moderators have closed.
const BARRED: &str = "Moderators have closed your account for now: you read what visitors read. Why, and how to \
                      object, you find behind your name above, at /settings/decisions.";

/// Languages of a browser that are looked at.
const MOST_TONGUES: usize = 20;

/// What every handler of a page knows before it begins.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who asks.
    pub session: Session,
    /// Who signed in but may do nothing for now: for everything but their own case they are a visitor. Whose
    /// account is frozen stays a member as long as they read.
    pub barred: Option<Member>,
    /// What was decided about a member whose account is frozen.
    pub frozen: Option<Frozen>,
    /// Where we are and who speaks here.
    pub site: Site,
    /// What the admins decided.
    pub settings: Settings,
    /// The organization.
    pub organization: Account,
    /// Unread notifications of the viewer.
    pub unread: i64,
    /// Path and query that were asked for.
    pub path: String,
    /// The languages that the reader's browser asks for, the dearest first.
    pub tongues: Vec<String>,
    /// Whether this site sends letters.
    pub sends_letters: bool,
}

/// The decision by which an account was frozen.
#[derive(Clone, Debug, Default)]
pub struct Frozen {
    /// What they were told of it.
    pub told: Option<Id<Warning>>,
    /// Why, in the words of the moderators.
    pub reason: String,
}

impl Frozen {
    fn load(conn: &mut Conn, account: Id<Account>) -> Result<Self, Error> {
        let told = warnings::newest(conn, account, Outcome::Freeze)?;
        let rule = account_rules::of(conn, account)?;
        let reason = rule.map(|rule| rule.public_comment).filter(|reason| !reason.is_empty());
        let reason = reason.or_else(|| told.as_ref().map(|told| told.text.clone())).unwrap_or_default();
        Ok(Self { told: told.map(|told| told.id), reason })
    }
}

/// The tags of `Accept-Language` in the order in which they are wanted (RFC 9110, 12.5.4).
fn tongues(headers: &HeaderMap) -> Vec<String> {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tag = |part: &str| {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        (tag.trim().to_owned(), weight.trim().parse::<f32>().unwrap_or(0.0))
    };
    let mut tags: Vec<(String, f32)> = text.split(',').take(MOST_TONGUES).map(tag).collect();
    tags.retain(|(_, weight)| *weight > 0.0);
    tags.sort_by(|one, other| other.1.total_cmp(&one.1));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let data = Data::<Federation>::from_request_parts(parts, state).await;
        let data = data.map_err(|(_, why)| PageError::fault(&why))?;
        let original = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let reads = parts.method.is_safe() || OWN.contains(&original.path());
        Self::load(&data, &parts.headers, &parts.uri, reads).await
    }
}

impl Visit {
    /// Loads what the frame of a page needs, in one read; `reads` says whether the request is one that somebody
    /// may send whose account is frozen.
    pub async fn load(
        data: &Data<Federation>,
        headers: &HeaderMap,
        uri: &RequestUri,
        reads: bool,
    ) -> Result<Self, PageError> {
        let site = (*data.app.site).clone();
        let cookies = Cookies::of(&site.origin);
        let secret = cookies.session(headers);
        let hash = secret.as_deref().map(secret_hash);
        let now = data.app.clock().now();
        let loaded = data.app.db.read(|conn| {
            let user = match &hash {
                Some(hash) => users::by_session(conn, hash, now)?,
                None => None,
            };
            let missing = || Error::broken("the organization of this site is missing");
            let organization = accounts::by_id(conn, site.organization)?.ok_or_else(missing)?;
            let settings = settings::get(conn)?;
            let Some(mut user) = user else { return Ok((None, None, organization, settings, 0)) };
            let account = accounts::by_id(conn, user.account_id)?
                .ok_or_else(|| Error::broken("a login without its account"))?;
            let frozen = account.frozen && !account.is_suspended();
            let frozen = if frozen { Some(Frozen::load(conn, account.id)?) } else { None };
            if frozen.is_some() {
                // They read as every member does.
                user.roles = Roles::default();
            }
            let mut unread = notifications::unread(conn, account.id)?;
            if user.roles.has(Role::Publisher) {
                unread += notifications::unread(conn, organization.id)?;
            }
            Ok((Some(Member { user, account }), frozen, organization, settings, unread))
        });
        let (member, frozen, organization, settings, unread) = loaded.await?;
        let secret = if member.is_some() { secret } else { cookies.visitor(headers) };
        let (barred, member) = match member {
            Some(member) if member.account.is_suspended() || (member.account.frozen && !reads) => {
                (Some(member), None)
            }
            member => (None, member),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let session = Session { member, secret };
        let tongues = tongues(headers);
        let sends_letters = data.app.mailer.is_some();
        Ok(Self {
            session,
            barred,
            frozen,
            site,
            settings,
            organization,
            unread,
            path,
            tongues,
            sends_letters,
        })
    }

    /// The sentences that every reader has to understand: in the language that an app asked for, else one
    /// of the browser's, else one of the site's.
    pub fn words(&self) -> &'static Words {
        self.words_for("")
    }

    /// The same where a path comes next that may say it, too.
    pub fn words_for(&self, next: &str) -> &'static Words {
        let asked = |path: &str| {
            let query = path.split_once('?').map_or("", |(_, query)| query);
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == "lang").map(|(_, tag)| tag.into_owned())
        };
        let asked = [asked(next), asked(&self.path)];
        let tags = asked.iter().flatten().chain(&self.tongues).chain(&self.settings.languages);
        Words::in_first(tags.map(String::as_str))
    }

    /// Who asks, for everything that is read.
    pub fn viewer(&self) -> Viewer {
        self.session.member.as_ref().map_or(Viewer::Anyone, |member| Viewer::Member(member.account.id))
    }

    /// Who is signed in; without one the reader is asked to sign in.
    pub fn member(&self) -> Result<&Member, PageError> {
        if self.barred.is_some() {
            return Err(PageError::forbidden(if self.frozen.is_some() { FROZEN } else { BARRED }));
        }
        self.session.member.as_ref().ok_or_else(PageError::sign_in_first)
    }

    /// Whether the viewer may say anything: a member whose account is not frozen.
    pub fn may_write(&self) -> bool {
        self.session.member.is_some() && self.frozen.is_none()
    }

    /// Who is signed in, also when they may do nothing for now: what was decided about them is theirs to
    /// read and to object to.
    pub fn concerned(&self) -> Result<&Member, PageError> {
        self.barred.as_ref().map_or_else(|| self.member(), Ok)
    }

    /// The user, if they have this role.
    pub fn with_role(&self, role: Role) -> Result<&User, PageError> {
        let user = &self.member()?.user;
        if user.roles.has(role) {
            return Ok(user);
        }
        Err(PageError::forbidden(format!(
            "This takes the role {}: an administrator can give it.",
            role.as_str()
        )))
    }

    /// The user, if they may decide this.
    pub fn may(&self, permission: Permission) -> Result<&User, PageError> {
        self.with_role(permission.role())
    }

    /// Whether the viewer may decide this.
    pub fn has(&self, permission: Permission) -> bool {
        self.has_role(permission.role())
    }

    /// Whether the viewer has this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.session.member.as_ref().is_some_and(|member| member.user.roles.has(role))
    }

    /// The accounts in whose name the viewer may act: their own, and the organization's for publishers.
    pub fn voices(&self) -> Vec<&Account> {
        let own = self.session.member.iter().map(|member| &member.account);
        own.chain(self.has_role(Role::Publisher).then_some(&self.organization)).collect()
    }

    /// Of these accounts the one with this key.
    pub fn voice(&self, id: Id<Account>) -> Option<&Account> {
        self.voices().into_iter().find(|account| account.id == id)
    }

    /// An address of ours as others see it.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.origin)
    }

    /// Where to sign in so that the reader comes back to this page.
    pub fn sign_in_path(&self) -> String {
        let next: String = form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        format!("/sign-in?next={next}")
    }

    /// The value of a query parameter of this request.
    pub fn asked(&self, name: &str) -> Option<String> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Every value of a query parameter of this request, in their order.
    pub fn asked_all(&self, name: &str) -> Vec<String> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
    }

    /// The main language of the site.
    pub fn language(&self) -> &str {
        self.settings.languages.first().map_or("en", String::as_str)
    }

    /// The frame around a page with this title.
    pub fn layout(&self, title: impl Into<String>) -> Layout {
        let mut layout = Layout::new(self.masthead(), title);
        layout.csrf = self.session.secret.as_deref().map(form_token).unwrap_or_default();
        layout.viewer = self.session.member.as_ref().map(|member| ViewerBar {
            name: member.account.title().to_owned(),
            href: present::account_path(&member.account).into(),
            barred: false,
            unread: u32::try_from(self.unread).unwrap_or(u32::MAX),
            may_publish: self.has_role(Role::Publisher) || self.has_role(Role::Editor),
            administration: member.user.roles.administers().then(|| "/admin".into()),
        });
        layout.flash = self.asked("note").and_then(|note| flash(&note));
        layout.frozen = self.frozen.as_ref().map(|frozen| FrozenLine {
            reason: frozen.reason.clone(),
            href: match frozen.told {
                Some(told) => format!("/settings/decisions/{told}").into(),
                None => "/settings/decisions".into(),
            },
        });
        if let Some(barred) = &self.barred {
            // Nothing is theirs but their case, and the way out.
            layout.viewer = Some(ViewerBar {
                name: barred.account.title().to_owned(),
                href: "/settings/decisions".into(),
                barred: true,
                unread: 0,
                may_publish: false,
                administration: None,
            });
            if layout.flash.is_none() && self.frozen.is_none() {
                layout.flash = Some(Flash { problem: true, text: BARRED.to_owned() });
            }
        }
        layout
    }

    /// The frame of a page for members: forms, lists of their own.
    pub fn private_layout(&self, title: impl Into<String>, here: Section) -> Layout {
        Layout { no_index: true, here, ..self.layout(title) }
    }

    fn masthead(&self) -> Masthead {
        Masthead {
            name: self.settings.name.clone(),
            motto: String::new(),
            handle: self.organization.handle.clone(),
            language: Lang::new(self.language()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            source: env!("CARGO_PKG_REPOSITORY").into(),
        }
    }
}

/// What just happened. The words are ours: the address only chooses among them.
fn flash(note: &str) -> Option<Flash> {
    let text = match note {
        "published" => "Published. It is on its way to everyone who follows.",
        "draft" => "The draft is kept.",
        "deleted" => "Deleted. Other servers are told to delete their copies.",
        "resync" => "We are asking the other servers. Open this page again in a moment.",
        "approved" => "Approved. What this author writes is shown to everyone from now on.",
        "archive" => "Everything is put together. Open this page again in a while.",
        "left" => "Your account is deleted. Other servers are told to delete what they have of it.",
        "import" => "Your file is read. It takes a while until every other server has answered.",
        "seen" => "Everything is marked as seen.",
        "address" => "Your e-mail address is confirmed.",
        "letter" => {
            "A letter with a link is on its way to this address. It is used for nothing before you open the link."
        }
        "welcome" => "Your account is ready. Sign in with it.",
        "listed" => "The map lists it.",
        "unlisted" => "The map no longer lists it. It stays readable at its own address.",
        "refused" => "Recorded. The map does not list it.",
        "attributed" => "Entered. The map shows it as attributed by this site, with its source.",
        "adopted" => "Adopted. Your organization carries this question now.",
        "let-in" => "Approved. It is shown to everyone from now on.",
        "rejected" => "Rejected. Nobody sees it any more; until it is deleted you can take that back below.",
        "restored" => "Taken back. It is as it was before.",
        "signed-out" => "Signed out there. What was open is closed within a second.",
        "password" => "The password is changed. Everything else has to sign in again.",
        "changed" => "Changed. It holds from now on.",
        "no-admin" => {
            "Changed. You are no admin any more, so that the people who sign in here are for others now."
        }
        "unchanged" => "Nothing was different, so nothing was changed.",
        "removed" => "Removed. Nobody sees it any more, and none of it will be taken in again.",
        "reported" => "Reported. What comes of it you will find here.",
        "withdrawn" => "Recorded. It stays readable with the reason above it.",
        _ => return None,
    };
    Some(Flash { problem: false, text: text.to_owned() })
}
