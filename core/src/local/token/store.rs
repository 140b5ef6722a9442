//! Key of this machine, in a file that only its owner can read.

use crate::{
    auth::{LocalKey, SECRET, new_secret, secret_of, text_of},
    local::output::Failure,
};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// The directory for the state of programs
/// ([XDG base directories](https://specifications.freedesktop.org/basedir/latest/)): outside of any
/// project, so that the key is never committed.
fn directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else {
        path("XDG_STATE_HOME").or_else(|| path("HOME").map(|home| home.join(".local/state")))
    };
    state.map(|state| state.join("lambda-api"))
}

/// The key of this machine, which is created if there is none.
pub(super) fn key() -> Result<LocalKey, Failure> {
    let directory = directory(|name| std::env::var_os(name)).ok_or_else(|| {
        Failure(
            "there is no directory for the key that signs tokens for local calls: set \
             `XDG_STATE_HOME` or `HOME`"
                .to_owned(),
        )
    })?;
    let file = directory.join("local-key");
    key_in(&directory, &file).map_err(|error| {
        Failure(format!(
            "the key that signs tokens for local calls cannot be used: {}: {error}",
            file.display()
        ))
    })
}

fn key_in(directory: &Path, file: &Path) -> io::Result<LocalKey> {
    let secret = match read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(directory, file)?;
            read(file)?
        }
        read => read?,
    };
    LocalKey::new(&secret).ok_or_else(|| io::Error::other("it is not a valid key"))
}

fn read(file: &Path) -> io::Result<[u8; SECRET]> {
    let file = File::open(file)?;
    check_owner_only(&file)?;
    let mut text = String::new();
    file.take(100).read_to_string(&mut text)?;
    secret_of(text.trim_end()).ok_or_else(|| {
        io::Error::other("it does not contain a key; delete it to create another one")
    })
}

/// A key that others can read could be theirs.
fn check_owner_only(file: &File) -> io::Result<()> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(io::Error::other(
            "others can read or change it; delete it to create another one",
        ));
    }
    Ok(())
}

/// Writes a new key. If another process is faster, its key is read, and never half of it.
fn make(directory: &Path, file: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    let secret = new_secret().ok_or_else(|| io::Error::other("the system has no randomness"))?;
    let unfinished = directory.join(format!("local-key.{}", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&unfinished)
        .and_then(|mut new| writeln!(new, "{}", text_of(&secret)))
        .and_then(|()| match fs::hard_link(&unfinished, file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Ok(()) => Ok(()),
            // Some file systems have no links.
            Err(_) => fs::rename(&unfinished, file),
        });
    let _ = fs::remove_file(&unfinished);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of one test, removed at its end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let own = format!("lambda-api-{name}-{}", std::process::id());
            Self(std::env::temp_dir().join(own))
        }

        fn key(&self) -> io::Result<LocalKey> {
            key_in(&self.0, &self.file())
        }

        fn file(&self) -> PathBuf {
            self.0.join("local-key")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let scratch = Scratch::new("local-key");
        let (first, second) = (scratch.key().unwrap(), scratch.key().unwrap());
        assert_eq!(first.kid(), second.kid());
        let names: Vec<_> = fs::read_dir(&scratch.0).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        #[cfg(unix)]
        for (path, mode) in [(&scratch.0, 0o700), (&scratch.file(), 0o600)] {
            let permissions = fs::metadata(path).unwrap().permissions();
            let found = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
            assert_eq!(found, mode, "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        let scratch = Scratch::new("local-key-open");
        scratch.key().unwrap();
        for mode in [0o640, 0o604, 0o620] {
            let open = std::os::unix::fs::PermissionsExt::from_mode(mode);
            fs::set_permissions(scratch.file(), open).unwrap();
            let error = scratch.key().err().unwrap().to_string();
            assert!(error.contains("others can read"), "{error}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_named() {
        let scratch = Scratch::new("local-key-none");
        scratch.key().unwrap();
        for text in ["", "x\n", &"A".repeat(1000)] {
            fs::write(scratch.file(), text).unwrap();
            let error = scratch.key().err().unwrap().to_string();
            assert!(error.contains("does not contain a key"), "{error}");
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn the_key_is_kept_with_the_state_of_the_user() {
        let at = |variables: &[(&str, &str)]| {
            directory(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.into())
            })
        };
        let home = ("HOME", "/home/alice");
        for (variables, expected) in [
            (&[home][..], Some("/home/alice/.local/state/lambda-api")),
            (&[home, ("XDG_STATE_HOME", "/s")], Some("/s/lambda-api")),
            // A relative path is to be ignored.
            (
                &[home, ("XDG_STATE_HOME", "s")],
                Some("/home/alice/.local/state/lambda-api"),
            ),
            (&[("HOME", "")], None),
            (&[], None),
        ] {
            assert_eq!(at(variables), expected.map(PathBuf::from), "{variables:?}");
        }
    }
}
