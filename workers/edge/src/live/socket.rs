//! What every socket of this Worker has in common: sizes, rate, faults and how it is closed.
//!
//! Invariant: what a socket may still do travels in its attachment, so that it survives the
//! eviction of its object. A socket whose token ended, or that is older than the var
//! `SOCKET_AGE_S`, is told nothing more and heard no more: who opened it may have lost the right
//! since. Never trusts a message's size, encoding or pace.

use super::call::Caller;
use crate::http::error::EdgeError;
use crate::http::time::now_ms;
use crate::http::var;
use olympus_core::cart::OpId;
use olympus_core::rate_limit::{self, Decision, Quota, QuotaSettings};
use serde::{Deserialize, Serialize};
use worker::{Env, WebSocket, WebSocketIncomingMessage, WebSocketRequestResponsePair};

/// Bytes of one message.
pub(crate) const MESSAGE_BYTES: usize = 16 * 1024;
/// Faults in a row after which a socket is closed.
const STRIKES: u8 = 5;
/// The close code of a socket that is too old, or whose token ended: open another.
const TOO_OLD: u16 = 4401;
/// How long a socket is good where the var says nothing. So long may a key that was revoked still
/// hear; opening another costs a screen nothing, since it is told what it missed.
const AGE_MS: u64 = 60 * 60 * 1_000;
/// What a client sends so that nobody wakes up for it, byte by byte.
pub(crate) const PING: &str = r#"{"type":"ping"}"#;
/// What it gets.
pub(crate) const PONG: &str = r#"{"type":"pong"}"#;

/// The part of an attachment that guards a socket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Guard {
    /// When it was opened, milliseconds since 1970.
    pub(crate) opened_ms: u64,
    /// When the token ends by which it was opened, where that has an end.
    #[serde(default)]
    pub(crate) ends_ms: Option<u64>,
    /// State of its rate limit.
    pub(crate) pace: rate_limit::State,
    /// Faults in a row so far.
    pub(crate) strikes: u8,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Binary frames are not spoken.
    #[error("send text")]
    Binary,
    /// It is longer than [`MESSAGE_BYTES`].
    #[error("a message has at most 16 KiB")]
    TooLarge,
    /// It is not what this socket understands.
    #[error("{0}")]
    Malformed(String),
    /// It came too soon.
    #[error("too many messages; wait {0} ms")]
    TooFast(u64),
}

impl Fault {
    /// The stable name.
    fn code(&self) -> &'static str {
        match self {
            Self::Binary => "unsupported_media_type",
            Self::TooLarge => "payload_too_large",
            Self::Malformed(_) => "invalid_request",
            Self::TooFast(_) => "rate_limited",
        }
    }

    /// The close code, when this was once too often.
    fn close_code(&self) -> u16 {
        match self {
            Self::Binary => 1003,
            Self::TooLarge => 1009,
            Self::Malformed(_) | Self::TooFast(_) => 1008,
        }
    }
}

/// The frame that tells a client why a message of its was not taken.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorFrame {
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'static str,
    message: String,
    /// How long to wait, where waiting helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    /// The operations of the message, as far as it named them; none of them was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<OpId>,
}

impl ErrorFrame {
    /// Of a message at fault.
    fn of_fault(fault: &Fault, ids: Vec<OpId>) -> Self {
        Self {
            kind: "error",
            code: fault.code(),
            message: fault.to_string(),
            retry_after_ms: match fault {
                Fault::TooFast(wait_ms) => Some(*wait_ms),
                Fault::Binary | Fault::TooLarge | Fault::Malformed(_) => None,
            },
            ids,
        }
    }

    /// Of a good message that could not be done.
    pub(crate) fn of_error(error: EdgeError, ids: Vec<OpId>) -> Self {
        Self {
            kind: "error",
            code: error.code.as_str(),
            message: error.message,
            retry_after_ms: error.retry_after_s.map(|wait_s| u64::from(wait_s) * 1_000),
            ids,
        }
    }
}

/// A time in seconds from a var, in milliseconds; what is no time is as if it were not set.
pub(crate) fn span_ms(text: &str, default_ms: u64) -> u64 {
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => seconds.saturating_mul(1_000),
        _ => default_ms,
    }
}

/// How old a socket may get.
pub(crate) fn age_ms(env: &Env) -> u64 {
    span_ms(&var(env, "SOCKET_AGE_S"), AGE_MS)
}

/// Ends a socket that is over; whether it was.
pub(crate) fn retire(socket: &WebSocket, guard: &Guard, age_ms: u64) -> bool {
    let is_over = guard.is_over(now_ms(), age_ms);
    if is_over {
        close(
            socket,
            TOO_OLD,
            "the socket is too old or its token ended; open another",
        );
    }
    is_over
}

impl Guard {
    /// Of a socket that a caller is opening.
    pub(crate) fn new(caller: &Caller) -> Self {
        Self {
            opened_ms: now_ms(),
            ends_ms: caller.ends_ms,
            ..Self::default()
        }
    }

    fn is_over(&self, now_ms: u64, age_ms: u64) -> bool {
        let too_old = now_ms.saturating_sub(self.opened_ms) >= age_ms;
        too_old || self.ends_ms.is_some_and(|ends_ms| now_ms >= ends_ms)
    }

    /// The text of a message, if it may be read now.
    pub(crate) fn admit<'m>(
        &mut self,
        message: &'m WebSocketIncomingMessage,
        quota: QuotaSettings,
        now_ms: u64,
    ) -> Result<&'m str, Fault> {
        let quota = Quota::try_from(quota).map_err(|_| Fault::TooFast(1_000))?;
        match quota.check(self.pace, now_ms.saturating_mul(1_000), 1) {
            Decision::Admitted { state, .. } => self.pace = state,
            Decision::Refused { retry_after, .. } => {
                // Rounded up: earlier would be refused again.
                let wait_ms = retry_after.as_micros().div_ceil(1_000);
                return Err(Fault::TooFast(u64::try_from(wait_ms).unwrap_or(u64::MAX)));
            }
            Decision::TooCostly { .. } => return Err(Fault::TooFast(1_000)),
        }
        match message {
            WebSocketIncomingMessage::Binary(_) => Err(Fault::Binary),
            WebSocketIncomingMessage::String(text) if text.len() > MESSAGE_BYTES => {
                Err(Fault::TooLarge)
            }
            WebSocketIncomingMessage::String(text) => Ok(text),
        }
    }

    /// A good message ends a row of faults.
    pub(crate) fn forgive(&mut self) {
        self.strikes = 0;
    }

    /// Counts a fault; whether it was once too often.
    fn strike(&mut self) -> bool {
        self.strikes = self.strikes.saturating_add(1);
        self.strikes >= STRIKES
    }
}

/// Tells a client its fault and closes the socket at the last one; whether it is closed. `ids` are
/// the operations that were not done for it.
pub(crate) fn punish(socket: &WebSocket, guard: &mut Guard, fault: &Fault, ids: Vec<OpId>) -> bool {
    send(socket, &ErrorFrame::of_fault(fault, ids));
    let closed = guard.strike();
    if closed {
        close(socket, fault.close_code(), fault.code());
    }
    closed
}

/// The answer to [`PING`] that the platform gives by itself.
pub(crate) fn auto_pong() -> Option<WebSocketRequestResponsePair> {
    WebSocketRequestResponsePair::new(PING, PONG).ok()
}

/// Sends a frame. A socket that is gone is told so by its close event, not here.
pub(crate) fn send<T: Serialize>(socket: &WebSocket, frame: &T) {
    match serde_json::to_string(frame) {
        Ok(text) => send_text(socket, &text),
        Err(error) => worker::console_error!("frame: {error}"),
    }
}

/// Sends what is a frame already.
pub(crate) fn send_text(socket: &WebSocket, text: &str) {
    if let Err(error) = socket.send_with_str(text) {
        worker::console_debug!("send: {error}");
    }
}

/// Closes a socket.
pub(crate) fn close(socket: &WebSocket, code: u16, reason: &str) {
    if let Err(error) = socket.close(Some(code), Some(reason)) {
        worker::console_debug!("close: {error}");
    }
}

/// The code that a peer's close is answered with: its own, where that one may be sent.
pub(crate) fn closing_code(code: usize) -> u16 {
    let code = u16::try_from(code).unwrap_or(1000);
    if matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        code
    } else {
        1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use olympus_proto::ErrorCode;

    #[test]
    fn codes_that_may_not_be_sent_become_normal() {
        for (code, expected) in [
            (1000, 1000),
            (1001, 1001),
            (1004, 1000),
            (1005, 1000),
            (1006, 1000),
            (1009, 1009),
            (1015, 1000),
            (2999, 1000),
            (4000, 4000),
            (5000, 1000),
            (usize::MAX, 1000),
        ] {
            assert_eq!(closing_code(code), expected, "{code}");
        }
    }

    #[test]
    fn a_message_is_admitted_by_pace_size_and_kind() {
        let quota = QuotaSettings {
            burst: 3,
            rate: 2,
            per_ms: 1_000,
        };
        let text = |bytes| WebSocketIncomingMessage::String("x".repeat(bytes));
        let mut guard = Guard::default();
        assert!(guard.admit(&text(MESSAGE_BYTES), quota, 10_000).is_ok());
        assert_eq!(
            guard.admit(&text(MESSAGE_BYTES + 1), quota, 10_000),
            Err(Fault::TooLarge)
        );
        assert_eq!(
            guard.admit(&WebSocketIncomingMessage::Binary(vec![1]), quota, 10_000),
            Err(Fault::Binary)
        );
        assert_eq!(
            guard.admit(&text(1), quota, 10_000),
            Err(Fault::TooFast(500)),
            "refused messages count as well"
        );
        assert!(guard.admit(&text(1), quota, 10_500).is_ok());
    }

    #[test]
    fn a_fault_says_what_was_not_done_and_how_long_to_wait() {
        let json = |frame: &ErrorFrame| serde_json::to_string(frame).unwrap();
        let slow = ErrorFrame::of_fault(&Fault::TooFast(35), vec![OpId::from("o1")]);
        assert_eq!(
            json(&slow),
            r#"{"type":"error","code":"rate_limited","message":"too many messages; wait 35 ms","retry_after_ms":35,"ids":["o1"]}"#
        );
        assert_eq!(
            json(&ErrorFrame::of_fault(&Fault::Binary, vec![])),
            r#"{"type":"error","code":"unsupported_media_type","message":"send text"}"#
        );
        let busy = EdgeError {
            retry_after_s: Some(2),
            ..EdgeError::new(ErrorCode::UpstreamFailed, "later")
        };
        assert_eq!(
            json(&ErrorFrame::of_error(busy, vec![])),
            r#"{"type":"error","code":"upstream_failed","message":"later","retry_after_ms":2000}"#
        );
    }

    #[test]
    fn a_socket_gets_old_and_one_without_a_date_is_it() {
        let guard = Guard {
            opened_ms: 5_000,
            ..Guard::default()
        };
        assert!(!guard.is_over(14_999, 10_000));
        assert!(guard.is_over(15_000, 10_000));
        assert!(!guard.is_over(4_000, 10_000), "a clock that went back");
        assert!(Guard::default().is_over(1_000_000_000_000, AGE_MS));
    }

    #[test]
    fn a_socket_ends_with_its_token() {
        let guard = Guard {
            opened_ms: 5_000,
            ends_ms: Some(8_000),
            ..Guard::default()
        };
        assert!(!guard.is_over(7_999, 10_000));
        assert!(guard.is_over(8_000, 10_000));
        assert!(guard.is_over(6_000, 1_000), "the age counts as well");
    }

    #[test]
    fn a_span_is_whole_seconds_or_the_default() {
        assert_eq!(span_ms("2", 7), 2_000);
        for bad in ["", "0", "-1", "2s", "1e9", "99999999999999999999"] {
            assert_eq!(span_ms(bad, 7), 7, "{bad}");
        }
    }

    #[test]
    fn the_last_strike_is_the_fifth() {
        let mut guard = Guard::default();
        let strikes: Vec<bool> = (0..6).map(|_| guard.strike()).collect();
        assert_eq!(strikes, [false, false, false, false, true, true]);
        guard.forgive();
        assert!(!guard.strike(), "a good message ends the row");
    }
}
