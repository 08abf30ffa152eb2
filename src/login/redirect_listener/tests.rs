//! The listener against browsers, sloppy clients and hostile ones, over real connections.

mod browser;
mod noise;

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::{Error, Status};
use crate::runtime::Runtime;
use crate::secret::Secret;
use crate::stop::Stop;
use crate::work::{Context, promise};

use self::browser::{Browser, LONG};
use super::RedirectListener;
use super::connection::MAX_HEAD_BYTES;
use super::server::MAX_CONNECTIONS;

const STATE: &str = "the-state";

/// The redirect that ends a login.
const GOOD: &str = "/callback?code=the-code&state=the-state";

fn listener() -> Arc<RedirectListener> {
    Arc::new(RedirectListener::new("http://127.0.0.1/callback").unwrap())
}

/// Waits on a thread of its own.
fn wait_for(
    listener: &Arc<RedirectListener>,
    expected_state: Option<&'static str>,
) -> JoinHandle<Result<Secret, Error>> {
    let listener = listener.clone();
    thread::spawn(move || listener.wait(expected_state, Some(LONG)))
}

/// Sees that the one good redirect is received, whatever was before it.
fn assert_received(listener: &RedirectListener, waiting: JoinHandle<Result<Secret, Error>>) {
    let answer = Browser::get(listener, GOOD);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(
        waiting.join().unwrap().unwrap().expose(),
        format!("{}{}", browser::origin(listener), GOOD)
    );
}

/// A client that says `request` gets an answer with this status line, and the waiting goes on.
fn assert_turned_away(requests: &[(String, &str)]) {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    for (request, status) in requests {
        let request = browser::addressed(request, &listener);
        let answer = Browser::open(&listener).say(&request).hear();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}\n{answer}"
        );
        for secret in ["the-code", STATE, "another"] {
            assert!(!answer.contains(secret), "{request}\n{answer}");
        }
    }
    assert_received(&listener, waiting);
}

fn request(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: HOST\r\n\r\n")
}

#[test]
fn the_browser_gets_a_whole_page_that_keeps_the_code_to_itself() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let answer = Browser::get(&listener, GOOD);
    let url = waiting.join().unwrap().unwrap();
    assert_eq!(
        url.expose(),
        format!("{}?code=the-code&state=the-state", listener.uri())
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    for line in [
        "HTTP/1.1 200 OK",
        "Content-Type: text/html; charset=utf-8",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        &format!("Content-Length: {}", body.len()),
    ] {
        assert!(head.lines().any(|other| other == line), "{line}\n{head}");
    }
    assert!(
        head.contains(
            "\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline';"
        )
    );
    assert!(body.contains("You can close this window and go back to the app"));
    assert!(!answer.contains("the-code") && !answer.contains(STATE) && !body.contains("script"));
}

#[test]
fn another_login_is_turned_away() {
    let targets = [
        "?code=the-code&state=another",
        "?code=the-code&state=the-stat",
        "?code=the-code&state=",
        "?code=the-code&state=the-state%00",
        "?code=the-code",
        "?code=the-code&state=the-state&state=the-state",
        "?code=the-code&code=the-code&state=the-state",
        "?code=&state=the-state",
        "?state=the-state",
        "?error=access_denied&state=another",
        "?error=access_denied",
        "?error=&state=the-state",
        "?",
        "",
    ];
    let requests = targets.map(|query| (request("GET", &format!("/callback{query}")), "400"));
    assert_turned_away(&requests);
}

#[test]
fn what_is_not_the_redirect_is_turned_away() {
    let mut requests = vec![
        (request("GET", "/favicon.ico"), "404"),
        (request("GET", "/"), "404"),
        (
            request("GET", &GOOD.replace("callback", "callback/")),
            "404",
        ),
        (request("GET", &GOOD.replace("callback", "Callback")), "404"),
        (
            request("GET", "/x/../callback?code=the-code&state=the-state"),
            "404",
        ),
        (request("GET", &format!("{GOOD}#x")), "400"),
        (request("GET", "*"), "400"),
        (
            request("GET", "callback?code=the-code&state=the-state"),
            "400",
        ),
        (request("CONNECT", "HOST"), "405"),
        (request("OPTIONS", "*"), "405"),
        ("GET  HTTP/1.1\r\nHost: HOST\r\n\r\n".into(), "400"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), "400"),
        ("\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03".into(), "400"),
        ("\r\n\r\nnonsense\r\n\r\n".into(), "400"),
    ];
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"] {
        requests.push((request(method, GOOD), "405"));
    }
    let form = "code=the-code&state=the-state";
    requests.push((
        format!(
            "POST /callback HTTP/1.1\r\nHost: HOST\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        ),
        "405",
    ));
    assert_turned_away(&requests);
}

/// A page elsewhere may have the browser connect here under the page's own name.
#[test]
fn only_who_asks_for_this_address_is_heard() {
    let with = |hosts: &str| format!("GET {GOOD} HTTP/1.1\r\n{hosts}\r\n");
    assert_turned_away(&[
        (with(""), "400"),
        (with("Host:\r\n"), "400"),
        (with("Host: localhost:PORT\r\n"), "400"),
        (with("Host: evil.example:PORT\r\n"), "400"),
        (with("Host: [::1]:PORT\r\n"), "400"),
        (with("Host: 127.0.0.1\r\n"), "400"),
        (with("Host: 127.0.0.1:1\r\n"), "400"),
        (with("Host: x@HOST\r\n"), "400"),
        (with("Host: HOST\r\nHost: HOST\r\n"), "400"),
        (with("Host: HOST\r\nhost: evil.example\r\n"), "400"),
        (request("GET", &format!("http://evil.example{GOOD}")), "400"),
        (request("GET", &format!("https://HOST{GOOD}")), "400"),
    ]);
}

#[test]
fn a_head_request_has_no_body_and_ends_no_waiting() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    for (target, status) in [
        (GOOD, "200"),
        ("/callback?code=x&state=y", "400"),
        ("/x", "404"),
    ] {
        let head = Browser::open(&listener)
            .say(&browser::addressed(&request("HEAD", target), &listener))
            .hear();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
        assert!(!head.contains("Content-Length: 0"), "{head}");
    }
    assert_received(&listener, waiting);
}

#[test]
fn every_form_of_the_good_request_is_taken() {
    for form in [
        "GET TARGET HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET TARGET HTTP/1.1\r\nhost:HOST  \r\nConnection: keep-alive\r\n\r\n",
        "GET TARGET HTTP/1.1\nHost: HOST\n\n",
        "\r\nGET TARGET HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "\r\n\n\r\nGET TARGET HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET TARGET HTTP/1.0\r\n\r\n",
        "GET TARGET HTTP/1.0\r\nHost: HOST\r\n\r\n",
        "GET http://HOSTTARGET HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET TARGET HTTP/1.1\r\nHost: HOST\r\nExpect: 100-continue\r\n\r\n",
        "GET TARGET HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\n\r\nabc",
        "GET TARGET HTTP/1.1\r\nHost: HOST\r\n\r\nGET /favicon.ico HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ] {
        let listener = listener();
        let waiting = wait_for(&listener, Some(STATE));
        let request = browser::addressed(&form.replace("TARGET", GOOD), &listener);
        let answer = Browser::open(&listener).say(&request).hear();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n"),
            "{request}\n{answer}"
        );
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
        let url = waiting.join().unwrap().unwrap();
        assert_eq!(
            url.expose(),
            format!("{}{GOOD}", browser::origin(&listener)),
            "{request}"
        );
    }
}

#[test]
fn a_refusal_is_given_too_and_the_page_says_so() {
    for (query, status) in [
        ("error=access_denied&state=the-state", Status::AccessDenied),
        ("state=the-state&error=server_error", Status::Oauth),
    ] {
        let listener = listener();
        let waiting = wait_for(&listener, Some(STATE));
        let answer = Browser::get(&listener, &format!("/callback?{query}"));
        assert!(answer.contains("<h1>Access was refused</h1>"), "{answer}");
        let url = waiting.join().unwrap().unwrap();
        let error = crate::parse_code_from_url(url.expose()).unwrap_err();
        assert_eq!(error.status(), status);
    }
}

#[test]
fn without_a_state_any_redirect_will_do() {
    for good in ["?code=x", "?code=x&state=y", "?error=access_denied"] {
        let listener = listener();
        let waiting = wait_for(&listener, None);
        for bad in [
            "",
            "?state=y",
            "?code=x&state=y&state=y",
            "?code=x&code=x",
            "?error=a&error=b",
        ] {
            let answer = Browser::get(&listener, &format!("/callback{bad}"));
            assert!(answer.starts_with("HTTP/1.1 400 "), "{bad}\n{answer}");
        }
        Browser::get(&listener, &format!("/callback{good}"));
        let url = waiting.join().unwrap().unwrap();
        assert_eq!(url.expose(), format!("{}{good}", listener.uri()));
    }
}

#[test]
fn who_says_nothing_or_half_keeps_nobody_waiting() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let silent: Vec<_> = (0..20).map(|_| Browser::open(&listener)).collect();
    let half: Vec<_> = (0..20)
        .map(|_| Browser::open(&listener).say("GET /callback?code=x HTTP/1.1\r\nHos"))
        .collect();
    assert_received(&listener, waiting);
    drop((silent, half));
}

#[test]
fn who_leaves_early_harms_nobody() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    for said in ["", "GET", &request("GET", "/favicon.ico")] {
        drop(Browser::open(&listener).say(said));
    }
    assert_received(&listener, waiting);
}

/// The code has come, and that its browser is gone by then changes nothing.
#[test]
fn a_browser_that_takes_no_page_has_brought_its_redirect() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let said = browser::addressed(&request("GET", GOOD), &listener);
    drop(Browser::open(&listener).say(&said));
    waiting.join().unwrap().unwrap();

    let waiting = wait_for(&listener, Some(STATE));
    let begun = Instant::now();
    let stubborn = Browser::open(&listener).say(&said);
    waiting.join().unwrap().unwrap();
    assert!(begun.elapsed() < LONG / 2, "a browser held the login up");
    drop(stubborn);
}

#[test]
fn a_request_may_drip() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let said = browser::addressed(&request("GET", GOOD), &listener);
    let mut browser = Browser::open(&listener);
    for byte in said.chars() {
        browser = browser.say(byte.encode_utf8(&mut [0; 4]));
    }
    assert!(browser.hear().starts_with("HTTP/1.1 200 OK\r\n"));
    waiting.join().unwrap().unwrap();
}

#[test]
fn megabytes_are_answered_and_not_kept() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let host = browser::host(&listener);
    let megabyte = "m".repeat(1 << 20);
    let many = "A: b\r\n".repeat(65);
    for said in [
        format!("GET {GOOD} HTTP/1.1\r\nHost: {host}\r\nCookie: {megabyte}\r\n\r\n"),
        format!("GET {GOOD} HTTP/1.1\r\nHost: {host}\r\n{many}\r\n"),
        format!("GET /{megabyte}"),
        "\r\n".repeat(1 << 20),
    ] {
        let answer = Browser::open(&listener).say(&said).hear();
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    assert_received(&listener, waiting);
}

/// Else the system would reset the connection, and the browser would lose its page.
#[test]
fn what_comes_behind_the_request_does_not_cost_the_page() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    let said = browser::addressed(&request("GET", GOOD), &listener);
    let page = Browser::open(&listener)
        .say(&(said + &"x".repeat(1 << 20)))
        .hear();
    assert!(page.ends_with("</html>\n"), "{page}");
    waiting.join().unwrap().unwrap();
}

#[test]
fn a_crowd_pushes_out_the_oldest_who_said_nothing() {
    let listener = listener();
    let half = Browser::open(&listener).say("GET /callback?code=the-code&state=the-state ");
    assert_timeout(&listener, Duration::ZERO);
    assert_timeout(&listener, Duration::ZERO);
    let crowd: Vec<_> = (0..200)
        .map(|_| {
            let silent = Browser::open(&listener);
            assert_timeout(&listener, Duration::ZERO);
            silent
        })
        .collect();
    let connections = || listener.core.server.lock().unwrap().usage().0;
    assert_eq!(connections(), MAX_CONNECTIONS);
    let waiting = wait_for(&listener, Some(STATE));
    let mut crowd = crowd.into_iter();
    for pushed_out in crowd.by_ref().take(200 - (MAX_CONNECTIONS - 1)) {
        assert_eq!(pushed_out.hear(), "");
    }
    let rest = format!("HTTP/1.1\r\nHost: {}\r\n\r\n", browser::host(&listener));
    assert!(half.say(&rest).hear().starts_with("HTTP/1.1 200 OK\r\n"));
    waiting.join().unwrap().unwrap();
    assert_eq!(connections(), MAX_CONNECTIONS - 1);
}

fn assert_timeout(listener: &RedirectListener, timeout: Duration) {
    let error = listener.wait(Some(STATE), Some(timeout)).unwrap_err();
    assert_eq!(error.status(), Status::Timeout);
}

#[test]
fn who_waits_in_short_pieces_loses_no_request() {
    let listener = listener();
    let said = browser::addressed(&request("GET", GOOD), &listener);
    let (first, rest) = said.split_at(30);
    let browser = Browser::open(&listener).say(first);
    for _ in 0..3 {
        assert_timeout(&listener, Duration::ZERO);
    }
    assert_timeout(&listener, Duration::from_millis(10));
    let hearing = thread::spawn({
        let browser = browser.say(rest);
        move || browser.hear()
    });
    let begun = Instant::now();
    let url = loop {
        match listener.wait(Some(STATE), Some(Duration::ZERO)) {
            Ok(url) => break url,
            Err(error) => assert_eq!(error.status(), Status::Timeout),
        }
        assert!(begun.elapsed() < LONG);
    };
    assert!(url.expose().ends_with(GOOD));
    assert!(hearing.join().unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_second_tab_gets_the_page_and_ends_no_later_waiting() {
    let listener = listener();
    let said = browser::addressed(&request("GET", GOOD), &listener);
    let tabs = [(); 2].map(|()| Browser::open(&listener).say(&said));
    let waiting = wait_for(&listener, Some(STATE));
    for tab in tabs {
        assert!(tab.hear().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    waiting.join().unwrap().unwrap();
    assert_timeout(&listener, Duration::from_millis(50));
}

#[test]
fn one_waits_at_a_time() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    // Only who waits answers.
    Browser::get(&listener, "/favicon.ico");
    let error = listener.wait(Some(STATE), Some(LONG)).unwrap_err();
    assert_eq!(error.status(), Status::Busy);
    assert_received(&listener, waiting);
}

#[test]
fn cancelling_ends_this_waiting_and_all_later_ones() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    Browser::get(&listener, "/favicon.ico");
    // While these are sent away it comes to rest, with nothing but the cancelling to wake it.
    for _ in 0..1_000 {
        let error = listener.wait(None, None).unwrap_err();
        assert_eq!(error.status(), Status::Busy);
    }
    let begun = Instant::now();
    listener.cancel();
    let outcome = waiting.join().unwrap();
    assert_eq!(outcome.unwrap_err().status(), Status::Cancelled);
    let error = listener.wait(None, None).unwrap_err();
    assert_eq!(error.status(), Status::Cancelled);
    assert!(begun.elapsed() < LONG / 2);
}

#[test]
fn the_host_may_have_a_page_of_its_own() {
    let listener = listener();
    listener.set_page(Some("<p>Willkommen"), Some("Schade\nBis bald"));
    let waiting = wait_for(&listener, Some(STATE));
    assert!(Browser::get(&listener, GOOD).ends_with("\r\n\r\n<p>Willkommen"));
    waiting.join().unwrap().unwrap();
    let waiting = wait_for(&listener, Some(STATE));
    let answer = Browser::get(&listener, "/callback?error=access_denied&state=the-state");
    assert!(
        answer.contains("<h1>Schade</h1>\n<p>Bis bald</p>"),
        "{answer}"
    );
    waiting.join().unwrap().unwrap();
}

#[test]
fn a_page_of_megabytes_arrives_whole() {
    let listener = listener();
    let page = format!("<p>{}", "ä".repeat(1 << 20));
    listener.set_page(Some(&page), None);
    let waiting = wait_for(&listener, Some(STATE));
    assert!(Browser::get(&listener, GOOD).ends_with(&page));
    waiting.join().unwrap().unwrap();
}

#[test]
fn a_port_in_use_is_named() {
    let first = listener();
    let error = RedirectListener::new(first.uri()).unwrap_err();
    assert_eq!(error.status(), Status::AddressInUse);
    assert!(error.message().contains(browser::host(&first)), "{error}");
    let uri = first.uri().to_owned();
    drop(first);
    RedirectListener::new(&uri).unwrap();
}

#[test]
fn nothing_of_a_login_is_in_its_debug_output() {
    let listener = listener();
    let waiting = wait_for(&listener, Some(STATE));
    assert_received(&listener, waiting);
    let text = format!("{listener:?}");
    assert!(text.contains(listener.uri()), "{text}");
    assert!(!text.contains("the-"), "{text}");
}

/// More than the carriers of a runtime could hold: none of these is kept from its redirect.
#[test]
fn in_the_background_each_waits_by_itself() {
    const MORE_THAN_CARRIERS: usize = 40;
    let runtime = Runtime::new();
    let mut logins = Vec::new();
    for _ in 0..MORE_THAN_CARRIERS {
        let (listener, stop) = (listener(), Arc::<Stop>::default());
        let context = Context::background(runtime.background(), stop.clone(), Arc::default());
        let (kept, mut outcome) = promise();
        let waiter = listener.clone();
        let work = async move {
            kept.keep(
                waiter
                    .wait_in(&context, Some(STATE), Some(Instant::now() + LONG))
                    .await,
            );
        };
        runtime.background().spawn(&stop, work).unwrap();
        let alarm = Arc::default();
        let outcome = move || crate::work::block_on(&alarm, outcome.value()).unwrap();
        logins.push((listener, stop, outcome));
    }
    let (_stopped, stop, mut outcome) = logins.pop().unwrap();
    stop.stop();
    assert_eq!(outcome().unwrap_err().status(), Status::Cancelled);
    let (listener, _stop, mut outcome) = logins.pop().unwrap();
    assert!(Browser::get(&listener, GOOD).starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(outcome().unwrap().expose().ends_with(GOOD));
    let begun = Instant::now();
    runtime.close(Some(LONG)).unwrap();
    assert!(begun.elapsed() < LONG / 2, "closing waited for a user");
    for (_, _, mut outcome) in logins {
        assert_eq!(outcome().unwrap_err().status(), Status::Cancelled);
    }
}
