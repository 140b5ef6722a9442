//! Random APIs.

use crate::{
    authenticators::{self, Drawn, VARIABLES},
    handlers,
    random::Random,
};
use lambda_api::{
    __private::{FALLBACK, INVALID, Route, Shape},
    Api, Body, Cors, Request, Response, Routes,
    auth::Access,
    events::Events,
    template::{Function, KeyType, Period, Table, UsagePlan, UserPool, UserPoolClient},
};
use std::{collections::BTreeSet, convert::Infallible};

/// What an API consists of. Two calls of [`api`](Self::api) create equal ones.
#[derive(Debug)]
pub(crate) struct Drawing {
    root: Part,
    origins: &'static [&'static str],
    has_resources: bool,
    is_machine: bool,
    has_usage_plan: bool,
    handlers: Vec<fn() -> Events>,
}

/// An API, or one nested in it.
#[derive(Debug)]
struct Part {
    prefix: String,
    authenticators: Vec<Drawn>,
    routes: &'static [Route],
    mounts: Vec<(String, Access)>,
    fallback: Option<Fallback>,
    function: Option<&'static str>,
    nested: Vec<Part>,
}

#[derive(Debug)]
enum Fallback {
    Handler(&'static [Route]),
    Service(Access),
}

/// How the paths of an API are drawn.
struct Style {
    /// Names of parameters. Several make siblings.
    parameters: &'static [&'static str],
    greedy: usize,
    odd: usize,
    scopes: usize,
    routes: usize,
}

const METHODS: [&str; 11] = [
    "GET", "GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY",
];
const SEGMENTS: [&str; 9] = ["a", "b", "orders", "v1", "x-y", "x_y", "xy", "X.Y", "x:y"];
/// At an API Gateway, only one route for everything can have them.
const ODD: [&str; 3] = ["caf%C3%A9", "$default", "a+b"];
const SCOPES: [&[&str]; 5] = [
    &["orders/read"],
    &["orders/read", "orders/write"],
    &["https://api.example.com/all", "email"],
    &["openid"],
    &[
        "a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "a/8", "a/9", "b/1", "b/2",
    ],
];
const GROUPS: [&[&str]; 2] = [&["admins"], &["admins", "support"]];
const PREFIXES: [&str; 7] = [
    "/n",
    "/n/{id0}",
    "/orders",
    "/a/b",
    "/x-y",
    "/x.y",
    "/v1/{id0}",
];
const FUNCTIONS: [&str; 5] = ["reports", "re-ports", "re_ports", "Reports", "2nd"];
const ORIGINS: [&[&str]; 5] = [
    &[],
    &["https://a.example.com"],
    &["https://a.example.com", "https://b.example.com"],
    &["*"],
    &["https://*.example.com"],
];

impl Drawing {
    pub(crate) fn new(random: &mut Random) -> Self {
        let style = Style {
            parameters: random.pick(&[&["id"][..], &["id"], &["id"], &["x", "y"]]),
            greedy: random.pick(&[0, 0, 20]),
            odd: random.pick(&[0, 0, 0, 3]),
            scopes: random.pick(&[0, 20, 60]),
            routes: random.pick(&[3, 8, 20, 60]),
        };
        let mut taken = BTreeSet::new();
        Self {
            root: Part::new(random, &style, String::new(), &[], 0, &mut taken),
            origins: random.pick(&ORIGINS),
            has_resources: random.percent(40),
            is_machine: random.percent(20),
            has_usage_plan: random.percent(20),
            handlers: handlers::draw(random),
        }
    }

    pub(crate) fn api(&self) -> Api {
        let variables = VARIABLES.into_iter().chain(handlers::VARIABLES);
        let mut api = self.root.api(Api::new()).environment(variables);
        for handler in &self.handlers {
            api = api.events(handler());
        }
        api = match self.origins {
            [] => api,
            ["*"] => api.cors(Cors::new().allow_any_origin()),
            origins => api.cors(Cors::new().allow_origins(origins.iter().copied())),
        };
        if self.has_resources {
            let client = UserPoolClient::new("PoolClient", "Pool").env("COGNITO_CLIENT");
            let client = if self.is_machine {
                client.client_credentials()
            } else {
                client
            };
            api = api
                .resource(UserPool::new("Pool").env("COGNITO_POOL"))
                .resource(client)
                .resource(Table::new("Orders", "id", KeyType::S).env("ORDERS"));
        }
        if self.has_usage_plan {
            api = api.resource(UsagePlan::new().throttle(10, 20).quota(1000, Period::Day));
        }
        api
    }
}

impl Part {
    fn new(
        random: &mut Random,
        style: &Style,
        prefix: String,
        around: &[Drawn],
        depth: usize,
        taken: &mut BTreeSet<String>,
    ) -> Self {
        let authenticators = if depth == 0 || random.percent(40) {
            authenticators::draw(random)
        } else {
            Vec::new()
        };
        let known = if authenticators.is_empty() {
            around
        } else {
            &authenticators
        };
        let count = random.below(style.routes / (depth + 1)) + 1;
        let mut routes = Vec::new();
        for _ in 0..count {
            let (method, path) = (random.pick(&METHODS), path(random, style, &prefix));
            // Shapes of all routes differ; each takes its place, whatever its parameters are called.
            let full = format!("{prefix}{}", path.strip_suffix('/').unwrap_or(&path));
            if taken.insert(format!("{method} {}", shape(&full))) {
                routes.push(route(method, path.leak(), access(random, style, known)));
            }
        }
        let mut mounts = Vec::new();
        if random.percent(15) {
            let at = random.pick(&["/files", "/a", "/legacy"]);
            if [
                format!("ANY {prefix}{at}"),
                format!("ANY {prefix}{at}/{{+}}"),
            ]
            .into_iter()
            .all(|one| taken.insert(shape(&one)))
            {
                mounts.push((at.to_owned(), access(random, style, known)));
            }
        }
        let fallback = random.percent(30).then(|| {
            let access = access(random, style, known);
            match random.percent(50) {
                true => Fallback::Service(access),
                false => Fallback::Handler(leak(vec![route("ANY", FALLBACK, access)])),
            }
        });
        let mut nested = Vec::new();
        for _ in 0..random.pick(&[0, 0, 1, 2]) {
            let under = random.pick(&PREFIXES);
            let full = format!("{prefix}{under}");
            let is_valid = depth == 0 || !under.contains('{');
            if depth < 2 && is_valid && taken.insert(shape(&full)) {
                let mut part = Self::new(random, style, full, known, depth + 1, taken);
                part.prefix = under.to_owned();
                nested.push(part);
            }
        }
        Self {
            function: (depth > 0 && random.percent(30)).then(|| random.pick(&FUNCTIONS)),
            routes: leak(routes),
            prefix,
            authenticators,
            mounts,
            fallback,
            nested,
        }
    }

    fn api(&self, mut api: Api) -> Api {
        for authenticator in &self.authenticators {
            api = authenticator.add_to(api);
        }
        api = api.routes(Routes::__new(self.routes));
        for (prefix, access) in &self.mounts {
            api = api.mount_service_with(prefix, *access, tower::service_fn(respond));
        }
        api = match &self.fallback {
            None => api,
            Some(Fallback::Handler(routes)) => api.fallback(Routes::__new(routes)),
            Some(Fallback::Service(access)) => {
                api.fallback_service_with(*access, tower::service_fn(respond))
            }
        };
        if let Some(name) = self.function {
            api = api.function(Function::new().name(name).memory(512));
        }
        for part in &self.nested {
            api = api.nest(&part.prefix, part.api(Api::new()));
        }
        api
    }
}

async fn respond(_: Request) -> Result<Response, Infallible> {
    Ok(Response::new(Body::empty()))
}

fn path(random: &mut Random, style: &Style, prefix: &str) -> String {
    let mut path = String::new();
    for _ in 0..random.pick(&[0, 1, 1, 2, 2, 3]) {
        path.push('/');
        match random.below(100) {
            chance if chance < style.odd => path.push_str(random.pick(&ODD)),
            chance if chance > 70 => {
                // The names of parameters in one path differ.
                let number = prefix.matches('{').count() + path.matches('{').count();
                let name = random.pick(style.parameters);
                path.push_str(&format!("{{{name}{number}}}"));
            }
            _ => path.push_str(random.pick(&SEGMENTS)),
        }
    }
    if random.percent(style.greedy) {
        path.push_str(random.pick(&["/{rest+}", "/{path+}", "/{proxy+}"]));
    }
    match path.is_empty() {
        true => "/".to_owned(),
        false => path,
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        one if one.ends_with("+}") => "{+}",
        one if one.starts_with('{') => "{}",
        one => one,
    });
    segments.collect::<Vec<_>>().join("/")
}

fn route(method: &'static str, path: &'static str, access: Access) -> Route {
    Route {
        method,
        path,
        shape: Shape::of(path),
        name: "handler",
        module: "templates",
        file: file!(),
        access,
        ..INVALID
    }
}

fn leak(routes: Vec<Route>) -> &'static [Route] {
    Vec::leak(routes)
}

/// A rule that `build()` accepts with these authenticators.
fn access(random: &mut Random, style: &Style, known: &[Drawn]) -> Access {
    if known.is_empty() || random.percent(20) {
        return Access::public();
    }
    let mut access = Access::authenticated();
    if known.len() == 1 || random.percent(60) {
        let one = known[random.below(known.len())].name;
        if random.percent(50) || known.len() > 1 {
            access = access.authenticator(one);
        }
        if random.percent(style.scopes) {
            access = access.__scopes(random.percent(50), random.pick(&SCOPES));
        }
        if random.percent(20) {
            access = access.__groups(random.percent(50), random.pick(&GROUPS));
        }
        if random.percent(10) {
            access = access.__guard("templates::guard", |_, _| {
                Box::pin(std::future::ready(true))
            });
        }
    }
    access
}
