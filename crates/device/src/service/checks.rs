//! What a request may say, checked before anything is queued.
//!
//! Invariant: whatever passes here can be answered; whatever does not is a 4xx that says why.

use super::cache::fold;
use super::{MAX_BATCH, MAX_TEXT_BYTES, ServiceError};
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::filter::Filter;
use olympus_menu::{MenuIndex, Wishes};
use olympus_proto::{Filters, Parse, SearchRequest};

/// Most hits of a search.
const MAX_HITS: usize = 100;
/// Most hits of an empty query, which lists the menu.
const MAX_LISTED: usize = 1_000;
/// Most phrases that are taken as not said.
const MAX_IGNORED: usize = 32;

/// A search whose every value was checked.
pub(super) struct Search {
    /// As it was sent.
    query: String,
    /// The words to search for, folded.
    pub(super) text: String,
    pub(super) limit: usize,
    pub(super) filter: Filter,
    pub(super) as_you_type: bool,
    /// What the query asks for besides its words.
    pub(super) wishes: Wishes,
    /// What was understood of it.
    pub(super) parse: Option<Parse>,
    understands: bool,
    ignore: Vec<String>,
}

impl Search {
    pub(super) fn of(request: &SearchRequest) -> Result<Self, ServiceError> {
        let search = Self::checked(&request.query, request.limit, &request.filters, true)?;
        search.understanding(request.parse, &request.ignore)
    }

    /// Says whether limits and wishes in the query are understood, and which of them are not.
    pub(super) fn understanding(
        mut self,
        understands: bool,
        ignore: &[String],
    ) -> Result<Self, ServiceError> {
        if ignore.len() > MAX_IGNORED {
            return Err(ServiceError::Invalid(format!(
                "`ignore` has {} entries; send at most {MAX_IGNORED}",
                ignore.len()
            )));
        }
        self.understands = understands;
        self.ignore = ignore.to_vec();
        Ok(self)
    }

    /// Reads the query against the menu: what it limits joins the filter, the stricter wins.
    pub(super) fn read(&mut self, index: &MenuIndex, manner: Manner) {
        if !self.understands || self.text.is_empty() {
            return;
        }
        let reading = index.read(&self.query, manner, &self.ignore);
        self.as_you_type &= !reading.text.ends_with(char::is_whitespace) && !reading.wishes.alone();
        self.text = fold(&reading.text);
        self.filter = std::mem::take(&mut self.filter).and(&reading.filter);
        self.wishes = reading.wishes;
        self.parse = reading.parse;
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
            query: text.to_owned(),
            text: folded,
            limit,
            filter: Filter::from_wire(filters)?,
            wishes: Wishes::default(),
            parse: None,
            understands: true,
            ignore: Vec::new(),
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
