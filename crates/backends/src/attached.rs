//! The files of a message in a turn's private folder, for programs that read them from there. Owns what they
//! are called there: a number and an ending of ours, so that no name of theirs reaches a command line.

use std::path::Path;

use switchboard_engine::backend::{Attached, BackendError};

use crate::{homes::private_folder, turns::folder_failed};

/// Writes the files into `folder`, which is made if it is not there, and says what each is called in it. They
/// go with the turn's folder.
pub async fn put(files: &[Attached], folder: &Path) -> Result<Vec<String>, BackendError> {
    if !files.is_empty() {
        private_folder(folder).map_err(|error| folder_failed(folder, &error))?;
    }
    let mut names = Vec::with_capacity(files.len());
    for (number, file) in (1..).zip(files) {
        let name = format!("{number}.{}", file.attachment.format.extension());
        file.save(&folder.join(&name)).await?;
        names.push(name);
    }
    Ok(names)
}
