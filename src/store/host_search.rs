//! Servers that fit what somebody looks for, page by page.

use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, IntoSql, NullableExpressionMethods,
    QueryDsl, QueryResult, SelectableHelper, TextExpressionMethods,
};

use super::conn::{Conn, run};
use super::host_rules::escaped;
use super::hosts::met;
use crate::clock::Timestamp;
use crate::domain::host::{Host, HostStanding};
use crate::domain::host_search::{HostOrder, HostSearch, Reachable, Ruled};
use crate::domain::id::Id;
use crate::schema::{host_rules, hosts};

/// After which server a page begins: its name, its key, and when it was heard last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    name: String,
    id: Id<Host>,
    heard: Timestamp,
}

impl Place {
    /// After this server.
    pub fn after(host: &Host) -> Self {
        let heard = host.last_seen_at.unwrap_or(Timestamp(0));
        Self { name: host.name.clone(), id: host.id, heard }
    }

    /// The place in an address.
    pub fn word(&self) -> String {
        format!("{}/{}/{}", self.heard.0, self.id, self.name)
    }

    /// Reads the place in an address.
    pub fn parse(text: &str) -> Option<Self> {
        let (heard, rest) = text.split_once('/')?;
        let (id, name) = rest.split_once('/')?;
        Some(Self { name: name.to_owned(), id: Id::parse(id)?, heard: Timestamp(heard.parse().ok()?) })
    }
}

/// The servers that fit, in no order yet. What is not asked for is let through by a condition that is true.
macro_rules! fitting {
    ($wanted:expr) => {{
        let wanted: &HostSearch = $wanted;
        let all =
            [HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited, HostStanding::Suspended];
        let standings = wanted.standing.map_or_else(|| all.to_vec(), |one| vec![one]);
        let any_rule = |one: Ruled| (wanted.ruled != Some(one)).into_sql::<Bool>();
        let any_state = |one: Reachable| (wanted.state != Some(one)).into_sql::<Bool>();
        let named = || host_rules::table.select(host_rules::name);
        let well = || hosts::failing_since.is_null().and(hosts::dark_since.is_null());
        let tried = || hosts::last_seen_at.is_not_null().or(hosts::last_success_at.is_not_null());
        let untried = hosts::last_seen_at.is_null().and(hosts::last_success_at.is_null());
        hosts::table
            .filter(hosts::standing.eq_any(standings))
            .filter(hosts::name.like(format!("%{}%", escaped(&wanted.part))).escape('\\'))
            .filter(any_rule(Ruled::Own).or(hosts::name.eq_any(named())))
            .filter(any_rule(Ruled::Not).or(hosts::name.ne_all(named())))
            .filter(any_rule(Ruled::Files).or(hosts::reject_media.eq(true)))
            .filter(any_rule(Ruled::Reports).or(hosts::reject_reports.eq(true)))
            // What is known because of a rule alone that is gone is found by whoever looks for it.
            .filter(
                wanted
                    .shows_strangers()
                    .into_sql::<Bool>()
                    .or(hosts::standing.ne(HostStanding::Unknown))
                    .or(hosts::reject_media.eq(true))
                    .or(hosts::reject_reports.eq(true))
                    .or(hosts::failing_since.is_not_null())
                    .or(hosts::dark_since.is_not_null())
                    .or(tried())
                    .or(hosts::name.eq_any(named()))
                    .or(met()),
            )
            .filter(any_state(Reachable::Yes).or(well().and(tried())))
            .filter(
                any_state(Reachable::No)
                    .or(hosts::failing_since.is_not_null())
                    .or(hosts::dark_since.is_not_null()),
            )
            .filter(any_state(Reachable::Untried).or(well().and(untried)))
    }};
}

/// A page of the servers that fit.
pub fn page(
    conn: &mut Conn,
    wanted: &HostSearch,
    after: Option<&Place>,
    limit: i64,
) -> QueryResult<Vec<Host>> {
    match wanted.order {
        HostOrder::Name => {
            let name = after.map(|place| place.name.clone()).unwrap_or_default();
            let query = fitting!(wanted).filter(hosts::name.gt(name)).order(hosts::name).limit(limit);
            run!(conn, load, query.select(Host::as_select()))
        }
        HostOrder::Known => {
            let id = after.map_or_else(|| Id::new(i64::MAX), |place| place.id);
            let query = fitting!(wanted).filter(hosts::id.lt(id)).order(hosts::id.desc()).limit(limit);
            run!(conn, load, query.select(Host::as_select()))
        }
        HostOrder::Heard => {
            let end = (Timestamp(i64::MAX), Id::new(i64::MAX));
            let (heard, id) = after.map_or(end, |place| (place.heard, place.id));
            let earlier = hosts::last_seen_at
                .assume_not_null()
                .lt(heard)
                .or(hosts::last_seen_at.assume_not_null().eq(heard).and(hosts::id.lt(id)));
            let query = fitting!(wanted)
                .filter(hosts::last_seen_at.is_not_null())
                .filter(earlier)
                .order((hosts::last_seen_at.desc(), hosts::id.desc()))
                .limit(limit);
            run!(conn, load, query.select(Host::as_select()))
        }
    }
}
