//! Files: sent, described, placed beside contributions, shown as profile pictures, thrown away.
//!
//! Bytes are kept before and removed after a transaction; here are only the rows that say so.

use super::accounts::acting;
use super::scheduled;
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::{Id, token};
use crate::domain::job::Job;
use crate::domain::media::{
    Kept, KeptPreview, LONGEST_DESCRIPTION, MOST_PER_CONTRIBUTION, Media, Purpose, ReceivedMedia,
};
use crate::domain::uri::Uri;
use crate::store::media::CachedFile;
use crate::store::{Error, Tx, accounts, jobs, media, search};
use crate::text::plain;

/// How long a file waits for something to stand beside.
const PATIENCE: i64 = 24 * 3600;
/// How many rows one tidying looks at.
const MOST_PURGED: i64 = 1000;

/// What a person says about a file; what is missing stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// What it shows, in words.
    pub text: Option<String>,
    /// Where its middle is for the eye.
    pub focus: Option<(f64, f64)>,
    /// A picture that shows it in small.
    pub preview: Option<KeptPreview>,
}

/// What a person says about one of several files.
pub type Described = (Id<Media>, Description);

/// Takes a file that `account` sent.
pub fn upload(
    tx: &mut Tx<'_>,
    account: &Account,
    kept: &Kept,
    description: &Description,
) -> Result<Media, Error> {
    acting(tx, account)?;
    let mut row = row(tx, account.id, kept, Purpose::Attachment);
    row.description = checked(description.text.as_deref().unwrap_or_default())?;
    row.focus_x = description.focus.map(|(x, _)| x);
    row.focus_y = description.focus.map(|(_, y)| y);
    if let Some(preview) = &description.preview {
        // The picture that was made from the file itself gives way.
        remove_files(tx, row.preview.take().into_iter().collect())?;
        row.preview = Some(preview.file.clone());
        row.preview_width = Some(preview.size.0);
        row.preview_height = Some(preview.size.1);
    }
    media::insert(tx, &row)?;
    Ok(row)
}

/// Says something else about a file that stands beside nothing yet. What is published changes with its
/// contribution, as a version of that.
pub fn describe_loose(
    tx: &mut Tx<'_>,
    account: &Account,
    id: Id<Media>,
    description: &Description,
) -> Result<Media, Error> {
    match own(tx, account, id)?.contribution_id {
        Some(_) => Err(Refusal::NotFound.into()),
        None => describe(tx, account, id, description),
    }
}

fn describe(
    tx: &mut Tx<'_>,
    account: &Account,
    id: Id<Media>,
    description: &Description,
) -> Result<Media, Error> {
    let row = own(tx, account, id)?;
    let text = checked(description.text.as_deref().unwrap_or(&row.description))?;
    let focus = match description.focus {
        Some((x, y)) => (Some(x), Some(y)),
        None => (row.focus_x, row.focus_y),
    };
    media::describe(tx, id, &text, focus)?;
    if let Some(preview) = &description.preview {
        media::set_preview(tx, id, &preview.file, preview.size)?;
        remove_files(tx, row.preview.into_iter().collect())?;
    }
    own(tx, account, id)
}

/// The file of `account` with this key; for others there is none.
pub fn own(tx: &mut Tx<'_>, account: &Account, id: Id<Media>) -> Result<Media, Error> {
    let row = media::by_id(tx, id)?;
    let row = row.filter(|row| row.account_id == account.id && row.purpose == Purpose::Attachment);
    row.ok_or_else(|| Refusal::NotFound.into())
}

/// Throws a file away that nothing was published with.
pub fn delete(tx: &mut Tx<'_>, account: &Account, id: Id<Media>) -> Result<(), Error> {
    let row = own(tx, account, id)?;
    if row.contribution_id.is_some() {
        let why = "this file stands beside a contribution: change that one instead";
        return Err(Refusal::invalid("id", why).into());
    }
    if scheduled::names(tx, account.id, id)? {
        let why = "this file waits with a post for later: take that one away first";
        return Err(Refusal::invalid("id", why).into());
    }
    discard(tx, row)
}

/// Makes exactly these files of `account`, in this order, stand beside its contribution. Files that
/// stood there before and are not named wait for another use.
pub fn place(
    tx: &mut Tx<'_>,
    account: &Account,
    contribution: Id<Contribution>,
    ids: &[Id<Media>],
) -> Result<(), Error> {
    enough(ids)?;
    for row in media::of(tx, contribution)? {
        if !ids.contains(&row.id) {
            let now = tx.now;
            media::detach(tx, row.id, &token(), now)?;
        }
    }
    for (rank, id) in (0..).zip(ids) {
        let row = own(tx, account, *id)?;
        if row.contribution_id.is_some_and(|other| other != contribution) {
            let why = "one of the files stands beside another contribution already";
            return Err(Refusal::invalid("media_ids", why).into());
        }
        media::attach(tx, row.id, contribution, rank)?;
    }
    if !ids.is_empty() {
        search::refresh(tx, contribution)?;
    }
    Ok(())
}

/// Lets files wait for a contribution that is published at `due`.
pub fn hold(tx: &mut Tx<'_>, account: &Account, ids: &[Id<Media>], due: Timestamp) -> Result<(), Error> {
    enough(ids)?;
    for id in ids {
        let row = own(tx, account, *id)?;
        media::set_created_at(tx, row.id, due)?;
    }
    Ok(())
}

fn enough(ids: &[Id<Media>]) -> Result<(), Refusal> {
    if ids.len() <= MOST_PER_CONTRIBUTION {
        return Ok(());
    }
    let why = format!("at most {MOST_PER_CONTRIBUTION} files stand beside one contribution");
    Err(Refusal::invalid("media_ids", why))
}

/// Makes these files stand beside a contribution in this order, and says this about some of them.
/// Returns whether anything is different afterwards.
pub fn rearrange(
    tx: &mut Tx<'_>,
    account: &Account,
    contribution: Id<Contribution>,
    (ids, described): (&[Id<Media>], &[Described]),
) -> Result<bool, Error> {
    let before = media::of(tx, contribution)?;
    for (id, description) in described.iter().filter(|(id, _)| ids.contains(id)) {
        describe(tx, account, *id, description)?;
    }
    place(tx, account, contribution, ids)?;
    Ok(media::of(tx, contribution)? != before)
}

/// Takes every file of ours away from a contribution, under new addresses, so that its author can
/// write it anew with them; copies of files elsewhere are forgotten.
pub fn release(tx: &mut Tx<'_>, contribution: Id<Contribution>) -> Result<Vec<Media>, Error> {
    let mut released = Vec::new();
    for row in media::of(tx, contribution)? {
        if row.is_ours() {
            let (name, now) = (token(), tx.now);
            media::detach(tx, row.id, &name, now)?;
            released.push(Media { name, contribution_id: None, created_at: now, ..row });
        } else {
            media::delete(tx, row.id)?;
        }
    }
    Ok(released)
}

/// Throws away every file of an account that is gone.
pub fn forget(tx: &mut Tx<'_>, account: Id<Account>) -> Result<(), Error> {
    for purpose in [Purpose::Attachment, Purpose::Avatar, Purpose::Header] {
        for row in media::of_account(tx, account, purpose)? {
            discard(tx, row)?;
        }
    }
    Ok(())
}

/// Keeps in mind what stands beside a contribution from elsewhere.
pub fn receive(
    tx: &mut Tx<'_>,
    owner: Id<Account>,
    contribution: Id<Contribution>,
    received: &[ReceivedMedia],
) -> Result<(), Error> {
    let before = media::of(tx, contribution)?;
    for (rank, file) in (0..).zip(received) {
        let url = file.url.to_string();
        // A file that stays keeps its key: clients know it by that.
        let known = before.iter().find(|row| row.remote_url.as_ref() == Some(&url));
        let row = remote(tx, owner, (contribution, rank), file, known);
        media::delete(tx, row.id)?;
        media::insert(tx, &row)?;
    }
    let gone =
        |row: &&Media| !received.iter().any(|file| row.remote_url.as_deref() == Some(file.url.as_str()));
    for row in before.iter().filter(gone) {
        media::delete(tx, row.id)?;
    }
    if received.iter().any(|file| !file.description.is_empty()) {
        search::refresh(tx, contribution)?;
    }
    Ok(())
}

fn remote(
    tx: &Tx<'_>,
    owner: Id<Account>,
    (contribution, rank): (Id<Contribution>, i32),
    file: &ReceivedMedia,
    known: Option<&Media>,
) -> Media {
    Media {
        id: known.map_or_else(|| tx.mint(), |known| known.id),
        account_id: owner,
        contribution_id: Some(contribution),
        rank,
        purpose: Purpose::Attachment,
        kind: file.kind,
        media_type: file.media_type.clone(),
        name: known.map_or_else(token, |known| known.name.clone()),
        file: None,
        preview: None,
        remote_url: Some(file.url.to_string()),
        bytes: 0,
        width: file.size.map(|(width, _)| width),
        height: file.size.map(|(_, height)| height),
        preview_width: None,
        preview_height: None,
        duration_ms: None,
        description: file.description.clone(),
        blurhash: file.blurhash.clone(),
        focus_x: file.focus.map(|(x, _)| x),
        focus_y: file.focus.map(|(_, y)| y),
        created_at: tx.now,
    }
}

/// Shows an account of ours with this picture (or, with `None`, without one) from now on, and
/// returns the account as it is then. Telling others is the caller's part.
pub fn show(
    tx: &mut Tx<'_>,
    account: &Account,
    purpose: Purpose,
    kept: Option<&Kept>,
) -> Result<Account, Error> {
    for before in media::of_account(tx, account.id, purpose)? {
        discard(tx, before)?;
    }
    let url = match kept {
        Some(kept) => {
            let row = row(tx, account.id, kept, purpose);
            media::insert(tx, &row)?;
            Some(Uri::ours(&tx.site()?.origin, &row.path()).to_string())
        }
        None => None,
    };
    match purpose {
        Purpose::Avatar => accounts::set_icon(tx, account.id, url.as_deref())?,
        Purpose::Header => accounts::set_header(tx, account.id, url.as_deref())?,
        Purpose::Attachment => return Err(Error::broken("an attachment shows no account")),
    };
    let now = tx.now;
    accounts::touch(tx, account.id, now)?;
    accounts::by_id(tx, account.id)?.ok_or_else(|| Error::broken("an account vanished"))
}

/// Keeps the copy of a file elsewhere. When it is time to count, and all copies together take more than
/// `most` bytes, the oldest give way: nobody can fill our disk by showing us files.
pub fn keep_copy(tx: &mut Tx<'_>, copy: &CachedFile, most: Option<i64>) -> Result<(), Error> {
    let before = media::keep_cached(tx, copy)?;
    let mut gone: Vec<String> = before.into_iter().map(|before| before.file).collect();
    let mut surplus = match most {
        Some(most) => media::cached_bytes(tx)?.saturating_sub(most),
        None => 0,
    };
    if surplus > 0 {
        for old in media::oldest_copies(tx, MOST_PURGED)? {
            if surplus <= 0 {
                break;
            }
            surplus = surplus.saturating_sub(old.bytes);
            media::forget_cached(tx, &old.address)?;
            gone.push(old.file);
        }
    }
    remove_files(tx, gone)
}

/// Throws away what nobody published anything with, and copies older than `days`.
pub fn purge(tx: &mut Tx<'_>, days: u32) -> Result<(), Error> {
    let before = tx.now.plus_seconds(-PATIENCE);
    for row in media::waiting(tx, before, MOST_PURGED)? {
        if scheduled::names(tx, row.account_id, row.id)? {
            // Its post was moved to another day, or waits for its author.
            let now = tx.now;
            media::set_created_at(tx, row.id, now)?;
            continue;
        }
        discard(tx, row)?;
    }
    let before = tx.now.plus_seconds(-i64::from(days) * 24 * 3600);
    let mut files = Vec::new();
    for copy in media::old_copies(tx, before, MOST_PURGED)? {
        media::forget_cached(tx, &copy.address)?;
        files.push(copy.file);
    }
    remove_files(tx, files)
}

fn discard(tx: &mut Tx<'_>, row: Media) -> Result<(), Error> {
    media::delete(tx, row.id)?;
    remove_files(tx, row.file.into_iter().chain(row.preview).collect())
}

/// The bytes go after the rows: until then nobody can name them any more.
fn remove_files(tx: &mut Tx<'_>, files: Vec<String>) -> Result<(), Error> {
    for file in files {
        let now = tx.now;
        jobs::enqueue(tx, &Job::RemoveFile { file }, now)?;
    }
    Ok(())
}

fn checked(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if plain::length(text) > LONGEST_DESCRIPTION {
        let why = format!("a description has at most {LONGEST_DESCRIPTION} characters");
        return Err(Refusal::invalid("description", why).into());
    }
    Ok(text.to_owned())
}

fn row(tx: &Tx<'_>, owner: Id<Account>, kept: &Kept, purpose: Purpose) -> Media {
    let preview = kept.preview.as_ref();
    Media {
        id: tx.mint(),
        account_id: owner,
        contribution_id: None,
        rank: 0,
        purpose,
        kind: kept.kind,
        media_type: kept.media_type.to_owned(),
        name: token(),
        file: Some(kept.file.clone()),
        preview: preview.map(|preview| preview.file.clone()),
        remote_url: None,
        bytes: kept.bytes,
        width: kept.size.map(|(width, _)| width),
        height: kept.size.map(|(_, height)| height),
        preview_width: preview.map(|preview| preview.size.0),
        preview_height: preview.map(|preview| preview.size.1),
        duration_ms: kept.duration_ms,
        description: String::new(),
        blurhash: kept.blurhash.clone(),
        focus_x: None,
        focus_y: None,
        created_at: tx.now,
    }
}
