//! What was found, for people.

mod bars;
mod chart;
mod html;
mod page;
pub mod text;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::outcome::Outcome;

/// Makes one page for people of the JSON of runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  tmtp-loadtest report steady.json idle.json --html report.html")]
pub struct Report {
    /// What runs wrote with --json.
    #[arg(required = true, value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// Where to write the page: one file that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub html: PathBuf,
    /// What to call it.
    #[arg(long, default_value = "TMTP load test")]
    pub title: String,
}

/// Makes the page.
pub fn run(args: &Report) -> Result<()> {
    let outcomes = args.runs.iter().map(|path| Outcome::read(path)).collect::<Result<Vec<_>>>()?;
    let page = page::page(&args.title, &outcomes);
    fs::write(&args.html, page).with_context(|| format!("writing {}", args.html.display()))
}
