//! Handlers of WebSocket APIs, through their events.
#![cfg(feature = "websocket")]

mod connections;
mod events;
mod handlers;
