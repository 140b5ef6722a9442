//! The cost of layers that change the type of the body.

use super::{
    Error, Verdict,
    budgets::Budgets,
    command,
    count::per_step,
    peer, runtime,
    table::{Table, number},
};
use crate::{
    Work, apis,
    in_process::{self, Peer, Repeat, of_app, of_router},
};
use tower_http::{
    compression::{CompressionLayer, predicate::SizeAbove},
    trace::TraceLayer,
};

/// A layer of tower-http.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    None,
    Trace,
    Compression,
}

/// The layers that change the body, for the reports.
const CHANGING: [Layer; 2] = [Layer::Trace, Layer::Compression];

/// A size above that of the response of (a), so that no response is compressed.
const LARGE: u64 = 64 * 1024;

impl Layer {
    fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Trace => "trace",
            Self::Compression => "compression",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Trace => "`TraceLayer`",
            Self::Compression => "`CompressionLayer`, passing through",
        }
    }

    fn api(self, peer: Peer) -> Result<Box<dyn Repeat>, Error> {
        let compression = || CompressionLayer::new().compress_when(SizeAbove::new(LARGE));
        if peer == Peer::Axum {
            let router = apis::axum::router();
            return Ok(of_router(match self {
                Self::None => router,
                Self::Trace => router.layer(TraceLayer::new_for_http()),
                Self::Compression => router.layer(compression()),
            }));
        }
        let api = apis::ours::api();
        let api = match self {
            Self::None => api,
            Self::Trace => api.layer(TraceLayer::new_for_http()),
            Self::Compression => api.layer(compression()),
        };
        Ok(of_app(runtime()?.block_on(api.build())?))
    }

    fn instructions(self, peer: Peer) -> Result<f64, Error> {
        let cost = |n: usize| {
            let n = n.to_string();
            command::instructions(&["layer", peer.key(), self.key(), &n])
        };
        per_step(cost, 10, 40)
    }
}

/// Handles (a) many times through a layer and prints the last response.
///
/// # Errors
/// Fails if the peer or the layer is unknown.
pub fn layer(key: &str, layer: &str, n: &str) -> Verdict {
    let mut all = CHANGING.into_iter().chain([Layer::None]);
    let layer = all.find(|one| one.key() == layer);
    let api = layer.ok_or("unknown layer")?.api(peer(key)?)?;
    let (event, context) = (Work::Get.event(), in_process::context());
    let response = api.repeat(&runtime()?, &event, &context, n.parse()?);
    println!("{}", String::from_utf8_lossy(&response));
    Ok(true)
}

/// The instructions that a layer adds to (a).
#[derive(Clone, Copy, Debug)]
pub(super) struct Added {
    layer: Layer,
    ours: f64,
    axum: f64,
    /// The cost of (a) in lambda-api without the layer.
    without: f64,
}

impl Added {
    pub(super) fn name(self) -> &'static str {
        self.layer.name()
    }

    /// The cost of (a) with the layer as a multiple of that without it. The difference alone is too
    /// small to be reproducible.
    pub(super) fn factor(self) -> f64 {
        1.0 + self.ours / self.without
    }
}

pub(super) fn added() -> Result<Vec<Added>, Error> {
    let none = [Peer::Ours, Peer::Axum].map(|peer| Layer::None.instructions(peer));
    let [ours, axum] = none;
    let (ours, axum) = (ours?, axum?);
    let mut all = Vec::new();
    for layer in CHANGING {
        eprintln!("{}", layer.name());
        all.push(Added {
            layer,
            ours: layer.instructions(Peer::Ours)? - ours,
            axum: layer.instructions(Peer::Axum)? - axum,
            without: ours,
        });
    }
    Ok(all)
}

pub(super) fn add_to(budgets: &mut Budgets, all: &[Added]) {
    for added in all {
        let what = format!("instructions that a layer adds, {}", added.name());
        budgets.at_most(what, "axum + lambda_http", 1.0, added.ours / added.axum);
    }
}

pub(super) fn table(all: &[Added]) -> Table {
    let mut table = Table::new(&["layer", "lambda-api", "axum + lambda_http"]);
    for added in all {
        table.row([
            added.name().to_owned(),
            number(added.ours),
            number(added.axum),
        ]);
    }
    table
}
