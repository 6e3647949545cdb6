//! Comparing passwords. It is slow and takes much memory on purpose, so only a few are compared at once:
//! whoever asks for many waits in line and does not take the memory of everybody else.

use tokio::sync::Semaphore;

use crate::domain::user::User;
use crate::services::users;
use crate::store::Error;

/// Passwords that are compared at once; each takes 19 MiB.
const SEATS: usize = 2;

/// The seats.
#[derive(Debug)]
pub struct Passwords {
    seats: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { seats: Semaphore::new(SEATS) }
    }
}

impl Passwords {
    /// Whether this is the password of `user`; it takes as long where there is no such user.
    pub async fn fits(&self, user: Option<&User>, password: &str) -> Result<bool, Error> {
        let seat = self.seats.acquire().await.map_err(|error| Error::broken(error.to_string()))?;
        let fits = tokio::task::block_in_place(|| users::password_matches(user, password));
        drop(seat);
        Ok(fits)
    }
}
