//! The things of a debate and their rules: no SQL, no network, no clock of their own, and no JSON
//! but the core of a question, which is hashed, and the drafts of forms, which are kept.

pub mod account;
pub mod account_rule;
mod answer;
pub mod archive;
pub mod attribution;
pub mod card;
pub mod condemnation;
pub mod content_rule;
pub mod contribution;
pub mod conversation;
pub mod counting;
pub mod critique;
pub mod date;
pub mod emoji;
pub mod event;
pub mod exchange;
pub mod external_statement;
pub mod filter;
pub mod handle;
pub mod host;
pub mod host_list;
pub mod host_rule;
pub mod host_search;
pub mod id;
pub mod inbox;
pub mod internal_room;
pub mod job;
pub mod keys;
pub mod list;
pub mod mail_address;
pub mod mail_block;
pub mod map;
pub mod marker;
pub mod media;
pub mod network_rule;
pub mod notice;
pub mod notification;
pub mod oauth;
pub mod permission;
pub mod poll;
pub mod position;
pub mod profile;
pub mod push;
pub mod question;
pub mod quote;
pub mod reach;
pub mod rebuff;
pub mod relation;
pub mod removal;
pub mod report;
pub mod scope;
pub mod settings;
pub mod sign_in;
pub mod site;
mod sql;
pub mod statement;
pub mod succession;
pub mod taken_list;
pub mod timeline;
pub mod totp;
pub mod transfer;
pub mod trust;
pub mod uri;
pub mod user;
pub mod view;
pub mod wording;

use std::fmt;

/// We said no, and why. A caller acts differently on each variant, so there are few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing, or the asker may not know of it.
    NotFound,
    /// Nobody is signed in, or the signature or password is not accepted.
    Unauthorized(String),
    /// The asker is known but may not do this.
    Forbidden(String),
    /// A value cannot be accepted.
    Invalid {
        /// The field, as the form or document names it.
        field: &'static str,
        /// What is wrong and what to do.
        why: String,
    },
    /// It contradicts what is already there.
    Conflict(String),
    /// Too much at once.
    TooMany(String),
    /// It was there and is gone for good.
    Gone,
}

impl Refusal {
    /// A value cannot be accepted.
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }

    /// The asker may not do this.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::Forbidden(why.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => out.write_str("not found"),
            Self::Gone => out.write_str("gone"),
            Self::Invalid { field, why } => write!(out, "{field}: {why}"),
            Self::Unauthorized(why) | Self::Forbidden(why) | Self::Conflict(why) | Self::TooMany(why) => {
                out.write_str(why)
            }
        }
    }
}

impl std::error::Error for Refusal {}
