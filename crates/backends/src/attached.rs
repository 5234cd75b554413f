//! The files of a message in a turn's private folder, for programs that read them from there. Owns what they
//! are called there: a number and an ending of ours, so that no name of theirs reaches a command line.

use std::{io::BufReader, path::Path};

use switchboard_engine::backend::{Attached, BackendError};
use switchboard_model::outcome::{Failure, OutcomeCode};

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

/// More than any picture of a person's needs, in bytes once it is unpacked: what asks for more is no picture.
const UNPACKED: u64 = 512 << 20;

/// Fails if a picture cannot be read. Programs that are handed one go on without it and tell only the model, in words
/// that it may answer to as if they were somebody's.
pub async fn readable(picture: &Path, name: &str) -> Result<(), BackendError> {
    let path = picture.to_owned();
    // Unpacking takes a while.
    let read = tokio::task::spawn_blocking(move || -> Result<(), String> {
        let file = std::fs::File::open(&path).map_err(|error| error.to_string())?;
        let mut reader = image::ImageReader::new(BufReader::new(file))
            .with_guessed_format()
            .map_err(|error| error.to_string())?;
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(UNPACKED);
        reader.limits(limits);
        reader.decode().map(drop).map_err(|error| error.to_string())
    });
    match read.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(unread(name, &why)),
        Err(error) => Err(unread(name, &error.to_string())),
    }
}

fn unread(name: &str, why: &str) -> BackendError {
    BackendError::Rejected(
        Failure::new(
            OutcomeCode::AttachmentUnsupported,
            format!("{name} cannot be read as a picture"),
        )
        .hint("save it again as PNG or JPEG, or send the message without it")
        .detail(why),
    )
}
