//! What is fuzzed holds for the inputs that fuzzing starts from, so that neither goes stale.

use std::{fs, path::Path};

#[path = "../../fuzz/checks/framer.rs"]
mod framer;
#[path = "../../fuzz/checks/incoming.rs"]
mod incoming;
#[path = "../../fuzz/checks/request.rs"]
mod request;

/// Every seed of a target, cut off anywhere, too.
fn check_seeds(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let seeds: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!seeds.is_empty(), "no seeds for {target}");
    for seed in seeds {
        (0..=seed.len().min(2000)).for_each(|end| check(&seed[..end]));
        check(&seed);
    }
}

#[test]
fn a_stream_gives_the_same_messages_however_it_is_split() {
    check_seeds("framer", framer::check);
}

#[test]
fn what_a_client_reads_reads_back_to_the_same() {
    check_seeds("incoming", incoming::check);
}

#[test]
fn a_header_reads_back_to_the_same() {
    check_seeds("request", request::check);
}
