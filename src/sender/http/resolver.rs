//! Looks up names on the calling thread: the resolver of `ureq` starts a thread that nobody joins.

use std::net::ToSocketAddrs;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::{Error, Status};

use super::connector::NotConnected;

/// How many addresses of a host are tried at most; the room that `ureq` has for them.
const MAX_ADDRESSES: usize = 16;

#[derive(Debug)]
pub(super) struct BlockingResolver;

impl Resolver for BlockingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host_and_port = uri
            .scheme()
            .zip(uri.authority())
            .and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority))
            .ok_or_else(|| not_found("the URL has no host"))?;
        let found = host_and_port
            .to_socket_addrs()
            .map_err(|error| not_found(&error.to_string()))?;
        let mut addresses = self.empty();
        for address in found.take(MAX_ADDRESSES) {
            addresses.push(address);
        }
        if addresses.is_empty() {
            return Err(not_found("the name has no address"));
        }
        Ok(addresses)
    }
}

fn not_found(problem: &str) -> ureq::Error {
    NotConnected::error(Error::new(
        Status::Transport,
        format!("the host was not found: {problem}"),
    ))
}
