//! The home folder: there or possible, private, writable, with room to spare.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access, statvfs};
use switchboard_server::Check;

use super::{
    Subject,
    codes::Code::{HomeDisk, HomeFolder, HomePermissions},
    report::{failed, ok, warning},
};

pub fn check(subject: &Subject) -> Vec<Check> {
    let home = &subject.config.home;
    let mut checks = vec![folder(home)];
    checks.extend(privacy(home));
    checks.push(room(home, subject.config.settings.disk_floor));
    checks
}

fn folder(home: &Path) -> Check {
    let shown = home.display();
    let Ok(found) = fs::metadata(home) else {
        let above = nearest(home);
        return if writable(&above) {
            ok(HomeFolder, format!("{shown} (will be created)"))
        } else {
            failed(
                HomeFolder,
                format!(
                    "{shown} does not exist and cannot be created in {}",
                    above.display()
                ),
                "make it writable for you, or choose another place with SWITCHBOARD_HOME",
            )
        };
    };
    if !found.is_dir() {
        return failed(
            HomeFolder,
            format!("{shown} is not a folder"),
            "move it away, or choose another place with SWITCHBOARD_HOME",
        );
    }
    if !writable(home) {
        return failed(
            HomeFolder,
            format!("{shown} cannot be written to"),
            format!(
                "run `chmod u+rwx {shown}` as its owner, or choose another place with SWITCHBOARD_HOME"
            ),
        );
    }
    ok(HomeFolder, shown.to_string())
}

/// Whether others can look in. Nothing to say of a home that is not there: it is made private.
fn privacy(home: &Path) -> Option<Check> {
    let mode = fs::metadata(home).ok()?.permissions().mode() & 0o777;
    let shown = home.display();
    Some(if mode & 0o077 != 0 {
        warning(
            HomePermissions,
            format!("{shown} is open to other users of this machine (mode {mode:o})"),
            format!("run `chmod 700 {shown}`"),
        )
    } else {
        ok(HomePermissions, format!("yours alone (mode {mode:o})"))
    })
}

fn room(home: &Path, floor: u64) -> Check {
    match statvfs(nearest(home)) {
        Err(error) => warning(
            HomeDisk,
            format!("cannot be told: {error}"),
            "look at it with `df`",
        ),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let said = format!("{} free, {} needed", megabytes(free), megabytes(floor));
            if free < floor {
                failed(
                    HomeDisk,
                    said,
                    "free some space: new messages are refused until then",
                )
            } else {
                ok(HomeDisk, said)
            }
        }
    }
}

/// The folder itself, or the nearest one above it that exists.
fn nearest(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|above| above.exists());
    there.unwrap_or(Path::new("/")).to_path_buf()
}

/// Whether we may make files in that folder.
pub fn writable(folder: &Path) -> bool {
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use switchboard_server::CheckState;

    use super::*;

    #[test]
    fn a_home_is_looked_at_and_never_made() {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("state/switchboard");
        let check = folder(&home);
        assert_eq!((check.code.as_str(), check.fix), ("home.folder", None));
        assert_eq!(privacy(&home), None);
        assert!(check.said.contains("will be created"));
        assert!(!place.path().join("state").exists());
    }

    #[test]
    fn a_home_that_others_can_read_is_told() {
        let place = tempfile::tempdir().unwrap();
        for (mode, state) in [(0o700, CheckState::Ok), (0o755, CheckState::Warning)] {
            fs::set_permissions(place.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(privacy(place.path()).unwrap().state, state);
        }
    }

    #[test]
    fn a_file_in_the_place_of_the_home_stops_the_main_job() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("home");
        fs::write(&file, "").unwrap();
        assert_eq!(folder(&file).state, CheckState::Failed);
    }

    #[test]
    fn too_little_room_stops_the_main_job() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(room(place.path(), 0).state, CheckState::Ok);
        assert_eq!(room(place.path(), u64::MAX).state, CheckState::Failed);
    }
}
