//! What a line costs: the menu's names and prices, whatever a client says.

use super::bill::plus;
use super::{MAX_LINE_CENTS, MAX_MODIFIERS, MAX_NOTE_BYTES, MAX_QUANTITY, Menu, PosError};
use olympus_proto::pos::{LineId, LineState, NewLine, NewModifier, SoldLine, SoldModifier};
use olympus_proto::{Cents, MenuItem, Modifier, ModifierAction, ModifierGroup};
use std::collections::BTreeSet;

/// A line by the menu.
pub(super) fn line(id: LineId, new: &NewLine, menu: Menu<'_>) -> Result<SoldLine, PosError> {
    let offer = menu(&new.item).ok_or_else(|| PosError::NotOnMenu(new.item.clone()))?;
    let item = &offer.item;
    if !offer.to_be_had {
        return Err(PosError::NotToBeHad(item.name.clone()));
    }
    let base = match (item.price_cents, new.price_cents) {
        (Some(stated), None) => stated,
        (None, Some(told)) => told,
        (None, None) => return Err(PosError::PriceMissing(item.name.clone())),
        (Some(_), Some(_)) => return Err(PosError::PriceStated(item.name.clone())),
    };
    let modifiers = choose(item, &new.modifiers)?;
    let sold = SoldLine {
        line: id,
        item: item.id.clone(),
        name: item.name.clone(),
        category: item.category.clone(),
        quantity: new.quantity,
        unit_cents: unit(base, &modifiers),
        modifiers,
        note: note(new.note.as_deref())?,
        state: LineState::Held,
        void_reason: None,
        firing: None,
        fired_ms: None,
    };
    // A line's base is told by a client only where the menu states none.
    if base.0 < 0 {
        return Err(PosError::BadLinePrice(sold.name));
    }
    check(&sold)?;
    Ok(sold)
}

/// Refuses what no line may be.
pub(super) fn check(line: &SoldLine) -> Result<(), PosError> {
    if !(1..=MAX_QUANTITY).contains(&line.quantity) {
        return Err(PosError::BadQuantity);
    }
    let total = line.total();
    if line.unit_cents.0 < 0 || total > MAX_LINE_CENTS {
        return Err(PosError::BadLinePrice(line.name.clone()));
    }
    Ok(())
}

/// A note as it is kept: an empty one is none.
pub(super) fn note(told: Option<&str>) -> Result<Option<String>, PosError> {
    let told = told.filter(|text| !text.is_empty());
    if told.is_some_and(|text| text.len() > MAX_NOTE_BYTES) {
        return Err(PosError::TooLong {
            what: "note",
            most: MAX_NOTE_BYTES,
        });
    }
    Ok(told.map(str::to_owned))
}

/// Price of one with its choices.
pub(super) fn unit(base: Cents, modifiers: &[SoldModifier]) -> Cents {
    modifiers
        .iter()
        .fold(base, |sum, one| plus(sum, one.price_cents))
}

/// The choices by the menu.
pub(super) fn choose(
    item: &MenuItem,
    wanted: &[NewModifier],
) -> Result<Vec<SoldModifier>, PosError> {
    if wanted.len() > MAX_MODIFIERS {
        return Err(PosError::TooManyModifiers);
    }
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::with_capacity(wanted.len());
    for one in wanted {
        let option = find(item, one).ok_or_else(|| PosError::UnknownModifier {
            item: item.name.clone(),
            group: one.group.clone(),
            id: one.id.clone(),
        })?;
        if !seen.insert((&one.group, &one.id)) {
            return Err(PosError::RepeatedModifier(option.name.clone()));
        }
        chosen.push(sold_modifier(one, option)?);
    }
    for group in &item.modifier_groups {
        within(item, group, &chosen)?;
    }
    Ok(chosen)
}

fn find<'m>(item: &'m MenuItem, one: &NewModifier) -> Option<&'m Modifier> {
    let mut groups = item.modifier_groups.iter();
    let group = groups.find(|group| group.id == one.group)?;
    group.options.iter().find(|option| option.id == one.id)
}

fn sold_modifier(one: &NewModifier, option: &Modifier) -> Result<SoldModifier, PosError> {
    let with = one.action == ModifierAction::Add;
    if !with && one.amount.is_some() {
        return Err(PosError::AmountOfNothing(option.name.clone()));
    }
    Ok(SoldModifier {
        group: one.group.clone(),
        id: one.id.clone(),
        name: option.name.clone(),
        action: one.action,
        amount: one.amount,
        price_cents: if with { option.price_cents } else { Cents(0) },
    })
}

/// As many of the group as it asks for; what is left out is no choice.
fn within(item: &MenuItem, group: &ModifierGroup, chosen: &[SoldModifier]) -> Result<(), PosError> {
    let with = |one: &&SoldModifier| one.group == group.id && one.action == ModifierAction::Add;
    let count = chosen.iter().filter(with).count();
    let number = u32::try_from(count).unwrap_or(u32::MAX);
    if number >= group.min && group.max.is_none_or(|max| number <= max) {
        return Ok(());
    }
    let wanted = match group.max {
        Some(max) if max == group.min => format!("{max}"),
        Some(max) if group.min == 0 => format!("at most {max}"),
        Some(max) => format!("{} to {max}", group.min),
        None => format!("at least {}", group.min),
    };
    Err(PosError::WrongChoices {
        item: item.name.clone(),
        group: group.name.clone(),
        wanted,
        chosen: count,
    })
}
