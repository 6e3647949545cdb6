//! The names of streams, as clients write and read them.

use crate::app::streams::Channel;
use crate::domain::id::Id;

/// Why a name is no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no stream of this name.
    Unknown,
    /// It takes something more.
    Incomplete(&'static str),
}

/// The channel of this name.
pub(super) fn named(name: &str, tag: Option<String>, list: Option<String>) -> Result<Channel, Refused> {
    let public = |local, only_media| Ok(Channel::Public { local, only_media });
    let hashtag = |local| {
        let tag = tag.filter(|tag| !tag.trim().is_empty() && tag.len() <= 500);
        let tag = tag.ok_or(Refused::Incomplete("Missing tag name parameter"))?;
        Ok(Channel::Hashtag { tag, local })
    };
    match name {
        "user" => Ok(Channel::User),
        "user:notification" => Ok(Channel::Notifications),
        "public" => public(None, false),
        "public:media" => public(None, true),
        "public:local" => public(Some(true), false),
        "public:local:media" => public(Some(true), true),
        "public:remote" => public(Some(false), false),
        "public:remote:media" => public(Some(false), true),
        "hashtag" => hashtag(false),
        "hashtag:local" => hashtag(true),
        "list" => {
            let list = list.as_deref().and_then(Id::parse);
            list.map(Channel::List).ok_or(Refused::Incomplete("Missing list id parameter"))
        }
        "direct" => Ok(Channel::Direct),
        _ => Err(Refused::Unknown),
    }
}

/// How a client that subscribed to it recognizes it: its name, and what the name took.
pub(super) fn written(channel: &Channel) -> Vec<String> {
    let name = match channel {
        Channel::User => "user",
        Channel::Notifications => "user:notification",
        Channel::Public { local: None, only_media: false } => "public",
        Channel::Public { local: None, only_media: true } => "public:media",
        Channel::Public { local: Some(true), only_media: false } => "public:local",
        Channel::Public { local: Some(true), only_media: true } => "public:local:media",
        Channel::Public { local: Some(false), only_media: false } => "public:remote",
        Channel::Public { local: Some(false), only_media: true } => "public:remote:media",
        Channel::Hashtag { local: false, .. } => "hashtag",
        Channel::Hashtag { local: true, .. } => "hashtag:local",
        Channel::List(_) => "list",
        Channel::Direct => "direct",
    };
    let more = match channel {
        Channel::Hashtag { tag, .. } => Some(tag.clone()),
        Channel::List(list) => Some(list.get().to_string()),
        Channel::User | Channel::Notifications | Channel::Public { .. } | Channel::Direct => None,
    };
    [Some(name.to_owned()), more].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_sent() {
        let names = [
            "user",
            "user:notification",
            "public",
            "public:media",
            "public:local",
            "public:local:media",
            "public:remote",
            "public:remote:media",
            "direct",
        ];
        for name in names {
            assert_eq!(written(&named(name, None, None).unwrap()), [name]);
        }
        for name in ["hashtag", "hashtag:local"] {
            let channel = named(name, Some("Counting".to_owned()), None).unwrap();
            assert_eq!(written(&channel), [name, "Counting"]);
        }
        assert_eq!(written(&named("list", None, Some("12".to_owned())).unwrap()), ["list", "12"]);
        assert_eq!(named("nonsense", None, None), Err(Refused::Unknown));
        for name in ["hashtag", "list"] {
            assert!(matches!(named(name, Some(" ".to_owned()), None), Err(Refused::Incomplete(_))));
        }
    }
}
