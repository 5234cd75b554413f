//! `cargo xtask bench`: builds the server, puts loads on it, and writes what it saw to
//! `docs/benchmarks/latest.json` and, from that alone, to `docs/benchmarks.md`. Owns which figures there
//! are and how often each is measured; fails over no figure.

mod codex;
mod detached;
mod figures;
mod house;
mod kills;
mod machine;
mod page;
mod report;
mod threads;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use self::house::Programs;
use self::report::{Figure, Measured, Report};
use crate::test::install;
use crate::{repo, shell, web};

#[derive(Args)]
pub struct Bench {
    /// Shorter and fewer runs: to see that it works
    #[arg(long)]
    quick: bool,
    /// This figure only, in the place of the one before; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<Name>,
    /// The cargo profile to build with
    #[arg(long, value_name = "NAME", default_value = RELEASE)]
    profile: String,
    /// Write the page anew from the figures that are there; measure nothing
    #[arg(long)]
    page: bool,
}

/// The profile of what people install.
const RELEASE: &str = "release";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Name {
    Start,
    Memory,
    Post,
    Fanout,
    Viewers,
    Turns,
    Words,
    Ages,
    Live,
    Page,
    Threads,
    Detached,
    Kills,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// How often a figure under load is measured.
    runs: usize,
    /// How often the server is started.
    starts: usize,
    /// Seconds of load that count, of posts and of events.
    posting: u32,
    telling: u32,
    /// How many turns are asked for in a run.
    turns: usize,
    /// How many questions are asked of Codex in a run, and how many words come in one answer.
    questions: usize,
    words: usize,
    /// How many rounds in which the server may be killed.
    kill_rounds: usize,
}

const FULL: Extent = Extent {
    runs: 3,
    starts: 20,
    posting: 30,
    telling: 20,
    turns: 100,
    questions: 50,
    words: 2000,
    kill_rounds: 1000,
};

const QUICK: Extent = Extent {
    runs: 1,
    starts: 3,
    posting: 5,
    telling: 4,
    turns: 10,
    questions: 5,
    words: 200,
    kill_rounds: 50,
};

pub fn run(bench: &Bench) -> Result<()> {
    if bench.page {
        let figures = fs::read_to_string(raw())?;
        return Ok(fs::write(
            page(),
            page::of(&serde_json::from_str(&figures)?),
        )?);
    }
    let machine = machine::Machine::read(&repo::target())?;
    install::npm(&repo::root().join("e2e"))?;
    let programs = build(&bench.profile)?;
    let extent = if bench.quick { QUICK } else { FULL };
    let mut figures = Vec::new();
    for name in Name::value_variants() {
        if bench.only.is_empty() || bench.only.contains(name) {
            figures.push(Measured {
                name: name.to_string(),
                commit: commit()?,
                machine: machine.clone(),
                figure: measure(*name, &programs, extent)?,
            });
        }
    }
    // Short figures, or those of a build that nobody installs, are for whoever asked.
    if bench.quick || bench.profile != RELEASE {
        return Ok(());
    }
    let report = Report {
        profile: bench.profile.clone(),
        figures,
    };
    let report = if bench.only.is_empty() {
        report
    } else {
        let kept = serde_json::from_str(&fs::read_to_string(raw())?)?;
        beside(kept, report)
    };
    let json = serde_json::to_string_pretty(&report)? + "\n";
    let folder = raw();
    fs::create_dir_all(folder.parent().context("the figures lie in a folder")?)?;
    fs::write(raw(), json)?;
    fs::write(page(), page::of(&report))?;
    println!("wrote {} and {}", page().display(), raw().display());
    Ok(())
}

/// What was measured before, with what is newer in its place.
fn beside(kept: Report, newer: Report) -> Report {
    let mut all: Vec<Measured> = kept.figures;
    all.retain(|old| newer.figures.iter().all(|new| new.name != old.name));
    all.extend(newer.figures);
    let place = |figure: &Measured| {
        let names = Name::value_variants();
        names
            .iter()
            .position(|name| name.to_string() == figure.name)
    };
    all.sort_by_key(place);
    Report {
        figures: all,
        ..newer
    }
}

fn measure(name: Name, programs: &Programs, extent: Extent) -> Result<Figure> {
    let figure = match name {
        Name::Start => figures::start(programs, extent),
        Name::Memory => figures::memory(programs, extent),
        Name::Post => figures::post(programs, extent),
        Name::Fanout => figures::fanout(programs, extent),
        Name::Viewers => figures::viewers(programs, extent),
        Name::Turns => figures::turns(programs, extent),
        Name::Words => codex::words(programs, extent),
        Name::Ages => codex::ages(programs, extent),
        Name::Live => codex::live(programs, extent),
        Name::Page => codex::page(programs, extent),
        Name::Threads => threads::list(programs, extent),
        Name::Detached => detached::detached(programs, extent),
        Name::Kills => kills::kills(extent),
    };
    let figure = figure.with_context(|| format!("while measuring {name:?}"))?;
    println!("{}", page::figure(&figure));
    Ok(figure)
}

/// The figures as they were measured.
fn raw() -> PathBuf {
    repo::root().join("docs/benchmarks/latest.json")
}

/// The page made of them.
fn page() -> PathBuf {
    repo::root().join("docs/benchmarks.md")
}

/// Builds the server with its page, as people install it, and the load.
fn build(profile: &str) -> Result<Programs> {
    web::check_node()?;
    web::build(shell::show)?;
    shell::show(repo::cargo().args([
        "build",
        "--profile",
        profile,
        "--package",
        "switchboard",
        "--package",
        "switchboard-bench",
        "--features",
        "switchboard/ui",
    ]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(Programs {
        folder: repo::target().join(folder),
    })
}

/// The commit that was measured, marked if files differed from it.
fn commit() -> Result<String> {
    let mut git = shell::program("git");
    git.args(["describe", "--always", "--abbrev=12", "--dirty"]);
    let commit = shell::read(git.current_dir(repo::root()))?;
    Ok(commit.trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_newer_figure_takes_the_place_of_the_older() {
        let read =
            || -> Report { serde_json::from_str(&fs::read_to_string(raw()).unwrap()).unwrap() };
        let mut newer = read();
        newer.figures.retain(|figure| figure.name == "post");
        newer.figures[0].commit = "newer".into();
        let names = |report: &Report| -> Vec<String> {
            report
                .figures
                .iter()
                .map(|figure| figure.name.clone())
                .collect()
        };
        let all = beside(read(), newer);
        assert_eq!(names(&all), names(&read()));
        let post = all.figures.iter().find(|figure| figure.name == "post");
        assert_eq!(post.unwrap().commit, "newer");
    }

    #[test]
    fn the_page_says_what_the_raw_figures_say() {
        let report: Report = serde_json::from_str(&fs::read_to_string(raw()).unwrap()).unwrap();
        let says = fs::read_to_string(page()).unwrap();
        let advice = "docs/benchmarks.md is generated: `cargo xtask bench --page` writes it anew";
        assert!(says == page::of(&report), "{advice}");
    }
}
