//! What the sandbox was asked, with every secret masked.

use std::collections::{BTreeMap, HashMap, VecDeque};

use axum::http::{HeaderMap, Method, Uri, header};
use serde::Serialize;

use crate::endpoints::client_authentication;
use crate::form::{self, Form};

/// The log keeps the latest requests; the counts are of all.
const CAPACITY: usize = 10_000;

const MASK: &str = "***";

/// The parameters that are shown. Those that are not known to be harmless are masked, so a misspelt secret is too.
const SHOWN: [&str; 9] = [
    "client_id",
    "code_challenge_method",
    "decision",
    "grant_type",
    "redirect_uri",
    "response_type",
    "sandbox_auto",
    "scope",
    "show_dialog",
];

/// How a request said who it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Authentication {
    /// No `Authorization` header.
    None,
    /// Client id and secret.
    Basic,
    /// An access token.
    Bearer,
    /// An `Authorization` header of another kind.
    Other,
}

/// One request, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// `GET`, `POST`, …
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The status that was answered; 0 while there is no answer, and for ever if the connection was closed without.
    pub status: u16,
    /// What kind of token was asked for.
    pub grant_type: Option<String>,
    /// The client id, from the `Authorization` header or the parameters.
    pub client_id: Option<String>,
    /// How the request said who it comes from.
    pub auth: Authentication,
    /// Seconds since the Unix epoch, on the sandbox clock.
    pub at: i64,
    /// The parameters of query and form, secrets as `***`.
    pub parameters: BTreeMap<String, String>,
}

impl LogEntry {
    /// A request that has no answer yet.
    pub(crate) fn of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        at: i64,
    ) -> Self {
        let query = Form::of_query(uri);
        let form = Form::parse(if form::is_form(headers) { body } else { &[] });
        let parameter = |name| form.get(name).or_else(|| query.get(name)).map(String::from);
        let basic = client_authentication::basic_credentials(headers);
        Self {
            method: method.to_string(),
            path: uri.path().to_owned(),
            status: 0,
            grant_type: parameter("grant_type"),
            client_id: basic.map(|(id, _)| id).or_else(|| parameter("client_id")),
            auth: authentication(headers),
            at,
            parameters: query
                .iter()
                .chain(form.iter())
                .map(|(name, value)| (name.to_owned(), shown(name, value).to_owned()))
                .collect(),
        }
    }
}

fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if SHOWN.contains(&name) { value } else { MASK }
}

fn authentication(headers: &HeaderMap) -> Authentication {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Authentication::None;
    };
    let scheme = value.as_bytes().split(|byte| *byte == b' ').next();
    match scheme.unwrap_or_default().to_ascii_lowercase().as_slice() {
        b"basic" => Authentication::Basic,
        b"bearer" => Authentication::Bearer,
        _ => Authentication::Other,
    }
}

/// Points at an entry, also after others were forgotten.
#[derive(Clone, Copy, Debug)]
pub struct EntryId(u64);

/// The log.
#[derive(Debug, Default)]
pub struct RequestLog {
    entries: VecDeque<LogEntry>,
    /// How many entries came before the first of `entries`.
    forgotten: u64,
    counts: HashMap<(String, Option<String>), u64>,
}

impl RequestLog {
    pub fn add(&mut self, entry: LogEntry) -> EntryId {
        let key = (entry.path.clone(), entry.grant_type.clone());
        *self.counts.entry(key).or_default() += 1;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.entries.push_back(entry);
        EntryId(self.forgotten + self.entries.len() as u64 - 1)
    }

    /// Notes what was answered, if the entry is still there.
    pub fn set_status(&mut self, id: EntryId, status: u16) {
        let index = id.0.checked_sub(self.forgotten);
        let entry = index
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| self.entries.get_mut(index));
        if let Some(entry) = entry {
            entry.status = status;
        }
    }

    pub fn entries(&self) -> Vec<LogEntry> {
        self.entries.iter().cloned().collect()
    }

    /// How many requests there were on a path, of one grant type or of any.
    pub fn count(&self, path: &str, grant_type: Option<&str>) -> u64 {
        self.counts
            .iter()
            .filter(|((other, _), _)| other == path)
            .filter(|((_, other), _)| grant_type.is_none() || other.as_deref() == grant_type)
            .map(|(_, count)| count)
            .sum()
    }

    /// Forgets everything. Answers to earlier requests are not noted any more.
    pub fn clear(&mut self) {
        *self = Self {
            forgotten: self.forgotten + self.entries.len() as u64,
            ..Self::default()
        };
    }
}
