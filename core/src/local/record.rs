//! `serve --record DIR`: each event in a file of its own.

use super::{
    Failure,
    callers::Named,
    log::{self, Printable},
    redact::redacted,
};
use crate::event::{
    Source,
    emulate::{self, Facts},
};
use bytes::Bytes;
use http::Request;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Writes events to the files of a directory.
pub(super) struct Recorder {
    directory: PathBuf,
    /// The number of the last file.
    last: AtomicU32,
}

impl Recorder {
    /// Makes the directory if there is none. Its files are counted on from the last one there.
    pub(super) fn open(directory: PathBuf) -> Result<Self, Failure> {
        let last = fs::create_dir_all(&directory).and_then(|()| last_number(&directory));
        match last {
            Ok(last) => {
                let shown = directory.display().to_string();
                log::line(&format!(
                    "recording events in {}, without the credentials in headers, cookies and query, \
                     and without what says who the caller is; bodies are written as they are",
                    Printable(&shown)
                ));
                Ok(Self {
                    directory,
                    last: AtomicU32::new(last),
                })
            }
            Err(error) => Err(Failure(format!(
                "events cannot be recorded in {}: {error}",
                directory.display()
            ))),
        }
    }

    /// Writes the event of a request; when that fails, a warning is all that comes of it.
    ///
    /// Request and caller are redacted rather than the event, so that no form of the event can tell
    /// more than another. The facts have no callers.
    pub(super) fn record(
        &self,
        source: Source,
        request: Request<Bytes>,
        facts: Facts,
        named: &Named,
    ) {
        let name = name(request.method().as_str(), request.uri().path());
        let facts = named.redacted().tell(facts);
        let event = emulate::event(source, &redacted(request), &facts);
        let written = self.file(&name).and_then(|mut file| {
            serde_json::to_writer_pretty(&mut file, &event)?;
            file.write_all(b"\n")
        });
        if let Err(error) = written {
            log::line(&format!(
                "warning: the event of {name} was not recorded: {error}"
            ));
        }
    }

    /// A new file; one that is there is never written to.
    fn file(&self, name: &str) -> io::Result<File> {
        loop {
            let number = self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            let path = self.directory.join(format!("{number:04}-{name}.json"));
            match created(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                file => return file,
            }
        }
    }
}

/// A new file that nobody else can read: bodies may have secrets.
fn created(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The highest number that a file of the directory begins with.
fn last_number(directory: &Path) -> io::Result<u32> {
    let mut last = 0;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.split_once('-')?.0.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
}

/// What the name of a file says of the request: `GET-hello-world`.
fn name(method: &str, path: &str) -> String {
    let path = plain(path, 80);
    let path = if path.is_empty() { "root" } else { &path };
    format!("{}-{path}", plain(method, 20))
}

/// Letters and digits, and a hyphen wherever there is something else between them.
fn plain(text: &str, length: usize) -> String {
    let mut plain = String::new();
    for part in text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_') {
        if !part.is_empty() {
            if !plain.is_empty() {
                plain.push('-');
            }
            plain.push_str(part);
        }
    }
    // All of it is ASCII.
    plain.truncate(length);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{caller::LocalCaller, callers::Callers};

    #[test]
    fn a_name_tells_the_request_and_no_other_path() {
        for (method, path, expected) in [
            ("GET", "/hello/world", "GET-hello-world"),
            ("GET", "/", "GET-root"),
            ("GET", "*", "GET-root"),
            ("POST", "/../../etc/passwd", "POST-etc-passwd"),
            ("GET", "/%2e%2e/a.b", "GET-2e-2e-a-b"),
            ("M-SEARCH", "//x//", "M-SEARCH-x"),
            ("GET", "/user_id/\u{fc}", "GET-user_id"),
        ] {
            assert_eq!(name(method, path), expected, "{path}");
        }
        let long = name("GET", &"/abc".repeat(1000));
        assert_eq!(long.len(), "GET-".len() + 80);
    }

    /// A directory of this test, which is removed at its end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let own = format!("lambda-api-{name}-{}", std::process::id());
            Self(std::env::temp_dir().join(own))
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn request(path: &str) -> Request<Bytes> {
        Request::get(path)
            .header("x-api-key", "open-sesame")
            .body(Bytes::new())
            .unwrap()
    }

    #[test]
    fn files_are_counted_on_and_never_written_over() {
        let scratch = Scratch::new("record-count");
        let directory = scratch.0.join("a");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("0007-GET-old.json"), "old").unwrap();
        fs::write(directory.join("notes.txt"), "notes").unwrap();
        let recorder = Recorder::open(directory.clone()).unwrap();
        recorder.record(
            Source::HttpApi,
            request("/a"),
            Facts::new(),
            &Named::default(),
        );
        // Somebody else was quicker.
        fs::write(directory.join("0009-GET-b.json"), "other").unwrap();
        recorder.record(
            Source::HttpApi,
            request("/b"),
            Facts::new(),
            &Named::default(),
        );
        let names = Scratch(directory.clone()).names();
        assert_eq!(
            names,
            [
                "0007-GET-old.json",
                "0008-GET-a.json",
                "0009-GET-b.json",
                "0010-GET-b.json",
                "notes.txt"
            ]
        );
    }

    #[test]
    fn no_source_writes_a_credential() {
        let scratch = Scratch::new("record-secret");
        let recorder = Recorder::open(scratch.0.clone()).unwrap();
        for source in Source::ALL {
            let mut request = request("/a?access_token=open-sesame");
            for name in ["authorization", "cookie"] {
                request
                    .headers_mut()
                    .insert(name, "s=open-sesame".parse().unwrap());
            }
            recorder.record(source, request, Facts::new(), &Named::default());
        }
        let names = scratch.names();
        assert_eq!(names.len(), Source::ALL.len());
        for name in names {
            let event = fs::read_to_string(scratch.0.join(&name)).unwrap();
            assert!(
                event.starts_with("{\n  \"") && event.ends_with("\n}\n"),
                "{event}"
            );
            assert!(!event.contains("open-sesame"), "{event}");
            assert!(event.contains("s=REDACTED"), "{event}");
        }
    }

    #[test]
    fn no_source_writes_who_the_caller_is() {
        let scratch = Scratch::new("record-caller");
        let recorder = Recorder::open(scratch.0.clone()).unwrap();
        let mut written = 0;
        for source in Source::ALL {
            for caller in [
                "iam:arn:aws:iam::111122223333:user/open-sesame",
                "iam:arn:aws:sts::111122223333:assumed-role/shop/open-sesame,\
                 organization=open-sesame,access-key=open-sesame,cognito-identity=open-sesame",
                "cognito:open-sesame,groups=admins,email=open-sesame,tag=open-sesame,tag=b",
                "jwt:open-sesame,scope=read,username=open-sesame",
                r#"jwt:open-sesame,{"address": {"street": "open-sesame"}, "scope": "read"}"#,
                "lambda:open-sesame,plan=open-sesame",
                "certificate:CN=open-sesame",
                "api-key:open-sesame",
            ] {
                let caller = LocalCaller::parse(caller).unwrap();
                if caller.sent().check(source).is_ok() {
                    let named = Callers::nobody(source).named(vec![caller]);
                    let told = named.tell(Facts::new());
                    let event = emulate::event(source, &request("/a"), &told).to_string();
                    assert!(event.contains("open-sesame"), "{event}");
                    recorder.record(source, request("/a"), Facts::new(), &named);
                    written += 1;
                }
            }
        }
        let names = scratch.names();
        assert_eq!(names.len(), written);
        for name in names {
            let event = fs::read_to_string(scratch.0.join(&name)).unwrap();
            assert!(!event.contains("open-sesame"), "{event}");
            assert!(!event.contains("111122223333"), "{event}");
        }
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let scratch = Scratch::new("record-file");
        fs::write(&scratch.0, "a file").unwrap();
        let Err(Failure(text)) = Recorder::open(scratch.0.join("events")) else {
            panic!("a file is no directory");
        };
        fs::remove_file(&scratch.0).unwrap();
        assert!(text.starts_with("events cannot be recorded in "), "{text}");
    }
}
