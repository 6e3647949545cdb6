//! The scopes as types: what a route needs stands in the signature of its handler.

/// What a token must cover: any one of the words; without words every token will do.
pub trait Needs: Send + Sync + 'static {
    /// The scopes, as tokens name them.
    const WORDS: &'static [&'static str];
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = [$($word:literal),*];)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl Needs for $name {
                const WORDS: &'static [&'static str] = &[$($word),*];
            }
        )*
    };
}

needs! {
    /// Any valid token.
    Anything = [];
    /// Who the token speaks for.
    Profile = ["profile", "read:accounts"];
    /// Who the token speaks for, and nothing else.
    ProfileOnly = ["profile"];
    /// `push`.
    Push = ["push"];
    /// `read`.
    Read = ["read"];
    /// `read:accounts`.
    ReadAccounts = ["read:accounts"];
    /// `read:blocks`.
    ReadBlocks = ["read:blocks"];
    /// `read:bookmarks`.
    ReadBookmarks = ["read:bookmarks"];
    /// `read:debate`.
    ReadDebate = ["read:debate"];
    /// `read:favourites`.
    ReadFavourites = ["read:favourites"];
    /// `read:filters`.
    ReadFilters = ["read:filters"];
    /// `read:follows`.
    ReadFollows = ["read:follows"];
    /// `read:lists`.
    ReadLists = ["read:lists"];
    /// `read:mutes`.
    ReadMutes = ["read:mutes"];
    /// `read:notifications`.
    ReadNotifications = ["read:notifications"];
    /// `read:search`.
    ReadSearch = ["read:search"];
    /// `read:statuses`.
    ReadStatuses = ["read:statuses"];
    /// `write:accounts`.
    WriteAccounts = ["write:accounts"];
    /// `write:blocks`.
    WriteBlocks = ["write:blocks"];
    /// `write:bookmarks`.
    WriteBookmarks = ["write:bookmarks"];
    /// `write:conversations`.
    WriteConversations = ["write:conversations"];
    /// `write:debate`.
    WriteDebate = ["write:debate"];
    /// `write:favourites`.
    WriteFavourites = ["write:favourites"];
    /// `write:filters`.
    WriteFilters = ["write:filters"];
    /// `write:follows`.
    WriteFollows = ["write:follows"];
    /// `write:lists`.
    WriteLists = ["write:lists"];
    /// `write:media`.
    WriteMedia = ["write:media"];
    /// `write:mutes`.
    WriteMutes = ["write:mutes"];
    /// `write:notifications`.
    WriteNotifications = ["write:notifications"];
    /// `write:reports`.
    WriteReports = ["write:reports"];
    /// `write:statuses`.
    WriteStatuses = ["write:statuses"];
}
