//! Bytes and values that nobody meant as a menu: an error or good items, never a panic.

use olympus_core::menu::import::{Format, Limits, parse};
use olympus_proto::AllergenStatement::FreeOf;
use proptest::prelude::*;
use std::collections::HashSet;

const FORMATS: [Format; 3] = [Format::Json, Format::Jsonl, Format::Csv];

/// What holds of every menu that was accepted.
fn check(bytes: &[u8], format: Format) {
    match parse(bytes, format, &Limits { max_items: 50 }) {
        Ok(items) => {
            assert!((1..=50).contains(&items.len()));
            let ids: HashSet<_> = items.iter().map(|item| &item.id).collect();
            assert_eq!(ids.len(), items.len(), "ids are unique");
            for item in &items {
                assert!(!item.id.0.is_empty() && item.id.0.len() <= 128);
                assert!(!item.name.is_empty() && item.name.chars().count() <= 200);
                assert!(item.price_cents.is_none_or(|price| price.0 >= 0));
                for allergen in &item.allergens.free_of {
                    assert_eq!(item.allergens.statement(*allergen), FreeOf);
                }
            }
        }
        Err(errors) => {
            assert!(errors.total >= errors.details.len() && !errors.details.is_empty());
            assert!(
                errors
                    .details
                    .iter()
                    .all(|detail| !detail.message.is_empty())
            );
        }
    }
}

/// Fields and values as they come, right and wrong.
fn field() -> impl Strategy<Value = (String, String)> {
    let name = prop::sample::select(vec![
        "id",
        "name",
        "price",
        "price_cents",
        "tags",
        "aliases",
        "allergens",
        "sold_out",
        "category",
        "dayparts",
        "availability",
        "modifier_groups",
        "image",
        "language",
    ]);
    let value = prop_oneof![
        "\\PC{0,12}".prop_map(|text| serde_json::Value::String(text).to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(|number| number.to_string()),
        Just(r#"{"contains":["milk"],"free_of":["eggs","milk"]}"#.to_owned()),
        Just(r#"[{"from":"10:00","to":"02:00"}]"#.to_owned()),
        Just(r#"[{"id":"a","name":"b","options":[{"id":1,"name":"x"}]}]"#.to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("[]".to_owned()),
    ];
    (name.prop_map(str::to_owned), value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in FORMATS {
            check(&bytes, format);
        }
    }

    #[test]
    fn any_table(rows in prop::collection::vec(prop::collection::vec("[^\"]{0,8}", 0..5), 0..8)) {
        let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        check(format!("id,name,price,tags\n{}", rows.join("\n")).as_bytes(), Format::Csv);
    }

    #[test]
    fn any_fields(items in prop::collection::vec(prop::collection::vec(field(), 0..8), 0..6)) {
        let items: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(at, fields)| {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
                let comma = if fields.is_empty() { "" } else { "," };
                format!(r#"{{"id":"i{at}","name":"N"{comma}{}}}"#, fields.join(","))
            })
            .collect();
        check(format!("[{}]", items.join(",")).as_bytes(), Format::Json);
        check(items.join("\n").as_bytes(), Format::Jsonl);
    }
}
