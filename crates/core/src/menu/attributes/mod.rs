//! What a question asks of a dish besides its name: "a light dessert under 6 dollars",
//! "nothing with nuts", "something spicy without meat".
//!
//! A phrase becomes a hard limit (diet, allergen, price, to be had now), an exclusion of a word
//! ("without onions"), a course, or a preference; the rest stays words to search for.
//!
//! Invariant: a limit is read only from an explicit phrase, and a stated allergy or diet is always
//! a limit. A course or a taste is read only where it is not part of something named. Spans lie in
//! the text. Never looks at a menu, apart from [`Facts`], which are of one item.

mod alarm;
mod before;
mod denied;
mod facts;
mod limits;
mod one_word;
mod phrases;
mod price;
mod scan;
mod soft;
mod words;

pub use facts::Facts;
pub use soft::{Course, Taste};

use crate::language::{self, Kind, Language, Phrase};
use crate::menu::text;
use olympus_proto::{Allergen, AvailabilityFilter, Filters, Span, Understood, UnderstoodKind};
use scan::Scan;
use std::collections::BTreeSet;

/// What one phrase means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A diet, as menus tag it.
    Diet(&'static str),
    /// None of these.
    Free(Vec<Allergen>),
    /// Between these prices, in cents.
    Price {
        /// Least.
        min: Option<i64>,
        /// Most.
        max: Option<i64>,
    },
    /// To be had now.
    Now,
    /// Items that mention none of these are left: the ingredient, then what carries it.
    Without(Vec<String>),
    /// A part of the meal.
    Course(Course),
    /// Rather like this.
    Taste(Taste),
}

/// One phrase that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it means.
    pub meaning: Meaning,
    /// For people: `vegan`, `no nuts`, `under 6.00`.
    pub label: String,
    /// First byte of it in the query.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
}

impl Finding {
    /// Whether it came from an explicit limit and must hold whatever is named besides.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        matches!(
            self.meaning,
            Meaning::Diet(_) | Meaning::Free(_) | Meaning::Price { .. } | Meaning::Now
        )
    }
}

/// A query, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// In the order of the text.
    pub findings: Vec<Finding>,
    /// The text without what became a limit, and without what was ignored.
    pub rest: String,
    /// Nothing but attributes and filling words was said: no dish is named.
    pub only_attributes: bool,
    /// The language it was read in, where that is not English.
    pub language: Option<Language>,
    /// The language (BCP 47) where only limits are read in it; `und` where not even they are.
    pub heard: Option<&'static str>,
    /// Where allergies are told that nobody has: "no nut allergies", "I'm not allergic to anything".
    pub denied: Vec<Span>,
}

/// Which manner of speaking the text is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// Somebody looks for a dish: "no cheese" is a limit.
    #[default]
    Search,
    /// Somebody orders: "no cheese" changes the dish, an allergy is still a limit.
    Order,
}

/// Reads `query`. A phrase whose words or label equal an entry of `ignore` is taken as not said.
#[must_use]
pub fn parse(query: &str, manner: Manner, ignore: &[String]) -> Parsed {
    let mut scan = Scan::new(query, manner);
    price::read(&mut scan);
    limits::read(&mut scan);
    soft::read(&mut scan);
    scan.finish(ignore)
}

/// As [`parse`], but hard limits alone are read: the other words stand in the name of a dish.
#[must_use]
pub fn parse_hard(query: &str, manner: Manner, ignore: &[String]) -> Parsed {
    parse_only(query, manner, ignore, Finding::is_hard)
}

/// As [`parse`], but no course and no taste is read: the words that are left name a dish, which
/// may be wanted without something.
#[must_use]
pub fn parse_beside_name(query: &str, manner: Manner, ignore: &[String]) -> Parsed {
    parse_only(query, manner, ignore, |found| {
        !matches!(found.meaning, Meaning::Course(_) | Meaning::Taste(_))
    })
}

fn parse_only(
    query: &str,
    manner: Manner,
    ignore: &[String],
    keep: impl Fn(&Finding) -> bool,
) -> Parsed {
    let mut scan = Scan::new(query, manner);
    price::read(&mut scan);
    limits::read(&mut scan);
    scan.retain(keep);
    scan.finish(ignore)
}

impl Parsed {
    /// The language it is in, where that is not English.
    #[must_use]
    pub fn tag(&self) -> Option<&'static str> {
        self.heard.or(self.language.map(Language::tag))
    }

    /// Whether anything was understood.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The hard limits, as a request would send them. Contradictory prices stay as they were
    /// said; nothing passes them.
    #[must_use]
    pub fn filters(&self) -> Filters {
        let mut filters = Filters::default();
        let mut diets = BTreeSet::new();
        let mut excluded = BTreeSet::new();
        for finding in &self.findings {
            match &finding.meaning {
                Meaning::Diet(diet) => {
                    diets.insert(*diet);
                }
                Meaning::Free(allergens) => excluded.extend(allergens.iter().copied()),
                Meaning::Price { min, max } => {
                    filters.price_min_cents = filters.price_min_cents.max(*min);
                    filters.price_max_cents = match (filters.price_max_cents, *max) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    };
                }
                Meaning::Now => filters.availability = AvailabilityFilter::Now,
                Meaning::Without(_) | Meaning::Course(_) | Meaning::Taste(_) => {}
            }
        }
        filters.diets = diets.into_iter().map(str::to_owned).collect();
        filters.exclude_allergens = excluded
            .into_iter()
            .map(|allergen: Allergen| allergen.as_str().to_owned())
            .collect();
        filters
    }

    /// The rest in English, where it was said in another language; what `has` says that the menu
    /// has stays as it was said.
    #[must_use]
    pub fn rest_in_english(&self, has: impl Fn(&str) -> bool) -> Option<String> {
        let language = self.language?;
        let said = text::words(&self.rest);
        let keeps = |phrase: Phrase<'_>| {
            phrase.kind != Kind::Cue && phrase.words.iter().all(|word| has(&word.text))
        };
        let words = language::in_english(&self.rest, said, language, keeps, &has);
        let english = language::written(&self.rest, &words);
        Some(match self.findings.is_empty() {
            true => english,
            false => scan::tidy(&english),
        })
    }

    /// The courses asked for.
    pub fn courses(&self) -> impl Iterator<Item = Course> + '_ {
        self.findings
            .iter()
            .filter_map(|found| match found.meaning {
                Meaning::Course(course) => Some(course),
                _ => None,
            })
    }

    /// The tastes asked for.
    pub fn tastes(&self) -> impl Iterator<Item = Taste> + '_ {
        self.findings
            .iter()
            .filter_map(|found| match found.meaning {
                Meaning::Taste(taste) => Some(taste),
                _ => None,
            })
    }

    /// What must not be mentioned: each the ingredient, then what carries it unsaid.
    pub fn without(&self) -> impl Iterator<Item = &[String]> + '_ {
        self.findings
            .iter()
            .filter_map(|found| match &found.meaning {
                Meaning::Without(words) => Some(words.as_slice()),
                _ => None,
            })
    }
}

impl Finding {
    /// As the answer shows it. `query` is the text that was read.
    #[must_use]
    pub fn shown(&self, query: &str) -> Understood {
        Understood {
            kind: match self.meaning {
                Meaning::Diet(_) => UnderstoodKind::Diet,
                Meaning::Free(_) => UnderstoodKind::Allergen,
                Meaning::Price { .. } => UnderstoodKind::Price,
                Meaning::Now => UnderstoodKind::Availability,
                Meaning::Without(_) => UnderstoodKind::NotMentioned,
                Meaning::Course(_) => UnderstoodKind::Course,
                Meaning::Taste(_) => UnderstoodKind::Preference,
            },
            label: self.label.clone(),
            text: query
                .get(self.start..self.end)
                .unwrap_or_default()
                .to_owned(),
            start: self.start,
            end: self.end,
            hard: self.is_hard() || matches!(self.meaning, Meaning::Without(_)),
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_stated;
