//! What may come back from the database, and from a use case above it.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::domain::Refusal;

/// A use case was refused, or something broke.
#[derive(Debug)]
pub enum Error {
    /// We said no, and why.
    Refused(Refusal),
    /// Something broke.
    Fault(Fault),
}

/// Something broke; the person who asked can do nothing but try again later.
#[derive(Debug)]
pub enum Fault {
    /// A statement failed.
    Database(DieselError),
    /// The database cannot be reached or used; the text says what to do.
    Unreachable(String),
    /// Our own data or code is not as it must be.
    Broken(String),
}

impl Error {
    /// Our own data or code is not as it must be.
    pub fn broken(why: impl Into<String>) -> Self {
        Self::Fault(Fault::Broken(why.into()))
    }

    /// Whether the same work may succeed when it is simply done again.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Fault(Fault::Database(DieselError::DatabaseError(kind, info))) => {
                matches!(kind, DatabaseErrorKind::SerializationFailure) || info.message().contains("deadlock")
            }
            Self::Fault(_) | Self::Refused(_) => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(out),
            Self::Fault(fault) => fault.fmt(out),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(out, "database: {error}"),
            Self::Unreachable(why) | Self::Broken(why) => out.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
impl std::error::Error for Fault {}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        Self::Fault(Fault::Database(error))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
