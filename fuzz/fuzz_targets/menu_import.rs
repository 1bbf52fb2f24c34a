//! Any bytes as a menu, in each format: an error that says something, or a menu that holds to
//! its rules and reads the same when it is written out again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use olympus_core::menu::import::{Format, Limits, parse};
use olympus_proto::AllergenStatement;
use std::collections::HashSet;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let format = match first % 3 {
        0 => Format::Json,
        1 => Format::Jsonl,
        _ => Format::Csv,
    };
    let limits = Limits { max_items: 64 };
    match parse(bytes, format, &limits) {
        Err(errors) => {
            assert!(errors.total >= errors.details.len() && !errors.details.is_empty());
            assert!(
                errors
                    .details
                    .iter()
                    .all(|detail| !detail.message.is_empty())
            );
        }
        Ok(items) => {
            assert!((1..=limits.max_items).contains(&items.len()));
            let ids: HashSet<_> = items.iter().map(|item| &item.id).collect();
            assert_eq!(ids.len(), items.len());
            for item in &items {
                assert!(!item.id.0.is_empty() && !item.name.is_empty());
                assert!(item.price_cents.is_none_or(|price| price.0 >= 0));
                for allergen in &item.allergens.free_of {
                    assert_eq!(
                        item.allergens.statement(*allergen),
                        AllergenStatement::FreeOf
                    );
                }
            }
            let written = serde_json::to_vec(&items).expect("a menu can be written");
            let again = parse(&written, Format::Json, &limits);
            assert_eq!(again.as_ref(), Ok(&items));
        }
    }
});
