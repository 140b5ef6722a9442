//! Growth of the cost of an invocation, for example with the number of routes.

mod apis;

use super::{Error, Verdict, command, count::per_step, peer, runtime};
use crate::{
    Work,
    apis::axum::router,
    in_process::{self, Peer, Repeat, of_app, of_router},
    work::upload,
};
use bytes::Bytes;
use serde_json::{Map, Value};

/// A quantity that is increased step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Routes,
    Headers,
    Body,
    Extractors,
    Layers,
}

impl Axis {
    pub(super) const ALL: [Self; 5] = [
        Self::Routes,
        Self::Headers,
        Self::Body,
        Self::Extractors,
        Self::Layers,
    ];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Routes => "routes",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Extractors => "extractors",
            Self::Layers => "layers",
        }
    }

    pub(super) fn steps(self) -> &'static [usize] {
        match self {
            Self::Routes => &[10, 100, 1000, 10_000],
            Self::Headers => &[5, 20, 50, 100],
            Self::Body => &[1024, 16 * 1024, 256 * 1024, 1024 * 1024, 6_000_000],
            Self::Extractors => &[1, 4, 8, 12],
            Self::Layers => &[0, 1, 2, 4, 8],
        }
    }

    /// Whether each step is a multiple of the previous one.
    pub(super) fn is_logarithmic(self) -> bool {
        matches!(self, Self::Routes | Self::Body)
    }

    /// The measured peers. The limit has neither routes nor layers.
    pub(super) fn peers(self) -> &'static [Peer] {
        match self {
            Self::Headers | Self::Body => &[Peer::Ours, Peer::Axum, Peer::Limit],
            _ => &[Peer::Ours, Peer::Axum],
        }
    }

    fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.key() == key)
    }

    fn event(self, step: usize) -> Bytes {
        let get = Work::Get.event();
        let get = String::from_utf8_lossy(&get);
        match self {
            Self::Routes => get.replace("/orders/7", &apis::last_path(step)).into(),
            Self::Headers => with_headers(&get, step).into(),
            Self::Body => upload(step),
            Self::Extractors => {
                let query: Vec<String> = (1..=12).map(|n| format!("q{n}={n}")).collect();
                let query = query.join("&");
                get.replace("/orders/7", &format!("/of/{step}"))
                    .replace("page=3&sort=asc\",\"", &format!("{query}\",\""))
                    .into()
            }
            Self::Layers => get.into_owned().into(),
        }
    }

    fn api(self, peer: Peer, step: usize) -> Result<Box<dyn Repeat>, Error> {
        let runtime = runtime()?;
        let ours = |api: lambda_api::Api| runtime.block_on(api.build()).map(of_app);
        Ok(match (peer, self) {
            (Peer::Ours, Self::Routes) => ours(apis::ours_with_routes(step))?,
            (Peer::Axum, Self::Routes) => of_router(apis::axum_with_routes(step)),
            (Peer::Ours, Self::Extractors) => ours(apis::ours_with_extractors())?,
            (Peer::Axum, Self::Extractors) => of_router(apis::axum_with_extractors()),
            (Peer::Ours, Self::Layers) => {
                let api = crate::apis::ours::api();
                ours((0..step).fold(api, |api, _| apis::ours_layer(api)))?
            }
            (Peer::Axum, Self::Layers) => {
                of_router((0..step).fold(router(), |router, _| apis::axum_layer(router)))
            }
            _ => peer.api(Work::Get, &runtime),
        })
    }
}

/// Returns the event with this many headers: its own and additional ones.
fn with_headers(event: &str, count: usize) -> String {
    let (before, rest) = event.split_once("\"headers\":").expect("headers");
    let (headers, after) = rest.split_once(",\"queryString").expect("a query");
    let mut headers: Map<String, Value> = serde_json::from_str(headers).expect("a map");
    let mut more = (0..).map(|n| {
        (
            format!("x-tracing-context-{n}"),
            format!("span-{n:020}").into(),
        )
    });
    while headers.len() < count {
        headers.extend(more.next());
    }
    let headers: Map<String, Value> = headers.into_iter().take(count).collect();
    let headers = serde_json::to_string(&headers).expect("a map is JSON");
    format!("{before}\"headers\":{headers},\"queryString{after}")
}

/// Handles an event many times and prints the last response.
///
/// # Errors
/// Fails if the peer or the axis is unknown.
pub fn grow(key: &str, axis: &str, step: &str, n: &str) -> Verdict {
    let axis = Axis::of(axis).ok_or("unknown axis")?;
    let step = step.parse()?;
    let api = axis.api(peer(key)?, step)?;
    let response = api.repeat(
        &runtime()?,
        &axis.event(step),
        &in_process::context(),
        n.parse()?,
    );
    println!("{}", String::from_utf8_lossy(&response));
    Ok(true)
}

/// The cost of an invocation for one peer, step by step.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    pub(super) axis: Axis,
    pub(super) peer: Peer,
    /// The instructions at each step.
    pub(super) costs: Vec<(usize, f64)>,
}

pub(super) fn curve(axis: Axis, peer: Peer) -> Result<Curve, Error> {
    let mut costs = Vec::new();
    for &step in axis.steps() {
        let cost = |n: usize| {
            let (step, n) = (step.to_string(), n.to_string());
            command::instructions(&["grow", peer.key(), axis.key(), &step, &n])
        };
        let (few, more) = if axis == Axis::Body { (2, 6) } else { (10, 40) };
        costs.push((step, per_step(cost, few, more)?));
    }
    Ok(Curve { axis, peer, costs })
}

impl Curve {
    /// The last cost as a multiple of the first.
    pub(super) fn growth(&self) -> f64 {
        match (self.costs.first(), self.costs.last()) {
            (Some(first), Some(last)) => last.1 / first.1,
            _ => 1.0,
        }
    }
}
