//! The verbs: what people and other servers do. Each is a plain function in one transaction and
//! cannot wait for the network.

pub mod account_rules;
pub mod accounts;
pub mod attributions;
pub mod cards;
pub mod cases;
pub mod content_rules;
pub mod contributions;
mod critiques;
pub mod emojis;
pub mod events;
pub mod external_statements;
pub mod filters;
pub mod hosts;
pub mod interactions;
pub mod lists;
pub mod log;
pub mod maps;
pub mod media;
pub mod notices;
pub mod notifications;
pub mod oauth;
pub mod polls;
pub mod positions;
pub mod posts;
pub mod profiles;
pub mod publish;
pub mod push;
pub mod questions;
pub mod queues;
pub mod quotes;
mod received;
pub mod relations;
pub mod reports;
pub mod review;
pub mod saved;
pub mod scheduled;
pub mod second_factors;
pub mod settings;
pub mod setup;
mod speaking;
pub mod statements;
pub mod tags;
pub mod transfers;
pub mod users;

pub use crate::store::{Error, Fault};
