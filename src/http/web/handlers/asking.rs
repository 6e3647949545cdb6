//! What somebody may want to look at again before a question is asked: its words, and that it is here already.

use activitypub_federation::config::Data;

use crate::domain::wording;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::shown::Link;
use crate::store::questions;

/// Questions among which the same words are looked for.
const COMPARED: i64 = 2_000;

/// Remarks on the words of a question, with a page where there is one.
pub(super) async fn once_more(
    data: &Data<Federation>,
    visit: &Visit,
    text: &str,
) -> Result<Vec<Link>, PageError> {
    let viewer = visit.viewer();
    let known = data.app.db.read(|conn| Ok(questions::newest(conn, viewer, COMPARED)?)).await?;
    let same = |title: Option<&str>| title.is_some_and(|title| wording::are_the_same(text, title));
    let same = known.iter().find(|(head, _)| same(head.title.as_deref())).map(|(_, question)| {
        let label = "The same words are asked already: whoever wants to answer them adopts that question.";
        Link::new(label, format!("/questions/{}", question.slug))
    });
    let said = wording::remarks(text).into_iter().map(|remark| Link::new(remark, ""));
    Ok(same.into_iter().chain(said).collect())
}
