//! What the screens of a restaurant are told, and the topics that they choose by.
//!
//! Invariant: an event names what changed and carries enough to draw it; it never carries what a
//! subscriber of its topic may not see. Never reads a clock or a socket.

use olympus_proto::ItemId;
use olympus_proto::edge::EdgeScope;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A kind of news that a screen asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    /// Another menu answers.
    Menu,
    /// A dish was sold out, or is there again.
    Availability,
    /// Carts were made and changed. Their ids open them, so this topic is for the staff.
    Carts,
    /// What tills have to fetch: rows, revocations, policies, keys.
    Till,
}

impl Topic {
    /// Every topic.
    pub(crate) const ALL: [Self; 4] = [Self::Menu, Self::Availability, Self::Carts, Self::Till];

    /// The wire name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Availability => "availability",
            Self::Carts => "carts",
            Self::Till => "till",
        }
    }

    /// The least scope that may hear it.
    pub(crate) fn scope(self) -> EdgeScope {
        match self {
            Self::Menu | Self::Availability => EdgeScope::Kiosk,
            Self::Carts => EdgeScope::Pos,
            Self::Till => EdgeScope::Device,
        }
    }
}

/// The text named no topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no topic; use menu, availability, carts or till")]
pub(crate) struct NotATopic(String);

impl FromStr for Topic {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        Self::ALL
            .into_iter()
            .find(|topic| topic.as_str() == text)
            .ok_or_else(|| NotATopic(text.chars().take(40).collect()))
    }
}

/// Why a list of topics was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadTopics {
    /// One of them is unknown.
    #[error(transparent)]
    Unknown(#[from] NotATopic),
    /// One of them needs more than the caller may.
    #[error("the topic `{0}` needs the scope {1}")]
    Forbidden(&'static str, EdgeScope),
}

/// The topics of `?topics=a,b`, each once; without the parameter all that the scope may hear.
pub(crate) fn topics(asked: Option<&str>, scope: EdgeScope) -> Result<Vec<Topic>, BadTopics> {
    let Some(asked) = asked else {
        return Ok(Topic::ALL
            .into_iter()
            .filter(|topic| topic.scope() <= scope)
            .collect());
    };
    let mut topics = Vec::new();
    for name in asked.split(',') {
        let topic: Topic = name.parse()?;
        if topic.scope() > scope {
            return Err(BadTopics::Forbidden(topic.as_str(), topic.scope()));
        }
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    Ok(topics)
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Event {
    /// Another menu answers from now on.
    MenuLive {
        /// Digest of its content.
        digest: String,
        /// Its number on the device.
        version: u64,
    },
    /// A mark was set or taken back.
    SoldOut {
        /// The dish.
        item: ItemId,
        /// Whether it is sold out; `null` is as the menu says.
        sold_out: Option<bool>,
        /// Number of the marks' state after it.
        version: u64,
    },
    /// A cart was made.
    CartMade {
        /// Its id.
        cart: String,
        /// The table it stands for, where it was named.
        #[serde(skip_serializing_if = "Option::is_none")]
        table: Option<String>,
    },
    /// A cart was changed.
    CartChanged {
        /// Its id.
        cart: String,
        /// The table it stands for, where it was named.
        #[serde(skip_serializing_if = "Option::is_none")]
        table: Option<String>,
        /// Its version after the change.
        version: u64,
        /// What it costs now.
        total_cents: i64,
    },
    /// Rows changed at the location's authority: pull.
    Changed {
        /// Version of the latest change.
        head: u64,
    },
    /// Something was revoked, or is not any more.
    Revocations {
        /// Number of the list.
        number: u64,
    },
    /// Another policy is in force.
    Policy {
        /// Its version.
        version: u64,
    },
    /// A key was published or retired.
    Keys {
        /// Number of the key set.
        number: u64,
    },
}

impl Event {
    /// The topic it belongs to.
    pub(crate) fn topic(&self) -> Topic {
        match self {
            Self::MenuLive { .. } => Topic::Menu,
            Self::SoldOut { .. } => Topic::Availability,
            Self::CartMade { .. } | Self::CartChanged { .. } => Topic::Carts,
            Self::Changed { .. }
            | Self::Revocations { .. }
            | Self::Policy { .. }
            | Self::Keys { .. } => Topic::Till,
        }
    }
}

/// What the object says over a socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Frame {
    /// The first frame.
    Hello {
        /// Number of the last event; what follows is newer or was missed.
        seq: u64,
        /// What this socket hears.
        topics: Vec<Topic>,
    },
    /// One event.
    Event {
        /// Its number, rising by one per location over all topics.
        seq: u64,
        /// When it happened, milliseconds since 1970.
        at_ms: u64,
        /// Its topic.
        topic: Topic,
        /// The news.
        event: Event,
    },
    /// What was missed is no longer known: read menu, marks and carts anew.
    Reset {
        /// Go on from here.
        seq: u64,
    },
}

/// What a socket that knows events up to `after` gets first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// Nothing: it is new, or it knows all.
    Nothing,
    /// All events after this number.
    After(u64),
    /// [`Frame::Reset`].
    Reset,
}

/// Decides it: of what the socket hears all after `floor` is kept, and `last` is the newest event
/// of all topics.
pub(crate) fn replay(after: Option<u64>, floor: u64, last: u64) -> Replay {
    match after {
        None => Replay::Nothing,
        Some(after) if after == last => Replay::Nothing,
        // A number of the future is of a log that was lost.
        Some(after) if after > last => Replay::Reset,
        Some(after) if after < floor => Replay::Reset,
        Some(after) => Replay::After(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_checked_against_the_scope() {
        let all = |scope| topics(None, scope).unwrap();
        assert_eq!(
            all(EdgeScope::Kiosk),
            [Topic::Menu, Topic::Availability],
            "a kiosk never hears the ids of other carts"
        );
        assert_eq!(all(EdgeScope::Pos), Topic::ALL[..3]);
        assert_eq!(all(EdgeScope::Device), Topic::ALL);
        assert_eq!(
            topics(Some("availability,menu,menu"), EdgeScope::Kiosk),
            Ok(vec![Topic::Availability, Topic::Menu])
        );
        assert!(matches!(
            topics(Some("menu,carts"), EdgeScope::Kiosk),
            Err(BadTopics::Forbidden("carts", EdgeScope::Pos))
        ));
        for bad in ["", "Menu", "menu,", "menu carts", "*"] {
            assert!(
                matches!(
                    topics(Some(bad), EdgeScope::Admin),
                    Err(BadTopics::Unknown(_))
                ),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn replay_has_no_gap_and_no_double() {
        for (after, floor, last, expected) in [
            (None, 0, 0, Replay::Nothing),
            (None, 4, 9, Replay::Nothing),
            (Some(0), 0, 0, Replay::Nothing),
            (Some(0), 0, 3, Replay::After(0)),
            (Some(9), 4, 9, Replay::Nothing),
            (Some(4), 4, 9, Replay::After(4)),
            (Some(3), 4, 9, Replay::Reset),
            (Some(10), 4, 9, Replay::Reset),
            (Some(u64::MAX), 4, 9, Replay::Reset),
        ] {
            assert_eq!(
                replay(after, floor, last),
                expected,
                "{after:?} {floor} {last}"
            );
        }
    }

    #[test]
    fn frames_have_their_wire_shape() {
        let frame = Frame::Event {
            seq: 7,
            at_ms: 12,
            topic: Topic::Availability,
            event: Event::SoldOut {
                item: ItemId::from("latte"),
                sold_out: None,
                version: 3,
            },
        };
        assert_eq!(
            serde_json::to_string(&frame).unwrap(),
            r#"{"type":"event","seq":7,"at_ms":12,"topic":"availability","event":{"kind":"sold_out","item":"latte","sold_out":null,"version":3}}"#
        );
    }

    #[test]
    fn every_event_belongs_to_the_topic_that_guards_it() {
        let cart = Event::CartMade {
            cart: "c".into(),
            table: None,
        };
        assert_eq!(cart.topic().scope(), EdgeScope::Pos);
        let rows = Event::Changed { head: 7 };
        assert_eq!(rows.topic().scope(), EdgeScope::Device);
    }
}
