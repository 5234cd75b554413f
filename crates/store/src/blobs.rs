//! Blobs: large contents by their hash. On one node they are files beside the database, in a cluster
//! rows of it. Owns writing, reading and sweeping them; who refers to a blob is the nouns' business.

mod draft;

use std::{
    fs, io,
    io::{Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use crate::{
    Store, StoreError,
    db::{Conn, Driver, vals},
    writer::Tx,
};

pub use draft::BlobDraft;
pub(crate) use draft::Sealed;

/// Texts up to this many bytes stay in their row.
const INLINE: usize = 64 * 1024;

/// How much of a longer text stays in its row, for lists and searches.
const BEGINNING: usize = 1024;

/// A file that no row refers to is only swept when it is older than this: its row may be on its way.
const UNCLAIMED: Duration = Duration::from_hours(1);

/// The length of a hash as text; drafts have longer names.
const HASH: usize = 64;

/// The folder of blobs. In a cluster it stays empty.
#[derive(Debug, Clone)]
pub(crate) struct Blobs(Arc<Path>);

impl Blobs {
    pub fn beside(home: &Path) -> Self {
        Self(home.join("blobs").into())
    }

    /// Where the bytes of this hash are.
    pub fn file(&self, hash: &str) -> PathBuf {
        self.0.join(hash.get(..2).unwrap_or("__")).join(hash)
    }

    /// Writes it, durably, unless it is there; then it only counts as new again.
    pub fn put(&self, hash: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.file(hash);
        let folder = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder)?;
        if self.renew(hash)? {
            return Ok(());
        }
        // The name is unique to this thread of this process; the last rename wins with equal bytes.
        let draft = folder.join(format!(
            "{hash}.{}.{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        fs::File::open(folder)?.sync_all()
    }

    /// Makes a blob count as new again, so that no sweep takes it from under whoever is about to refer to
    /// it. Says whether it is there.
    fn renew(&self, hash: &str) -> io::Result<bool> {
        match fs::File::options().write(true).open(self.file(hash)) {
            Ok(file) => file.set_modified(now()).map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Copies what is not there yet.
    pub fn copy_to(&self, other: &Self) -> io::Result<()> {
        let Ok(folders) = fs::read_dir(&self.0) else {
            return Ok(());
        };
        for folder in folders {
            let Ok(files) = fs::read_dir(folder?.path()) else {
                continue;
            };
            for file in files {
                let file = file?;
                let Some(hash) = file
                    .file_name()
                    .to_str()
                    .filter(|name| name.len() == HASH)
                    .map(str::to_owned)
                else {
                    continue;
                };
                match fs::read(file.path()) {
                    Ok(bytes) => other.put(&hash, &bytes)?,
                    // Swept while we looked.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Removes the files that nobody claims, except young ones.
    pub fn sweep(&self, claimed: impl Fn(&str) -> bool) -> io::Result<()> {
        let Ok(folders) = fs::read_dir(&self.0) else {
            return Ok(());
        };
        for folder in folders {
            sweep(&folder?.path(), &claimed)?;
        }
        Ok(())
    }

    /// Removes what uploads left that nobody ended, as a crash leaves them.
    pub fn sweep_drafts(&self) -> io::Result<()> {
        sweep(&self.0.join(draft::INCOMING), &|_| false)
    }
}

fn sweep(folder: &Path, claimed: &impl Fn(&str) -> bool) -> io::Result<()> {
    let Ok(files) = fs::read_dir(folder) else {
        return Ok(());
    };
    for file in files {
        let file = file?;
        let gone = file
            .metadata()
            .and_then(|found| found.modified())
            .and_then(|modified| {
                let age = now().duration_since(modified).unwrap_or_default();
                if age > UNCLAIMED && !file.file_name().to_str().is_some_and(claimed) {
                    fs::remove_file(file.path())?;
                }
                Ok(())
            });
        match gone {
            // Its upload ended, or another process sweeps too.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with the times of files, which the system's clock made"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A text on its way into a row: whole, or its beginning and the hash of all of it.
#[derive(Debug, Clone)]
pub(crate) struct Stowed {
    /// For the `text` column.
    pub text: String,
    /// For the `blob` column.
    pub blob: Option<String>,
    /// The whole text, if it goes into a row of its own.
    whole: Option<Arc<str>>,
}

impl Stowed {
    /// A text that stays in its row whatever its size is.
    pub fn inline(text: String) -> Self {
        Self {
            text,
            blob: None,
            whole: None,
        }
    }

    /// All of it.
    pub fn words(&self) -> &str {
        self.whole.as_deref().unwrap_or(&self.text)
    }

    /// Writes the blob's row, so that the caller's row may refer to it. Nothing to do for most texts.
    pub async fn claim(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let (Some(hash), Some(whole)) = (&self.blob, &self.whole) else {
            return Ok(());
        };
        claim(
            tx,
            hash,
            whole.len() as i64,
            "text/markdown",
            Some(whole.as_bytes()),
        )
        .await
    }
}

/// Writes a blob's row, and where contents are rows, its bytes.
async fn claim(
    tx: &mut Tx<'_>,
    hash: &str,
    size: i64,
    media_type: &str,
    bytes: Option<&[u8]>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.run(
        "INSERT INTO blobs (hash, size, media_type, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        &vals![hash, size, media_type, now],
    )
    .await?;
    if let Some(bytes) = bytes.filter(|_| tx.conn.is_postgres()) {
        tx.run(
            "INSERT INTO blob_bytes (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
            &vals![hash, bytes],
        )
        .await?;
    }
    Ok(())
}

impl Store {
    /// Prepares a text for its row. To be called before the transaction that writes it: a large
    /// text is on the disk before any row names it.
    pub(crate) async fn stow(&self, text: String) -> Result<Stowed, StoreError> {
        if text.len() <= INLINE {
            return Ok(Stowed::inline(text));
        }
        let whole: Arc<str> = text.into();
        let hash = hex(&Sha256::digest(whole.as_bytes()));
        if let Driver::Sqlite(_) = self.inner.writer {
            let (blobs, name, bytes) = (
                self.inner.reader.blobs.clone(),
                hash.clone(),
                Arc::clone(&whole),
            );
            in_background(move || blobs.put(&name, bytes.as_bytes())).await?;
        }
        Ok(Stowed {
            text: beginning(&whole),
            blob: Some(hash),
            whole: Some(whole),
        })
    }
}

/// A text as it was written, from the two columns of its row.
pub(crate) async fn unstow(
    conn: &mut Conn<'_>,
    text: String,
    blob: Option<String>,
) -> Result<String, StoreError> {
    let Some(hash) = blob else { return Ok(text) };
    let bytes = if conn.is_postgres() {
        conn.one(
            "SELECT bytes FROM blob_bytes WHERE hash = $1",
            &vals![&hash],
        )
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("the blob {hash} is gone")))?
        .bytes("bytes")?
    } else {
        let path = conn.blobs().file(&hash);
        match in_background(move || fs::read(path)).await {
            Ok(bytes) => bytes,
            Err(error) => {
                return Err(StoreError::Corrupt(format!(
                    "the blob {hash} cannot be read: {error}"
                )));
            }
        }
    };
    String::from_utf8(bytes)
        .map_err(|_| StoreError::Corrupt(format!("the blob {hash} is not text")))
}

/// At most `most` bytes of a content, from `at` on; none behind its end.
pub(crate) async fn piece(
    conn: &mut Conn<'_>,
    hash: &str,
    at: u64,
    most: usize,
) -> Result<Vec<u8>, StoreError> {
    if conn.is_postgres() {
        let sql = "SELECT substring(bytes FROM CAST($2 AS INTEGER) FOR CAST($3 AS INTEGER)) AS piece \
                   FROM blob_bytes WHERE hash = $1";
        let line = conn
            .one(sql, &vals![hash, at as i64 + 1, most as i64])
            .await?;
        let line = line.ok_or_else(|| StoreError::Corrupt(format!("the blob {hash} is gone")))?;
        return line.bytes("piece");
    }
    let path = conn.blobs().file(hash);
    let read = in_background(move || {
        let mut file = fs::File::open(path)?;
        file.seek(SeekFrom::Start(at))?;
        let mut piece = Vec::with_capacity(most);
        file.take(most as u64).read_to_end(&mut piece)?;
        Ok(piece)
    })
    .await;
    read.map_err(|error| StoreError::Corrupt(format!("the blob {hash} cannot be read: {error}")))
}

/// Runs file work where it may block.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    Ok(tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .flatten()?)
}

fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(BEGINNING)].to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            use std::fmt::Write;
            let _ = write!(text, "{byte:02x}");
            text
        })
}
