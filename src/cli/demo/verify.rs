//! What every site must have after the scenario, compared and printed as a table.

use std::time::Duration;

use super::super::Failure;
use super::content;
use super::size::Size;
use super::world::{DemoSite, World};
use crate::domain::contribution::{Kind, State};
use crate::domain::exchange::SetDigest;
use crate::domain::question::Qid;
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::federation::egress::Limits;
use crate::store::contributions::{self, Viewer};
use crate::store::{
    Conn, Error, critiques, events, positions, questions, registers, relations, statements, views,
};

/// One line of the table: what it is about, and what each site says.
struct Row {
    about: String,
    cells: Vec<String>,
}

impl Row {
    fn agrees(&self) -> bool {
        self.cells.windows(2).all(|pair| pair.first() == pair.last())
    }
}

/// Compares what the sites have, and turns one of them off and on again.
pub async fn all(world: &World) -> Result<(), Failure> {
    compare(world).await?;
    lights(world).await
}

/// Compares the sites, circle by circle: only within one everybody hears of everything.
async fn compare(world: &World) -> Result<(), Failure> {
    let circles = world.circles();
    let mut all = Compared::default();
    let places = content::circles(world.sites.len());
    // What was kept from an earlier run has the size that it had then.
    let size = Size::of(world.sites.len());
    for (sites, place) in circles.iter().zip(places) {
        let first = if place.0 == 0 { content::statements(sites.len()) } else { 0 };
        all.add(&circle(sites, circles.len() == 1, first + size.summaries(place)).await?);
    }
    if all.differences > 0 {
        return Err(Failure::new(format!("the sites differ: {} differences", all.differences)));
    }
    println!(
        "\nAll {} sites have the same: {} statements, {} questions, {} rows compared, {} direct replies.",
        world.sites.len(),
        all.statements,
        all.questions,
        all.rows,
        all.replies
    );
    Ok(())
}

/// Turns a site off and on again, as somebody at the prompt does: it is silent meanwhile, and what others show of
/// it is not.
async fn lights(world: &World) -> Result<(), Failure> {
    let [first, second, ..] = world.sites.as_slice() else { return Ok(()) };
    let (handle, site) = (&first.organization.handle, first.data().app.site.clone());
    let own = format!("{}/about", site.origin);
    let copy = format!("{}/@{handle}@{}", second.data().app.site.origin, site.host);
    for (verb, lit) in [("stop", false), ("start", true)] {
        world.obey(&format!("{verb} {handle}")).await;
        let mut patience = 200;
        while is_shown(second, &own).await != lit {
            patience -= 1;
            if patience == 0 {
                return Err(Failure::new(format!("“{verb} {handle}” changed nothing")));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if !is_shown(first, &copy).await {
            return Err(Failure::new(format!("{copy} is not shown any more after “{verb} {handle}”")));
        }
    }
    println!("{handle} was turned off and on again, and the others went on showing what it said.");
    Ok(())
}

/// Whether a page is there, as another site sees it.
async fn is_shown(from: &DemoSite, page: &str) -> bool {
    from.data().egress.get(page, "text/html", None, Limits::default()).await.is_ok()
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
struct Compared {
    statements: usize,
    questions: usize,
    rows: usize,
    replies: usize,
    differences: usize,
}

impl Compared {
    fn add(&mut self, other: &Self) {
        self.statements += other.statements;
        self.questions += other.questions;
        self.rows += other.rows;
        self.replies += other.replies;
        self.differences += other.differences;
    }
}

/// Compares one circle. The whole table is printed where it is the only one, else what differs.
async fn circle(world: &[DemoSite], whole: bool, expected: usize) -> Result<Compared, Failure> {
    let mut rows = Vec::new();
    let others = world.len().saturating_sub(1).to_string();
    rows.push(row(world, "organizations that others here follow", &others, follows).await?);
    let mut known = Vec::new();
    for site in world {
        known.extend(published(site).await?);
    }
    for statement in &known {
        let title = statement.head.title.clone().unwrap_or_default();
        let expected = describe(statement);
        rows.push(
            Row { about: title.clone(), cells: each(world, |conn| shown(conn, &statement.head.uri)).await? }
                .expecting(expected),
        );
        let thread = each(world, |conn| thread(conn, &statement.head.uri)).await?;
        rows.push(Row { about: format!("  thread of “{title}”"), cells: thread });
    }
    let questions = questions(world).await?;
    for (qid, text) in &questions {
        let copies = each(world, |conn| copies(conn, qid)).await?;
        rows.push(Row { about: text.clone(), cells: copies });
        rows.push(Row {
            about: "  positions".to_owned(),
            cells: each(world, |conn| stands(conn, qid)).await?,
        });
        rows.push(Row {
            about: "  answers".to_owned(),
            cells: each(world, |conn| answers(conn, qid)).await?,
        });
    }
    rows.push(Row { about: "chronology".to_owned(), cells: each(world, chronology).await? });
    let count = format!("{} statements", known.len());
    rows.push(
        Row { about: "statements in all".to_owned(), cells: vec![count] }
            .expecting(format!("{expected} statements")),
    );
    let compared = Compared {
        statements: known.len(),
        questions: questions.len(),
        rows: rows.len(),
        replies: known.iter().map(|view| usize::try_from(view.replies).unwrap_or(0)).sum(),
        differences: rows.iter().filter(|row| !row.agrees()).count(),
    };
    rows.retain(|row| whole || !row.agrees());
    if !rows.is_empty() {
        print!("{}", table(world, &rows));
    }
    Ok(compared)
}

impl Row {
    /// Puts what must be there in front, so that three equal mistakes are seen too.
    fn expecting(mut self, expected: String) -> Self {
        self.cells.insert(0, expected);
        self
    }
}

async fn row(
    world: &[DemoSite],
    about: &str,
    expected: &str,
    read: impl Fn(&mut Conn, &DemoSite) -> Result<String, Error>,
) -> Result<Row, Failure> {
    let mut cells = vec![expected.to_owned()];
    for site in world {
        let data = site.data();
        cells.push(data.app.db.read(|conn| read(conn, site)).await?);
    }
    Ok(Row { about: about.to_owned(), cells })
}

async fn each(
    world: &[DemoSite],
    read: impl Fn(&mut Conn) -> Result<String, Error>,
) -> Result<Vec<String>, Failure> {
    let mut cells = Vec::new();
    for site in world {
        let data = site.data();
        cells.push(data.app.db.read(&read).await?);
    }
    Ok(cells)
}

/// The questions that the sites ask, by their names.
async fn questions(world: &[DemoSite]) -> Result<Vec<(Qid, String)>, Failure> {
    let mut found = Vec::new();
    for site in world {
        let data = site.data();
        let own = data.app.db.read(|conn| {
            let copies = registers::copies(conn, Viewer::Anyone)?;
            let asked = copies.into_iter().filter(|copy| copy.local);
            let asked = asked.filter(|copy| copy.asked_by.origin() == data.app.site.origin);
            let mut named = Vec::new();
            for copy in asked {
                let head = contributions::by_id(conn, Viewer::Anyone, copy.id)?;
                named.push((copy.qid, head.and_then(|head| head.title).unwrap_or_default()));
            }
            Ok(named)
        });
        found.extend(own.await?);
    }
    Ok(found)
}

/// Who carries a question, and that all copies ask the same.
fn copies(conn: &mut Conn, qid: &Qid) -> Result<String, Error> {
    let carried = questions::carried(conn, Viewer::Anyone, qid)?;
    let same = carried.windows(2).all(|pair| match pair {
        [(_, one), (_, other)] => one.core == other.core,
        _ => true,
    });
    let mut uris: Vec<&Uri> = carried.iter().map(|(head, _)| &head.uri).collect();
    uris.sort();
    let digest = short(&format!("{uris:?}"));
    Ok(format!("{} copies {digest}{}", carried.len(), if same { "" } else { ", not the same" }))
}

/// The positions on a question: their revisions and digests.
fn stands(conn: &mut Conn, qid: &Qid) -> Result<String, Error> {
    let rows = positions::on(conn, Viewer::Anyone, qid)?;
    let set = SetDigest::of(rows.iter().map(|(head, position)| (&head.uri, position.digest.as_str())));
    let revisions: i32 = rows.iter().map(|(head, _)| head.revision).sum();
    let digest: String = set.to_hex().chars().take(8).collect();
    Ok(format!("{} in {revisions} revisions {digest}", rows.len()))
}

/// What was answered to the positions on a question, and where it hangs.
fn answers(conn: &mut Conn, qid: &Qid) -> Result<String, Error> {
    let mut lines = Vec::new();
    for (position, _) in positions::on(conn, Viewer::Anyone, qid)? {
        for reply in contributions::replies(conn, Viewer::Anyone, position.id, None, 10_000)? {
            let critique = critiques::parts(conn, reply.id)?;
            let place = critique.map(|one| (one.intent.as_str(), one.exact, one.revision));
            lines.push(format!("{} at {}: {place:?}", reply.uri, position.uri));
        }
    }
    lines.sort();
    Ok(format!("{} {}", lines.len(), short(&lines.join("\n"))))
}

fn chronology(conn: &mut Conn) -> Result<String, Error> {
    let heads = events::chronology(conn, Viewer::Anyone, &events::Days::default(), 1000)?;
    let lines: Vec<String> = heads.iter().map(|head| format!("{} {}", head.uri, head.content)).collect();
    Ok(format!("{} events {}", lines.len(), short(&lines.join("\n"))))
}

fn short(text: &str) -> String {
    crate::services::users::secret_hash(text).chars().take(8).collect()
}

fn follows(conn: &mut Conn, site: &DemoSite) -> Result<String, Error> {
    let organization = site.data().app.site.organization;
    Ok(relations::count_followers(conn, organization)?.to_string())
}

async fn published(site: &DemoSite) -> Result<Vec<View>, Failure> {
    let data = site.data();
    let views = data.app.db.read(|conn| {
        let heads = statements::newest(conn, Viewer::Anyone, true, None, 10)?;
        Ok(views::load(conn, Viewer::Anyone, heads)?)
    });
    Ok(views.await?)
}

fn shown(conn: &mut Conn, uri: &Uri) -> Result<String, Error> {
    let Some(head) = contributions::by_uri(conn, Viewer::Anyone, uri)? else {
        return Ok("missing".to_owned());
    };
    Ok(views::one(conn, Viewer::Anyone, head)?.map_or_else(|| "missing".to_owned(), |view| describe(&view)))
}

/// What must be equal everywhere: revision, state, digest, theses with their texts, boosts. Likes
/// are told to the author alone.
fn describe(view: &View) -> String {
    let Body::Statement { statement, theses, .. } = &view.body else { return "no statement".to_owned() };
    let state = match view.head.state {
        State::Current => "",
        State::Superseded => ", superseded",
        State::Retracted => ", retracted",
        State::Deleted | State::Held | State::Withheld => ", not shown",
    };
    let letters: usize = theses.iter().map(|part| part.thesis.head.len() + part.thesis.body.len()).sum();
    let digest: String = statement.digest.chars().rev().take(6).collect();
    format!(
        "v{}{state}, {} theses, {letters} letters, ↻{} …{digest}",
        view.head.revision,
        theses.len(),
        view.boosts
    )
}

/// The thread as it is read: each reply with the place it hangs at.
fn thread(conn: &mut Conn, uri: &Uri) -> Result<String, Error> {
    let Some(root) = contributions::by_uri(conn, Viewer::Anyone, uri)? else {
        return Ok("missing".to_owned());
    };
    let thread = contributions::thread(conn, Viewer::Anyone, root.thread_id, None, 1000)?;
    let mut lines: Vec<String> = thread
        .iter()
        .filter(|head| head.kind != Kind::Thesis && head.id != root.id)
        .map(|head| {
            let parent = head.in_reply_to_uri.as_ref().map_or("", Uri::as_str);
            format!("{} at {}: {}", head.uri, parent, head.content.len())
        })
        .collect();
    lines.sort();
    Ok(format!("{} replies {}", lines.len(), short(&lines.join("\n"))))
}

fn table(world: &[DemoSite], rows: &[Row]) -> String {
    let names: Vec<&str> = world.iter().map(|site| site.organization.handle.as_str()).collect();
    let mut text = format!("{:<2}{:<52} {}\n", "", "", names.join(" / "));
    for row in rows {
        let mark = if row.agrees() { "=" } else { "≠" };
        let about: String = row.about.chars().take(50).collect();
        let cells = match (row.agrees(), row.cells.last()) {
            (true, Some(cell)) => cell.clone(),
            (_, _) => row.cells.join("  |  "),
        };
        text.push_str(&format!("{mark} {about:<52} {cells}\n"));
    }
    text
}
