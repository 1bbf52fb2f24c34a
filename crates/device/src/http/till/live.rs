//! The kitchen's tickets as they change, over a WebSocket.
//!
//! Invariant: the first message is all there is, and each change follows in the order in which it
//! was made; a screen that falls behind is told all anew, so that nothing piles up for it. A screen
//! that neither reads nor answers pings is let go.

use super::super::error::HttpError;
use super::super::guard::KITCHEN_PROTOCOL;
use super::super::state::AppState;
use super::{Answer, App};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use olympus_proto::ErrorCode;
use olympus_proto::pos::{KitchenEvent, Ticket};
use olympus_store::Reader;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

/// How often a screen is asked whether it is still there.
const PING: Duration = Duration::from_secs(15);
/// How long a screen may take for one message.
const SEND: Duration = Duration::from_secs(20);
/// A screen has nothing to say.
const MAX_HEARD_BYTES: usize = 4 * 1024;

pub(crate) async fn live(
    State(state): App,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    let upgrade = upgrade.map_err(|error| {
        let message = format!("this route speaks WebSocket: {error}");
        HttpError::new(ErrorCode::UpgradeRequired, message)
    })?;
    let place = Arc::clone(&state.screens)
        .try_acquire_owned()
        .map_err(|_| HttpError::overloaded("as many kitchen screens are connected as may be"))?;
    Ok(upgrade
        .protocols([KITCHEN_PROTOCOL])
        .max_message_size(MAX_HEARD_BYTES)
        .max_frame_size(MAX_HEARD_BYTES)
        .on_upgrade(move |socket| async move {
            state.till.metrics().screen(1);
            show(socket, &state).await;
            state.till.metrics().screen(-1);
            drop(place);
        }))
}

/// Ends when the screen goes, or the server does.
async fn show(mut socket: WebSocket, state: &AppState) {
    let mut tickets = state.till.tickets();
    let mut stopped = state.stopped.clone();
    let mut ping = tokio::time::interval(PING);
    ping.reset();
    let mut answers = true;
    if !send_all(&mut socket, state, &mut tickets).await {
        return;
    }
    loop {
        let goes_on = tokio::select! {
            ticket = tickets.recv() => match ticket {
                Ok(ticket) => send(&mut socket, &KitchenEvent::Ticket { ticket }).await,
                Err(RecvError::Lagged(_)) => send_all(&mut socket, state, &mut tickets).await,
                Err(RecvError::Closed) => false,
            },
            heard = socket.recv() => {
                answers = true;
                !matches!(heard, None | Some(Err(_) | Ok(Message::Close(_))))
            }
            _ = ping.tick() => {
                let there = std::mem::take(&mut answers);
                there && in_time(&mut socket, Message::Ping(bytes::Bytes::new())).await
            }
            _ = stopped.changed() => {
                let frame = CloseFrame {
                    code: close_code::AWAY,
                    reason: "the device shuts down; connect again".into(),
                };
                let _ = in_time(&mut socket, Message::Close(Some(frame))).await;
                false
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// What changed up to now is in what is read now.
async fn send_all(
    socket: &mut WebSocket,
    state: &AppState,
    tickets: &mut broadcast::Receiver<Ticket>,
) -> bool {
    while !matches!(
        tickets.try_recv(),
        Err(TryRecvError::Empty | TryRecvError::Closed)
    ) {}
    match state.till.read(Reader::tickets).await {
        Ok(all) => {
            send(
                socket,
                &KitchenEvent::All {
                    tickets: all.tickets,
                },
            )
            .await
        }
        Err(error) => {
            let frame = CloseFrame {
                code: close_code::ERROR,
                reason: "the tickets cannot be read; connect again".into(),
            };
            tracing::warn!(%error, "a kitchen screen is let go");
            let _ = in_time(socket, Message::Close(Some(frame))).await;
            false
        }
    }
}

async fn send(socket: &mut WebSocket, event: &KitchenEvent) -> bool {
    match serde_json::to_string(event) {
        Ok(text) => in_time(socket, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(%error, "a ticket cannot be written");
            false
        }
    }
}

async fn in_time(socket: &mut WebSocket, message: Message) -> bool {
    matches!(
        tokio::time::timeout(SEND, socket.send(message)).await,
        Ok(Ok(()))
    )
}
