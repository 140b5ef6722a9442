//! The build cost of an additional handler: programs with few and with many handlers of the same
//! types.

use super::{
    Error, Verdict, command,
    table::{Table, number},
};
use std::{
    fmt::Write,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const FEW: usize = 10;
const MANY: usize = 300;

const OURS: &str = r#"
use lambda_api::{Api, Json, api_handler, routes};
#[lambda_api::main]
fn main() -> Api { Api::new().routes(routes![ROUTES]) }
"#;
const OUR_HANDLER: &str = r#"
#[api_handler(POST "/things-N/{id}")]
async fn handler_N(id: u64, #[query] page: Option<u32>, Json(thing): Json<Thing>) -> Json<Thing> {
    Json(Thing { id: thing.id + id + N, page: page.unwrap_or(thing.page), ..thing })
}
"#;
const AXUM: &str = r#"
use axum::{Json, Router, extract::{Path, Query}, routing::post};
#[derive(serde::Deserialize)]
struct Page { page: Option<u32> }
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::tracing::init_default_subscriber();
    let router = Router::new();
    ROUTES
    lambda_http::run(router).await
}
"#;
const AXUM_HANDLER: &str = r#"
async fn handler_N(Path(id): Path<u64>, Query(Page { page }): Query<Page>, Json(thing): Json<Thing>) -> Json<Thing> {
    Json(Thing { id: thing.id + id + N, page: page.unwrap_or(thing.page), ..thing })
}
"#;
const THING: &str = r#"
#[derive(serde::Serialize, serde::Deserialize)]
struct Thing { id: u64, page: u32, name: String }
"#;

fn program(ours: bool, handlers: usize) -> String {
    let (head, handler) = if ours {
        (OURS, OUR_HANDLER)
    } else {
        (AXUM, AXUM_HANDLER)
    };
    let mut routes = String::new();
    let mut all = String::new();
    for n in 0..handlers {
        let n = n.to_string();
        all += &handler.replace('N', &n);
        let _ = match ours {
            true => write!(routes, "handler_{n}, "),
            false => writeln!(
                routes,
                "let router = router.route(\"/things-{n}/{{id}}\", post(handler_{n}));"
            ),
        };
    }
    head.replace("ROUTES", &routes) + THING + &all
}

pub(super) fn manifest(name: &str, ours: bool) -> String {
    let peer = match ours {
        true => format!("lambda-api = {{ path = {:?} }}", core()),
        false => "axum = { version = \"0.8\", default-features = false, features = [\"json\", \"query\"] }\n\
                  lambda_http = \"1.3\"\n\
                  tokio = { version = \"1\", features = [\"macros\", \"rt\"] }"
            .to_owned(),
    };
    format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n\
         [profile.release]\nstrip = \"symbols\"\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n{peer}\n"
    )
}

fn core() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../core")
}

/// Returns the build time of the program itself and its size.
fn build(directory: &Path, ours: bool, handlers: usize) -> Result<(Duration, u64), Error> {
    let name = format!("{}-{handlers}", if ours { "ours" } else { "axum" });
    let package = directory.join(&name);
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("Cargo.toml"), manifest(&name, ours))?;
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"),
        package.join("Cargo.lock"),
    )?;
    let target = directory.join("target");
    let build = || {
        fs::write(package.join("src/main.rs"), program(ours, handlers))?;
        let mut cargo = Command::new("cargo");
        cargo
            .args(["build", "--release", "--offline", "--target-dir"])
            .arg(&target);
        command::run(cargo.current_dir(&package))
    };
    // The first build includes the dependencies.
    build()?;
    let start = Instant::now();
    build()?;
    let size = fs::metadata(target.join("release").join(&name))?.len();
    Ok((start.elapsed(), size))
}

/// Prints the table.
///
/// # Errors
/// Fails if a build fails.
pub fn handlers() -> Verdict {
    println!("{}", table()?);
    Ok(true)
}

pub(super) fn table() -> Result<Table, Error> {
    let directory = command::directory()?.join("handlers");
    let head = ["", "build of 10, s", "of 300, s", "ms each", "bytes each"];
    let mut table = Table::new(&head);
    for ours in [true, false] {
        let (few, few_bytes) = build(&directory, ours, FEW)?;
        let (many, many_bytes) = build(&directory, ours, MANY)?;
        let each = |more: f64| number(more / (MANY - FEW) as f64);
        table.row([
            if ours {
                "lambda-api"
            } else {
                "axum + lambda_http"
            }
            .to_owned(),
            format!("{:.1}", few.as_secs_f64()),
            format!("{:.1}", many.as_secs_f64()),
            each((many.as_secs_f64() - few.as_secs_f64()) * 1e3),
            each(many_bytes as f64 - few_bytes as f64),
        ]);
    }
    Ok(table)
}
