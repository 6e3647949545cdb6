//! From what was committed to the streams that want it: one task for all of them.
//!
//! Whether something belongs into a stream is asked of the timeline of the same name, so that a
//! stream never shows what a page would not.

use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use activitypub_federation::config::FederationConfig;
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::app::streams::{Channel, Frame, Subscription};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, NEWS_SECONDS, Visibility};
use crate::domain::id::Id;
use crate::domain::list::List;
use crate::domain::network_rule::Bar;
use crate::domain::notice::Announcement;
use crate::domain::notification::Notification;
use crate::domain::timeline::Found;
use crate::federation::Federation;
use crate::http::mastodon::announcements::{Signs, rendered as rendered_announcement};
use crate::http::mastodon::conversations::rendered as rendered_conversations;
use crate::http::mastodon::entities::notification::KINDS;
use crate::http::mastodon::{notifications, shown};
use crate::store::contributions::Viewer;
use crate::store::page::Page;
use crate::store::timelines::{self, Audience, Handed, Public, Tagged};
use crate::store::{self, Conn, Error, Event, Gone, conversations, emojis, lists, notices, oauth};

/// How often it is looked at who may listen where another process cannot tell us that this changed.
const LISTENERS: Duration = Duration::from_millis(800);

/// Fills the streams of a site until `stop` turns true, and closes them then.
pub async fn run(config: FederationConfig<Federation>, mut stop: watch::Receiver<bool>) {
    let app = config.to_request_data().app.clone();
    tokio::select! {
        () = crate::app::stopped(&mut stop) => {}
        () = app.db.listen() => {}
        () = fill(&app) => {}
    }
    app.streams.close();
}

async fn fill(app: &App) {
    let mut events = app.db.events();
    let alone = app.db.is_exclusive();
    let mut look = interval(LISTENERS);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let event = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => event,
                Err(RecvError::Lagged(missed)) => {
                    // Whoever is let go asks again, and misses nothing.
                    tracing::warn!(missed, "streams fell behind and are closed");
                    app.streams.close();
                    continue;
                }
                Err(RecvError::Closed) => return,
            },
            // The command line changes passwords and keeps networks out in a process of its own.
            _ = look.tick(), if alone => Event::Listeners,
        };
        if app.streams.count() == 0 {
            continue;
        }
        match AssertUnwindSafe(pass_on(app, event.clone())).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, ?event, "streams did not get an event"),
            Err(_) => tracing::error!(?event, "streams did not get an event that broke off"),
        }
    }
}

async fn pass_on(app: &App, event: Event) -> Result<(), Error> {
    match event {
        Event::Deliveries | Event::Inbox | Event::Jobs => Ok(()),
        Event::Listeners => {
            tokens(app).await?;
            networks(app).await;
            Ok(())
        }
        Event::Placed(key) => placed(app, key, "update").await,
        Event::Changed(id) => placed(app, id.get(), "status.update").await,
        Event::Gone(gone) => self::gone(app, gone).await,
        Event::Announced(id) => announced(app, id).await,
        Event::Unannounced(id) => {
            to_everybody(app, "announcement.delete", &id.to_string().into());
            Ok(())
        }
        Event::Reacted { to, name } => reacted(app, to, &name).await,
        Event::Merged(to) => {
            to_hearers(app, to, "notifications_merged", &"1".into());
            Ok(())
        }
        Event::Notified { to, id } => notified(app, to, id).await,
    }
}

/// Closes the streams whose tokens have ended.
async fn tokens(app: &App) -> Result<(), Error> {
    let asked = app.streams.tokens();
    let organization = app.site.organization;
    let good = app.db.read(|conn| Ok(oauth::good_among(conn, &asked, organization)?)).await?;
    app.streams.keep(&asked, &good);
    Ok(())
}

/// Closes the streams that are read from where nothing is answered any more.
async fn networks(app: &App) {
    // What just changed may be newer than what is in memory.
    app.networks.forget();
    let mut barred = HashSet::new();
    for address in app.streams.addresses() {
        if app.networks.bar(&app.db, address).await == Some(Bar::Everything) {
            barred.insert(address);
        }
    }
    app.streams.keep_out(&barred);
}

/// Those who wait for statuses, and what they name.
struct Waiting {
    subscriptions: Vec<Subscription>,
    readers: Vec<Id<Account>>,
    lists: Vec<Id<List>>,
}

impl Waiting {
    fn of(app: &App) -> Self {
        let subscriptions = app.streams.subscriptions(|reader, channel| {
            let status = match channel {
                Channel::Notifications => false,
                Channel::User
                | Channel::Public { .. }
                | Channel::Hashtag { .. }
                | Channel::List(_)
                | Channel::Direct => true,
            };
            status && reader.statuses
        });
        let readers: HashSet<Id<Account>> = subscriptions.iter().map(|one| one.account).collect();
        let lists = subscriptions.iter().filter_map(|one| match *one.channel {
            Channel::List(list) => Some(list),
            Channel::User
            | Channel::Notifications
            | Channel::Public { .. }
            | Channel::Hashtag { .. }
            | Channel::Direct => None,
        });
        let lists: HashSet<Id<List>> = lists.collect();
        let (readers, lists) = (readers.into_iter().collect(), lists.into_iter().collect());
        Self { subscriptions, readers, lists }
    }
}

/// Something stands in timelines, or what stands there has changed.
async fn placed(app: &App, key: i64, event: &'static str) -> Result<(), Error> {
    let waiting = Waiting::of(app);
    if waiting.subscriptions.is_empty() {
        return Ok(());
    }
    let audience =
        app.db.read(|conn| Ok(timelines::audience(conn, key, &waiting.readers, &waiting.lists)?)).await?;
    let Some(audience) = audience else { return Ok(()) };
    let old = audience.published_at.plus_seconds(NEWS_SECONDS) < app.clock().now();
    if old && !audience.boost && event == "update" {
        return Ok(());
    }
    let (direct, others): (Vec<_>, Vec<_>) =
        waiting.subscriptions.into_iter().partition(|one| *one.channel == Channel::Direct);
    let mut readers: BTreeMap<Id<Account>, Vec<Subscription>> = BTreeMap::new();
    for one in others.into_iter().filter(|one| may_stand(&audience, one)) {
        readers.entry(one.account).or_default().push(one);
    }
    for (account, subscriptions) in readers {
        let frames = app.db.read(|conn| frames(conn, app, (account, key), &subscriptions)).await?;
        for (stream, channel, payload) in frames {
            app.streams.send(stream, Frame { channel, event, payload });
        }
    }
    match audience.visibility {
        Visibility::Mentioned if event == "update" => said_to_some(app, Id::new(key), direct).await,
        _ => Ok(()),
    }
}

/// A direct message belongs to a conversation, which those who take part hear of.
async fn said_to_some(app: &App, letter: Id<Contribution>, direct: Vec<Subscription>) -> Result<(), Error> {
    for one in direct {
        let conversation = app.db.read(|conn| {
            let known = conversations::with(conn, one.account, letter)?;
            Ok(rendered_conversations(conn, app, one.account, known.as_slice())?.pop())
        });
        let Some(conversation) = conversation.await? else { continue };
        let payload = payload(&conversation)?;
        app.streams.send(one.stream, Frame { channel: one.channel, event: "conversation", payload });
    }
    Ok(())
}

fn may_stand(audience: &Audience, subscription: &Subscription) -> bool {
    let public = audience.visibility == Visibility::Public && !audience.boost;
    match &*subscription.channel {
        Channel::User => audience.homes.contains(&subscription.account),
        Channel::Public { .. } => public,
        Channel::Hashtag { tag, .. } => public && audience.tags.contains(&folded(tag)),
        Channel::List(list) => audience.lists.contains(list),
        Channel::Notifications | Channel::Direct => false,
    }
}

fn folded(tag: &str) -> String {
    tag.trim_start_matches('#').to_lowercase()
}

type Addressed = (u64, Arc<Channel>, Arc<str>);

/// The frames of one reader: what stands in a timeline is rendered once for all of its streams.
fn frames(
    conn: &mut Conn,
    app: &App,
    (account, key): (Id<Account>, i64),
    subscriptions: &[Subscription],
) -> Result<Vec<Addressed>, Error> {
    let mut standing: Vec<(&Channel, Option<Found>)> = Vec::new();
    for one in subscriptions {
        if !standing.iter().any(|(channel, _)| *channel == &*one.channel) {
            standing.push((&one.channel, found(conn, account, &one.channel, key)?));
        }
    }
    let Some(first) = standing.iter().find_map(|(_, found)| found.clone()) else { return Ok(Vec::new()) };
    let status = shown::status(conn, app, Viewer::Member(account), first)?;
    let payload = payload(&status)?;
    let stands =
        |channel: &Channel| standing.iter().any(|(known, found)| *known == channel && found.is_some());
    let wanted = subscriptions.iter().filter(|one| stands(&one.channel));
    Ok(wanted.map(|one| (one.stream, Arc::clone(&one.channel), Arc::clone(&payload))).collect())
}

/// What the timeline of this channel shows at this key.
fn found(conn: &mut Conn, account: Id<Account>, channel: &Channel, key: i64) -> Result<Option<Found>, Error> {
    let viewer = Viewer::Member(account);
    let page = Page {
        max_id: Some(key.saturating_add(1)),
        since_id: Some(key.saturating_sub(1)),
        min_id: None,
        limit: 1,
    };
    let found = match channel {
        Channel::User => timelines::home(conn, account, &page)?,
        Channel::Public { local, only_media } => {
            let wanted = Public { local: *local, only_media: *only_media };
            timelines::public(conn, viewer, wanted, &page)?
        }
        Channel::Hashtag { tag, local } => {
            let local = local.then_some(true);
            let wanted = Tagged { any: vec![folded(tag)], local, ..Tagged::default() };
            timelines::tagged(conn, viewer, &wanted, &page)?
        }
        Channel::List(list) => match lists::by_id(conn, account, *list)? {
            Some(list) => timelines::listed(conn, &list, &page)?,
            None => Vec::new(),
        },
        Channel::Notifications | Channel::Direct => Vec::new(),
    };
    Ok(found.into_iter().next())
}

/// Something is gone: those hear of it in whose timelines it may have stood, also where somebody had
/// handed it on, under the key of that. What everybody was shown may have come into a home timeline by
/// its hashtags: its key is no secret, and apps leave alone what they do not know.
async fn gone(app: &App, gone: Gone) -> Result<(), Error> {
    let waiting = Waiting::of(app);
    if waiting.subscriptions.is_empty() {
        return Ok(());
    }
    let (shown, boosts) = app
        .db
        .read(|conn| {
            let homes = timelines::followers(conn, gone.by, &waiting.readers)?;
            let lists = timelines::lists_with(conn, gone.by, &waiting.lists)?;
            let boosts = timelines::boosts_shown(conn, Id::new(gone.key), &waiting.readers, &waiting.lists)?;
            Ok((Handed { key: gone.key, homes, lists }, boosts))
        })
        .await?;
    for (one, open) in [(&shown, gone.open)].into_iter().chain(boosts.iter().map(|boost| (boost, false))) {
        taken_away(app, &waiting.subscriptions, one, open);
    }
    Ok(())
}

/// Tells the streams that carried this key, and every public one if it was `open`.
fn taken_away(app: &App, subscriptions: &[Subscription], gone: &Handed, open: bool) {
    let payload: Arc<str> = gone.key.to_string().into();
    for one in subscriptions {
        let concerned = match &*one.channel {
            Channel::User => open || gone.homes.contains(&one.account),
            Channel::Public { .. } | Channel::Hashtag { .. } => open,
            Channel::List(list) => gone.lists.contains(list),
            Channel::Notifications | Channel::Direct => false,
        };
        if concerned {
            let (channel, payload) = (Arc::clone(&one.channel), Arc::clone(&payload));
            app.streams.send(one.stream, Frame { channel, event: "delete", payload });
        }
    }
}

/// An account was told something: its streams of both names carry that.
async fn notified(app: &App, to: Id<Account>, id: Id<Notification>) -> Result<(), Error> {
    if hearers(app, to).is_empty() {
        return Ok(());
    }
    let rendered = app.db.read(|conn| {
        let row = store::notifications::by_id(conn, to, id)?.filter(|row| KINDS.contains(&row.kind));
        Ok(notifications::rendered(conn, app, to, row.as_slice())?.pop())
    });
    let Some(notification) = rendered.await? else { return Ok(()) };
    to_hearers(app, to, "notification", &payload(&notification)?);
    Ok(())
}

/// The streams in which an account hears what concerns it.
fn hearers(app: &App, account: Id<Account>) -> Vec<Subscription> {
    app.streams.subscriptions(|reader, channel| {
        let named = match channel {
            Channel::User | Channel::Notifications => true,
            Channel::Public { .. } | Channel::Hashtag { .. } | Channel::List(_) | Channel::Direct => false,
        };
        named && reader.notifications && reader.account == account
    })
}

fn to_hearers(app: &App, account: Id<Account>, event: &'static str, payload: &Arc<str>) {
    for one in hearers(app, account) {
        let payload = Arc::clone(payload);
        app.streams.send(one.stream, Frame { channel: one.channel, event, payload });
    }
}

/// The admins told the members something.
async fn announced(app: &App, id: Id<Announcement>) -> Result<(), Error> {
    let now = app.clock().now();
    let found =
        app.db.read(|conn| Ok((notices::announcement(conn, id, now)?, emojis::of_host(conn, "")?))).await?;
    if let (Some(announcement), emoji) = found {
        // Nobody has read it or answered it yet, so it is the same for all.
        let signs = Signs { reactions: &[], emoji: &emoji, site: &app.site };
        to_everybody(app, "announcement", &payload(&rendered_announcement(&announcement, false, &signs))?);
    }
    Ok(())
}

/// A member answered an announcement, or took the answer back: how many say so now, up to none.
async fn reacted(app: &App, to: Id<Announcement>, name: &str) -> Result<(), Error> {
    let count = app.db.read(|conn| Ok(notices::count(conn, to, name)?)).await?;
    let said = json!({ "name": name, "count": count, "announcement_id": to.to_string() });
    to_everybody(app, "announcement.reaction", &payload(&said)?);
    Ok(())
}

fn to_everybody(app: &App, event: &'static str, payload: &Arc<str>) {
    for one in app.streams.subscriptions(|_, channel| *channel == Channel::User) {
        let payload = Arc::clone(payload);
        app.streams.send(one.stream, Frame { channel: one.channel, event, payload });
    }
}

fn payload(entity: &impl Serialize) -> Result<Arc<str>, Error> {
    let text = serde_json::to_string(entity).map_err(|error| Error::broken(error.to_string()))?;
    Ok(text.into())
}
