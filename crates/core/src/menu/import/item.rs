//! One item from one JSON object.

use super::fields::{Fields, limit};
use super::{Fault, allergens, price};
use crate::menu::allergen::key;
use crate::menu::availability::minute_of_day;
use olympus_proto::{Availability, Cents, Daypart, MenuItem, Modifier, ModifierGroup, Weekday};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The item, or its id where it could be read and everything that is wrong with it.
pub(super) fn read(value: Value) -> Result<MenuItem, (Option<String>, Vec<Fault>)> {
    let Value::Object(map) = value else {
        return Err((
            None,
            vec![Fault::line("an item is an object with `id` and `name`")],
        ));
    };
    let mut faults = Vec::new();
    let mut fields = Fields {
        map,
        faults: &mut faults,
        path: String::new(),
    };
    let id = required(&mut fields, "id", |fields| fields.id("id"));
    let name = required(&mut fields, "name", |fields| {
        fields.line("name", limit::NAME)
    });
    let mut item = MenuItem::new(&id, &name);
    item.language = language(&mut fields);
    item.description = fields.text("description", limit::DESCRIPTION);
    item.category = fields.line("category", limit::CATEGORY);
    item.price_cents = price_of(&mut fields)
        .and_then(|cents| {
            price::check_item(cents)
                .map_err(|message| fields.fault("price", message))
                .ok()
        })
        .map(Cents);
    item.tags = tags(&mut fields);
    item.allergens = allergens::read(&mut fields, &mut item.tags);
    item.modifier_groups = modifier_groups(&mut fields);
    item.availability = availability(&mut fields);
    item.image = image(&mut fields);
    item.pos_id = fields.id("pos_id");
    item.aliases = fields.list("aliases", limit::ALIASES, limit::NAME);
    if faults.is_empty() {
        Ok(item)
    } else {
        Err(((!id.is_empty()).then_some(id), faults))
    }
}

/// A field that must be there. Where it is absent and nothing else was said of it, says so.
fn required(
    fields: &mut Fields<'_>,
    name: &str,
    read: impl FnOnce(&mut Fields<'_>) -> Option<String>,
) -> String {
    let before = fields.faults.len();
    let value = read(fields);
    if value.is_none() && fields.faults.len() == before {
        fields.fault(
            name,
            format!("`{name}` is missing or empty; every item needs one"),
        );
    }
    value.unwrap_or_default()
}

fn language(fields: &mut Fields<'_>) -> Option<String> {
    let code = fields.line("language", 35)?;
    let good = code.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if !good {
        fields.fault(
            "language",
            "must be a language code such as `en`, `el` or `zh-Hans`",
        );
    }
    good.then_some(code)
}

/// Cents from `price_cents` or `price`; both may be there where they agree.
fn price_of(fields: &mut Fields<'_>) -> Option<i64> {
    let mut read = |name: &str, parse: fn(&Value) -> Result<i64, String>| {
        let value = fields.take(name)?;
        match parse(&value) {
            Ok(cents) => Some(cents),
            Err(message) => {
                fields.fault(name, message);
                None
            }
        }
    };
    let cents = read("price_cents", price::cents);
    let major = read("price", price::major);
    if let (Some(cents), Some(major)) = (cents, major)
        && cents != major
    {
        fields.fault(
            "price",
            format!("`price` says {major} cents and `price_cents` {cents}; keep one"),
        );
    }
    cents.or(major)
}

/// Tags in the one spelling that filters compare: `Gluten-free` is `gluten_free`.
fn tags(fields: &mut Fields<'_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in fields.list("tags", limit::TAGS, limit::TAG) {
        let tag = key(&tag);
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn image(fields: &mut Fields<'_>) -> Option<String> {
    let address = fields.line("image", limit::IMAGE)?;
    let local = address
        .strip_prefix("/static/")
        .is_some_and(|path| !path.contains(".."));
    let good = (local || address.starts_with("https://")) && !address.contains(char::is_whitespace);
    if !good {
        fields.fault(
            "image",
            "must be an address that begins with `https://` or `/static/`",
        );
    }
    good.then_some(address)
}

fn availability(fields: &mut Fields<'_>) -> Availability {
    let mut availability = Availability {
        sold_out: fields.flag("sold_out"),
        dayparts: dayparts(fields),
    };
    match fields.take("availability") {
        None => {}
        Some(Value::Object(map)) => {
            let mut inner = nested(fields, "availability.", map);
            availability.sold_out |= inner.flag("sold_out");
            availability.dayparts.extend(dayparts(&mut inner));
        }
        Some(_) => fields.fault(
            "availability",
            "must be an object with `sold_out` and `dayparts`",
        ),
    }
    availability
}

fn dayparts(fields: &mut Fields<'_>) -> Vec<Daypart> {
    let objects = fields.objects("dayparts", limit::DAYPARTS);
    let mut dayparts = Vec::with_capacity(objects.len());
    for (at, map) in objects.into_iter().enumerate() {
        let mut part = nested(fields, &format!("dayparts[{at}]."), map);
        let days = days(&mut part);
        let from = time(&mut part, "from");
        let to = time(&mut part, "to");
        if from.is_some() && from == to {
            part.fault(
                "to",
                "is the same as `from`; for all day write 00:00 to 24:00",
            );
        }
        if from.as_deref() == Some("24:00") {
            part.fault("from", "must be before 24:00; a day begins at 00:00");
        }
        if let (Some(from), Some(to)) = (from, to) {
            dayparts.push(Daypart { days, from, to });
        }
    }
    dayparts
}

fn time(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let text = fields.line(name, 16);
    let good = text.as_deref().and_then(minute_of_day).is_some();
    if !good {
        fields.fault(name, "must be a time from 00:00 to 24:00, such as 07:30");
    }
    text.filter(|_| good)
}

fn days(fields: &mut Fields<'_>) -> Vec<Weekday> {
    const NAMES: [(&str, &str); 7] = [
        ("mon", "monday"),
        ("tue", "tuesday"),
        ("wed", "wednesday"),
        ("thu", "thursday"),
        ("fri", "friday"),
        ("sat", "saturday"),
        ("sun", "sunday"),
    ];
    let mut days = Vec::new();
    for name in fields.list("days", 7, 16) {
        let lower = name.to_lowercase();
        let day = Weekday::ALL
            .into_iter()
            .zip(NAMES)
            .find(|(_, (short, long))| lower == *short || lower == *long);
        match day {
            Some((day, _)) if !days.contains(&day) => days.push(day),
            Some(_) => {}
            None => fields.fault(
                "days",
                format!("`{name}` is no day; use mon, tue, wed, thu, fri, sat, sun"),
            ),
        }
    }
    days
}

fn modifier_groups(fields: &mut Fields<'_>) -> Vec<ModifierGroup> {
    let objects = fields.objects("modifier_groups", limit::GROUPS);
    let mut groups = Vec::with_capacity(objects.len());
    let mut ids = HashSet::new();
    for (at, map) in objects.into_iter().enumerate() {
        let mut inner = nested(fields, &format!("modifier_groups[{at}]."), map);
        let group = modifier_group(&mut inner);
        if !group.id.is_empty() && !ids.insert(group.id.clone()) {
            inner.fault("id", format!("`{}` is used twice in this item", group.id));
        }
        groups.push(group);
    }
    groups
}

fn modifier_group(fields: &mut Fields<'_>) -> ModifierGroup {
    let id = required(fields, "id", |fields| fields.id("id"));
    let name = required(fields, "name", |fields| fields.line("name", limit::NAME));
    let min = fields.count("min").unwrap_or(0);
    let max = fields.count("max");
    let objects = fields.objects("options", limit::OPTIONS);
    let mut options: Vec<Modifier> = Vec::with_capacity(objects.len());
    let mut ids = HashSet::new();
    for (at, map) in objects.into_iter().enumerate() {
        let mut inner = nested(fields, &format!("options[{at}]."), map);
        let option = modifier(&mut inner);
        if !option.id.is_empty() && !ids.insert(option.id.clone()) {
            inner.fault("id", format!("`{}` is used twice in this group", option.id));
        }
        options.push(option);
    }
    if max.is_some_and(|max| min > max) {
        fields.fault("min", "is above `max`; swap them");
    }
    ModifierGroup {
        id,
        name,
        min,
        max,
        options,
    }
}

fn modifier(fields: &mut Fields<'_>) -> Modifier {
    let id = required(fields, "id", |fields| fields.id("id"));
    let name = required(fields, "name", |fields| fields.line("name", limit::NAME));
    let cents = price_of(fields).unwrap_or(0);
    if let Err(message) = price::check_modifier(cents) {
        fields.fault("price", message);
    }
    Modifier {
        id,
        name,
        price_cents: Cents(cents),
        pos_id: fields.id("pos_id"),
        aliases: fields.list("aliases", limit::ALIASES, limit::NAME),
    }
}

fn nested<'a>(fields: &'a mut Fields<'_>, path: &str, map: Map<String, Value>) -> Fields<'a> {
    Fields {
        map,
        path: format!("{}{path}", fields.path),
        faults: &mut *fields.faults,
    }
}
