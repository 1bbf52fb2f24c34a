//! A menu as a device publishes it: checked, cut into passages, and how its vectors are named.
//!
//! Invariant: a menu is named by the digest of its items' JSON, which is computed here and never
//! taken on trust. A vector's name says location, menu, space, dish and passage, so that writing
//! it twice is writing it once and no two menus or spaces share one.

use crate::http::error::EdgeError;
use crate::http::ids;
use olympus_core::menu::text;
use olympus_proto::edge::PublishRequest;
use olympus_proto::{ErrorCode, ErrorDetail, MenuItem};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::io::{BufWriter, Write};

/// Most dishes of a menu.
pub(crate) const MAX_ITEMS: usize = 20_000;
/// Longest id of a dish in bytes.
const MAX_ID_BYTES: usize = 128;
/// Most faults that are listed.
const MAX_DETAILS: usize = 100;

/// Lower-case hex SHA-256 of the items' JSON.
pub(crate) fn digest(items: &[MenuItem]) -> Result<String, EdgeError> {
    let mut hash = BufWriter::new(Hashed(Sha256::new()));
    serde_json::to_writer(&mut hash, items).map_err(EdgeError::internal)?;
    let hash = hash.into_inner().map_err(EdgeError::internal)?;
    Ok(ids::hex(&hash.0.finalize()))
}

/// Hashes what is written, so that the JSON of a large menu is never held as a whole.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The document as it is kept: what was sent, but for how it is to be taken. `length` is about how
/// long it gets.
pub(crate) fn kept(sent: PublishRequest, length: usize) -> Result<Vec<u8>, EdgeError> {
    let document = PublishRequest {
        anew: false,
        ..sent
    };
    let mut bytes = Vec::with_capacity(length);
    serde_json::to_writer(&mut bytes, &document).map_err(EdgeError::internal)?;
    Ok(bytes)
}

/// Refuses a menu that cannot be searched, or is not what it says.
pub(crate) fn check(sent: &PublishRequest) -> Result<(), EdgeError> {
    if sent.items.len() > MAX_ITEMS {
        return Err(EdgeError::new(
            ErrorCode::MenuTooLarge,
            format!(
                "the menu has {} items; at most {MAX_ITEMS} are taken",
                sent.items.len()
            ),
        ));
    }
    if let Some(zone) = &sent.timezone {
        super::local_time::zone(zone).map_err(|()| {
            EdgeError::invalid(format!("`{zone}` is no IANA time zone known here"))
        })?;
    }
    let details = faults(&sent.items);
    if !details.is_empty() {
        return Err(EdgeError {
            details,
            ..EdgeError::new(
                ErrorCode::InvalidMenu,
                "items of the menu are wrong; nothing was applied",
            )
        });
    }
    if digest(&sent.items)? != sent.digest {
        return Err(EdgeError::invalid(
            "`digest` is not the SHA-256 of the items' JSON, in lower-case hexadecimal",
        ));
    }
    Ok(())
}

fn faults(items: &[MenuItem]) -> Vec<ErrorDetail> {
    let mut seen = HashSet::with_capacity(items.len());
    let mut details = Vec::new();
    for (line, item) in (1..).zip(items) {
        let id = item.id.as_str();
        let (field, message) = if !(1..=MAX_ID_BYTES).contains(&id.len()) {
            ("id", format!("an id has 1 to {MAX_ID_BYTES} bytes"))
        } else if !seen.insert(id) {
            ("id", "is used twice; ids are unique in a menu".to_owned())
        } else if item.name.trim().is_empty() {
            ("name", "is empty; name the dish".to_owned())
        } else {
            continue;
        };
        details.push(ErrorDetail {
            line,
            id: Some(id.chars().take(MAX_ID_BYTES).collect()),
            field: Some(field.to_owned()),
            message,
        });
        if details.len() >= MAX_DETAILS {
            break;
        }
    }
    details
}

/// One text of a dish that gets a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Position of the dish in the menu.
    pub(crate) item: usize,
    /// Which of its passages, from 0.
    pub(crate) no: usize,
    pub(crate) text: String,
}

/// All passages, in the order in which they are written and deleted.
pub(crate) fn passages(items: &[MenuItem]) -> impl Iterator<Item = Passage> + '_ {
    items.iter().enumerate().flat_map(|(at, item)| {
        let texts = text::passages(item).into_iter().enumerate();
        texts.map(move |(no, text)| Passage { item: at, no, text })
    })
}

/// How the vectors of one writing of a menu in one space at one location are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// Says menu, space and writing; the value of the metadata `digest`, by which a query is filtered.
    pub(crate) tag: String,
    location: String,
}

impl Names {
    /// `prefix` is the space without its dimension, which is known only once a vector was made.
    pub(crate) fn new(location: &str, digest: &str, prefix: &str, generation: u64) -> Self {
        let written = generation.to_string();
        let said = match generation {
            // As before writings were told apart.
            0 => vec![prefix, digest],
            _ => vec![prefix, digest, &written],
        };
        Self {
            tag: ids::hex(&Sha256::digest(said.join("\0"))),
            location: location.to_owned(),
        }
    }

    /// The name of a dish's passage: 32 hexadecimal digits.
    pub(crate) fn id(&self, item: &str, no: usize) -> String {
        format!("{:032x}", self.key(item, no))
    }

    /// Where the vectors are kept apart from those of other restaurants.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    /// The number that [`Names::id`] writes.
    pub(crate) fn key(&self, item: &str, no: usize) -> u128 {
        let named = [&self.location, &self.tag, item, &no.to_string()].join("\0");
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(Sha256::digest(named)) {
            *to = from;
        }
        u128::from_be_bytes(key)
    }
}

/// The number of a vector's name; `None` where it is none of ours.
pub(crate) fn key_of(id: &str) -> Option<u128> {
    (id.len() == 32).then(|| u128::from_str_radix(id, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::{MAX_ITEMS, Names, check, digest, key_of, passages};
    use crate::http::ids;
    use olympus_proto::edge::PublishRequest;
    use olympus_proto::{ErrorCode, MenuItem, MenuVersion};
    use sha2::{Digest as _, Sha256};
    use std::collections::HashSet;

    fn menu(items: Vec<MenuItem>) -> PublishRequest {
        PublishRequest {
            version: MenuVersion(1),
            digest: digest(&items).expect("serialises"),
            timezone: Some("Europe/Berlin".to_owned()),
            anew: false,
            items,
        }
    }

    #[test]
    fn a_menu_is_what_its_digest_says() {
        let good = menu(vec![
            MenuItem::new("a", "Soup"),
            MenuItem::new("b", "Salad"),
        ]);
        assert_eq!(check(&good), Ok(()));
        assert_eq!(check(&menu(Vec::new())), Ok(()), "an empty menu is one");
        let code = |menu: &PublishRequest| check(menu).map_err(|error| error.code);
        let mut changed = good.clone();
        changed.items[0].name.push('s');
        assert_eq!(code(&changed), Err(ErrorCode::InvalidRequest));
        let mut upper = good.clone();
        upper.digest.make_ascii_uppercase();
        assert_eq!(code(&upper), Err(ErrorCode::InvalidRequest));
        let mut nowhere = good;
        nowhere.timezone = Some("Mars/Olympus".to_owned());
        assert_eq!(code(&nowhere), Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn bad_dishes_are_named() {
        let long = "x".repeat(129);
        let bad = menu(vec![
            MenuItem::new("a", "Soup"),
            MenuItem::new("a", "Salad"),
            MenuItem::new("", "Stew"),
            MenuItem::new(long.as_str(), "Pie"),
            MenuItem::new("b", " "),
        ]);
        let error = check(&bad).expect_err("is refused");
        assert_eq!(error.code, ErrorCode::InvalidMenu);
        let lines: Vec<usize> = error.details.iter().map(|detail| detail.line).collect();
        assert_eq!(lines, [2, 3, 4, 5]);
        let mut many = menu(Vec::new());
        many.items = vec![MenuItem::new("a", "A"); MAX_ITEMS + 1];
        let error = check(&many).expect_err("is refused");
        assert_eq!(error.code, ErrorCode::MenuTooLarge);
    }

    #[test]
    fn a_digest_is_of_the_items_json() {
        let json = r#"[{"id":"a","name":"Soup","allergens":{}}]"#;
        let items: Vec<MenuItem> = serde_json::from_str(json).expect("items");
        assert_eq!(
            serde_json::to_string(&items).expect("serialises"),
            json,
            "as the device writes it"
        );
        assert_eq!(digest(&items), Ok(ids::hex(&Sha256::digest(json))));
    }

    #[test]
    fn the_first_writing_is_named_as_before_writings_were_told_apart() {
        let names = Names::new("l", "d", "m/cls", 0);
        assert_eq!(names.tag, ids::hex(&Sha256::digest("m/cls\0d")));
    }

    #[test]
    fn no_two_passages_share_a_name() {
        let mut soup = MenuItem::new("a", "Soup");
        soup.description = Some("Hot".to_owned());
        soup.aliases = vec!["Broth".to_owned()];
        let items = [soup, MenuItem::new("a1", "Salad")];
        let mut ids = HashSet::new();
        let mut count = 0;
        for location in ["l", "l2"] {
            for digest in ["d", "e"] {
                for (prefix, generation) in [("m/cls", 0), ("m/cls", 1), ("m/mean", 1)] {
                    let names = Names::new(location, digest, prefix, generation);
                    for passage in passages(&items) {
                        let item = items[passage.item].id.as_str();
                        let id = names.id(item, passage.no);
                        assert_eq!(key_of(&id), Some(names.key(item, passage.no)));
                        ids.insert(id);
                        count += 1;
                    }
                    assert_eq!(
                        names.tag.len(),
                        64,
                        "as much as Vectorize indexes of a text"
                    );
                }
            }
        }
        assert_eq!(ids.len(), count);
        assert!(count >= 12 * 4);
        for bad in ["", "x", "00", "zz000000000000000000000000000000"] {
            assert_eq!(key_of(bad), None);
        }
    }
}
