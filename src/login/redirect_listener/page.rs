//! What the browser shows.

use std::sync::Arc;

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Success,
    Failure,
    /// The redirect of another login, or one that brings nothing.
    AnotherLogin,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    TooLarge,
}

impl Page {
    pub(super) fn status(self) -> &'static str {
        match self {
            Page::Success | Page::Failure => "200 OK",
            Page::AnotherLogin | Page::BadRequest => "400 Bad Request",
            Page::NotFound => "404 Not Found",
            Page::MethodNotAllowed => "405 Method Not Allowed",
            Page::TooLarge => "431 Request Header Fields Too Large",
        }
    }

    /// Heading and text. They repeat nothing of the request.
    fn text(self) -> (&'static str, &'static str) {
        const DONE: &str = "You can close this window and go back to the app.";
        const START_AGAIN: &str = "Go back to the app, and log in from there.";
        match self {
            Page::Success => ("Login received", DONE),
            Page::Failure => ("Access was refused", DONE),
            Page::AnotherLogin => ("This is not the login that the app waits for", START_AGAIN),
            Page::BadRequest => ("The app does not understand this request", START_AGAIN),
            Page::NotFound => ("There is nothing here", START_AGAIN),
            Page::MethodNotAllowed => ("This address is for a browser to open", START_AGAIN),
            Page::TooLarge => ("This request is too long", START_AGAIN),
        }
    }
}

/// The pages of the host, where it has some.
#[derive(Default)]
pub(super) struct Pages {
    success: Option<Arc<str>>,
    failure: Option<Arc<str>>,
}

impl Pages {
    pub(super) fn of_host(success: Option<&str>, failure: Option<&str>) -> Pages {
        Pages {
            success: success.map(of_host),
            failure: failure.map(of_host),
        }
    }

    pub(super) fn html(&self, page: Page) -> Arc<str> {
        let of_host = match page {
            Page::Success => &self.success,
            Page::Failure => &self.failure,
            _ => &None,
        };
        of_host.clone().unwrap_or_else(|| {
            let (heading, text) = page.text();
            html(" lang=\"en\"", heading, text).into()
        })
    }
}

/// HTML as it is; else the first line is a heading, and the rest a text.
fn of_host(text: &str) -> Arc<str> {
    if text.trim_ascii_start().starts_with('<') {
        return text.into();
    }
    let text = text.trim_ascii();
    let (heading, text) = text.split_once('\n').unwrap_or((text, ""));
    html("", &escaped(heading), &escaped(text)).into()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Light or dark as the system is; nothing is loaded for it.
fn html(language: &str, heading: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html>
<html{language}>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>{heading}</title>
<style>
:root {{ color-scheme: light dark; font: 1.1em/1.5 system-ui, sans-serif }}
body {{ max-width: 32em; margin: 20vh auto; padding: 0 1.5em; text-align: center }}
p {{ white-space: pre-line }}
</style>
<h1>{heading}</h1>
<p>{text}</p>
</html>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_host_is_put_into_the_page() {
        let pages = Pages::of_host(Some("Angemeldet & <fertig>\nZurück\nzur App"), None);
        let success = pages.html(Page::Success);
        assert!(
            success.contains("<h1>Angemeldet &amp; &lt;fertig></h1>"),
            "{success}"
        );
        assert!(success.contains("<p>Zurück\nzur App</p>"), "{success}");
        assert!(success.contains("<html>"), "{success}");
        assert!(
            pages
                .html(Page::Failure)
                .contains("<h1>Access was refused</h1>")
        );
    }

    #[test]
    fn html_of_the_host_stays_as_it_is() {
        let html = "\n <p>Bye";
        let pages = Pages::of_host(None, Some(html));
        assert_eq!(&*pages.html(Page::Failure), html);
        assert!(
            pages
                .html(Page::Success)
                .contains("You can close this window and go back to the app.")
        );
    }
}
