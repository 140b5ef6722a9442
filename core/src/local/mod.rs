//! The command line of a program outside Lambda: `serve`, `invoke`, `routes`, `openapi`, `template`,
//! `token`.
//!
//! `serve` is a gateway on loopback: it turns each request into the event that the chosen source would
//! send, passes it to the code that runs on Lambda, and reads the response as the source would. It
//! accepts only requests to its own address, from its own pages and from allowed origins, so that no
//! other page in the developer's browser can reach it. Allowed are the origins that the
//! [`Cors`](crate::Cors) of the Api lists exactly, and those of `--allow-origin`; `*` and wildcards mean
//! pages of this machine, at any port. So a front-end server on another port can call the API, and
//! forward requests of its pages, once its origin is listed.
//!
//! `--as CALLER` sets the caller that a gateway would have authenticated: events have this caller where
//! the source would put it, and the id of an API that the authenticators of the program trust. Callers
//! prove nothing, which is one more reason not to open the address to others. If an authenticator has a
//! local verifier, tokens are verified: a request with an invalid token gets the gateway's own 401, and
//! the claims of a valid one are in the event as the authorizer writes them.
//!
//! The REST API has no binary media types, like a new one; `--binary-media-types` sets them.
//!
//! With `--stream`, or if the program streams to the source anyway, responses reach the client as they are
//! made, as through a source in its streaming mode. If one ends early, so does the connection.
//!
//! Events that are not HTTP requests are posted to `/_events`, by programs on this machine alone: no page, no
//! other machine and no proxy, since an event is trusted. The line of a request, and `invoke`, name the
//! handler that took the event.
//!
//! With `--record DIR` each event is also written to a file, which `invoke` can send again, so that a
//! bug becomes a test case. The identity of the caller is left out.

mod arguments;
mod bearer;
mod breaking;
mod caller;
mod caller_check;
mod context;
mod destination;
mod diff;
#[cfg(feature = "docs")]
mod docs;
mod event_callers;
mod gateway;
mod gateway_document;
mod handle;
mod host_guard;
mod invoke;
mod log;
mod metadata;
mod openapi;
mod option;
mod output;
mod posted_event;
mod record;
mod redact;
mod serve;
mod stop;
mod stream;
mod template;
mod terminal;
mod token;
#[cfg(feature = "websocket")]
mod websocket;

pub(crate) use terminal::Human;

use crate::{
    Api, App,
    api::{BuildErrors, RouteInfo, listing},
    hooks::InFlight,
};
use arguments::{Command, HELP, Serve};
use handle::{Mode, responding};
use output::{Failure, print, write};
use std::process::ExitCode;

/// Whether an argument is one of the commands that the help lists.
pub(crate) fn is_command(argument: &str) -> bool {
    HELP.lines().any(|line| {
        let listed = line
            .strip_prefix("  ")
            .and_then(|line| line.split(' ').next());
        listed == Some(argument) && argument.starts_with(|first: char| first.is_alphabetic())
    })
}

/// Runs one command. `arguments` are those after the name of the program.
///
/// The exit code is 0 after success, 1 after a failure, and 2 when the command line is wrong.
pub(crate) async fn run(api: Api, arguments: Vec<String>) -> ExitCode {
    let done = match arguments::parse(&arguments) {
        Ok(Command::Help) => print(HELP),
        Ok(Command::Routes { json }) => list(&api, json),
        Ok(Command::OpenApi(wanted)) => openapi::run(&api, &wanted),
        Ok(Command::Template(wanted)) => template::run(&api, &wanted),
        Ok(Command::Invoke(wanted)) => invoke(api, &wanted).await,
        Ok(Command::Token(wanted)) => token(api, &wanted).await,
        Ok(Command::Serve(options)) => serve_on(api, options).await,
        Err(error) => {
            // The error comes last, where it is read.
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

/// Runs `serve` without options. Returns whether it succeeded; otherwise standard error has the
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

fn cannot_be_built(errors: &BuildErrors) -> Failure {
    let hint = errors
        .iter()
        .find_map(missing_variable)
        .map_or_else(String::new, |name| {
            format!(
                "\nset the variable, or give it a value for this machine: `env(\"{name}\").locally(\"..\")`"
            )
        });
    Failure(format!("the API cannot be built\n{errors}{hint}"))
}

/// The environment variable that an error of the build misses.
fn missing_variable(error: &str) -> Option<&str> {
    let (_, rest) = error.split_once("the environment variable `")?;
    let (name, rest) = rest.split_once('`')?;
    rest.ends_with(" is missing or empty").then_some(name)
}

async fn build(api: Api) -> Result<App, Failure> {
    api.build().await.map_err(|errors| cannot_be_built(&errors))
}

/// Prints the route table. It fails if the API has errors that are found without its state and its
/// environment, so it can be used as a check in CI.
fn list(api: &Api, json: bool) -> Result<(), Failure> {
    print(&if json {
        api.manifest().json()
    } else {
        listing(&api.table(), &api.events_table())
    })?;
    #[cfg(feature = "docs")]
    for warning in api.docs_warnings() {
        log::line(&format!("warning: {warning}"));
    }
    match api.errors() {
        Some(errors) => Err(cannot_be_built(&errors)),
        None => Ok(()),
    }
}

async fn token(mut api: Api, wanted: &token::Wanted) -> Result<(), Failure> {
    api.resolve_settings();
    let missing = api.missing_settings();
    if !missing.is_empty() {
        return Err(cannot_be_built(&BuildErrors::new(missing)));
    }
    let token = token::issue(&api, wanted).await?;
    print(&format!("{token}\n"))
}

async fn invoke(mut api: Api, wanted: &invoke::Wanted) -> Result<(), Failure> {
    let event = invoke::read(&wanted.file)?;
    // As with the template.
    api.assume_partial_responses();
    api.resolve_settings();
    token::lend(&mut api, None);
    if !wanted.stream {
        let (handle, mut responded) = responding(build(api).await?, Mode::Buffered);
        let response = invoke::invoke(event, &wanted.file, handle).await;
        let written = response.and_then(|response| write(&[&response, b"\n"]));
        responded.recv().await;
        return written;
    }
    let source = invoke::streaming_source(&event, &wanted.file)?;
    let app = build(api.stream_on(source)).await?;
    let (handle, mut responded) = responding(app, Mode::OfSource);
    let written = invoke::stream(event, (&wanted.file, source), handle, write).await;
    responded.recv().await;
    written
}

async fn serve_on(mut api: Api, options: Serve) -> Result<(), Failure> {
    // The port is bound before any state is created: a second copy of the program fails at once.
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
    if options.stream {
        api = api.stream_on([options.source]);
    }
    api.assume_partial_responses();
    api.resolve_settings();
    let mut lent = token::lend(&mut api, Some(options.address.ip()));
    let callers = event_callers::Callers::new(&api, options.callers, options.source);
    for note in callers.notes() {
        log::line(&format!("{}", log::Printable(&note)));
    }
    server.name(callers);
    let (routes, events) = (api.table(), api.events_table());
    let docs = docs_page(&mut server, &api, &mut lent);
    // An API with errors can have no document either; its own errors say why.
    let app = build(api).await?;
    server.stream(app.streams_to(options.source));
    #[cfg(feature = "websocket")]
    let sockets = app
        .attach_hub()
        .map(|(routes, hub)| server.open_sockets(routes, hub) + "\n")
        .unwrap_or_default();
    #[cfg(not(feature = "websocket"))]
    let sockets = String::new();
    let docs = docs.unwrap_or_else(|why| {
        log::line(&why);
        String::new()
    });
    let posted = posted_events(&mut server, &routes, !events.is_empty());
    let (stop, _guard) = stop::requests(app.hooks().shutdown_limit());
    print(&format!(
        "{}\n{sockets}{docs}{posted}\n{}\n{}",
        server.address(),
        listing(&routes, &events),
        about_tokens(&lent.names)
    ))?;
    let (handle, mut responded) = responding(app.clone(), Mode::OfSource);
    server.run(handle, stop).await;
    let _ = tokio::time::timeout(stop::WORK, responded.recv()).await;
    app.hooks().shut_down(&InFlight::default()).await;
    Ok(())
}

/// Lets events be posted, unless a route of the program has the path. Returns the line with the address,
/// for a program with handlers of events.
fn posted_events(server: &mut serve::Server, routes: &[RouteInfo], has_events: bool) -> String {
    let taken_by = posted_event::taken_by(routes);
    server.take_events(taken_by.is_none());
    match (taken_by, has_events) {
        (_, false) => String::new(),
        (None, true) => server.events_address().unwrap_or_default(),
        (Some(route), true) => {
            log::line(&format!(
                "note: no events at `{}`, which is the path of {} ({})",
                posted_event::PATH,
                route.handler,
                route.location
            ));
            String::new()
        }
    }
}

/// Adds the docs page to the server. Returns the line with its address.
///
/// # Errors
/// The line that says why there is none.
#[cfg(feature = "docs")]
fn docs_page(
    server: &mut serve::Server,
    api: &Api,
    lent: &mut token::Lent,
) -> Result<String, String> {
    let docs = docs::LocalDocs::new(api, lent.issuers.take())?;
    Ok(server.document(docs) + "\n")
}

#[cfg(not(feature = "docs"))]
fn docs_page(_: &mut serve::Server, _: &Api, _: &mut token::Lent) -> Result<String, String> {
    Ok(String::new())
}

/// How to get a token, if the program verifies tokens itself.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::gateway::JwtAuthorizer, env};

    #[tokio::test]
    async fn a_missing_variable_may_have_a_value_for_this_machine() {
        let jwt = |api| {
            let jwt = JwtAuthorizer::from_apis([api]).add_issuer("https://id.example.com");
            Api::new().environment([("OTHER", "x")]).authenticate(jwt)
        };
        let hint = "\nset the variable, or give it a value for this machine: `env(\"API_ID\").locally(\"..\")`";
        for (api, has_hint) in [
            (jwt(env("API_ID")), true),
            (jwt(env("OTHER")).base_path("no path"), false),
        ] {
            let Err(Failure(text)) = build(api).await else {
                panic!("expected an error");
            };
            assert_eq!(text.ends_with(hint), has_hint, "{text}");
        }
    }
}
