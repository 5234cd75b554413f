//! What the figures were measured on. Reads what the system says of itself; names no path and no host.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::shell;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_gb: f64,
    /// Its name for itself: `Linux`.
    pub system: String,
    pub kernel: String,
    /// Where the measured servers keep their files.
    pub file_system: String,
    pub compiler: String,
    /// Of the last one, five and fifteen minutes.
    pub load_before: String,
}

impl Machine {
    /// In a few words.
    pub fn words(&self) -> String {
        let Self {
            cpu,
            cores,
            memory_gb,
            system,
            kernel,
            file_system,
            compiler,
            load_before,
        } = self;
        format!(
            "{cores} × {cpu} with {memory_gb:.0} GB of memory, {system} {kernel}, files on {file_system}, {compiler}; \
             load average before {load_before}"
        )
    }

    /// This machine; `folder` is where files are kept.
    pub fn read(folder: &Path) -> Result<Self> {
        let processor = fs::read_to_string("/proc/cpuinfo").context("figures are made on Linux")?;
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kilobytes: f64 = value(&memory, "MemTotal")
            .and_then(|text| text.split(' ').next()?.parse().ok())
            .context("no MemTotal")?;
        let load = fs::read_to_string("/proc/loadavg")?;
        let load: Vec<&str> = load.split(' ').take(3).collect();
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let read = |program: &str, flag: &str| -> Result<String> {
            Ok(shell::read(shell::program(program).arg(flag))?
                .trim()
                .to_owned())
        };
        Ok(Self {
            cpu: value(&processor, "model name")
                .unwrap_or("unknown")
                .to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory_gb: (kilobytes / 1024.0 / 1024.0).round(),
            system: read("uname", "-s")?,
            kernel: read("uname", "-r")?,
            file_system: file_system(&mounts, folder).unwrap_or("unknown").to_owned(),
            compiler: read("rustc", "--version")?,
            load_before: load.join(" "),
        })
    }
}

/// `name : value` of the first such line.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.trim() == name)?;
    Some(value.trim())
}

/// The type of the nearest mount above the folder.
fn file_system<'m>(mounts: &'m str, folder: &Path) -> Option<&'m str> {
    mounts
        .lines()
        .filter_map(|line| {
            let (mount, kind) = line.split_once(" - ")?;
            let place = mount.split(' ').nth(4)?;
            folder
                .starts_with(place)
                .then_some((place.len(), kind.split(' ').next()?))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_says_the_file_system() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      40 22 0:35 / /home/ada rw - btrfs /dev/sdb rw\n\
                      41 22 0:36 / /home/ad rw - tmpfs tmpfs rw";
        for (folder, kind) in [("/home/ada/code", "btrfs"), ("/var", "ext4")] {
            assert_eq!(file_system(mounts, Path::new(folder)), Some(kind));
        }
    }

    #[test]
    fn a_value_stands_behind_its_name() {
        let text = "processor\t: 0\nmodel name\t: Fast One @ 3 GHz\nmodel name\t: other";
        assert_eq!(value(text, "model name"), Some("Fast One @ 3 GHz"));
        assert_eq!(value(text, "model"), None);
    }
}
