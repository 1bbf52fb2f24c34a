//! What a request may say, checked before anything is queued.
//!
//! Invariant: whatever passes here can be answered; whatever does not is a 4xx that says why.

use super::{MAX_BATCH, ServiceError};
pub(super) use olympus_menu::Asked as Search;

pub(super) fn check_length(text: &str) -> Result<(), ServiceError> {
    Ok(olympus_menu::check_length(text)?)
}

pub(super) fn checked(text: &str) -> Result<String, ServiceError> {
    Ok(olympus_menu::checked_text(text)?)
}

pub(super) fn check_batch(field: &str, len: usize) -> Result<(), ServiceError> {
    if (1..=MAX_BATCH).contains(&len) {
        return Ok(());
    }
    Err(ServiceError::Invalid(format!(
        "`{field}` has {len} entries; send 1 to {MAX_BATCH}"
    )))
}

pub(super) fn checked_batch(field: &str, texts: &[String]) -> Result<Vec<String>, ServiceError> {
    check_batch(field, texts.len())?;
    let each = texts.iter().enumerate();
    each.map(|(at, text)| checked(text).map_err(|error| at_entry(field, at, error)))
        .collect()
}

/// Says which entry of a batch is wrong, keeping the code where it has one of its own.
pub(super) fn at_entry(field: &str, at: usize, error: impl Into<ServiceError>) -> ServiceError {
    match error.into() {
        source @ (ServiceError::EmptyText | ServiceError::TextTooLong { .. }) => {
            ServiceError::InEntry {
                entry: format!("{field}[{at}]"),
                source: Box::new(source),
            }
        }
        other => ServiceError::Invalid(format!("{field}[{at}]: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bad_entry_is_named_and_keeps_its_code() {
        let texts = ["a".to_owned(), " ".to_owned()];
        let error = checked_batch("texts", &texts).expect_err("is refused");
        assert!(error.to_string().contains("texts[1]"), "{error}");
        assert_eq!(error.code(), olympus_proto::ErrorCode::EmptyText);
    }
}
