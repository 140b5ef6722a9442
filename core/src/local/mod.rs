//! The command line of a program outside Lambda: `serve`, `invoke`, `routes`, `token`.
//!
//! `serve` is a gateway on loopback: it makes of each request the event that the chosen source
//! would send, hands it to the same code that runs on Lambda, and reads the reply as the source
//! would. It answers nothing but requests to its own address, from its own pages and from those that
//! are let in, so that no other page in the developer's browser can reach it. Let in are the origins
//! that the Api's own [`Cors`](crate::Cors) names exactly, and those of `--allow-origin`; `*` and
//! wildcards mean pages of this machine, at any port. So a front-end server on another port can call,
//! and forward what its pages call, once its origin is named.
//!
//! Where a gateway recognises callers, `--as CALLER` says whom: the events name this caller where
//! the source would, and an API id that the authenticators of the program trust. Nobody has to
//! prove anything, so that this is one more reason for the address to be closed to others. A token
//! is verified none the less, when an authenticator says with whom: what is refused gets the
//! gateway's own 401, and the claims of what is accepted are in the event as the authorizer of the
//! gateway writes them.
//!
//! A REST API has no binary media types, as a new one has none; `--binary-media-types` names some.
//!
//! With `--record DIR` each event goes to a file as well, which `invoke` answers again: so a bug
//! that was seen becomes a test case. What identifies a caller does not go there.

mod arguments;
mod bearer;
mod caller;
mod callers;
mod context;
mod gateway;
mod invoke;
mod log;
mod own;
mod record;
mod redact;
mod serve;
mod stop;
mod terminal;
mod token;
mod trust;

pub(crate) use terminal::Human;

use crate::{
    Api, App, BuildErrors, LambdaContext, api::RouteInfo, event::DecodeError, runtime::InFlight,
};
use arguments::{Command, HELP, Serve};
use bytes::Bytes;
use std::{
    future::Future,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};
use tokio::sync::mpsc;

/// How long the end of the server waits for what is done after responses.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether an argument is one of the commands that the help lists.
pub(crate) fn is_command(argument: &str) -> bool {
    HELP.lines().any(|line| {
        let listed = line
            .strip_prefix("  ")
            .and_then(|line| line.split(' ').next());
        listed == Some(argument) && argument.starts_with(|first: char| first.is_alphabetic())
    })
}

/// Runs one command; `arguments` does not have the program's name.
///
/// The exit code is 0 after success, 1 after a failure, and 2 when the command line is wrong.
pub(crate) async fn run(api: Api, arguments: Vec<String>) -> ExitCode {
    let done = match arguments::parse(&arguments) {
        Ok(Command::Help) => print(HELP),
        Ok(Command::Routes { json }) => list(&api, json),
        Ok(Command::Invoke { file }) => invoke(api, &file).await,
        Ok(Command::Token(wanted)) => token(&api, &wanted).await,
        Ok(Command::Serve(options)) => serve_on(api, options).await,
        Err(error) => {
            // The mistake is what is read last.
            log::line(HELP);
            log::line("");
            log::line(&format!("error: {error}"));
            return ExitCode::from(2);
        }
    };
    if succeeded(&done) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Serves as `serve` without options does. Whether that went well; if not, standard error has the
/// reason.
pub(crate) async fn serve(api: Api) -> bool {
    succeeded(&serve_on(api, Serve::default()).await)
}

fn succeeded(done: &Result<(), Failure>) -> bool {
    if let Err(Failure(text)) = done {
        log::line(&format!("error: {text}"));
    }
    done.is_ok()
}

/// Why a command failed, for standard error.
#[derive(Debug)]
struct Failure(String);

fn cannot_be_built(errors: &BuildErrors) -> Failure {
    Failure(format!("the API cannot be built\n{errors}"))
}

async fn build(api: Api) -> Result<App, Failure> {
    api.build().await.map_err(|errors| cannot_be_built(&errors))
}

/// Prints the route table, and fails when the API could not be built, as far as that shows without
/// making its state: so it is a check for CI, too.
fn list(api: &Api, json: bool) -> Result<(), Failure> {
    let routes = api.table();
    print(&if json {
        RouteInfo::json(&routes)
    } else {
        RouteInfo::text(&routes)
    })?;
    match api.faults() {
        Some(errors) => Err(cannot_be_built(&errors)),
        None => Ok(()),
    }
}

async fn token(api: &Api, wanted: &token::Wanted) -> Result<(), Failure> {
    let token = token::issue(api, wanted).await?;
    print(&format!("{token}\n"))
}

async fn invoke(mut api: Api, file: &str) -> Result<(), Failure> {
    let event = invoke::read(file)?;
    token::lend(&mut api, None);
    let app = build(api).await?;
    let (handle, mut responded) = responding(app);
    let reply = invoke::invoke(event, file, handle).await;
    let written = reply.and_then(|reply| write(&[&reply, b"\n"]));
    responded.recv().await;
    written
}

async fn serve_on(mut api: Api, options: Serve) -> Result<(), Failure> {
    // The port is bound before any state is made: a second copy of the program fails at once.
    let mut server = serve::Server::bind(options.address, options.source).await?;
    if let Some(warning) = server.warning() {
        log::line(&warning);
    }
    let (mut origins, loopback) = api.named_origins();
    origins.extend(options.origins);
    server.open_to(options.hosts, origins, loopback);
    if let Some(directory) = options.record {
        server.record(record::Recorder::open(directory)?);
    }
    server.list(options.binary_media_types);
    let trusting = token::lend(&mut api, Some(options.address.ip()));
    let callers = callers::Callers::new(&api, options.callers, options.source);
    for note in callers.notes() {
        log::line(&format!("{}", log::Printable(&note)));
    }
    server.name(callers);
    let routes = api.table();
    let app = build(api).await?;
    let (stop, _guard) = stop::requests();
    print(&format!(
        "{}\n\n{}\n{}",
        server.address(),
        RouteInfo::text(&routes),
        about_tokens(&trusting)
    ))?;
    let (handle, mut responded) = responding(app.clone());
    server.run(handle, stop).await;
    let _ = tokio::time::timeout(PATIENCE, responded.recv()).await;
    app.hooks().shut_down(&InFlight::default()).await;
    Ok(())
}

/// How to call as somebody, where that takes a token that this program verifies itself.
fn about_tokens(trusting: &[String]) -> String {
    match trusting {
        [] => String::new(),
        names => format!(
            "`cargo run -- token SUBJECT` prints a token for local calls, which is accepted here by \
             `{}`\n\n",
            names.join("`, `")
        ),
    }
}

/// What turns an event into a reply: the built App, or a closure in tests.
trait Handle: Send + Sync + 'static {
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<Vec<u8>, DecodeError>> + Send;
}

impl<F, R> Handle for F
where
    F: Fn(Bytes, LambdaContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Vec<u8>, DecodeError>> + Send,
{
    fn handle(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> impl Future<Output = Result<Vec<u8>, DecodeError>> + Send {
        self(event, lambda)
    }
}

/// Turns events into responses, and does what is to be done after each; the channel ends when all of
/// that is done.
fn responding(app: App) -> (impl Handle, mpsc::Receiver<()>) {
    let (under_way, responded) = mpsc::channel(1);
    let handle = move |event, lambda: LambdaContext| {
        let (app, under_way) = (app.clone(), under_way.clone());
        async move {
            let deadline_ms = lambda.deadline_ms;
            let reply = app.handle_event_text(event, lambda).await;
            // The client has the response meanwhile.
            if let Some(after) = app.hooks().responded(deadline_ms) {
                tokio::spawn(async move {
                    after.await;
                    drop(under_way);
                });
            }
            reply.map(String::into_bytes)
        }
    };
    (handle, responded)
}

#[cfg(test)]
fn handler(app: App) -> impl Handle {
    responding(app).0
}

fn print(text: &str) -> Result<(), Failure> {
    write(&[text.as_bytes()])
}

fn write(parts: &[&[u8]]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    parts
        .iter()
        .try_for_each(|part| out.write_all(part))
        .and_then(|()| out.flush())
        .map_err(|error| Failure(format!("standard output cannot be written: {error}")))
}
