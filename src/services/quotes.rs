//! Quotes: who may quote what, the consent of authors and its end.

use serde_json::{Value, json};

use super::publish::{self, Recipients};
use super::{notifications, posts};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::id::{Id, token};
use crate::domain::job::Job;
use crate::domain::notification::NotificationKind;
use crate::domain::quote::{
    Consent, Permission, Quote, QuotePolicy, ReceivedQuote, Stamp, Tie, permission as permits,
};
use crate::domain::uri::Uri;
use crate::domain::view::View;
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, Event, Tx, accounts, bookmarks, jobs, quotes, relations};
use crate::vocab::quote as document;
use crate::vocab::statement::EMBEDDED_LIMIT;

/// How many quotes within quotes are fetched.
const DEPTH: u8 = 2;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What an account may expect that wants to quote `head`.
pub fn permission(tx: &mut Tx<'_>, account: &Account, head: &Contribution) -> Result<Permission, Error> {
    let author = head.author_id;
    if relations::blocks(tx, author, account.id)? || relations::blocks(tx, account.id, author)? {
        return Ok(Permission::Denied);
    }
    let tie = Tie {
        own: author == account.id,
        follows: relations::follows(tx, account.id, author)?,
        followed: relations::follows(tx, author, account.id)?,
    };
    Ok(permits(head, tie))
}

/// What a post of `author` may quote, and who may see the post then: what is for followers is not
/// shown to more.
pub(super) fn quotable(
    tx: &mut Tx<'_>,
    author: &Account,
    quoted: Option<Id<Contribution>>,
    named: &[Id<Account>],
    visibility: Visibility,
) -> Result<(Option<Contribution>, Visibility), Error> {
    let Some(id) = quoted else { return Ok((None, visibility)) };
    let refused = |why: &str| Err(Refusal::invalid("quoted_status_id", why).into());
    let quoted = contributions::by_id(tx, Viewer::Member(author.id), id)?.ok_or(Refusal::NotFound)?;
    if permission(tx, author, &quoted)? == Permission::Denied {
        return refused("its author does not want it to be quoted here");
    }
    match visibility {
        Visibility::Mentioned if quoted.author_id != author.id && !named.contains(&quoted.author_id) => {
            return refused("a direct message quotes only whom it names");
        }
        Visibility::Internal if !quoted.local => {
            return refused("what stays within this site cannot ask elsewhere");
        }
        Visibility::Public
        | Visibility::Unlisted
        | Visibility::Followers
        | Visibility::Mentioned
        | Visibility::Internal => {}
    }
    let open = matches!(visibility, Visibility::Public | Visibility::Unlisted);
    let narrow = open && quoted.visibility == Visibility::Followers;
    Ok((Some(quoted), if narrow { Visibility::Followers } else { visibility }))
}

/// Keeps what a post of ours quotes. The author agrees at once where that is here and the rule says
/// so; one elsewhere is asked by [`announce`].
pub(super) fn attach(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    quoted: Option<&Contribution>,
) -> Result<(), Error> {
    let Some(quoted) = quoted else { return Ok(()) };
    let own = quoted.author_id == author.id;
    let quote = Quote {
        contribution_id: id,
        quoted_id: Some(quoted.id),
        quoted_uri: quoted.uri.clone(),
        state: if own || quoted.local { Consent::Accepted } else { Consent::Pending },
        stamp_uri: if quoted.local && !own { Some(stamp_uri(tx)?) } else { None },
        request_uri: if quoted.local { None } else { Some(publish::activity_uri(tx)?) },
    };
    quotes::put(tx, &quote)?;
    Ok(())
}

/// Tells the author of what a new post of ours quotes: asks elsewhere, notifies here.
pub(super) fn announce(tx: &mut Tx<'_>, view: &View, post: &Value) -> Result<(), Error> {
    let Some(quoting) = &view.quote else { return Ok(()) };
    let (Consent::Pending, Some(author), Some(request)) =
        (quoting.quote.state, quoting.author, &quoting.quote.request_uri)
    else {
        return tell(tx, &quoting.quote);
    };
    let Some(author) = accounts::by_id(tx, author)? else { return Ok(()) };
    let whole = post.to_string().len() <= EMBEDDED_LIMIT;
    let instrument = if whole { post.clone() } else { json!(view.head.uri) };
    let uri = &quoting.quote.quoted_uri;
    let activity = document::request(request, &view.author, uri, &instrument, &author.uri);
    publish::to_inbox(tx, &view.author, &activity, &view.head.uri, &author)
}

/// Takes in what a post from elsewhere quotes. Where its author is ours we decide at once; where the
/// author is elsewhere a job looks for the consent.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    (id, author): (Id<Contribution>, &Account),
    received: Option<&ReceivedQuote>,
) -> Result<(), Error> {
    let known = quotes::one(tx, id)?;
    let Some(received) = received else {
        if known.is_some() {
            quotes::erase(tx, id)?;
            tx.after_commit(Event::Changed(id));
        }
        return Ok(());
    };
    let known = known.filter(|known| known.quoted_uri == received.uri);
    let quoted = contributions::known(tx, &received.uri)?;
    if let Some(quoted) = quoted.as_ref().filter(|quoted| quoted.local) {
        return match known {
            // The consent is ours; what others say of it changes nothing.
            Some(_) => Ok(()),
            None => consent(tx, id, author, quoted).map(drop),
        };
    }
    let quote = match known {
        Some(known) if known.stamp_uri == received.stamp => known,
        // The consent is shown no longer, or this version is older: its own address says which.
        Some(known) if known.stamp().is_some() && received.stamp.is_none() => {
            return seek(tx, id, received.depth);
        }
        Some(known) => Quote {
            state: if received.stamp.is_some() { Consent::Pending } else { known.state },
            stamp_uri: received.stamp.clone(),
            ..known
        },
        None => Quote {
            contribution_id: id,
            quoted_id: quoted.as_ref().map(|quoted| quoted.id),
            quoted_uri: received.uri.clone(),
            state: Consent::Pending,
            stamp_uri: received.stamp.clone(),
            request_uri: None,
        },
    };
    let own = quoted.as_ref().is_some_and(|quoted| quoted.author_id == author.id);
    let state = if own { Consent::Accepted } else { quote.state };
    keep(tx, &Quote { state, ..quote.clone() })?;
    let open = state == Consent::Pending && (quote.quoted_id.is_none() || quote.stamp_uri.is_some());
    if open && received.depth > 0 {
        seek(tx, id, received.depth)?;
    }
    Ok(())
}

/// What a document says of its quote, at the beginning of a chain of quotes.
pub fn received(uri: Uri, stamp: Option<Uri>) -> ReceivedQuote {
    ReceivedQuote { uri, stamp, depth: DEPTH }
}

fn seek(tx: &mut Tx<'_>, id: Id<Contribution>, depth: u8) -> Result<(), Error> {
    let now = tx.now;
    jobs::enqueue(tx, &Job::FetchQuote { contribution: id.get(), depth }, now)
}

/// Keeps a quote as it is now, and says so where that is news.
fn keep(tx: &mut Tx<'_>, quote: &Quote) -> Result<(), Error> {
    if quotes::one(tx, quote.contribution_id)?.as_ref() != Some(quote) {
        quotes::put(tx, quote)?;
        tx.after_commit(Event::Changed(quote.contribution_id));
    }
    Ok(())
}

/// Something arrived that posts here quote already: their quotes are looked at again.
pub(super) fn adopt(tx: &mut Tx<'_>, quoted: &Contribution) -> Result<(), Error> {
    for quote in quotes::adopt_waiting(tx, &quoted.uri, quoted.id)? {
        let quoting = contributions::known_by_id(tx, quote.contribution_id)?;
        if quoting.is_some_and(|head| head.author_id == quoted.author_id) {
            keep(tx, &Quote { state: Consent::Accepted, quoted_id: Some(quoted.id), ..quote })?;
        } else if quote.state == Consent::Pending && quote.stamp_uri.is_some() {
            seek(tx, quote.contribution_id, 1)?;
        }
    }
    Ok(())
}

/// The job that looks for a consent found what is quoted, under this key.
pub fn found(tx: &mut Tx<'_>, id: Id<Contribution>, quoted: &Contribution) -> Result<(), Error> {
    let Some(quote) = quotes::one(tx, id)?.filter(|quote| quote.state == Consent::Pending) else {
        return Ok(());
    };
    let quoting = contributions::known_by_id(tx, id)?;
    let own = quoting.is_some_and(|head| head.author_id == quoted.author_id);
    let state = if own { Consent::Accepted } else { Consent::Pending };
    keep(tx, &Quote { quoted_id: Some(quoted.id), state, ..quote })
}

/// The job that looks for a consent found one, or none: then the quote is hidden.
pub fn stamped(tx: &mut Tx<'_>, id: Id<Contribution>, stamp: Option<&Stamp>) -> Result<(), Error> {
    let Some(quote) = quotes::one(tx, id)? else { return Ok(()) };
    let valid = match stamp {
        Some(stamp) => agrees(tx, &quote, stamp)?,
        None => false,
    };
    let state = match quote.state {
        Consent::Pending | Consent::Accepted if valid => Consent::Accepted,
        Consent::Pending => Consent::Rejected,
        Consent::Accepted => Consent::Revoked,
        decided @ (Consent::Rejected | Consent::Revoked) => decided,
    };
    settle(tx, &Quote { state, ..quote })
}

/// Whether a consent is the one for this quote, by the author of what is quoted.
fn agrees(tx: &mut Tx<'_>, quote: &Quote, stamp: &Stamp) -> Result<bool, Error> {
    let Some((quoted, author)) = quoted(tx, quote)? else { return Ok(false) };
    let quoting = contributions::known_by_id(tx, quote.contribution_id)?;
    Ok(quote.stamp_uri.as_ref() == Some(&stamp.id)
        && quoting.is_some_and(|head| head.uri == stamp.quoting)
        && quoted.uri == stamp.quoted
        && author.uri == stamp.owner)
}

/// What is quoted, and who wrote it.
fn quoted(conn: &mut Conn, quote: &Quote) -> Result<Option<(Contribution, Account)>, Error> {
    let Some(id) = quote.quoted_id else { return Ok(None) };
    let Some(head) = contributions::known_by_id(conn, id)? else { return Ok(None) };
    Ok(accounts::by_id(conn, head.author_id)?.map(|author| (head, author)))
}

/// Looks once more at consents from elsewhere that were given this many days ago: whoever took one back
/// while we were away told us in vain.
const LOOKED_AGAIN_DAYS: [i64; 3] = [7, 30, 90];
/// So many consents of one day at most.
const LOOKED_AGAIN: i64 = 500;

/// Asks again for the consents whose day it is; to be called once a day.
pub fn look_again(tx: &mut Tx<'_>) -> Result<(), Error> {
    let now = tx.now;
    for days in LOOKED_AGAIN_DAYS {
        let day = now.plus_seconds(-days * DAY)..now.plus_seconds((1 - days) * DAY);
        let found = quotes::stamped(tx, day, LOOKED_AGAIN)?;
        let wait = DAY / i64::try_from(found.len().max(1)).unwrap_or(DAY);
        for (rank, id) in (0..).zip(found) {
            let job = Job::FetchQuote { contribution: id.get(), depth: 0 };
            jobs::enqueue(tx, &job, now.plus_seconds(wait * rank / 2))?;
        }
    }
    Ok(())
}

/// Our author's answer to a post from elsewhere, by the rule of what it quotes.
fn consent(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    author: &Account,
    quoted: &Contribution,
) -> Result<Quote, Error> {
    let visible = contributions::by_id(tx, Viewer::Remote(author.id), quoted.id)?.is_some();
    let yes = visible && permission(tx, author, quoted)? == Permission::Automatic;
    let before = quotes::one(tx, id)?.filter(|quote| quote.quoted_uri == quoted.uri);
    let quote = Quote {
        contribution_id: id,
        quoted_id: Some(quoted.id),
        quoted_uri: quoted.uri.clone(),
        state: if yes { Consent::Accepted } else { Consent::Rejected },
        stamp_uri: if yes { Some(stamp_uri(tx)?) } else { None },
        request_uri: before.and_then(|quote| quote.request_uri),
    };
    keep(tx, &quote)?;
    tell(tx, &quote)?;
    Ok(quote)
}

/// The signed document of a consent of ours that still stands.
pub fn stamp(conn: &mut Conn, uri: &Uri, now: Timestamp) -> Result<Option<Value>, Error> {
    let Some(quote) = quotes::by_stamp(conn, uri)?.filter(|quote| quote.stamp() == Some(uri)) else {
        return Ok(None);
    };
    let quoting = contributions::known_by_id(conn, quote.contribution_id)?;
    let Some(((quoted, author), quoting)) = quoted(conn, &quote)?.zip(quoting) else { return Ok(None) };
    if quoted.state == State::Deleted || !author.is_local() {
        return Ok(None);
    }
    let plain = document::stamp(uri, &author, &quoting.uri, &quoted.uri);
    publish::sign(conn, &author, &plain, now).map(Some)
}

fn stamp_uri(tx: &Tx<'_>) -> Result<Uri, Error> {
    Ok(Uri::ours(&tx.site()?.origin, &format!("/stamps/{}", token())))
}

/// A request to quote something of ours, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its address.
    pub uri: &'a Uri,
    /// Who asks.
    pub actor: &'a Account,
    /// The post that wants to quote, by its address.
    pub quoting: &'a Uri,
    /// What it wants to quote.
    pub quoted: &'a Contribution,
}

/// Answers a request. What was taken back stays so.
pub fn answer(tx: &mut Tx<'_>, request: &Request<'_>) -> Result<(), Error> {
    let head = contributions::known(tx, request.quoting)?;
    let head = head.filter(|head| head.author_id == request.actor.id && head.state != State::Deleted);
    let quote = match &head {
        Some(head) => quotes::one(tx, head.id)?,
        None => None,
    };
    let quote = quote.filter(|quote| quote.quoted_id == Some(request.quoted.id));
    let quote = match (quote, &head) {
        (Some(quote), Some(head)) if matches!(quote.state, Consent::Pending | Consent::Rejected) => {
            Some(consent(tx, head.id, request.actor, request.quoted)?)
        }
        (quote, _) => quote,
    };
    if let Some(quote) = &quote {
        keep(tx, &Quote { request_uri: Some(request.uri.clone()), ..quote.clone() })?;
    }
    reply(tx, request, quote.as_ref().and_then(Quote::stamp))
}

/// Sends a yes with the consent, or a no.
fn reply(tx: &mut Tx<'_>, request: &Request<'_>, stamp: Option<&Uri>) -> Result<(), Error> {
    let Some(author) = accounts::by_id(tx, request.quoted.author_id)? else { return Ok(()) };
    let id = publish::activity_uri(tx)?;
    let asked = json!({
        "id": request.uri,
        "type": "QuoteRequest",
        "actor": request.actor.uri,
        "object": request.quoted.uri,
        "instrument": request.quoting,
    });
    let answer = document::answer(&id, &author, &asked, &request.actor.uri, stamp);
    publish::to_inbox(tx, &author, &answer, &request.quoted.uri, request.actor)
}

/// Refuses a request without looking at the post.
pub fn refuse(tx: &mut Tx<'_>, request: &Request<'_>) -> Result<(), Error> {
    reply(tx, request, None)
}

/// Whoever asked to quote something of ours no longer wants to.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Account, request: &Uri) -> Result<bool, Error> {
    let Some(quote) = quotes::by_request(tx, request)? else { return Ok(false) };
    let head = contributions::known_by_id(tx, quote.contribution_id)?;
    if head.is_none_or(|head| head.author_id != actor.id || head.local) {
        return Ok(false);
    }
    keep(tx, &Quote { state: Consent::Pending, stamp_uri: None, request_uri: None, ..quote })?;
    Ok(true)
}

/// The author of something elsewhere answers a post of ours that quotes it.
pub fn answered(tx: &mut Tx<'_>, actor: &Account, quote: &Quote, stamp: Option<&Uri>) -> Result<bool, Error> {
    let theirs = quoted(tx, quote)?.is_some_and(|(_, author)| author.id == actor.id);
    let ours = contributions::known_by_id(tx, quote.contribution_id)?.is_some_and(|head| head.local);
    if !theirs || !ours {
        return Ok(false);
    }
    // A consent stands where its author lives, or others would not believe it.
    if stamp.is_some_and(|stamp| !stamp.same_origin(&actor.uri)) {
        return Ok(false);
    }
    let state = match (stamp, quote.state) {
        (Some(_), _) => Consent::Accepted,
        (None, Consent::Accepted | Consent::Revoked) => Consent::Revoked,
        (None, Consent::Pending | Consent::Rejected) => Consent::Rejected,
    };
    settle(tx, &Quote { state, stamp_uri: stamp.cloned(), ..quote.clone() })?;
    Ok(true)
}

/// A consent was deleted; only whoever gave it can do that. `false` where it is none that we know.
pub fn unstamped(tx: &mut Tx<'_>, actor: &Account, stamp: &Uri) -> Result<bool, Error> {
    let Some(quote) = quotes::by_stamp(tx, stamp)? else { return Ok(false) };
    if quoted(tx, &quote)?.is_none_or(|(_, author)| author.id != actor.id) {
        return Err(Refusal::forbidden("only who gave a consent may take it back").into());
    }
    settle(tx, &Quote { state: Consent::Revoked, ..quote })?;
    Ok(true)
}

/// Keeps a quote in its new state; a post of ours says so to everybody.
fn settle(tx: &mut Tx<'_>, quote: &Quote) -> Result<(), Error> {
    if quotes::one(tx, quote.contribution_id)?.as_ref() == Some(quote) {
        return Ok(());
    }
    keep(tx, quote)?;
    let head = contributions::known_by_id(tx, quote.contribution_id)?;
    match head.filter(|head| head.local && head.is_shown()) {
        Some(head) => posts::restate(tx, head.id).map(drop),
        None => Ok(()),
    }
}

/// An author of ours no longer wants to be quoted in a post.
pub fn revoke(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    quoting: Id<Contribution>,
) -> Result<Contribution, Error> {
    let viewer = Viewer::Member(author.id);
    let quoted = contributions::by_id(tx, viewer, id)?.ok_or(Refusal::NotFound)?;
    let head = contributions::by_id(tx, viewer, quoting)?.ok_or(Refusal::NotFound)?;
    let quote = quotes::one(tx, head.id)?.filter(|quote| quote.quoted_id == Some(quoted.id));
    let quote = quote.ok_or(Refusal::NotFound)?;
    if quoted.author_id != author.id {
        return Err(Refusal::forbidden("only its author decides who may quote a contribution").into());
    }
    let stamp = quote.stamp().cloned();
    settle(tx, &Quote { state: Consent::Revoked, ..quote })?;
    if let Some(stamp) = stamp {
        let activity = publish::activity_uri(tx)?;
        let stamp = document::stamp(&stamp, author, &head.uri, &quoted.uri);
        let revocation = document::revocation(&activity, &stamp, author);
        let to = Recipients {
            followers_of: vec![author.id],
            accounts: vec![head.author_id],
            ..Recipients::default()
        };
        publish::send(tx, author, &revocation, &quoted.uri, false, &to)?;
    }
    Ok(head)
}

/// Changes who may quote a post of ours from now on. What is quoted already stays so.
pub fn set_policy(
    tx: &mut Tx<'_>,
    author: &Account,
    id: Id<Contribution>,
    policy: QuotePolicy,
) -> Result<(), Error> {
    let head = contributions::by_id(tx, Viewer::Member(author.id), id)?.ok_or(Refusal::NotFound)?;
    if head.author_id != author.id {
        return Err(Refusal::forbidden("only its author decides who may quote a contribution").into());
    }
    if head.kind != Kind::Post {
        let why = "can be chosen for posts; everybody may quote a statement";
        return Err(Refusal::invalid("quote_approval_policy", why).into());
    }
    if head.quote_policy != policy.within(head.visibility) {
        contributions::set_quote_policy(tx, id, policy.within(head.visibility))?;
        posts::restate(tx, id)?;
    }
    Ok(())
}

/// Tells the author of what is quoted, where they live here and agree.
pub(super) fn tell(tx: &mut Tx<'_>, quote: &Quote) -> Result<(), Error> {
    let Some((quoted, author)) = quoted(tx, quote)?.filter(|(_, author)| author.is_local()) else {
        return Ok(());
    };
    let head = contributions::known_by_id(tx, quote.contribution_id)?;
    let Some(head) = head.filter(|head| head.state != State::Held) else { return Ok(()) };
    let unheard = bookmarks::is_muted_about(tx, author.id, quoted.id)?;
    if quote.state != Consent::Accepted || unheard {
        return Ok(());
    }
    match accounts::by_id(tx, head.author_id)? {
        Some(from) => notifications::tell(tx, author.id, NotificationKind::Quote, &from, Some(head.id)),
        None => Ok(()),
    }
}

/// A post that waited for a moderator is shown now.
pub(super) fn approved(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<(), Error> {
    match quotes::one(tx, id)? {
        Some(quote) => tell(tx, &quote),
        None => Ok(()),
    }
}
