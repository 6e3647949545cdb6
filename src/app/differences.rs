//! Comparing the words of two versions. Pages and the interface do it for whoever asks, and the texts come from
//! strangers, so that only a few are compared at once, and beside everything else.

use tokio::sync::Semaphore;

use crate::store::Error;

/// Comparisons at the same time.
const SEATS: usize = 2;

/// The seats.
#[derive(Debug)]
pub struct Differences {
    seats: Semaphore,
}

impl Default for Differences {
    fn default() -> Self {
        Self { seats: Semaphore::new(SEATS) }
    }
}

impl Differences {
    /// What `compare` finds; it waits for its turn.
    pub async fn find<T>(&self, compare: impl FnOnce() -> T) -> Result<T, Error> {
        let seat = self.seats.acquire().await.map_err(|error| Error::broken(error.to_string()))?;
        let found = tokio::task::block_in_place(compare);
        drop(seat);
        Ok(found)
    }
}
