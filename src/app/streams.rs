//! The streams that apps hold open, and what goes into them.
//!
//! A stream is an entry here and a small queue. Whoever knows what happened asks which subscriptions
//! there are and hands each its frame; a reader whose queue is full is let go, and its app asks again.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::list::List;

/// Frames that wait for one reader.
const QUEUE: usize = 32;
/// Subscriptions of one stream.
const SUBSCRIPTIONS: usize = 64;

/// What of the world a subscription wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The home timeline and the notifications of the reader.
    User,
    /// Its notifications alone.
    Notifications,
    /// Everything public.
    Public {
        /// Only ours, or only of others.
        local: Option<bool>,
        /// Only with files beside it.
        only_media: bool,
    },
    /// Everything public with a hashtag, written as the reader wrote it.
    Hashtag {
        /// The hashtag.
        tag: String,
        /// Only ours.
        local: bool,
    },
    /// A list of the reader.
    List(Id<List>),
    /// Direct messages.
    Direct,
}

/// Who reads a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// In whose name.
    pub account: Id<Account>,
    /// The digest of the token.
    pub token_hash: String,
    /// Whether the token covers statuses.
    pub statuses: bool,
    /// Whether it covers notifications.
    pub notifications: bool,
    /// From where; `None` where nothing connected. It is forgotten with the stream.
    pub address: Option<IpAddr>,
}

/// Something for a reader.
#[derive(Clone, Debug)]
pub struct Frame {
    /// For which of its subscriptions.
    pub channel: Arc<Channel>,
    /// What happened.
    pub event: &'static str,
    /// To what.
    pub payload: Arc<str>,
}

/// A subscription of an open stream.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The stream.
    pub stream: u64,
    /// In whose name it is read.
    pub account: Id<Account>,
    /// What is wanted.
    pub channel: Arc<Channel>,
}

/// Every open stream of this server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Streams {
    open: Arc<Mutex<HashMap<u64, Open>>>,
    next: Arc<AtomicU64>,
    most: usize,
    connections: Arc<Semaphore>,
}

#[derive(Debug)]
struct Open {
    reader: Reader,
    channels: Vec<Arc<Channel>>,
    queue: mpsc::Sender<Frame>,
}

/// The reading end of a stream; dropping it closes the stream.
#[derive(Debug)]
pub struct Stream {
    key: u64,
    frames: mpsc::Receiver<Frame>,
    streams: Streams,
}

impl Streams {
    /// A place for `most` streams at the same time, of which `connections` may occupy a connection
    /// of the server for good.
    pub fn new(most: usize, connections: usize) -> Self {
        let connections = Arc::new(Semaphore::new(connections));
        Self { open: Arc::default(), next: Arc::default(), most, connections }
    }

    /// A place for a stream that occupies a connection; `None` when there are too many. A WebSocket
    /// is a connection no more, but lines are.
    pub fn connection(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.connections).try_acquire_owned().ok()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream without subscriptions; `None` when there are too many. One token gets no more
    /// than half of them.
    pub fn open(&self, reader: Reader) -> Option<Stream> {
        let mut open = self.lock();
        let same = open.values().filter(|other| other.reader.token_hash == reader.token_hash).count();
        if open.len() >= self.most || same >= self.most.div_ceil(2) {
            return None;
        }
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let (queue, frames) = mpsc::channel(QUEUE);
        open.insert(key, Open { reader, channels: Vec::new(), queue });
        Some(Stream { key, frames, streams: self.clone() })
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// The subscriptions to channels that `wanted` accepts, as far as their tokens cover it.
    pub fn subscriptions(&self, wanted: impl Fn(&Reader, &Channel) -> bool) -> Vec<Subscription> {
        let open = self.lock();
        let mut found = Vec::new();
        for (stream, one) in open.iter() {
            for channel in one.channels.iter().filter(|channel| wanted(&one.reader, channel)) {
                let (account, channel) = (one.reader.account, Arc::clone(channel));
                found.push(Subscription { stream: *stream, account, channel });
            }
        }
        found
    }

    /// Hands a frame to a stream; one that does not keep up is closed.
    pub fn send(&self, stream: u64, frame: Frame) {
        let mut open = self.lock();
        let full = open.get(&stream).is_some_and(|one| one.queue.try_send(frame).is_err());
        if full {
            open.remove(&stream);
        }
    }

    /// The digests of the tokens by which streams are read, each once.
    pub fn tokens(&self) -> Vec<String> {
        let hashes: HashSet<String> = self.lock().values().map(|one| one.reader.token_hash.clone()).collect();
        hashes.into_iter().collect()
    }

    /// Closes the streams whose tokens are not among `good`.
    pub fn keep(&self, asked: &[String], good: &HashSet<String>) {
        let bad: HashSet<&String> = asked.iter().filter(|hash| !good.contains(*hash)).collect();
        if !bad.is_empty() {
            self.lock().retain(|_, one| !bad.contains(&one.reader.token_hash));
        }
    }

    /// From where streams are read, each once.
    pub fn addresses(&self) -> HashSet<IpAddr> {
        self.lock().values().filter_map(|one| one.reader.address).collect()
    }

    /// Closes the streams that are read from there.
    pub fn keep_out(&self, addresses: &HashSet<IpAddr>) {
        let is_kept_out = |reader: &Reader| reader.address.is_some_and(|from| addresses.contains(&from));
        if !addresses.is_empty() {
            self.lock().retain(|_, one| !is_kept_out(&one.reader));
        }
    }

    /// Closes every stream.
    pub fn close(&self) {
        self.lock().clear();
    }
}

impl Stream {
    /// Adds a subscription; once is enough. `false` when there are too many.
    pub fn subscribe(&self, channel: Channel) -> bool {
        let mut open = self.streams.lock();
        let Some(one) = open.get_mut(&self.key) else { return true };
        if one.channels.iter().any(|known| **known == channel) {
            return true;
        }
        let fits = one.channels.len() < SUBSCRIPTIONS;
        if fits {
            one.channels.push(Arc::new(channel));
        }
        fits
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, channel: &Channel) {
        if let Some(one) = self.streams.lock().get_mut(&self.key) {
            one.channels.retain(|known| **known != *channel);
        }
    }

    /// The next frame; `None` once the server closed the stream.
    pub async fn next(&mut self) -> Option<Frame> {
        self.frames.recv().await
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.streams.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(token: &str) -> Reader {
        let account = Id::new(1);
        Reader {
            account,
            token_hash: token.to_owned(),
            statuses: true,
            notifications: true,
            address: token.parse().ok(),
        }
    }

    fn frame() -> Frame {
        Frame { channel: Arc::new(Channel::User), event: "delete", payload: "1".into() }
    }

    #[test]
    fn a_reader_that_does_not_keep_up_is_let_go() {
        let streams = Streams::new(2, 0);
        let slow = streams.open(reader("a")).unwrap();
        for _ in 0..=QUEUE {
            streams.send(slow.key, frame());
        }
        assert_eq!(streams.count(), 0);
    }

    #[test]
    fn there_is_an_end_to_streams_and_subscriptions() {
        let streams = Streams::new(4, 0);
        let one = streams.open(reader("a")).unwrap();
        let _two = streams.open(reader("a")).unwrap();
        assert!(streams.open(reader("a")).is_none());
        let _others = [streams.open(reader("b")).unwrap(), streams.open(reader("b")).unwrap()];
        assert!(streams.open(reader("c")).is_none());
        assert!(one.subscribe(Channel::User) && one.subscribe(Channel::User));
        assert_eq!(streams.subscriptions(|_, _| true).len(), 1);
        for key in 0..100 {
            one.subscribe(Channel::List(Id::new(key)));
        }
        assert_eq!(streams.subscriptions(|_, _| true).len(), SUBSCRIPTIONS);
        drop(one);
        assert_eq!(streams.count(), 3);
    }

    #[test]
    fn streams_end_with_their_token() {
        let streams = Streams::new(9, 0);
        let (_a, _b) = (streams.open(reader("a")).unwrap(), streams.open(reader("b")).unwrap());
        streams.keep(&streams.tokens(), &HashSet::from(["b".to_owned()]));
        assert_eq!(streams.tokens(), ["b"]);
    }

    #[test]
    fn streams_end_with_their_network() {
        let streams = Streams::new(9, 0);
        let opened =
            ["203.0.113.7", "203.0.113.7", "203.0.114.7", "none"].map(|from| streams.open(reader(from)));
        assert_eq!(streams.addresses().len(), 2);
        streams.keep_out(&["203.0.113.7".parse().unwrap()].into());
        assert_eq!(streams.count(), 2);
        assert_eq!(streams.addresses(), ["203.0.114.7".parse().unwrap()].into());
        drop(opened);
    }
}
