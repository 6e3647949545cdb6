//! Plenum: a federated discussion server on ActivityPub.
//!
//! The modules stand on floors and import downwards only (`ARCHITECTURE.md`, "Floors"):
//! `config`, `clock`, `text`, `media`, `schema` < `domain` < `store`, `vocab`, `import` < `services` < `app`
//! < `federation` < `http`, `jobs`, `cli`.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod federation;
pub mod http;
pub mod import;
pub mod jobs;
pub mod media;
pub mod schema;
pub mod serve;
pub mod services;
pub mod store;
pub mod text;
pub mod vocab;

/// The server makes and drops many small strings on several threads at once, which is what this
/// allocator is for: a quarter of the time of an inbox under load went into the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
