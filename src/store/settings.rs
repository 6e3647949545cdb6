//! The site's one row: where it is, and what its admins decide.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};

use super::conn::{Conn, run};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::position::ListingPolicy;
use crate::domain::site::{FederationMode, ReplyPolicy, Settings, Site};
use crate::schema::sites;

const ONLY: i16 = 1;

/// The site, once it is set up.
pub fn site(conn: &mut Conn) -> QueryResult<Option<Site>> {
    type Row = (String, String, Id<Account>, Id<Account>, Id<Account>);
    let query = sites::table.find(ONLY).select((
        sites::origin,
        sites::host,
        sites::organization_id,
        sites::forum_id,
        sites::instance_id,
    ));
    let row: Option<Row> = run!(conn, first, query).optional()?;
    Ok(row.map(|(origin, host, organization, forum, instance)| Site {
        origin,
        host,
        organization,
        forum,
        instance,
    }))
}

/// What the admins decided; the defaults before set-up.
pub fn get(conn: &mut Conn) -> QueryResult<Settings> {
    type Row = (String, String, String, FederationMode, ReplyPolicy, ListingPolicy, (String, String, i32));
    let query = sites::table.find(ONLY).select((
        sites::name,
        sites::description,
        sites::languages,
        sites::federation_mode,
        sites::reply_policy,
        sites::listing_policy,
        (sites::contact, sites::privacy, sites::grace_days),
    ));
    let row: Option<Row> = run!(conn, first, query).optional()?;
    let (name, description, languages, federation_mode, reply_policy, listing_policy, rest) =
        row.unwrap_or_default();
    let (contact, privacy, grace_days) = rest;
    let languages = languages.split_whitespace().map(str::to_owned).collect();
    Ok(Settings {
        name,
        description,
        privacy,
        languages,
        federation_mode,
        reply_policy,
        listing_policy,
        contact,
        grace_days,
    })
}

/// When the admins wrote what they say about the site, and about data; the site's first moment where the
/// description is as it was then.
pub fn written_at(conn: &mut Conn) -> QueryResult<(Timestamp, Option<Timestamp>)> {
    let query = sites::table.find(ONLY).select((sites::described_at, sites::created_at, sites::privacy_at));
    let row: (Option<Timestamp>, Timestamp, Option<Timestamp>) = run!(conn, first, query)?;
    Ok((row.0.unwrap_or(row.1), row.2))
}

/// Notes that the admins say something else about the site.
pub fn describe(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(sites::table.find(ONLY)).set(sites::described_at.eq(now)))
}

/// Notes that the admins say something else about data.
pub fn pledge(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    run!(conn, execute, diesel::update(sites::table.find(ONLY)).set(sites::privacy_at.eq(now)))
}

/// Sets the site up: its one row.
pub fn insert(conn: &mut Conn, site: &Site, settings: &Settings, now: Timestamp) -> QueryResult<usize> {
    let row = (
        sites::id.eq(ONLY),
        sites::origin.eq(&site.origin),
        sites::host.eq(&site.host),
        sites::organization_id.eq(site.organization),
        sites::forum_id.eq(site.forum),
        sites::instance_id.eq(site.instance),
        sites::created_at.eq(now),
        (
            sites::name.eq(&settings.name),
            sites::description.eq(&settings.description),
            sites::languages.eq(settings.languages.join(" ")),
            sites::federation_mode.eq(settings.federation_mode),
            sites::reply_policy.eq(settings.reply_policy),
            sites::listing_policy.eq(settings.listing_policy),
            sites::contact.eq(&settings.contact),
            sites::grace_days.eq(settings.grace_days),
        ),
    );
    run!(conn, execute, diesel::insert_into(sites::table).values(row))
}

/// Changes what the admins decide.
pub fn update(conn: &mut Conn, settings: &Settings) -> QueryResult<usize> {
    let change = (
        sites::name.eq(&settings.name),
        sites::description.eq(&settings.description),
        sites::languages.eq(settings.languages.join(" ")),
        sites::federation_mode.eq(settings.federation_mode),
        sites::reply_policy.eq(settings.reply_policy),
        sites::listing_policy.eq(settings.listing_policy),
        sites::contact.eq(&settings.contact),
        sites::privacy.eq(&settings.privacy),
        sites::grace_days.eq(settings.grace_days),
        // Which servers take part may be another question from now on.
        sites::rules_version.eq(sites::rules_version + 1),
    );
    run!(conn, execute, diesel::update(sites::table.find(ONLY)).set(change))
}
