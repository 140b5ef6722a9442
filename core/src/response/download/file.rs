//! A file of the file system as a body.

use crate::BoxError;
use bytes::Bytes;
use http_body::Frame;
use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll},
};
use tokio::task::{JoinHandle, spawn_blocking};

/// The maximum length of a piece.
const PIECE: u64 = 64 * 1024;

/// A regular file.
#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    size: u64,
}

impl OpenFile {
    pub(super) async fn open(path: PathBuf) -> io::Result<Self> {
        let opened = spawn_blocking(move || {
            open(&path).map_err(|error| {
                let text = format!("cannot open the file `{}`: {error}", path.display());
                io::Error::new(error.kind(), text)
            })
        });
        opened.await.map_err(io::Error::other)?
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn open(path: &Path) -> io::Result<OpenFile> {
    // Opening something else could wait (a pipe) or have an effect (a device).
    regular(&path.metadata()?)?;
    open_unchecked(path)
}

/// The path may lead to something else by now.
fn open_unchecked(path: &Path) -> io::Result<OpenFile> {
    let mut options = File::options();
    options.read(true);
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    {
        // `O_NONBLOCK`: opening a pipe does not wait for its writer. It has no effect on files.
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, 0o4000);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    regular(&metadata)?;
    Ok(OpenFile {
        file,
        size: metadata.len(),
    })
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let text = "expected a regular file, found something else";
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

/// A number of bytes of a file, from its current position on.
pub(super) struct FileBody {
    state: State,
    left: u64,
}

enum State {
    Idle(File),
    Reading(JoinHandle<(File, io::Result<Vec<u8>>)>),
    Over,
}

impl FileBody {
    pub(super) fn new(file: OpenFile, length: u64) -> Self {
        Self {
            state: State::Idle(file.file),
            left: length,
        }
    }
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        loop {
            match std::mem::replace(&mut this.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Idle(_) if this.left == 0 => return Poll::Ready(None),
                State::Idle(file) => {
                    let length = this.left.min(PIECE);
                    this.state = State::Reading(spawn_blocking(move || read(file, length)));
                }
                State::Reading(mut task) => {
                    let Poll::Ready(read) = Pin::new(&mut task).poll(cx) else {
                        this.state = State::Reading(task);
                        return Poll::Pending;
                    };
                    let (file, piece) = match read {
                        Ok((file, Ok(piece))) => (file, piece),
                        Ok((_, Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                        Err(error) => return Poll::Ready(Some(Err(error.into()))),
                    };
                    this.left = this.left.saturating_sub(piece.len() as u64);
                    this.state = State::Idle(file);
                    return Poll::Ready(Some(Ok(Frame::data(piece.into()))));
                }
            }
        }
    }
}

/// Reads exactly this many bytes.
fn read(mut file: File, length: u64) -> (File, io::Result<Vec<u8>>) {
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    let read = match (&mut file).take(length).read_to_end(&mut piece) {
        Ok(_) if piece.len() as u64 == length => Ok(piece),
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the file became shorter while it was sent",
        )),
        Err(error) => Err(error),
    };
    (file, read)
}

#[cfg(all(
    test,
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tests {
    use super::*;
    use std::{fs, process::Command};

    #[test]
    fn a_path_that_became_a_pipe_or_a_device_is_an_error() {
        let name = format!("lambda-api-pipe-{}", std::process::id());
        let pipe = std::env::temp_dir().join(name);
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for path in [&*pipe, Path::new("/dev/null")] {
            let error = open_unchecked(path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
        fs::remove_file(pipe).unwrap();
    }
}
