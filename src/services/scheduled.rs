//! Posts that wait for their time.

use serde::{Deserialize, Serialize};

use super::formats::Format;
use super::media;
use super::posts::{self, NewPost};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Visibility;
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::media::Media;
use crate::domain::poll::NewPoll;
use crate::domain::quote::QuotePolicy;
use crate::domain::user::{Role, User};
use crate::store::page::Page;
use crate::store::scheduled::{self, Scheduled};
use crate::store::{Error, Tx, accounts, audit, jobs, users};
use crate::text::Markdown;

/// Posts that wait for one account at most.
const MOST: i64 = 300;
/// Posts that wait for one day at most; as in Mastodon.
const MOST_A_DAY: usize = 25;
/// How far ahead a post has to be written at least.
const LEAST_SECONDS: i64 = 300;

/// A post as an app wrote it, before anybody is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Whether the text is Markdown.
    pub markdown: bool,
    /// Content warning.
    pub spoiler_text: Option<String>,
    /// Whether media should be hidden at first.
    pub sensitive: bool,
    /// Who may see it.
    pub audience: Audience,
    /// Language.
    pub language: String,
    /// What it answers.
    pub in_reply_to_id: Option<i64>,
    /// Pictures, films and sounds.
    pub media_ids: Vec<i64>,
    /// What readers may choose from.
    pub poll: Option<NewPoll>,
    /// What it quotes.
    #[serde(default)]
    pub quoted_status_id: Option<i64>,
    /// Who may quote it.
    #[serde(default)]
    pub quote_policy: Option<QuotePolicy>,
    /// The app it was written with.
    #[serde(default)]
    pub app_id: Option<i64>,
}

/// Who may see a post, as apps can say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everyone, and it is announced.
    #[default]
    Public,
    /// Everyone who has the address.
    Unlisted,
    /// The author's followers and whom it names.
    Private,
    /// Whom it names.
    Direct,
}

impl From<Audience> for Visibility {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Unlisted => Self::Unlisted,
            Audience::Private => Self::Followers,
            Audience::Direct => Self::Mentioned,
        }
    }
}

impl Written {
    /// What waits in a row.
    pub fn read(row: &Scheduled) -> Result<Self, Error> {
        serde_json::from_str(&row.params).map_err(|error| Error::broken(error.to_string()))
    }

    /// The post, now that its `@name@host` were looked up.
    pub fn post(&self, mentions: &[Account]) -> NewPost {
        NewPost {
            critique: None,
            markdown: Markdown::new(&*self.text),
            format: self.format(),
            in_reply_to: self.in_reply_to_id.map(Id::new),
            visibility: self.audience.into(),
            language: self.language.clone(),
            summary: self.spoiler_text.clone(),
            sensitive: self.sensitive,
            mentions: mentions.to_vec(),
            on_behalf_of: None,
            poll: self.poll.clone(),
            media: self.media(),
            quoted: self.quoted_status_id.map(Id::new),
            quote_policy: self.quote_policy,
            app: self.app_id.map(Id::new),
        }
    }

    /// The files that stand beside it.
    pub fn media(&self) -> Vec<Id<Media>> {
        self.media_ids.iter().copied().map(Id::new).collect()
    }

    /// How the text is meant.
    pub const fn format(&self) -> Format {
        if self.markdown { Format::Markdown } else { Format::Plain }
    }
}

/// Keeps a post until `due`; `named` are those whom it names, as far as they are known now.
pub fn schedule(
    tx: &mut Tx<'_>,
    user: &User,
    account: &Account,
    (written, named): (&Written, &[Account]),
    due: Timestamp,
) -> Result<Scheduled, Error> {
    ahead(tx, due)?;
    let waiting = scheduled::of(tx, account.id, &Page::first(MOST))?;
    if i64::try_from(waiting.len()).unwrap_or(MOST) >= MOST {
        return Err(Refusal::invalid("scheduled_at", "at most 300 posts may wait").into());
    }
    let of_the_day = |row: &&Scheduled| row.due_at.to_date() == due.to_date();
    if waiting.iter().filter(of_the_day).count() >= MOST_A_DAY {
        return Err(Refusal::invalid("scheduled_at", "at most 25 posts wait for one day").into());
    }
    let files = written.media();
    for row in &waiting {
        if Written::read(row)?.media().iter().any(|file| files.contains(file)) {
            let why = "one of the files waits with another post for later";
            return Err(Refusal::invalid("media_ids", why).into());
        }
    }
    // Whatever would be refused when its time has come is refused while its author looks.
    tx.tried(|tx| posts::publish(tx, account, &written.post(named)))?;
    media::hold(tx, account, &files, due)?;
    let params = serde_json::to_string(written).map_err(|error| Error::broken(error.to_string()))?;
    let row = Scheduled {
        id: tx.mint(),
        account_id: account.id,
        user_id: user.id,
        due_at: due,
        params,
        created_at: tx.now,
    };
    scheduled::insert(tx, &row)?;
    enqueue(tx, row.id, due)?;
    Ok(row)
}

/// Moves a post for later to another time.
pub fn reschedule(
    tx: &mut Tx<'_>,
    account: &Account,
    id: Id<Scheduled>,
    due: Timestamp,
) -> Result<Scheduled, Error> {
    let mut row = own(tx, account, id)?;
    ahead(tx, due)?;
    scheduled::set_due(tx, id, due)?;
    enqueue(tx, id, due)?;
    row.due_at = due;
    Ok(row)
}

/// Forgets a post for later.
pub fn cancel(tx: &mut Tx<'_>, account: &Account, id: Id<Scheduled>) -> Result<(), Error> {
    own(tx, account, id)?;
    scheduled::delete(tx, id)?;
    Ok(())
}

/// Whether a file waits with a post for later of its owner.
pub(super) fn names(tx: &mut Tx<'_>, account: Id<Account>, file: Id<Media>) -> Result<bool, Error> {
    for row in scheduled::of(tx, account, &Page::first(MOST))? {
        if Written::read(&row)?.media().contains(&file) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Publishes a post whose time has come. What may no longer be said stays among the posts for later,
/// with the time that has passed, until its author moves it or takes it away.
pub fn publish(tx: &mut Tx<'_>, id: Id<Scheduled>, mentions: &[Account]) -> Result<(), Error> {
    let Some(row) = scheduled::by_id(tx, id)? else { return Ok(()) };
    if row.due_at > tx.now {
        // It was moved, and has another job for that.
        return Ok(());
    }
    let written = Written::read(&row)?;
    let account = accounts::by_id(tx, row.account_id)?.ok_or(Refusal::NotFound)?;
    if !may_speak(tx, &row, &account)? {
        // It waits until whoever wrote it may speak again, or takes it away.
        let later = tx.now.plus_seconds(24 * 3600);
        scheduled::set_due(tx, id, later)?;
        return enqueue(tx, id, later);
    }
    let posted = tx.savepoint(|tx| posts::publish(tx, &account, &written.post(mentions)));
    match posted {
        Ok(view) if account.id == tx.site()?.organization => {
            audit::record(tx, Some(row.user_id), "post.publish", view.head.uri.as_str(), "")?;
        }
        Ok(_) => {}
        Err(Error::Refused(why)) => {
            tracing::info!(scheduled = %id, %why, "a post for later was not published");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    scheduled::delete(tx, id)?;
    Ok(())
}

/// Whether whoever wrote a post for later may still speak as this account.
fn may_speak(tx: &mut Tx<'_>, row: &Scheduled, account: &Account) -> Result<bool, Error> {
    let Some(user) = users::by_id(tx, row.user_id)?.filter(|user| user.disabled_at.is_none()) else {
        return Ok(false);
    };
    let person = accounts::by_id(tx, user.account_id)?;
    let official = account.id == tx.site()?.organization;
    Ok(person.is_some_and(|person| !person.is_barred()) && (!official || user.roles.has(Role::Publisher)))
}

/// The post for later, if it is this account's.
pub fn own(tx: &mut Tx<'_>, account: &Account, id: Id<Scheduled>) -> Result<Scheduled, Error> {
    let row = scheduled::by_id(tx, id)?.filter(|row| row.account_id == account.id);
    row.ok_or_else(|| Refusal::NotFound.into())
}

fn enqueue(tx: &mut Tx<'_>, id: Id<Scheduled>, due: Timestamp) -> Result<(), Error> {
    jobs::enqueue(tx, &Job::PublishScheduled { scheduled: id.get(), due: due.0 }, due)
}

fn ahead(tx: &Tx<'_>, due: Timestamp) -> Result<(), Refusal> {
    if due < tx.now.plus_seconds(LEAST_SECONDS) {
        return Err(Refusal::invalid("scheduled_at", "must be at least 5 minutes in the future"));
    }
    Ok(())
}
