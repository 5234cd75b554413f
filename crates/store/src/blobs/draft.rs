//! A large content that arrives piece by piece: written to the disk as it comes, named when it is whole.
//! Owns the half-written file and its end; who refers to the content is the nouns' business.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use switchboard_model::{AttachmentId, IdSource};
use tokio::io::AsyncWriteExt;

use super::{Blobs, claim, hex, in_background};
use crate::{Store, StoreError, db::Driver, open::make_private, writer::Tx};

/// The folder of half-written files. Its name is no beginning of a hash, theirs are not as long as one, so
/// that they are swept like other leftovers and never copied.
pub(super) const INCOMING: &str = "incoming";

/// A half-written content. Dropped before it is sealed, it leaves nothing.
#[derive(Debug)]
pub struct BlobDraft {
    path: PathBuf,
    file: tokio::fs::File,
    hash: Sha256,
    size: u64,
}

impl BlobDraft {
    pub(crate) async fn new(blobs: &Blobs, ids: &IdSource) -> Result<Self, StoreError> {
        let folder = blobs.0.join(INCOMING);
        let path = folder.join(ids.make::<AttachmentId>().to_string());
        let opened = path.clone();
        let file = in_background(move || {
            make_private(&folder)?;
            fs::File::create_new(opened)
        })
        .await?;
        Ok(Self {
            path,
            file: file.into(),
            hash: Sha256::new(),
            size: 0,
        })
    }

    /// The next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).await?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }
}

impl Drop for BlobDraft {
    fn drop(&mut self) {
        // Once sealed it is gone already; what cannot be removed now is swept later.
        let _ = fs::remove_file(&self.path);
    }
}

/// A whole content on its way into the database.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub hash: String,
    pub size: u64,
    media_type: &'static str,
    /// Set where contents are rows.
    bytes: Option<Arc<[u8]>>,
}

impl Sealed {
    /// Writes its row, so that the caller's row may refer to it.
    pub async fn claim(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        claim(
            tx,
            &self.hash,
            self.size as i64,
            self.media_type,
            self.bytes.as_deref(),
        )
        .await
    }
}

impl Store {
    /// Gives a content its name. To be called before the transaction that refers to it: it is on the disk
    /// before any row names it.
    pub(crate) async fn seal(
        &self,
        mut draft: BlobDraft,
        media_type: &'static str,
    ) -> Result<Sealed, StoreError> {
        draft.file.flush().await?;
        draft.file.sync_all().await?;
        let hash = hex(&draft.hash.finalize_reset());
        let bytes = match self.inner.writer {
            Driver::Sqlite(_) => {
                let (blobs, name, path) = (
                    self.inner.reader.blobs.clone(),
                    hash.clone(),
                    draft.path.clone(),
                );
                in_background(move || adopt(&blobs, &name, &path)).await?;
                None
            }
            Driver::Postgres(_) => {
                let path = draft.path.clone();
                Some(in_background(move || fs::read(path)).await?.into())
            }
        };
        Ok(Sealed {
            hash,
            size: draft.size,
            media_type,
            bytes,
        })
    }
}

/// Puts a file that is written and synced in its place, unless its contents are there.
fn adopt(blobs: &Blobs, hash: &str, draft: &Path) -> io::Result<()> {
    if blobs.renew(hash)? {
        return Ok(());
    }
    let path = blobs.file(hash);
    let folder = path.parent().unwrap_or(&blobs.0);
    fs::create_dir_all(folder)?;
    fs::rename(draft, &path)?;
    fs::File::open(folder)?.sync_all()
}
