//! A search as it was asked for, checked and read: the same on the device and at the edge.
//!
//! Invariant: whatever passes here can be answered; whatever does not is the caller's fault, and
//! the error says what to send instead.

use crate::index::MenuIndex;
use crate::wishes::Wishes;
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::filter::{Filter, FilterError};
use olympus_proto::{Filters, Parse, SearchRequest};

/// Longest text, in bytes after trimming.
pub const MAX_TEXT_BYTES: usize = 8_192;
/// Most hits of a search.
const MAX_HITS: usize = 100;
/// Most hits of an empty query, which lists the menu.
const MAX_LISTED: usize = 1_000;
/// Most phrases that are taken as not said.
const MAX_IGNORED: usize = 32;

/// Why something asked for cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskedError {
    /// Nothing but blanks.
    #[error("the text is empty; send what was said or typed")]
    EmptyText,
    /// Longer than anybody speaks.
    #[error("the text has {bytes} bytes; at most {MAX_TEXT_BYTES} are read")]
    TextTooLong {
        /// Its length after trimming.
        bytes: usize,
    },
    /// A value that cannot be meant.
    #[error("{0}")]
    Invalid(String),
    /// A filter that cannot be meant.
    #[error("filters.{field}: {0}", field = .0.field())]
    Filter(#[from] FilterError),
}

/// A search whose every value was checked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// As it was sent.
    query: String,
    /// The words to search for, folded.
    pub text: String,
    /// Most hits.
    pub limit: usize,
    /// Who may appear.
    pub filter: Filter,
    /// The last word may be unfinished.
    pub as_you_type: bool,
    /// What the query asks for besides its words.
    pub wishes: Wishes,
    /// What was understood of it.
    pub parse: Option<Parse>,
    understands: bool,
    ignore: Vec<String>,
}

impl Asked {
    /// Checks a whole request.
    ///
    /// # Errors
    /// [`AskedError`] where a value cannot be meant.
    pub fn of(request: &SearchRequest) -> Result<Self, AskedError> {
        let asked = Self::checked(&request.query, request.limit, &request.filters, true)?;
        asked.understanding(request.parse, &request.ignore)
    }

    /// Checks the parts of a request. `as_you_type` says that the last word may be unfinished.
    ///
    /// # Errors
    /// [`AskedError`] where a value cannot be meant.
    pub fn checked(
        text: &str,
        limit: usize,
        filters: &Filters,
        as_you_type: bool,
    ) -> Result<Self, AskedError> {
        check_length(text)?;
        let folded = fold(text);
        let max = if folded.is_empty() {
            MAX_LISTED
        } else {
            MAX_HITS
        };
        if !(1..=max).contains(&limit) {
            return Err(AskedError::Invalid(format!("limit must be 1 to {max}")));
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

    /// Says whether limits and wishes in the query are understood, and which of them are not.
    ///
    /// # Errors
    /// [`AskedError::Invalid`] where `ignore` is longer than any query.
    pub fn understanding(
        mut self,
        understands: bool,
        ignore: &[String],
    ) -> Result<Self, AskedError> {
        if ignore.len() > MAX_IGNORED {
            return Err(AskedError::Invalid(format!(
                "`ignore` has {} entries; send at most {MAX_IGNORED}",
                ignore.len()
            )));
        }
        self.understands = understands;
        self.ignore = ignore.to_vec();
        Ok(self)
    }

    /// Reads the query against the menu: what it limits joins the filter, the stricter wins.
    pub fn read(&mut self, index: &MenuIndex, manner: Manner) {
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
}

/// Refuses a text that is longer than [`MAX_TEXT_BYTES`].
///
/// # Errors
/// [`AskedError::TextTooLong`].
pub fn check_length(text: &str) -> Result<(), AskedError> {
    let bytes = text.trim().len();
    if bytes > MAX_TEXT_BYTES {
        return Err(AskedError::TextTooLong { bytes });
    }
    Ok(())
}

/// The text folded, where it says something.
///
/// # Errors
/// [`AskedError::EmptyText`], [`AskedError::TextTooLong`].
pub fn checked_text(text: &str) -> Result<String, AskedError> {
    check_length(text)?;
    let folded = fold(text);
    if folded.is_empty() {
        return Err(AskedError::EmptyText);
    }
    Ok(folded)
}

/// Trims and makes every run of white space one blank: no encoder sees a difference.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<Asked, AskedError> {
        Asked::of(&SearchRequest {
            query: query.to_owned(),
            ..SearchRequest::default()
        })
    }

    #[test]
    fn a_blank_after_the_last_word_says_that_it_is_finished() {
        let typing = of(" spicy  noo").expect("passes");
        assert_eq!(
            (typing.text.as_str(), typing.as_you_type),
            ("spicy noo", true)
        );
        assert!(!of("spicy noodles ").expect("passes").as_you_type);
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        assert_eq!(
            of(&long).err(),
            Some(AskedError::TextTooLong {
                bytes: MAX_TEXT_BYTES + 1
            })
        );
        assert!(
            of(&format!("  {}  ", &long[1..])).is_ok(),
            "blanks are free"
        );
        let limited =
            |query: &str, limit| Asked::checked(query, limit, &Filters::default(), true).is_ok();
        assert!(limited("a", 100) && !limited("a", 101) && !limited("a", 0));
        assert!(limited(" ", 1_000) && !limited(" ", 1_001));
        let ignoring = of("a").expect("passes");
        assert!(
            ignoring
                .understanding(true, &vec![String::new(); 33])
                .is_err()
        );
        assert_eq!(checked_text(" \n"), Err(AskedError::EmptyText));
    }

    #[test]
    fn folds_white_space_alone() {
        assert_eq!(fold("  Two\tburgers,\n please "), "Two burgers, please");
        assert_eq!(fold("\u{a0} \n"), "");
    }
}
