//! What an organization tells its followers of a position that changed: an `Update` alone is an edit, which comes to
//! nobody's home.

use super::formats::Format;
use super::posts::{self, NewPost};
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, State};
use crate::domain::position::{Certainty, Position};
use crate::domain::view::{Body, View};
use crate::store::{Error, Tx, quotes};
use crate::text::Markdown;
use crate::text::words::Stands;

/// Seconds in which several changes are told as one.
const TOGETHER: i64 = 3600;

/// Says what became of a position, in a post that quotes it; `before` is how it stood, `None` where it is withdrawn.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    organization: &Account,
    view: &View,
    before: Option<(&Contribution, &Position)>,
    reason: &str,
) -> Result<(), Error> {
    let Body::Position(stand) = &view.body else { return Err(Error::broken("a position without its parts")) };
    let asked = stand.question.as_ref().and_then(|question| question.title.as_deref()).unwrap_or_default();
    let (language, words) = Stands::of(&view.head.language);
    let [opening, end] = if before.is_some() { words.changed } else { words.withdrawn };
    let mut lines = vec![format!("{opening}{asked}{end}")];
    if let Some((head, position)) = before {
        let (old, new) = (says(words, head.state, position), says(words, view.head.state, &stand.position));
        if old == new {
            lines.push(words.same.replace("{}", &new));
        } else {
            lines.push(words.before.replace("{}", &old));
            lines.push(words.now.replace("{}", &new));
        }
    }
    lines.push(words.why.replace("{}", reason));
    let beginnings = [words.changed, words.withdrawn].map(|[opening, _]| format!("{opening}{asked}"));
    take_back_last(tx, organization, &view.head, &beginnings)?;
    let news = NewPost {
        markdown: Markdown::new(lines.join("\n\n")),
        format: Format::Plain,
        language: language.to_owned(),
        quoted: Some(view.head.id),
        ..NewPost::default()
    };
    posts::publish(tx, organization, &news)?;
    Ok(())
}

/// What was told a moment ago, and nobody answered, goes with what is told now: a slip that is mended at once is one
/// change, not two.
fn take_back_last(
    tx: &mut Tx<'_>,
    organization: &Account,
    position: &Contribution,
    beginnings: &[String],
) -> Result<(), Error> {
    let since = tx.now.plus_seconds(-TOGETHER);
    for quoting in quotes::unanswered_since(tx, organization.id, position.id, since)? {
        let text = quoting.markdown.as_deref().unwrap_or_default();
        // What somebody wrote by hand in the organization's name stays.
        if beginnings.iter().any(|beginning| text.starts_with(beginning)) {
            posts::delete(tx, organization, quoting.id)?;
        }
    }
    Ok(())
}

/// The answer and how sure it is, in a few words.
fn says(words: &Stands, state: State, position: &Position) -> String {
    if state != State::Current {
        return words.none.to_owned();
    }
    let [decided, provisional, undecided, declines, rejects] = words.certainties;
    let sure = match position.certainty {
        Certainty::Decided => decided,
        Certainty::Provisional => provisional,
        Certainty::Undecided => undecided,
        Certainty::Declines => declines,
        Certainty::RejectsFraming => rejects,
    };
    match (position.certainty.answers(), position.answer.as_str()) {
        (true, answer) => format!("{answer} ({sure})"),
        (false, "") => sure.to_owned(),
        (false, remark) => format!("{sure} ({remark})"),
    }
}
