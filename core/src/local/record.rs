//! Recorder of `serve --record DIR`: one file for each event.

use super::{
    event_callers::EventCallers,
    log::{self, Printable},
    output::Failure,
    redact,
};
use crate::event::{
    Source,
    emulate::{self, GatewayContext},
};
use bytes::Bytes;
use http::Request;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Recorder of events in the files of a directory.
pub(super) struct Recorder {
    directory: PathBuf,
    /// The number of the last file.
    last: AtomicU32,
}

impl Recorder {
    /// Creates the directory if it does not exist. New files continue the numbers of those in it.
    pub(super) fn open(directory: PathBuf) -> Result<Self, Failure> {
        let last = fs::create_dir_all(&directory).and_then(|()| last_number(&directory));
        match last {
            Ok(last) => {
                let shown = directory.display().to_string();
                log::line(&format!(
                    "recording events in {}, without the credentials in headers, cookies and query, \
                     and without the identity of the caller; bodies are not redacted",
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

    /// Writes the event of a request. A failure is a warning in the terminal.
    ///
    /// Request and caller are redacted rather than the event, so that it does not depend on the form of
    /// the event. `context` has no callers.
    pub(super) fn record(
        &self,
        source: Source,
        request: Request<Bytes>,
        context: GatewayContext,
        callers: &EventCallers,
    ) {
        let name = name(request.method().as_str(), request.uri().path());
        let context = callers.redacted().apply(context);
        let event = emulate::event(source, &redact::request(request), &context);
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

    /// A new file. Existing files are never overwritten.
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

/// A new file that other users cannot read: bodies may contain secrets.
fn created(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The highest number at the start of a name in the directory.
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

/// Method and path in the name of a file: `GET-hello-world`.
fn name(method: &str, path: &str) -> String {
    let path = plain(path, 80);
    let path = if path.is_empty() { "root" } else { &path };
    format!("{}-{path}", plain(method, 20))
}

/// The words of letters and digits, with a hyphen between them.
fn plain(text: &str, length: usize) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let mut plain = words.join("-");
    // It is ASCII.
    plain.truncate(length);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{caller::LocalCaller, event_callers::Callers};

    #[test]
    fn names_contain_method_and_path_only() {
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
    fn numbers_continue_and_files_are_never_overwritten() {
        let scratch = Scratch::new("record-count");
        let directory = scratch.0.join("a");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("0007-GET-old.json"), "old").unwrap();
        fs::write(directory.join("notes.txt"), "notes").unwrap();
        let recorder = Recorder::open(directory.clone()).unwrap();
        recorder.record(
            Source::HttpApi,
            request("/a"),
            GatewayContext::new(),
            &EventCallers::default(),
        );
        // Another process was faster.
        fs::write(directory.join("0009-GET-b.json"), "other").unwrap();
        recorder.record(
            Source::HttpApi,
            request("/b"),
            GatewayContext::new(),
            &EventCallers::default(),
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
            recorder.record(
                source,
                request,
                GatewayContext::new(),
                &EventCallers::default(),
            );
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
    fn no_source_writes_the_identity_of_the_caller() {
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
                    let callers = Callers::none(source).event(vec![caller]);
                    let sent = callers.apply(GatewayContext::new());
                    let event = emulate::event(source, &request("/a"), &sent).to_string();
                    assert!(event.contains("open-sesame"), "{event}");
                    recorder.record(source, request("/a"), GatewayContext::new(), &callers);
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
    fn the_error_names_a_directory_that_cannot_be_created() {
        let scratch = Scratch::new("record-file");
        fs::write(&scratch.0, "a file").unwrap();
        let Err(Failure(text)) = Recorder::open(scratch.0.join("events")) else {
            panic!("a file is not a directory");
        };
        fs::remove_file(&scratch.0).unwrap();
        assert!(text.starts_with("events cannot be recorded in "), "{text}");
    }
}
