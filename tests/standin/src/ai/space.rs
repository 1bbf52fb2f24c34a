//! Vector spaces of their own: a model and a pooling turn the device's vectors in a way that is
//! always the same, keeps every cosine inside, and is garbage beside any other space.

use sha2::{Digest as _, Sha256};

/// Numbers in a vector of the device's encoder.
pub(crate) const DIMS: usize = 384;

/// Where each number of a device's vector goes, and its sign.
#[derive(Debug)]
pub(super) struct Space {
    dims: usize,
    places: Vec<(usize, f32)>,
}

impl Space {
    /// The space of a model (of `dims` numbers, at least [`DIMS`]) and a pooling.
    pub(super) fn new(model: &str, pooling: &str, dims: usize) -> Self {
        let digest: [u8; 32] = Sha256::digest(format!("{model}\n{pooling}\n{dims}")).into();
        let seed = digest
            .iter()
            .take(8)
            .fold(0_u64, |seed, byte| seed << 8 | u64::from(*byte));
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut order: Vec<usize> = (0..dims).collect();
        chance.shuffle(&mut order);
        let places = order
            .into_iter()
            .take(DIMS)
            .map(|place| (place, if chance.bool() { 1.0 } else { -1.0 }))
            .collect();
        Self { dims, places }
    }

    /// A vector of the device in this space, then turned by an angle.
    pub(super) fn place(&self, vector: &[f32], degrees: f32) -> Vec<f32> {
        let mut placed = vec![0.0; self.dims];
        for (value, (place, sign)) in vector.iter().zip(&self.places) {
            placed[*place] = value * sign;
        }
        if degrees != 0.0 {
            turn(&mut placed, degrees);
        }
        placed
    }
}

/// Turns every plane of two neighbours: the cosine of what was and what is, is the angle's.
fn turn(vector: &mut [f32], degrees: f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (pairs, _) = vector.as_chunks_mut::<2>();
    for [x, y] in pairs {
        (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
    }
}

#[cfg(test)]
mod tests {
    use super::{DIMS, Space};

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    fn vectors() -> [Vec<f32>; 2] {
        let mut chance = fastrand::Rng::with_seed(3);
        [0.2, 0.9].map(|shared| {
            (0..DIMS)
                .map(|n| chance.f32() - 0.5 + shared * (n as f32).sin())
                .collect()
        })
    }

    #[test]
    fn cosines_hold_inside_a_space_and_mean_nothing_between_two() {
        let [a, b] = vectors();
        let before = cosine(&a, &b);
        let spaces = [
            ("m", "cls", DIMS),
            ("m", "mean", DIMS),
            ("n", "cls", DIMS),
            ("m", "cls", 1_024),
        ];
        for (model, pooling, dims) in spaces {
            let space = Space::new(model, pooling, dims);
            let placed = [space.place(&a, 0.0), space.place(&b, 0.0)];
            assert!((cosine(&placed[0], &placed[1]) - before).abs() < 1e-5);
            assert_eq!(placed[0], Space::new(model, pooling, dims).place(&a, 0.0));
        }
        let cls = Space::new("m", "cls", DIMS).place(&a, 0.0);
        for other in [
            a.clone(),
            Space::new("m", "mean", DIMS).place(&a, 0.0),
            Space::new("n", "cls", DIMS).place(&a, 0.0),
        ] {
            assert!(cosine(&cls, &other).abs() < 0.2);
        }
    }

    #[test]
    fn drift_is_an_angle() {
        let [a, _] = vectors();
        let space = Space::new("m", "cls", DIMS);
        let still = space.place(&a, 0.0);
        for degrees in [1.0_f32, 5.0, 90.0] {
            let turned = space.place(&a, degrees);
            assert!((cosine(&still, &turned) - degrees.to_radians().cos()).abs() < 1e-4);
        }
    }
}
