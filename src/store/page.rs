//! One page of a list that is ordered by key, as the client API asks for it.

use diesel::QueryResult;

use super::conn::Conn;

/// Which rows of a list are wanted. All bounds are exclusive and need not exist as rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Only rows below this key.
    pub max_id: Option<i64>,
    /// Only rows above this key, the newest first.
    pub since_id: Option<i64>,
    /// The rows immediately above this key; wins over `since_id`.
    pub min_id: Option<i64>,
    /// How many rows at most.
    pub limit: i64,
}

impl Page {
    /// The first page of `limit` rows.
    pub fn first(limit: i64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Rows are below this key.
    pub fn below(&self) -> i64 {
        self.max_id.unwrap_or(i64::MAX)
    }

    /// Rows are above this key.
    pub fn above(&self) -> i64 {
        self.min_id.or(self.since_id).unwrap_or(0)
    }

    /// Whether the rows next to the lower bound are wanted instead of the newest.
    pub fn is_ascending(&self) -> bool {
        self.min_id.is_some()
    }

    /// The page of a list that is here whole, the newest first.
    pub fn of<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> i64) -> Vec<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        rows.retain(|row| (self.above().saturating_add(1)..self.below()).contains(&key(row)));
        rows.sort_by_key(|row| key(row));
        if !self.is_ascending() {
            rows.reverse();
        }
        rows.truncate(limit);
        self.newest_first(rows)
    }

    /// Brings the rows of an ascending query in the order of every list: the newest first.
    pub fn newest_first<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if self.is_ascending() {
            rows.reverse();
        }
        rows
    }
}

/// How often more is asked for when rows fell out, twice as much each time.
const ROUNDS: usize = 12;
/// Rows that are asked for at once at most.
const MOST_AT_ONCE: i64 = 1000;

/// Fills a page from `rows`, which answers newest first, with what `keep` makes of them. So a page is
/// full as long as there is something to fill it, and one of whose rows none is shown does not end a walk.
pub fn filled<R, T>(
    conn: &mut Conn,
    page: &Page,
    mut rows: impl FnMut(&mut Conn, &Page) -> QueryResult<Vec<R>>,
    key: impl Fn(&R) -> i64,
    mut keep: impl FnMut(&mut Conn, Vec<R>) -> QueryResult<Vec<T>>,
) -> QueryResult<Vec<T>> {
    let limit = usize::try_from(page.limit).unwrap_or(0);
    let mut wanted = *page;
    let mut filled: Vec<T> = Vec::new();
    for _ in 0..ROUNDS {
        let batch = rows(conn, &wanted)?;
        let whole = i64::try_from(batch.len()).unwrap_or(i64::MAX) >= wanted.limit;
        let end = if page.is_ascending() { batch.first() } else { batch.last() };
        let Some(end) = end.map(&key) else { break };
        let found = keep(conn, batch)?;
        if page.is_ascending() {
            wanted.min_id = Some(end);
            filled.splice(0..0, found);
        } else {
            wanted.max_id = Some(end);
            filled.extend(found);
        }
        if !whole || filled.len() >= limit {
            break;
        }
        wanted.limit = wanted.limit.saturating_mul(2).min(MOST_AT_ONCE);
    }
    if page.is_ascending() {
        let surplus = filled.len().saturating_sub(limit);
        filled.drain(..surplus);
    }
    filled.truncate(limit);
    Ok(filled)
}

/// Loads one page of a query, ordered by a key column: `paged!(conn, page, query, table::id)`.
/// The query must not be ordered or limited yet; the rows come newest first.
macro_rules! paged {
    ($conn:expr, $page:expr, $query:expr, $column:expr) => {{
        let page: &$crate::store::page::Page = &$page;
        // The query is written out for each engine: `as_select()` takes its type from there.
        let rows = if page.is_ascending() {
            $crate::store::conn::run!(
                $conn,
                load,
                $query
                    .filter($column.lt(page.below()))
                    .filter($column.gt(page.above()))
                    .limit(page.limit)
                    .order($column.asc())
            )
        } else {
            $crate::store::conn::run!(
                $conn,
                load,
                $query
                    .filter($column.lt(page.below()))
                    .filter($column.gt(page.above()))
                    .limit(page.limit)
                    .order($column.desc())
            )
        };
        rows.map(|rows| page.newest_first(rows))
    }};
}
pub(crate) use paged;
