//! The disk: how long one small write takes until it is on stable storage.

use std::{fs::File, io::Write as _, time::Instant};

use anyhow::Result;

use crate::measure::times::Times;

/// Times of appending a small record and having it on stable storage, in the folder for temporary files.
pub fn sync_times(count: usize) -> Result<Times> {
    let path = std::env::temp_dir().join(format!("tmtp-loadtest-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut times = Times::new()?;
    for _ in 0..count {
        let begun = Instant::now();
        file.write_all(&[b'x'; 512])?;
        file.sync_data()?;
        times.note(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(times)
}
