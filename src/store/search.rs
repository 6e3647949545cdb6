//! Searching by words. The full text is an index of its own on either engine: FTS5 in SQLite,
//! a tsvector in PostgreSQL; this file is where the two differ.

use diesel::dsl::{exists, sql};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, IntoSql, NullableExpressionMethods,
    OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, SelectableHelper, TextExpressionMethods,
    sql_query,
};

use super::conn::{Conn, run};
use super::contributions::{Viewer, visible_to};
use super::page::Page;
use super::settings;
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::contribution::{Contribution, Visibility};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::relation::FollowState;
use crate::schema::{
    accounts, bookmarks, boosts, contributions, follows, likes, media, mentions, poll_options,
};
use crate::text::{Html, plain, stems};

diesel::define_sql_function! {
    /// Lower case; SQLite folds ASCII only.
    fn lower(text: Text) -> Text;
}

diesel::table! {
    /// The index in SQLite. Named as a table, its INSERT is prepared once and not per received post.
    contribution_texts (rowid) {
        /// The contribution.
        rowid -> BigInt,
        /// Its words.
        body -> Text,
    }
}

/// Words of one search at most.
const MOST_WORDS: usize = 16;

/// Which contributions a search is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// Only by this account.
    pub author: Option<Id<Account>>,
    /// How many to leave out at the start.
    pub offset: i64,
    /// The bounds and the number of results.
    pub page: Page,
}

/// The words by which a text in a language with this title, announcement and content is found.
pub(super) fn found_by([title, summary, content]: [Option<&str>; 3], language: &str) -> String {
    let content = plain::text(&Html::from_store(content.unwrap_or_default().to_owned()));
    stems::kept(&[title.unwrap_or_default(), summary.unwrap_or_default(), &content].join(" "), language)
}

/// Makes a contribution findable by everything that is said in it now: also by the answers of its poll, and
/// by what its pictures show.
pub fn refresh(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<()> {
    let query = contributions::table.find(id).select((
        contributions::title,
        contributions::summary,
        contributions::content,
        contributions::language,
    ));
    type Row = (Option<String>, Option<String>, String, String);
    let found: Option<Row> = run!(conn, first, query).optional()?;
    let Some((title, summary, content, language)) = found else { return Ok(()) };
    let options = poll_options::table.filter(poll_options::contribution_id.eq(id));
    let options: Vec<String> =
        run!(conn, load, options.order(poll_options::position).select(poll_options::title))?;
    let files = media::table.filter(media::contribution_id.eq(id)).select(media::description);
    let files: Vec<String> = run!(conn, load, files)?;
    let mut words = found_by([title.as_deref(), summary.as_deref(), Some(&content)], &language);
    for said in options.iter().chain(&files) {
        words.push(' ');
        words.push_str(&stems::kept(said, &language));
    }
    forget(conn, id)?;
    insert(conn, id, &words)?;
    Ok(())
}

/// Makes a contribution findable by these words.
pub(super) fn insert(conn: &mut Conn, id: Id<Contribution>, words: &str) -> QueryResult<usize> {
    match conn {
        Conn::Sqlite(conn) => {
            let row = (contribution_texts::rowid.eq(id), contribution_texts::body.eq(words));
            diesel::insert_into(contribution_texts::table).values(row).execute(&mut **conn)
        }
        Conn::Postgres(conn) => {
            let insert = "INSERT INTO contribution_texts (contribution_id, body) \
                          VALUES ($1, to_tsvector('simple', $2))";
            sql_query(insert).bind::<BigInt, _>(id).bind::<Text, _>(words).execute(&mut **conn)
        }
    }
}

/// Makes the words of a contribution unfindable.
pub(super) fn forget(conn: &mut Conn, id: Id<Contribution>) -> QueryResult<usize> {
    let delete = match conn {
        Conn::Sqlite(_) => "DELETE FROM contribution_texts WHERE rowid = ?",
        Conn::Postgres(_) => "DELETE FROM contribution_texts WHERE contribution_id = $1",
    };
    run!(conn, execute, sql_query(delete).bind::<BigInt, _>(id))
}

/// What a search may bring to light: what is said to everybody or to all members, and of the rest what
/// the account `me` wrote, is named in, likes, boosted or keeps; what it answered comes on top. Who publishes unlisted, or
/// for followers, does not want to be found by words.
#[diesel::dsl::auto_type]
fn findable_by(me: Id<Account>) -> _ {
    let open: [Visibility; 2] = [Visibility::Public, Visibility::Internal];
    let named = mentions::table.filter(mentions::account_id.eq(me)).select(mentions::contribution_id);
    let liked = likes::table.filter(likes::account_id.eq(me)).select(likes::contribution_id);
    let boosted = boosts::table.filter(boosts::account_id.eq(me)).select(boosts::contribution_id);
    let kept = bookmarks::table.filter(bookmarks::account_id.eq(me)).select(bookmarks::contribution_id);
    contributions::visibility
        .eq_any(open)
        .or(contributions::author_id.eq(me))
        .or(contributions::id.eq_any(named))
        .or(contributions::id.eq_any(liked))
        .or(contributions::id.eq_any(boosted))
        .or(contributions::id.eq_any(kept))
}

/// The contributions with all these words, or words that begin so, that the viewer may see and find;
/// the newest first.
pub fn contributions(
    conn: &mut Conn,
    viewer: Viewer,
    question: &str,
    scope: &Scope,
) -> QueryResult<Vec<Contribution>> {
    let Some(words) = words(conn, question)? else { return Ok(Vec::new()) };
    let (start, end) = match conn {
        Conn::Sqlite(_) => {
            ("contributions.id IN (SELECT rowid FROM contribution_texts WHERE contribution_texts MATCH ", ")")
        }
        Conn::Postgres(_) => (
            "contributions.id IN (SELECT contribution_id FROM contribution_texts \
                WHERE body @@ to_tsquery('simple', ",
            "))",
        ),
    };
    let found = sql::<Bool>(start).bind::<Text, _>(words).sql(end);
    let anybody = scope.author.is_none();
    let author = scope.author.unwrap_or(Id::new(0));
    let page = &scope.page;
    let me = viewer.account().unwrap_or(Id::new(0));
    let answers = diesel::alias!(contributions as answers);
    let answered = answers
        .filter(answers.field(contributions::author_id).eq(me))
        .filter(answers.field(contributions::in_reply_to_id).eq(contributions::id.nullable()));
    let query = contributions::table
        .filter(found)
        .filter(visible_to(viewer))
        .filter(findable_by(me).or(exists(answered)))
        .filter(contributions::author_id.eq(author).or(anybody.into_sql::<Bool>()))
        .filter(contributions::id.lt(page.below()))
        .filter(contributions::id.gt(page.above()))
        .order(contributions::id.desc())
        .limit(page.limit)
        .offset(scope.offset);
    run!(conn, load, query.select(Contribution::as_select()))
}

/// The question in the language of the engine: every word, what begins with it, and what has its stem.
fn words(conn: &mut Conn, question: &str) -> QueryResult<Option<String>> {
    let languages = settings::get(conn)?.languages;
    let sqlite = matches!(conn, Conn::Sqlite(_));
    let one = |word: &stems::Sought| {
        let beginnings = word.beginnings.iter().map(|word| match sqlite {
            true => format!("\"{word}\"*"),
            false => format!("'{word}':*"),
        });
        let whole = word.stems.iter().map(|word| match sqlite {
            true => format!("\"{word}\""),
            false => format!("'{word}'"),
        });
        let any: Vec<String> = beginnings.chain(whole).collect();
        format!("({})", any.join(if sqlite { " OR " } else { " | " }))
    };
    let words: Vec<String> = stems::sought(question, &languages, MOST_WORDS).iter().map(one).collect();
    Ok((!words.is_empty()).then(|| words.join(if sqlite { " AND " } else { " & " })))
}

/// Who searches for accounts, and whom.
#[derive(Clone, Copy, Debug)]
pub struct Seeker {
    /// Who asks.
    pub viewer: Viewer,
    /// Only those whom the asking account follows.
    pub following: bool,
}

/// The accounts whose name, handle or display name holds this text: those that the viewer follows
/// first, then ours, then the others.
///
/// Accounts of ours that do not want to stand in lists are found by colleagues, that is by every account
/// here, and by everybody else by their whole name only.
pub fn accounts(
    conn: &mut Conn,
    question: &str,
    seeker: Seeker,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Account>> {
    let text = question.trim().trim_start_matches('@').to_lowercase();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let inside = format!("%{escaped}%");
    // SQLite knows small letters of English only.
    let mut letters = escaped.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    let capital = format!("%{first}{}%", letters.as_str());
    let me = seeker.viewer.account();
    let followed = || {
        follows::table
            .filter(follows::follower_id.eq(me.unwrap_or(Id::new(0))))
            .filter(follows::state.eq(FollowState::Accepted))
            .select(follows::followee_id)
    };
    let anybody = !seeker.following;
    let colleague = matches!(seeker.viewer, Viewer::Member(_));
    let listed = accounts::discoverable
        .eq(true)
        .or(accounts::host_id.is_not_null())
        .or(accounts::kind.eq(AccountKind::Organization))
        .or(accounts::name.eq(text))
        .or(colleague.into_sql::<Bool>());
    let query = accounts::table
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::standing.ne(HostStanding::Suspended))
        .filter(accounts::kind.ne(AccountKind::Application))
        .filter(accounts::moved_to.is_null())
        .filter(listed)
        .filter(
            accounts::handle
                .like(format!("{escaped}%"))
                .escape('\\')
                .or(lower(accounts::display_name).like(inside).escape('\\'))
                .or(accounts::display_name.like(capital).escape('\\')),
        )
        .filter(accounts::id.eq_any(followed()).or(anybody.into_sql::<Bool>()))
        .order((accounts::id.eq_any(followed()).desc(), accounts::host_id.is_not_null(), accounts::handle))
        .limit(limit)
        .offset(offset);
    run!(conn, load, query.select(Account::as_select()))
}
