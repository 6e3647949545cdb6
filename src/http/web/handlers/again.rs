//! Forms that come back: with what was typed, and with what was wrong, at its field.

use axum::http::StatusCode;

use super::Answer;
use crate::http::error::PageError;
use crate::http::web::forms::Mistakes;

/// A form that comes back because of what was refused. What nobody can mend in a form stays an error page.
pub(super) fn again(error: impl Into<PageError>, form: impl FnOnce(Mistakes) -> Answer) -> Answer {
    let (status, mistakes) = what_was_wrong(error)?;
    come_back(status, form(mistakes))
}

/// What was wrong, for forms that first have to load something, and the status with which they come back.
pub(super) fn what_was_wrong(error: impl Into<PageError>) -> Result<(StatusCode, Mistakes), PageError> {
    let error = error.into();
    let mendable = matches!(
        error.status,
        StatusCode::FORBIDDEN
            | StatusCode::CONFLICT
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::TOO_MANY_REQUESTS
    );
    match error.at {
        Some((field, why)) if mendable => Ok((error.status, Mistakes::one(field, why))),
        None if mendable && !error.why.is_empty() => Ok((error.status, Mistakes::one("", error.why))),
        at => Err(PageError { at, ..error }),
    }
}

/// A form with the status of what was refused.
pub(super) fn come_back(status: StatusCode, form: Answer) -> Answer {
    let mut response = form?;
    *response.status_mut() = status;
    Ok(response)
}
