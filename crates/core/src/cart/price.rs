//! Names and prices: the menu's, whatever a client says.

use super::Snapshot;
use super::line::LineModifier;
use super::operation::{Edit, Reason};
use olympus_proto::{ItemId, MenuItem};

/// Writes the menu's names and prices into an edit.
pub(super) fn price<'m>(
    edit: &mut Edit,
    cart: &Snapshot,
    find: impl FnOnce(&ItemId) -> Option<&'m MenuItem>,
) -> Result<(), Reason> {
    match edit {
        Edit::AddLine {
            item,
            name,
            unit_price_cents,
            modifiers,
            ..
        } => {
            let dish = find(item).ok_or(Reason::NotOnMenu)?;
            *unit_price_cents = dish.price_cents.ok_or(Reason::NoPrice)?;
            name.clone_from(&dish.name);
            choose(modifiers, dish)
        }
        Edit::SetModifiers { line, modifiers } => match cart.lines.get(line) {
            Some(line) => choose(modifiers, find(&line.item).ok_or(Reason::NotOnMenu)?),
            // Refused later, with the right reason.
            None => Ok(()),
        },
        // Fewer of what left the menu may stay; more of it would be sold at a price that is no more.
        Edit::SetQuantity { line, quantity } => match cart.lines.get(line) {
            Some(line) if *quantity > line.quantity => {
                find(&line.item).map(|_| ()).ok_or(Reason::NotOnMenu)
            }
            _ => Ok(()),
        },
        Edit::SetNote { .. } | Edit::RemoveLine { .. } | Edit::Clear {} => Ok(()),
    }
}

fn choose(modifiers: &mut [LineModifier], dish: &MenuItem) -> Result<(), Reason> {
    for modifier in modifiers.iter_mut() {
        let option = dish
            .modifier_groups
            .iter()
            .find(|group| group.id == modifier.group)
            .and_then(|group| group.options.iter().find(|one| one.id == modifier.id))
            .ok_or(Reason::UnknownModifier)?;
        modifier.name.clone_from(&option.name);
        modifier.price_cents = option.price_cents;
    }
    for group in &dish.modifier_groups {
        let chosen = modifiers.iter().filter(|one| one.group == group.id).count();
        let chosen = u32::try_from(chosen).unwrap_or(u32::MAX);
        if chosen < group.min || group.max.is_some_and(|max| chosen > max) {
            return Err(Reason::WrongModifiers);
        }
    }
    Ok(())
}
