//! What every site must have after the scenario, compared and printed as a table.

use super::super::Failure;
use super::content;
use super::world::{DemoSite, World};
use crate::domain::contribution::{Kind, State};
use crate::domain::uri::Uri;
use crate::domain::view::{Body, View};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, relations, statements, views};

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

/// Compares the three sites.
pub async fn compare(world: &World) -> Result<(), Failure> {
    let mut rows = Vec::new();
    rows.push(row(world, "organizations that others here follow", "2", follows).await?);
    let mut known = Vec::new();
    for site in &world.sites {
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
    let differences = rows.iter().filter(|row| !row.agrees()).count();
    print!("{}", table(world, &rows));
    let replies: usize = known.iter().map(|view| usize::try_from(view.replies).unwrap_or(0)).sum();
    if differences > 0 || known.len() != 4 {
        let why = format!("{differences} differences, {} statements of 4", known.len());
        return Err(Failure::new(format!("the sites differ: {why}")));
    }
    println!(
        "\nAll three sites have the same: {} statements, {} rows compared, {replies} direct replies.",
        known.len(),
        rows.len()
    );
    Ok(())
}

impl Row {
    /// Puts what must be there in front, so that three equal mistakes are seen too.
    fn expecting(mut self, expected: String) -> Self {
        self.cells.insert(0, expected);
        self
    }
}

async fn row(
    world: &World,
    about: &str,
    expected: &str,
    read: impl Fn(&mut Conn, &DemoSite) -> Result<String, Error>,
) -> Result<Row, Failure> {
    let mut cells = vec![expected.to_owned()];
    for site in &world.sites {
        let data = site.data();
        cells.push(data.app.db.read(|conn| read(conn, site)).await?);
    }
    Ok(Row { about: about.to_owned(), cells })
}

async fn each(
    world: &World,
    read: impl Fn(&mut Conn) -> Result<String, Error>,
) -> Result<Vec<String>, Failure> {
    let mut cells = Vec::new();
    for site in &world.sites {
        let data = site.data();
        cells.push(data.app.db.read(&read).await?);
    }
    Ok(cells)
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
    let Body::Statement { statement, theses } = &view.body else { return "no statement".to_owned() };
    let state = match view.head.state {
        State::Current => "",
        State::Superseded => ", superseded",
        State::Retracted => ", retracted",
        State::Deleted | State::Held => ", not shown",
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
    let digest = crate::services::users::secret_hash(&lines.join("\n"));
    let short: String = digest.chars().take(8).collect();
    Ok(format!("{} replies {short}", lines.len()))
}

fn table(world: &World, rows: &[Row]) -> String {
    let names: Vec<&str> = world.sites.iter().map(|site| site.organization.handle).collect();
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

/// The organizations of the demonstration, for the compiler to notice when one is added.
const _: [(); 3] = [(); content::ORGANIZATIONS.len()];
