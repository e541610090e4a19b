//! What was found, and what is wrong with it.

use std::{fmt, path::Path};

/// Faults that are told one by one; of the rest there is a count.
const LISTED: usize = 1_000;

/// How much of everything there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub members: u64,
    pub nodes: u64,
    pub nodes_defunct: u64,
    pub aliases: u64,
    pub aliases_retired: u64,
    pub groups: u64,
    pub messages: u64,
    pub entries: u64,
    pub octets: u64,
}

/// What a look at everything found.
#[derive(Debug, Default)]
pub struct Report {
    pub counts: Counts,
    faults: Vec<String>,
    faults_in_all: u64,
}

impl Report {
    /// Something is wrong with what is in a file.
    pub fn fault(&mut self, file: &Path, what: impl fmt::Display) {
        self.faults_in_all += 1;
        if self.faults.len() < LISTED {
            self.faults.push(format!("{}: {what}", file.display()));
        }
    }

    /// How many faults there are.
    pub fn faults(&self) -> u64 {
        self.faults_in_all
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        for fault in &self.faults {
            writeln!(f, "fault: {fault}")?;
        }
        if self.faults_in_all > self.faults.len() as u64 {
            writeln!(f, "fault: and {} more", self.faults_in_all - self.faults.len() as u64)?;
        }
        writeln!(f, "members   {}", counts.members)?;
        writeln!(
            f,
            "devices   {}, and {} defunct ones that stay behind",
            counts.nodes, counts.nodes_defunct
        )?;
        writeln!(
            f,
            "aliases   {}, and {} that nobody may have again",
            counts.aliases, counts.aliases_retired
        )?;
        writeln!(f, "groups    {}", counts.groups)?;
        let Counts { messages, entries, octets, .. } = counts;
        writeln!(f, "messages  {messages} of {octets} octets, which wait in {entries} places")?;
        write!(f, "faults    {}", self.faults_in_all)
    }
}
