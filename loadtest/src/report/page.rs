//! The page: what was found in short, then each run.

use std::fmt::Write as _;

use super::{
    bars::{Bar, Bars},
    chart::{Chart, Line, Scale},
    html::Html,
    text::number,
};
use crate::{
    measure::times::Latency,
    outcome::{Better, Figure, Growth, Outcome},
    verify::Verdict,
};

const STYLE: &str = include_str!("style.css");
/// The figure that runs have in common with brokers.
const DELIVERED: &str = "delivered";
const TO_DELIVERY: &str = "post to delivery";

/// One page of all runs.
pub fn page(title: &str, outcomes: &[Outcome]) -> String {
    let mut page = Html::default();
    page.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.element("title", title).raw("<style>").raw(STYLE).raw("</style></head><body><main>");
    page.element("h1", title);
    summary(&mut page, outcomes);
    contents(&mut page, outcomes);
    page.raw("<div class=\"cards\">");
    throughput(outcomes).write(&mut page);
    tails(outcomes).write(&mut page);
    page.raw("</div>");
    for (index, outcome) in outcomes.iter().enumerate() {
        section(&mut page, index, outcome);
    }
    page.raw("</main></body></html>\n");
    page.0
}

fn summary(page: &mut Html, outcomes: &[Outcome]) {
    if let Some(first) = outcomes.first() {
        let machine = &first.machine;
        let memory = machine.memory_mib >> 10;
        let ended = jiff::Timestamp::from_millisecond(first.ended_ms).map(|time| format!("{time:.0}"));
        let text = format!(
            "{} cores, {memory} GiB of memory, Linux {}; the first run ended {}. Servers, yardsticks and the load tool \
             share the machine: compare what was measured in one report, not with figures from elsewhere.",
            machine.cores,
            machine.kernel,
            ended.unwrap_or_default()
        );
        page.element("p class=\"soft\"", &text);
    }
    let verdicts: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.verdict.as_ref()).collect();
    let delivered: u64 = verdicts.iter().map(|verdict| verdict.delivered).sum();
    let bad = verdicts.iter().filter(|verdict| !verdict.is_good()).count();
    page.raw("<p>");
    if bad == 0 {
        let text = format!("All {delivered} deliveries were verified: none lost, none duplicated, none out of order.");
        page.element("span class=\"good\"", &text);
    } else {
        let text = format!("{bad} of {} verified runs went wrong; see their verdicts.", verdicts.len());
        page.element("span class=\"bad\"", &text);
    }
    page.raw("</p>");
}

fn contents(page: &mut Html, outcomes: &[Outcome]) {
    page.raw("<nav><ul>");
    for (index, outcome) in outcomes.iter().enumerate() {
        page.raw(&format!("<li><a href=\"#run{index}\">")).text(&outcome.title()).raw("</a></li>");
    }
    page.raw("</ul></nav>");
}

/// Ours, brokers, and what the database gives, all measured with the pattern of `steady`.
fn throughput(outcomes: &[Outcome]) -> Bars {
    let mut each: Vec<Bar> = comparable(outcomes)
        .filter_map(|outcome| Some(bar(outcome, outcome.value(DELIVERED)?)))
        .collect();
    let yardsticks = outcomes.iter().flat_map(|outcome| &outcome.yardsticks);
    for figure in yardsticks.filter(|figure| figure.unit == "messages/s") {
        if each.iter().all(|bar| bar.name != figure.name) {
            each.push(Bar { name: figure.name.clone(), value: figure.value, is_ours: false });
        }
    }
    each.sort_by(|a, b| b.value.total_cmp(&a.value));
    let note = "Runs without a rate: posted as fast as acked. Blue: this service, with TLS on both sides.".to_owned();
    Bars { title: "Messages delivered a second".to_owned(), note, unit: "/s", each }
}

fn tails(outcomes: &[Outcome]) -> Bars {
    let each = comparable(outcomes).filter_map(|outcome| {
        let latency = outcome.latencies.iter().find(|latency| latency.name == TO_DELIVERY)?;
        Some(bar(outcome, latency.p99 as f64 / 1000.0))
    });
    let note = "The same runs, at full load; lower is better.".to_owned();
    Bars { title: "p99 from post to delivery".to_owned(), note, unit: "ms", each: each.collect() }
}

fn comparable(outcomes: &[Outcome]) -> impl Iterator<Item = &Outcome> {
    let is_closed = |outcome: &&Outcome| outcome.setting.iter().any(|(name, value)| name == "rate" && value.starts_with("as fast"));
    outcomes.iter().filter(|outcome| matches!(outcome.scenario.as_str(), "steady" | "broker")).filter(is_closed)
}

fn bar(outcome: &Outcome, value: f64) -> Bar {
    Bar { name: outcome.title(), value, is_ours: outcome.scenario != "broker" }
}

fn section(page: &mut Html, index: usize, outcome: &Outcome) {
    page.raw(&format!("<section id=\"run{index}\">")).element("h2", &outcome.title());
    let setting: Vec<_> = outcome.setting.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    page.element("p class=\"soft\"", &setting.join(" · "));
    if let Some(verdict) = &outcome.verdict {
        judge(page, verdict);
    }
    page.raw("<div class=\"cards\">");
    charts(page, outcome);
    page.raw("</div>");
    figures(page, outcome);
    page.raw("</section>");
}

fn judge(page: &mut Html, verdict: &Verdict) {
    let mut text = format!(
        "{} deliveries of {} promised: {} lost, {} duplicated, {} out of order.",
        verdict.delivered, verdict.promised, verdict.lost, verdict.duplicated, verdict.reordered
    );
    for trouble in &verdict.troubles {
        _ = write!(text, " {trouble}.");
    }
    let (class, word) = if verdict.is_good() { ("good", "Good.") } else { ("bad", "Bad.") };
    page.raw("<p>").element(&format!("span class=\"{class}\""), word).text(" ").text(&text).raw("</p>");
}

fn charts(page: &mut Html, outcome: &Outcome) {
    let seconds = || outcome.seconds.iter().zip(1_u32..).map(|(second, at)| (f64::from(at), second));
    let line = |name: &str, points: Vec<(f64, f64)>| Line { name: name.to_owned(), points };
    let acked = seconds().map(|(at, second)| (at, second.acked as f64)).collect();
    let delivered = seconds().map(|(at, second)| (at, second.delivered as f64)).collect();
    let lines = vec![line("delivered", delivered), line("acked", acked)];
    let x = ("seconds", Scale::Linear);
    Chart { title: "Messages a second", x, y: ("messages/s", Scale::Linear), lines }.write(page);
    let p99 = seconds().map(|(at, second)| (at, second.p99 as f64 / 1000.0)).collect();
    let p50 = seconds().map(|(at, second)| (at, second.p50 as f64 / 1000.0)).collect();
    let lines = vec![line("p50", p50), line("p99", p99)];
    Chart { title: "Post to delivery, second by second", x, y: ("ms", Scale::Linear), lines }.write(page);
    let lines = outcome.latencies.iter().map(curve).collect();
    let nines = ("share of messages that took no longer", Scale::Nines);
    Chart { title: "How long it takes", x: nines, y: ("ms", Scale::Log), lines }.write(page);
    let memory = outcome.memory.iter().map(growth).collect();
    Chart { title: "Memory against links", x: ("links", Scale::Linear), y: ("MiB", Scale::Linear), lines: memory }.write(page);
    let tracks = outcome.tracks.iter().map(growth).collect();
    Chart { title: "Memory over time", x, y: ("MiB", Scale::Linear), lines: tracks }.write(page);
}

fn curve(latency: &Latency) -> Line {
    let points = latency.curve.iter().map(|(share, micros)| (*share, *micros as f64 / 1000.0));
    Line { name: latency.name.clone(), points: points.collect() }
}

fn growth(growth: &Growth) -> Line {
    let points = growth.points.iter().map(|(at, kib)| (*at as f64, *kib as f64 / 1024.0));
    Line { name: growth.name.clone(), points: points.collect() }
}

fn figures(page: &mut Html, outcome: &Outcome) {
    page.raw("<details open><summary>Figures</summary><div class=\"table\"><table>");
    for one in &outcome.figures {
        row(page, one, "");
    }
    for one in &outcome.yardsticks {
        row(page, one, "yardstick: ");
    }
    page.raw("</table></div>");
    times(page, &outcome.latencies);
    page.raw("</details>");
}

fn row(page: &mut Html, figure: &Figure, what: &str) {
    let hint = match figure.better {
        Better::More => "more is better",
        Better::Less => "less is better",
        Better::Neither => "",
    };
    page.raw("<tr>").element("td", &format!("{what}{}", figure.name));
    page.element("td class=\"n\"", &format!("{} {}", number(figure.value), figure.unit));
    page.element("td class=\"soft\"", if figure.note.is_empty() { hint } else { &figure.note }).raw("</tr>");
}

fn times(page: &mut Html, latencies: &[Latency]) {
    if latencies.is_empty() {
        return;
    }
    page.raw("<div class=\"table\"><table><tr><th>ms</th>");
    for name in ["p50", "p95", "p99", "p99.9", "max", "count"] {
        page.element("th", name);
    }
    page.raw("</tr>");
    for one in latencies {
        page.raw("<tr>").element("td", &one.name);
        for micros in [one.p50, one.p95, one.p99, one.p999, one.max] {
            page.element("td class=\"n\"", &number(micros as f64 / 1000.0));
        }
        page.element("td class=\"n\"", &one.count.to_string()).raw("</tr>");
    }
    page.raw("</table></div>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        let mut outcome = Outcome::new("steady", "<cluster>").unwrap().set("rate", "as fast as acked");
        outcome.figure(DELIVERED, 1234.5, "messages/s", Better::More);
        outcome.yardsticks.push(Figure::new("database", 900.0, "messages/s", Better::Neither));
        let curve = vec![(0.0, 100), (0.5, 1000), (0.99, 20_000), (1.0, 30_000)];
        outcome.latencies.push(Latency { name: TO_DELIVERY.to_owned(), curve, ..Latency::default() });
        outcome.memory.push(Growth { name: "edge".to_owned(), points: vec![(0, 1000), (100, 3000)] });
        outcome.verdict = Some(Verdict::default());
        outcome
    }

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_runs_nothing() {
        let page = page("Test & <title>", &[outcome()]);
        for foreign in ["http:", "https:", "src=", "url(", "@import", "<script", "<link", "onload"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert!(page.contains("Test &amp; &lt;title&gt;") && page.contains("steady, &lt;cluster&gt;"));
    }

    #[test]
    fn a_page_shows_bars_charts_and_the_verdict() {
        let page = page("t", &[outcome()]);
        for part in ["1234", "Memory against links", "How long it takes", "<polyline", "none lost", "database"] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn a_loss_is_shown() {
        let mut bad = outcome();
        bad.verdict = Some(Verdict { lost: 3, ..Verdict::default() });
        let page = page("t", &[bad]);
        assert!(page.contains("3 lost") && page.contains("class=\"bad\"") && !page.contains("none lost"));
    }
}
