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

    /// What stands above the heading, for eyes alone.
    fn mark(self) -> Mark {
        match self {
            Page::Success => CHECK,
            Page::Failure => CROSS,
            _ => EXCLAMATION,
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

/// A white sign on a disc.
#[derive(Clone, Copy)]
struct Mark {
    /// Told from both a light and a dark background.
    colour: &'static str,
    /// A path of SVG, on 24 by 24.
    sign: &'static str,
}

const CHECK: Mark = Mark {
    colour: "#1a8a4a",
    sign: "M7 12.5l3.5 3.5L17 9",
};

const CROSS: Mark = Mark {
    colour: "#c7402d",
    sign: "M8 8l8 8M16 8l-8 8",
};

const EXCLAMATION: Mark = Mark {
    colour: "#75757e",
    sign: "M12 6.5V13M12 17v.01",
};

/// The pages of the host, where it has some.
#[derive(Default)]
pub(super) struct Pages {
    success: Option<Arc<str>>,
    failure: Option<Arc<str>>,
}

impl Pages {
    pub(super) fn of_host(success: Option<&str>, failure: Option<&str>) -> Pages {
        Pages {
            success: success.map(|text| of_host(text, Page::Success.mark())),
            failure: failure.map(|text| of_host(text, Page::Failure.mark())),
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
            html(" lang=\"en\"", page.mark(), heading, text).into()
        })
    }
}

/// HTML as it is; else the first line is a heading, and the rest a text.
fn of_host(text: &str, mark: Mark) -> Arc<str> {
    if text.trim_ascii_start().starts_with('<') {
        return text.into();
    }
    let text = text.trim_ascii();
    let (heading, text) = text.split_once('\n').unwrap_or((text, ""));
    html("", mark, &escaped(heading), &escaped(text)).into()
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
fn html(language: &str, mark: Mark, heading: &str, text: &str) -> String {
    let Mark { colour, sign } = mark;
    format!(
        "<!DOCTYPE html>
<html{language}>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>{heading}</title>
<style>
:root {{ color-scheme: light dark; font: 1.1em/1.5 system-ui, sans-serif }}
body {{ display: grid; min-height: 90vh; min-height: 90svh; margin: 0; place-content: center; justify-items: center;
    background: light-dark(#f4f4f6, #17171a); color: light-dark(#1c1c20, #ececf0) }}
main {{ box-sizing: border-box; max-width: 30em; padding: 2em 1.5em; text-align: center }}
svg {{ width: 4em; fill: none; stroke: #fff; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }}
circle {{ fill: {colour}; stroke: none }}
h1 {{ margin: .6em 0 .3em; font-size: 1.6em; line-height: 1.25; text-wrap: balance }}
p {{ margin: 0; white-space: pre-line; text-wrap: balance }}
</style>
<main>
<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"11.5\"/><path d=\"{sign}\"/></svg>
<h1>{heading}</h1>
<p>{text}</p>
</main>
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
    #[test]
    fn success_and_refusal_are_told_apart_at_a_glance() {
        let host = Some("In the host's words");
        for pages in [Pages::default(), Pages::of_host(host, host)] {
            let success = pages.html(Page::Success);
            let failure = pages.html(Page::Failure);
            assert!(success.contains(CHECK.colour) && success.contains(CHECK.sign));
            assert!(failure.contains(CROSS.colour) && failure.contains(CROSS.sign));
            assert!(!success.contains(CROSS.colour) && !success.contains(CROSS.sign));
        }
    }

    #[test]
    fn a_page_is_small() {
        let len = Pages::default().html(Page::AnotherLogin).len();
        assert!(len < 1536, "{len}");
    }
}
