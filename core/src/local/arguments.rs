//! Parser for the command line. It is small, and a library would be in the build of every user.

use super::{
    caller::{self, LocalCaller},
    host_guard::Host,
    invoke,
    openapi::{self, Wanted as WantedDocument},
    option::{doubled_option, option, unexpected, value},
    template::{self, Wanted as WantedTemplate},
    token::{self, Wanted},
};
use crate::{event::Source, middleware::OriginRule};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

pub(super) const HELP: &str = "\
usage: PROGRAM [COMMAND]

commands:
  serve [OPTION]...  serve HTTP requests on 127.0.0.1; the default command. POST /_events takes
                     any event as JSON, from programs on this machine
  invoke [--stream] FILE
                     handle the event in a JSON file; - is standard input. Any event: of an HTTP
                     request, a queue, a bucket, ..
  routes [--json]    list the routes, and check that the API can be built
  openapi [OPTION]...
                     print the OpenAPI document, which needs the feature `openapi`, or the one
                     that API Gateway imports
  template [OPTION]...
                     print the AWS SAM template
  token SUBJECT [OPTION]...
                     print a token that `serve` and `invoke` accept on this machine
  help               show this text

options of serve:
  --port PORT        9000 by default; 0 for any free port
  --source SOURCE    source of the events: http (the default), rest, http1, url, alb,
                     alb-multi, lattice1, lattice2, or lattice (the same as lattice2)
  --as CALLER        caller of every request, as authenticated by the gateway:
                       iam:ARN[,organization=ID][,access-key=ID][,cognito-identity=ID]
                       cognito:SUBJECT,groups=admins,scopes=orders/read,email=..
                       jwt:SUBJECT,scope=orders/read,email=..
                       lambda:PRINCIPAL,plan=gold,..
                       certificate:SUBJECT, such as CN=till-7
                       api-key:ID
                     a name may be repeated; a JSON object may replace names and values:
                     'lambda:alice,{\"level\": 3}'. `certificate` and `api-key` can be
                     combined with one of the others
  --record DIR       write each event to a file in DIR, for `invoke`: without the credentials
                     in headers, cookies and query, and without the identity of the caller;
                     the body is not redacted
  --stream           with --source url or rest: send responses while they are made, as a function
                     URL with RESPONSE_STREAM and a REST API with STREAM do; this is on anyway
                     if the program or LAMBDA_API_STREAM names the source
  --binary-media-types TYPES
                     the `binaryMediaTypes` of a REST API, such as '*/*' or image/png,image/*;
                     none by default, so that clients receive binary responses as base64 text
  --allow-origin URL allow pages of this origin, such as http://localhost:5173, besides those
                     that the API's own `Cors` lists; may be repeated
  --host NAME        accept this host as well, such as my-laptop.local or, for one port only,
                     192.168.1.5:9000; for containers, phones and tunnels; may be repeated
  --bind ADDRESS     listen on this address of the machine, such as 0.0.0.0, instead of
                     127.0.0.1: other machines can call then, and tokens of `token` are not
                     accepted

options of invoke:
  --stream           send the event of a function URL or a REST API in its streaming mode: print
                     the head of the response as a line of JSON, an empty line, and the body as
                     it comes; fail if it ends early

options of openapi:
  --dialect VERSION  3.1 (the default), or 3.0 for tools that cannot read 3.1
  --gateway KIND     the document that API Gateway imports: http for an HTTP API, rest for a REST
                     API; values that the deployment replaces are {\"Fn::Sub\": \"..${NAME}..\"}
  --routes ROUTES    with --gateway: each (the default) or proxy, as for template
  --stream           with --gateway rest: responses are streams, as for template
  --models           with --gateway rest: add the schemas, without what API Gateway rejects
  --out FILE         write the document to FILE
  --check FILE       fail if FILE is not the document, and show the difference; list what the
                     document leaves open
  --breaking FILE    fail if the document breaks clients of the older one in FILE, and show each
                     change; warn of new values of an enumeration, new errors and the like; - is
                     standard input
  --strict           with --breaking: fail for warnings, too
  --merge FILE       add the operations of the document of another function; may be repeated

options of template:
  --kind KIND        http (the default) for an HTTP API, rest for a REST API, url for a function
                     URL, alb for a load balancer
  --routes ROUTES    each (the default): the gateway has every route, and closes it if it can;
                     proxy: the gateway has one route for everything
  --out FILE         write the template to FILE; if FILE exists, only the lines between its
                     markers `# lambda-api: begin` and `# lambda-api: end` change
  --check FILE       fail if these lines of FILE differ from the template, and show the difference
  --stream           let a function URL or a REST API stream responses, and tell the function
                     with the variable LAMBDA_API_STREAM; the default if the program sets
                     `stream_on`
  --caller-policy    print the IAM policy that allows a principal to call the routes with IAM; a
                     parameter of a path becomes *, which also matches /

options of token:
  --groups NAMES     groups, such as admins,staff; may be repeated
  --scopes NAMES     scopes, such as orders/read,orders/write; may be repeated
  --claim NAME=VALUE another claim; VALUE is JSON or a text; may be repeated
  --expires-in TIME  lifetime, such as 30m or 8h; an hour by default, 7 days at most
  --issuer URL       issuer, or name of the authenticator, if the API trusts several; the first
                     one by default
  --client ID        client or audience; the first one by default
";

const DEFAULT_PORT: u16 = 9000;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Serve(Serve),
    Invoke(invoke::Wanted),
    Routes { json: bool },
    OpenApi(WantedDocument),
    Template(WantedTemplate),
    Token(Wanted),
    Help,
}

/// The options of `serve`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Serve {
    pub(super) address: SocketAddr,
    pub(super) source: Source,
    /// The callers of each event, which the source can send.
    pub(super) callers: Vec<LocalCaller>,
    /// The binary media types of a REST API.
    pub(super) binary_media_types: Vec<String>,
    /// Whether the source streams responses, whatever the program says.
    pub(super) stream: bool,
    /// The directory for recorded events.
    pub(super) record: Option<PathBuf>,
    /// More hosts of the server.
    pub(super) hosts: Vec<Host>,
    /// Allowed origins, besides those that the API lists.
    pub(super) origins: Vec<String>,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(),
            source: Source::HttpApi,
            callers: Vec::new(),
            binary_media_types: Vec::new(),
            stream: false,
            record: None,
            hosts: Vec::new(),
            origins: Vec::new(),
        }
    }
}

/// Parses the arguments after the name of the program. The error says what was expected and what was
/// found.
pub(super) fn parse(arguments: &[String]) -> Result<Command, String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.iter().any(|arg| matches!(*arg, "--help" | "-h")) {
        return Ok(Command::Help);
    }
    match arguments.as_slice() {
        [] => serve(&[]),
        ["serve", rest @ ..] => serve(rest),
        ["invoke", rest @ ..] => invoke::parse(rest).map(Command::Invoke),
        ["routes", rest @ ..] => routes(rest),
        ["openapi", rest @ ..] => openapi::parse(rest).map(Command::OpenApi),
        ["template", rest @ ..] => template::parse(rest).map(Command::Template),
        ["token", rest @ ..] => token::parse(rest).map(Command::Token),
        ["help", ..] => Ok(Command::Help),
        [option, ..] if option.starts_with('-') => serve(&arguments),
        [other, ..] => Err(format!(
            "expected the command `serve`, `invoke`, `routes`, `openapi`, `template`, `token` or \
             `help`, found {other:?}"
        )),
    }
}

fn serve(mut arguments: &[&str]) -> Result<Command, String> {
    let (mut port, mut source, mut record, mut bind) = (None, None, None, None);
    let (mut callers, mut hosts, mut origins) = (Vec::new(), Vec::new(), Vec::new());
    let (mut types, mut stream) = (None, false);
    while let [argument, rest @ ..] = arguments {
        if *argument == "--stream" {
            if std::mem::replace(&mut stream, true) {
                return Err(doubled_option(argument));
            }
            arguments = rest;
            continue;
        }
        let (name, inline) = option(argument);
        let names = [
            "--port",
            "--source",
            "--as",
            "--record",
            "--binary-media-types",
            "--allow-origin",
            "--host",
            "--bind",
        ];
        if !names.contains(&name) {
            return Err(unexpected("serve", argument));
        }
        let (value, rest) = value(name, inline, rest)?;
        let doubled = match name {
            "--port" => port.replace(parse_port(value)?).is_some(),
            "--source" => source.replace(parse_source(value)?).is_some(),
            "--bind" => bind.replace(parse_address(value)?).is_some(),
            "--record" => record.replace(parse_directory(value)?).is_some(),
            "--as" => {
                callers.push(LocalCaller::parse(value)?);
                false
            }
            "--binary-media-types" => types.replace(parse_media_types(value)?).is_some(),
            "--host" => {
                hosts.push(Host::parse(value)?);
                false
            }
            _ => {
                origins.push(parse_origin(value)?);
                false
            }
        };
        if doubled {
            return Err(doubled_option(name));
        }
        arguments = rest;
    }
    let default = Serve::default();
    let source = source.unwrap_or(default.source);
    caller::check(&callers, source)?;
    if types.is_some() && source != Source::RestApi {
        return Err(format!(
            "`--binary-media-types` is a setting of REST APIs, found source `{source}`"
        ));
    }
    if stream && source.stream_limit().is_none() {
        return Err(format!(
            "`--stream` needs a source that can stream responses, url or rest, found source `{source}`"
        ));
    }
    let ip = bind.unwrap_or(default.address.ip());
    let port = port.unwrap_or(default.address.port());
    Ok(Command::Serve(Serve {
        address: (ip, port).into(),
        source,
        callers,
        binary_media_types: types.unwrap_or_default(),
        stream,
        record,
        hosts,
        origins,
    }))
}

fn parse_origin(value: &str) -> Result<String, String> {
    OriginRule::exact(value).map_err(|why| {
        format!(
            "`--allow-origin` needs an origin such as http://localhost:5173, found {value:?}: {why}"
        )
    })
}

fn parse_address(value: &str) -> Result<IpAddr, String> {
    value.parse().map_err(|_| {
        format!("`--bind` needs an address of this machine, such as 127.0.0.1 or 0.0.0.0, found {value:?}")
    })
}

fn parse_directory(value: &str) -> Result<PathBuf, String> {
    match value {
        "" => Err("`--record` needs a directory, found \"\"".to_owned()),
        directory => Ok(directory.into()),
    }
}

fn parse_media_types(value: &str) -> Result<Vec<String>, String> {
    let is_named = |part: &str| !part.is_empty() && !part.contains([' ', '/']);
    let types = value.split(',').map(|one| match one.trim().split_once('/') {
        Some((kind, subtype)) if is_named(kind) && is_named(subtype) => {
            Ok(format!("{kind}/{subtype}"))
        }
        _ => Err(format!(
            "`--binary-media-types` needs types such as `image/png`, `image/*` or `*/*`, found {one:?}"
        )),
    });
    types.collect()
}

fn parse_port(value: &str) -> Result<u16, String> {
    value
        .parse()
        .map_err(|_| format!("`--port` needs a number from 0 to 65535, found {value:?}"))
}

fn parse_source(value: &str) -> Result<Source, String> {
    if value == "lattice" {
        return Ok(Source::LatticeV2);
    }
    let known = Source::ALL
        .into_iter()
        .find(|source| source.name() == value);
    known.ok_or_else(|| {
        let names = Source::ALL.map(Source::name).join(", ");
        format!("`--source` needs one of {names} or lattice, found {value:?}")
    })
}

fn routes(arguments: &[&str]) -> Result<Command, String> {
    match arguments {
        [] => Ok(Command::Routes { json: false }),
        ["--json"] => Ok(Command::Routes { json: true }),
        ["--json", extra, ..] | [extra, ..] => Err(unexpected("routes", extra)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::{breaking::Breaking, destination::Destination};

    fn parsed(line: &str) -> Result<Command, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments)
    }

    fn served(port: u16, source: Source) -> Result<Command, String> {
        Ok(Command::Serve(Serve {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            source,
            ..Serve::default()
        }))
    }

    #[test]
    fn record_takes_a_directory() {
        for line in ["serve --record events", "--record=events"] {
            let expected = Serve {
                record: Some("events".into()),
                ..Serve::default()
            };
            assert_eq!(parsed(line), Ok(Command::Serve(expected)), "{line}");
        }
    }

    #[test]
    fn binary_media_types_of_a_rest_api_are_listed() {
        for (line, types) in [
            ("--source rest --binary-media-types */*", &["*/*"][..]),
            (
                "--binary-media-types=image/png,image/* --source=rest",
                &["image/png", "image/*"],
            ),
        ] {
            let expected = Serve {
                source: Source::RestApi,
                binary_media_types: types.iter().map(ToString::to_string).collect(),
                ..Serve::default()
            };
            assert_eq!(parsed(line), Ok(Command::Serve(expected)), "{line}");
        }
    }

    #[test]
    fn sources_that_stream_are_served_as_streams() {
        for (line, source) in [
            ("--source url --stream", Source::FunctionUrl),
            ("serve --stream --source=rest", Source::RestApi),
        ] {
            let expected = Serve {
                source,
                stream: true,
                ..Serve::default()
            };
            assert_eq!(parsed(line), Ok(Command::Serve(expected)), "{line}");
        }
    }

    #[test]
    fn names_origins_and_address_are_read_by_serve() {
        let line = "--host tunnel.example --bind 0.0.0.0 --allow-origin=http://localhost:5173 \
                    --host=my-laptop.local:9000 --allow-origin https://app.example.com";
        let hosts = ["tunnel.example", "my-laptop.local:9000"].map(Host::parse);
        let expected = Serve {
            address: "0.0.0.0:9000".parse().unwrap(),
            hosts: hosts.into_iter().collect::<Result<_, _>>().unwrap(),
            origins: ["http://localhost:5173", "https://app.example.com"]
                .map(str::to_owned)
                .into(),
            ..Serve::default()
        };
        assert_eq!(parsed(line), Ok(Command::Serve(expected)));
        let v6 = Serve {
            address: "[::1]:9000".parse().unwrap(),
            ..Serve::default()
        };
        assert_eq!(parsed("--bind ::1"), Ok(Command::Serve(v6)));
    }

    #[test]
    fn callers_are_named_with_what_is_known_of_them() {
        let iam = "iam:arn:aws:iam::123456789012:user/alice";
        for (line, source, callers) in [
            (format!("serve --as {iam}"), Source::HttpApi, vec![iam]),
            (format!("--as={iam}"), Source::HttpApi, vec![iam]),
            (
                // In any order.
                "--as cognito:alice,groups=a --source rest --as api-key:k".to_owned(),
                Source::RestApi,
                vec!["cognito:alice,groups=a", "api-key:k"],
            ),
            (
                "--source alb --as certificate:CN=till".to_owned(),
                Source::Alb,
                vec!["certificate:CN=till"],
            ),
        ] {
            let callers = callers.into_iter().map(LocalCaller::parse);
            let expected = Serve {
                source,
                callers: callers.collect::<Result<_, _>>().unwrap(),
                ..Serve::default()
            };
            assert_eq!(parsed(&line), Ok(Command::Serve(expected)), "{line}");
        }
    }

    #[test]
    fn every_command_is_understood() {
        for (line, expected) in [
            ("", served(9000, Source::HttpApi)),
            ("serve", served(9000, Source::HttpApi)),
            ("--port 0", served(0, Source::HttpApi)),
            ("--source=rest", served(9000, Source::RestApi)),
            (
                "serve --port=80 --source alb-multi",
                served(80, Source::AlbMultiValue),
            ),
            (
                "serve --source lattice --port 65535",
                served(65535, Source::LatticeV2),
            ),
            (
                "invoke event.json",
                Ok(Command::Invoke(invoke::Wanted {
                    file: "event.json".into(),
                    stream: false,
                })),
            ),
            ("routes", Ok(Command::Routes { json: false })),
            ("routes --json", Ok(Command::Routes { json: true })),
            ("openapi", Ok(Command::OpenApi(WantedDocument::default()))),
            (
                "openapi --dialect 3.0 --check=api.json",
                Ok(Command::OpenApi(WantedDocument {
                    is_3_0: true,
                    destination: Destination::Check("api.json".to_owned()),
                    ..WantedDocument::default()
                })),
            ),
            (
                "openapi --merge a.json --strict --breaking=old.json --merge=b.json",
                Ok(Command::OpenApi(WantedDocument {
                    merge: vec!["a.json".to_owned(), "b.json".to_owned()],
                    breaking: Some(Breaking {
                        file: "old.json".to_owned(),
                        strict: true,
                    }),
                    ..WantedDocument::default()
                })),
            ),
            ("help", Ok(Command::Help)),
            ("-h", Ok(Command::Help)),
            ("serve --help", Ok(Command::Help)),
        ] {
            assert_eq!(parsed(line), expected, "{line}");
        }
    }

    #[test]
    fn every_source_can_be_named() {
        for source in Source::ALL {
            assert_eq!(parsed(&format!("--source {source}")), served(9000, source));
            assert!(HELP.contains(source.name()), "{source}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_what_was_expected() {
        for (line, expected) in [
            (
                "sevre",
                "expected the command `serve`, `invoke`, `routes`, `openapi`, `template`, `token` or `help`, found \"sevre\"",
            ),
            ("serve now", "`serve` does not know \"now\""),
            ("--prot 1", "`serve` does not know \"--prot\""),
            ("serve --port", "`--port` needs a value"),
            (
                "--port 65536",
                "`--port` needs a number from 0 to 65535, found \"65536\"",
            ),
            (
                "--port=",
                "`--port` needs a number from 0 to 65535, found \"\"",
            ),
            ("--port 1 --port 2", "`--port` is given twice"),
            ("--record", "`--record` needs a value"),
            ("--record=", "`--record` needs a directory, found \"\""),
            ("--record a --record b", "`--record` is given twice"),
            ("--as", "`--as` needs a value"),
            (
                "--source rest --binary-media-types image/png,",
                "`--binary-media-types` needs types such as `image/png`, `image/*` or `*/*`, found \"\"",
            ),
            (
                "--source rest --binary-media-types png",
                "`--binary-media-types` needs types such as `image/png`, `image/*` or `*/*`, found \"png\"",
            ),
            (
                "--binary-media-types */*",
                "`--binary-media-types` is a setting of REST APIs, found source `http`",
            ),
            (
                "--stream",
                "`--stream` needs a source that can stream responses, url or rest, found source `http`",
            ),
            (
                "--source alb --stream",
                "`--stream` needs a source that can stream responses, url or rest, found source `alb`",
            ),
            (
                "--stream --source url --stream",
                "`--stream` is given twice",
            ),
            (
                "--bind localhost",
                "`--bind` needs an address of this machine, such as 127.0.0.1 or 0.0.0.0, found \
                 \"localhost\"",
            ),
            ("--bind ::1 --bind ::1", "`--bind` is given twice"),
            (
                "--allow-origin http://localhost:5173/",
                "`--allow-origin` needs an origin such as http://localhost:5173, found \
                 \"http://localhost:5173/\": expected only host and port: no user, no path, no \
                 trailing `/`",
            ),
            (
                "--allow-origin https://*.example.com",
                "`--allow-origin` needs an origin such as http://localhost:5173, found \
                 \"https://*.example.com\": expected one origin, without a wildcard",
            ),
            (
                "--host http://tunnel.example",
                "`--host` needs a name such as `my-laptop.local` or `192.168.1.5:9000`, found \
                 \"http://tunnel.example\": expected the name alone, without `https://`",
            ),
            ("openapi --yaml", "`openapi` does not know \"--yaml\""),
            (
                "openapi --dialect 2.0",
                "`--dialect` needs 3.0 or 3.1, found \"2.0\"",
            ),
            ("openapi --out=", "`--out` needs a file, found \"\""),
            ("openapi --out a --out b", "`--out` is given twice"),
            (
                "openapi --out a --check a",
                "`--out` and `--check` exclude each other",
            ),
            (
                "openapi --check a --breaking b",
                "`--breaking` and `--check` exclude each other",
            ),
            (
                "openapi --gateway http --merge b",
                "`--gateway` and `--merge` exclude each other",
            ),
            ("openapi --strict", "`--strict` needs `--breaking`"),
            ("openapi --strict --strict", "`--strict` is given twice"),
            (
                "openapi --breaking=",
                "`--breaking` needs a file, found \"\"",
            ),
            ("openapi --merge", "`--merge` needs a value"),
            ("token", "`token` needs a subject"),
            ("token alice bob", "`token` does not know \"bob\""),
            ("token --groups a", "`token` needs a subject"),
            ("token alice --group a", "`token` does not know \"--group\""),
            (
                "token alice --expires-in 8d",
                "`--expires-in` needs a time such as 90s, 30m or 8h, found \"8d\"",
            ),
            (
                "token alice --expires-in 0s",
                "`--expires-in` needs 1 second to 7 days, found \"0s\"",
            ),
            (
                "token alice --expires-in 169h",
                "`--expires-in` needs 1 second to 7 days, found \"169h\"",
            ),
            (
                "token alice --claim tenant",
                "`--claim` needs a name and a value, as in tenant=blue, found \"tenant\"",
            ),
            (
                "token alice --claim sub=bob",
                "`--claim` cannot set `sub`, which the token has anyway",
            ),
            (
                "token alice --client a --client b",
                "`--client` is given twice",
            ),
            (
                "--as api-key:",
                "`--as api-key:` needs the id of an API key, such as `api-key:a1b2c3d4e5`; found \"\"",
            ),
            (
                "--source alb --as cognito:alice",
                "`--as cognito:alice` cannot be served: source `alb` does not support callers of a \
                 Cognito user pool; supported sources: `rest`, `http`, `http1`",
            ),
            (
                "--as api-key:k",
                "`--as api-key:k` cannot be served: source `http` does not support callers with \
                 an API key; supported sources: `rest`",
            ),
            (
                "--source sqs",
                "`--source` needs one of rest, http, http1, url, alb, alb-multi, lattice1, \
                 lattice2 or lattice, found \"sqs\"",
            ),
            ("routes --yaml", "`routes` does not know \"--yaml\""),
            ("routes --json x", "`routes` does not know \"x\""),
        ] {
            assert_eq!(parsed(line), Err(expected.to_owned()), "{line}");
        }
    }
}
