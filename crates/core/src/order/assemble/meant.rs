//! The option that is meant of those that go by a phrase.

use super::super::draft::{away, must_be_one, named};
use super::super::option::{self, Portion};
use super::super::phrases::OptionRef;
use super::super::stems::removed;
use olympus_proto::{Amount, MenuItem, ModifierAction};

/// An item's option among sorted ones.
pub(in super::super) fn option_of(options: &[OptionRef], item: usize) -> Option<OptionRef> {
    let at = options.partition_point(|at| at.item < item);
    options.get(at).filter(|at| at.item == item).copied()
}

/// The option that is wanted of those of an item that go by a phrase: to leave something out, the
/// one that the menu has for that ("No onion").
pub(in super::super) fn option_for(
    items: &[MenuItem],
    options: &[OptionRef],
    item: usize,
    action: ModifierAction,
    amount: Option<Amount>,
) -> Option<OptionRef> {
    let from = options.partition_point(|at| at.item < item);
    let of_item = options.get(from..)?.iter().take_while(|at| at.item == item);
    let name = |at: &OptionRef| named(items, *at).map(|(_, option)| option.name.as_str());
    let takes_away = |at: &OptionRef| name(at).and_then(removed).is_some();
    let portion = |at: &OptionRef| Portion::of(name(at)?);
    let wanted = action == ModifierAction::Remove;
    // "With lettuce" where there is "No Lettuce": it is on it, and no "Lettuce Wrap" is meant.
    let left_out = of_item.clone().filter(|at| !at.derived && takes_away(at));
    let left_out = left_out
        .filter_map(name)
        .next()
        .map(|name| option::shortest(away(name)));
    let is_other = |at: &OptionRef| {
        at.derived && !wanted && left_out.is_some() && name(at).map(option::shortest) != left_out
    };
    let meant = of_item
        .copied()
        .filter(|at| {
            let portion = portion(at).filter(|_| at.derived);
            let is_meant = portion.is_none_or(|portion| portion.is_meant(action, amount));
            let is_plain = portion.is_some() && amount.is_none() && !wanted;
            // "Extra rice" of No Rice, White Rice and Brown Rice says not which.
            let is_open = !wanted && takes_away(at) && has_sorts(items, *at);
            let is_on_it = is_plain && is_on_it_anyway(items, *at);
            is_meant && !is_other(at) && !is_open && !is_on_it
        })
        .min_by_key(|at| {
            let portion = portion(at);
            (
                takes_away(at) != wanted,
                amount.is_some() && portion != amount.map(Portion::Amount),
                amount.is_none() && portion.is_some(),
                at.derived,
            )
        })?;
    match (wanted, amount) {
        (true, _) if !takes_away(&meant) => left_out_of(items, meant).or(Some(meant)),
        (false, Some(amount)) => so_much_of(items, meant, amount).or(Some(meant)),
        _ => Some(meant),
    }
}

/// "Extra egg" where the dish has Soft Boiled Egg, and Extra Soft Boiled Egg besides.
fn so_much_of(items: &[MenuItem], meant: OptionRef, amount: Amount) -> Option<OptionRef> {
    let (_, option) = named(items, meant)?;
    let key = option::key(&option.name);
    let groups = items.get(meant.item)?.modifier_groups.iter().enumerate();
    let all = groups.flat_map(|(group, choices)| {
        let options = choices.options.iter().enumerate();
        options.map(move |(option, choice)| (group, option, choice))
    });
    let is_it = |name: &str| {
        let is_so_much = Portion::of(name) == Some(Portion::Amount(amount));
        let own = option::key(name);
        is_so_much && own.split_once(' ').is_some_and(|(_, thing)| thing == key)
    };
    let mut others = all.filter(|(_, _, choice)| is_it(&choice.name));
    let (group, option, _) = others.next()?;
    Some(OptionRef {
        group,
        option,
        derived: false,
        ..meant
    })
}

/// Whether an item has what an option is more of: its name says so, or it can be left out.
fn is_on_it_anyway(items: &[MenuItem], at: OptionRef) -> bool {
    let Some(item) = items.get(at.item) else {
        return false;
    };
    let options = item.modifier_groups.iter().flat_map(|group| &group.options);
    let name = named(items, at).map_or("", |(_, option)| option.name.as_str());
    let key = option::key(name);
    let thing = key.split_once(' ').map_or("", |(_, thing)| thing);
    let left_out = options.filter_map(|option| removed(&option.name));
    let own = option::key(&item.name);
    own.split(' ').any(|word| word == thing) || left_out.map(option::key).any(|it| it == thing)
}

/// Whether what an option takes away is there in several sorts: White Rice and Brown Rice beside No Rice.
fn has_sorts(items: &[MenuItem], at: OptionRef) -> bool {
    let Some((group, option)) = named(items, at) else {
        return false;
    };
    let ending = format!(" {}", option::key(away(&option.name)));
    let sorts = group.options.iter().filter(|other| {
        removed(&other.name).is_none() && option::key(&other.name).ends_with(&ending)
    });
    sorts.count() > 1
}

/// "No onions" where Onion is one of the breads and Red Onion lies on it: what must be chosen is
/// not left out, so the other is meant.
fn left_out_of(items: &[MenuItem], meant: OptionRef) -> Option<OptionRef> {
    let groups = &items.get(meant.item)?.modifier_groups;
    let must = |group: usize| groups.get(group).is_some_and(must_be_one);
    let name = &groups.get(meant.group)?.options.get(meant.option)?.name;
    let ending = format!(" {}", option::key(name));
    let others = groups.iter().enumerate().filter(|(group, _)| !must(*group));
    let mut others = others.flat_map(|(group, choices)| {
        let ends = |name: &str| option::key(removed(name).unwrap_or(name)).ends_with(&ending);
        let of = choices.options.iter().enumerate();
        of.filter(move |(_, other)| ends(&other.name))
            .map(move |(option, _)| OptionRef {
                group,
                option,
                ..meant
            })
    });
    others.next().filter(|_| must(meant.group))
}
