//! Where files are kept: a directory, or a bucket; and the one desk where pictures are decoded.

use std::fs::DirBuilder;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};
use tokio::sync::Semaphore;

use crate::config;
use crate::domain::id::token;
use crate::domain::media::{Kept, KeptPreview};
use crate::media::picture::{self, Frame};
use crate::media::{Bounds, Format, MediaError, Prepared, prepare};
use crate::store::{Error, Fault};

/// Pictures that are decoded at the same time: a decoder's memory is bounded, so theirs is, too.
const DESKS: usize = 1;
/// Parts of a large file that are on their way at the same time.
const PARTS: usize = 2;

/// The files of a site. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// Where it is a directory.
    directory: Option<PathBuf>,
    desks: Arc<Semaphore>,
    bounds: Bounds,
}

/// A file that is written piece by piece, and kept when it is finished.
pub struct Upload {
    parts: WriteMultipart,
    bytes: u64,
}

/// The content of a file, as it is read.
pub type Content = BoxStream<'static, Result<Bytes, std::io::Error>>;

impl Storage {
    /// Opens the place that the settings name.
    pub fn open(config: &config::Media) -> Result<Self, Error> {
        let store: Arc<dyn ObjectStore> = match &config.s3_bucket {
            Some(bucket) => Arc::new(bucket_of(config, bucket)?),
            None => Arc::new(directory(config)?),
        };
        let bounds = Bounds {
            image_bytes: config.image_bytes,
            recording_bytes: config.recording_bytes,
            pixels: config.pixels.into(),
        };
        let directory = config.s3_bucket.is_none().then(|| config.directory.clone());
        Ok(Self { store, directory, desks: Arc::new(Semaphore::new(DESKS)), bounds })
    }

    /// How much a file may cost.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Takes a file as somebody sent it: checked, cleaned, kept.
    pub async fn take(&self, bytes: Vec<u8>) -> Result<Result<Kept, MediaError>, Error> {
        let bounds = self.bounds;
        match self.at_desk(move || prepare(bytes, &bounds)).await {
            Ok(prepared) => Ok(Ok(self.keep(prepared).await?)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Takes a picture that shows another file in small.
    pub async fn take_preview(&self, bytes: Vec<u8>) -> Result<Result<KeptPreview, MediaError>, Error> {
        let bounds = self.bounds;
        let small = self.at_desk(move || {
            let prepared = prepare(bytes, &bounds)?;
            prepared.preview.ok_or(MediaError::Unknown)
        });
        match small.await {
            Ok(preview) => {
                let file = self.put(preview.format, preview.bytes).await?;
                Ok(Ok(KeptPreview::new(file, preview.size)))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Takes a profile picture or banner, cut to its frame.
    pub async fn take_framed(&self, bytes: Vec<u8>, frame: Frame) -> Result<Result<Kept, MediaError>, Error> {
        let bounds = self.bounds;
        match self.at_desk(move || picture::fill(&bytes, frame, &bounds)).await {
            Ok((format, bytes)) => {
                let size = picture::size(&bytes, format);
                let length = bytes.len();
                let file = self.put(format, bytes).await?;
                Ok(Ok(Kept::picture(format, file, length, size)))
            }
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Decoding belongs to a thread of its own; if it breaks there, it breaks alone.
    async fn at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, MediaError> + Send + 'static,
    ) -> Result<T, MediaError> {
        let broke = || MediaError::Damaged("it could not be read".to_owned());
        let _desk = self.desks.acquire().await.map_err(|_| broke())?;
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(broke()))
    }

    async fn keep(&self, prepared: Prepared) -> Result<Kept, Error> {
        let mut kept = Kept::new(&prepared, String::new());
        if let Some(preview) = prepared.preview {
            let file = self.put(preview.format, preview.bytes).await?;
            kept.preview = Some(KeptPreview::new(file, preview.size));
        }
        kept.file = self.put(prepared.format, prepared.bytes).await?;
        Ok(kept)
    }

    /// Keeps bytes under a new name, and returns the name.
    pub async fn put(&self, format: Format, bytes: Vec<u8>) -> Result<String, Error> {
        let token = token();
        let shelf: String = token.chars().take(2).collect();
        let file = format!("{shelf}/{token}.{}", format.ending());
        self.store.put(&Path::from(file.as_str()), bytes.into()).await.map_err(fault)?;
        Ok(file)
    }

    /// Begins a file that is too large to be held in memory. Its name is one that was given out before, so that
    /// what a crash leaves behind is found again.
    pub async fn begin(&self, file: &str) -> Result<Upload, Error> {
        let parts = self.store.put_multipart(&Path::from(file)).await.map_err(fault)?;
        Ok(Upload { parts: WriteMultipart::new(parts), bytes: 0 })
    }

    /// A new name for a file.
    pub fn name(shelf: &str, ending: &str) -> String {
        format!("{shelf}/{}.{ending}", token())
    }

    /// How long a file is; `None` where it is missing.
    pub async fn length(&self, file: &str) -> Result<Option<u64>, Error> {
        match self.store.head(&Path::from(file)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// A part of a file; `None` where the file is missing.
    pub async fn get(&self, file: &str, range: Range<u64>) -> Result<Option<Content>, Error> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        match self.store.get_opts(&Path::from(file), options).await {
            Ok(found) => Ok(Some(found.into_stream().map(|part| part.map_err(std::io::Error::from)).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// Throws a file away, also one that was begun and never finished; one that is not there is fine.
    pub async fn delete(&self, file: &str) -> Result<(), Error> {
        if let Some(directory) = &self.directory {
            remove_begun(&directory.join(file)).map_err(|error| {
                Error::from(Fault::Unreachable(format!("the storage of files does not work: {error}")))
            })?;
        }
        match self.store.delete(&Path::from(file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }
}

impl Upload {
    /// Adds bytes; waits while too many parts are on their way.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.parts.wait_for_capacity(PARTS).await.map_err(fault)?;
        self.parts.write(bytes);
        self.bytes += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(())
    }

    /// Keeps the file; its length.
    pub async fn finish(self) -> Result<u64, Error> {
        self.parts.finish().await.map_err(fault)?;
        Ok(self.bytes)
    }

    /// Throws away what was written.
    pub async fn abort(self) -> Result<(), Error> {
        self.parts.abort().await.map_err(fault)
    }
}

/// In a directory, what is written piece by piece stands beside its later name, with `#` and a number, until it is
/// finished.
fn remove_begun(file: &std::path::Path) -> std::io::Result<()> {
    let (Some(shelf), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Ok(());
    };
    let begun = format!("{name}#");
    let entries = match std::fs::read_dir(shelf) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|found| found.starts_with(&begun)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn directory(config: &config::Media) -> Result<LocalFileSystem, Error> {
    let path = &config.directory;
    let unusable = |why: String| {
        let why = format!("cannot use the directory {} (media.directory): {why}", path.display());
        Error::from(Fault::Unreachable(why))
    };
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| unusable(error.to_string()))?;
    let store = LocalFileSystem::new_with_prefix(path).map_err(|error| unusable(error.to_string()))?;
    // What was answered with success survives power loss, files included.
    Ok(store.with_fsync(true))
}

fn bucket_of(config: &config::Media, bucket: &str) -> Result<impl ObjectStore + use<>, Error> {
    // One request per file: not every store knows how to remove several at once.
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.s3_region)
        .with_disable_bulk_delete(true);
    if let Some(endpoint) = &config.s3_endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let (Some(key), Some(secret)) = (&config.s3_key, &config.s3_secret) {
        builder = builder.with_access_key_id(key).with_secret_access_key(secret.reveal());
    }
    builder.build().map_err(fault)
}

fn fault(error: object_store::Error) -> Error {
    Fault::Unreachable(format!("the storage of files does not work: {error}")).into()
}
