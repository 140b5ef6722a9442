//! Writes the templates of random APIs to standard output, each with its manifest, as lines for
//! `.ci/template/check.py --stream`: `templates SEED COUNT`.
//!
//! `COUNT` APIs are drawn. Each has six templates: for an HTTP API and a REST API, with a route for each
//! route of the program and with one for everything; for a function URL and a load balancer. Those of every
//! other API stream where the gateway can. An API that a gateway cannot have must have the reason that the
//! error states. The exit code is 1 if a reason is wrong, or if too few templates are written.

mod api;
mod authenticators;
mod handlers;
mod random;
mod reasons;

use api::Drawing;
use lambda_api::template::{Gateway, Options, Routing};
use random::Random;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

const TEMPLATES: [(Gateway, &str, Routing, &str); 6] = [
    (Gateway::HttpApi, "http", Routing::Each, "each"),
    (Gateway::HttpApi, "http", Routing::Proxy, "proxy"),
    (Gateway::RestApi, "rest", Routing::Each, "each"),
    (Gateway::RestApi, "rest", Routing::Proxy, "proxy"),
    (Gateway::FunctionUrl, "url", Routing::Each, "each"),
    (Gateway::LoadBalancer, "alb", Routing::Each, "each"),
];

/// What became of the templates of one kind.
#[derive(Default)]
struct Count {
    written: usize,
    /// By reason.
    failed: BTreeMap<&'static str, usize>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str| {
        let argument = arguments.next().ok_or(format!("{name} is missing"))?;
        let number = argument.parse::<u64>();
        number.map_err(|error| format!("{name} {argument:?}: {error}"))
    };
    let (seed, count) = (number("SEED")?, number("COUNT")?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut counts: BTreeMap<[&str; 2], Count> = BTreeMap::new();
    let mut invalid = 0;
    let mut out = io::stdout().lock();
    for number in 0..count {
        let mut random = Random(seed.wrapping_mul(1 << 32).wrapping_add(number));
        let drawing = Drawing::new(&mut random);
        if let Err(errors) = runtime.block_on(drawing.api().build()) {
            eprintln!("API {number} is invalid:\n{errors}");
            invalid += 1;
            continue;
        }
        let api = drawing.api();
        let manifest: Value = serde_json::from_str(&lambda_api::__private::manifest(&api))?;
        for (gateway, kind, routing, routes) in TEMPLATES {
            let streams = number % 2 == 1 && matches!(kind, "rest" | "url");
            let mut options = Options::new(gateway).routing(routing).binary("shop");
            if streams {
                options = options.stream();
            }
            let own = counts.entry([kind, routes]).or_default();
            let errors = match api.template(&options) {
                Ok(template) => {
                    own.written += 1;
                    let template = template.to_yaml();
                    let line = json!({
                        "kind": kind, "routes": routes, "streams": streams, "manifest": manifest,
                        "template": template
                    });
                    writeln!(out, "{line}")?;
                    continue;
                }
                Err(errors) => errors,
            };
            for error in errors.iter() {
                let Some(reason) = reasons::find(error, &manifest, kind, routes) else {
                    eprintln!("API {number}, {kind}, {routes}: {error}\n{manifest:#}");
                    return Ok(ExitCode::FAILURE);
                };
                *own.failed.entry(reason).or_default() += 1;
            }
        }
    }
    out.flush()?;
    eprintln!("seed {seed}: {count} APIs, {invalid} of them invalid");
    let mut is_enough = invalid * 10 < count;
    for ([kind, routes], own) in &counts {
        eprintln!("{kind}, {routes}: {} templates", own.written);
        for (reason, times) in &own.failed {
            eprintln!("  {times:4} {reason}");
        }
        is_enough &= own.written as u64 * 8 > count;
    }
    if !is_enough {
        eprintln!("too few APIs have a template");
    }
    Ok(if is_enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
