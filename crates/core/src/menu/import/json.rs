//! JSON and JSONL, read item by item, so that a large menu is never held twice.

use super::{Collector, Fault};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Said where reading stops early; the collector already holds the reason.
const STOPPED: &str = "stopped";

pub(super) fn read(bytes: &[u8], collector: &mut Collector) {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let result = Menu(collector)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    if let Err(error) = result
        && !collector.errors.too_many_items
    {
        let line = collector.next_position();
        collector.fault(line, None, Fault::line(explain(&error)));
    }
}

pub(super) fn read_lines(bytes: &[u8], collector: &mut Collector) {
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let number = number + 1;
        match serde_json::from_slice::<Value>(line) {
            Ok(value) => {
                if !collector.take(number, value) {
                    return;
                }
            }
            Err(error) => {
                collector.seen += 1;
                collector.fault(number, None, Fault::line(explain(&error)));
            }
        }
    }
}

fn explain(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => error.to_string(),
        _ => format!("this is no valid JSON: {error}"),
    }
}

/// The whole input: an object with `items`, or the bare list.
struct Menu<'a>(&'a mut Collector);

impl<'de> DeserializeSeed<'de> for Menu<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Menu<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a menu: {\"items\":[…]} or a list of items")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            let line = self.0.next_position();
            if !self.0.take(line, value) {
                return Err(S::Error::custom(STOPPED));
            }
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut found = false;
        while let Some(name) = fields.next_key::<String>()? {
            if name != "items" {
                fields.next_value::<IgnoredAny>()?;
            } else if std::mem::replace(&mut found, true) {
                return Err(M::Error::custom("`items` is given twice; give it once"));
            } else {
                fields.next_value_seed(Items(&mut *self.0))?;
            }
        }
        if found {
            Ok(())
        } else {
            Err(M::Error::custom("`items` is missing; send {\"items\":[…]}"))
        }
    }
}

/// The list under `items`.
struct Items<'a>(&'a mut Collector);

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`items` to be a list of items")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<(), S::Error> {
        Menu(self.0).visit_seq(list)
    }
}
