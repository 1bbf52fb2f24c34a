//! Which entries have a name: 79,000 of them, read whenever a device starts.
//!
//! Invariant: names are told apart by 64 bits of hash, and a test says that no two of ours share them. A list that is
//! sorted once needs no memory of its own for any of them, as a map that owns its keys does.

use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// An entry that has a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfName {
    name: u64,
    pub(super) number: u32,
    pub(super) is_sibling: bool,
}

/// Entries by name, its words run together ("padthai"); of one name in the order of the files.
#[derive(Debug)]
pub(super) struct Names(Vec<OfName>);

impl Names {
    /// Of names in the order of their entries. The empty one is nobody's.
    pub(super) fn new(mut names: Vec<OfName>) -> Self {
        names.retain(|of| of.name != hash(""));
        // The first of an entry's names that are one counts: a sibling's comes after its own.
        names.sort_unstable_by_key(|of| (of.name, of.number, of.is_sibling));
        names.dedup_by_key(|of| (of.name, of.number));
        Self(names)
    }

    /// One to put in.
    pub(super) fn of(joined: &str, number: u32, is_sibling: bool) -> OfName {
        OfName {
            name: hash(joined),
            number,
            is_sibling,
        }
    }

    /// The entries of that name.
    pub(super) fn get(&self, joined: &str) -> &[OfName] {
        let name = hash(joined);
        let from = self.0.partition_point(|of| of.name < name);
        let rest = self.0.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|of| of.name == name).count();
        rest.get(..count).unwrap_or_default()
    }

    pub(super) fn has(&self, joined: &str) -> bool {
        !self.get(joined).is_empty()
    }
}

fn hash(joined: &str) -> u64 {
    FxBuildHasher.hash_one(joined)
}

#[cfg(test)]
mod tests {
    use super::super::{entries, join};
    use super::{Names, hash};
    use std::collections::HashMap;

    #[test]
    fn no_two_names_share_a_hash() {
        let mut known: HashMap<u64, String> = HashMap::new();
        for name in entries().iter().flat_map(|entry| &entry.names) {
            let mut joined = String::new();
            join(name, &mut joined);
            let other = known.entry(hash(&joined)).or_insert_with(|| joined.clone());
            assert_eq!(*other, joined);
        }
        assert!(known.len() > 40_000, "{}", known.len());
    }

    #[test]
    fn entries_of_a_name_come_in_order_and_once() {
        let of = Names::of;
        let names = Names::new(vec![
            of("taco", 1, false),
            of("taco", 1, true),
            of("", 1, false),
            of("burrito", 2, true),
            of("taco", 3, true),
        ]);
        let told: Vec<(u32, bool)> = names
            .get("taco")
            .iter()
            .map(|of| (of.number, of.is_sibling))
            .collect();
        assert_eq!(told, [(1, false), (3, true)]);
        assert!(names.has("burrito") && !names.has("") && !names.has("tac"));
    }
}
