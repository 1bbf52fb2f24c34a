//! The signs of what rows have beyond the mean row: a bit a dimension, by which the likeliest of many
//! rows are named.
//!
//! Invariant: rows that are refused take no other's place, and where too few are named by the first
//! bits of their signs, all bits of all rows are looked at.

use super::Vectors;
use super::rows::widest;
use pulp::Arch;

/// Signs in a word.
const WORD: usize = 64;
/// Words of a row that are looked at first where rows are very many: to read all of all rows takes
/// longer than anything else.
const HEAD: usize = 2;
/// So many times as many rows as are wanted are looked at in full then.
const KEPT: usize = 8;
/// Further than any row that was looked at.
const FAR: u16 = u16::MAX;

pub(super) struct Signs {
    mean: Vec<f32>,
    /// Words of a row.
    words: usize,
    /// The first [`HEAD`] of each row.
    heads: Vec<u64>,
    /// The others.
    rests: Vec<u64>,
    /// Whether heads go first.
    by_heads: bool,
}

/// What the signs say of a query.
pub(super) struct Likely {
    /// Rows that are likely near, in order.
    pub(super) rows: Vec<u32>,
    /// In how many signs each row differs; those not looked at are further than all others.
    pub(super) distances: Vec<u16>,
}

impl Signs {
    /// `many` is the number of rows from which heads go first.
    pub(super) fn of(vectors: &Vectors, many: usize) -> Self {
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
        let words = vectors.dim.div_ceil(WORD).max(HEAD);
        let mut signs = Self {
            mean,
            words,
            heads: Vec::with_capacity(HEAD * vectors.owner.len()),
            rests: Vec::with_capacity((words - HEAD) * vectors.owner.len()),
            by_heads: vectors.owner.len() >= many,
        };
        for row in vectors.data.chunks_exact(vectors.dim.max(1)) {
            let bits = signs.bits_of(row);
            let (head, rest) = bits.split_at(HEAD);
            signs.heads.extend(head);
            signs.rests.extend(rest);
        }
        signs
    }

    /// Bytes of all rows.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        8 * (self.heads.len() + self.rests.len())
    }

    /// The `count` rows whose signs differ from the query's in the fewest places and whose owner is
    /// admitted; those at the last distance come all.
    pub(super) fn likely(
        &self,
        arch: Arch,
        query: &[f32],
        count: usize,
        owner: &[u32],
        admits: impl Fn(u32) -> bool,
    ) -> Likely {
        let wanted = self.bits_of(query);
        let likely = |distances: Vec<u16>| Likely {
            rows: nearest(&distances, self.words * WORD, count, owner, &admits),
            distances,
        };
        if self.by_heads {
            let likely = likely(self.by_heads(arch, &wanted, count * KEPT));
            if likely.rows.len() >= count {
                return likely;
            }
        }
        likely(self.in_full(arch, &wanted))
    }

    /// Words for each row.
    fn bits_of(&self, row: &[f32]) -> Vec<u64> {
        let mut bits = vec![0; self.words];
        for (at, (value, mean)) in row.iter().zip(&self.mean).enumerate() {
            bits[at / WORD] |= u64::from(value > mean) << (at % WORD);
        }
        bits
    }

    fn in_full(&self, arch: Arch, wanted: &[u64]) -> Vec<u16> {
        let distances = self.of_heads(arch, wanted);
        widest(
            arch,
            #[inline(always)]
            move || {
                let mut distances = distances;
                for (row, distance) in distances.iter_mut().enumerate() {
                    *distance += self.of_rest(row, wanted);
                }
                distances
            },
        )
    }

    /// Of the `kept` rows with the nearest heads in full.
    fn by_heads(&self, arch: Arch, wanted: &[u64], kept: usize) -> Vec<u16> {
        let distances = self.of_heads(arch, wanted);
        let bound = within(&at_distances(&distances, HEAD * WORD), 0, kept);
        widest(
            arch,
            #[inline(always)]
            move || {
                let mut distances = distances;
                for (row, distance) in distances.iter_mut().enumerate() {
                    *distance = if usize::from(*distance) < bound {
                        *distance + self.of_rest(row, wanted)
                    } else {
                        FAR
                    };
                }
                distances
            },
        )
    }

    fn of_heads(&self, arch: Arch, wanted: &[u64]) -> Vec<u16> {
        let distances = Vec::with_capacity(self.heads.len() / HEAD);
        widest(
            arch,
            #[inline(always)]
            move || {
                let mut distances = distances;
                let (heads, _) = self.heads.as_chunks::<HEAD>();
                distances.extend(heads.iter().map(|head| differ(head, wanted)));
                distances
            },
        )
    }

    #[inline(always)]
    fn of_rest(&self, row: usize, wanted: &[u64]) -> u16 {
        let words = self.words - HEAD;
        let rest = self.rests.get(row * words..(row + 1) * words);
        differ(
            rest.unwrap_or_default(),
            wanted.get(HEAD..).unwrap_or_default(),
        )
    }
}

/// Bits in which the two differ.
#[inline(always)]
fn differ(left: &[u64], right: &[u64]) -> u16 {
    let differ = left.iter().zip(right).map(|(a, b)| (a ^ b).count_ones());
    u16::try_from(differ.sum::<u32>()).unwrap_or(FAR - 1)
}

/// How many rows are at each distance of 0 to `furthest`.
fn at_distances(distances: &[u16], furthest: usize) -> Vec<usize> {
    let mut counts = vec![0; furthest + 1];
    for &distance in distances {
        if let Some(count) = counts.get_mut(usize::from(distance)) {
            *count += 1;
        }
    }
    counts
}

/// The first distance from `from` on below which there are `count` rows, or the last.
fn within(at_distances: &[usize], from: usize, count: usize) -> usize {
    let mut seen = 0;
    let counted = at_distances.iter().skip(from).take_while(|at_distance| {
        let more = seen < count;
        seen += **at_distance;
        more
    });
    from + counted.count()
}

fn nearest(
    distances: &[u16],
    furthest: usize,
    count: usize,
    owner: &[u32],
    admits: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let at_distances = at_distances(distances, furthest);
    let mut near = Vec::with_capacity(count);
    // Those nearer than `from` were looked at; where too many were refused, the ring grows.
    let (mut from, mut look_at) = (0, count);
    while near.len() < count && from <= furthest {
        let to = within(&at_distances, from, look_at);
        let ring = from..to;
        for ((row, distance), &owner) in (0_u32..).zip(distances).zip(owner) {
            if ring.contains(&usize::from(*distance)) && admits(owner) {
                near.push(row);
            }
        }
        (from, look_at) = (to, look_at * 2);
    }
    near
}
