//! Text that is safe in a page.

use std::fmt::Write as _;

/// A page, or a part of one.
#[derive(Debug, Default)]
pub struct Html(pub String);

impl Html {
    /// Adds markup of our own.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Adds an element that holds text. `tag` may have attributes.
    pub fn element(&mut self, tag: &str, text: &str) -> &mut Self {
        let name = tag.split(' ').next().unwrap_or(tag);
        self.raw("<").raw(tag).raw(">").text(text).raw("</").raw(name).raw(">")
    }

    /// Adds a number as it stands in an attribute.
    pub fn number(&mut self, value: f64) -> &mut Self {
        // Writing to a string cannot fail.
        _ = write!(self.0, "{value:.1}");
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.element("td class=\"x\"", "<script>&\"");
        assert_eq!(html.0, "<td class=\"x\">&lt;script&gt;&amp;&quot;</td>");
    }
}
