//! Photos and their thumbnails in a bucket.

use crate::name::Name;
use bytes::Bytes;
use lambda_api::{ApiError, Error};
use object_store::{ObjectStore, ObjectStoreExt as _, aws::AmazonS3Builder, path::Path};
use std::sync::Arc;

/// Where objects of a kind are in the bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Upload,
    Thumbnail,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Upload => "uploads/",
            Self::Thumbnail => "thumbnails/",
        }
    }

    /// The name of the photo with this key, if it is of this kind.
    pub(crate) fn name(self, key: &str) -> Option<Name> {
        let name = key.strip_prefix(self.prefix())?;
        name.to_owned().try_into().ok()
    }

    fn path(self, name: &Name) -> Path {
        Path::from(format!("{}{}", self.prefix(), name.as_str()))
    }
}

/// Why a photo is not there, or not accepted.
#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum PhotoError {
    #[error("the body is neither PNG nor JPEG")]
    #[api(status = 415, code = "not_an_image")]
    NotAnImage,
    #[error("there is no such photo, or its thumbnail is not made yet")]
    #[api(status = 404, code = "photo_not_found")]
    NotFound,
    #[error("storage failed")]
    #[api(status = 503, code = "storage_unavailable")]
    Storage(#[source] object_store::Error),
}

impl From<object_store::Error> for PhotoError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::Storage(other),
        }
    }
}

/// The bucket; one in memory for tests.
#[derive(Clone, Debug)]
pub(crate) struct Photos(Arc<dyn ObjectStore>);

impl Photos {
    /// The bucket `PHOTOS_BUCKET`, with the credentials and the region of the environment. With
    /// `AWS_ENDPOINT_URL` and `AWS_ALLOW_HTTP=true`, an emulator on this machine.
    pub(crate) async fn connect() -> Result<Self, Error> {
        let bucket = std::env::var("PHOTOS_BUCKET")?;
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .build()?;
        Ok(Self(Arc::new(store)))
    }

    pub(crate) async fn put(
        &self,
        kind: Kind,
        name: &Name,
        object: Bytes,
    ) -> Result<(), PhotoError> {
        self.0.put(&kind.path(name), object.into()).await?;
        Ok(())
    }

    pub(crate) async fn get(&self, kind: Kind, name: &Name) -> Result<Bytes, PhotoError> {
        Ok(self.0.get(&kind.path(name)).await?.bytes().await?)
    }

    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self(Arc::new(object_store::memory::InMemory::new()))
    }
}
