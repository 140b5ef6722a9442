//! The developer's frames of a backtrace.

use std::path::Path;

/// Paths of other code: the standard library, and crates fetched by cargo.
const OF_OTHERS: [&str; 6] = [
    "/rustc/",
    "/rustlib/",
    "/rust/deps/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "/registry/src/",
];

/// The path of this crate, which may be elsewhere.
const OWN_CRATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/");

/// The frames of a backtrace in the developer's code, innermost first: function and location.
///
/// A backtrace is text: `12: orders::price` on a line, and `at ./src/price.rs:7:9` on the next one, if
/// the location is known. Paths below the working directory begin with `./`. Inlined functions have no
/// name of a crate, so that the location decides.
pub(super) fn own_frames<'b>(backtrace: &'b str, directory: &Path) -> Vec<(&'b str, &'b str)> {
    let mut frames = Vec::new();
    let mut function = "";
    for line in backtrace.lines() {
        let line = line.trim_start();
        if let Some(place) = line.strip_prefix("at ") {
            if is_own(function, place, directory) {
                frames.push((function, place.strip_prefix("./").unwrap_or(place)));
            }
        } else if let Some((number, name)) = line.split_once(": ")
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            function = without_hash(name);
        }
    }
    frames
}

fn is_own(function: &str, place: &str, directory: &Path) -> bool {
    // Windows has backslashes.
    let slashed = |path: &str| path.replace('\\', "/");
    let place = slashed(place);
    let place = match place.strip_prefix("./") {
        Some(below) => format!("{}/{below}", slashed(&directory.to_string_lossy())),
        None => place,
    };
    let is_library = function.starts_with("lambda_api::")
        || function.starts_with("<lambda_api::")
        || place.starts_with(&slashed(OWN_CRATE));
    // The C library has frames as well.
    let is_rust = place.contains(".rs:");
    is_rust
        && !is_library
        && !function.is_empty()
        && !OF_OTHERS.iter().any(|path| place.contains(path))
}

/// The name without the hash at the end of older symbols.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_of_libraries_are_left_out() {
        let backtrace = "\
   0: lambda_api::middleware::panic::record_panic
             at ./core/src/middleware/panic.rs:170:21
   1: std::panicking::rust_panic_with_hook
             at /rustc/0123abcd/library/std/src/panicking.rs:842:13
   2: __rustc::rust_begin_unwind
   3: orders::price::total::h0123456789abcdef
             at ./src/price.rs:12:9
   4: <orders::Shop as lambda_api::auth::authenticator::Authenticator>::authenticate::{{closure}}
             at /home/alice/orders/src/shop.rs:3:1
   5: lambda_api::endpoint::call_3::{{closure}}
             at ./core/src/endpoint.rs:300:5
   6: tokio::runtime::scheduler::current_thread::CoreGuard::block_on
             at /home/alice/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.48.0/src/a.rs:1:2
   7: <core::pin::Pin<P> as core::future::future::Future>::poll
             at C:\\Users\\alice\\.rustup\\toolchains\\stable\\lib/rustlib/src/rust\\library\\core\\src\\a.rs:1:2
   8: orders::main
             at .\\src\\main.rs:7:5
   9: {async_block#0}
             at ./core/src/app.rs:197:66
  10: __libc_start_call_main
             at ./csu/../sysdeps/nptl/libc_start_call_main.h:58:16
  11: main
  12: _start
";
        // The directory above this crate, as it is while the library itself is worked on.
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(
            own_frames(backtrace, directory),
            [
                ("orders::price::total", "src/price.rs:12:9"),
                (
                    "<orders::Shop as lambda_api::auth::authenticator::Authenticator>::authenticate::{{closure}}",
                    "/home/alice/orders/src/shop.rs:3:1"
                ),
                ("orders::main", ".\\src\\main.rs:7:5"),
            ]
        );
    }

    #[test]
    fn any_text_has_frames_or_none() {
        for text in ["", "at x", "1:", ": x\nat y", "a: b\nat c", "1: \n at x"] {
            assert!(own_frames(text, Path::new("/")).is_empty(), "{text}");
        }
    }
}
