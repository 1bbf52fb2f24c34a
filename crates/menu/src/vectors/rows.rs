//! The vectors as search reads them: a byte a dimension and, of a large menu, a bit a dimension.
//!
//! A byte is the number over its row's scale. For rows of 384 that moves a cosine by a few
//! ten-thousandths, and the products are exact integers, so every processor gives the same. Bits are the
//! signs of what a row has beyond the mean row: where there are many rows the signs
//! name the likeliest, and only those are compared by their bytes.

use super::Vectors;
use crate::top::TopK;
use pulp::Arch;

/// Rows from which signs go first: up to here comparing every row costs a fraction of a
/// millisecond.
const MANY_ROWS: usize = 16_384;
/// Rows that the signs name.
const LIKELY: usize = 2_048;
/// Signs in a word.
const WORD: usize = 64;

/// When signs go first and how many rows they name.
#[derive(Debug, Clone, Copy)]
struct Shortlist {
    many: usize,
    likely: usize,
}

const SHORTLIST: Shortlist = Shortlist {
    many: MANY_ROWS,
    likely: LIKELY,
};

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
struct Asked<'a> {
    vector: &'a [f32],
    numbers: Vec<i16>,
    scale: f32,
}

impl Rows {
    pub(crate) fn of(vectors: &Vectors, items: usize) -> Self {
        Self::with(SHORTLIST, vectors, items)
    }

    fn with(shortlist: Shortlist, vectors: &Vectors, items: usize) -> Self {
        let dim = vectors.dim;
        let mut bytes = Vec::with_capacity(vectors.data.len());
        let mut scales = Vec::with_capacity(vectors.owner.len());
        for row in vectors.data.chunks_exact(dim.max(1)) {
            let largest = largest(row);
            scales.push(largest / f32::from(i8::MAX));
            bytes.extend(row.iter().map(|value| to_byte(value / largest)));
        }
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
            arch: Arch::new(),
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
    /// that the signs name, if `admits` their position, and those of `also`.
    pub(crate) fn nearness(
        &self,
        query: &[f32],
        also: &[u32],
        admits: impl Fn(u32) -> bool,
    ) -> Nearness {
        let asked = Asked::new(query);
        match &self.signs {
            None => Nearness::All(self.nearness_of_all(&asked)),
            Some(signs) => {
                let mut positions: Vec<u32> = self.likely(signs, query, admits);
                positions.extend(also);
                positions.sort_unstable();
                positions.dedup();
                Nearness::Likely(self.nearness_of(&positions, &asked))
            }
        }
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

    fn nearness_of_all(&self, asked: &Asked<'_>) -> Vec<f32> {
        let mut best = vec![0.0_f32; self.first.len().saturating_sub(1)];
        self.arch.dispatch(|| {
            let rows = self.bytes.chunks_exact(self.dim.max(1));
            for ((row, scale), &owner) in rows.zip(&self.scales).zip(&self.owner) {
                if let Some(best) = best.get_mut(owner as usize) {
                    *best = best.max(asked.cosine(row, *scale));
                }
            }
        });
        best
    }

    fn nearness_of(&self, positions: &[u32], asked: &Asked<'_>) -> Vec<(u32, f32)> {
        let mut out = Vec::with_capacity(positions.len());
        self.arch.dispatch(|| {
            for &position in positions {
                let at = position as usize;
                let (Some(&from), Some(&to)) = (self.first.get(at), self.first.get(at + 1)) else {
                    continue;
                };
                let mut best = 0.0_f32;
                for row in from as usize..to as usize {
                    let bytes = self.bytes.get(row * self.dim..(row + 1) * self.dim);
                    let scale = self.scales.get(row).copied().unwrap_or(0.0);
                    best = best.max(asked.cosine(bytes.unwrap_or_default(), scale));
                }
                out.push((position, best));
            }
        });
        out
    }

    /// Owners of the rows whose signs differ from the query's in the fewest places.
    fn likely(&self, signs: &Signs, query: &[f32], admits: impl Fn(u32) -> bool) -> Vec<u32> {
        let wanted = signs.bits_of(query);
        let mut distances = vec![0_u16; self.owner.len()];
        self.arch
            .dispatch(|| signs.distances(&wanted, &mut distances));
        let mut top = TopK::new(self.likely);
        for (row, &distance) in (0_u32..).zip(&distances) {
            let owner = self.owner.get(row as usize).copied().unwrap_or_default();
            top.offer(row, -f32::from(distance), || admits(owner));
        }
        let rows = top.into_sorted().into_iter();
        rows.filter_map(|scored| self.owner.get(scored.position as usize).copied())
            .collect()
    }
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

    /// Signs in which each row differs.
    #[inline(always)]
    fn distances(&self, wanted: &[u64], into: &mut [u16]) {
        for (row, into) in self.bits.chunks_exact(self.words.max(1)).zip(into) {
            let differ = row.iter().zip(wanted).map(|(a, b)| (a ^ b).count_ones());
            *into = u16::try_from(differ.sum::<u32>()).unwrap_or(u16::MAX);
        }
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

impl<'a> Asked<'a> {
    fn new(vector: &'a [f32]) -> Self {
        // So fine that the sum of a row's products still fits 32 bits.
        let fits = i32::MAX / i32::from(i8::MAX) / i32::try_from(vector.len().max(1)).unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "at most 32,767")]
        let finest = fits.clamp(1, i32::from(i16::MAX)) as f32;
        let scale = largest(vector) / finest;
        #[expect(clippy::cast_possible_truncation, reason = "at most `finest`")]
        let numbers = vector.iter().map(|value| (value / scale).round() as i16);
        Self {
            vector,
            numbers: numbers.collect(),
            scale,
        }
    }

    /// The cosine with a row of bytes, from 0 to 1.
    #[inline(always)]
    fn cosine(&self, row: &[i8], scale: f32) -> f32 {
        debug_assert_eq!(self.vector.len(), row.len());
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
fn largest(row: &[f32]) -> f32 {
    row.iter()
        .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()))
}

/// A number from -1 to 1 as a byte.
fn to_byte(value: f32) -> i8 {
    #[expect(clippy::cast_possible_truncation, reason = "at most 127")]
    let byte = (value * f32::from(i8::MAX)).round() as i8;
    byte
}

#[cfg(test)]
mod tests {
    use super::{Nearness, Rows, Shortlist};
    use crate::vectors::Vectors;
    use olympus_proto::SpaceId;
    use proptest::prelude::*;
    use pulp::Arch;
    use std::collections::BTreeSet;

    const EXACT: Shortlist = Shortlist {
        many: usize::MAX,
        likely: 0,
    };

    fn unit(values: &[f32]) -> Vec<f32> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        values.iter().map(|v| v / length).collect()
    }

    /// Directions in which synthetic rows differ: sentence vectors fill few of their dimensions.
    const DIRECTIONS: usize = 32;

    /// Two rows for each item: a mixture of the same few directions and some noise.
    fn menu(items: usize, dim: usize, seed: u64) -> Vectors {
        let draw = |state: &mut u64, count: usize| -> Vec<f32> {
            let next = |_| {
                *state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (*state >> 40) as f32 / (1 << 24) as f32 - 0.5
            };
            (0..count).map(next).collect()
        };
        let directions = draw(&mut 99, DIRECTIONS * dim);
        let mut state = seed;
        let mut data = Vec::with_capacity(items * 2 * dim);
        for _ in 0..items * 2 {
            let mut row = draw(&mut state, dim);
            let shares = draw(&mut state, DIRECTIONS);
            for (share, direction) in shares.iter().zip(directions.chunks_exact(dim)) {
                for (value, part) in row.iter_mut().zip(direction) {
                    *value += share * part;
                }
            }
            data.extend(unit(&row));
        }
        Vectors {
            space: SpaceId::from("s"),
            dim,
            data,
            owner: (0..items as u32).flat_map(|item| [item, item]).collect(),
        }
    }

    fn cosines(vectors: &Vectors, query: &[f32]) -> Vec<f32> {
        let mut best = vec![0.0_f32; vectors.owner.len() / 2];
        for (row, owner) in vectors.data.chunks_exact(vectors.dim).zip(&vectors.owner) {
            let cosine: f32 = row.iter().zip(query).map(|(a, b)| a * b).sum();
            let best = &mut best[*owner as usize];
            *best = best.max(cosine);
        }
        best
    }

    fn all(nearness: Nearness) -> Vec<f32> {
        match nearness {
            Nearness::All(all) => all,
            Nearness::Likely(_) => panic!("every row was to be compared"),
        }
    }

    #[test]
    fn bytes_say_what_numbers_say() {
        let vectors = menu(200, 384, 1);
        let rows = Rows::with(EXACT, &vectors, 200);
        for query in menu(20, 384, 2).data.chunks_exact(384) {
            let near = all(rows.nearness(query, &[], |_| true));
            for (said, exact) in near.iter().zip(cosines(&vectors, query)) {
                assert!((said - exact).abs() < 2e-3, "{said} is not {exact}");
            }
        }
    }

    #[test]
    fn signs_keep_the_nearest() {
        let vectors = menu(4_000, 384, 3);
        let shortlist = Shortlist {
            many: 1,
            likely: 400,
        };
        let rows = Rows::with(shortlist, &vectors, 4_000);
        let mut kept = 0;
        for query in menu(50, 384, 4).data.chunks_exact(384) {
            let near = rows.nearness(query, &[], |_| true);
            assert!(near.positions().expect("a shortlist").count() <= 400);
            let exact = cosines(&vectors, query);
            let mut order: Vec<u32> = (0..4_000).collect();
            order.sort_by(|a, b| exact[*b as usize].total_cmp(&exact[*a as usize]));
            kept += order[..10].iter().filter(|at| near.get(**at) > 0.0).count();
        }
        // Of 50 queries' ten nearest.
        assert!(kept >= 980, "{kept} of 1000");
    }

    #[test]
    fn a_shortlist_holds_what_is_asked_for_and_admitted() {
        let vectors = menu(300, 64, 5);
        let shortlist = Shortlist {
            many: 1,
            likely: 10,
        };
        let rows = Rows::with(shortlist, &vectors, 300);
        let query = &vectors.data[..64];
        let near = rows.nearness(query, &[7, 123], |position| position % 2 == 1);
        let positions: BTreeSet<u32> = near.positions().expect("a shortlist").collect();
        assert!(positions.contains(&7) && positions.contains(&123));
        assert!(positions.iter().all(|position| position % 2 == 1));
        assert_eq!(near.get(0), 0.0);
        let exact = cosines(&vectors, query);
        assert!((near.get(123) - exact[123].max(0.0)).abs() < 2e-3);
    }

    #[test]
    fn an_item_is_nearest_to_itself_and_nothing_is_near_without_rows() {
        let vectors = menu(30, 384, 6);
        let rows = Rows::with(EXACT, &vectors, 30);
        let near = rows.near(11);
        assert!(near[11] > 0.999);
        assert!(near.iter().all(|cosine| *cosine <= near[11]));
        assert!(
            Rows::of(&Vectors::none(), 3)
                .near(1)
                .iter()
                .all(|near| *near == 0.0)
        );
    }

    /// `cargo test --release -p olympus-menu --lib -- --ignored --nocapture a_million`
    #[test]
    #[ignore = "measures; takes 2.5 GB"]
    fn a_million_rows() {
        for items in [750, 45_500, 500_000] {
            let vectors = menu(items, 384, 7);
            let rows = Rows::of(&vectors, items);
            let (mut kept, mut took) = (0, Vec::new());
            let queries = menu(100, 384, 8).data;
            for query in queries.chunks_exact(384) {
                let start = std::time::Instant::now();
                let near = std::hint::black_box(rows.nearness(query, &[], |_| true));
                took.push(start.elapsed());
                let exact = cosines(&vectors, query);
                let mut order: Vec<u32> = (0..items as u32).collect();
                order.select_nth_unstable_by(9, |a, b| {
                    exact[*b as usize].total_cmp(&exact[*a as usize])
                });
                kept += order[..10].iter().filter(|at| near.get(**at) > 0.0).count();
            }
            took.sort_unstable();
            println!(
                "{} rows: p50 {:?}, p99 {:?}; {kept} of 2000 nearest kept; {} bytes a row",
                items * 2,
                took[100],
                took[198],
                (rows.bytes.len()
                    + 4 * rows.scales.len()
                    + 4 * rows.owner.len()
                    + rows.signs.as_ref().map_or(0, |signs| 8 * signs.bits.len()))
                    / (items * 2),
            );
        }
    }

    proptest! {
        #[test]
        fn every_processor_says_the_same(
            rows in prop::collection::vec(prop::collection::vec(-1.0_f32..1.0, 70), 6),
            query in prop::collection::vec(-1.0_f32..1.0, 70),
        ) {
            let vectors = Vectors {
                space: SpaceId::from("s"),
                dim: 70,
                data: rows.iter().flat_map(|row| unit(row)).collect(),
                owner: vec![0, 0, 1, 1, 2, 2],
            };
            for shortlist in [EXACT, Shortlist { many: 1, likely: 3 }] {
                let best = Rows::with(shortlist, &vectors, 3);
                let mut plain = Rows::with(shortlist, &vectors, 3);
                plain.arch = Arch::Scalar;
                let (best, plain) = (
                    best.nearness(&unit(&query), &[0], |_| true),
                    plain.nearness(&unit(&query), &[0], |_| true),
                );
                for position in 0..3 {
                    prop_assert_eq!(best.get(position).to_bits(), plain.get(position).to_bits());
                }
            }
        }

        #[test]
        fn extremes_do_not_overflow(dim in 1_usize..4_097, sign in prop::sample::select(vec![-1.0_f32, 1.0])) {
            let row = unit(&vec![1.0; dim]);
            let query = unit(&vec![sign; dim]);
            let vectors = Vectors {
                space: SpaceId::from("s"),
                dim,
                data: row,
                owner: vec![0],
            };
            let near = all(Rows::with(EXACT, &vectors, 1).nearness(&query, &[], |_| true));
            prop_assert!((near[0] - sign.max(0.0)).abs() < 1e-3, "{}", near[0]);
        }
    }
}
