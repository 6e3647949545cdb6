//! A condition word for word, for partial indexes: SQLite uses one only where a query says in so many
//! words what the index says, and a bound value says nothing before it is known.

use diesel::backend::Backend;
use diesel::expression::is_aggregate::Never;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

/// A condition that the program writes itself; nothing from outside is ever part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verbatim(pub(super) &'static str);

/// Jobs that wait, as the index `jobs_due` has it.
pub(super) const JOBS_WAITING: Verbatim = Verbatim("jobs.dead = FALSE");
/// Jobs that were put aside, as the index `jobs_aside` has it.
pub(super) const JOBS_ASIDE: Verbatim = Verbatim("jobs.dead = TRUE");
/// Deliveries that were put aside, as the index `deliveries_aside` has it.
pub(super) const DELIVERIES_ASIDE: Verbatim = Verbatim("deliveries.dead = TRUE");
/// Received activities that wait, as the index `inbox_items_due` has it.
pub(super) const ITEMS_WAITING: Verbatim = Verbatim("inbox_items.state = 0");
/// Those that could not be applied, as the index `inbox_items_parked` has it.
pub(super) const ITEMS_PARKED: Verbatim = Verbatim("inbox_items.state = 2");
/// Those that are over or could not be applied, as the index `inbox_items_old` has it.
pub(super) const ITEMS_SETTLED: Verbatim = Verbatim("inbox_items.state <> 0");
/// Those that were not applied, as the index `inbox_items_signer` has it.
pub(super) const ITEMS_UNAPPLIED: Verbatim = Verbatim("inbox_items.state <> 1");

impl Expression for Verbatim {
    type SqlType = Bool;
}

impl<Q> AppearsOnTable<Q> for Verbatim {}

impl<Q> SelectableExpression<Q> for Verbatim {}

impl<G> ValidGrouping<G> for Verbatim {
    type IsAggregate = Never;
}

impl<B: Backend> QueryFragment<B> for Verbatim {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl diesel::query_builder::QueryId for Verbatim {
    type QueryId = ();
    // Two of them have the same type: prepared statements are told apart by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}
