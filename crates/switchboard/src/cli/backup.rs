//! `switchboard backup` and `restore`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use switchboard_store::{OpenOptions, Store};

use crate::{
    compose::House,
    config::{Config, Flags},
    sources,
};

#[derive(Args)]
#[command(after_help = "Example:\n  switchboard backup /var/backups/switchboard/2026-11-20")]
pub struct Backup {
    /// A new or empty folder
    folder: PathBuf,
}

#[derive(Args)]
#[command(
    after_help = "Example:\n  switchboard --home /srv/switchboard restore /var/backups/switchboard/2026-11-20"
)]
pub struct Restore {
    /// A folder that `backup` made
    folder: PathBuf,
}

impl Backup {
    pub async fn run(self, house: House) -> Result<()> {
        house.store.backup(&self.folder).await?;
        eprintln!("Backed up to {}.", self.folder.display());
        Ok(())
    }
}

impl Restore {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        let config = Config::read(home, flags)?;
        let options = OpenOptions {
            database: config.database()?,
            home: config.home.clone(),
            ids: sources::ids(),
            disk_floor: config.settings.disk_floor,
            readers: 1,
        };
        Store::restore(&self.folder, options).await?;
        eprintln!(
            "Restored into {}. Everyone's page starts afresh; sessions stay.",
            config.home.display()
        );
        Ok(ExitCode::SUCCESS)
    }
}
