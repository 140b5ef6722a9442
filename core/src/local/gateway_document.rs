//! The document that API Gateway imports: `openapi --gateway`.

use super::{destination::Destination, log, metadata, output::Failure};
use crate::{
    Api,
    template::{Gateway, Options, Routing},
};
use std::path::Path;

/// The options of the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ForGateway {
    pub(super) gateway: Gateway,
    pub(super) routing: Routing,
    pub(super) models: bool,
    pub(super) stream: bool,
}

/// The value of `--gateway`.
pub(super) fn parse_gateway(value: &str) -> Result<Gateway, String> {
    match value {
        "http" => Ok(Gateway::HttpApi),
        "rest" => Ok(Gateway::RestApi),
        _ => Err(format!("`--gateway` needs http or rest, found {value:?}")),
    }
}

impl ForGateway {
    /// The options of the document; `None` without `--gateway`.
    pub(super) fn new(
        gateway: Option<Gateway>,
        routing: Option<Routing>,
        models: bool,
        stream: bool,
    ) -> Result<Option<Self>, String> {
        let routing_or_default = routing.unwrap_or_default();
        if models && gateway != Some(Gateway::RestApi) {
            return Err("`--models` needs `--gateway rest`".to_owned());
        }
        if stream && gateway != Some(Gateway::RestApi) {
            return Err("`--stream` needs `--gateway rest`".to_owned());
        }
        if models && routing_or_default == Routing::Proxy {
            return Err("`--models` and `--routes proxy` exclude each other".to_owned());
        }
        match gateway {
            None if routing.is_some() => Err("`--routes` needs `--gateway`".to_owned()),
            None => Ok(None),
            Some(gateway) => Ok(Some(Self {
                gateway,
                routing: routing_or_default,
                models,
                stream,
            })),
        }
    }

    /// The command line with these options, without the destination.
    fn command(&self) -> String {
        let gateway = match self.gateway {
            Gateway::RestApi => "rest",
            _ => "http",
        };
        let routes = match self.routing {
            Routing::Each => "",
            Routing::Proxy => " --routes proxy",
        };
        let models = if self.models { " --models" } else { "" };
        let stream = if self.stream { " --stream" } else { "" };
        format!("openapi --gateway {gateway}{routes}{models}{stream}")
    }
}

/// Prints, writes or checks the document. Warnings are lines on standard error.
pub(super) fn run(
    api: &Api,
    wanted: &ForGateway,
    destination: &Destination,
) -> Result<(), Failure> {
    let mut options = Options::new(wanted.gateway).routing(wanted.routing);
    if wanted.models {
        options = options.models();
    }
    if wanted.stream {
        options = options.stream();
    }
    metadata::apply(&mut options, Path::new(""))?;
    let document = api
        .gateway_document(&options)
        .map_err(|errors| Failure(format!("the document cannot be written\n{errors}")))?;
    for warning in document.warnings() {
        log::line(&format!("warning: {warning}"));
    }
    destination.deliver(&document.to_json(), &wanted.command())
}

#[cfg(test)]
mod tests;
