//! Bodies that go wrong on their way.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::{self, StreamExt};

const CHUNK: u64 = 64 * 1024;

/// Half of a body, then an error, which closes the connection.
pub fn half(body: &Bytes) -> Body {
    let first = stream::iter([Ok(body.slice(..body.len() / 2))]);
    let cut = stream::once(async {
        // Lets the server send the first half before it learns of the error.
        tokio::task::yield_now().await;
        Err(io::Error::other("cut on purpose"))
    });
    Body::from_stream(first.chain(cut))
}

/// One byte at a time, each after a pause.
pub fn drip(body: Bytes, pause: Duration) -> Body {
    let bytes = stream::iter(0..body.len()).then(move |index| {
        let byte = body.slice(index..=index);
        async move {
            tokio::time::sleep(pause).await;
            io::Result::Ok(byte)
        }
    });
    Body::from_stream(bytes)
}

/// A token answer of this many bytes (or as few as will do), and its exact size. Well-formed, so that only its size can
/// be held against it.
pub fn oversize(bytes: u64) -> (Body, u64) {
    const START: &[u8] = br#"{"token_type":"Bearer","expires_in":3600,"access_token":"BQ"#;
    const END: &[u8] = br#""}"#;
    static PADDING: [u8; CHUNK as usize] = [b'x'; CHUNK as usize];

    let frame = (START.len() + END.len()) as u64;
    let padding = bytes.saturating_sub(frame);
    let chunks = stream::iter(0..padding.div_ceil(CHUNK))
        .map(move |index| (padding - index * CHUNK).min(CHUNK))
        .map(|size| Bytes::from_static(&PADDING).slice(..size as usize));
    let body = stream::iter([Bytes::from_static(START)])
        .chain(chunks)
        .chain(stream::iter([Bytes::from_static(END)]));
    (Body::from_stream(body.map(io::Result::Ok)), padding + frame)
}
