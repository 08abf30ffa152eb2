//! `application/x-www-form-urlencoded`, written as the reference writes it and read as browsers write it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::secret::{Secret, SecretBuffer};

/// All but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Appends `name=value`, with `&` before it unless it is the first pair behind `start` bytes.
pub(crate) fn push_pair(form: &mut SecretBuffer, start: usize, name: &str, value: &str) {
    if form.as_str().len() > start {
        form.push_str("&");
    }
    form.push_str(name);
    form.push_str("=");
    for piece in utf8_percent_encode(value, ESCAPED) {
        form.push_str(if piece == "%20" { "+" } else { piece });
    }
}

/// The pairs of a query or form, decoded. The values may be secrets.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Zeroizing<String>)> {
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name, Zeroizing::new(value.into_owned())))
}

/// The values of these names, as they are and decoded: what must not be repeated.
pub(crate) fn secrets(query: &str, names: &[&str]) -> Vec<Secret> {
    let encoded = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| names.contains(name))
        .map(|(_, value)| Secret::new(value));
    let decoded = pairs(query)
        .filter(|(name, _)| names.contains(&&**name))
        .map(|(_, value)| Secret::new(&value));
    encoded.chain(decoded).filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_reference_writes_them() {
        let mut form = SecretBuffer::default();
        push_pair(&mut form, 0, "a", "x y&z=ü/:~*'\"-._");
        push_pair(&mut form, 0, "b", "");
        assert_eq!(form.as_str(), "a=x+y%26z%3D%C3%BC%2F%3A~%2A%27%22-._&b=");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = "x +y&z=ü%";
        let mut form = SecretBuffer::default();
        push_pair(&mut form, 0, "a", value);
        let (name, read) = pairs(form.as_str()).next().unwrap();
        assert_eq!((&*name, read.as_str()), ("a", value));
    }
}
