//! What can be done later, as data: a job survives a crash because it is a row.

use serde::{Deserialize, Serialize};

use super::transfer::Row;

/// A day in milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// A unit of later work. Keys are plain numbers and addresses, so that an old row stays readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Fetch what a contribution answers, and tie the two together.
    FetchParent {
        /// Address of the missing one.
        uri: String,
    },
    /// Fetch the replies to a contribution that its origin knows of.
    FetchReplies {
        /// The contribution.
        contribution: i64,
    },
    /// Fetch the theses of a statement.
    FetchTheses {
        /// The statement.
        statement: i64,
    },
    /// Fetch what a post quotes, and the consent of its author.
    FetchQuote {
        /// The post.
        contribution: i64,
        /// How many quotes within quotes are fetched with it.
        depth: u8,
    },
    /// Fetch an account again.
    FetchAccount {
        /// Its address.
        uri: String,
    },
    /// Fetch what an account shows first.
    FetchPins {
        /// Its address.
        uri: String,
    },
    /// Ask how many follow an account elsewhere, how many it follows and how much it published.
    CountAccount {
        /// The account.
        account: i64,
    },
    /// Fetch what an account published before it was followed.
    FetchOutbox {
        /// The account.
        account: i64,
        /// How often it was gone on with.
        #[serde(default)]
        round: u32,
    },
    /// Follow the Forum of an organization that is followed.
    FollowForum {
        /// Who follows.
        follower: i64,
        /// Address of the Forum.
        forum: String,
    },
    /// Fetch the versions of a position that are missing between those that are here.
    FetchHistory {
        /// The position.
        position: i64,
        /// How often it was gone on with.
        #[serde(default)]
        round: u32,
        /// How deep it was looked at before.
        #[serde(default)]
        below: Option<Below>,
    },
    /// Compare what is listed on a question with others that carry it.
    Reconcile {
        /// The question.
        qid: String,
    },
    /// Find out what a host runs.
    FetchNodeInfo {
        /// Its name.
        host: String,
    },
    /// Publish a post whose time has come.
    PublishScheduled {
        /// The post for later.
        scheduled: i64,
        /// When, in milliseconds: a post that is moved gets another job.
        due: i64,
    },
    /// Tell how a poll of ours ended.
    ClosePoll {
        /// The post.
        contribution: i64,
        /// When, in milliseconds: a poll that is asked anew gets another job.
        due: i64,
    },
    /// Take roles back that were given for a time.
    EndRoles {
        /// Whose.
        user: i64,
        /// When, in milliseconds: roles that are given anew get another job.
        due: i64,
    },
    /// Remove mutes whose time is over.
    EndMutes {
        /// When, in milliseconds.
        due: i64,
    },
    /// Do what a row of a member's table says.
    TakeIn {
        /// The member's account.
        account: i64,
        /// The row.
        row: Row,
    },
    /// Ask a page what it says of itself.
    FetchCard {
        /// Its address.
        url: String,
    },
    /// Tell other servers how a poll of ours stands.
    TellPoll {
        /// Its post.
        contribution: i64,
        /// When, in milliseconds: however many vote, once in a few minutes.
        due: i64,
    },
    /// See whether the pages that an account names lead back to it.
    CheckLinks {
        /// The account.
        account: i64,
    },
    /// Ask where an organization goes on whose server does not answer.
    SeekSuccessor {
        /// Its account.
        account: i64,
        /// When, in milliseconds: one such job a day.
        due: i64,
    },
    /// Tell everybody of our kind what was said in the open to a server that does not answer.
    PassOn {
        /// The server.
        host: i64,
    },
    /// Send a notification to an app that sleeps.
    Push {
        /// Where to.
        subscription: i64,
        /// Of what.
        notification: i64,
    },
    /// Remove the bytes of a file that no row names any more.
    RemoveFile {
        /// Where they are kept.
        file: String,
    },
    /// Read a list of rules about servers that this site follows.
    FetchHostList {
        /// The list.
        list: i64,
    },
    /// Make the archive that a member asked for.
    Archive {
        /// Whose.
        account: i64,
    },
    /// Delete what somebody decided to delete, as far as it is due, piece by piece.
    Expel {
        /// The decision, or when it was made, in milliseconds: each has a job of its own.
        since: i64,
    },
    /// Show what waits of an author who was let in, piece by piece.
    ReleaseAuthor {
        /// The author.
        author: i64,
        /// When it was decided, in milliseconds: what came later is none of this.
        until: i64,
    },
    /// Show what waits from a server that was let in, piece by piece.
    ReleaseHost {
        /// The server.
        host: i64,
        /// When it was decided, in milliseconds.
        until: i64,
    },
    /// Show what waits from a server on which our organization follows somebody, piece by piece.
    ReleaseFollowed {
        /// The server.
        host: i64,
        /// When it was followed, in milliseconds.
        until: i64,
    },
    /// Ask a user by letter to confirm their address.
    ConfirmAddress {
        /// Who.
        user: i64,
    },
    /// Send a user a link for a new password.
    SendPassword {
        /// Who; 0 for nobody, so that asking for somebody looks as asking for nobody.
        user: i64,
    },
    /// Remove what is over: sessions, marks of what was deleted long ago, applied inbox items.
    Cleanup,
}

/// Where looking for missing versions goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Below {
    /// The version that was in force when it began.
    pub top: i32,
    /// The version that is looked for next.
    pub number: i32,
    /// By which digest the one after it names it.
    pub digest: String,
}

impl Job {
    /// What makes the job the same as another: the same work waits only once.
    pub fn key(&self) -> String {
        match self {
            Self::FetchParent { uri } => format!("fetch_parent {uri}"),
            Self::FetchReplies { contribution } => format!("fetch_replies {contribution}"),
            Self::FetchTheses { statement } => format!("fetch_theses {statement}"),
            Self::FetchQuote { contribution, .. } => format!("fetch_quote {contribution}"),
            Self::FetchAccount { uri } => format!("fetch_account {uri}"),
            Self::FetchPins { uri } => format!("fetch_pins {uri}"),
            Self::CountAccount { account } => format!("count_account {account}"),
            Self::FetchOutbox { account, round: 0 } => format!("fetch_outbox {account}"),
            Self::FetchOutbox { account, round } => format!("fetch_outbox {account} {round}"),
            Self::FollowForum { follower, forum } => format!("follow_forum {follower} {forum}"),
            Self::FetchHistory { position, round: 0, .. } => format!("fetch_history {position}"),
            Self::FetchHistory { position, round, .. } => format!("fetch_history {position} {round}"),
            Self::Reconcile { qid } => format!("reconcile {qid}"),
            Self::FetchNodeInfo { host } => format!("fetch_nodeinfo {host}"),
            Self::PublishScheduled { scheduled, due } => format!("publish_scheduled {scheduled} {due}"),
            Self::ClosePoll { contribution, due } => format!("close_poll {contribution} {due}"),
            Self::EndMutes { due } => format!("end_mutes {due}"),
            Self::EndRoles { user, due } => format!("end_roles {user} {due}"),
            Self::TakeIn { account, row } => format!("take_in {account} {row:?}"),
            Self::FetchCard { url } => format!("fetch_card {url}"),
            Self::TellPoll { contribution, due } => format!("tell_poll {contribution} {due}"),
            Self::CheckLinks { account } => format!("check_links {account}"),
            Self::SeekSuccessor { account, due } => format!("seek_successor {account} {}", due / DAY),
            Self::PassOn { host } => format!("pass_on {host}"),
            Self::Push { subscription, notification } => format!("push {subscription} {notification}"),
            Self::RemoveFile { file } => format!("remove_file {file}"),
            Self::FetchHostList { list } => format!("fetch_host_list {list}"),
            Self::Archive { account } => format!("archive {account}"),
            Self::Expel { since } => format!("expel {since}"),
            Self::ReleaseAuthor { author, until } => format!("release_author {author} {until}"),
            Self::ReleaseHost { host, until } => format!("release_host {host} {until}"),
            Self::ReleaseFollowed { host, until } => format!("release_followed {host} {until}"),
            Self::ConfirmAddress { user } => format!("confirm_address {user}"),
            Self::SendPassword { user } => format!("send_password {user}"),
            Self::Cleanup => "cleanup".to_owned(),
        }
    }

    /// The server that has to be asked for this, where the job itself names it: by address or by name.
    pub fn asks(&self) -> Option<&str> {
        match self {
            Self::FetchParent { uri }
            | Self::FetchAccount { uri }
            | Self::FetchPins { uri }
            | Self::FetchCard { url: uri }
            | Self::FollowForum { forum: uri, .. } => {
                uri.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
            }
            Self::FetchNodeInfo { host } => Some(host),
            Self::FetchReplies { .. }
            | Self::FetchTheses { .. }
            | Self::FetchQuote { .. }
            | Self::CountAccount { .. }
            | Self::FetchOutbox { .. }
            | Self::FetchHistory { .. }
            | Self::Reconcile { .. }
            | Self::PublishScheduled { .. }
            | Self::ClosePoll { .. }
            | Self::EndMutes { .. }
            | Self::EndRoles { .. }
            | Self::TakeIn { .. }
            | Self::TellPoll { .. }
            | Self::CheckLinks { .. }
            | Self::SeekSuccessor { .. }
            | Self::PassOn { .. }
            | Self::Push { .. }
            | Self::RemoveFile { .. }
            | Self::FetchHostList { .. }
            | Self::Archive { .. }
            | Self::Expel { .. }
            | Self::ReleaseAuthor { .. }
            | Self::ReleaseHost { .. }
            | Self::ReleaseFollowed { .. }
            | Self::ConfirmAddress { .. }
            | Self::SendPassword { .. }
            | Self::Cleanup => None,
        }
    }

    /// After how many seconds regular work comes back once it is done.
    pub fn again(&self) -> Option<i64> {
        match self {
            Self::Cleanup => Some(24 * 3600),
            // Not all questions in the same minute, and each in a minute of its own.
            Self::Reconcile { qid } => Some(3600 + qid.bytes().map(i64::from).sum::<i64>() % 600),
            Self::FetchParent { .. }
            | Self::FetchReplies { .. }
            | Self::FetchTheses { .. }
            | Self::FetchQuote { .. }
            | Self::FetchAccount { .. }
            | Self::FetchPins { .. }
            | Self::CountAccount { .. }
            | Self::FetchOutbox { .. }
            | Self::FetchHistory { .. }
            | Self::FollowForum { .. }
            | Self::FetchNodeInfo { .. }
            | Self::PublishScheduled { .. }
            | Self::ClosePoll { .. }
            | Self::EndMutes { .. }
            | Self::EndRoles { .. }
            | Self::TakeIn { .. }
            | Self::TellPoll { .. }
            | Self::CheckLinks { .. }
            | Self::SeekSuccessor { .. }
            | Self::PassOn { .. }
            | Self::Push { .. }
            | Self::FetchCard { .. }
            | Self::FetchHostList { .. }
            | Self::Archive { .. }
            | Self::Expel { .. }
            | Self::ReleaseAuthor { .. }
            | Self::ReleaseHost { .. }
            | Self::ReleaseFollowed { .. }
            | Self::ConfirmAddress { .. }
            | Self::SendPassword { .. }
            | Self::RemoveFile { .. } => None,
        }
    }
}
