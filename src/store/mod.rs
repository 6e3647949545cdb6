//! SQL: rows in and out, one file per family of tables. Nothing above this floor knows diesel.

pub mod accounts;
pub mod audit;
mod conn;
pub mod contributions;
pub mod db;
pub mod drafts;
mod error;
pub mod hosts;
mod migrations;
mod postgres;
pub mod revisions;
pub mod settings;
pub mod statements;
mod tx;
pub mod users;
pub mod views;

pub use conn::Conn;
pub use db::Db;
pub use error::{Error, Fault};
pub use tx::{Event, Tx};
