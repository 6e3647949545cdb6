//! The door for requests: pages for people, ActivityPub for servers, the client API for apps.

pub mod web;
