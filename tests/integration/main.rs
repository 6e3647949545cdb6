//! The integration tests: one binary, one file per subject.
#![cfg(test)]

mod architecture;
mod bucket;
mod cli;
mod config;
mod crash;
mod federation;
mod harness;
mod import;
mod jobs;
mod mastodon;
mod media;
mod migrations;
mod moderation;
mod native;
mod pages;
mod plans;
mod security;
mod web;
