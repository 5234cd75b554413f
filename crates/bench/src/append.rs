//! What the disk alone takes: the same bytes at the same rate, appended to one file and waited for.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

use anyhow::Result;
use serde_json::Value;

use crate::{pace::Load, times::Times};

pub fn run(load: &Load, folder: &Path, bytes: usize) -> Result<Value> {
    let path = folder.join("append");
    let mut file = File::create(&path)?;
    let line = vec![b'x'; bytes];
    let mut times = Times::default();
    for due in load.wait(Instant::now()) {
        file.write_all(&line)?;
        file.sync_data()?;
        if due.counts {
            times.push(due.at.elapsed());
        }
    }
    std::fs::remove_file(path)?;
    Ok(times.summary())
}
