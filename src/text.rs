//! Text that C can read: UTF-8 without a NUL inside and with one behind it.

use std::fmt;

use zeroize::Zeroize;

/// Immutable text, kept with a NUL behind it so that C can borrow it as it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text {
    with_nul: String,
}

/// The text had a NUL inside, where C would take it to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NulInside;

impl Text {
    /// A copy of `text`.
    pub fn new(text: &str) -> Result<Text, NulInside> {
        let mut copy = String::with_capacity(text.len() + 1);
        copy.push_str(text);
        Text::from_string(copy)
    }

    /// `text` itself, not moved where it has room for one more byte: so a secret has one copy.
    pub(crate) fn from_string(mut text: String) -> Result<Text, NulInside> {
        if text.as_bytes().contains(&0) {
            wipe(&mut text);
            return Err(NulInside);
        }
        text.push('\0');
        Ok(Text { with_nul: text })
    }

    /// A copy of `text` on one line: each run of control characters, NUL among them, becomes one space.
    pub fn one_line(text: &str) -> Text {
        let mut line = String::with_capacity(text.len());
        for word in text.split(char::is_control).filter(|word| !word.is_empty()) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        Text::new(&line).expect("control characters were taken out")
    }

    /// The text.
    #[inline(always)]
    pub fn as_str(&self) -> &str {
        &self.with_nul[..self.with_nul.len() - 1]
    }

    /// The text with the NUL behind it.
    pub(crate) fn with_nul(&self) -> &str {
        &self.with_nul
    }

    /// Overwrites the text with zeros.
    pub(crate) fn wipe(&mut self) {
        wipe(&mut self.with_nul);
    }
}

/// Overwrites a string with zeros. `zeroize` takes what is in use byte by byte, and the rest at once.
pub(crate) fn wipe(text: &mut String) {
    text.clear();
    text.zeroize();
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_inside_is_refused() {
        assert_eq!(Text::new("a\0b"), Err(NulInside));
    }

    #[test]
    fn the_nul_behind_is_not_part_of_the_text() {
        let text = Text::new("héllo").unwrap();
        assert_eq!(text.as_str(), "héllo");
        assert_eq!(text.with_nul(), "héllo\0");
    }

    #[test]
    fn text_sorts_like_str() {
        assert!(Text::new("a").unwrap() < Text::new("ab").unwrap());
    }

    #[test]
    fn one_line_folds_control_characters() {
        assert_eq!(Text::one_line("\na\r\n\tb\0c\u{7f}").as_str(), "a b c");
    }
}
