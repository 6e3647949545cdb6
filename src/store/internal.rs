//! The internal space: what only members of this site see.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::verbatim::Verbatim;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::schema::contributions;

/// As the index says it; 4 is [`crate::domain::contribution::Visibility::Internal`].
const INTERNAL: Verbatim = Verbatim("visibility = 4");

/// What was said inside and the viewer may see, newest first.
pub fn page(
    conn: &mut Conn,
    viewer: Viewer,
    before: Option<Id<Contribution>>,
    limit: i64,
) -> QueryResult<Vec<Contribution>> {
    let query = contributions::table
        .filter(INTERNAL)
        .filter(contributions::id.lt(before.unwrap_or(Id::new(i64::MAX))))
        .filter(visible_to(viewer))
        .order(contributions::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Contribution::as_select()))
}
