//! Web Push: subscribing, and what is sent.

use serde_json::json;

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::media::{Purpose, account_picture};
use crate::domain::notification::{Notification, NotificationKind};
use crate::domain::push::{ALERTS, Keys, Senders, ServerKey, Subscription, alert};
use crate::domain::site::Site;
use crate::store::contributions::Viewer;
use crate::store::{
    Conn, Error, Tx, accounts, contributions, notifications, oauth, profiles, push_subscriptions, relations,
    settings,
};
use crate::text::words::Words;
use crate::text::{Html, plain};

/// Older notifications are not sent any more, in seconds.
const OLD_SECONDS: i64 = 48 * 3600;
/// Letters of the text and of a name.
const LONGEST: (usize, usize) = (140, 60);

/// What an app asks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The address at its push service.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: Vec<u8>,
    /// What it shares with us alone.
    pub auth: Vec<u8>,
    /// Whether it reads RFC 8291.
    pub standard: bool,
    /// What it wants to hear of.
    pub alerts: Vec<String>,
    /// From whom.
    pub policy: Senders,
}

/// The key by which push services know this site; it is made when it is first needed.
pub fn server_key(tx: &mut Tx<'_>) -> Result<ServerKey, Error> {
    if let Some(key) = push_subscriptions::server_key(tx)? {
        return Ok(key);
    }
    let made = ServerKey::generate().map_err(|error| Error::broken(error.to_string()))?;
    push_subscriptions::insert_server_key(tx, &made)?;
    push_subscriptions::server_key(tx)?.ok_or_else(|| Error::broken("the key of the site vanished"))
}

/// Subscribes the app of a token, in place of what it subscribed before.
pub fn subscribe(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    token_hash: &str,
    wish: &Wish,
) -> Result<Subscription, Error> {
    let keys = Keys { p256dh: &wish.p256dh, auth: &wish.auth };
    if !keys.are_sound() {
        let why = "must be a point of P-256 (65 bytes) and a secret of 16 bytes, both in base64";
        return Err(Refusal::invalid("subscription[keys]", why).into());
    }
    let subscription = Subscription {
        id: Id::new(0),
        token_hash: token_hash.to_owned(),
        account_id: account,
        endpoint: wish.endpoint.clone(),
        p256dh: wish.p256dh.clone(),
        auth: wish.auth.clone(),
        standard: wish.standard,
        alerts: known(&wish.alerts),
        policy: wish.policy,
        created_at: tx.now,
    };
    Ok(push_subscriptions::put(tx, subscription)?)
}

/// Changes what the app of a token wants to hear of, and from whom.
pub fn change(
    tx: &mut Tx<'_>,
    token_hash: &str,
    alerts: Option<&[String]>,
    policy: Option<Senders>,
) -> Result<Subscription, Error> {
    let mut subscription = push_subscriptions::of_token(tx, token_hash)?.ok_or(Refusal::NotFound)?;
    if let Some(alerts) = alerts {
        subscription.alerts = known(alerts);
    }
    subscription.policy = policy.unwrap_or(subscription.policy);
    push_subscriptions::update(tx, &subscription)?;
    Ok(subscription)
}

fn known(alerts: &[String]) -> String {
    let wanted = |alert: &&&str| alerts.iter().any(|wanted| wanted == **alert);
    ALERTS.iter().filter(wanted).copied().collect::<Vec<_>>().join(" ")
}

/// A message on its way to an app.
#[derive(Debug)]
pub struct Message {
    /// Where it goes and with which keys.
    pub subscription: Subscription,
    /// What it says, as JSON.
    pub text: String,
    /// The key by which the service knows us.
    pub key: ServerKey,
}

/// The message about a notification; `None` when there is nothing to say any more. `token` is the
/// token itself, which nothing here keeps: some apps find the account by it.
pub fn message(
    tx: &mut Tx<'_>,
    subscription: Id<Subscription>,
    notification: Id<Notification>,
    token: impl FnOnce(&str) -> Option<String>,
) -> Result<Option<Message>, Error> {
    let Some(subscription) = push_subscriptions::by_id(tx, subscription)? else { return Ok(None) };
    let site = tx.site()?;
    let hashes = [subscription.token_hash.clone()];
    if oauth::good_among(tx, &hashes, site.organization)?.is_empty() {
        push_subscriptions::delete(tx, &subscription.token_hash)?;
        return Ok(None);
    }
    let Some(row) = notifications::by_id(tx, subscription.account_id, notification)? else {
        return Ok(None);
    };
    let old = row.created_at.plus_seconds(OLD_SECONDS) < tx.now;
    if old || !subscription.wants(alert(row.kind)) || !is_wanted(tx, subscription.policy, &row)? {
        return Ok(None);
    }
    let Some(from) = accounts::by_id(tx, row.from_id)? else { return Ok(None) };
    let token = token(&subscription.token_hash).unwrap_or_default();
    let language = match profiles::of(tx, row.account_id)?.language {
        Some(language) => language,
        None => settings::get(tx)?.languages.first().cloned().unwrap_or_else(|| "en".to_owned()),
    };
    let text = json!({
        "access_token": token,
        "preferred_locale": language,
        "notification_id": row.id.get(),
        "notification_type": alert(row.kind),
        "icon": icon(&from, &site),
        "title": title(row.kind, &from, &language),
        "body": body(tx, &row, &from)?,
    });
    let key = server_key(tx)?;
    Ok(Some(Message { subscription, text: text.to_string(), key }))
}

fn is_wanted(conn: &mut Conn, policy: Senders, row: &Notification) -> Result<bool, Error> {
    Ok(match policy {
        Senders::All => true,
        Senders::Followed => relations::follows(conn, row.account_id, row.from_id)?,
        Senders::Follower => relations::follows(conn, row.from_id, row.account_id)?,
        Senders::None => false,
    })
}

fn icon(from: &Account, site: &Site) -> String {
    let picture = account_picture(from, Purpose::Avatar, &site.origin);
    picture.unwrap_or_else(|| format!("{}/assets/avatar.png", site.origin))
}

fn title(kind: NotificationKind, from: &Account, language: &str) -> String {
    let name = plain::excerpt(&plain::single_line(from.title()), LONGEST.1);
    let heard = &Words::in_first([language]).heard;
    let title = match kind {
        NotificationKind::Mention => heard.mention,
        NotificationKind::Published => heard.published,
        NotificationKind::Boost => heard.boost,
        NotificationKind::Follow => heard.follow,
        NotificationKind::FollowRequest => heard.follow_request,
        NotificationKind::Like => heard.like,
        NotificationKind::Poll => heard.poll,
        NotificationKind::Update => heard.update,
        NotificationKind::Report => heard.report,
        NotificationKind::Objection => heard.objection,
        NotificationKind::Quote => heard.quote,
        NotificationKind::QuotedUpdate => heard.quoted_update,
        NotificationKind::Decision => heard.decision,
        NotificationKind::Severance => heard.severed,
    };
    title.replace("{}", &name)
}

/// What it is about: the warning where there is one, else the beginning of the text.
fn body(conn: &mut Conn, row: &Notification, from: &Account) -> Result<String, Error> {
    let viewer = Viewer::Member(row.account_id);
    let head = match row.contribution_id {
        Some(about) => contributions::by_id(conn, viewer, about)?,
        None => None,
    };
    let text = match &head {
        Some(head) => match head.summary.as_ref().or(head.title.as_ref()).filter(|said| !said.is_empty()) {
            Some(said) => said.clone(),
            None => plain::text(&Html::from_store(head.content.clone())),
        },
        None => from.handle().to_string(),
    };
    Ok(plain::excerpt(&plain::single_line(&text), LONGEST.0))
}
