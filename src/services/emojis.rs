//! Custom emoji: ours, kept by the admins, and those that other servers use.

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::emoji::{Emoji, ReceivedEmoji, is_shortcode};
use crate::domain::id::token;
use crate::domain::job::Job;
use crate::store::{Error, Tx, emojis, jobs};

/// Emoji of one host at most: nobody fills our disk by naming things.
const MOST_PER_HOST: i64 = 10_000;

/// A picture whose bytes are kept already.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Where.
    pub file: String,
    /// What it is.
    pub media_type: String,
    /// How long it is.
    pub bytes: i64,
}

/// Adds an emoji of ours, or gives one another picture.
pub fn add(tx: &mut Tx<'_>, shortcode: &str, category: &str, picture: &Picture) -> Result<Emoji, Error> {
    if shortcode.len() < 2 || !is_shortcode(shortcode) {
        return Err(Refusal::invalid("shortcode", "use 2 to 64 letters, digits and underscores").into());
    }
    if emojis::by_shortcode(tx, "", shortcode)?.is_some() {
        remove(tx, shortcode)?;
    }
    let emoji = Emoji {
        id: tx.mint(),
        host: String::new(),
        shortcode: shortcode.to_owned(),
        category: category.trim().to_owned(),
        name: token(),
        media_type: picture.media_type.clone(),
        file: Some(picture.file.clone()),
        remote_url: None,
        bytes: picture.bytes,
        updated_at: tx.now,
    };
    emojis::insert(tx, &emoji)?;
    Ok(emoji)
}

/// Removes an emoji of ours with its picture; texts keep its name.
pub fn remove(tx: &mut Tx<'_>, shortcode: &str) -> Result<(), Error> {
    let known = emojis::by_shortcode(tx, "", shortcode)?.ok_or(Refusal::NotFound)?;
    emojis::delete(tx, known.id)?;
    let now = tx.now;
    match known.file {
        Some(file) => jobs::enqueue(tx, &Job::RemoveFile { file }, now),
        None => Ok(()),
    }
}

/// Keeps in mind what the server of an account means by its emoji. Another picture gets another
/// address here, because copies never change.
pub fn receive(tx: &mut Tx<'_>, author: &Account, received: &[ReceivedEmoji]) -> Result<(), Error> {
    let host = author.uri.host().to_owned();
    for emoji in received {
        let url = Some(emoji.url.to_string());
        match emojis::by_shortcode(tx, &host, &emoji.shortcode)? {
            Some(known) if known.remote_url == url => continue,
            Some(known) => {
                emojis::delete(tx, known.id)?;
            }
            None if emojis::count(tx, &host)? >= MOST_PER_HOST => return Ok(()),
            None => {}
        }
        let row = Emoji {
            id: tx.mint(),
            host: host.clone(),
            shortcode: emoji.shortcode.clone(),
            category: String::new(),
            name: token(),
            media_type: String::new(),
            file: None,
            remote_url: url,
            bytes: 0,
            updated_at: tx.now,
        };
        emojis::insert(tx, &row)?;
    }
    Ok(())
}
