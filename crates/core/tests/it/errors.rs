//! What a menu may not look like: each error names its line, its field and the remedy.

use crate::{json, read};
use olympus_core::menu::import::{Format, ImportErrors, Limits, MAX_DETAILS, parse};

fn failure(text: &str, format: Format) -> ImportErrors {
    let errors = read(text, format).expect_err(text);
    assert!(
        errors.total >= 1 && !errors.details.is_empty(),
        "{errors:?}"
    );
    errors
}

#[test]
fn every_bad_field_is_named_with_a_remedy() {
    let long_name = format!(r#""name":"{}""#, "x".repeat(201));
    let long_id = format!(r#""id":"{}""#, "x".repeat(129));
    let long_text = format!(r#""description":"{}""#, "x".repeat(2001));
    let tags: Vec<String> = (0..65).map(|tag| format!("\"t{tag}\"")).collect();
    let many_tags = format!(r#""tags":[{}]"#, tags.join(","));
    for (fields, field, says) in [
        (r#""id":"""#, "id", "missing or empty"),
        (r#""id":null"#, "id", "missing or empty"),
        (r#""id":[]"#, "id", "text in quotes or a number"),
        (&long_id, "id", "129 bytes"),
        (r#""id":"a\u0007b""#, "id", "control character"),
        (r#""name":"  ""#, "name", "missing or empty"),
        (r#""name":5"#, "name", "text in quotes"),
        (&long_name, "name", "201 characters"),
        (&long_text, "description", "2001 characters"),
        (
            r#""language":"english please""#,
            "language",
            "language code",
        ),
        (r#""price":-1"#, "price", "negative"),
        (r#""price_cents":-1"#, "price", "negative"),
        (r#""price_cents":2.5"#, "price_cents", "whole number"),
        (r#""price":"about five""#, "price", "no price"),
        (r#""price":1.999"#, "price", "two decimals"),
        (r#""price":1e9"#, "price", "believable"),
        (r#""price":2,"price_cents":201"#, "price", "keep one"),
        (r#""tags":5"#, "tags", "list of texts"),
        (r#""tags":["a",5]"#, "tags", "no text"),
        (&many_tags, "tags", "65 entries"),
        (r#""aliases":{}"#, "aliases", "list of texts"),
        (r#""allergens":5"#, "allergens", "object"),
        (
            r#""allergens":{"contains":["milkk"]}"#,
            "allergens.contains",
            "no allergen known",
        ),
        (
            r#""allergens_free_of":["vegan"]"#,
            "allergens_free_of",
            "no allergen known",
        ),
        (
            r#""allergens":{"contains":["milk"],"free_of":["dairy"]}"#,
            "allergens",
            "milk: ",
        ),
        (
            r#""allergens":{"may_contain":["milk"],"free_of":["milk"]}"#,
            "allergens",
            "milk: ",
        ),
        (
            r#""tags":["contains_oats","free_of_gluten"]"#,
            "allergens",
            "gluten: ",
        ),
        (r#""sold_out":"perhaps""#, "sold_out", "true or false"),
        (r#""availability":[]"#, "availability", "object"),
        (
            r#""availability":{"sold_out":2}"#,
            "availability.sold_out",
            "true or false",
        ),
        (
            r#""dayparts":[{"from":"7:00","to":"11:00"}]"#,
            "dayparts[0].from",
            "07:30",
        ),
        (
            r#""dayparts":[{"from":"07:00"}]"#,
            "dayparts[0].to",
            "07:30",
        ),
        (
            r#""dayparts":[{"from":"07:00","to":"07:00"}]"#,
            "dayparts[0].to",
            "same as",
        ),
        (
            r#""dayparts":[{"from":"24:00","to":"07:00"}]"#,
            "dayparts[0].from",
            "before 24:00",
        ),
        (
            r#""dayparts":[{"days":["monda"],"from":"07:00","to":"08:00"}]"#,
            "dayparts[0].days",
            "no day",
        ),
        (r#""dayparts":[5]"#, "dayparts", "no object"),
        (r#""image":"javascript:alert(1)""#, "image", "https://"),
        (r#""image":"/static/../secret""#, "image", "https://"),
        (
            r#""modifier_groups":{}"#,
            "modifier_groups",
            "list of objects",
        ),
        (
            r#""modifier_groups":[{"id":"g"}]"#,
            "modifier_groups[0].name",
            "missing",
        ),
        (
            r#""modifier_groups":[{"id":"g","name":"G","min":2,"max":1}]"#,
            "modifier_groups[0].min",
            "swap",
        ),
        (
            r#""modifier_groups":[{"id":"g","name":"G","min":-1}]"#,
            "modifier_groups[0].min",
            "from 0",
        ),
        (
            r#""modifier_groups":[{"id":"g","name":"G"},{"id":"g","name":"H"}]"#,
            "modifier_groups[1].id",
            "twice",
        ),
        (
            r#""modifier_groups":[{"id":"g","name":"G","options":[{"id":"o","name":"O","price":"x"}]}]"#,
            "modifier_groups[0].options[0].price",
            "no price",
        ),
        (
            r#""modifier_groups":[{"id":"g","name":"G","options":[{"id":"o","name":"O"},{"id":"o","name":"P"}]}]"#,
            "modifier_groups[0].options[1].id",
            "twice",
        ),
    ] {
        // Where a field is given twice, JSON's last one counts.
        let text = format!(r#"[{{"id":"a","name":"A",{fields}}}]"#);
        let errors = failure(&text, Format::Json);
        let found = errors.details.iter().any(|detail| {
            detail.line == 1
                && detail.field.as_deref() == Some(field)
                && detail.message.contains(says)
        });
        assert!(found, "{fields}: {errors:?}");
    }
}

#[test]
fn errors_of_the_whole_input() {
    for (text, format, line, says) in [
        ("", Format::Json, 1, "no valid JSON"),
        ("{", Format::Json, 1, "no valid JSON"),
        ("5", Format::Json, 1, "a menu"),
        ("{}", Format::Json, 1, "`items` is missing"),
        (r#"{"items":5}"#, Format::Json, 1, "list of items"),
        (r#"{"items":[],"items":[]}"#, Format::Json, 1, "twice"),
        (r#"{"items":[]}"#, Format::Json, 1, "no item"),
        ("[] []", Format::Json, 1, "trailing"),
        (r#"[{"id":"a","name":"A"},7]"#, Format::Json, 2, "object"),
        (
            r#"[{"id":"a","name":"A"},{"id":]"#,
            Format::Json,
            2,
            "no valid JSON",
        ),
        ("", Format::Jsonl, 1, "no item"),
        (
            "{\"id\":\"a\",\"name\":\"A\"}\n\nnope\n",
            Format::Jsonl,
            3,
            "no valid JSON",
        ),
        ("", Format::Csv, 1, "no column `id`"),
        ("id,name\n", Format::Csv, 1, "no item"),
        ("id,title\na,A\n", Format::Csv, 1, "no column `name`"),
        ("id,name,Name\na,A,B\n", Format::Csv, 1, "twice"),
        ("id,name\na,A\nb\n", Format::Csv, 3, "1 fields"),
        (
            "id,name,dayparts\na,A,morning\n",
            Format::Csv,
            2,
            "no valid JSON",
        ),
        (
            "id,name\na,A\na,B\n",
            Format::Csv,
            3,
            "already used at line 2",
        ),
    ] {
        let errors = failure(text, format);
        let detail = &errors.details[0];
        assert!(
            detail.line == line && detail.message.contains(says),
            "{text:?}: {errors:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error_of_their_line() {
    let limits = Limits::default();
    for (bytes, format, line) in [
        (&b"id,name\na,A\nb,\xFF\n"[..], Format::Csv, 3),
        (b"id,n\xFFme\n", Format::Csv, 1),
        (
            b"{\"id\":\"a\",\"name\":\"A\"}\n{\"id\":\"b\",\"name\":\"\xFF\"}\n",
            Format::Jsonl,
            2,
        ),
        (b"[{\"id\":\"a\",\"name\":\"\xFF\"}]", Format::Json, 1),
    ] {
        let errors = parse(bytes, format, &limits).expect_err("no text");
        assert_eq!(errors.details[0].line, line, "{errors:?}");
    }
}

#[test]
fn nothing_is_applied_and_every_error_is_counted() {
    let bad: Vec<String> = (0..150).map(|at| format!(r#"{{"id":"i{at}"}}"#)).collect();
    let text = format!(r#"[{{"id":"good","name":"Good"}},{}]"#, bad.join(","));
    let errors = json(&text).expect_err("150 names are missing");
    assert_eq!((errors.total, errors.details.len()), (150, MAX_DETAILS));
    assert_eq!(errors.details[0].id.as_deref(), Some("i0"));
    assert_eq!(errors.details[0].line, 2);
    assert!(errors.to_string().contains("150 error"));
}

#[test]
fn a_menu_over_the_limit_stops_there() {
    let limits = Limits { max_items: 2 };
    let text = r#"[{"id":1,"name":"A"},{"id":2,"name":"B"},{"id":3,"name":"C"},{"id":4"#;
    let lines = "{\"id\":1,\"name\":\"A\"}\n{\"id\":2,\"name\":\"B\"}\n{\"id\":3,\"name\":\"C\"}\n";
    for (text, format) in [
        (text, Format::Json),
        (lines, Format::Jsonl),
        ("id,name\n1,A\n2,B\n3,C\n", Format::Csv),
    ] {
        let errors = parse(text.as_bytes(), format, &limits).expect_err("three of two");
        assert!(errors.too_many_items && errors.total == 1, "{errors:?}");
    }
    let two = parse(
        b"[{\"id\":1,\"name\":\"A\"},{\"id\":2,\"name\":\"B\"}]",
        Format::Json,
        &limits,
    );
    assert_eq!(two.map(|items| items.len()), Ok(2));
}

#[test]
fn deep_json_is_an_error_and_no_overflow() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [deep.clone(), format!(r#"{{"x":{deep},"items":[]}}"#)] {
        assert!(json(&text).is_err());
        assert!(read(&text, Format::Jsonl).is_err());
    }
}
