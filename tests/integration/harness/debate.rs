//! What organizations in a story ask and answer.

use plenum::domain::account::Account;
use plenum::domain::contribution::Contribution;
use plenum::domain::critique::{Intent, NewCritique};
use plenum::domain::id::Id;
use plenum::domain::position::{DraftPosition, Position};
use plenum::domain::question::{DraftQuestion, Qid};
use plenum::domain::uri::Uri;
use plenum::domain::view::{Body, View};
use plenum::services::positions;
use plenum::services::posts::{self, NewPost};
use plenum::services::questions::{self, NewQuestion};
use plenum::store::contributions::Viewer;
use plenum::store::{self, Error};
use plenum::text::Markdown;

use super::world::Instance;

/// The qid of a loaded question.
pub(crate) fn qid_of(view: &View) -> Qid {
    let Body::Question(asked) = &view.body else { panic!("no question") };
    asked.question.qid.clone()
}

/// The position within a loaded contribution.
pub(crate) fn position_of(view: &View) -> &Position {
    let Body::Position(stand) = &view.body else { panic!("no position") };
    &stand.position
}

/// An answer with its reasoning.
pub(crate) fn answer(certainty: &str, answer: &str, reasoning: &str) -> DraftPosition {
    DraftPosition {
        certainty: certainty.to_owned(),
        answer: answer.to_owned(),
        reasoning: Markdown::new(reasoning),
        ..DraftPosition::default()
    }
}

impl Instance {
    /// The organization asks a question.
    pub(crate) async fn asks(&self, text: &str, answers: &[&str]) -> View {
        let user = self.admin().await;
        let draft = DraftQuestion {
            background: Markdown::new("It was *never* settled."),
            answers: answers.iter().map(|&answer| answer.to_owned()).collect(),
            ..DraftQuestion::default()
        };
        let new =
            NewQuestion { text: text.to_owned(), language: "en".to_owned(), draft, invited: Vec::new() };
        self.app().db.write(|tx| questions::ask(tx, &user, &new)).await.unwrap()
    }

    /// The organization adopts the question that this address names.
    pub(crate) async fn adopts(&self, copy: &Uri) -> Result<View, Error> {
        let id = self.sees(copy).await.expect("the question is here").head.id;
        let user = self.admin().await;
        self.app().db.write(|tx| questions::adopt(tx, &user, id, &DraftQuestion::default())).await
    }

    /// The organization takes a position on a question, or changes it for a reason.
    pub(crate) async fn answers(
        &self,
        qid: &Qid,
        draft: &DraftPosition,
        reason: &str,
    ) -> Result<View, Error> {
        let user = self.admin().await;
        self.app().db.write(|tx| positions::publish(tx, &user, qid, draft, reason)).await
    }

    /// The organization withdraws its position.
    pub(crate) async fn withdraws(&self, position: Id<Contribution>, reason: &str) -> View {
        let user = self.admin().await;
        self.app().db.write(|tx| positions::retract(tx, &user, position, reason)).await.unwrap()
    }

    /// Who stands where on a question, as a reader without an account sees it: handle, certainty,
    /// answer and version, sorted.
    pub(crate) async fn stands(&self, qid: &Qid) -> Vec<(String, &'static str, String, i32)> {
        let db = self.app().db;
        let found = db.read(|conn| {
            let rows = store::positions::on(conn, Viewer::Anyone, qid)?;
            let heads = rows.into_iter().map(|(head, _)| head).collect();
            Ok(store::views::load(conn, Viewer::Anyone, heads)?)
        });
        let line = |view: &View| {
            let position = position_of(view);
            let handle = view.author.handle.clone();
            (handle, position.certainty.as_str(), position.answer.clone(), view.head.revision)
        };
        let mut stands: Vec<_> = found.await.unwrap().iter().map(line).collect();
        stands.sort();
        stands
    }

    /// Somebody criticizes a passage of what this address names; a blank one means the whole.
    pub(crate) async fn criticizes(
        &self,
        author: &Account,
        target: &Uri,
        (intent, passage): (Intent, &str),
        text: &str,
    ) -> Result<View, Error> {
        let parent = self.sees(target).await.expect("the criticized thing is here").head;
        // The first of them is marked, and the page's script says what stands around it.
        let (before, after) = match parent.content.split_once(passage) {
            Some((before, after)) if !passage.is_empty() => (before, after),
            Some(_) | None => ("", ""),
        };
        let post = NewPost {
            markdown: Markdown::new(text),
            in_reply_to: Some(parent.id),
            language: "en".to_owned(),
            critique: Some(NewCritique {
                intent,
                passage: passage.to_owned(),
                prefix: before.rsplit('>').next().unwrap().to_owned(),
                suffix: after.split('<').next().unwrap().to_owned(),
            }),
            ..NewPost::default()
        };
        self.app().db.write(|tx| posts::publish(tx, author, &post)).await
    }
}
