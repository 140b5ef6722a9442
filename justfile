# What people run; `just --list` shows it. `just` comes from PyPI (`pip install rust-just`), crates.io or
# your distribution, and each recipe can also be typed by hand.

# Formatting, lints, tests and documentation: for while you work
check:
    cargo fmt --all --check
    python3 .ci/threats.py
    cargo clippy --locked --workspace --all-targets -- -D warnings
    "$(.ci/tools cargo-nextest)"/cargo-nextest nextest run --locked --workspace -E 'not binary(ui)'
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# Every check, as CI runs it
ci:
    .ci/run

# All tests, examples in the documentation and compile-fail tests included
test *ARGS:
    cargo test --locked --workspace {{ARGS}}

# The compile-fail tests; `just ui overwrite` writes the expected messages
ui mode="wip":
    TRYBUILD={{mode}} cargo test --locked -p lambda-api --all-features --test ui

# The documentation of the library, as docs.rs shows it
doc:
    cargo doc --locked --no-deps --all-features -p lambda-api -p lambda-api-testing --open

# Instructions, allocations, sizes: `just bench report`, `just bench check`, `just bench features`
bench *ARGS="check":
    cargo run --locked --release -p benches -- {{ARGS}}

# Fuzzing, for some seconds each: `just fuzz 600 jwt`
fuzz seconds="20" *TARGETS:
    fuzz/run {{seconds}} {{TARGETS}}

# Lines that no test runs; `just coverage --missing` lists them. Needs `rustup component add llvm-tools`
coverage *ARGS:
    "$(.ci/tools cargo-llvm-cov)"/cargo-llvm-cov llvm-cov --workspace --tests \
        --lcov --output-path target/coverage.lcov -- --skip mistakes_are_reported_at_their_place
    python3 .ci/coverage.py target/coverage.lcov {{ARGS}}

# Write the listings of the public API in docs/api
api:
    .ci/public_api --update

# Write the OpenAPI documents of the examples and of the tests
documents:
    UPDATE_OPENAPI=1 cargo test --locked -p lambda-api --all-features --test openapi
    cargo run --locked -q -p hello -- openapi --out examples/hello/openapi.json
    cargo run --locked -q --bin after -- openapi --out examples/moving-over/openapi.json
    cargo run --locked -q -p orders -- openapi --out examples/orders/openapi.json
    cargo run --locked -q -p secured -- openapi --out examples/secured/openapi.json

# Write the picture of the docs page
picture:
    cargo build --locked -p orders -p secured
    .ci/docs/run target/debug/secured target/debug/orders docs/page.png

# Write the templates of the examples
templates:
    cargo run --locked -q -p orders -- template --out examples/orders/template.yaml
    cargo run --locked -q -p secured -- template --out examples/secured/template.yaml
    cargo run --locked -q -p secured -- template --kind rest --out examples/secured/template-rest.yaml
