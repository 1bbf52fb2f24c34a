//! A query as this menu understands it: what limits, what is wished for, what is searched for.
//!
//! Invariant: a stated diet, allergen, price or hour is a limit whatever the menu names its
//! dishes. Words that together stand in a dish's name are that name: no course, taste or
//! exclusion is read into them. Without attributes a reading changes nothing of a search.

use crate::analysis;
use crate::fit::Fitter;
use crate::index::{MenuIndex, Overrides, View};
use crate::vocabulary::Field;
use olympus_core::menu::attributes::{self, Course, Facts, Manner, Meaning, Parsed, Taste};
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_proto::{Ambiguous, Hit, MenuItem, Parse, Weekday};
use std::collections::HashMap;

/// Share of tastes in the rank score where nothing else was said.
const TASTES_ALONE: f32 = 0.5;
/// Share of them beside words.
const TASTES_BESIDE_WORDS: f32 = 0.04;
/// Where what is left after an exclusion fits the words so much worse than what was excluded,
/// somebody named a dish and wants it made without.
const NAMED_DISH: f32 = 0.75;
/// Hits this near to the best are about equal to it.
const NEAR: f32 = 0.85;
/// Most items of a question.
const MOST_MEANT: usize = 8;

/// What is wished for beside the filter. The default wishes for nothing.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Which positions may appear; all where there is none.
    pub(crate) allowed: Option<Vec<bool>>,
    tastes: Vec<Taste>,
    /// A course that no heading of the menu names.
    course: Option<Course>,
    share: f32,
    /// Nothing but attributes was said: every item that passes the limits is worth showing.
    alone: bool,
}

/// A query, read against one menu.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The words to search for.
    pub text: String,
    /// The limits that the query states.
    pub filter: Filter,
    /// What else it asks for.
    pub wishes: Wishes,
    /// What was understood; absent where nothing was.
    pub parse: Option<Parse>,
}

impl Wishes {
    /// Whether nothing but attributes was said: no dish is named.
    #[must_use]
    pub fn alone(&self) -> bool {
        self.alone
    }
}

impl Reading {
    /// The query as words only.
    #[must_use]
    pub fn plain(query: &str) -> Self {
        Self {
            text: query.to_owned(),
            ..Self::default()
        }
    }
}

/// What the index knows of its items beside words.
#[derive(Debug)]
pub(crate) struct Sheet {
    facts: Vec<Facts>,
    /// 1 for the cheapest item, 0 for the dearest and for those without a price.
    cheap: Vec<f32>,
}

impl Sheet {
    /// `facts` are those of `items`, in their order.
    pub(crate) fn of(items: &[MenuItem], facts: Vec<Facts>) -> Self {
        let mut prices: Vec<i64> = items
            .iter()
            .filter_map(|item| item.price_cents.map(|price| price.0))
            .collect();
        prices.sort_unstable();
        let cheap = items.iter().map(|item| {
            item.price_cents.map_or(0.0, |price| {
                let cheaper = prices.partition_point(|other| *other < price.0);
                #[expect(clippy::cast_precision_loss, reason = "a share of a menu")]
                let share = cheaper as f32 / prices.len().max(1) as f32;
                1.0 - share
            })
        });
        Self {
            cheap: cheap.collect(),
            facts,
        }
    }
}

impl MenuIndex {
    /// Reads a query. `ignore` names phrases or labels that are taken as not said.
    #[must_use]
    pub fn read(&self, query: &str, manner: Manner, ignore: &[String]) -> Reading {
        let mut parsed = attributes::parse(query, manner, ignore);
        let is_named = self.is_named(query);
        if parsed.findings.iter().any(|found| !found.is_hard()) {
            // A word of a name is no attribute.
            if is_named {
                parsed = attributes::parse_hard(query, manner, ignore);
            } else if self.is_named(&parsed.rest) {
                parsed = attributes::parse_beside_name(query, manner, ignore);
            }
        }
        if !is_named && let Some(rest) = parsed.rest_in_english(|word| self.has(word)) {
            parsed.rest = rest;
        }
        if parsed.is_empty() && parsed.tag().is_none() && ignore.is_empty() {
            return Reading::plain(query);
        }
        self.reading(query, parsed)
    }

    /// Whether the menu says the words somewhere.
    fn has(&self, words: &str) -> bool {
        let terms = analysis::tokens(words);
        let known = |term: &str| self.vocabulary.id(term).is_some();
        !terms.is_empty() && terms.iter().all(|token| known(&token.term))
    }

    fn reading(&self, query: &str, mut parsed: Parsed) -> Reading {
        let wire = parsed.filters();
        // Every value of it is known; were one not, nothing may pass.
        let filter = Filter::from_query(&wire).unwrap_or_else(|_| Filter::nothing());
        let mut text = parsed.rest.clone();
        let mut wishes = Wishes {
            alone: parsed.only_attributes,
            tastes: parsed.tastes().collect(),
            share: if parsed.only_attributes {
                TASTES_ALONE
            } else {
                TASTES_BESIDE_WORDS
            },
            ..Wishes::default()
        };
        let mut allowed = vec![true; self.items.len()];
        let courses: Vec<Course> = parsed.courses().collect();
        let headed = courses.iter().all(|course| {
            self.sheet
                .facts
                .iter()
                .any(|facts| facts.is_headed(*course))
        });
        if headed && !courses.is_empty() {
            for (allowed, facts) in allowed.iter_mut().zip(&self.sheet.facts) {
                *allowed &= courses.iter().any(|course| facts.is_of(*course));
            }
            text = without_courses(query, &parsed);
        } else {
            wishes.course = courses.first().copied();
        }
        self.exclude(&mut parsed, &text, &filter, &mut allowed);
        let parse = Parse {
            understood: parsed
                .findings
                .iter()
                .map(|found| {
                    let mut shown = found.shown(query);
                    shown.hard |= headed && matches!(found.meaning, Meaning::Course(_));
                    shown
                })
                .collect(),
            filters: wire,
            rest: text.trim().to_owned(),
            language: parsed.tag().map(str::to_owned),
        };
        if allowed.contains(&false) {
            wishes.allowed = Some(allowed);
        }
        Reading {
            text,
            filter,
            wishes,
            parse: (!parse.understood.is_empty() || parse.language.is_some()).then_some(parse),
        }
    }

    /// Leaves out the items that mention an excluded word, unless a dish was named that is to be
    /// made without it; such an exclusion is then no longer said to have been applied.
    fn exclude(&self, parsed: &mut Parsed, text: &str, filter: &Filter, allowed: &mut [bool]) {
        let asked: Vec<String> = singulars(text);
        let words: Vec<Absence> = parsed
            .without()
            .map(|words| Absence::of(words, &asked))
            .collect();
        if words.is_empty() {
            return;
        }
        let mut left = allowed.to_vec();
        for position in self.with_a_word_of(&words) {
            let at = position as usize;
            if let (Some(left), Some(item)) = (left.get_mut(at), self.items.get(at)) {
                *left &= !mentions(item, &words);
            }
        }
        if !parsed.only_attributes {
            let (before, after) = (
                self.best_fit(text, filter, allowed),
                self.best_fit(text, filter, &left),
            );
            if after < NAMED_DISH * before {
                parsed
                    .findings
                    .retain(|found| !matches!(found.meaning, Meaning::Without(_)));
                return;
            }
        }
        allowed.copy_from_slice(&left);
    }

    /// Items whose own words have the first word of one of these; one may come again.
    fn with_a_word_of(&self, absences: &[Absence]) -> impl Iterator<Item = u32> {
        const OWN: [Field; 4] = [Field::Name, Field::Description, Field::Tags, Field::Aliases];
        let phrases = absences
            .iter()
            .flat_map(|absence| std::iter::once(&absence.ingredient).chain(&absence.carriers));
        let words = phrases.filter_map(|phrase| phrase.first());
        words.flat_map(|word| {
            OWN.map(|field| self.inverted.with_term(word, field))
                .concat()
        })
    }

    fn best_fit(&self, text: &str, filter: &Filter, allowed: &[bool]) -> f32 {
        let mut words = self.expander().words(text, false);
        // Whose dish goes by another name on the menu has not named that dish.
        for word in &mut words {
            word.meanings
                .retain(|meaning| !self.vocabulary.is_known(meaning.term));
        }
        let fitter = Fitter::new(&words, &self.vocabulary);
        let overrides = Overrides::new();
        let view = View {
            filter,
            overrides: &overrides,
            // Hours play no part: a filter for now is rare, and this is only a comparison.
            now: LocalTime {
                weekday: Weekday::Mon,
                minute_of_day: 720,
            },
            allowed: Some(allowed),
            judged: &[],
        };
        let fits = self.fits(&fitter, &words, 1, view).unwrap_or_default();
        fits.values().map(|fit| fit.score).fold(0.0, f32::max)
    }

    /// Whether the words are, side by side, in the name or an alias of an item.
    fn is_named(&self, text: &str) -> bool {
        let Some(terms) = self.content(text).filter(|terms| terms.len() >= 2) else {
            return false;
        };
        let entry = |term: &u32| self.vocabulary.entry(*term);
        let rarest = terms
            .iter()
            .map(entry)
            .max_by(|l, r| l.idf.total_cmp(&r.idf));
        let Some(rarest) = rarest else { return false };
        let in_names = [Field::Name, Field::Aliases].into_iter();
        let mut named = in_names.flat_map(|field| self.inverted.with_term(&rarest.term, field));
        named.any(|position| {
            let document = self.documents.get(position as usize);
            let mut phrases = document.into_iter().flat_map(|document| &document.phrases);
            phrases.any(|phrase| {
                let name: Vec<u32> = phrase
                    .terms
                    .iter()
                    .copied()
                    .filter(|term| !entry(term).grammar)
                    .collect();
                name.windows(terms.len()).any(|part| part == terms)
            })
        })
    }

    /// The terms of a text's words but for grammar; `None` where the menu does not have one.
    fn content(&self, text: &str) -> Option<Vec<u32>> {
        analysis::tokens(text)
            .iter()
            .filter(|token| !analysis::is_stop_word(&token.word))
            .map(|token| self.vocabulary.id(&token.term))
            .collect()
    }

    /// The score of an item with what was wished for; `score` is that of its words and meaning.
    pub(crate) fn wished(&self, wishes: &Wishes, position: u32, score: f32) -> f32 {
        let fit = self.taste(wishes, position);
        fit.map_or(score, |fit| score + wishes.share * (fit - score))
    }

    fn taste(&self, wishes: &Wishes, position: u32) -> Option<f32> {
        let facts = self.sheet.facts.get(position as usize)?;
        let cheap = self.sheet.cheap.get(position as usize).copied();
        let tastes = wishes.tastes.iter().map(|taste| match taste {
            Taste::Cheap => cheap.unwrap_or(0.0),
            taste => facts.fits(*taste),
        });
        let course = wishes
            .course
            .map(|course| f32::from(u8::from(facts.is_of(course))));
        let (sum, count) = tastes
            .chain(course)
            .fold((0.0, 0.0), |(sum, count), fit| (sum + fit, count + 1.0));
        (count > 0.0).then(|| sum / count)
    }

    /// What of the wishes the item fits, for people.
    pub(crate) fn fitting(&self, wishes: &Wishes, position: u32) -> Vec<&'static str> {
        let Some(facts) = self.sheet.facts.get(position as usize) else {
            return Vec::new();
        };
        wishes
            .tastes
            .iter()
            .filter(|taste| **taste != Taste::Cheap && facts.fits(**taste) >= 0.5)
            .map(|taste| taste.label())
            .collect()
    }

    /// Whether the words name a kind of which the best hits are several dishes.
    #[must_use]
    pub fn ambiguous(&self, text: &str, hits: &[Hit]) -> Option<Ambiguous> {
        let asked = self
            .content(text)
            .filter(|terms| (1..=3).contains(&terms.len()))?;
        let best = hits.first()?;
        let mut meant: HashMap<&str, &Hit> = HashMap::new();
        let mut ids = Vec::new();
        for hit in hits.iter().take_while(|hit| hit.score >= NEAR * best.score) {
            let name = self.content(&hit.name)?;
            if !asked.iter().all(|term| name.contains(term)) {
                break;
            }
            let item = self.get(hit.id.as_str())?;
            let exact = |said: &str| self.content(said).is_some_and(|said| same(&said, &asked));
            if exact(&hit.name) || item.aliases.iter().any(|alias| exact(alias)) {
                return None;
            }
            if ids.len() < MOST_MEANT && meant.insert(hit.name.as_str(), hit).is_none() {
                ids.push(hit.id.clone());
            }
        }
        (ids.len() >= 2).then(|| Ambiguous {
            question: format!("which {}?", text.trim().to_lowercase()),
            ids,
        })
    }
}

fn same(left: &[u32], right: &[u32]) -> bool {
    left.len() == right.len() && left.iter().all(|term| right.contains(term))
}

/// What is left of the query without the words of courses: the menu's headings answer for them.
fn without_courses(query: &str, parsed: &Parsed) -> String {
    let tastes: Vec<&str> = parsed
        .findings
        .iter()
        .filter(|found| matches!(found.meaning, Meaning::Taste(_)))
        .filter_map(|found| query.get(found.start..found.end))
        .collect();
    tastes.join(" ")
}

fn singulars(word: &str) -> Vec<String> {
    analysis::tokens(word)
        .into_iter()
        .map(|token| token.term)
        .collect()
}

/// An ingredient that is not to be mentioned.
struct Absence {
    ingredient: Vec<String>,
    /// What carries it unsaid, but for what was asked for: "tea without caffeine" is tea.
    carriers: Vec<Vec<String>>,
}

impl Absence {
    fn of(words: &[String], asked: &[String]) -> Self {
        let mut phrases = words.iter().map(|word| singulars(word));
        Self {
            ingredient: phrases.next().unwrap_or_default(),
            carriers: phrases
                .filter(|phrase| {
                    !asked
                        .windows(phrase.len().max(1))
                        .any(|part| part == phrase)
                })
                .collect(),
        }
    }
}

/// Whether the item's own words have one of the ingredients, or a carrier of it where they do not
/// say that it is free of it ("decaf", "alcohol free").
fn mentions(item: &MenuItem, absences: &[Absence]) -> bool {
    let texts: Vec<Vec<String>> = std::iter::once(&item.name)
        .chain(&item.description)
        .chain(&item.tags)
        .chain(&item.aliases)
        .map(|said| singulars(said))
        .collect();
    absences.iter().any(|absence| {
        let mut said = false;
        for terms in &texts {
            for (at, part) in terms.windows(absence.ingredient.len().max(1)).enumerate() {
                if part != absence.ingredient {
                    continue;
                }
                let before = at.checked_sub(1).and_then(|at| terms.get(at));
                let after = terms.get(at + part.len());
                if before.is_some_and(|word| ABSENT.contains(&word.as_str()))
                    || after.is_some_and(|word| word == "free")
                {
                    return false;
                }
                said = true;
            }
        }
        let excused = texts
            .iter()
            .flatten()
            .any(|term| EXCUSES.contains(&term.as_str()));
        let carried = || {
            absence.carriers.iter().any(|phrase| {
                let holds = |terms: &Vec<String>| {
                    terms
                        .windows(phrase.len().max(1))
                        .any(|part| part == phrase)
                };
                texts.iter().any(holds)
            })
        };
        said || (!excused && carried())
    })
}

/// Words before an ingredient that say that it is absent.
const ABSENT: &[&str] = &["no", "without", "non", "zero"];
/// Words that say of a drink that it lacks what such drinks have.
const EXCUSES: &[&str] = &[
    "decaf",
    "decaffeinated",
    "herbal",
    "virgin",
    "nonalcoholic",
    "alcoholfree",
];
