//! `tmtp`: a TMTP member at the command line.

mod args;
mod commands;
mod contacts;
mod disk;
mod failure;
mod history;
mod inbox;
mod profile;
mod screen;
mod session;
mod sign_in;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use failure::Failure;
use screen::Screen;

fn main() -> ExitCode {
    let args = Args::parse();
    let screen = Screen::new(args.common.json);
    log_to_stderr(args.common.verbose);
    match run(&args, &screen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen.failed(&failure);
            ExitCode::from(failure.code as u8)
        }
    }
}

fn run(args: &Args, screen: &Screen) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::local("cannot start", &e))?;
    let result = runtime.block_on(commands::run(args, screen));
    // A read of standard input that never ends must not keep the process.
    runtime.shutdown_background();
    result
}

/// Only when asked for: `-v`, `-vv`.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
}
