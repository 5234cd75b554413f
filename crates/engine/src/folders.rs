//! Folders in which a person's turns may work. Owns what "below an allowed one" means, links and `..` included; never
//! makes a folder.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use switchboard_model::{PersonId, person::Person};

use crate::{Engine, chat::ChatError, people::admins_only};

/// What others are told.
const SAYS: &str = "only an admin says in which folders turns may work";

/// Whether a folder is one of those allowed, or lies below one. Both as they really are: a link that leads out of an
/// allowed folder leads out of it.
pub(crate) fn lies_below(folder: &Path, allowed: &[String]) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    folder.is_dir()
        && allowed
            .iter()
            .filter_map(|path| Path::new(path).canonicalize().ok())
            .any(|path| folder.starts_with(path))
}

impl Engine {
    /// The folders in which this person's turns may work.
    pub async fn folders(&self, person: PersonId) -> Result<Vec<String>, ChatError> {
        Ok(self.reader().folders(person).await?)
    }

    /// Lets somebody's turns work in a folder and what lies below it.
    pub async fn allow_folder(
        &self,
        by: &Person,
        whom: PersonId,
        path: &Path,
    ) -> Result<String, ChatError> {
        admins_only(by, SAYS)?;
        let real = real_folder(path)?;
        self.store().allow_folder(by.id, whom, real.clone()).await?;
        Ok(real)
    }

    /// Takes that back.
    pub async fn forbid_folder(
        &self,
        by: &Person,
        whom: PersonId,
        path: &Path,
    ) -> Result<bool, ChatError> {
        admins_only(by, SAYS)?;
        // It may be gone by now; then its name has to do.
        let name = real_folder(path).unwrap_or_else(|_| path.display().to_string());
        Ok(self.store().forbid_folder(by.id, whom, name).await?)
    }
}

fn real_folder(path: &Path) -> Result<String, ChatError> {
    let invalid = |why: String| ChatError::Invalid(format!("{}: {why}", path.display()));
    if !path.is_absolute() {
        return Err(invalid("give the whole path, from / on".to_owned()));
    }
    let real: PathBuf = path.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            invalid("there is no such folder; make it, or correct the path".to_owned())
        }
        _ => invalid(error.to_string()),
    })?;
    if !real.is_dir() {
        return Err(invalid("this is not a folder".to_owned()));
    }
    real.into_os_string()
        .into_string()
        .map_err(|_| invalid("its name is not readable text".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn a_link_that_leads_out_of_an_allowed_folder_leads_out_of_it() {
        let root = tempfile::tempdir().unwrap();
        let allowed = root.path().join("code");
        fs::create_dir_all(allowed.join("project")).unwrap();
        fs::create_dir_all(root.path().join("codex-secrets")).unwrap();
        symlink(root.path(), allowed.join("out")).unwrap();
        let list = [allowed.display().to_string()];
        for (folder, below) in [
            ("code", true),
            ("code/project", true),
            ("code/project/../project", true),
            ("code/..", false),
            ("code/out", false),
            ("code/missing", false),
            ("codex-secrets", false),
        ] {
            assert_eq!(
                lies_below(&root.path().join(folder), &list),
                below,
                "{folder}"
            );
        }
    }
}
