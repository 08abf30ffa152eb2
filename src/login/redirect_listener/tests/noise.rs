//! Thousands of random streams, and a login in between.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

use super::*;

const ROUNDS: usize = 10;
const STREAMS_A_ROUND: usize = 1_000;

/// More than the listener holds.
const KEPT_OPEN: usize = 100;

#[test]
fn ten_thousand_random_streams_keep_no_login_from_its_redirect() {
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    println!("seed {seed}");
    let mut random = Random(seed);
    let listener = listener();
    for _ in 0..ROUNDS {
        let client = thread::spawn({
            let listener = listener.clone();
            let mut random = Random(random.next());
            move || {
                let mut kept = VecDeque::new();
                for _ in 0..STREAMS_A_ROUND {
                    let browser = Browser::open(&listener).try_to_say(&random.stream());
                    match random.below(3) {
                        0 => drop(browser),
                        1 => browser.end(),
                        _ => kept.push_back(browser),
                    }
                    if kept.len() > KEPT_OPEN {
                        kept.pop_front();
                    }
                }
                Browser::get(&listener, GOOD)
            }
        });
        let deadline = Instant::now() + 2 * LONG;
        let url = loop {
            assert!(Instant::now() < deadline, "the redirect did not come");
            let outcome = listener.wait(Some(STATE), Some(Duration::from_millis(2)));
            let (connections, bytes) = listener.core.server.lock().unwrap().usage();
            assert!(connections <= MAX_CONNECTIONS && bytes <= MAX_HEAD_BYTES);
            match outcome {
                Ok(url) => break url,
                Err(error) => assert_eq!(error.status(), Status::Timeout),
            }
        };
        assert!(url.expose().ends_with(GOOD));
        let answer = client.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// Noise, or a request of which something was changed. None has the right state.
    fn stream(&mut self) -> Vec<u8> {
        const REQUESTS: [&str; 5] = [
            "GET /callback?code=x&state=other HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
            "GET /callback?error=x&state=other HTTP/1.0\r\n\r\n",
            "HEAD /callback?code=%41&state=%00 HTTP/1.0\r\nCookie: a=b; c=d\r\n\r\n",
            "POST /callback HTTP/1.0\r\nContent-Length: 12\r\n\r\ncode=x&state=",
            "\r\nGET http://127.0.0.1:1/callback?state=y&code=x HTTP/1.1\r\nHost: [::1]\r\n\r\n",
        ];
        match self.below(20) {
            0..6 => {
                let len = self.below(2_000);
                self.bytes(len)
            }
            6 => {
                let len = self.below(100_000);
                self.bytes(len)
            }
            _ => {
                let mut stream = REQUESTS[self.below(REQUESTS.len())].as_bytes().to_vec();
                for _ in 0..self.below(6) {
                    self.change(&mut stream);
                }
                stream
            }
        }
    }

    fn change(&mut self, stream: &mut Vec<u8>) {
        let range = self.range(stream.len());
        match self.below(5) {
            0 => stream.truncate(range.start),
            1 => drop(stream.drain(range)),
            2 => {
                let again = stream[range.clone()].to_vec();
                stream.splice(range.start..range.start, again.repeat(3));
            }
            3 => {
                let len = self.below(20);
                let noise = self.bytes(len);
                stream.splice(range.start..range.start, noise);
            }
            _ => {
                if let Some(byte) = stream.get_mut(range.start) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }

    fn range(&mut self, len: usize) -> Range<usize> {
        let start = self.below(len + 1);
        start..start + self.below(len - start + 1)
    }
}
