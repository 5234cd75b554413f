//! Where the server of a home listens: noted by it, found by the other commands. Owns the note, which
//! may be stale after a crash, so whoever reads it asks whether somebody answers there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{net::TcpStream, time::timeout};

/// Somebody on this machine answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// The note of a server that runs; gone with it, unless a later server has put its own in its place.
pub struct Note {
    path: PathBuf,
    url: String,
}

impl Note {
    /// Notes that the server of this run folder listens at `url`.
    pub fn put(run: &Path, url: &str) -> io::Result<Self> {
        let path = run.join("address");
        fs::write(&path, url)?;
        Ok(Self {
            path,
            url: url.to_owned(),
        })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if fs::read_to_string(&self.path).is_ok_and(|noted| noted == self.url) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Where the server of this run folder listens, if somebody answers there.
pub async fn find(run: &Path) -> Option<String> {
    let url = fs::read_to_string(run.join("address")).ok()?;
    let url = url.trim();
    let connect = TcpStream::connect(url.strip_prefix("http://")?);
    timeout(PATIENCE, connect).await.ok()?.ok()?;
    Some(url.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_note_outlives_neither_its_server_nor_takes_another_ones_away() {
        let run = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let first = Note::put(run.path(), "http://127.0.0.1:1").unwrap();
        let second = Note::put(run.path(), &url).unwrap();
        drop(first);
        assert_eq!(find(run.path()).await, Some(url));
        drop(second);
        assert_eq!(find(run.path()).await, None);
    }

    #[tokio::test]
    async fn a_note_that_nobody_answers_for_is_stale() {
        let run = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        std::mem::forget(Note::put(run.path(), &url).unwrap());
        assert_eq!(find(run.path()).await, None);
    }
}
