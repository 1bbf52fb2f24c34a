//! Numbers that look random and are the same in every run with the same seed.
//!
//! Invariant: the sequence is part of the reports (noise, resamples), so it never changes with a
//! library's version. Not for secrets.

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Starts a sequence of its own for a text, wherever the text stands.
    #[must_use]
    pub fn for_text(seed: u64, text: &str) -> Self {
        // FNV-1a
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(Self(seed).draw() ^ hash)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..count`; 0 where there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        let wide = u128::from(self.draw()) * count as u128;
        usize::try_from(wide >> 64).unwrap_or_default()
    }

    /// True so often in 1.
    pub fn chance(&mut self, share: f64) -> bool {
        // 53 bits are what an f64 holds
        ((self.draw() >> 11) as f64) < share * (1_u64 << 53) as f64
    }

    /// One of them; `None` of nothing.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_published_sequence() {
        // reference output of splitmix64.c for seed 1234567
        let mut random = Random::new(1_234_567);
        assert_eq!(random.draw(), 6_457_827_717_110_365_317);
        assert_eq!(random.draw(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn shares_and_choices_come_out_even() {
        let mut random = Random::new(1);
        let hits = (0..100_000).filter(|_| random.chance(0.2)).count();
        assert!((19_500..20_500).contains(&hits), "{hits}");
        let mut counts = [0; 3];
        for _ in 0..30_000 {
            counts[random.below(3)] += 1;
        }
        assert!(counts.iter().all(|&count| (9_500..10_500).contains(&count)));
        assert_eq!(random.below(0), 0);
        assert_eq!(random.pick::<u8>(&[]), None);
        assert!(!random.chance(0.0) && random.chance(1.0));
    }

    #[test]
    fn a_text_has_its_own_sequence_and_keeps_it() {
        let first = |seed, text| Random::for_text(seed, text).draw();
        assert_eq!(first(1, "a coke"), first(1, "a coke"));
        assert_ne!(first(1, "a coke"), first(1, "a cake"));
        assert_ne!(first(1, "a coke"), first(2, "a coke"));
    }
}
