//! What each feature of lambda-api adds to a program that says hello.

use super::{
    Error, Verdict, readme,
    size::{Program, build_clean, crates},
    table::{Table, number},
};

/// The hello of lambda-api, without a feature and with each of them alone.
const HELLOS: [Program; 15] = [
    Program::hello_with("none", "programs,ours"),
    Program::hello_with("api-keys", "programs,ours,lambda-api/api-keys"),
    Program::hello_with("docs", "programs,ours,lambda-api/docs"),
    Program::hello_with("jwt", "programs,ours,lambda-api/jwt"),
    Program::hello_with("lambda-http", "programs,ours,lambda-api/lambda-http"),
    Program::hello_with("local", "programs,ours,lambda-api/local"),
    Program::hello_with("multipart", "programs,ours,lambda-api/multipart"),
    Program::hello_with("openapi", "programs,ours,lambda-api/openapi"),
    Program::hello_with(
        "openapi-release",
        "programs,ours,lambda-api/openapi-release",
    ),
    Program::hello_with("openapi-utoipa", "programs,ours,lambda-api/openapi-utoipa"),
    Program::hello_with("server", "programs,ours,lambda-api/server"),
    Program::hello_with("validate", "programs,ours,lambda-api/validate"),
    Program::hello_with(
        "validate-credit-card",
        "programs,ours,lambda-api/validate-credit-card",
    ),
    Program::hello_with("validate-url", "programs,ours,lambda-api/validate-url"),
    Program::hello_with("websocket", "programs,ours,lambda-api/websocket"),
];

/// Builds a hello with each feature and shows what it costs; `--write` puts the table into the guide.
///
/// # Errors
/// When a build fails.
pub fn features(options: &[&str]) -> Verdict {
    let write = match options {
        [] => false,
        ["--write"] => true,
        _ => return Err("features takes --write alone".into()),
    };
    let mut table = Table::new(&["feature", "crates", "clean build, s", "binary, bytes"]);
    for program in HELLOS {
        let (time, bytes) = build_clean(program)?;
        table.row([
            named(program),
            crates(program)?.to_string(),
            format!("{:.0}", time.as_secs_f64()),
            number(bytes as f64),
        ]);
    }
    println!("{table}");
    if write {
        readme::put(readme::COSTS, "features", &table)?;
    }
    Ok(true)
}

fn named(program: Program) -> String {
    match program.name {
        "none" => "none".to_owned(),
        name => format!("`{name}`"),
    }
}

/// The crates of each hello with a feature, as `counts.tsv` keeps them.
pub(super) fn counted() -> Result<Vec<(String, f64)>, Error> {
    let features = HELLOS.iter().skip(1);
    features
        .map(|&program| {
            let what = format!("hello, feature {}: crates", program.name);
            Ok((what, crates(program)? as f64))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_feature_is_listed() {
        let manifest = include_str!("../../../core/Cargo.toml");
        let (_, features) = manifest.split_once("[features]\n").unwrap();
        let (features, _) = features.split_once("\n[").unwrap();
        let names = features
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, _)| name);
        let expected: BTreeSet<&str> = names.filter(|name| *name != "default").collect();
        let listed: BTreeSet<&str> = HELLOS.iter().skip(1).map(|hello| hello.name).collect();
        assert_eq!(listed, expected);
    }

    #[test]
    fn the_guide_has_the_counted_crates_of_every_feature() {
        let guide = include_str!("../../../core/src/guide/costs.md");
        let (_, table) = guide.split_once("<!-- features -->").unwrap();
        let (table, _) = table.split_once("<!-- end of features -->").unwrap();
        let rows = table.lines().filter_map(|row| {
            let (name, row) = row.strip_prefix("| `")?.split_once('`')?;
            Some((name, row.split('|').nth(1)?.trim()))
        });
        let counts = include_str!("../../counts.tsv").lines();
        let counted = counts.filter_map(|line| {
            let (name, count) = line.strip_prefix("hello, feature ")?.split_once(": ")?;
            Some((name, count.strip_prefix("crates\t")?))
        });
        let counted: BTreeSet<_> = counted.collect();
        assert_eq!(rows.collect::<BTreeSet<_>>(), counted);
        assert_eq!(counted.len(), HELLOS.len() - 1);
    }
}
