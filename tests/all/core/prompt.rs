//! The login at the terminal.

use std::io;

use clef::prompt::{Terminal, prompt_on};
use clef::{AuthOptions, RefreshingToken, Status};
use zeroize::Zeroizing;

use super::helpers::{ManualClock, ScriptedSender, credentials, token_answer};

/// What is pasted for the state that was shown; none where the input ends.
type Paste = Box<dyn FnMut(&str) -> Option<String>>;

struct User {
    paste: Paste,
    shown: String,
    browser: io::Result<()>,
    opened: Vec<String>,
}

impl User {
    fn new(paste: impl FnMut(&str) -> Option<String> + 'static) -> User {
        User {
            paste: Box::new(paste),
            shown: String::new(),
            browser: Ok(()),
            opened: Vec::new(),
        }
    }

    fn log_in(&mut self, open_browser: bool) -> Result<RefreshingToken, clef::Error> {
        let sender = ScriptedSender::new([token_answer("a")]);
        let credentials = credentials(&ManualClock::new(), &sender);
        prompt_on(
            self,
            &credentials,
            None,
            AuthOptions::default(),
            open_browser,
        )
    }
}

impl Terminal for User {
    fn show(&mut self, text: &str) -> io::Result<()> {
        self.shown.push_str(text);
        Ok(())
    }

    fn read_line(&mut self) -> io::Result<Zeroizing<String>> {
        let (_, state) = self.shown.split_once("&state=").expect("a state is shown");
        let state = state.split('&').next().unwrap().to_owned();
        match (self.paste)(&state) {
            Some(line) => Ok(Zeroizing::new(line)),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn open_browser(&mut self, url: &str) -> io::Result<()> {
        self.opened.push(url.to_owned());
        match &self.browser {
            Ok(()) => Ok(()),
            Err(error) => Err(error.kind().into()),
        }
    }
}

fn redirect(state: &str) -> Option<String> {
    Some(format!(" http://127.0.0.1/callback?code=c&state={state}\r"))
}

#[test]
fn a_pasted_redirect_logs_in() {
    let mut user = User::new(redirect);
    let token = user.log_in(false).unwrap();
    assert_eq!(token.access_token().unwrap().expose(), "a");
    assert!(user.opened.is_empty());
}

#[test]
fn the_url_is_shown_whether_the_browser_opens_or_not() {
    for browser in [Ok(()), Err(io::ErrorKind::NotFound.into())] {
        let mut user = User::new(redirect);
        user.browser = browser;
        user.log_in(true).unwrap();
        assert_eq!(user.opened.len(), 1);
        assert!(user.shown.contains(&user.opened[0]));
    }
}

#[test]
fn a_wrong_paste_may_be_repeated_but_not_for_ever() {
    let mut pastes = 0;
    let mut user = User::new(move |state| {
        pastes += 1;
        if pastes == 3 {
            redirect(state)
        } else {
            Some("what?".into())
        }
    });
    user.log_in(false).unwrap();

    let mut user = User::new(|_| Some(String::new()));
    assert_eq!(
        user.log_in(false).unwrap_err().status(),
        Status::MissingParameter
    );
    assert_eq!(user.shown.matches("Paste the URL").count(), 3);
}

#[test]
fn another_state_is_not_asked_for_again() {
    let mut user = User::new(|_| redirect("other"));
    assert_eq!(
        user.log_in(false).unwrap_err().status(),
        Status::StateMismatch
    );
    assert_eq!(user.shown.matches("Paste the URL").count(), 1);
}

#[test]
fn an_end_of_input_is_an_error() {
    let mut user = User::new(|_| None);
    assert_eq!(user.log_in(false).unwrap_err().status(), Status::Io);
}
