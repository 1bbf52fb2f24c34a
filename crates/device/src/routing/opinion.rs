//! Answers as the router sees them: what they say, and how sure they are.

pub(super) use crate::service::{Decided, Found, Seen, Understood};

use olympus_core::route::{Confidence, Label, Opinion};
use olympus_proto::{Intent, IntentAnswer};
use std::hash::{BuildHasher, Hash};
use std::sync::LazyLock;

impl Decided {
    pub(super) fn says(&self) -> Opinion {
        of_intent(&self.answer)
    }
}

impl Understood {
    /// The intent is what is routed; its dishes are this device's on either path.
    pub(super) fn says(&self) -> Opinion {
        of_intent(&self.answer)
    }
}

impl Found {
    /// The first dish. A list by limits alone is what was asked for, also an empty one.
    pub(super) fn says(&self) -> Opinion {
        let first = self.hits.first().map(|hit| label(&hit.id));
        let listed = self.sureness >= 1.0;
        Opinion {
            says: first.or_else(|| listed.then_some(Label(0))),
            confidence: Confidence::new(self.sureness),
        }
    }
}

impl Seen {
    pub(super) fn says(&self) -> Opinion {
        let first = self.recognised.first();
        Opinion {
            says: first
                .map(|dish| label(&dish.item))
                .or_else(|| self.hits.first().map(|hit| label(&hit.id))),
            confidence: Confidence::new(first.map_or(0.0, |dish| dish.confidence)),
        }
    }
}

/// `unknown` says nothing, however sure the model is that it is none of the others.
fn of_intent(answer: &IntentAnswer) -> Opinion {
    Opinion {
        says: (answer.intent != Intent::Unknown).then(|| label(&answer.intent)),
        confidence: Confidence::new(answer.confidence),
    }
}

/// Equal things have equal labels within a run of the program, which is as long as labels live.
fn label(what: &impl Hash) -> Label {
    static HASHER: LazyLock<std::hash::RandomState> = LazyLock::new(Default::default);
    Label(HASHER.hash_one(what))
}

#[cfg(test)]
mod tests {
    use super::{label, of_intent};
    use olympus_proto::{Intent, IntentAnswer, IntentReason, ItemId};

    #[test]
    fn unknown_says_nothing_and_equal_things_are_labelled_alike() {
        let answer = |intent| IntentAnswer {
            intent,
            confidence: 0.9,
            best_guess: Intent::Order,
            reason: IntentReason::Confident,
            scores: Intent::ALL
                .into_iter()
                .map(|intent| (intent, 0.1))
                .collect(),
        };
        assert_eq!(of_intent(&answer(Intent::Unknown)).says, None);
        let order = of_intent(&answer(Intent::Order));
        assert_eq!(order, of_intent(&answer(Intent::Order)));
        assert_ne!(order.says, of_intent(&answer(Intent::Cancel)).says);
        assert_ne!(label(&ItemId::from("a")), label(&ItemId::from("b")));
    }
}
