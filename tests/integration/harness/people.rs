//! What people in a story do, in the words of the domain.

use plenum::domain::account::Account;
use plenum::domain::contribution::Contribution;
use plenum::domain::statement::{Draft, DraftThesis};
use plenum::domain::uri::Uri;
use plenum::domain::user::{Role, Roles, User};
use plenum::domain::view::{Body, View};
use plenum::federation::resolve;
use plenum::services::posts::{self, NewPost};
use plenum::services::users::{self, NewUser};
use plenum::services::{relations, statements};
use plenum::store::contributions::{self, Viewer};
use plenum::store::{self, Error, accounts, views};
use plenum::text::Markdown;

use super::world::{Instance, pair, password};

/// A statement under construction.
pub(crate) fn statement(title: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        language: "en".to_owned(),
        announcement: format!("{title}: what we found when we counted."),
        introduction: Markdown::new("We looked for a long time."),
        ..Draft::default()
    }
}

/// Builders with names from the domain.
pub(crate) trait Drafting {
    /// Adds a thesis.
    fn thesis(self, head: &str) -> Self;
}

impl Drafting for Draft {
    fn thesis(mut self, head: &str) -> Self {
        let body = Markdown::new(format!("That {} is shown by *counting*.", head.to_lowercase()));
        self.theses.push(DraftThesis { head: head.to_owned(), body, ..DraftThesis::default() });
        self
    }
}

/// The address of a thesis of a published statement, by its place from 1.
pub(crate) fn thesis_of(view: &View, place: usize) -> Uri {
    let Body::Statement { theses, .. } = &view.body else { panic!("no statement") };
    theses[place - 1].head.uri.clone()
}

impl Instance {
    /// The organization's account.
    pub(crate) async fn organization(&self) -> Account {
        let app = self.app();
        app.db.read(|conn| Ok(accounts::by_id(conn, app.site.organization)?)).await.unwrap().unwrap()
    }

    /// The login of the first admin, who may publish.
    pub(crate) async fn admin(&self) -> User {
        let name = format!("{}_admin", self.name);
        self.app().db.read(|conn| Ok(store::users::by_name(conn, &name)?)).await.unwrap().unwrap()
    }

    /// A new member of this name, with these roles.
    pub(crate) async fn person(&self, name: &str, roles: &[Role]) -> Account {
        let (hash, pairs) = (password(), pair());
        let new = NewUser { name, display_name: "", password: &hash, roles: Roles::of(roles) };
        let db = self.app().db;
        let user = db.write(|tx| users::create(tx, None, &new, &pairs)).await.unwrap();
        db.read(|conn| Ok(accounts::by_id(conn, user.account_id)?)).await.unwrap().unwrap()
    }

    /// The organization follows the one of another server.
    pub(crate) async fn follows(&self, other: &Instance) {
        let data = self.data();
        let followee = resolve::account(&data, &other.handle()).await.unwrap();
        let organization = self.organization().await;
        data.app.db.write(|tx| relations::follow(tx, &organization, &followee)).await.unwrap();
    }

    /// The organization publishes a statement.
    pub(crate) async fn publishes(&self, draft: Draft) -> View {
        let user = self.admin().await;
        self.app().db.write(|tx| statements::publish(tx, &user, draft.clone())).await.unwrap()
    }

    /// Somebody replies to what this address names.
    pub(crate) async fn replies(&self, author: &Account, to: &Uri, text: &str) -> View {
        self.tries_to_reply(author, to, text).await.unwrap()
    }

    /// Like [`Instance::replies`], when it may be refused.
    pub(crate) async fn tries_to_reply(&self, author: &Account, to: &Uri, text: &str) -> Result<View, Error> {
        let parent = self.sees(to).await.expect("the answered thing is here").head.id;
        let post = NewPost {
            markdown: Markdown::new(text),
            in_reply_to: Some(parent),
            language: "en".to_owned(),
            ..NewPost::default()
        };
        self.app().db.write(|tx| posts::publish(tx, author, &post)).await
    }

    /// What a reader without an account sees at this address.
    pub(crate) async fn sees(&self, uri: &Uri) -> Option<View> {
        self.view(Viewer::Anyone, uri).await
    }

    /// What a viewer sees at this address.
    pub(crate) async fn view(&self, viewer: Viewer, uri: &Uri) -> Option<View> {
        let db = self.app().db;
        let found = db.read(|conn| {
            let Some(head) = contributions::by_uri(conn, viewer, uri)? else { return Ok(None) };
            Ok(views::one(conn, viewer, head)?)
        });
        found.await.unwrap()
    }

    /// The addresses of everything in a thread, as a reader sees it, sorted.
    pub(crate) async fn thread(&self, uri: &Uri) -> Vec<String> {
        let db = self.app().db;
        let found = db.read(|conn| {
            let Some(head) = contributions::by_uri(conn, Viewer::Anyone, uri)? else { return Ok(Vec::new()) };
            let all = contributions::thread(conn, Viewer::Anyone, head.thread_id, None, 1000)?;
            Ok(all.into_iter().map(|head: Contribution| head.uri.to_string()).collect::<Vec<_>>())
        });
        let mut thread = found.await.unwrap();
        thread.sort();
        thread
    }
}
