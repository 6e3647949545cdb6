//! `column IN (…)` in a form whose text is the same for any number of keys, so that SQLite prepares
//! it once: a page of a timeline asks two dozen questions of this kind.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

use crate::domain::id::Id;

/// Whether a column holds one of some keys.
#[derive(Clone, Debug, QueryId)]
pub(super) struct OneOf<C> {
    column: C,
    keys: Vec<i64>,
    json: String,
}

/// Whether `column` holds one of these keys.
pub(super) fn one_of<'a, C, T: 'static>(column: C, ids: impl IntoIterator<Item = &'a Id<T>>) -> OneOf<C> {
    let keys: Vec<i64> = ids.into_iter().map(|id| id.get()).collect();
    let json = serde_json::to_string(&keys).unwrap_or_default();
    OneOf { column, keys, json }
}

impl<C: Expression> Expression for OneOf<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<Q>, Q> AppearsOnTable<Q> for OneOf<C> where Self: Expression {}

impl<C: SelectableExpression<Q>, Q> SelectableExpression<Q> for OneOf<C> where Self: AppearsOnTable<Q> {}

impl<C: ValidGrouping<G>, G> ValidGrouping<G> for OneOf<C> {
    type IsAggregate = C::IsAggregate;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
        out.push_sql(")");
        Ok(())
    }
}
