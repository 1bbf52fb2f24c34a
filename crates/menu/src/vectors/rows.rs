//! The vectors as search reads them: a byte a dimension and, of a large menu, a bit a dimension.
//!
//! A byte is the number over its row's scale. For rows of 384 that moves a cosine by a few
//! ten-thousandths, and the products are exact integers, so every processor gives the same. Bits are the
//! signs of what a row has beyond the mean row: where there are many rows the signs
//! name the likeliest, and only those are compared by their bytes.

use super::Vectors;
use pulp::Arch;
use std::hint::black_box;
use std::ops::Range;

/// Rows from which signs go first: fewer are compared at once.
const MANY_ROWS: usize = 1_024;
/// Of so many rows the signs name one, but no fewer and no more than these.
const ONE_OF: usize = 16;
const FEWEST_LIKELY: usize = 512;
const MOST_LIKELY: usize = 2_048;
/// Signs in a word.
const WORD: usize = 64;
/// Rows looked at together, for whether any is near.
const BLOCK: usize = 64;
/// Rows whose bytes are asked for together.
const TOGETHER: usize = 16;
/// Bytes that memory hands over at once.
const CACHE_LINE: usize = 64;

/// When signs go first and how many rows they name.
#[derive(Debug, Clone, Copy)]
struct Shortlist {
    many: usize,
    likely: usize,
}

impl Shortlist {
    fn of(rows: usize) -> Self {
        Self {
            many: MANY_ROWS,
            likely: (rows / ONE_OF).clamp(FEWEST_LIKELY, MOST_LIKELY),
        }
    }
}

/// Rows of bytes with their scales, and of many their signs.
pub(crate) struct Rows {
    arch: Arch,
    likely: usize,
    dim: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// Item position of each row.
    owner: Vec<u32>,
    /// First row of each item; one more at the end.
    first: Vec<u32>,
    signs: Option<Signs>,
}

struct Signs {
    mean: Vec<f32>,
    words: usize,
    /// `words` for each row.
    bits: Vec<u64>,
}

/// How near items are to a query: the highest cosine of their rows, negative ones as 0.
pub(crate) enum Nearness {
    /// Of every item, by position.
    All(Vec<f32>),
    /// Of the likeliest, in the order of their positions; the rest are further.
    Likely(Vec<(u32, f32)>),
}

/// A query in numbers of 16 bits.
struct Asked {
    numbers: Vec<i16>,
    scale: f32,
}

impl Rows {
    pub(crate) fn of(vectors: &Vectors, items: usize) -> Self {
        Self::with(Shortlist::of(vectors.owner.len()), vectors, items)
    }

    fn with(shortlist: Shortlist, vectors: &Vectors, items: usize) -> Self {
        let dim = vectors.dim;
        let arch = Arch::new();
        let bytes = Vec::with_capacity(vectors.data.len());
        let scales = Vec::with_capacity(vectors.owner.len());
        let (bytes, scales) = widest(
            arch,
            #[inline(always)]
            move || {
                let (mut bytes, mut scales) = (bytes, scales);
                for row in vectors.data.chunks_exact(dim.max(1)) {
                    let largest = largest(row);
                    scales.push(largest / f32::from(i8::MAX));
                    bytes.extend(row.iter().map(|value| to_byte(value / largest)));
                }
                (bytes, scales)
            },
        );
        let mut first = vec![0; items + 1];
        for &owner in &vectors.owner {
            if let Some(count) = first.get_mut(owner as usize + 1) {
                *count += 1;
            }
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        Self {
            arch,
            likely: shortlist.likely,
            dim,
            bytes,
            scales,
            owner: vectors.owner.clone(),
            first,
            signs: (vectors.owner.len() >= shortlist.many).then(|| Signs::of(vectors)),
        }
    }

    /// How near the items are to `query`, a unit vector of the same space. Of a large menu those
    /// that the signs name, if `admits` their position, by the rows that they name, and those of `also`
    /// by the row that the signs have nearest: an item far off may so seem a little further than it is.
    pub(crate) fn nearness(
        &self,
        query: &[f32],
        also: &[u32],
        admits: impl Fn(u32) -> bool,
    ) -> Nearness {
        let asked = Asked::new(query);
        let Some(signs) = &self.signs else {
            return Nearness::All(self.nearness_of_all(&asked));
        };
        let wanted = signs.bits_of(query);
        let distances = vec![0_u16; self.owner.len()];
        let distances = widest(
            self.arch,
            #[inline(always)]
            move || signs.distances(&wanted, distances),
        );
        let mut rows = self.likely(&distances, signs.words * WORD, admits);
        let nearest = |position: &u32| {
            let rows =
                *self.first.get(*position as usize)?..*self.first.get(*position as usize + 1)?;
            rows.min_by_key(|row| distances.get(*row as usize))
        };
        rows.extend(also.iter().filter_map(nearest));
        #[expect(
            clippy::stable_sort_primitive,
            reason = "what is in order already is merged"
        )]
        rows.sort();
        rows.dedup();
        Nearness::Likely(self.nearness_of(&rows, &asked))
    }

    /// For each item how near it is to the first row of the one at `position`; empty where there
    /// are no rows.
    pub(crate) fn near(&self, position: u32) -> Vec<f32> {
        let first = self.first.get(position as usize).map(|row| *row as usize);
        let row = first.and_then(|row| self.bytes.chunks_exact(self.dim.max(1)).nth(row));
        row.map_or_else(Vec::new, |row| {
            let length = row
                .iter()
                .map(|&b| f32::from(b) * f32::from(b))
                .sum::<f32>();
            let inverse = 1.0 / length.sqrt().max(1.0);
            let vector: Vec<f32> = row.iter().map(|&b| f32::from(b) * inverse).collect();
            self.nearness_of_all(&Asked::new(&vector))
        })
    }

    fn nearness_of_all(&self, asked: &Asked) -> Vec<f32> {
        let best = vec![0.0_f32; self.first.len().saturating_sub(1)];
        widest(
            self.arch,
            #[inline(always)]
            move || {
                let mut best = best;
                let rows = self.bytes.chunks_exact(self.dim.max(1));
                for ((row, scale), &owner) in rows.zip(&self.scales).zip(&self.owner) {
                    if let Some(best) = best.get_mut(owner as usize) {
                        *best = best.max(asked.cosine(row, *scale));
                    }
                }
                best
            },
        )
    }

    fn row(&self, row: u32) -> Option<&[i8]> {
        let from = row as usize * self.dim;
        self.bytes.get(from..from + self.dim)
    }

    /// Reads a byte of each cache line of these rows, so that memory fetches them side by side and not one after
    /// the other: they lie far apart.
    #[inline(always)]
    fn fetch(&self, rows: &[u32]) {
        let lines = rows.iter().filter_map(|row| self.row(*row));
        let bytes = lines.flat_map(|row| row.iter().step_by(CACHE_LINE));
        black_box(bytes.fold(0, |all, byte| all ^ byte));
    }

    /// Of the items that have these rows, which are in order.
    fn nearness_of(&self, rows: &[u32], asked: &Asked) -> Vec<(u32, f32)> {
        let out: Vec<(u32, f32)> = Vec::with_capacity(rows.len());
        widest(
            self.arch,
            #[inline(always)]
            move || {
                let mut out = out;
                for rows in rows.chunks(TOGETHER) {
                    self.fetch(rows);
                    for &row in rows {
                        let at = row as usize;
                        let owned = self.scales.get(at).zip(self.owner.get(at));
                        let (Some(bytes), Some((&scale, &owner))) = (self.row(row), owned) else {
                            continue;
                        };
                        let cosine = asked.cosine(bytes, scale);
                        match out.last_mut() {
                            Some((last, best)) if *last == owner => *best = best.max(cosine),
                            _ => out.push((owner, cosine)),
                        }
                    }
                }
                out
            },
        )
    }

    /// The rows at the least distances, of 0 to `furthest`, whose owner is admitted; those at the
    /// last distance come all.
    fn likely(&self, distances: &[u16], furthest: usize, admits: impl Fn(u32) -> bool) -> Vec<u32> {
        let at_distance = counts(distances, furthest);
        let mut likely = Vec::with_capacity(self.likely);
        // Those nearer than `from` were looked at; where too many were refused, the ring grows.
        let (mut from, mut look_at) = (0, self.likely);
        while likely.len() < self.likely && from < at_distance.len() {
            let mut seen = 0;
            let within = at_distance[from..].iter().take_while(|count| {
                let more = seen < look_at;
                seen += **count;
                more
            });
            let ring = from..from + within.count();
            for row in rows_within(distances, &ring) {
                if admits(self.owner[row as usize]) {
                    likely.push(row);
                }
            }
            (from, look_at) = (ring.end, look_at * 2);
        }
        likely
    }
}

/// How many rows are at each distance, of 0 to `furthest`.
fn counts(distances: &[u16], furthest: usize) -> Vec<usize> {
    // Four counts side by side: neighbours are often equally far, and a count that was just written is slow to
    // read.
    let mut counts = vec![[0_u32; 4]; furthest + 1];
    let (fours, rest) = distances.as_chunks::<4>();
    for four in fours {
        for (lane, distance) in four.iter().enumerate() {
            counts[usize::from(*distance)][lane] += 1;
        }
    }
    for distance in rest {
        counts[usize::from(*distance)][0] += 1;
    }
    let sum = |lanes: [u32; 4]| lanes.iter().map(|count| *count as usize).sum();
    counts.into_iter().map(sum).collect()
}

/// The rows whose distance lies within `ring`, in order.
fn rows_within(distances: &[u16], ring: &Range<usize>) -> impl Iterator<Item = u32> {
    let bound = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    let (from, width) = (bound(ring.start), bound(ring.len()));
    let within = move |distance: &u16| distance.wrapping_sub(from) < width;
    // Few are near: most blocks are passed over whole.
    let blocks = (0_u32..).step_by(BLOCK).zip(distances.chunks(BLOCK));
    let some = blocks.filter(move |(_, block)| block.iter().fold(false, |any, d| any | within(d)));
    some.flat_map(move |(first, block)| {
        let rows = (first..).zip(block);
        rows.filter(move |(_, distance)| within(distance))
            .map(|(row, _)| row)
    })
}

/// Runs `work` with the widest instructions that the processor has. It must give away what it owns: a
/// closure that could run twice is called by way of a shim, and what is not inlined here is compiled for
/// the plainest processor.
#[inline(always)]
fn widest<R>(arch: Arch, work: impl FnOnce() -> R) -> R {
    arch.dispatch(work)
}

impl Signs {
    fn of(vectors: &Vectors) -> Self {
        let mut mean = vec![0.0_f64; vectors.dim];
        let count = vectors.owner.len().max(1);
        for row in vectors.data.chunks_exact(vectors.dim.max(1)) {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += f64::from(*value);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a mean of numbers below 1"
        )]
        let mean = mean.iter().map(|sum| (sum / count as f64) as f32).collect();
        let mut signs = Self {
            mean,
            words: vectors.dim.div_ceil(WORD),
            bits: Vec::new(),
        };
        let rows = vectors.data.chunks_exact(vectors.dim.max(1));
        signs.bits = rows.flat_map(|row| signs.bits_of(row)).collect();
        signs
    }

    fn bits_of(&self, row: &[f32]) -> Vec<u64> {
        let beyond: Vec<bool> = row.iter().zip(&self.mean).map(|(v, m)| v > m).collect();
        let word = |part: &[bool]| {
            let bits = part.iter().enumerate();
            bits.fold(0_u64, |word, (at, bit)| word | u64::from(*bit) << at)
        };
        beyond.chunks(WORD).map(word).collect()
    }

    /// Signs in which each row differs, written to `into`.
    #[inline(always)]
    fn distances(&self, wanted: &[u64], mut into: Vec<u16>) -> Vec<u16> {
        let rows = self.bits.chunks_exact(self.words.max(1));
        for (row, into) in rows.zip(&mut into) {
            let differ = row.iter().zip(wanted).map(|(a, b)| (a ^ b).count_ones());
            *into = u16::try_from(differ.sum::<u32>()).unwrap_or(u16::MAX);
        }
        into
    }
}

impl Nearness {
    /// Of the item at `position`; 0 where it is further than the likeliest.
    pub(crate) fn get(&self, position: u32) -> f32 {
        match self {
            Nearness::All(all) => all.get(position as usize).copied().unwrap_or(0.0),
            Nearness::Likely(likely) => likely
                .binary_search_by_key(&position, |(at, _)| *at)
                .ok()
                .and_then(|at| likely.get(at))
                .map_or(0.0, |(_, near)| *near),
        }
    }

    /// The only positions that may be near; `None` where any may.
    pub(crate) fn positions(&self) -> Option<impl Iterator<Item = u32>> {
        match self {
            Nearness::All(_) => None,
            Nearness::Likely(likely) => Some(likely.iter().map(|(position, _)| *position)),
        }
    }
}

impl Asked {
    fn new(vector: &[f32]) -> Self {
        // So fine that the sum of a row's products still fits 32 bits.
        let fits = i32::MAX / i32::from(i8::MAX) / i32::try_from(vector.len().max(1)).unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "at most 32,767")]
        let finest = fits.clamp(1, i32::from(i16::MAX)) as f32;
        let scale = largest(vector) / finest;
        #[expect(clippy::cast_possible_truncation, reason = "at most `finest`")]
        let numbers = vector
            .iter()
            .map(|value| (value / scale).round_ties_even() as i16);
        Self {
            numbers: numbers.collect(),
            scale,
        }
    }

    /// The cosine with a row of bytes, from 0 to 1.
    #[inline(always)]
    fn cosine(&self, row: &[i8], scale: f32) -> f32 {
        debug_assert_eq!(self.numbers.len(), row.len());
        let products = self.numbers.iter().zip(row);
        let sum: i32 = products.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        #[expect(
            clippy::cast_precision_loss,
            reason = "24 bits are enough for a cosine"
        )]
        let cosine = sum as f32 * (self.scale * scale);
        cosine.clamp(0.0, 1.0)
    }
}

/// The largest size of a number; never 0, so that it may divide.
#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    row.iter()
        .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()))
}

/// A number from -1 to 1 as a byte.
#[inline(always)]
fn to_byte(value: f32) -> i8 {
    #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
    let byte = (value * f32::from(i8::MAX)).round_ties_even() as i8;
    byte
}

#[cfg(test)]
mod tests;
