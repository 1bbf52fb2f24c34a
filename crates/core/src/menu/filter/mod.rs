//! Who may see an item: price, category, diet, allergens and availability.
//!
//! Invariant: a filter is hard. An item that misses one limit, or does not state what the limit
//! asks for, does not pass; in particular only a stated `FreeOf` passes an excluded allergen.
//! Never ranks.

mod called;
#[cfg(test)]
mod tests;

use self::called::{is_called, is_said_free, is_tagged};
use super::allergen::{self, Claim};
use olympus_proto::{
    Allergen, AllergenStatement, AvailabilityFilter, Filters, MenuItem, State, StatedAllergen,
};
use std::collections::BTreeSet;

/// Most values in one list of a filter.
pub const MAX_VALUES: usize = 64;

/// Checked limits, ready to be applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    categories: Vec<String>,
    diets: Vec<String>,
    excluded: BTreeSet<Allergen>,
    price_min_cents: Option<i64>,
    price_max_cents: Option<i64>,
    available_now: bool,
    /// Diets that an item may also state in its name or its heading.
    said_diets: BTreeSet<String>,
    /// Allergens that an item may also state to be free of by a tag or its name: `gluten_free`.
    said_excluded: BTreeSet<Allergen>,
    /// Whether an item that is silent about an allergen passes.
    silent: bool,
}

/// A filter that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Not one of the fourteen allergens or a usual name of one.
    #[error(
        "`{0}` is no allergen known here; use one of gluten, crustaceans, eggs, fish, peanuts, \
         soybeans, milk, nuts, celery, mustard, sesame, sulphites, lupin, molluscs"
    )]
    UnknownAllergen(String),
    /// A value with nothing in it.
    #[error("a value in `{field}` is empty; leave it out")]
    EmptyValue {
        /// The list it stands in.
        field: &'static str,
    },
    /// More values than any menu needs.
    #[error("`{field}` has {count} values; at most {MAX_VALUES} are read")]
    TooManyValues {
        /// The list.
        field: &'static str,
        /// Its length.
        count: usize,
    },
    /// No price can pass.
    #[error("price_min_cents {min} is above price_max_cents {max}; swap them")]
    EmptyPriceRange {
        /// The lower limit in cents.
        min: i64,
        /// The upper limit in cents.
        max: i64,
    },
}

impl FilterError {
    /// The field of [`Filters`] at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            FilterError::UnknownAllergen(_) => "exclude_allergens",
            FilterError::EmptyValue { field } | FilterError::TooManyValues { field, .. } => field,
            FilterError::EmptyPriceRange { .. } => "price_min_cents",
        }
    }
}

impl Filter {
    /// Checks what came over the wire.
    ///
    /// # Errors
    /// [`FilterError`] where a value is unknown, empty or contradicts another. An allergen that
    /// is not understood is an error and never ignored.
    pub fn from_wire(wire: &Filters) -> Result<Self, FilterError> {
        let mut excluded = BTreeSet::new();
        for name in checked("exclude_allergens", &wire.exclude_allergens)? {
            let named = allergen::named(name, Claim::Warns)
                .ok_or_else(|| FilterError::UnknownAllergen(name.clone()))?;
            excluded.extend(named);
        }
        if let (Some(min), Some(max)) = (wire.price_min_cents, wire.price_max_cents)
            && min > max
        {
            return Err(FilterError::EmptyPriceRange { min, max });
        }
        Ok(Self {
            categories: checked("categories", &wire.categories)?
                .iter()
                .map(|name| heading(name))
                .collect(),
            diets: checked("diets", &wire.diets)?
                .iter()
                .map(|name| allergen::key(name))
                .collect(),
            excluded,
            price_min_cents: wire.price_min_cents,
            price_max_cents: wire.price_max_cents,
            available_now: wire.availability == AvailabilityFilter::Now,
            said_diets: BTreeSet::new(),
            said_excluded: BTreeSet::new(),
            silent: false,
        })
    }

    /// The limits read from a query: as [`Filter::from_wire`], but a diet may also be stated by
    /// the item's name or heading, the absence of an allergen by the restaurant's own tag
    /// (`gluten_free`), and prices that contradict one another let nothing through.
    ///
    /// # Errors
    /// [`FilterError`] for values that no query yields.
    pub fn from_query(wire: &Filters) -> Result<Self, FilterError> {
        let (min, max) = (wire.price_min_cents, wire.price_max_cents);
        let mut filter = Self::from_wire(&Filters {
            diets: Vec::new(),
            price_min_cents: None,
            price_max_cents: None,
            ..wire.clone()
        })?;
        (filter.price_min_cents, filter.price_max_cents) = (min, max);
        filter.said_diets = wire.diets.iter().map(|name| allergen::key(name)).collect();
        filter.said_excluded = std::mem::take(&mut filter.excluded);
        Ok(filter)
    }

    /// Lets no item through.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            price_min_cents: Some(i64::MAX),
            price_max_cents: Some(i64::MIN),
            ..Self::default()
        }
    }

    /// Whether an allergen is to be kept out.
    #[must_use]
    pub fn keeps_out(&self) -> bool {
        !(self.excluded.is_empty() && self.said_excluded.is_empty())
    }

    /// The same limits, which an item passes also where it states nothing of an allergen. Never
    /// for what is offered: for what somebody may ask about.
    #[must_use]
    pub fn with_silent(&self) -> Self {
        Self {
            silent: true,
            ..self.clone()
        }
    }

    /// Both limits at once: the stricter of each wins.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        if self.categories.is_empty() {
            self.categories.clone_from(&other.categories);
        } else if !other.categories.is_empty() {
            self.categories
                .retain(|name| other.categories.contains(name));
            if self.categories.is_empty() {
                // Nothing is in both, and no heading is empty.
                self.categories.push(String::new());
            }
        }
        self.diets.extend(other.diets.iter().cloned());
        self.said_diets.extend(other.said_diets.iter().cloned());
        self.excluded.extend(other.excluded.iter().copied());
        self.said_excluded
            .extend(other.said_excluded.iter().copied());
        self.price_min_cents = self.price_min_cents.max(other.price_min_cents);
        self.price_max_cents = match (self.price_max_cents, other.price_max_cents) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        };
        self.available_now |= other.available_now;
        self.silent &= other.silent;
        self
    }

    /// Whether every item passes, whatever it is.
    #[must_use]
    pub fn admits_all(&self) -> bool {
        let Self {
            categories,
            diets,
            excluded,
            price_min_cents,
            price_max_cents,
            available_now,
            said_diets,
            said_excluded,
            silent: _,
        } = self;
        let has_price = price_min_cents.is_some() || price_max_cents.is_some();
        let has_names = !(categories.is_empty() && diets.is_empty() && said_diets.is_empty());
        let has_allergens = !(excluded.is_empty() && said_excluded.is_empty());
        !(has_price || *available_now || has_names || has_allergens)
    }

    /// Whether `item`, which can be had or not as `state` says, passes every limit.
    #[must_use]
    pub fn admits(&self, item: &MenuItem, state: State) -> bool {
        (!self.available_now || state == State::Available)
            && self.admits_price(item)
            && self.admits_category(item)
            && self.diets.iter().all(|diet| is_tagged(item, diet))
            && self
                .said_diets
                .iter()
                .all(|diet| is_tagged(item, diet) || is_called(item, diet))
            && self.excluded.iter().all(|&a| {
                self.silent_of(item, a) || item.allergens.statement(a) == AllergenStatement::FreeOf
            })
            && self
                .said_excluded
                .iter()
                .all(|&a| self.silent_of(item, a) || is_said_free(item, a))
    }

    /// Whether the item's silence about the allergen is let pass.
    fn silent_of(&self, item: &MenuItem, allergen: Allergen) -> bool {
        self.silent && item.allergens.statement(allergen) == AllergenStatement::Unknown
    }

    /// The allergens to be kept out that the item does not state to be free of.
    #[must_use]
    pub fn allergens_against(&self, item: &MenuItem) -> Vec<StatedAllergen> {
        let stated = |allergen: &Allergen| StatedAllergen {
            allergen: *allergen,
            statement: item.allergens.statement(*allergen),
        };
        let asked = self.excluded.iter().map(stated);
        let asked = asked.filter(|stated| stated.statement != AllergenStatement::FreeOf);
        let said = self.said_excluded.difference(&self.excluded);
        let said = said.filter(|allergen| !is_said_free(item, **allergen));
        asked.chain(said.map(stated)).collect()
    }

    /// The diets to be kept that the item does not state.
    #[must_use]
    pub fn diets_against(&self, item: &MenuItem) -> Vec<String> {
        let asked = self.diets.iter().filter(|diet| !is_tagged(item, diet));
        let is_said = |diet: &&String| is_tagged(item, diet) || is_called(item, diet);
        let said = self.said_diets.iter().filter(|diet| !is_said(diet));
        let diets: BTreeSet<&String> = asked.chain(said).collect();
        diets.into_iter().cloned().collect()
    }

    fn admits_price(&self, item: &MenuItem) -> bool {
        if self.price_min_cents.is_none() && self.price_max_cents.is_none() {
            return true;
        }
        item.price_cents.is_some_and(|price| {
            self.price_min_cents.is_none_or(|min| price.0 >= min)
                && self.price_max_cents.is_none_or(|max| price.0 <= max)
        })
    }

    fn admits_category(&self, item: &MenuItem) -> bool {
        self.categories.is_empty()
            || item.category.as_deref().is_some_and(|category| {
                let category = heading(category);
                self.categories.contains(&category)
            })
    }
}

/// How headings are compared: lower case, single spaces.
fn heading(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn checked<'a>(field: &'static str, values: &'a [String]) -> Result<&'a [String], FilterError> {
    if values.len() > MAX_VALUES {
        return Err(FilterError::TooManyValues {
            field,
            count: values.len(),
        });
    }
    if values.iter().any(|value| value.trim().is_empty()) {
        return Err(FilterError::EmptyValue { field });
    }
    Ok(values)
}
