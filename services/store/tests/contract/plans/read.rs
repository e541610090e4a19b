//! Plans as auto_explain writes them into the server's log.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// Tables that grow with what an installation serves.
const LARGE: [&str; 13] = [
    "members",
    "nodes",
    "names",
    "looks",
    "group_members",
    "ohi",
    "requests",
    "messages",
    "entries",
    "spent_tokens",
    "usage_days",
    "usage_sent",
    "usage_active",
];

/// How a statement was carried out.
pub struct Plan {
    statement: String,
    steps: Vec<Step>,
}

/// A node of a plan.
struct Step {
    depth: usize,
    kind: String,
    table: Option<String>,
    index: Option<String>,
    /// Rows it looked at, all rounds together: those that it passed on and those that it left out.
    rows: usize,
    rounds: usize,
    /// Pages of tables and indexes touched by it and those below it.
    pages: usize,
}

impl Plan {
    /// Why it would not do where much waits. `rows` and `pages`: how many a statement may look at.
    pub fn complaint(&self, rows: usize, pages: usize) -> Option<String> {
        let large = |step: &&Step| step.table.as_deref().is_some_and(|table| LARGE.contains(&table));
        for step in self.steps.iter().filter(large) {
            if step.kind == "Seq Scan" || step.rows > rows {
                return Some(format!("it looks at more than it needs: {step}\n{self}"));
            }
        }
        let touched = self.steps.first().map_or(0, |step| step.pages);
        (touched > pages).then(|| format!("it touches {touched} pages, {pages} should do\n{self}"))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.statement)?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {:1$}{step}", "", step.depth * 2))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(index) = &self.index {
            write!(f, " using {index}")?;
        }
        if let Some(table) = &self.table {
            write!(f, " on {table}")?;
        }
        write!(f, "  rows={} rounds={} pages={}", self.rows, self.rounds, self.pages)
    }
}

/// The plans in a part of the log. Each begins on a line of its own and goes on in lines that begin with a tab.
pub fn plans(log: &str) -> Result<Vec<Plan>> {
    let mut lines = log.lines().peekable();
    let mut plans = Vec::new();
    while let Some(line) = lines.next() {
        if !(line.contains("LOG:  duration: ") && line.ends_with("plan:")) {
            continue;
        }
        let mut json = String::new();
        while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
            json.push_str(more);
        }
        let json: Value = serde_json::from_str(&json).with_context(|| json.clone())?;
        let statement = json["Query Text"].as_str().unwrap_or_default();
        let mut steps = Vec::new();
        walk(&json["Plan"], 0, &mut steps);
        plans.push(Plan { statement: statement.split_whitespace().collect::<Vec<_>>().join(" "), steps });
    }
    Ok(plans)
}

fn walk(node: &Value, depth: usize, steps: &mut Vec<Step>) {
    let number = |name: &str| node[name].as_u64().map_or(0, |number| number as usize);
    let text = |name: &str| node[name].as_str().map(str::to_owned);
    let rounds = number("Actual Loops");
    let left_out = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    steps.push(Step {
        depth,
        kind: text("Operation").or_else(|| text("Node Type")).unwrap_or_default(),
        table: text("Relation Name"),
        index: text("Index Name"),
        rows: (number("Actual Rows") + left_out) * rounds,
        rounds,
        pages: number("Shared Hit Blocks") + number("Shared Read Blocks"),
    });
    let below = node["Plans"].as_array().into_iter().flatten();
    below.for_each(|node| walk(node, depth + 1, steps));
}
