//! Bars: figures beside one another.

use super::{html::Html, text::number};

/// Figures of the same unit.
pub struct Bars {
    pub title: String,
    pub note: String,
    pub unit: &'static str,
    pub each: Vec<Bar>,
}

/// One of them.
pub struct Bar {
    pub name: String,
    pub value: f64,
    /// Whether it is of the site itself; others are what it is compared with.
    pub is_ours: bool,
}

impl Bars {
    /// Writes them; nothing when there are fewer than two to compare.
    pub fn write(&self, page: &mut Html) {
        if self.each.len() < 2 {
            return;
        }
        let most = self.each.iter().map(|bar| bar.value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        page.raw("<figure class=\"card bars\">").element("figcaption", &self.title).raw("<dl>");
        for bar in &self.each {
            let class = if bar.is_ours { "bar ours" } else { "bar" };
            page.element("dt", &bar.name).raw("<dd><span class=\"track\"><span class=\"").raw(class).raw("\" style=\"width:");
            page.number((bar.value / most * 100.0).max(0.3)).raw("%\"></span></span>");
            page.element("b", &format!("{} {}", number(bar.value), self.unit)).raw("</dd>");
        }
        page.raw("</dl>").element("p class=\"note\"", &self.note).raw("</figure>");
    }
}
