//! The index of one menu: building it, and searching it.

use crate::document::{Document, Draft};
use crate::error::MenuError;
use crate::expand::{Expander, QueryWord};
use crate::fit::{Fit, Fitter, Room};
use crate::inverted::{Inverted, Wanted};
use crate::part::Part;
use crate::render::Renderer;
use crate::top::{Scored, TopK};
use crate::usual::{Usual, words_of};
use crate::vectors::{Nearness, Rows, Vectors};
use crate::vocabulary::{Field, Vocabulary};
use crate::wishes::{Sheet, Wishes};
use olympus_core::menu::attributes::Facts;
use olympus_core::menu::availability::{self, LocalTime};
use olympus_core::menu::filter::Filter;
use olympus_core::menu::fusion::{Fusion, WEIGHTS};
use olympus_proto::{Hit, HitScores, ItemId, MenuItem, MenuVersion, SpaceId, State, Usually};
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What staff said of being sold out since the import; absent items are as the menu says.
pub type Overrides = HashMap<ItemId, bool>;

/// Items judged for a page of 10: far more than the page, so that BM25's order hardly matters.
const LEAST_CANDIDATES: usize = 256;
/// Items judged for each hit asked for, on longer pages.
const CANDIDATES_A_HIT: usize = 8;

/// What is known of a query's meaning. All but [`Meaning::None`] judge the whole menu by it.
#[derive(Debug, Clone, Copy)]
pub enum Meaning<'a> {
    /// Nothing: words alone decide.
    None,
    /// Its embedding, a unit vector, and the space that it lives in.
    Vector(&'a SpaceId, &'a [f32]),
    /// How near each item is, as another index compared them: the cosine of its nearest passage.
    /// Items that are not there are not near, ids of other menus are passed over, and what is no
    /// finite number counts as 0.
    Items(&'a HashMap<ItemId, f32>),
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// What was typed or said; empty lists the menu by category.
    pub text: &'a str,
    /// What is known of its meaning.
    pub meaning: Meaning<'a>,
    /// Most hits.
    pub limit: usize,
    /// Who may appear.
    pub filter: &'a Filter,
    /// The last word may be unfinished.
    pub as_you_type: bool,
}

/// One version of one menu, in RAM.
pub struct MenuIndex {
    pub(crate) items: Vec<MenuItem>,
    version: MenuVersion,
    positions: HashMap<ItemId, u32>,
    /// Every position, by category in the order in which categories first appear.
    by_category: Vec<u32>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) documents: Vec<Document>,
    pub(crate) inverted: Inverted,
    /// Which model made the rows, and how long they are.
    space: SpaceId,
    dim: usize,
    rows: Rows,
    pub(crate) sheet: Sheet,
    /// What each item usually is, once somebody was shown it.
    usual: Vec<OnceLock<Usual>>,
}

/// The circumstances of one search.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) filter: &'a Filter,
    pub(crate) overrides: &'a Overrides,
    pub(crate) now: LocalTime,
    /// Which positions may appear at all.
    pub(crate) allowed: Option<&'a [bool]>,
    /// What was found out about each position; empty where nobody asks twice.
    pub(crate) judged: &'a [Cell<Option<bool>>],
}

impl View<'_> {
    pub(crate) fn state(&self, item: &MenuItem) -> State {
        availability::state(item, self.overrides.get(&item.id).copied(), self.now)
    }

    pub(crate) fn admits(&self, position: u32, item: &MenuItem) -> bool {
        let allowed = |allowed: &[bool]| allowed.get(position as usize) == Some(&true);
        if !self.allowed.is_none_or(allowed) {
            return false;
        }
        // Most searches have no limit, and need not look at items that are not shown.
        if self.filter.admits_all() {
            return true;
        }
        let judged = self.judged.get(position as usize);
        if let Some(known) = judged.and_then(Cell::get) {
            return known;
        }
        let admits = self.filter.admits(item, self.state(item));
        if let Some(judged) = judged {
            judged.set(Some(admits));
        }
        admits
    }
}

impl MenuIndex {
    /// Indexes `items`. Takes some 50 µs an item on two cores; memory peaks at some 4 KB an item,
    /// the item itself included and the vectors not.
    ///
    /// # Errors
    /// [`MenuError`] where ids repeat, the vectors are not these items', or tantivy fails.
    pub fn build(
        items: Vec<MenuItem>,
        version: MenuVersion,
        vectors: Vectors,
    ) -> Result<Self, MenuError> {
        let count = u32::try_from(items.len()).map_err(|_| MenuError::TooManyItems(items.len()))?;
        let parts = Part::of_all(&items);
        let passages: Vec<usize> = parts.iter().map(|part| part.passages).collect();
        vectors.check(&passages)?;
        let mut positions = HashMap::with_capacity(items.len());
        for (position, item) in (0..count).zip(&items) {
            if positions.insert(item.id.clone(), position).is_some() {
                return Err(MenuError::DuplicateId(item.id.clone()));
            }
        }
        let (drafts, facts): (Vec<Draft>, Vec<Facts>) = parts
            .into_iter()
            .map(|part| (part.draft, part.facts))
            .unzip();
        let mut counts = FxHashMap::default();
        for draft in &drafts {
            draft.count(&mut counts);
        }
        let vocabulary = Vocabulary::new(counts, count);
        let inverted = Inverted::build(&drafts)?;
        Ok(Self {
            documents: drafts
                .iter()
                .map(|draft| draft.number(&vocabulary))
                .collect(),
            inverted,
            by_category: by_category(&items),
            sheet: Sheet::of(&items, facts),
            usual: vec![OnceLock::new(); items.len()],
            rows: Rows::of(&vectors, items.len()),
            space: vectors.space,
            dim: vectors.dim,
            items,
            version,
            positions,
            vocabulary,
        })
    }

    /// The items, in menu order.
    #[must_use]
    pub fn items(&self) -> &[MenuItem] {
        &self.items
    }

    /// The item of that id, with its position.
    pub(crate) fn find(&self, id: &str) -> Option<(u32, &MenuItem)> {
        let position = *self.positions.get(id)?;
        Some((position, self.items.get(position as usize)?))
    }

    fn usual(&self, position: u32) -> Option<&Usual> {
        let at = position as usize;
        let (item, known) = (self.items.get(at)?, self.usual.get(at)?);
        Some(known.get_or_init(|| Usual::of(item)))
    }

    /// What the item at `position` usually is, where the menu does not say what it is.
    pub(crate) fn usually(&self, position: u32) -> Option<&Usually> {
        self.usual(position)?.said.as_ref()
    }

    /// The texts by which such an item is looked for; none where the menu says what it is.
    pub(crate) fn usual_words(&self, position: u32) -> impl Iterator<Item = &'static str> {
        let usual = self.usual(position).into_iter();
        usual.flat_map(|usual| usual.entries.iter().flat_map(|entry| words_of(entry)))
    }

    /// How near each item is in meaning to the one at `position`; empty where there are no vectors.
    pub(crate) fn near(&self, position: u32) -> Vec<f32> {
        self.rows.near(position)
    }

    /// The item of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&MenuItem> {
        self.find(id).map(|(_, item)| item)
    }

    /// Which menu this is.
    #[must_use]
    pub fn version(&self) -> MenuVersion {
        self.version
    }

    /// The space of the vectors; `none` where there are none.
    #[must_use]
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    /// The best hits, best first. A text without a word (empty, punctuation) lists the menu by
    /// category in menu order, unless its meaning is known.
    ///
    /// # Errors
    /// [`MenuError::SpaceMismatch`] and [`MenuError::DimensionMismatch`] where the vector is not
    /// of this index's model; [`MenuError::SearchIndex`] where tantivy fails.
    pub fn search(
        &self,
        query: &Query<'_>,
        overrides: &Overrides,
        now: LocalTime,
    ) -> Result<Vec<Hit>, MenuError> {
        self.search_wishing(query, &Wishes::default(), overrides, now)
    }

    /// As [`MenuIndex::search`], with what [`MenuIndex::read`] understood of the query.
    ///
    /// # Errors
    /// As [`MenuIndex::search`].
    pub fn search_wishing(
        &self,
        query: &Query<'_>,
        wishes: &Wishes,
        overrides: &Overrides,
        now: LocalTime,
    ) -> Result<Vec<Hit>, MenuError> {
        let limited = if query.filter.admits_all() {
            0
        } else {
            self.items.len()
        };
        let judged = vec![Cell::new(None); limited];
        let view = View {
            filter: query.filter,
            overrides,
            now,
            allowed: wishes.allowed.as_deref(),
            judged: &judged,
        };
        let meaning = match query.meaning {
            _ if query.text.trim().is_empty() => Meaning::None,
            Meaning::Vector(space, vector) => self.checked(space, vector)?,
            other => other,
        };
        let words = self.expander().words(query.text, query.as_you_type);
        if words.is_empty() && matches!(meaning, Meaning::None) {
            return Ok(self.browse(query.limit, view));
        }
        let fitter = Fitter::new(&words, &self.vocabulary);
        let fits = self.fits(&fitter, &words, query.limit, view)?;
        let nearness = self.nearness(meaning, &fits, view);
        let best = self.best(&fits, nearness.as_ref(), wishes, query.limit, view);
        let renderer = Renderer::new(self, &fitter, &words);
        Ok(best
            .into_iter()
            .filter_map(|(scored, scores)| {
                let item = self.items.get(scored.position as usize)?;
                let fit = fits.get(&scored.position).copied();
                let state = view.state(item);
                let mut hit = renderer.hit(scored.position, item, state, scored.score, scores, fit);
                let fitting = self.fitting(wishes, scored.position);
                if !fitting.is_empty() {
                    hit.reason = format!("{}; fits {}", hit.reason, fitting.join(", "));
                }
                Some(hit)
            })
            .collect())
    }

    pub(crate) fn expander(&self) -> Expander<'_> {
        Expander {
            vocabulary: &self.vocabulary,
        }
    }

    /// Nearness by position, of what was told by id.
    fn told(&self, cosines: &HashMap<ItemId, f32>) -> Vec<f32> {
        let mut nearness = vec![0.0; self.items.len()];
        for (id, cosine) in cosines {
            let position = self.positions.get(id).map(|position| *position as usize);
            if let Some(near) = position.and_then(|position| nearness.get_mut(position))
                && cosine.is_finite()
            {
                *near = cosine.clamp(0.0, 1.0);
            }
        }
        nearness
    }

    /// Refuses a vector that is not of this index's model.
    fn checked<'a>(&self, space: &'a SpaceId, vector: &'a [f32]) -> Result<Meaning<'a>, MenuError> {
        if *space != self.space {
            return Err(MenuError::SpaceMismatch {
                menu: self.space.clone(),
                query: space.clone(),
            });
        }
        if vector.len() != self.dim {
            return Err(MenuError::DimensionMismatch {
                menu: self.dim,
                query: vector.len(),
            });
        }
        Ok(Meaning::Vector(space, vector))
    }

    fn nearness(
        &self,
        meaning: Meaning<'_>,
        fits: &FxHashMap<u32, Fit>,
        view: View<'_>,
    ) -> Option<Nearness> {
        match meaning {
            Meaning::None => None,
            Meaning::Items(cosines) => Some(Nearness::All(self.told(cosines))),
            Meaning::Vector(_, vector) => {
                let fitting: Vec<u32> = fits.keys().copied().collect();
                Some(self.rows.nearness(vector, &fitting, |position| {
                    let item = self.items.get(position as usize);
                    item.is_some_and(|item| view.admits(position, item))
                }))
            }
        }
    }

    /// The menu as it is printed.
    fn browse(&self, limit: usize, view: View<'_>) -> Vec<Hit> {
        self.by_category
            .iter()
            .filter_map(|&position| Some((position, self.items.get(position as usize)?)))
            .filter(|&(position, item)| view.admits(position, item))
            .take(limit)
            .map(|(position, item)| {
                Renderer::listed(item, view.state(item), self.usually(position).cloned())
            })
            .collect()
    }

    /// Judges the candidates by their words. All of them are admitted.
    pub(crate) fn fits(
        &self,
        fitter: &Fitter<'_>,
        words: &[QueryWord],
        limit: usize,
        view: View<'_>,
    ) -> Result<FxHashMap<u32, Fit>, MenuError> {
        let wanted: Vec<Vec<Wanted<'_>>> = words.iter().map(|word| self.wanted(word)).collect();
        let limit = limit
            .saturating_mul(CANDIDATES_A_HIT)
            .max(LEAST_CANDIDATES)
            .min(self.items.len());
        let candidates = self.inverted.candidates(&wanted, limit, |position| {
            self.items
                .get(position as usize)
                .is_some_and(|item| view.admits(position, item))
        })?;
        let mut room = Room::default();
        Ok(candidates
            .into_iter()
            .filter_map(|position| {
                let document = self.documents.get(position as usize)?;
                Some((position, fitter.fit(document, &mut room)))
            })
            .collect())
    }

    fn wanted(&self, word: &QueryWord) -> Vec<Wanted<'_>> {
        let mut wanted = Vec::new();
        for meaning in &word.meanings {
            let entry = self.vocabulary.entry(meaning.term);
            for field in Field::ALL {
                if entry.fields.contains(field) {
                    wanted.push(Wanted {
                        term: &entry.term,
                        field,
                        weight: meaning.quality * boost(field),
                    });
                }
            }
        }
        wanted
    }

    /// The best of the words' candidates and, with vectors, of the whole menu.
    fn best(
        &self,
        fits: &FxHashMap<u32, Fit>,
        nearness: Option<&Nearness>,
        wishes: &Wishes,
        limit: usize,
        view: View<'_>,
    ) -> Vec<(Scored, HitScores)> {
        let best_lexical = fits.values().map(|fit| fit.score).fold(0.0, f32::max);
        let fusion = Fusion::new(WEIGHTS, best_lexical, nearness.is_some());
        let scores_of = |position: u32| HitScores {
            lexical: fits.get(&position).map_or(0.0, |fit| fit.score),
            semantic: nearness.map_or(0.0, |near| near.get(position)),
        };
        let mut top = TopK::new(limit.min(self.items.len()));
        let mut offer = |position: u32, item: &MenuItem| {
            let scores = scores_of(position);
            let score = fusion.score(scores.lexical, scores.semantic);
            let score = self.wished(wishes, position, score);
            if score > 0.0 || wishes.alone() {
                top.offer(position, score, || view.admits(position, item));
            }
        };
        let at = |position: u32| Some((position, self.items.get(position as usize)?));
        // Whoever has no score is not worth a look, but for what tastes alone decide.
        match nearness.map(Nearness::positions) {
            _ if wishes.alone() => (0..).zip(&self.items).for_each(|(p, item)| offer(p, item)),
            None => fits
                .keys()
                .filter_map(|p| at(*p))
                .for_each(|(p, item)| offer(p, item)),
            Some(None) => (0..).zip(&self.items).for_each(|(p, item)| offer(p, item)),
            Some(Some(likely)) => likely.filter_map(at).for_each(|(p, item)| offer(p, item)),
        }
        top.into_sorted()
            .into_iter()
            .map(|scored| (scored, scores_of(scored.position)))
            .collect()
    }
}

/// What BM25 in a field counts for when candidates are named.
fn boost(field: Field) -> f32 {
    match field {
        Field::Name | Field::Joined => 3.0,
        Field::Aliases | Field::Known => 2.5,
        Field::Category => 1.5,
        Field::Tags => 1.2,
        Field::Description | Field::Gloss => 1.0,
    }
}

fn by_category(items: &[MenuItem]) -> Vec<u32> {
    let mut headings: HashMap<Option<&str>, usize> = HashMap::new();
    let mut keyed: Vec<(usize, u32)> = (0..)
        .zip(items)
        .map(|(position, item)| {
            let next = headings.len();
            (
                *headings.entry(item.category.as_deref()).or_insert(next),
                position,
            )
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, position)| position).collect()
}
