//! Who may see an item: price, category, diet, allergens and availability.
//!
//! Invariant: a filter is hard. An item that misses one limit, or does not state what the limit
//! asks for, does not pass; in particular only a stated `FreeOf` passes an excluded allergen.
//! Never ranks.

use super::allergen::{self, Claim};
use super::text;
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
    /// Allergens that an item may also state to be free of by a tag: `gluten_free`.
    said_excluded: BTreeSet<Allergen>,
}

/// Diets whose dishes keep another diet too.
const STRICTER: &[(&str, &[&str])] = &[
    ("vegetarian", &["vegan"]),
    ("pescatarian", &["vegan", "vegetarian"]),
];

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
            && self
                .excluded
                .iter()
                .all(|&a| item.allergens.statement(a) == AllergenStatement::FreeOf)
            && self.said_excluded.iter().all(|&a| is_said_free(item, a))
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

/// Whether the item states that it is free of the allergen, or is tagged so with nothing in its
/// statements against it.
fn is_said_free(item: &MenuItem, allergen: Allergen) -> bool {
    let tagged = || {
        item.tags.iter().any(|tag| {
            let tag = allergen::key(tag);
            let name = tag.strip_suffix("_free");
            name.and_then(|name| allergen::named(name, Claim::Reassures))
                .is_some_and(|absent| absent.contains(&allergen))
        })
    };
    match item.allergens.statement(allergen) {
        AllergenStatement::FreeOf => true,
        AllergenStatement::Unknown => tagged(),
        AllergenStatement::Contains | AllergenStatement::MayContain => false,
    }
}

/// Whether a tag states the diet, or a stricter one.
fn is_tagged(item: &MenuItem, diet: &str) -> bool {
    let stricter = STRICTER
        .iter()
        .find(|(name, _)| *name == diet)
        .map_or(&[][..], |(_, stricter)| stricter);
    item.tags.iter().any(|tag| {
        let tag = allergen::key(tag);
        tag == diet || stricter.contains(&tag.as_str())
    })
}

/// Whether the name or the heading calls the item so, without a choice or a doubt: "Vegan
/// Caesar", and not "Vegan or Chicken Caesar", "Non Vegetarian", "Vegan & Vegetarian".
fn is_called(item: &MenuItem, diet: &str) -> bool {
    let wanted: Vec<&str> = diet.split('_').collect();
    let calls = |text: &str| {
        if !may_say(text, diet) {
            return false;
        }
        let words = words_of(text);
        let chosen = words.iter().any(|word| CHOICE.contains(&word.as_str()))
            || text.contains(['&', '/', '+', ',', '?']);
        let said = || {
            (0..words.len()).any(|at| {
                let denied = at
                    .checked_sub(1)
                    .and_then(|before| words.get(before))
                    .is_some_and(|word| matches!(word.as_str(), "non" | "not" | "no" | "without"));
                let here = words.get(at..).unwrap_or_default();
                let called =
                    here.len() >= wanted.len() && here.iter().zip(&wanted).all(|(l, r)| l == r);
                let short = || {
                    let first = here.first().map(String::as_str);
                    diet == "vegetarian"
                        && matches!(first, Some("veggie" | "veg"))
                        && !has_meat(item)
                };
                !denied && (called || short())
            })
        };
        !chosen && said()
    };
    calls(&item.name) || item.category.as_deref().is_some_and(calls)
}

/// Whether a text can hold the diet's name or a short form of it. Nearly all do not, which is cheap
/// to see where their letters are plain.
fn may_say(text: &str, diet: &str) -> bool {
    // "Veg" is the shortest of them.
    let opening = diet.as_bytes().get(..3).unwrap_or(diet.as_bytes());
    let mut parts = text.as_bytes().windows(opening.len().max(1));
    !text.is_ascii() || parts.any(|part| part.eq_ignore_ascii_case(opening))
}

fn words_of(text: &str) -> Vec<String> {
    text::words(text)
        .into_iter()
        .map(|word| word.text)
        .collect()
}

/// Whether the name or the description speaks of meat or fish: then "veggie" means vegetables.
fn has_meat(item: &MenuItem) -> bool {
    let texts = std::iter::once(&item.name).chain(&item.description);
    texts
        .into_iter()
        .flat_map(|text| words_of(text))
        .any(|word| {
            let one = word.strip_suffix('s').unwrap_or(&word);
            MEAT.contains(&one)
        })
}

/// Words that make a name no statement.
const CHOICE: &[&str] = &[
    "or",
    "and",
    "option",
    "options",
    "optional",
    "available",
    "can",
    "style",
    "request",
    "ask",
    "made",
    "choice",
];

/// Meat and fish, in the singular.
#[rustfmt::skip]
const MEAT: &[&str] = &[
    "meat", "chicken", "beef", "pork", "lamb", "mutton", "goat", "veal", "duck", "turkey", "ham",
    "bacon", "sausage", "salami", "pepperoni", "prosciutto", "chorizo", "steak", "meatball", "rib",
    "brisket", "fish", "salmon", "tuna", "cod", "anchovy", "anchovie", "shrimp", "prawn", "crab", "lobster",
    "squid", "calamari", "octopu", "mussel", "clam", "oyster", "scallop", "seafood", "gyro", "pastrami",
];

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

#[cfg(test)]
mod tests {
    use super::{Filter, FilterError};
    use olympus_proto::{Allergen, AvailabilityFilter, Cents, Filters, MenuItem, State};

    fn dish() -> MenuItem {
        let mut item = MenuItem::new("a", "A");
        item.category = Some("Main  Dishes".to_owned());
        item.price_cents = Some(Cents(1000));
        item.tags = vec!["gluten_free".to_owned(), "Vegan".to_owned()];
        item.allergens.contains.insert(Allergen::Nuts);
        item.allergens.may_contain.insert(Allergen::Sesame);
        item.allergens.free_of.insert(Allergen::Milk);
        item.allergens.free_of.insert(Allergen::Crustaceans);
        item
    }

    fn list(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    fn admits(wire: &Filters, item: &MenuItem, state: State) -> bool {
        Filter::from_wire(wire)
            .expect("a good filter")
            .admits(item, state)
    }

    #[test]
    fn what_a_guest_says_takes_the_restaurants_own_tag_but_never_against_a_statement() {
        let said = Filters {
            exclude_allergens: list(&["gluten"]),
            ..Filters::default()
        };
        let reads = |item: &MenuItem| {
            let filter = Filter::from_query(&said).expect("a good filter");
            filter.admits(item, State::Available)
        };
        assert!(reads(&dish()), "tagged gluten_free");
        assert!(
            !admits(&said, &dish(), State::Available),
            "a request takes no tag"
        );
        let mut item = dish();
        item.allergens.contains.insert(Allergen::Gluten);
        assert!(!reads(&item));
        let mut item = dish();
        item.allergens.may_contain.insert(Allergen::Gluten);
        assert!(!reads(&item));
        for tag in [
            "wheat_free",
            "gluten",
            "free",
            "gluten_free_option",
            "vegan",
        ] {
            let mut item = dish();
            item.tags = list(&[tag]);
            assert!(!reads(&item), "{tag}");
        }
        // Joined with a request's limits, both hold.
        let filter = Filter::from_wire(&said).expect("a good filter");
        let both = filter.and(&Filter::from_query(&said).expect("a good filter"));
        assert!(!both.admits(&dish(), State::Available));
    }

    #[test]
    fn a_filter_that_admits_all_has_no_limit() {
        assert!(Filter::default().admits_all());
        let limits = [
            r#"{"categories": ["Mains"]}"#,
            r#"{"diets": ["vegan"]}"#,
            r#"{"exclude_allergens": ["milk"]}"#,
            r#"{"price_min_cents": 1}"#,
            r#"{"price_max_cents": 1}"#,
            r#"{"availability": "now"}"#,
        ];
        for limit in limits {
            let wire: Filters = serde_json::from_str(limit).expect("is one");
            let filter = Filter::from_wire(&wire).expect("a good filter");
            assert!(!filter.admits_all(), "{limit}");
            let said = Filter::from_query(&wire).expect("a good filter");
            assert!(!Filter::default().and(&said).admits_all(), "{limit}");
        }
    }

    #[test]
    fn a_said_diet_is_a_tag_a_stricter_tag_or_a_plain_name() {
        for (name, tag, diet, passes) in [
            ("Caesar", "vegan", "vegetarian", true),
            ("Caesar", "vegetarian", "vegan", false),
            ("Vegan Caesar", "", "vegan", true),
            ("Veggie Burger", "", "vegetarian", true),
            ("Veggie & Chicken Wrap", "", "vegetarian", false),
            ("Vegan or Chicken Caesar", "", "vegan", false),
            ("Non Vegetarian Thali", "", "vegetarian", false),
            ("Vegan option available", "", "vegan", false),
            ("Veggie Chicken Soup", "", "vegetarian", false),
        ] {
            let mut item = MenuItem::new("a", name);
            item.tags = list(&[tag]);
            let said = Filters {
                diets: list(&[diet]),
                ..Filters::default()
            };
            let filter = Filter::from_query(&said).expect("a good filter");
            assert_eq!(
                filter.admits(&item, State::Available),
                passes,
                "{name} {tag}"
            );
        }
    }

    #[test]
    fn only_a_stated_absence_passes_an_excluded_allergen() {
        for (name, passes) in [
            ("milk", true),
            ("Dairy", true),
            ("crustaceans", true),
            ("shellfish", false), // molluscs are not stated
            ("nuts", false),
            ("sesame", false),
            ("eggs", false), // unknown is not safe
        ] {
            let wire = Filters {
                exclude_allergens: list(&[name]),
                ..Filters::default()
            };
            assert_eq!(admits(&wire, &dish(), State::Available), passes, "{name}");
        }
    }

    #[test]
    fn price_needs_a_price_and_both_ends_are_included() {
        let unpriced = MenuItem::new("b", "B");
        for (min, max, passes) in [
            (None, Some(1000), true),
            (Some(1000), None, true),
            (Some(1001), None, false),
            (None, Some(999), false),
        ] {
            let wire = Filters {
                price_min_cents: min,
                price_max_cents: max,
                ..Filters::default()
            };
            assert_eq!(admits(&wire, &dish(), State::Available), passes);
            assert!(!admits(&wire, &unpriced, State::Available));
        }
    }

    #[test]
    fn categories_are_any_and_diets_are_all_of_the_list() {
        for (categories, diets, passes) in [
            (&["drinks", "MAIN dishes"][..], &[][..], true),
            (&["drinks"], &[], false),
            (&[], &["gluten-free", "vegan"], true),
            (&[], &["vegan", "halal"], false),
        ] {
            let wire = Filters {
                categories: list(categories),
                diets: list(diets),
                ..Filters::default()
            };
            assert_eq!(admits(&wire, &dish(), State::Available), passes);
        }
    }

    #[test]
    fn availability_now_hides_what_cannot_be_had() {
        let now = Filters {
            availability: AvailabilityFilter::Now,
            ..Filters::default()
        };
        for (state, passes) in [
            (State::Available, true),
            (State::SoldOut, false),
            (State::OutsideHours, false),
        ] {
            assert_eq!(admits(&now, &dish(), state), passes);
            assert!(admits(&Filters::default(), &dish(), state));
        }
    }

    #[test]
    fn a_filter_that_cannot_be_meant_is_an_error_naming_its_field() {
        let unknown = Filters {
            exclude_allergens: list(&["nutz"]),
            ..Filters::default()
        };
        let empty = Filters {
            diets: list(&[" "]),
            ..Filters::default()
        };
        let long = Filters {
            categories: vec!["x".to_owned(); 65],
            ..Filters::default()
        };
        let crossed = Filters {
            price_min_cents: Some(2),
            price_max_cents: Some(1),
            ..Filters::default()
        };
        for (wire, error) in [
            (unknown, FilterError::UnknownAllergen("nutz".to_owned())),
            (empty, FilterError::EmptyValue { field: "diets" }),
            (
                long,
                FilterError::TooManyValues {
                    field: "categories",
                    count: 65,
                },
            ),
            (crossed, FilterError::EmptyPriceRange { min: 2, max: 1 }),
        ] {
            assert_eq!(Filter::from_wire(&wire), Err(error.clone()));
            assert!(error.to_string().len() > 20 && !error.field().is_empty());
        }
    }
}
