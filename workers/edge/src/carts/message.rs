//! What is said about a cart, over HTTP and over its socket.
//!
//! Invariant: unknown fields and messages are refused, so that a client's slip is told, not
//! guessed at; a name is short and holds nothing that a terminal would act on.

use crate::live::socket::MESSAGE_BYTES;
use olympus_core::cart::{Applied, OpId, Operation, Outcome, Reason, Snapshot};
use olympus_proto::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use worker::WebSocketIncomingMessage;

/// Operations of one request or message.
pub(super) const MAX_OPS: usize = 64;
/// Longest name of somebody, and of a table, in bytes.
const NAME_BYTES: usize = 40;

/// Body of `POST …/carts`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCart {
    /// The table it stands for.
    #[serde(default)]
    pub(super) table: Option<String>,
}

/// Body of `POST …/carts/{cart}/ops`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ops {
    /// In the order in which they are to be done.
    pub(super) ops: Vec<Operation>,
}

/// What a client says over a socket.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Heard {
    /// Do these.
    Ops {
        /// In the order in which they are to be done.
        ops: Vec<Operation>,
    },
    /// Are you there?
    Ping {},
    /// What was done after this version?
    Since {
        /// The version that the client has.
        version: u64,
    },
}

/// The operations of a message that was not taken, as far as it names them: its sender waits for
/// word of each.
pub(super) fn named(message: &WebSocketIncomingMessage) -> Vec<OpId> {
    let WebSocketIncomingMessage::String(text) = message else {
        return Vec::new();
    };
    if text.len() > MESSAGE_BYTES {
        return Vec::new();
    }
    let said: Value = serde_json::from_str(text).unwrap_or_default();
    let ops = said.get("ops").and_then(Value::as_array);
    ops.into_iter()
        .flatten()
        .filter_map(|operation| operation.get("id")?.as_str())
        .map(OpId::from)
        .filter(OpId::is_sound)
        .collect()
}

/// A cart, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct View {
    /// Its id.
    pub(super) cart: String,
    /// The table it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) table: Option<String>,
    /// Version, total, lines.
    #[serde(flatten)]
    pub(super) shown: Snapshot,
}

/// Somebody who has the cart open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Person {
    /// Of this socket.
    pub(super) id: String,
    /// What they call themselves; empty for nothing.
    pub(super) name: String,
}

/// What came of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Judged {
    /// The operation.
    pub(super) id: OpId,
    /// What came of it.
    #[serde(flatten)]
    pub(super) verdict: Verdict,
}

/// As [`Outcome`], and what a cart cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Verdict {
    /// Done.
    Applied {
        /// The version that it made.
        version: u64,
    },
    /// Was done before.
    Repeated {
        /// The version that it made then.
        version: u64,
    },
    /// Not done.
    Refused {
        /// Why.
        reason: Refusal,
    },
}

/// Why not. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub(super) enum Refusal {
    /// The cart says so.
    Cart(Reason),
    /// The kitchen says so.
    Kitchen(Kitchen),
}

/// What the kitchen says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kitchen {
    /// The dish is sold out.
    SoldOut,
    /// The dish is not served at this hour.
    OutsideHours,
}

impl Kitchen {
    /// Why a dish cannot be had; `None` where it can.
    pub(super) fn says(state: State) -> Option<Self> {
        match state {
            State::Available => None,
            State::SoldOut => Some(Self::SoldOut),
            State::OutsideHours => Some(Self::OutsideHours),
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied { version } => Self::Applied { version },
            Outcome::Repeated { version } => Self::Repeated { version },
            Outcome::Refused { reason } => Self::Refused {
                reason: Refusal::Cart(reason),
            },
        }
    }
}

/// Answer of `POST …/carts/{cart}/ops`, and of the message to its sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ack {
    /// The cart's version now.
    pub(super) version: u64,
    /// What the cart costs now.
    pub(super) total_cents: i64,
    /// One for each operation, in their order.
    pub(super) outcomes: Vec<Judged>,
}

/// What the object says over a socket.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Frame<'a> {
    /// The first frame.
    Hello {
        /// Who this socket is in `presence`.
        you: &'a str,
        /// By what name this client's operations go.
        author: &'a str,
        /// The cart.
        cart: &'a View,
    },
    /// The cart, where what was missed is not known any more.
    Snapshot {
        /// The cart.
        cart: &'a View,
    },
    /// What was done, in order, from one version to another.
    Ops {
        /// The version before.
        from: u64,
        /// The version after.
        version: u64,
        /// What the cart costs after it.
        total_cents: i64,
        /// One for each version in between.
        ops: &'a [Applied],
    },
    /// What came of this client's operations.
    Ack {
        /// As over HTTP.
        #[serde(flatten)]
        ack: &'a Ack,
    },
    /// Who has the cart open.
    Presence {
        /// How many sockets.
        count: usize,
        /// Each of them.
        people: &'a [Person],
    },
}

/// Why a name or a table was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has at most 40 bytes and no control characters")]
pub(super) struct BadName;

/// A name or a table as it may be shown.
pub(super) fn name(text: &str) -> Result<String, BadName> {
    let text = text.trim();
    // Marks of direction turn the text that follows around, also that of others.
    let unfit = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if text.len() > NAME_BYTES || text.chars().any(unfit) {
        return Err(BadName);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_strictly() {
        let read = |text| serde_json::from_str::<Heard>(text);
        assert_eq!(read(r#"{"type":"ping"}"#).unwrap(), Heard::Ping {});
        assert_eq!(
            read(r#"{"type":"since","version":3}"#).unwrap(),
            Heard::Since { version: 3 }
        );
        let ops = r#"{"type":"ops","ops":[{"id":"o1","base_version":0,"op":"set_quantity","line":"l1","quantity":2}]}"#;
        assert!(matches!(read(ops).unwrap(), Heard::Ops { ops } if ops.len() == 1));
        for bad in [
            "",
            "null",
            "[]",
            r#"{"type":"Ping"}"#,
            r#"{"type":"since"}"#,
            r#"{"type":"since","version":1,"also":2}"#,
            r#"{"type":"ping","id":1}"#,
            r#"{"type":"ops","ops":[],"id":"m1"}"#,
            r#"{"type":"ops","ops":[{"id":"o1","base_version":0,"op":"clear","line":"l1"}]}"#,
            r#"{"type":"since","version":-1}"#,
            r#"{"type":"ops"}"#,
            r#"{"type":"ops","ops":[{"id":"o1","op":"clear"}]}"#,
            r#"{"type":"ops","ops":[{"id":"o1","base_version":0,"op":"pay"}]}"#,
            r#"{"type":"ops","ops":[{"id":"o1","base_version":0,"op":"set_quantity","line":"l1","quantity":"2"}]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn operations_of_a_message_at_fault_are_named() {
        let named = |text: &str| -> Vec<String> {
            let message = WebSocketIncomingMessage::String(text.to_owned());
            named(&message).into_iter().map(|id| id.0).collect()
        };
        let odd = r#"{"type":"ops","ops":[{"id":"o1","op":"pay"},{"op":"clear"},{"id":2},7,{"id":"a b"},{"id":"o2"}]}"#;
        assert_eq!(named(odd), ["o1", "o2"]);
        let long = format!(r#"{{"ops":[{{"id":"o1"}}],"x":"{}"}}"#, "x".repeat(16_384));
        for nameless in ["", "{", "[]", "7", r#"{"ops":{"id":"o1"}}"#, long.as_str()] {
            assert!(named(nameless).is_empty(), "{nameless}");
        }
        assert!(super::named(&WebSocketIncomingMessage::Binary(odd.into())).is_empty());
    }

    #[test]
    fn verdicts_have_their_wire_shape() {
        let json = |verdict| {
            let judged = Judged {
                id: OpId::from("o1"),
                verdict,
            };
            let text = serde_json::to_string(&judged).unwrap();
            assert_eq!(serde_json::from_str::<Judged>(&text).unwrap(), judged);
            text
        };
        assert_eq!(
            json(Verdict::Applied { version: 4 }),
            r#"{"id":"o1","outcome":"applied","version":4}"#
        );
        assert_eq!(
            json(Verdict::Refused {
                reason: Refusal::Kitchen(Kitchen::SoldOut)
            }),
            r#"{"id":"o1","outcome":"refused","reason":"sold_out"}"#
        );
        assert_eq!(
            json(Verdict::Refused {
                reason: Refusal::Cart(Reason::NotOnMenu)
            }),
            r#"{"id":"o1","outcome":"refused","reason":"not_on_menu"}"#
        );
    }

    #[test]
    fn names_are_short_and_harmless() {
        assert_eq!(name("  Ana ").as_deref(), Ok("Ana"));
        assert_eq!(name("").as_deref(), Ok(""));
        assert_eq!(
            name(&"é".repeat(20)).as_deref(),
            Ok("é".repeat(20).as_str())
        );
        for bad in [&"é".repeat(21), "a\u{202e}b", "a\nb", "\u{1b}[31m"] {
            assert_eq!(name(bad), Err(BadName), "{bad:?}");
        }
    }
}
