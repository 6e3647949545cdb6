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
    /// `admin:read`.
    AdminRead = ["admin:read"];
    /// `admin:read:accounts`.
    AdminReadAccounts = ["admin:read:accounts"];
    /// `admin:read:canonical_email_blocks`.
    AdminReadCanonicalEmailBlocks = ["admin:read:canonical_email_blocks"];
    /// `admin:read:domain_allows`.
    AdminReadDomainAllows = ["admin:read:domain_allows"];
    /// `admin:read:domain_blocks`.
    AdminReadDomainBlocks = ["admin:read:domain_blocks"];
    /// `admin:read:email_domain_blocks`.
    AdminReadEmailDomainBlocks = ["admin:read:email_domain_blocks"];
    /// `admin:read:ip_blocks`.
    AdminReadIpBlocks = ["admin:read:ip_blocks"];
    /// `admin:read:reports`.
    AdminReadReports = ["admin:read:reports"];
    /// `admin:write:accounts`.
    AdminWriteAccounts = ["admin:write:accounts"];
    /// `admin:write:canonical_email_blocks`.
    AdminWriteCanonicalEmailBlocks = ["admin:write:canonical_email_blocks"];
    /// `admin:write:domain_allows`.
    AdminWriteDomainAllows = ["admin:write:domain_allows"];
    /// `admin:write:domain_blocks`.
    AdminWriteDomainBlocks = ["admin:write:domain_blocks"];
    /// `admin:write:email_domain_blocks`.
    AdminWriteEmailDomainBlocks = ["admin:write:email_domain_blocks"];
    /// `admin:write:ip_blocks`.
    AdminWriteIpBlocks = ["admin:write:ip_blocks"];
    /// `admin:write:reports`.
    AdminWriteReports = ["admin:write:reports"];
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
