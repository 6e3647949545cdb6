//! SQL: rows in and out, one file per family of tables. Nothing above this floor knows diesel.

pub mod accounts;
pub mod activities;
pub mod audit;
mod conn;
pub mod contributions;
pub mod db;
pub mod deliveries;
pub mod drafts;
mod error;
pub mod host_health;
pub mod hosts;
pub mod inbox_items;
pub mod interactions;
pub mod jobs;
pub mod keys;
mod migrations;
pub mod notifications;
pub mod pins;
mod postgres;
pub mod relations;
pub mod reports;
pub mod revisions;
pub mod settings;
pub mod statements;
pub mod tombstones;
mod tx;
pub mod undone;
pub mod users;
pub mod views;

pub use conn::Conn;
pub use db::Db;
pub use error::{Error, Fault};
pub use tx::{Event, Tx};
