//! What a request may say, checked before anything is queued.
//!
//! Invariant: whatever passes here can be answered; whatever does not is a 4xx that says why.

use super::cache::fold;
use super::{MAX_BATCH, MAX_TEXT_BYTES, ServiceError};
use olympus_core::menu::filter::Filter;
use olympus_proto::{Filters, SearchRequest};

/// Most hits of a search.
const MAX_HITS: usize = 100;
/// Most hits of an empty query, which lists the menu.
const MAX_LISTED: usize = 1_000;

/// A search whose every value was checked.
pub(super) struct Search {
    pub(super) text: String,
    pub(super) limit: usize,
    pub(super) filter: Filter,
    pub(super) as_you_type: bool,
}

impl Search {
    pub(super) fn of(request: &SearchRequest) -> Result<Self, ServiceError> {
        Self::checked(&request.query, request.limit, &request.filters, true)
    }

    pub(super) fn checked(
        text: &str,
        limit: usize,
        filters: &Filters,
        as_you_type: bool,
    ) -> Result<Self, ServiceError> {
        check_length(text)?;
        let folded = fold(text);
        let max = if folded.is_empty() {
            MAX_LISTED
        } else {
            MAX_HITS
        };
        if !(1..=max).contains(&limit) {
            return Err(ServiceError::Invalid(format!("limit must be 1 to {max}")));
        }
        Ok(Self {
            // A blank after the last word says that it is finished.
            as_you_type: as_you_type && !text.ends_with(char::is_whitespace),
            text: folded,
            limit,
            filter: Filter::from_wire(filters)?,
        })
    }
}

pub(super) fn check_length(text: &str) -> Result<(), ServiceError> {
    let bytes = text.trim().len();
    if bytes > MAX_TEXT_BYTES {
        return Err(ServiceError::TextTooLong {
            bytes,
            max: MAX_TEXT_BYTES,
        });
    }
    Ok(())
}

pub(super) fn checked(text: &str) -> Result<String, ServiceError> {
    check_length(text)?;
    let folded = fold(text);
    if folded.is_empty() {
        return Err(ServiceError::EmptyText);
    }
    Ok(folded)
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
pub(super) fn at_entry(field: &str, at: usize, error: ServiceError) -> ServiceError {
    match error {
        ServiceError::EmptyText | ServiceError::TextTooLong { .. } => ServiceError::InEntry {
            entry: format!("{field}[{at}]"),
            source: Box::new(error),
        },
        other => ServiceError::Invalid(format!("{field}[{at}]: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_after_the_last_word_says_that_it_is_finished() {
        let of = |query: &str| {
            Search::of(&SearchRequest {
                query: query.to_owned(),
                ..SearchRequest::default()
            })
        };
        let typing = of(" spicy  noo").expect("passes");
        assert_eq!(
            (typing.text.as_str(), typing.as_you_type),
            ("spicy noo", true)
        );
        assert!(!of("spicy noodles ").expect("passes").as_you_type);
    }

    #[test]
    fn the_bad_entry_is_named_and_keeps_its_code() {
        let texts = ["a".to_owned(), " ".to_owned()];
        let error = checked_batch("texts", &texts).expect_err("is refused");
        assert!(error.to_string().contains("texts[1]"), "{error}");
        assert_eq!(error.code(), olympus_proto::ErrorCode::EmptyText);
    }
}
