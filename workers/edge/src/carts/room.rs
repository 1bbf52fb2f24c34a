//! Those who have a cart open: their seats, what they are told, who is there.
//!
//! Invariant: a seat is the socket's attachment, so that it survives an eviction; whose seat it is
//! was said by the Worker, only the name is the client's. Nothing here changes a cart.

use super::message::{self, Frame, Person};
use super::object::{Cart, view};
use crate::http::error::{EdgeError, log};
use crate::http::ids::{hex, random_hex};
use crate::live::call::{self, Caller};
use crate::live::socket::{self, ErrorFrame, Guard};
use olympus_core::cart::Author;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use worker::{Request, Response, WebSocket, WebSocketPair};

/// Sockets of one cart.
const SOCKETS: usize = 100;

#[derive(Debug, Deserialize)]
struct Join {
    #[serde(default)]
    name: String,
}

/// What a socket carries through an eviction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seat {
    id: String,
    name: String,
    pub(super) author: String,
    pub(super) guard: Guard,
}

/// The name that a caller's operations go by: its own where a cart takes it.
pub(super) fn author(subject: &str) -> Author {
    let own = Author::from(subject);
    if own.is_sound() {
        return own;
    }
    Author(hex(Sha256::digest(subject.as_bytes()).as_slice()))
}

/// Who sits at a socket.
pub(super) fn seat(ws: &WebSocket) -> Option<Seat> {
    ws.deserialize_attachment().ok().flatten()
}

impl Cart {
    pub(super) fn join(&self, request: &Request) -> Result<Response, EdgeError> {
        let caller = Caller::of(request)?;
        let asked: Join = request.query()?;
        let name =
            message::name(&asked.name).map_err(|error| EdgeError::invalid(error.to_string()))?;
        let cart = self.read(view)?;
        if self.state.get_websockets().len() >= SOCKETS {
            return Err(call::overloaded(
                "this cart is open too often; close a page",
            ));
        }
        let seat = Seat {
            id: random_hex::<8>().ok_or_else(|| EdgeError::internal("no randomness"))?,
            name,
            author: author(&caller.subject).0,
            guard: Guard::new(&caller),
        };
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        self.state.accept_web_socket(&server);
        server.serialize_attachment(&seat)?;
        socket::send(
            &server,
            &Frame::Hello {
                you: &seat.id,
                author: &seat.author,
                cart: &cart,
            },
        );
        self.tell_presence(None);
        Ok(Response::from_websocket(client)?)
    }

    pub(super) fn catch_up(&self, ws: &WebSocket, version: u64) {
        let sent = self.read(|kept| match kept.state.since(version) {
            Some(ops) => socket::send(
                ws,
                &Frame::Ops {
                    from: version,
                    version: kept.state.version(),
                    total_cents: kept.state.total().0,
                    ops: &ops,
                },
            ),
            None => socket::send(ws, &Frame::Snapshot { cart: &view(kept) }),
        });
        if let Err(error) = sent {
            socket::send(ws, &ErrorFrame::of_error(error, Vec::new()));
        }
    }

    /// Tells all who have the cart open who does, without the one that is leaving.
    pub(super) fn tell_presence(&self, leaving: Option<&WebSocket>) {
        let left = leaving.and_then(seat).map(|seat| seat.id);
        let people: Vec<Person> = self
            .state
            .get_websockets()
            .iter()
            .filter_map(seat)
            .filter(|seat| left.as_ref() != Some(&seat.id))
            .map(|seat| Person {
                id: seat.id,
                name: seat.name,
            })
            .collect();
        self.tell(&Frame::Presence {
            count: people.len(),
            people: &people,
        });
    }

    pub(super) fn is_over(&self, ws: &WebSocket, seat: &Seat) -> bool {
        socket::retire(ws, &seat.guard, self.age_ms)
    }

    pub(super) fn tell(&self, frame: &Frame<'_>) {
        match serde_json::to_string(frame) {
            Ok(text) => {
                for socket in self.state.get_websockets() {
                    if seat(&socket).is_some_and(|seat| !self.is_over(&socket, &seat)) {
                        socket::send_text(&socket, &text);
                    }
                }
            }
            Err(error) => log(&format!("a frame could not be written: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::author;

    #[test]
    fn authors_are_sound_and_distinct() {
        assert_eq!(author("key:k1").0, "key:k1");
        let long = "x".repeat(65);
        for odd in ["", "a b", "é", long.as_str()] {
            assert!(author(odd).is_sound(), "{odd:?}");
            assert_ne!(author(odd), author("a c"));
        }
    }
}
