//! "Make it a meal": the dish before, with a side and a drink.

use super::super::called::plain_name;
use super::super::draft::Draft;
use super::super::lines::is_meal;
use super::super::option;
use super::super::segment::Segment;
use super::Reader;

impl<'a> Reader<'a> {
    /// The one meal that has all of the dish's name takes the dish's place, with what was said of it.
    pub(super) fn as_meal(&mut self, segment: &Segment<'_>) {
        if self.implied().is_some() {
            self.settle();
        }
        // "A burger and a coke, make it a combo": the burger
        let mut lines = self.lines.all().into_iter().rev();
        let line = lines.find(|line| !self.lines.is_part_of_a_meal(*line));
        let dish = line.and_then(|line| Some((line, self.lines.draft(line)?.clone())));
        let found = dish.and_then(|(line, dish)| {
            let meal = self.meal_of(dish.item)?;
            Some((line, dish, meal))
        });
        let Some((line, dish, meal)) = found else {
            self.not_understood(segment.start, segment.end);
            return;
        };
        let mut draft = Draft::new(meal, dish.quantity, dish.span);
        draft.take_size(self.items, &dish);
        draft.take_choices(self.items, &dish);
        self.lines.replace(line, draft, Some(dish.quantity));
        self.lines.take_into_meal(line);
        self.lines.lengthen(segment.end);
        self.pending = super::Pending::default();
        (self.verb, self.negated) = (None, false);
    }

    fn meal_of(&self, dish: usize) -> Option<usize> {
        let printed = |item: usize| self.items.get(item).map_or("", |item| item.name.as_str());
        let split = |name: &str| -> Vec<String> {
            let key = option::key(name);
            key.split(' ').map(str::to_owned).collect()
        };
        let words = |item: usize| {
            let name = printed(item);
            split(plain_name(name).as_deref().unwrap_or(name))
        };
        let whole = split(printed(dish));
        let own = words(dish);
        let meal_with = |own: &[String]| {
            let has = |item: &usize| {
                let of_meal = [words(*item), split(printed(*item))].concat();
                own.iter().all(|word| of_meal.contains(word))
            };
            let meals = (0..self.items.len())
                .filter(|item| *item != dish && self.items.get(*item).is_some_and(is_meal));
            let mut meals = meals.filter(has);
            meals.next().filter(|_| meals.next().is_none())
        };
        // The Crispy Chicken Combo of a Crispy Chicken Sandwich
        let kind = own
            .split_last()
            .filter(|(kind, rest)| !rest.is_empty() && self.phrases.is_kind(kind));
        meal_with(&whole)
            .or_else(|| meal_with(&own))
            .or_else(|| meal_with(kind?.1))
    }
}
