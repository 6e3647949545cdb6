//! What one process on a PostgreSQL database tells the others that work on it: `NOTIFY` carries the
//! events of a transaction, and the database hands them out when it is committed.

use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl, sql_query};

use super::conn::Conn;
use super::tx::{Event, Gone};
use crate::domain::id::Id;

/// The name under which processes of this database listen.
pub(super) const CHANNEL: &str = "plenum";
/// Events in one notice; the database takes 8000 bytes.
const AT_ONCE: usize = 100;

/// Tells the other processes what this transaction does, once it is committed. What waits in rows
/// is left out: the others look for it by themselves.
pub(super) fn tell(conn: &mut Conn, speaker: &str, events: &[Event]) -> QueryResult<()> {
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    let words: Vec<String> = events.iter().filter_map(written).collect();
    for some in words.chunks(AT_ONCE) {
        let notice = format!("{speaker}\n{}", some.join("\n"));
        let query = sql_query("SELECT pg_notify($1, $2)").bind::<Text, _>(CHANNEL).bind::<Text, _>(notice);
        query.execute(&mut **conn)?;
    }
    Ok(())
}

/// The events of a notice, unless this process told them itself.
pub(super) fn heard(notice: &str, listener: &str) -> Vec<Event> {
    let mut lines = notice.lines();
    if lines.next() == Some(listener) {
        return Vec::new();
    }
    lines.filter_map(read).collect()
}

fn written(event: &Event) -> Option<String> {
    match event {
        Event::Deliveries | Event::Inbox | Event::Jobs => None,
        Event::Listeners => Some("listeners".to_owned()),
        Event::Placed(key) => Some(format!("placed {key}")),
        Event::Changed(id) => Some(format!("changed {}", id.get())),
        Event::Gone(Gone { key, by, open }) => Some(format!("gone {key} {} {}", by.get(), u8::from(*open))),
        Event::Announced(id) => Some(format!("announced {}", id.get())),
        Event::Unannounced(id) => Some(format!("unannounced {}", id.get())),
        Event::Reacted { to, name } => Some(format!("reacted {} {name}", to.get())),
        Event::Merged(to) => Some(format!("merged {}", to.get())),
        Event::Notified { to, id } => Some(format!("notified {} {}", to.get(), id.get())),
    }
}

fn read(line: &str) -> Option<Event> {
    let mut words = line.split(' ');
    let kind = words.next()?;
    if kind == "reacted" {
        let to = Id::new(words.next()?.parse().ok()?);
        return words.next().map(|name| Event::Reacted { to, name: name.to_owned() });
    }
    let numbers: Vec<i64> = words.map_while(|word| word.parse().ok()).collect();
    match (kind, numbers.as_slice()) {
        ("listeners", []) => Some(Event::Listeners),
        ("placed", [key]) => Some(Event::Placed(*key)),
        ("changed", [id]) => Some(Event::Changed(Id::new(*id))),
        ("gone", [key, by, open]) => {
            Some(Event::Gone(Gone { key: *key, by: Id::new(*by), open: *open == 1 }))
        }
        ("announced", [id]) => Some(Event::Announced(Id::new(*id))),
        ("unannounced", [id]) => Some(Event::Unannounced(Id::new(*id))),
        ("merged", [to]) => Some(Event::Merged(Id::new(*to))),
        ("notified", [to, id]) => Some(Event::Notified { to: Id::new(*to), id: Id::new(*id) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let events = [
            Event::Listeners,
            Event::Placed(7),
            Event::Changed(Id::new(8)),
            Event::Gone(Gone { key: 9, by: Id::new(10), open: true }),
            Event::Gone(Gone { key: 9, by: Id::new(10), open: false }),
            Event::Announced(Id::new(13)),
            Event::Unannounced(Id::new(14)),
            Event::Reacted { to: Id::new(15), name: "👍".to_owned() },
            Event::Merged(Id::new(16)),
            Event::Notified { to: Id::new(11), id: Id::new(12) },
        ];
        for event in events {
            assert_eq!(written(&event).as_deref().and_then(read), Some(event));
        }
        assert_eq!(written(&Event::Jobs), None);
        assert_eq!(heard("me\nplaced 1", "me"), []);
        assert_eq!(heard("you\nplaced 1\nplaced x\n\nodd 1", "me"), [Event::Placed(1)]);
    }
}
