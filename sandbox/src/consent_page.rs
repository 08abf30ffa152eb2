//! The page on which the user agrees or does not.

use std::fmt::Write;

use crate::authorisation::AuthorisationRequest;
use crate::form::Form;

const TEMPLATE: &str = include_str!("consent_page.html");

/// The page for a request; its form hands the parameters of the request on.
pub fn render(request: &AuthorisationRequest, parameters: &Form) -> String {
    let scopes = if request.scopes.is_empty() {
        "<p>It asks for nothing beyond what everybody can see.</p>".to_owned()
    } else {
        let items = request
            .scopes
            .iter()
            .fold(String::new(), |mut items, (name, description)| {
                let (name, description) = (escape(name), escape(description));
                let _ = write!(items, "<li>{description}<code>{name}</code></li>");
                items
            });
        format!("<ul>{items}</ul>")
    };
    let inputs = parameters
        .iter()
        .fold(String::new(), |mut inputs, (name, value)| {
            let (name, value) = (escape(name), escape(value));
            let _ = writeln!(
                inputs,
                r#"<input type="hidden" name="{name}" value="{value}">"#
            );
            inputs
        });
    fill(&[
        ("{client}", &escape(&request.client.id)),
        ("{scopes}", &scopes),
        ("{parameters}", &inputs),
    ])
}

/// The template with each placeholder replaced, in the order they stand in it. One pass, so that a value that looks like
/// a placeholder stays what it is.
fn fill(values: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = TEMPLATE;
    for (placeholder, value) in values {
        let (before, after) = rest
            .split_once(placeholder)
            .expect("the template has every placeholder, in this order");
        page.push_str(before);
        page.push_str(value);
        rest = after;
    }
    page.push_str(rest);
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
