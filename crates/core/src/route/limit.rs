//! How many cloud calls may be in flight: more are shed, because a queue only makes all late.

/// A place among the calls in flight; given back with [`Limiter::release`], once, by move.
#[derive(Debug)]
#[must_use = "a permit that is not released is a place lost"]
pub struct Permit(());

/// Bounded concurrency, without a queue.
#[derive(Debug, Clone)]
pub struct Limiter {
    in_flight: u32,
    most: u32,
}

impl Limiter {
    /// Admits `most` at a time.
    #[must_use]
    pub const fn new(most: u32) -> Self {
        Self { in_flight: 0, most }
    }

    /// Whether a call would be admitted.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.in_flight < self.most
    }

    /// A place, where one is free.
    pub fn acquire(&mut self) -> Option<Permit> {
        self.has_room().then(|| {
            self.in_flight += 1;
            Permit(())
        })
    }

    /// The call is over.
    pub fn release(&mut self, permit: Permit) {
        let Permit(()) = permit;
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Calls in flight.
    #[must_use]
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }
}

#[cfg(test)]
mod tests {
    use super::Limiter;

    #[test]
    fn admits_so_many_at_a_time() {
        let mut limiter = Limiter::new(2);
        let first = limiter.acquire().expect("room");
        let second = limiter.acquire().expect("room");
        assert!(limiter.acquire().is_none() && !limiter.has_room());
        limiter.release(first);
        assert_eq!(limiter.in_flight(), 1);
        let third = limiter.acquire().expect("room");
        limiter.release(second);
        limiter.release(third);
        assert_eq!(limiter.in_flight(), 0);
    }
}
