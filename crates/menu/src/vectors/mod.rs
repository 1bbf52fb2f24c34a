//! The embeddings of a menu's passages, and how near a query's is to each item.
//!
//! Invariant: one space, unit vectors, one row for each passage of each item in order. They come
//! as f32; an index keeps a byte a dimension and a scale a row, and of a large menu a bit more a
//! dimension ([`rows`]): 1,500 items of two passages in 384 dimensions take 1.2 MB, 100,000 items
//! 88 MB.

mod rows;

use crate::error::MenuError;
use olympus_core::menu::text;
use olympus_proto::{MenuItem, SpaceId};
pub(crate) use rows::{Nearness, Rows};

/// A unit vector's squared length may miss 1 by this much (half-precision models do).
const UNIT_TOLERANCE: f32 = 0.02;

/// The embeddings of a menu.
#[derive(Debug, Clone)]
pub struct Vectors {
    /// Which model made them.
    pub space: SpaceId,
    /// Numbers in one vector; 0 where there are none.
    pub dim: usize,
    /// Unit vectors, row after row.
    pub data: Vec<f32>,
    /// Item position of each row. Rows follow `olympus_core::menu::text::passages` of each item
    /// in menu order.
    pub owner: Vec<u32>,
}

impl Vectors {
    /// No embeddings: search is by words alone.
    #[must_use]
    pub fn none() -> Self {
        Self {
            space: SpaceId::from("none"),
            dim: 0,
            data: Vec::new(),
            owner: Vec::new(),
        }
    }

    /// Puts rows together that were made in the order of [`text::passages`] of each item.
    ///
    /// # Errors
    /// [`MenuError::Vectors`] where the rows are not one for each passage or differ in length.
    pub fn from_rows(
        space: SpaceId,
        dim: usize,
        items: &[MenuItem],
        rows: impl IntoIterator<Item = Vec<f32>>,
    ) -> Result<Self, MenuError> {
        let passages: Vec<usize> = items.iter().map(|i| text::passages(i).len()).collect();
        let mut data = Vec::new();
        for (at, row) in rows.into_iter().enumerate() {
            if row.len() != dim {
                let message = format!("row {at} has {} numbers, not {dim}", row.len());
                return Err(MenuError::Vectors(message));
            }
            data.extend(row);
        }
        let vectors = Self {
            space,
            dim,
            data,
            owner: owners(&passages),
        };
        vectors.check(&passages)?;
        Ok(vectors)
    }

    /// Whether there is anything to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dim == 0
    }

    /// Refuses vectors that are not those of items with so many passages each.
    pub(crate) fn check(&self, passages: &[usize]) -> Result<(), MenuError> {
        let refuse = |message: String| Err(MenuError::Vectors(message));
        if self.is_empty() {
            return if self.data.is_empty() && self.owner.is_empty() {
                Ok(())
            } else {
                refuse("rows are given but the dimension is 0".to_owned())
            };
        }
        let expected = owners(passages);
        if self.owner != expected {
            return refuse(format!(
                "{} rows are given where the items have {} passages, or in another order",
                self.owner.len(),
                expected.len()
            ));
        }
        if self.data.len() != expected.len() * self.dim {
            return refuse(format!(
                "{} numbers are given, not {} rows of {}",
                self.data.len(),
                expected.len(),
                self.dim
            ));
        }
        for (at, row) in self.data.chunks_exact(self.dim).enumerate() {
            // Not "misses by more", so that a NaN is refused too.
            let near = (dot(row, row) - 1.0).abs() <= UNIT_TOLERANCE;
            if !near {
                return refuse(format!("row {at} is no unit vector"));
            }
        }
        Ok(())
    }
}

/// Item position of each passage of items that have so many.
fn owners(passages: &[usize]) -> Vec<u32> {
    (0_u32..)
        .zip(passages)
        .flat_map(|(position, count)| std::iter::repeat_n(position, *count))
        .collect()
}

/// Eight sums side by side, so that the compiler can use vector instructions: float addition
/// may not be reordered on its own.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (left, left_rest) = left.as_chunks::<8>();
    let (right, right_rest) = right.as_chunks::<8>();
    for (left, right) in left.iter().zip(right) {
        for ((sum, l), r) in sums.iter_mut().zip(left).zip(right) {
            *sum += l * r;
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(l, r)| l * r).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::{Rows, Vectors, dot};
    use crate::error::MenuError;
    use olympus_proto::{MenuItem, SpaceId};

    fn items() -> Vec<MenuItem> {
        let mut soup = MenuItem::new("a", "Soup");
        soup.description = Some("Hot".to_owned());
        vec![soup, MenuItem::new("b", "Number 7")]
    }

    fn rows() -> Vec<Vec<f32>> {
        vec![vec![1.0, 0.0], vec![0.6, 0.8], vec![-1.0, 0.0]]
    }

    #[test]
    fn an_item_is_as_near_as_its_nearest_passage() {
        let vectors = Vectors::from_rows(SpaceId::from("s"), 2, &items(), rows()).expect("fits");
        assert_eq!(vectors.owner, [0, 0, 1]);
        let near = Rows::of(&vectors, 2).nearness(&[0.0, 1.0], &[], |_| true);
        assert!((near.get(0) - 0.8).abs() < 1e-3 && near.get(1) == 0.0);
    }

    #[test]
    fn vectors_of_another_menu_are_refused() {
        let space = SpaceId::from("s");
        let good = Vectors::from_rows(space.clone(), 2, &items(), rows()).expect("fits");
        let mut swapped = good.clone();
        swapped.owner = vec![0, 1, 1];
        let mut long = good.clone();
        long.data[0] = 2.0;
        let mut broken = good.clone();
        broken.data[3] = f32::NAN;
        let mut short = good.clone();
        short.data.pop();
        let mut flat = good.clone();
        flat.dim = 0;
        for bad in [swapped, long, broken, short, flat] {
            assert!(matches!(bad.check(&[2, 1]), Err(MenuError::Vectors(_))));
        }
        for rows in [vec![vec![1.0]], vec![vec![1.0, 0.0]]] {
            assert!(Vectors::from_rows(space.clone(), 2, &items(), rows).is_err());
        }
        assert!(Vectors::none().check(&[2, 1]).is_ok());
    }

    #[test]
    fn dot_products_count_every_number() {
        let ones = vec![1.0; 19];
        assert!((dot(&ones, &ones) - 19.0).abs() < 1e-6);
    }
}
