use super::rows::{COLUMNS, Row, rows};
use super::text::{glyph, shown, wrap};
use super::*;
use expect_test::expect;
use lopdf::{Document, Object};
use olympus_proto::pos::OrderStatus;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// An order with all that a receipt tells of.
fn order() -> Order {
    serde_json::from_value(serde_json::json!({
        "id": "till-1.2026-11-28.42", "number": 42, "terminal": "till-1", "service": "table", "label": "Terrace 7",
        "status": "paid", "currency": "EUR", "day": "2026-11-28", "opened_ms": 1_796_000_000_000_u64,
        "lines": [
            {"line": "till-1.1", "item": "pho", "name": "Phở bò", "quantity": 2, "unit_cents": 1250, "state": "served",
             "modifiers": [
                {"group": "size", "id": "large", "name": "Large", "action": "add", "price_cents": 200},
                {"group": "herbs", "id": "coriander", "name": "coriander", "action": "remove", "price_cents": 0},
                {"group": "heat", "id": "chilli", "name": "chilli", "action": "add", "amount": "extra", "price_cents": 0}]},
            {"line": "till-1.2", "item": "mapo", "name": "麻婆豆腐", "quantity": 1, "unit_cents": 1390, "state": "fired"},
            {"line": "till-1.3", "item": "gozleme", "name": "Gözleme", "quantity": 1, "unit_cents": 890, "state": "voided",
             "void_reason": "fell down"},
            {"line": "till-1.4", "item": "long", "name": "Żurek of the house in a bread bowl with egg and sausage",
             "quantity": 1, "unit_cents": 1100, "state": "fired"}],
        "totals": {"lines_cents": 4990, "tax_cents": 399, "total_cents": 5389, "paid_cents": 5389,
                   "refunded_cents": 1100, "tip_cents": 500, "due_cents": 0},
        "payments": [
            {"id": "p1", "order": "o", "direction": "sale", "tender": "cash", "amount_cents": 2000, "tip_cents": 0,
             "change_cents": 300, "state": "approved", "terminal": "till-1", "day": "2026-11-28", "at_ms": 1},
            {"id": "p2", "order": "o", "direction": "sale", "tender": "card", "amount_cents": 2389, "tip_cents": 500,
             "state": "requested", "last4": "1234", "terminal": "till-1", "day": "2026-11-28", "at_ms": 2},
            {"id": "p3", "order": "o", "direction": "sale", "tender": "stored_value", "amount_cents": 1000, "tip_cents": 0,
             "state": "declined", "decline_code": "card_balance", "terminal": "till-1", "day": "2026-11-28", "at_ms": 3},
            {"id": "p4", "order": "o", "direction": "refund", "refund_of": "p1", "reason": "soup was cold", "tender": "cash",
             "amount_cents": 1100, "tip_cents": 0, "state": "approved", "terminal": "till-1", "day": "2026-11-28", "at_ms": 4}],
        "revision": 9, "pending": true
    }))
    .expect("an order")
}

fn head() -> ReceiptHead {
    ReceiptHead {
        name: "Taverna Ólympos".into(),
        address: vec!["Harbour Street 5".into(), "84600 Mýkonos".into()],
        tax_id: Some("EL094259216".into()),
        when: "2026-11-28 19:42".into(),
        copy: false,
    }
}

/// What is printed, as plain text.
fn printed(order: &Order, head: &ReceiptHead) -> String {
    let mut text = String::new();
    for row in rows(order, head) {
        match row {
            Row::Rule => text.push_str(&"-".repeat(COLUMNS)),
            Row::Text { pieces, .. } => {
                let mut at = 0;
                for piece in pieces {
                    assert!(piece.column >= at, "pieces lie over each other: {piece:?}");
                    text.push_str(&" ".repeat(piece.column - at));
                    text.push_str(&piece.text);
                    at = piece.column + piece.text.chars().count();
                }
            }
        }
        text.push('\n');
    }
    text
}

/// What a reader of the PDF gets out of it: text as it is copied, a line a row.
fn copied(pdf: &[u8]) -> String {
    let document = Document::load_mem(pdf).expect("a PDF");
    let map = letters(&document);
    let mut text = String::new();
    for page in document.get_pages().into_values() {
        let content = document.get_and_decode_page_content(page).expect("content");
        let mut instead = None;
        for operation in content.operations {
            match operation.operator.as_str() {
                "BDC" => instead = Some(actual_text(&operation.operands[1])),
                "EMC" => text.push_str(&instead.take().expect("was begun")),
                "Tj" if instead.is_none() => {
                    let bytes = operation.operands[0].as_str().expect("a string");
                    for pair in bytes.chunks(2) {
                        text.push(map[&u16::from_be_bytes([pair[0], pair[1]])]);
                    }
                }
                "Tm" if !text.ends_with(['\n', ' ']) => text.push(' '),
                "ET" => text.push('\n'),
                _ => {}
            }
        }
    }
    text.replace("\n ", "\n").trim_start().to_owned()
}

fn actual_text(properties: &Object) -> String {
    let properties = properties.as_dict().expect("properties");
    let text = properties.get(b"ActualText").expect("a text");
    lopdf::decode_text_string(text).expect("Unicode")
}

/// The map from glyph to letter, read from the PDF.
fn letters(document: &Document) -> BTreeMap<u16, char> {
    let stream = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .map(|stream| stream.decompressed_content().expect("unpacks"))
        .find(|content| content.windows(12).any(|part| part == b"begincodespa"))
        .expect("a map to Unicode");
    let text = String::from_utf8(stream).expect("text");
    let hex = |text: &str| text.strip_prefix('<')?.strip_suffix('>').map(str::to_owned);
    let pairs = text.lines().filter_map(|line| {
        let (code, letter) = line.split_once(' ')?;
        let (code, letter) = (hex(code)?, hex(letter)?);
        let units: Vec<u16> = letter
            .as_bytes()
            .chunks(4)
            .map(|unit| u16::from_str_radix(std::str::from_utf8(unit).ok()?, 16).ok())
            .collect::<Option<_>>()?;
        let letter = String::from_utf16(&units).ok()?.chars().next()?;
        (code.len() == 4).then(|| (u16::from_str_radix(&code, 16).ok(), letter))
    });
    pairs
        .filter_map(|(code, letter)| Some((code?, letter)))
        .collect()
}

#[test]
fn a_receipt_tells_all_of_an_order() {
    expect![[r#"
           Taverna Ólympos
                     Harbour Street 5
                      84600 Mýkonos
                    Tax id EL094259216

            42
          Table: Terrace 7

        Terminal till-1           2026-11-28 19:42
        ------------------------------------------
          2 Phở bò                           25.00
            12.50 each
              Large (+2.00)
              no coriander
              extra chilli
          1 Ma Po Dou Fu                     13.90
          1 Żurek of the house in a bread    11.00
            bowl with egg and sausage
        ------------------------------------------
        Lines                                49.90
        Tax                                   3.99
        TOTAL EUR       53.89
        Tips                                  5.00

        Cash                                 23.00
        Change                                3.00
        Card ····1234                        28.89
          tip 5.00 in it
          authorised offline, settled later
          ref p2
        Stored value                         10.00
          DECLINED, not paid (card_balance)
          ref p3
        Refund, cash                        -11.00
          soup was cold
        ------------------------------------------
                Order till-1.2026-11-28.42
                        Thank you
    "#]]
    .assert_eq(&printed(&order(), &head()));
}

#[test]
fn marks_say_that_it_is_a_copy_or_void_and_tax_within_is_said_so() {
    let mut order = order();
    order.status = OrderStatus::Voided;
    order.void_reason = Some("guest left".into());
    order.totals.total_cents = order.totals.lines_cents;
    let head = ReceiptHead {
        copy: true,
        ..head()
    };
    let text = printed(&order, &head);
    for part in ["COPY\n", "VOID\n", "guest left", "Gözleme", "Of it tax"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    order.status = OrderStatus::Open;
    order.totals.due_cents.0 = 5;
    order.totals.tax_cents.0 = 0;
    let text = printed(&order, &ReceiptHead::default());
    assert!(text.contains("Still to pay") && !text.contains("VOID") && !text.contains("tax"));
}

#[test]
fn a_reader_of_the_pdf_gets_the_same_text_and_names_in_their_own_script() {
    let bytes = pdf(&order(), &head());
    let text = copied(&bytes);
    for part in [
        "Taverna Ólympos",
        "Phở bò",
        "麻婆豆腐",
        "extra chilli",
        "no coriander",
        "Large (+2.00)",
        "Terrace 7",
        "TOTAL EUR 53.89",
        "Card ····1234",
        "authorised offline, settled later",
        "DECLINED, not paid (card_balance)",
        "Refund, cash -11.00",
        "Change 3.00",
        "84600 Mýkonos",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Gözleme"), "it was taken off");
    assert!(printed(&order(), &head()).contains("Ma Po Dou Fu"));
    assert_eq!(bytes, pdf(&order(), &head()), "the same bytes each time");
    assert!(bytes.len() < 32 * 1024, "{} bytes", bytes.len());
    let document = Document::load_mem(&bytes).expect("a PDF");
    let pages = document.get_pages();
    let page = document.get_dictionary(pages[&1]).expect("a page");
    let media = page
        .get(b"MediaBox")
        .and_then(Object::as_array)
        .expect("a box");
    assert!(
        (media[2].as_float().expect("a width") - 226.772).abs() < 0.01,
        "80 mm"
    );
}

#[test]
fn a_thousand_lines_take_pages_that_readers_can_show() {
    let mut order = order();
    let line = order.lines[0].clone();
    order.lines = vec![line; 1000];
    let bytes = pdf(&order, &head());
    let document = Document::load_mem(&bytes).expect("a PDF");
    let pages = document.get_pages();
    assert!(pages.len() > 1, "{}", pages.len());
    for page in pages.values() {
        let page = document.get_dictionary(*page).expect("a page");
        let media = page
            .get(b"MediaBox")
            .and_then(Object::as_array)
            .expect("a box");
        assert!(media[3].as_float().expect("a height") <= 14_000.0);
    }
    assert_eq!(copied(&bytes).matches("Phở bò").count(), 1000);
    assert!(bytes.len() < 256 * 1024, "{} bytes", bytes.len());
}

#[test]
fn scripts_are_kept_or_spelt_and_what_is_not_seen_is_left_out() {
    for (raw, text, original) in [
        ("Phở Gözleme Żurek Ñoquis", "Phở Gözleme Żurek Ñoquis", None),
        ("Μουσακάς Борщ ½", "Μουσακάς Борщ ½", None),
        ("⅓ ხაჭაპური", "1/3 xachapuri", Some("⅓ ხაჭაპური")),
        ("Pho\u{31b}\u{309}", "Phở", None),
        ("麻婆豆腐", "Ma Po Dou Fu", Some("麻婆豆腐")),
        ("ラーメン 2", "ramen 2", Some("ラーメン 2")),
        ("비빔밥", "bibimbab", Some("비빔밥")),
        ("كشري", "kshry", Some("كشري")),
        ("🍕", "pizza", Some("🍕")),
        ("a\u{202e}b\u{0}c\t\n d\u{200b}", "abc d", None),
        ("Z\u{336}\u{336}\u{489}algo", "Zalgo", None),
        ("\u{e000}", "?", Some("\u{e000}")),
        ("", "", None),
    ] {
        let shown = shown(raw);
        assert_eq!(
            (shown.text.as_str(), shown.original.as_deref()),
            (text, original),
            "{raw:?}"
        );
    }
    assert_eq!(shown(&"x".repeat(5000)).text.chars().count(), 401);
}

#[test]
fn words_that_are_too_long_are_cut() {
    assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
    assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
    assert_eq!(wrap("ab", 0), ["a", "b"]);
    assert!(wrap("", 10).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in a name, nothing leaves the paper, and nothing is lost of a short one.
    #[test]
    fn no_text_breaks_a_receipt(raw in "\\PC{0,60}|[\\s\\S]{0,400}", cents in any::<i64>(), quantity in any::<u32>()) {
        let mut order = order();
        order.lines[0].name = raw.clone();
        order.lines[0].unit_cents.0 = cents;
        order.lines[0].quantity = quantity;
        order.lines[0].modifiers[0].name = raw.clone();
        order.label = Some(raw.clone());
        order.currency = raw.clone();
        order.totals.total_cents.0 = cents;
        order.payments[1].last4 = Some(raw.clone());
        order.payments[3].reason = Some(raw.clone());
        let head = ReceiptHead { name: raw.clone(), address: vec![raw.clone()], tax_id: Some(raw.clone()), when: raw.clone(), copy: true };
        for row in rows(&order, &head) {
            if let Row::Text { size, pieces, .. } = row {
                let columns = COLUMNS / usize::from(size.times());
                for piece in pieces {
                    let end = piece.column + piece.text.chars().count();
                    prop_assert!(end <= columns.max(22), "{piece:?}");
                    prop_assert!(piece.text.chars().all(|c| glyph(c).is_some()), "{piece:?}");
                }
            }
        }
        let text = copied(&pdf(&order, &head));
        prop_assert!(text.contains("ref p2"));
    }
}
