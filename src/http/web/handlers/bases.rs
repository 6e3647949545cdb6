//! What an editor went on from: another version may have come meanwhile, and nobody's words are
//! overwritten unread. The form comes back with everything that was typed, and shows what stands there now.

use axum::http::StatusCode;

use super::Answer;
use crate::domain::contribution::Contribution;
use crate::http::extract::posted::Fields;
use crate::http::web::form::{Field, FieldKind};
use crate::http::web::forms::Mistakes;
use crate::http::web::present;
use crate::http::web::shown::Lang;
use crate::text::plain;

/// The field that says which version somebody went on from.
pub(super) const BASE: &str = "base";

/// What was made, or the number of the version that stands where somebody went on from another one.
pub(super) type Made<T> = Result<T, i32>;

/// The version that somebody went on from; forms of programs that do not say so are not asked.
pub(super) fn base(fields: &Fields) -> Option<i32> {
    fields.get(BASE).parse().ok()
}

/// The version that stands now, where it is another one than somebody went on from.
pub(super) fn newer(base: Option<i32>, now: i32) -> Option<i32> {
    base.filter(|base| *base != now).map(|_| now)
}

/// The hidden field with the version that a form shows.
pub(super) fn field(revision: i32) -> Field {
    Field::new(BASE, "", "", FieldKind::Hidden, &revision.to_string())
}

/// What stands there now, above the fields with what was typed: a line, and texts that are kept as safe HTML.
pub(super) fn standing(head: &Contribution, href: &str, line: &str, texts: &[&String]) -> Field {
    let line = format!("<p>{}</p>", plain::escape(line));
    let texts: String = texts.iter().map(|text| text.as_str()).collect();
    let now = FieldKind::Standing {
        language: Lang::new(&head.language),
        text: present::html(&format!("{line}{texts}")),
    };
    Field::new("standing", &label(head.revision), "", now, href)
}

/// What that is called.
pub(super) fn label(revision: i32) -> String {
    format!("What stands there now: version {revision}")
}

/// What is wrong.
pub(super) fn mistake(now: i32) -> Mistakes {
    let why = format!(
        "Somebody else published version {now} while you were writing. Nothing that you typed is lost: compare \
         it with what stands there now, and send it again where it is to follow that."
    );
    Mistakes::one("standing", why)
}

/// A form that came back because somebody else was faster.
pub(super) fn overtaken(form: Answer) -> Answer {
    let mut response = form?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}
