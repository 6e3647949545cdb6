//! Making the archive of a member: one file in the form of tar, written piece by piece.

use activitypub_federation::config::Data;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::app::storage::{Storage, Upload};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::media::{Media, Purpose};
use crate::domain::transfer::Table;
use crate::federation::Federation;
use crate::import::tables;
use crate::services::{archives as service, profiles, transfers};
use crate::store::{Error, accounts, archives, contributions, media};

/// Contributions in one file of the archive.
const AT_ONCE: usize = 200;
/// What files in such an archive are rounded up to.
const BLOCK: u64 = 512;

/// Makes the archive that somebody asked for, if it is still wanted.
pub(super) async fn make(data: &Data<Federation>, account: Id<Account>) -> Result<(), Error> {
    let db = &data.app.db;
    let found = db.read(|conn| Ok(accounts::by_id(conn, account)?.zip(archives::of(conn, account)?))).await?;
    let Some((account, asked)) = found.filter(|(_, asked)| asked.file.is_none()) else { return Ok(()) };
    let file = Storage::name("archives", "tar");
    // It holds letters: whatever happens from here on, nothing of it stays that nobody knows of.
    db.write(|tx| service::will_remove(tx, &file)).await?;
    let mut upload = data.app.storage.begin(&file).await?;
    if let Err(error) = fill(data, &account, &mut upload).await {
        upload.abort().await?;
        return Err(error);
    }
    let bytes = upload.finish().await?;
    db.write(|tx| service::keep(tx, &asked, &file, bytes)).await
}

async fn fill(data: &Data<Federation>, account: &Account, upload: &mut Upload) -> Result<(), Error> {
    let (db, now) = (&data.app.db, data.app.clock().now());
    add_person(data, account, upload).await?;
    for table in Table::ALL {
        let rows = db.read(|conn| transfers::rows(conn, account, table, now)).await?;
        add(upload, table.file(), tables::write(table, &rows).as_bytes(), now).await?;
    }
    let all = db.read(|conn| Ok(contributions::all_of(conn, account.id)?)).await?;
    let mut pages = Vec::new();
    for ids in all.chunks(AT_ONCE) {
        let name = format!("outbox/{}.json", pages.len() + 1);
        add_page(data, account, (&name, ids), upload).await?;
        pages.push(name);
    }
    let outbox = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": all.len(),
        "first": pages.first(),
        "plenum:pages": pages,
    });
    add_json(upload, "outbox.json", &outbox, now).await?;
    for purpose in [Purpose::Avatar, Purpose::Header] {
        let files = db.read(|conn| Ok(media::of_account(conn, account.id, purpose)?)).await?;
        add_files(data, &files, upload).await?;
    }
    // Two blank blocks end the archive.
    upload.write(&[0; 1024]).await
}

/// Who it is, to everybody and to this site alone.
async fn add_person(data: &Data<Federation>, account: &Account, upload: &mut Upload) -> Result<(), Error> {
    let (db, now) = (&data.app.db, data.app.clock().now());
    let actor = db.read(|conn| profiles::document(conn, account)).await?;
    add_json(upload, "actor.json", &actor, now).await?;
    match db.read(|conn| service::mail_address(conn, account)).await? {
        Some(address) => add_json(upload, "mail_address.json", &address, now).await,
        None => Ok(()),
    }
}

/// Some contributions, with the files beside them.
async fn add_page(
    data: &Data<Federation>,
    account: &Account,
    (name, ids): (&str, &[Id<Contribution>]),
    upload: &mut Upload,
) -> Result<(), Error> {
    let found = data.app.db.read(|conn| {
        let said = service::activities(conn, account, ids)?;
        Ok((said, media::of_contributions(conn, ids)?))
    });
    let (said, files) = found.await?;
    let page = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": name,
        "type": "OrderedCollectionPage",
        "partOf": "outbox.json",
        "orderedItems": said,
    });
    add_json(upload, name, &page, data.app.clock().now()).await?;
    for id in ids {
        add_files(data, files.get(id).map_or(&[], Vec::as_slice), upload).await?;
    }
    Ok(())
}

/// The bytes of files of ours, under the names by which the texts name them.
async fn add_files(data: &Data<Federation>, files: &[Media], upload: &mut Upload) -> Result<(), Error> {
    let storage = &data.app.storage;
    for row in files {
        let Some(file) = &row.file else { continue };
        let Some(length) = storage.length(file).await? else { continue };
        let Some(mut content) = storage.get(file, 0..length).await? else { continue };
        let name = row.path().trim_start_matches('/').to_owned();
        upload.write(&header(&name, length, row.created_at)).await?;
        let mut written = 0_u64;
        while let Some(part) = content.next().await {
            let part = part.map_err(|error| Error::broken(format!("{file}: {error}")))?;
            written += u64::try_from(part.len()).unwrap_or_default();
            upload.write(&part).await?;
        }
        if written != length {
            return Err(Error::broken(format!("{file} changed while it was read")));
        }
        pad(upload, length).await?;
    }
    Ok(())
}

async fn add_json(upload: &mut Upload, name: &str, value: &Value, at: Timestamp) -> Result<(), Error> {
    add(upload, name, value.to_string().as_bytes(), at).await
}

async fn add(upload: &mut Upload, name: &str, bytes: &[u8], at: Timestamp) -> Result<(), Error> {
    let length = u64::try_from(bytes.len()).unwrap_or_default();
    upload.write(&header(name, length, at)).await?;
    upload.write(bytes).await?;
    pad(upload, length).await
}

async fn pad(upload: &mut Upload, length: u64) -> Result<(), Error> {
    let rest = length.next_multiple_of(BLOCK) - length;
    upload.write(&vec![0; usize::try_from(rest).unwrap_or_default()]).await
}

/// The block that stands before a file (POSIX ustar): name, rights, length, time, and the sum of its bytes.
fn header(name: &str, length: u64, at: Timestamp) -> Vec<u8> {
    let seconds = at.seconds().max(0);
    let before = format!("{name:\0<100}0000644\00000000\00000000\0{length:011o}\0{seconds:011o}\0");
    let after = format!("0{:\0<100}ustar\000{:\0<247}", "", "");
    let bytes = before.bytes().chain(after.bytes()).map(u64::from).sum::<u64>();
    // The sum itself counts as eight blanks.
    let sum = bytes + 8 * u64::from(b' ');
    format!("{before}{sum:06o}\0 {after}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_block_with_the_sum_of_its_bytes() {
        let block = header("media/ab/c.png", 1000, Timestamp(1_700_000_000_000));
        assert_eq!(block.len(), 512);
        let sum = String::from_utf8(block[148..154].to_vec()).unwrap();
        let blank: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| match at {
                148..156 => 32,
                _ => u64::from(*byte),
            })
            .sum();
        assert_eq!(u64::from_str_radix(&sum, 8).unwrap(), blank);
        assert_eq!(&block[124..135], b"00000001750");
        assert_eq!((&block[156..157], &block[257..265]), (&b"0"[..], &b"ustar\x0000"[..]));
    }
}
