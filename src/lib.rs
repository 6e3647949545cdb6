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

/// Many threads here allocate and free small things at once, most of all the parts of JSON. The allocator of glibc
/// spends up to two fifths of all the time of a busy server on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
