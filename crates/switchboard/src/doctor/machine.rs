//! What the machine allows: its clock, and how many files may be open.

use rustix::process::{Resource, getrlimit};
use switchboard_model::Millis;
use switchboard_server::Check;

use super::{
    Subject,
    codes::Code::{MachineClock, MachineFiles},
    report::{ok, warning},
};

/// No version of this program is older: 2026-01-01.
const FIRST: Millis = Millis(1_767_225_600_000);

/// Each open page is an open file; fewer are soon used up.
const FILES: u64 = 4096;

pub fn check(subject: &Subject) -> Vec<Check> {
    vec![
        clock(subject.now),
        files(getrlimit(Resource::Nofile).maximum),
    ]
}

fn clock(now: Millis) -> Check {
    if now >= FIRST {
        ok(MachineClock, "not behind")
    } else {
        warning(
            MachineClock,
            "it is set to a time before this program was made",
            "set the clock, for example with `timedatectl set-ntp true`",
        )
    }
}

/// `None` is as many as you like.
fn files(most: Option<u64>) -> Check {
    match most {
        Some(most) if most < FILES => warning(
            MachineFiles,
            format!("no more than {most} may be open, one for each open page"),
            format!(
                "raise the hard limit to {FILES} or more (`LimitNOFILE=` in systemd, else `ulimit -Hn`)"
            ),
        ),
        Some(most) => ok(MachineFiles, format!("{most} may be open")),
        None => ok(MachineFiles, "as many as you like"),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_server::CheckState;

    use super::*;

    #[test]
    fn a_clock_that_is_years_behind_and_a_low_limit_are_told() {
        assert_eq!(clock(Millis(0)).state, CheckState::Warning);
        assert_eq!(clock(FIRST).state, CheckState::Ok);
        assert_eq!(files(Some(1024)).state, CheckState::Warning);
        assert_eq!(files(Some(FILES)).state, CheckState::Ok);
        assert_eq!(files(None).state, CheckState::Ok);
    }
}
