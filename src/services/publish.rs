//! The one way out: an activity is minted, signed by its actor, and its deliveries are rows of the
//! same transaction as what it tells of.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, Visibility};
use crate::domain::host::Host;
use crate::domain::id::{Id, token};
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::store::activities::{self, Activity, NewActivity};
use crate::store::contributions::Viewer;
use crate::store::revisions::Revision;
use crate::store::{Conn, Error, Tx, accounts, contributions, deliveries, hosts, keys, questions};
use crate::vocab::statement::EMBEDDED_LIMIT;
use crate::vocab::{activity, object, proof};

/// Organizations that hear what is said in a conversation whose beginning is out of reach, at most.
const COLLEAGUES: i64 = 500;
/// Replies that wait for a server which does not answer, and are told to others, at most.
const PASSED_ON: i64 = 200;

/// To whom an activity goes. Accounts of ours need no delivery and are skipped.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    /// Everyone who follows one of these.
    pub followers_of: Vec<Id<Account>>,
    /// These, whether they follow or not.
    pub accounts: Vec<Id<Account>>,
    /// Everyone who liked, boosted, quoted or answered this, or chose in its poll: their servers
    /// have it, whomever they follow.
    pub readers_of: Option<Id<Contribution>>,
}

/// A new address for an activity.
pub fn activity_uri(tx: &Tx<'_>) -> Result<Uri, Error> {
    Ok(Uri::ours(&tx.site()?.origin, &format!("/activities/{}", token())))
}

/// Sends an activity as it is: the row and its deliveries.
pub fn send(
    tx: &mut Tx<'_>,
    actor: &Account,
    activity: &Value,
    object_uri: &Uri,
    listed: bool,
    to: &Recipients,
) -> Result<(), Error> {
    let id = keep(tx, actor, activity, object_uri, listed)?;
    for followee in &to.followers_of {
        deliveries::to_followers(tx, id, *followee)?;
    }
    if let Some(read) = to.readers_of {
        deliveries::to_readers(tx, id, read)?;
    }
    deliveries::to_accounts(tx, id, &to.accounts)
}

fn keep(
    tx: &mut Tx<'_>,
    actor: &Account,
    activity: &Value,
    object_uri: &Uri,
    listed: bool,
) -> Result<Id<Activity>, Error> {
    let named = activity.get("id").and_then(Value::as_str).and_then(Uri::parse);
    let uri = named.ok_or_else(|| Error::broken("an activity of ours has no address"))?;
    let row = NewActivity {
        uri,
        account_id: actor.id,
        body: activity.to_string(),
        object_uri: object_uri.clone(),
        listed,
    };
    activities::insert(tx, row)
}

/// Adds the actor's integrity proof (FEP-8b32), so that a copy can be checked without us.
pub fn sign(conn: &mut Conn, actor: &Account, document: &Value, now: Timestamp) -> Result<Value, Error> {
    let key = keys::signing(conn, actor.id, Algorithm::Ed25519)?;
    proof::sign(document, &key.key, key.uri.as_str(), now).map_err(|error| Error::broken(error.to_string()))
}

/// A frozen version as a document of its own: `{id}/rev/{n}` with its own proof.
pub fn snapshot(
    conn: &mut Conn,
    revision: &Revision,
    author: &Account,
    now: Timestamp,
) -> Result<Value, Error> {
    let text = revision.document.as_deref().unwrap_or_default();
    let mut document: Value = serde_json::from_str(text).map_err(|error| Error::broken(error.to_string()))?;
    if let Some(fields) = document.as_object_mut() {
        fields.remove("proof");
        let id = fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        fields.insert("id".to_owned(), json!(format!("{id}/rev/{}", revision.revision)));
        fields.insert("plenum:revisionOf".to_owned(), json!(id));
        fields.insert("plenum:digest".to_owned(), json!(revision.digest));
    }
    sign(conn, author, &document, now)
}

/// The signed document of a contribution of ours, and its digest.
pub fn render(tx: &mut Tx<'_>, view: &View) -> Result<(Value, String), Error> {
    let plain = object::object(view);
    let digest = proof::digest(&plain).map_err(|error| Error::broken(error.to_string()))?;
    let now = tx.now;
    Ok((sign(tx, &view.author, &plain, now)?, digest))
}

/// Tells the world of a new contribution.
pub fn create(tx: &mut Tx<'_>, view: &View, document: &Value) -> Result<(), Error> {
    tell(tx, "Create", view, document)
}

/// Tells the world that a contribution changed.
pub fn update(tx: &mut Tx<'_>, view: &View, document: &Value) -> Result<(), Error> {
    tell(tx, "Update", view, document)
}

/// Tells the world that a contribution is gone.
pub fn delete(tx: &mut Tx<'_>, view: &View) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let addressing = object::addressing(view);
    let cc: Vec<String> = addressing.to.into_iter().chain(addressing.cc).collect();
    let delete = activity::delete(&id, &view.author, &view.head.uri, &cc, tx.now);
    let now = tx.now;
    let delete = sign(tx, &view.author, &delete, now)?;
    let to = Recipients { readers_of: Some(view.head.id), ..recipients(tx, view)? };
    send(tx, &view.author, &delete, &view.head.uri, false, &to)?;
    announce_in_forum(tx, &view.head, &view.author, &delete)
}

/// Tells one organization what is in force here, such as a position on a question that it carries.
pub fn introduce(tx: &mut Tx<'_>, view: &View, document: &Value, to: &Account) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let create = activity::about("Create", &id, document, tx.now);
    let now = tx.now;
    let create = sign(tx, &view.author, &create, now)?;
    to_inbox(tx, &view.author, &create, &view.head.uri, to)
}

/// Tells the followers of an account of ours that its description changed.
pub fn update_account(tx: &mut Tx<'_>, account: &Account, document: &Value) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let update = activity::about("Update", &id, document, tx.now);
    let now = tx.now;
    let update = sign(tx, account, &update, now)?;
    let to = Recipients { followers_of: vec![account.id], ..Recipients::default() };
    send(tx, account, &update, &account.uri, false, &to)
}

/// Tells the followers of an account of ours that it shows something first (`Add`), or no longer
/// (`Remove`), where that is for everybody.
pub fn listed_first(
    tx: &mut Tx<'_>,
    account: &Account,
    kind: &str,
    head: &Contribution,
) -> Result<(), Error> {
    let Some(list) = account.featured.as_ref().filter(|_| head.is_open()) else { return Ok(()) };
    into_list(tx, account, kind, (&head.uri, &json!(head.uri)), list)
}

/// Tells the followers of an account of ours that its profile shows a hashtag (`Add`), or no longer (`Remove`).
pub fn featured_tag(tx: &mut Tx<'_>, account: &Account, kind: &str, name: &str) -> Result<(), Error> {
    let Some(list) = &account.featured else { return Ok(()) };
    let tag = object::hashtag(&tx.site()?.origin, name);
    into_list(tx, account, kind, (&account.uri, &tag), list)
}

fn into_list(
    tx: &mut Tx<'_>,
    account: &Account,
    kind: &str,
    (about, object): (&Uri, &Value),
    list: &Uri,
) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let change = activity::listed(kind, &id, account, object, list);
    let to = Recipients { followers_of: vec![account.id], ..Recipients::default() };
    send(tx, account, &change, about, false, &to)
}

/// Sends a Follow with the address that the relation keeps; asking again repeats the same one.
pub fn follow(tx: &mut Tx<'_>, follower: &Account, followee: &Account, uri: &Uri) -> Result<(), Error> {
    if let Some(sent) = activities::by_uri(tx, uri)? {
        return deliveries::to_own_inbox(tx, sent.id, followee.id);
    }
    let follow = activity::simple("Follow", uri, follower, &json!(followee.uri), &[&followee.uri]);
    let sent = keep(tx, follower, &follow, &followee.uri, false)?;
    deliveries::to_own_inbox(tx, sent, followee.id)
}

/// Sends one of the small activities (Follow, Accept, Like, Undo …) to one account.
pub fn to_account(
    tx: &mut Tx<'_>,
    kind: &str,
    actor: &Account,
    object: &Value,
    to: &Account,
) -> Result<Uri, Error> {
    let id = activity_uri(tx)?;
    let simple = activity::simple(kind, &id, actor, object, &[&to.uri]);
    // What is about the same thing arrives in order: an Undo after what it undoes.
    let about = innermost(object).and_then(Uri::parse).unwrap_or_else(|| id.clone());
    let sent = keep(tx, actor, &simple, &about, false)?;
    deliveries::to_own_inbox(tx, sent, to.id)?;
    Ok(id)
}

/// Sends an activity as it is to the inbox of one account.
pub fn to_inbox(
    tx: &mut Tx<'_>,
    actor: &Account,
    activity: &Value,
    object_uri: &Uri,
    to: &Account,
) -> Result<(), Error> {
    let sent = keep(tx, actor, activity, object_uri, false)?;
    deliveries::to_own_inbox(tx, sent, to.id)
}

/// Tells the server of an account elsewhere what a member of ours reports about it. The server's own
/// actor speaks: nobody there learns who the member is.
pub fn flag(tx: &mut Tx<'_>, target: &Account, about: &[Uri], comment: &str) -> Result<(), Error> {
    let instance = tx.site()?.instance;
    let missing = || Error::broken("this server has no actor of its own");
    let instance = accounts::by_id(tx, instance)?.ok_or_else(missing)?;
    let id = activity_uri(tx)?;
    let mut report = activity::simple("Flag", &id, &instance, &json!(about), &[&target.uri]);
    if let Some(fields) = report.as_object_mut() {
        fields.insert("content".to_owned(), json!(comment));
    }
    let sent = keep(tx, &instance, &report, &id, false)?;
    deliveries::to_own_inbox(tx, sent, target.id)
}

/// Tells every server that an account of ours is gone: each may know it from somewhere.
pub fn farewell(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let (id, now) = (activity_uri(tx)?, tx.now);
    let delete = activity::farewell(&id, account, now);
    let delete = sign(tx, account, &delete, now)?;
    let sent = keep(tx, account, &delete, &account.uri, false)?;
    deliveries::to_everyone(tx, sent)
}

/// What an activity about an activity is about in the end.
fn innermost(object: &Value) -> Option<&str> {
    match object {
        Value::String(address) => Some(address),
        Value::Object(fields) => {
            fields.get("object").map_or_else(|| fields.get("id").and_then(Value::as_str), innermost)
        }
        _ => None,
    }
}

fn tell(tx: &mut Tx<'_>, kind: &str, view: &View, document: &Value) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let activity = activity::about(kind, &id, document, tx.now);
    let now = tx.now;
    let activity = sign(tx, &view.author, &activity, now)?;
    let open = matches!(view.head.visibility, Visibility::Public | Visibility::Unlisted);
    let listed = kind == "Create" && open;
    let readers_of = (kind != "Create" && open).then_some(view.head.id);
    let to = Recipients { readers_of, ..recipients(tx, view)? };
    if activity.to_string().len() > EMBEDDED_LIMIT {
        return tell_large(tx, view, &activity, listed, &to);
    }
    send(tx, &view.author, &activity, &view.head.uri, listed, &to)?;
    if kind == "Create" && is_set_out(view) {
        deliveries::keep_peers(tx, &id)?;
    }
    announce_in_forum(tx, &view.head, &view.author, &activity)
}

/// Whether a statement says the same to readers who do not know positions: they get that one.
fn is_set_out(view: &View) -> bool {
    matches!(&view.body, Body::Position(stand) if stand.position.statement_uri.is_some())
}

/// Above 60 KiB peers get the address and fetch the object; only servers that cannot do so, or
/// that know our kinds, get it whole.
fn tell_large(
    tx: &mut Tx<'_>,
    view: &View,
    whole: &Value,
    listed: bool,
    to: &Recipients,
) -> Result<(), Error> {
    send(tx, &view.author, whole, &view.head.uri, listed, to)?;
    let sent = whole.get("id").and_then(Value::as_str).and_then(Uri::parse);
    if let Some(uri) = &sent {
        deliveries::keep_large(tx, uri, true)?;
    }
    let id = activity_uri(tx)?;
    let address = json!(view.head.uri);
    let announce = activity::announce(&id, &view.author, &address, &view.author.uri, tx.now);
    send(tx, &view.author, &announce, &view.head.uri, false, to)?;
    deliveries::keep_large(tx, &id, false)?;
    announce_in_forum(tx, &view.head, &view.author, &address)
}

/// Where a contribution goes: the author's followers as far as it is public or for them, whom it
/// names, for questions and positions every organization that carries the question, and the Forum
/// of its thread.
fn recipients(tx: &mut Tx<'_>, view: &View) -> Result<Recipients, Error> {
    let followers =
        matches!(view.head.visibility, Visibility::Public | Visibility::Unlisted | Visibility::Followers)
            && view.head.kind != Kind::Thesis;
    let quoted = view.quote.as_ref().and_then(|quoting| quoting.author);
    // Whoever is quoted was asked, and hears what becomes of it.
    let mut accounts: Vec<Id<Account>> =
        view.mentions.iter().map(|account| account.id).chain(quoted).collect();
    accounts.extend(contributions::named_before(tx, view.head.id)?);
    let qid = match &view.body {
        Body::Question(asked) => Some(&asked.question.qid),
        Body::Position(stand) => Some(&stand.position.qid),
        Body::Plain | Body::Statement { .. } | Body::Thesis { .. } | Body::Critique(_) | Body::Event(_) => {
            None
        }
    };
    if let Some(qid) = qid {
        let carried = questions::carried(tx, Viewer::Anyone, qid)?;
        accounts.extend(carried.into_iter().map(|(head, _)| head.author_id));
        accounts.sort_unstable();
        accounts.dedup();
    }
    if view.head.is_open() && has_lost_its_beginning(tx, view)? {
        accounts.extend(accounts::colleagues(tx, COLLEAGUES)?);
    }
    let mut followers_of = if followers { vec![view.author.id] } else { Vec::new() };
    followers_of.extend(answered(tx, view)?);
    Ok(Recipients { followers_of, accounts, readers_of: None })
}

/// Whether a conversation began on a server that does not answer any more, and so hands nothing on to those
/// who take part.
fn has_lost_its_beginning(tx: &mut Tx<'_>, view: &View) -> Result<bool, Error> {
    let root = contributions::known_by_id(tx, view.head.thread_id)?;
    let Some(root) = root.filter(|root| !root.local && root.id != view.head.id) else { return Ok(false) };
    Ok(hosts::unreachable_since(tx, root.uri.host())?.is_some())
}

/// What was said in the conversations of a server before anybody noticed that it does not answer goes to those
/// to whom it hands nothing on.
pub fn pass_on(tx: &mut Tx<'_>, host: Id<Host>) -> Result<(), Error> {
    let Some(host) = hosts::by_id(tx, host)?.filter(|host| host.unreachable_since().is_some()) else {
        return Ok(());
    };
    let colleagues = accounts::colleagues(tx, COLLEAGUES)?;
    for (activity, root) in deliveries::replies_waiting(tx, host.id, PASSED_ON)? {
        if root.host() == host.name {
            deliveries::to_accounts(tx, activity, &colleagues)?;
        }
    }
    Ok(())
}

/// Whoever of ours is answered in the open: who follows them follows the debate.
fn answered(tx: &mut Tx<'_>, view: &View) -> Result<Option<Id<Account>>, Error> {
    let parent = match view.head.in_reply_to_id.filter(|_| view.head.is_open()) {
        Some(parent) => contributions::known_by_id(tx, parent)?,
        None => None,
    };
    let ours = parent.filter(|parent| parent.local && parent.author_id != view.author.id);
    Ok(ours.map(|parent| parent.author_id))
}

/// FEP-1b12: our Forum hands what happens in its threads to its followers. A new statement is
/// announced once more by its address, because Mastodon reads only that form.
pub fn announce_in_forum(
    tx: &mut Tx<'_>,
    head: &Contribution,
    author: &Account,
    activity: &Value,
) -> Result<(), Error> {
    if head.visibility != Visibility::Public {
        return Ok(());
    }
    let Some(audience) = forum_of_thread(tx, head, author)? else { return Ok(()) };
    let site = tx.site()?;
    let Some(forum) = accounts::by_uri(tx, &audience)? else { return Ok(()) };
    if forum.id != site.forum {
        return if head.local { in_foreign_thread(tx, &forum, activity, head, author) } else { Ok(()) };
    }
    if head.kind == Kind::Thesis {
        return Ok(());
    }
    announce(tx, &forum, activity, (head, author), true)?;
    // A position answers in the thread of its question; only a change of it is news of its own.
    let plain = match head.kind {
        Kind::Statement | Kind::Question | Kind::Event => "Create",
        Kind::Position => "Update",
        Kind::Post | Kind::Thesis | Kind::Critique | Kind::Dossier | Kind::Translation => {
            return Ok(());
        }
    };
    if head.local && activity.get("type").is_some_and(|kind| kind == plain) {
        announce(tx, &forum, &json!(head.uri), (head, author), true)?;
    }
    Ok(())
}

/// The Forum of whoever began the thread.
fn forum_of_thread(tx: &mut Tx<'_>, head: &Contribution, author: &Account) -> Result<Option<Uri>, Error> {
    if head.thread_id == head.id {
        return Ok(author.forum.clone());
    }
    let Some(root) = contributions::known_by_id(tx, head.thread_id)? else { return Ok(None) };
    Ok(accounts::by_id(tx, root.author_id)?.and_then(|owner| owner.forum))
}

fn announce(
    tx: &mut Tx<'_>,
    forum: &Account,
    object: &Value,
    (head, author): (&Contribution, &Account),
    listed: bool,
) -> Result<(), Error> {
    let id = activity_uri(tx)?;
    let announce = activity::announce(&id, forum, object, &author.uri, tx.now);
    let to = Recipients { followers_of: vec![forum.id], ..Recipients::default() };
    send(tx, forum, &announce, &head.uri, listed, &to)
}

/// What we say in a thread of another organization also goes to that organization's Forum, which
/// announces it to everyone who follows the debate; and our own Forum announces it to those who
/// follow us, so that the debate goes on when the other server is away or keeps silent about it.
fn in_foreign_thread(
    tx: &mut Tx<'_>,
    forum: &Account,
    activity: &Value,
    head: &Contribution,
    author: &Account,
) -> Result<(), Error> {
    let sent = activity.get("id").and_then(Value::as_str).and_then(Uri::parse);
    let Some(sent) = sent else { return Ok(()) };
    if let Some(row) = activities::by_uri(tx, &sent)? {
        deliveries::to_accounts(tx, row.id, &[forum.id])?;
    }
    let ours = tx.site()?.forum;
    let ours = accounts::by_id(tx, ours)?.ok_or_else(|| Error::broken("the Forum is missing"))?;
    announce(tx, &ours, activity, (head, author), false)
}
