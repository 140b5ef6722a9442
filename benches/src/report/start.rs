//! The cost of a cold start until the process requests its first event, for programs with no, some
//! and many routes.

use super::{
    Error, Verdict, command,
    handlers::manifest,
    process::{ColdStart, Tool, cold_start, faults_at_start, median},
    table::{Table, number},
};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tokio::runtime::Builder;

const ROUTES: [usize; 3] = [0, 30, 1000];

/// The five routes of a resource, on three paths: method, path after the resource, whether it has
/// an id.
const RESOURCE: [(&str, &str, bool); 5] = [
    ("GET", "", false),
    ("POST", "", false),
    ("GET", "/{id}", true),
    ("DELETE", "/{id}", true),
    ("GET", "/{id}/lines", true),
];

/// The number of repetitions of timings; the median is reported.
const STARTS: usize = 40;

/// Prints the table. If programs are named, measures those, however they were built.
///
/// # Errors
/// Fails if a build fails, or if valgrind is missing or fails.
pub fn start(programs: &[&str]) -> Verdict {
    if !programs.is_empty() {
        return built(programs);
    }
    let directory = command::directory()?.join("start");
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut table = Table::new(&[
        "",
        "routes",
        "in `main`",
        "each more",
        "from `exec`",
        "page faults",
    ]);
    for ours in [true, false] {
        let mut before: Option<(usize, u64)> = None;
        for routes in ROUTES {
            let program = build(&directory, ours, routes)?;
            let (main, all, faults) = runtime.block_on(async {
                let main = Tool::CallgrindMain.cost(&program, 0).await?;
                let all = Tool::Callgrind.cost(&program, 0).await?;
                Ok::<_, Error>((main, all, faults_at_start(&program).await?))
            })?;
            let each = before
                .map(|(fewer, cost)| number((main as f64 - cost as f64) / (routes - fewer) as f64));
            table.row([
                if ours {
                    "lambda-api"
                } else {
                    "axum + lambda_http"
                }
                .to_owned(),
                number(routes as f64),
                number(main as f64),
                each.unwrap_or("-".to_owned()),
                number(all as f64),
                number(faults),
            ]);
            before = Some((routes, main));
        }
    }
    println!("{table}");
    Ok(true)
}

fn built(programs: &[&str]) -> Verdict {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut starts = vec![Vec::new(); programs.len()];
    // Interleaved, so that a slow moment of the machine affects all of them.
    for _ in 0..STARTS {
        for (program, starts) in programs.iter().zip(&mut starts) {
            starts.push(runtime.block_on(cold_start(Path::new(program)))?);
        }
    }
    let mut table = Table::new(&[
        "program",
        "MB",
        "from `exec`",
        "page faults",
        "first `/next`, ms",
        "first response, ms",
        "CPU, ms",
    ]);
    for (name, starts) in programs.iter().zip(starts) {
        let program = Path::new(name);
        let all = runtime.block_on(Tool::Callgrind.cost(program, 0))?;
        let faults = runtime.block_on(faults_at_start(program))?;
        let of = |value: fn(&ColdStart) -> f64| {
            format!("{:.2}", median(starts.iter().map(value).collect()))
        };
        table.row([
            (*name).to_owned(),
            format!("{:.2}", fs::metadata(program)?.len() as f64 / 1e6),
            number(all as f64),
            number(faults),
            of(|start| start.next_ms),
            of(|start| start.response_ms),
            of(|start| start.cpu_ms),
        ]);
    }
    println!("{table}");
    Ok(true)
}

/// Builds a program with this many routes, as its users would, except for the symbol of `main`.
fn build(directory: &Path, ours: bool, routes: usize) -> Result<PathBuf, Error> {
    let name = format!("{}-{routes}", if ours { "ours" } else { "axum" });
    let package = directory.join(&name);
    fs::create_dir_all(package.join("src"))?;
    let manifest = manifest(&name, ours).replace("strip = \"symbols\"", "strip = \"none\"");
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"),
        package.join("Cargo.lock"),
    )?;
    fs::write(package.join("src/main.rs"), source(ours, routes))?;
    let target = directory.join("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--offline", "--target-dir"]);
    command::run(cargo.arg(&target).current_dir(&package))?;
    Ok(target.join("release").join(name))
}

fn source(ours: bool, routes: usize) -> String {
    let (mut handlers, mut list) = (String::new(), String::new());
    for n in 0..routes {
        let (method, tail, takes_id) = RESOURCE[n % RESOURCE.len()];
        let path = format!("/things-{}{tail}", n / RESOURCE.len());
        let (argument, value) = match (takes_id, ours) {
            (false, _) => ("", "0"),
            (true, true) => ("id: u64", "id"),
            (true, false) => ("axum::extract::Path(id): axum::extract::Path<u64>", "id"),
        };
        let function =
            format!("async fn handler_{n}({argument}) -> String {{ ({value} + {n}).to_string() }}");
        let _ = if ours {
            let _ = write!(list, "handler_{n}, ");
            writeln!(
                handlers,
                "#[lambda_api::api_handler({method} {path:?})]\n{function}"
            )
        } else {
            let method = method.to_lowercase();
            let _ = writeln!(
                list,
                ".route({path:?}, axum::routing::{method}(handler_{n}))"
            );
            writeln!(handlers, "{function}")
        };
    }
    if ours {
        format!(
            "#[lambda_api::main]\nfn main() -> lambda_api::Api {{ \
             lambda_api::Api::new().routes(lambda_api::routes![{list}]) }}\n{handlers}"
        )
    } else {
        format!(
            "#[tokio::main(flavor = \"current_thread\")]\n\
             async fn main() -> Result<(), lambda_http::Error> {{\n\
             lambda_http::tracing::init_default_subscriber();\n\
             lambda_http::run(axum::Router::new(){list}).await }}\n{handlers}"
        )
    }
}
