//! What an event says about its connection.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The members of an event that are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SocketEvent {
    pub(super) request_context: Context,
    #[serde(default)]
    pub(super) headers: Option<HashMap<String, String>>,
    #[serde(default)]
    pub(super) multi_value_headers: Option<HashMap<String, Vec<String>>>,
    #[serde(default)]
    pub(super) multi_value_query_string_parameters: Option<HashMap<String, Vec<String>>>,
    #[serde(default)]
    pub(super) query_string_parameters: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) connection_id: String,
    #[serde(default)]
    pub(super) domain_name: String,
    #[serde(default)]
    pub(super) stage: String,
    #[serde(default)]
    connected_at: Option<u64>,
    #[serde(default)]
    pub(super) identity: Identity,
    #[serde(default)]
    pub(super) authorizer: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) disconnect_status_code: Option<u16>,
    #[serde(default)]
    pub(super) disconnect_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    #[serde(default)]
    pub(super) source_ip: Option<String>,
    #[serde(default)]
    pub(super) user_agent: Option<String>,
    /// Of a handshake that IAM authorizes.
    #[serde(default)]
    pub(super) user_arn: Option<String>,
}

impl Context {
    pub(super) fn connected_at(&self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.connected_at?))
    }
}
