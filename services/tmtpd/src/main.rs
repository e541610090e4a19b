//! The service: one binary, a role for each argument.

mod admin;
mod apply;
mod args;
mod audit;
mod backup;
mod certificate;
mod check;
mod dev;
mod doctor;
mod expiry;
mod import;
mod internal_certificates;
mod internal_tls;
mod listen;
mod print;
mod process;
#[cfg(test)]
mod readme;
mod roles;
mod settings;
mod site;
mod transport;
mod zeros;

use std::process::exit;

use anyhow::{Context, anyhow};
use clap::{CommandFactory, Parser};

use crate::args::{Command, CommandLine};
use crate::settings::Settings;

fn main() {
    let line = CommandLine::parse();
    // Not returning: a runtime that is dropped waits for blocking work, and a hard end must not wait.
    exit(match start(line) {
        Ok(()) => 0,
        Err(error) => {
            print::failure(&error);
            1
        }
    })
}

fn start(line: CommandLine) -> anyhow::Result<()> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow!("a TLS provider was there before"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    let result = runtime.block_on(run(line));
    runtime.shutdown_background();
    result
}

async fn run(line: CommandLine) -> anyhow::Result<()> {
    let settings = || Settings::read(line.config.as_deref());
    match line.command {
        Command::Edge => roles::edge(settings()?).await,
        Command::Delivery => roles::delivery(settings()?).await,
        Command::Control => roles::control(settings()?).await,
        Command::Standalone => Box::pin(roles::standalone(settings()?)).await,
        Command::Dev(args) => Box::pin(dev::run(&args, settings()?)).await,
        Command::Migrate => roles::migrate(&settings()?).await,
        Command::CheckConfig(args) => check::run(&settings()?, &args),
        Command::Doctor(args) => doctor::run(&settings()?, &args).await,
        Command::Admin(args) => admin::run(*args).await,
        Command::Apply(args) => apply::run(&args).await,
        Command::Backup(command) => backup::run(&settings()?, &command).await,
        Command::Import(command) => Box::pin(import::run(&settings()?, &command)).await,
        Command::Audit(command) => audit::run(&settings()?, &command).await,
        Command::Site(command) => site::run(&settings()?, command).await,
        Command::Certificate(args) => certificate::run(&args),
        Command::InternalCertificates(args) => internal_certificates::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut CommandLine::command(), "tmtpd", &mut std::io::stdout());
            Ok(())
        }
    }
}
