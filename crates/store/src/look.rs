//! Looking at a database without opening it: no folder, table or task is made and nothing is migrated.
//! For whoever wants to say how things stand before, beside or instead of a running server.

use std::{io, path::Path};

use sqlx::Connection as _;

use crate::{
    Database, OpenError, Reader, StoreError,
    blobs::Blobs,
    db::{Conn, Driver},
    migrate, open,
};

/// What a look found.
pub enum Look {
    /// There is no database yet; opening makes it.
    Missing,
    /// One of an older Switchboard; opening brings it up to date.
    Older {
        /// The version found.
        found: i64,
        /// The version it will have.
        known: i64,
    },
    /// One of this version, ready to be read.
    Ready {
        /// Its version.
        version: i64,
        /// For reading it.
        reader: Reader,
    },
}

impl Database {
    /// Looks at this database; `home` is where its blobs are. A newer or a foreign one is an error.
    pub async fn look(&self, home: &Path) -> Result<Look, OpenError> {
        let blobs = Blobs::beside(home);
        let (version, pool) = match self {
            Self::Sqlite(path) => match path.canonicalize() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Look::Missing),
                Err(error) => return Err(open::not_writable((path.clone(), error))),
                Ok(path) => match migrate::version_of_file(&path, &blobs).await? {
                    0 => return Ok(Look::Missing),
                    version => (version, Driver::Sqlite(open::reading_pool(&path, 1).await?)),
                },
            },
            Self::Postgres(url) => {
                let mut connection = open::reach(url).await?;
                let version =
                    migrate::version(&mut Conn::postgres(&mut connection, &blobs)).await?;
                connection.close().await.map_err(StoreError::from)?;
                let pool = open::postgres_pool(url).await?;
                (version, Driver::Postgres(pool))
            }
        };
        Ok(match version {
            0 => Look::Missing,
            found if found < migrate::known() => Look::Older {
                found,
                known: migrate::known(),
            },
            version => Look::Ready {
                version,
                reader: open::reader_over(pool, blobs).await?.0,
            },
        })
    }
}
