//! What an organization without a server of its own answered, as somebody here found it in a source.

use diesel::prelude::{Insertable, Queryable, Selectable};

use super::Refusal;
use super::date::Date;
use super::id::Id;
use super::position::Certainty;
use super::question::{AnswerKey, LONGEST_ANSWER, Qid, longest};
use super::uri::Uri;
use super::user::User;
use crate::clock::Timestamp;

/// The longest quotation, in characters: what proves the answer, not the whole text.
pub const LONGEST_QUOTATION: usize = 1000;

/// An answer ascribed to an organization that did not give it here itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::attributions, treat_none_as_default_value = false)]
pub struct Attribution {
    /// Our key.
    pub id: Id<Attribution>,
    /// On which question.
    pub qid: Qid,
    /// The organization's name: a plain record, no account.
    pub name: String,
    /// The short answer; blank where there is none.
    pub answer: String,
    /// What makes equal answers equal; `None` without an answer.
    pub answer_key: Option<AnswerKey>,
    /// How sure the source shows it to be.
    pub certainty: Certainty,
    /// When it was said, as exact as the source is.
    pub stated_on: String,
    /// The words that show it.
    pub quotation: String,
    /// What the source is called.
    pub source_title: String,
    /// Where it can be read.
    pub source_url: String,
    /// Who entered it; in the audit log, never on a page.
    pub user_id: Id<User>,
    /// When.
    pub created_at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// An attribution as a form gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftAttribution {
    /// The organization's name.
    pub name: String,
    /// The short answer.
    pub answer: String,
    /// The word of [`Certainty`].
    pub certainty: String,
    /// When it was said.
    pub stated_on: String,
    /// The words that show it.
    pub quotation: String,
    /// What the source is called.
    pub source_title: String,
    /// Where it can be read.
    pub source_url: String,
}

impl DraftAttribution {
    /// Accepts it; what proves it is demanded, because the organization cannot object here itself.
    pub fn accept(&self) -> Result<(Self, Certainty, Option<AnswerKey>), Refusal> {
        let tidy = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let draft = Self {
            name: tidy(&self.name),
            answer: tidy(&self.answer),
            certainty: self.certainty.clone(),
            stated_on: self.stated_on.trim().to_owned(),
            quotation: self.quotation.trim().to_owned(),
            source_title: tidy(&self.source_title),
            source_url: self.source_url.trim().to_owned(),
        };
        let given = [
            ("name", &draft.name, 200, "say which organization it is"),
            ("quotation", &draft.quotation, LONGEST_QUOTATION, "quote the words that show it"),
            ("source_title", &draft.source_title, 300, "say what the source is called"),
        ];
        for (field, text, most, why) in given {
            if text.is_empty() {
                return Err(Refusal::invalid(field, why));
            }
            longest(field, text, most)?;
        }
        longest("answer", &draft.answer, LONGEST_ANSWER)?;
        let unknown = || Refusal::invalid("certainty", format!("“{}” is no certainty", draft.certainty));
        let certainty = Certainty::parse(&draft.certainty).ok_or_else(unknown)?;
        if certainty.answers() && draft.answer.is_empty() {
            return Err(Refusal::invalid("answer", "give the answer in a few words"));
        }
        if let Err(Refusal::Invalid { why, .. }) = Date::parse(&draft.stated_on) {
            return Err(Refusal::invalid("stated_on", why));
        }
        if Uri::parse(&draft.source_url).is_none() {
            return Err(Refusal::invalid("source_url", "give the address where it can be read"));
        }
        let key = certainty.answers().then(|| AnswerKey::of(&draft.answer));
        Ok((draft, certainty, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> DraftAttribution {
        DraftAttribution {
            name: "Union of  Weavers".to_owned(),
            answer: "Yes".to_owned(),
            certainty: "decided".to_owned(),
            stated_on: "2022-01".to_owned(),
            quotation: "We say yes.".to_owned(),
            source_title: "Report".to_owned(),
            source_url: "https://weavers.example/report".to_owned(),
        }
    }

    #[test]
    fn what_proves_it_is_demanded() {
        let (accepted, certainty, key) = draft().accept().expect("accepted");
        assert_eq!((accepted.name.as_str(), certainty), ("Union of Weavers", Certainty::Decided));
        assert_eq!(key, Some(AnswerKey::of("yes")));
        let refused = |change: &dyn Fn(&mut DraftAttribution)| {
            let mut draft = draft();
            change(&mut draft);
            match draft.accept() {
                Err(Refusal::Invalid { field, .. }) => field,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused(&|draft| draft.quotation.clear()), "quotation");
        assert_eq!(refused(&|draft| draft.source_url = "javascript:alert(1)".to_owned()), "source_url");
        assert_eq!(refused(&|draft| draft.stated_on = "31.02.2022".to_owned()), "stated_on");
        assert_eq!(refused(&|draft| draft.answer = " ".to_owned()), "answer");
        assert_eq!(refused(&|draft| draft.certainty = "sure".to_owned()), "certainty");
    }
}
