//! A line while it is read.

use super::MOST;
use super::assemble::option_for;
use super::option::{self, Portion};
use super::phrases::OptionRef;
use super::stems::{removed, shortened};
use olympus_proto::{
    Amount, LineModifier, MenuItem, Modifier, ModifierAction, ModifierGroup, OrderLine, Span,
};

/// How an option is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) action: ModifierAction,
    pub(super) amount: Option<Amount>,
    /// Whether it is only set against another: "caramel, not chocolate".
    pub(super) contrast: bool,
    pub(super) span: Span,
}

impl Choice {
    pub(super) fn added(span: Span) -> Self {
        Self {
            action: ModifierAction::Add,
            amount: None,
            contrast: false,
            span,
        }
    }

    pub(super) fn removed(span: Span) -> Self {
        Self {
            action: ModifierAction::Remove,
            ..Self::added(span)
        }
    }
}

/// A line of one item.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) item: usize,
    pub(super) quantity: u32,
    pub(super) size: Option<String>,
    pub(super) choices: Vec<(OptionRef, Choice)>,
    /// Choices of the order before that this reader did not make.
    pub(super) kept: Vec<LineModifier>,
    pub(super) span: Option<Span>,
    /// Whether it was one line with another: "two cokes, one without ice".
    pub(super) parted: bool,
    /// Whether it was made as another line: "the same again".
    pub(super) copied: bool,
    /// Whether it was only asked about: "do you have fries?"
    pub(super) only_asked: bool,
}

impl Draft {
    pub(super) fn new(item: usize, quantity: u32, span: Option<Span>) -> Self {
        Self {
            item,
            quantity: quantity.clamp(1, MOST),
            size: None,
            choices: Vec::new(),
            kept: Vec::new(),
            span,
            parted: false,
            copied: false,
            only_asked: false,
        }
    }

    /// A line of the order before, with what was chosen for it: what is said now may take its place.
    pub(super) fn again(items: &[MenuItem], item: usize, line: &OrderLine) -> Self {
        let mut draft = Self::new(item, line.quantity, None);
        draft.size.clone_from(&line.size);
        for chosen in &line.modifiers {
            match found(items, item, chosen) {
                Some(at) => {
                    let choice = Choice {
                        action: chosen.action,
                        amount: chosen.amount,
                        ..Choice::added(Span { start: 0, end: 0 })
                    };
                    draft.choices.push((at, choice));
                }
                None => draft.kept.push(chosen.clone()),
            }
        }
        draft
    }

    /// Chooses the option that is meant of those that go by a phrase; `None` where the item has
    /// none such.
    pub(super) fn choose(
        &mut self,
        items: &[MenuItem],
        options: &[OptionRef],
        choice: Choice,
    ) -> Option<OptionRef> {
        let at = option_for(items, options, self.item, choice.action, choice.amount)?;
        // Extra Egg says itself how much it is, where it was told from Egg by that.
        let portion = named(items, at).and_then(|(_, option)| Portion::of(&option.name));
        let is_told =
            !at.derived && portion.is_some() && portion == choice.amount.map(Portion::Amount);
        let amount = choice.amount.filter(|_| !is_told);
        let choice = Choice { amount, ..choice };
        self.put(items, at, choice);
        Some(at)
    }

    /// Chooses an option; said again, the later wish holds.
    pub(super) fn put(&mut self, items: &[MenuItem], at: OptionRef, choice: Choice) {
        let (at, choice) = opposite(items, at.exact(), choice);
        let Some((group, option)) = named(items, at) else {
            return;
        };
        // "with onions" where the menu only has "No onion": they are on it anyway.
        if removed(&option.name).is_some() && choice.action == ModifierAction::Add {
            self.choices.retain(|(other, _)| *other != at);
            self.kept
                .retain(|kept| kept.id != option.id || kept.group != group.id);
            return;
        }
        if let Some(span) = &mut self.span
            && choice.span.start < choice.span.end
        {
            span.start = span.start.min(choice.span.start);
            span.end = span.end.max(choice.span.end);
        }
        if is_size(group) {
            self.size = (choice.action == ModifierAction::Add).then(|| option.name.clone());
            return;
        }
        let before = self.choices.iter().position(|(other, _)| *other == at);
        let was = before.map(|at| self.choices.remove(at).1.action);
        let was_added = was == Some(ModifierAction::Add);
        // "No cherry… I like the cherry, leave it": as it comes.
        let is_back = was == Some(ModifierAction::Remove)
            && choice.action == ModifierAction::Add
            && choice.amount.is_none();
        if is_back && comes_with(items, at) {
            return;
        }
        let is_it = |kept: &LineModifier| kept.id == option.id && kept.group == group.id;
        let was_kept = |kept: &LineModifier| is_it(kept) && kept.action == ModifierAction::Add;
        let was_added = was_added || self.kept.iter().any(was_kept);
        self.kept.retain(|kept| !is_it(kept));
        // "Avocado… scratch the avocado": as if it had not been said.
        if was_added && choice.action == ModifierAction::Remove && !comes_with(items, at) {
            return;
        }
        // What is on it anyway is only named.
        let is_named = choice.action == ModifierAction::Add && choice.amount.is_none();
        if is_named && is_on_it(group) && is_told(items, at) {
            return;
        }
        // "With onion, actually no onion", where the menu has Onion and No Onion.
        // "No gravy, actually the gravy on the side"
        let is_same = |name: &str| thing_of(name) == thing_of(&option.name);
        self.choices.retain(|(other, was)| {
            let name = named(items, *other).map_or("", |(_, other)| other.name.as_str());
            was.action == choice.action || !is_same(name)
        });
        // One of a group of which there is only one takes the place of the other.
        if group.max == Some(1) && choice.action == ModifierAction::Add {
            let same = |other: &OptionRef| other.group == at.group;
            self.choices
                .retain(|(other, was)| was.action == ModifierAction::Remove || !same(other));
        }
        self.choices.push((at, choice));
    }

    /// "A large coke, no, a sprite": still a large one, where the sprite has that size.
    pub(super) fn take_size(&mut self, items: &[MenuItem], other: &Self) {
        let groups = items.get(self.item).map(|item| &item.modifier_groups);
        let mut sizes = groups.into_iter().flatten().filter(|group| is_size(group));
        let has = |size: &String| {
            sizes.any(|group| group.options.iter().any(|option| option.name == *size))
        };
        if self.size.is_none() {
            self.size = other.size.clone().filter(has);
        }
    }

    /// As many of the item, with nothing said of them.
    pub(super) fn bare(&self) -> Self {
        Self::new(self.item, self.quantity, self.span)
    }

    /// The choices of another that this one has by the same names.
    pub(super) fn take_choices(&mut self, items: &[MenuItem], other: &Self) {
        for (at, choice) in &other.choices {
            let Some((group, option)) = named(items, *at) else {
                continue;
            };
            let groups = items.get(self.item).map(|item| &item.modifier_groups);
            let mut groups = groups.into_iter().flatten().enumerate();
            let same = groups.find_map(|(index, own)| {
                let place = own.options.iter().position(|own| own.name == option.name);
                place
                    .filter(|_| own.name == group.name)
                    .map(|place| (index, place))
            });
            if let Some((group, option)) = same {
                let at = OptionRef {
                    item: self.item,
                    derived: false,
                    group,
                    option,
                };
                self.put(items, at, *choice);
            }
        }
    }

    pub(super) fn has_size(&self) -> bool {
        self.size.is_some()
    }

    /// Whether an option is chosen.
    pub(super) fn has(&self, at: OptionRef) -> bool {
        let is_it = |(other, choice): &(OptionRef, Choice)| {
            *other == at.exact() && choice.action == ModifierAction::Add
        };
        self.choices.iter().any(is_it)
    }

    /// Whether another of the group is chosen.
    pub(super) fn has_other(&self, at: OptionRef) -> bool {
        self.choices.iter().any(|(other, choice)| {
            other.group == at.group && *other != at.exact() && choice.action == ModifierAction::Add
        })
    }
}

/// "Don't warm it" where the menu has Warmed and Not Warmed: the other one, chosen.
fn opposite(items: &[MenuItem], at: OptionRef, choice: Choice) -> (OptionRef, Choice) {
    let Some((group, option)) =
        named(items, at).filter(|_| choice.action == ModifierAction::Remove)
    else {
        return (at, choice);
    };
    let name = option::key(&option.name);
    // A sweet tea and an unsweet one are two things: only of what is done to one thing the other is the
    // opposite.
    let is_other = |name: &str, other: &str| {
        let is_undone = other.ends_with("ed") && !other.contains(' ');
        name.strip_prefix("not ") == Some(other)
            || (is_undone && name.strip_prefix("un") == Some(other))
    };
    let other = group.options.iter().position(|other| {
        let other = option::key(&other.name);
        is_other(&other, &name) || is_other(&name, &other)
    });
    let Some(option) = other else {
        return (at, choice);
    };
    let action = ModifierAction::Add;
    (OptionRef { option, ..at }, Choice { action, ..choice })
}

/// A group of sizes is known by its id or name.
pub(super) fn is_size(group: &ModifierGroup) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word, "size" | "sizes" | "portion"))
    };
    says(&group.id) || says(&group.name)
}

/// Whether a group has what is on a dish, for tills to take it off: "Comes With".
pub(super) fn is_on_it(group: &ModifierGroup) -> bool {
    const CALLED: [&str; 3] = ["comes with", "included", "standard toppings"];
    let name = group.name.trim().to_lowercase();
    group.min == 0 && group.max != Some(1) && CALLED.iter().any(|called| name.starts_with(called))
}

/// Whether an item's description names an option, or there is none.
fn is_told(items: &[MenuItem], at: OptionRef) -> bool {
    let described = items
        .get(at.item)
        .and_then(|item| item.description.as_deref());
    let named = named(items, at).map(|(_, option)| option::shortest(&option.name));
    let (Some(described), Some(named)) = (described, named) else {
        return true;
    };
    let described = option::key(described);
    // "Celery and blue cheese or ranch"
    let is_choice = described.split(' ').any(|word| word == "or");
    let first = named.split(' ').next();
    !is_choice && first.is_some_and(|first| described.split(' ').any(|told| told == first))
}

/// Whether one of a group must be chosen, and only one.
pub(super) fn must_be_one(group: &ModifierGroup) -> bool {
    group.min > 0 && group.max == Some(1)
}

/// Whether an item has what an option says without its being asked for: its name or its description
/// names it.
pub(super) fn comes_with(items: &[MenuItem], at: OptionRef) -> bool {
    let (Some(item), Some((group, option))) = (items.get(at.item), named(items, at)) else {
        return false;
    };
    if Portion::of(&option.name).is_some() {
        return false;
    }
    if is_on_it(group) {
        return true;
    }
    // "Add-Ons" of a dish that tells what it comes with: more of it.
    let is_added = group.name.trim().to_lowercase().starts_with("add");
    if is_added && item.modifier_groups.iter().any(is_on_it) {
        return false;
    }
    let described = item.description.as_deref().unwrap_or_default();
    let described = option::key(&format!("{} {described}", item.name));
    let described: Vec<&str> = described.split(' ').collect();
    let wanted = option::shortest(away(&option.name));
    let is_said = |name: &str| name.split(' ').all(|word| described.contains(&word));
    let head = |name: &str| name.rsplit(' ').next().unwrap_or_default().to_owned();
    if is_said(&wanted) {
        return true;
    }
    // Of "with fries" the French Fries, which the till lists first of all fries; "onion" is the Onion.
    let all = item.modifier_groups.iter().flat_map(|group| &group.options);
    let mut alike = all
        .clone()
        .map(|option| option::shortest(away(&option.name)));
    let is_other = alike.any(|name| head(&name) == head(&wanted) && is_said(&name));
    let first = group
        .options
        .iter()
        .find(|option| head(&option::shortest(away(&option.name))) == head(&wanted));
    // A cheeseburger's name does not say which cheese.
    let told = option::key(item.description.as_deref().unwrap_or_default());
    let is_told = told.split(' ').any(|word| word == head(&wanted));
    is_told && !is_other && first.is_some_and(|first| first.id == option.id)
}

/// What an option's name is about: the gravy of "No Gravy" and of "Gravy on Side".
fn thing_of(name: &str) -> String {
    let whole = option::shortest(away(name));
    let bare = [" on side", " on the side"]
        .iter()
        .find_map(|ending| whole.strip_suffix(ending));
    bare.map(str::to_owned).unwrap_or(whole)
}

/// Where an item has what was chosen for a line.
fn found(items: &[MenuItem], item: usize, chosen: &LineModifier) -> Option<OptionRef> {
    let groups = &items.get(item)?.modifier_groups;
    let group = groups.iter().position(|group| group.id == chosen.group)?;
    let options = &groups.get(group)?.options;
    let option = options.iter().position(|option| option.id == chosen.id)?;
    Some(OptionRef {
        item,
        derived: false,
        group,
        option,
    })
}

pub(super) fn named(items: &[MenuItem], at: OptionRef) -> Option<(&ModifierGroup, &Modifier)> {
    let group = items.get(at.item)?.modifier_groups.get(at.group)?;
    Some((group, group.options.get(at.option)?))
}

/// What is shown of an option: of "No sugar (skétos)" the sugar, which its action takes away.
pub(super) fn away(name: &str) -> &str {
    removed(name).map_or(name, |taken| shortened(taken).unwrap_or(taken))
}
