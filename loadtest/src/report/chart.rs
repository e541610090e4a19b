//! Charts of lines, as SVG within the page.

use super::{html::Html, text::number};

/// The drawing in its own units; the page scales it.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;
/// Series that have a colour of their own.
const COLOURS: usize = 6;
/// Most points of a line: more cannot be seen.
const POINTS_MAX: usize = 400;

/// A line and its name.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

/// How values are laid out along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from 0.
    Linear,
    /// Each step ten times the one before.
    Log,
    /// Shares of 1: each step one more nine.
    Nines,
}

/// A chart of some lines.
pub struct Chart<'a> {
    pub title: &'a str,
    pub x: (&'a str, Scale),
    pub y: (&'a str, Scale),
    pub lines: Vec<Line>,
}

/// An axis with its ends, in scaled values, and its ticks.
struct Axis {
    scale: Scale,
    from: f64,
    to: f64,
    ticks: Vec<(f64, String)>,
}

impl Chart<'_> {
    /// Writes it; nothing when there is nothing to see.
    pub fn write(&self, page: &mut Html) {
        let lines: Vec<_> = self.lines.iter().filter(|line| line.points.len() > 1).collect();
        let points = || lines.iter().flat_map(|line| line.points.iter().copied());
        if lines.is_empty() {
            return;
        }
        let x = Axis::over(self.x.1, points().map(|point| point.0));
        let y = Axis::over(self.y.1, points().map(|point| point.1));
        page.raw("<figure class=\"card\">").element("figcaption", self.title);
        if lines.len() > 1 {
            legend(page, &lines);
        }
        page.raw(&format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\""));
        page.text(self.title).raw("\">");
        grid(page, &x, &y);
        names(page, self.x.0, self.y.0);
        for (index, line) in lines.iter().enumerate() {
            draw(page, index, line, &x, &y);
        }
        page.raw("</svg></figure>");
    }
}

fn legend(page: &mut Html, lines: &[&Line]) {
    page.raw("<ul class=\"legend\">");
    for (index, line) in lines.iter().enumerate() {
        page.raw(&format!("<li><i class=\"c{}\"></i>", index % COLOURS)).text(&line.name).raw("</li>");
    }
    page.raw("</ul>");
}

fn across(x: &Axis, value: f64) -> f64 {
    LEFT + x.place(value) * (WIDTH - LEFT - RIGHT)
}

fn down(y: &Axis, value: f64) -> f64 {
    HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM)
}

fn grid(page: &mut Html, x: &Axis, y: &Axis) {
    for (value, name) in &y.ticks {
        let at = down(y, *value);
        page.raw(&format!("<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>", WIDTH - RIGHT));
        page.raw(&format!("<text class=\"tick\" text-anchor=\"end\" x=\"{}\" y=\"{:.1}\">", LEFT - 6.0, at + 4.0));
        page.text(name).raw("</text>");
    }
    for (value, name) in &x.ticks {
        let at = across(x, *value);
        page.raw(&format!("<text class=\"tick\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{}\">", HEIGHT - BOTTOM + 15.0));
        page.text(name).raw("</text>");
    }
    let base = HEIGHT - BOTTOM;
    page.raw(&format!("<line class=\"base\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{base}\" y2=\"{base}\"/>", WIDTH - RIGHT));
}

fn names(page: &mut Html, x: &str, y: &str) {
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    page.raw(&format!("<text class=\"axis\" text-anchor=\"middle\" x=\"{middle}\" y=\"{}\">", HEIGHT - 8.0));
    page.text(x).raw("</text>");
    let middle = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;
    page.raw(&format!("<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(11 {middle}) rotate(-90)\">"));
    page.text(y).raw("</text>");
}

fn draw(page: &mut Html, index: usize, line: &Line, x: &Axis, y: &Axis) {
    let step = line.points.len().div_ceil(POINTS_MAX);
    let shown = line.points.iter().step_by(step).chain(line.points.last());
    let path: Vec<_> =
        shown.map(|(a, b)| format!("{:.1},{:.1}", across(x, *a), down(y, *b))).collect();
    page.raw(&format!("<polyline class=\"line c{}\" points=\"{}\"><title>", index % COLOURS, path.join(" ")));
    page.text(&line.name).raw("</title></polyline>");
}

impl Axis {
    fn over(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values.fold((f64::MAX, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        match scale {
            Scale::Linear => Self::linear(most),
            Scale::Log => Self::log(least.max(1e-3), most.max(1e-2)),
            Scale::Nines => Self::nines(most),
        }
    }

    fn linear(most: f64) -> Self {
        let step = round_up(most / 4.0);
        let count = (most / step).ceil().max(1.0);
        let ticks = (0..=count as u32).map(|tick| f64::from(tick) * step);
        Self {
            scale: Scale::Linear,
            from: 0.0,
            to: step * count,
            ticks: ticks.map(|value| (value, short(value))).collect(),
        }
    }

    fn log(least: f64, most: f64) -> Self {
        let (from, to) = (least.log10().floor(), most.log10().ceil());
        let to = if to > from { to } else { from + 1.0 };
        let ticks = (from as i32..=to as i32).map(|power| 10_f64.powi(power));
        Self { scale: Scale::Log, from, to, ticks: ticks.map(|value| (value, short(value))).collect() }
    }

    fn nines(most: f64) -> Self {
        let all = [(0.0, "0"), (0.5, "50"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99"), (0.99999, "99.999")];
        let to = Scale::Nines.scaled(most).max(2.0);
        let ticks = all.into_iter().filter(|(share, _)| Scale::Nines.scaled(*share) <= to + 0.01);
        Self { scale: Scale::Nines, from: 0.0, to, ticks: ticks.map(|(share, name)| (share, format!("{name} %"))).collect() }
    }

    /// Where a value is, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        ((self.scale.scaled(value) - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

impl Scale {
    fn scaled(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.max(1e-3).log10(),
            Self::Nines => -(1.0 - value.min(0.999_999)).log10(),
        }
    }
}

/// The next of 1, 2, 5, 10, 20, ..
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= value).unwrap_or(10.0 * power)
}

/// A number for an axis.
fn short(value: f64) -> String {
    match value {
        large if large >= 1e6 => format!("{} M", trimmed(large / 1e6)),
        large if large >= 1e4 => format!("{} k", trimmed(large / 1e3)),
        small => trimmed(small),
    }
}

fn trimmed(value: f64) -> String {
    let text = number(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_ticks_that_hold_all_values() {
        let axis = Axis::linear(8_700.0);
        let names: Vec<_> = axis.ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(names, ["0", "5000", "10 k"]);
        assert!(axis.to >= 8_700.0);
        let axis = Axis::log(0.8, 250.0);
        assert_eq!(axis.ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(), ["0.1", "1", "10", "100", "1000"]);
        assert!(axis.place(0.8) > 0.0 && axis.place(250.0) < 1.0);
    }

    #[test]
    fn a_chart_without_points_is_left_out() {
        let mut page = Html::default();
        let lines = vec![Line { name: "x".to_owned(), points: vec![(1.0, 1.0)] }];
        Chart { title: "t", x: ("x", Scale::Linear), y: ("y", Scale::Linear), lines }.write(&mut page);
        assert!(page.0.is_empty());
    }
}
