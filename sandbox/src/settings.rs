//! How the sandbox behaves; may be changed while it runs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether a refresh hands out a new refresh token and spends the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// Every refresh does.
    On,
    /// No refresh does: its answer has no refresh token, and the old one stays good.
    Off,
    /// Only that of a grant made with PKCE, as at Spotify.
    #[default]
    PkceOnly,
}

/// How the sandbox behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds an access token lives.
    pub expires_in: i64,
    /// Seconds an authorisation code lives.
    pub code_lifetime: i64,
    /// Seconds from a login until its refresh token dies, however often it was refreshed: six months.
    pub grant_lifetime: i64,
    /// Whether a refresh hands out a new refresh token.
    pub rotation: Rotation,
    /// Whether using a spent refresh token revokes the whole grant.
    pub reuse_detection: bool,
    /// Whether `/authorize` agrees at once instead of showing the consent page.
    pub auto_approve: bool,
    /// Milliseconds each answer of `/api/token` is held back.
    pub token_delay_ms: u64,
}

impl Settings {
    /// These settings with some of them changed by a JSON object.
    pub(crate) fn changed_by(&self, changes: Map<String, Value>) -> serde_json::Result<Self> {
        let mut settings = serde_json::to_value(self)?;
        if let Value::Object(fields) = &mut settings {
            fields.extend(changes);
        }
        serde_json::from_value(settings)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            expires_in: 3600,
            code_lifetime: 60,
            grant_lifetime: 15_778_800,
            rotation: Rotation::default(),
            reuse_detection: false,
            auto_approve: false,
            token_delay_ms: 0,
        }
    }
}
