//! Faults of the service and of the network, as they are asked for.

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Something that is to go wrong.
///
/// ```
/// use clef_sandbox::{Fault, FaultKind};
///
/// let gateway_down = Fault::respond(502, "bad gateway").times(2);
/// let no_scope = Fault::edit([], ["scope"]);
/// let lost_answer = Fault::from(FaultKind::CloseAfter);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Fault {
    /// The path it happens on.
    pub path: String,
    /// How many requests it happens to; 0: all, until it is cleared.
    pub times: u32,
    /// Milliseconds the answer, or its absence, is held back. What is processed for real is processed before that,
    /// except by [`FaultKind::Delay`].
    pub delay_ms: u64,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// An answer that never was a real one: nothing is processed.
    Respond {
        /// The status code.
        status: u16,
        /// A `Content-Type` of `text/plain` is added if there is none.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// The request is processed for real; then members of a successful JSON answer are changed.
    Edit {
        /// Members to add or replace.
        #[serde(default)]
        set: Map<String, Value>,
        /// Members to leave out.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// The request is processed for real, but only after `delay_ms`.
    Delay,
    /// The connection is closed without an answer; nothing is processed.
    Close,
    /// The request is processed for real, then the connection is closed without an answer.
    CloseAfter,
    /// The connection is closed after half of the body.
    Half {
        /// The body to send half of, with status 200 and as JSON. Without it the request is processed for real, and
        /// its answer is cut.
        #[serde(default)]
        body: Option<String>,
    },
    /// The request is processed for real; the body comes one byte at a time.
    Drip {
        /// Milliseconds before each byte.
        #[serde(default = "default_drip_ms")]
        drip_ms: u64,
    },
    /// A well-formed token answer with a huge access token; nothing is processed.
    Oversize {
        /// Size of the body.
        bytes: u64,
    },
}

const DEFAULT_PATH: &str = "/api/token";

fn default_drip_ms() -> u64 {
    200
}

impl Fault {
    /// Answers with this status and this plain text.
    pub fn respond(status: u16, body: impl Into<String>) -> Self {
        Self::from(FaultKind::Respond {
            status,
            headers: BTreeMap::new(),
            body: body.into(),
        })
    }

    /// Answers with this status and this JSON.
    pub fn respond_json(status: u16, body: &Value) -> Self {
        Self::respond(status, body.to_string()).header("Content-Type", "application/json")
    }

    /// Sets and removes members of a successful answer.
    pub fn edit<'a>(
        set: impl IntoIterator<Item = (&'a str, Value)>,
        remove: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::from(FaultKind::Edit {
            set: set
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            remove: remove.into_iter().map(String::from).collect(),
        })
    }

    /// The same with a header, if it is a [`FaultKind::Respond`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let FaultKind::Respond { headers, .. } = &mut self.kind {
            headers.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// The same on another path.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same for this many requests; 0: until it is cleared.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The same, held back for this long.
    #[must_use]
    pub fn after_ms(mut self, delay_ms: u64) -> Self {
        self.delay_ms = delay_ms;
        self
    }

    /// Says what of it HTTP cannot carry.
    pub(crate) fn check(&self) -> Result<(), String> {
        let FaultKind::Respond {
            status, headers, ..
        } = &self.kind
        else {
            return Ok(());
        };
        // 1xx is an interim answer: the client would wait for the real one for ever.
        if !(200..=999).contains(status) || StatusCode::from_u16(*status).is_err() {
            return Err(format!("status {status} is not in 200 to 999"));
        }
        for (name, value) in headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(format!("{name:?}: {value:?} is not a valid header"));
            }
        }
        Ok(())
    }
}

impl From<FaultKind> for Fault {
    /// Once, on `/api/token`, without a delay.
    fn from(kind: FaultKind) -> Self {
        Self {
            path: DEFAULT_PATH.to_owned(),
            times: 1,
            delay_ms: 0,
            kind,
        }
    }
}

/// By hand, because serde ignores unknown members beside a flattened enum, and a misspelt one must not be ignored.
impl TryFrom<Map<String, Value>> for Fault {
    type Error = String;

    fn try_from(mut members: Map<String, Value>) -> Result<Self, String> {
        let path = take(&mut members, "path")?.unwrap_or_else(|| DEFAULT_PATH.to_owned());
        let times = take(&mut members, "times")?.unwrap_or(1);
        let delay_ms = take(&mut members, "delay_ms")?.unwrap_or(0);
        let kind = FaultKind::deserialize(&members).map_err(|error| error.to_string())?;
        let known = serde_json::to_value(&kind).map_err(|error| error.to_string())?;
        if let Some(unknown) = members.keys().find(|name| known.get(name).is_none()) {
            return Err(format!("{unknown} means nothing here"));
        }
        let fault = Self {
            path,
            times,
            delay_ms,
            kind,
        };
        fault.check()?;
        Ok(fault)
    }
}

fn take<T: serde::de::DeserializeOwned>(
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, String> {
    match members.remove(name) {
        None => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(|error| format!("{name}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_left_out_has_its_default() {
        let fault: Fault = serde_json::from_value(json!({"kind": "drip"})).unwrap();
        assert_eq!(fault, Fault::from(FaultKind::Drip { drip_ms: 200 }));
        assert_eq!((fault.path.as_str(), fault.times), ("/api/token", 1));
    }

    #[test]
    fn a_fault_reads_back_what_it_writes() {
        let fault = Fault::respond(429, "slow down")
            .header("Retry-After", "3")
            .on("/v1/me")
            .times(0)
            .after_ms(5);
        let json = serde_json::to_value(&fault).unwrap();
        assert_eq!(serde_json::from_value::<Fault>(json).unwrap(), fault);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for json in [
            json!({}),
            json!({"kind": "explode"}),
            json!({"kind": "close", "stauts": 500}),
            json!({"kind": "respond"}),
            json!({"kind": "respond", "status": 100}),
            json!({"kind": "respond", "status": 200, "delay": 5}),
            json!({"kind": "respond", "status": 200, "headers": {"a b": "c"}}),
            json!({"kind": "oversize"}),
            json!({"kind": "close", "times": -1}),
        ] {
            assert!(
                serde_json::from_value::<Fault>(json.clone()).is_err(),
                "{json}"
            );
        }
    }
}
