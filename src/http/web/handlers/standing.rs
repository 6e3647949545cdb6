//! What an editor of a statement goes on from: a version, a draft, theses with their keys. Where somebody
//! else was faster, or all keys would be lost, the form comes back whole.

use activitypub_federation::config::Data;

use super::publish::{Beside, Revised, write_page};
use super::{Answer, bases};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::statement::Draft;
use crate::federation::Federation;
use crate::http::extract::visit::Visit;
use crate::http::web::forms::Mistakes;
use crate::http::web::publish::{Meanwhile, StatementForm};
use crate::services::statements as service;
use crate::store::drafts::{self, StoredDraft};
use crate::store::{Conn, Error, contributions};
use crate::text::plain;

/// Characters by which a mistake names a thesis.
const NAMED: usize = 60;

/// What stands now where somebody went on from something else, and what the form goes on from next.
pub(super) struct Now {
    standing: Meanwhile,
    mistakes: Mistakes,
    base: Option<i32>,
    draft: Option<Timestamp>,
}

impl Now {
    /// The draft is not there any more.
    pub(super) fn gone() -> Self {
        let label = "The draft was published or thrown away".to_owned();
        let why = "Somebody else published or discarded this draft meanwhile. Nothing that you typed is lost: \
                   look whether it is published, and send it again as a new one if it is not.";
        Self {
            standing: Meanwhile { label, href: Some("/statements".into()), text: String::new() },
            mistakes: Mistakes::one("standing", why),
            base: None,
            draft: None,
        }
    }
}

/// What stands now, if that is not what the form goes on from.
pub(super) fn standing(
    conn: &mut Conn,
    form: &StatementForm,
    revised: Option<&Revised>,
) -> Result<Option<Now>, Error> {
    let head = match revised {
        Some(revised) => contributions::known_by_id(conn, revised.head.id)?,
        None => None,
    };
    if let Some(head) = head
        && let Some(now) = bases::newer(form.base.parse().ok(), head.revision)
    {
        let text = head.markdown.unwrap_or_default();
        let standing = Meanwhile { label: bases::label(now), href: Some(head.url.as_str().into()), text };
        return Ok(Some(Now { standing, mistakes: bases::mistake(now), base: Some(now), draft: None }));
    }
    let Some(id) = Id::parse(&form.draft).filter(|_| !form.draft_of.is_empty()) else { return Ok(None) };
    let Some(stored) = drafts::by_id(conn, id)? else { return Ok(Some(Now::gone())) };
    if stored.updated_at.0.to_string() == form.draft_of {
        return Ok(None);
    }
    let why = "The draft was changed while you were writing, by somebody else or in another window. Nothing that \
               you typed is lost: compare it with what the draft says now, and send it again.";
    Ok(Some(Now {
        standing: Meanwhile {
            label: "What the draft says now".to_owned(),
            href: None,
            text: stored.markdown,
        },
        mistakes: Mistakes::one("standing", why),
        base: None,
        draft: Some(stored.updated_at),
    }))
}

/// The form again, with what was typed and what stands there now.
pub(super) async fn overtaken(
    data: &Data<Federation>,
    visit: &Visit,
    mut form: StatementForm,
    now: Now,
) -> Answer {
    let Now { standing, mistakes, base, draft } = now;
    match (base, draft) {
        (Some(base), _) => form.base = base.to_string(),
        (None, Some(at)) => form.draft_of = at.0.to_string(),
        (None, None) => (form.draft, form.draft_of) = (String::new(), String::new()),
    }
    let beside = Beside { standing: Some(standing), ..Beside::default() };
    bases::overtaken(write_page(data, visit, form, mistakes, beside).await)
}

/// What is wrong with a revision that keeps none of the published theses, unless that is meant.
pub(super) async fn loses(
    data: &Data<Federation>,
    form: &mut StatementForm,
    draft: &Draft,
    revised: Option<&Revised>,
) -> Result<Option<Mistakes>, Error> {
    let Some(revised) = revised.filter(|_| !form.new_theses) else { return Ok(None) };
    let lost = data.app.db.read(|conn| service::lost_theses(conn, revised.head.id, draft)).await?;
    form.loses_theses = !lost.is_empty();
    let named = lost.iter().map(|(key, head)| format!("{{#{key}}} “{}”", plain::excerpt(head, NAMED)));
    let why = format!(
        "None of the published theses is kept, and all answers to them would lose their place. Put its mark behind \
         the heading of each: {}. Or say below the text that all theses are new.",
        named.collect::<Vec<_>>().join(", ")
    );
    Ok(form.loses_theses.then(|| Mistakes::one("text", why)))
}

/// The form goes on from what a draft says.
pub(super) fn going_on(form: &mut StatementForm, draft: &StoredDraft) {
    form.draft = draft.id.to_string();
    form.draft_of = draft.updated_at.0.to_string();
}
