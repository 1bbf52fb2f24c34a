//! How near an understood order is to the one that was placed.
//!
//! Invariant: the order of lines and of modifiers never matters; each is matched at most once.

use super::Share;
use crate::order::{Action, Line, Modifier};
use serde::{Deserialize, Serialize};

/// Found, invented and missed ones, added up over utterances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Right.
    pub matched: usize,
    /// In the data.
    pub expected: usize,
    /// In the answer.
    pub answered: usize,
}

impl Tally {
    /// Harmonic mean of precision and recall; `None` where there was nothing and nothing was said.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        let all = self.expected + self.answered;
        (all > 0).then(|| 2.0 * self.matched as f64 / all as f64)
    }

    fn add(&mut self, other: Tally) {
        self.matched += other.matched;
        self.expected += other.expected;
        self.answered += other.answered;
    }
}

/// Errors about what is *not* wanted, apart from all others, as they are the ones that hurt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negation {
    /// "Without …" in the data.
    pub expected: usize,
    /// Of these, not in the answer at all.
    pub missed: usize,
    /// Of these, in the answer as "with …".
    pub inverted: usize,
    /// "Without …" in the answer that nobody asked for.
    pub unasked: usize,
}

impl Negation {
    /// Errors among all negations asked for or answered; `None` where there are none.
    #[must_use]
    pub fn error_rate(self) -> Option<f64> {
        let errors = self.missed + self.inverted + self.unasked;
        Share {
            hits: errors,
            total: self.expected + self.unasked,
        }
        .value()
    }

    /// Whether there was any.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        self.missed + self.inverted + self.unasked > 0
    }
}

/// One utterance, or several added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderScore {
    /// Utterances in which nothing at all is wrong.
    pub exact: Share,
    /// Lines right in item, number and size, modifiers apart.
    pub lines: Tally,
    /// Modifiers right in name, wish and the item they belong to.
    pub modifiers: Tally,
    /// What is not wanted.
    pub negation: Negation,
}

impl OrderScore {
    /// Compares one answer with what is right.
    #[must_use]
    pub fn of(expected: &[Line], answered: &[Line]) -> Self {
        let answered = absorb_alternatives(expected, answered);
        let same = |a: &Line, b: &Line| {
            a.same_but_modifiers(b) && all_match(&a.modifiers, &b.modifiers, Modifier::same)
        };
        let mut score = Self::default();
        score.exact.add(all_match(expected, &answered, same));
        score.lines = Tally {
            matched: matching(expected, &answered, Line::same_but_modifiers).pairs,
            expected: expected.len(),
            answered: answered.len(),
        };
        let (want, got) = (with_owner(expected), with_owner(&answered));
        let owned = |a: &Owned<'_>, b: &Owned<'_>| a.0.same_item(b.0) && a.1.same(b.1);
        score.modifiers = Tally {
            matched: matching(&want, &got, owned).pairs,
            expected: want.len(),
            answered: got.len(),
        };
        score.negation = negation(&want, &got);
        score
    }

    /// Adds another utterance.
    pub fn add(&mut self, other: &OrderScore) {
        self.exact.hits += other.exact.hits;
        self.exact.total += other.exact.total;
        self.lines.add(other.lines);
        self.modifiers.add(other.modifiers);
        self.negation.expected += other.negation.expected;
        self.negation.missed += other.negation.missed;
        self.negation.inverted += other.negation.inverted;
        self.negation.unasked += other.negation.unasked;
    }
}

type Owned<'a> = (&'a Line, &'a Modifier);

fn with_owner(lines: &[Line]) -> Vec<Owned<'_>> {
    lines
        .iter()
        .flat_map(|line| line.modifiers.iter().map(move |m| (line, m)))
        .collect()
}

fn negation(want: &[Owned<'_>], got: &[Owned<'_>]) -> Negation {
    let only = |all: &[Owned<'_>], action: Action| -> Vec<Modifier> {
        all.iter()
            .filter(|(_, m)| m.action == action)
            .map(|(_, m)| (*m).clone())
            .collect()
    };
    let asked = only(want, Action::Remove);
    let said = only(got, Action::Remove);
    let met = matching(&asked, &said, Modifier::same_name);
    let open: Vec<Modifier> = asked
        .iter()
        .zip(&met.left)
        .filter(|(_, met)| !**met)
        .map(|(m, _)| m.clone())
        .collect();
    // what is added and was asked to be added elsewhere is no inversion
    let (added, wanted) = (only(got, Action::Add), only(want, Action::Add));
    let spare = matching(&wanted, &added, Modifier::same_name);
    let surplus: Vec<Modifier> = added
        .iter()
        .zip(&spare.right)
        .filter(|(_, met)| !**met)
        .map(|(m, _)| m.clone())
        .collect();
    let inverted = matching(&open, &surplus, Modifier::same_name).pairs;
    Negation {
        expected: asked.len(),
        missed: open.len() - inverted,
        inverted,
        unasked: said.len() - met.pairs,
    }
}

/// "No beans" is right as "no black beans, no pinto beans" too: of several answers to one
/// either-or, the first stays.
fn absorb_alternatives(expected: &[Line], answered: &[Line]) -> Vec<Line> {
    let mut lines = answered.to_vec();
    for line in &mut lines {
        let owners = expected.iter().filter(|want| want.same_item(line));
        let either: Vec<Modifier> = owners
            .flat_map(|want| &want.modifiers)
            .filter(|m| m.action == Action::Remove && m.names.len() > 1)
            .cloned()
            .collect();
        let mut used = vec![false; either.len()];
        line.modifiers.retain(|modifier| {
            match either.iter().position(|want| want.same(modifier)) {
                Some(at) => !std::mem::replace(&mut used[at], true),
                None => true,
            }
        });
    }
    lines
}

fn all_match<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && matching(a, b, same).pairs == a.len()
}

/// A largest one-to-one matching.
struct Matching {
    pairs: usize,
    /// Which of the first list are matched.
    left: Vec<bool>,
    /// Which of the second list are matched.
    right: Vec<bool>,
}

/// Kuhn's augmenting paths. "Same" is not transitive (names have alternatives), so sorting and
/// comparing would not do.
fn matching<A, B>(a: &[A], b: &[B], same: impl Fn(&A, &B) -> bool) -> Matching {
    let edges: Vec<Vec<usize>> = a
        .iter()
        .map(|one| {
            b.iter()
                .enumerate()
                .filter(|(_, other)| same(one, other))
                .map(|(at, _)| at)
                .collect()
        })
        .collect();
    let mut owner = vec![None; b.len()];
    for from in 0..a.len() {
        augment(from, &edges, &mut vec![false; b.len()], &mut owner);
    }
    let mut left = vec![false; a.len()];
    for from in owner.iter().flatten() {
        left[*from] = true;
    }
    Matching {
        pairs: owner.iter().flatten().count(),
        left,
        right: owner.iter().map(Option::is_some).collect(),
    }
}

fn augment(
    from: usize,
    edges: &[Vec<usize>],
    seen: &mut [bool],
    owner: &mut [Option<usize>],
) -> bool {
    for &to in &edges[from] {
        if std::mem::replace(&mut seen[to], true) {
            continue;
        }
        let free = match owner[to] {
            None => true,
            Some(other) => augment(other, edges, seen, owner),
        };
        if free {
            owner[to] = Some(from);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Negation, OrderScore, Tally};
    use crate::order::{Line, answered_lines, expected_lines};

    fn want(json: &str) -> Vec<Line> {
        let items: Vec<crate::order::RawItem> = serde_json::from_str(json).expect("items");
        items
            .into_iter()
            .flat_map(|item| expected_lines(item).expect("lines"))
            .collect()
    }

    fn got(json: &str) -> Vec<Line> {
        answered_lines(serde_json::from_str(json).expect("lines"))
    }

    const TWO: &str = r#"[
        {"name":"pizza","quantity":2,"size":"medium","modifiers":[{"name":"ham","action":"add"},{"name":"olives","action":"remove"}]},
        {"name":"pizza","quantity":1,"size":"large","modifiers":[{"name":"tuna","action":"add"}]}]"#;

    #[test]
    fn lines_and_modifiers_have_no_order() {
        let score = OrderScore::of(
            &want(TWO),
            &got(r#"[
                {"name":"Pizza","quantity":1,"size":"Large","modifiers":[{"id":"tuna","action":"add"}]},
                {"name":"pizza","quantity":2,"size":"medium","modifiers":[{"name":"olives","action":"remove"},{"name":"ham","action":"add"}]}]"#),
        );
        assert_eq!(score.exact.hits, 1);
        assert_eq!(
            (score.lines.f1(), score.modifiers.f1()),
            (Some(1.0), Some(1.0))
        );
        assert_eq!(score.negation.error_rate(), Some(0.0));
    }

    #[test]
    fn swapped_toppings_are_not_exact() {
        let score = OrderScore::of(
            &want(TWO),
            &got(r#"[
                {"name":"pizza","quantity":1,"size":"large","modifiers":[{"name":"olives","action":"remove"},{"name":"ham","action":"add"}]},
                {"name":"pizza","quantity":2,"size":"medium","modifiers":[{"name":"tuna","action":"add"}]}]"#),
        );
        assert_eq!(score.exact.hits, 0);
        assert_eq!(score.lines.f1(), Some(1.0));
    }

    #[test]
    fn figures_by_hand() {
        // right: 1 of 2 lines; the answer has 3. Modifiers: ham right, olives inverted, tuna missed.
        let score = OrderScore::of(
            &want(TWO),
            &got(r#"[
                {"name":"pizza","quantity":2,"size":"medium","modifiers":[{"name":"ham","action":"add"},{"name":"olives","action":"add"}]},
                {"name":"pizza","quantity":2,"size":"large"},
                {"name":"coke","modifiers":[{"name":"ice","action":"remove"}]}]"#),
        );
        assert_eq!(
            score.lines,
            Tally {
                matched: 1,
                expected: 2,
                answered: 3
            }
        );
        assert_eq!(score.lines.f1(), Some(0.4));
        assert_eq!(
            score.modifiers,
            Tally {
                matched: 1,
                expected: 3,
                answered: 3
            }
        );
        assert_eq!(
            score.negation,
            Negation {
                expected: 1,
                missed: 0,
                inverted: 1,
                unasked: 1
            }
        );
        assert_eq!(score.negation.error_rate(), Some(1.0));
        assert_eq!(score.exact.hits, 0);
    }

    #[test]
    fn a_forgotten_negation_is_an_error_and_a_wanted_topping_elsewhere_is_none() {
        let expected = want(
            r#"[{"name":"a","modifiers":[{"name":"onion","action":"remove"}]},
                {"name":"b","modifiers":[{"name":"onion","action":"add"}]}]"#,
        );
        let score = OrderScore::of(
            &expected,
            &got(r#"[{"name":"a"},{"name":"b","modifiers":[{"name":"onion","action":"add"}]}]"#),
        );
        assert_eq!(
            score.negation,
            Negation {
                expected: 1,
                missed: 1,
                inverted: 0,
                unasked: 0
            }
        );
        assert!(score.negation.is_wrong());
    }

    #[test]
    fn no_beans_may_name_every_bean() {
        let expected = want(
            r#"[{"name":"bowl","modifiers":[{"one_of":["black_beans","pinto_beans"],"action":"remove"}]}]"#,
        );
        let both = got(
            r#"[{"name":"bowl","modifiers":[{"name":"black beans","action":"remove"},{"name":"pinto beans","action":"remove"}]}]"#,
        );
        let score = OrderScore::of(&expected, &both);
        assert_eq!(
            (score.exact.hits, score.negation.error_rate()),
            (1, Some(0.0))
        );
    }

    #[test]
    fn alternatives_are_matched_so_that_all_fit() {
        // greedy would give the either-or the only answer that the second one accepts
        let expected = want(
            r#"[{"name":"x","modifiers":[{"one_of":["a","b"],"action":"add"},{"name":"a","action":"add"}]}]"#,
        );
        let answer = got(
            r#"[{"name":"x","modifiers":[{"name":"a","action":"add"},{"name":"b","action":"add"}]}]"#,
        );
        assert_eq!(OrderScore::of(&expected, &answer).exact.hits, 1);
    }

    #[test]
    fn scores_add_up() {
        let mut sum = OrderScore::default();
        assert_eq!((sum.lines.f1(), sum.negation.error_rate()), (None, None));
        for answer in ["[]", r#"[{"name":"a"}]"#] {
            sum.add(&OrderScore::of(&want(r#"[{"name":"a"}]"#), &got(answer)));
        }
        assert_eq!(sum.exact.value(), Some(0.5));
        assert_eq!(sum.lines.f1(), Some(2.0 / 3.0));
    }
}
