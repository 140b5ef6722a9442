//! The process: where it runs, which tokio it gets, how it starts and ends.
//!
//! The only place that knows the Lambda runtime and the environment.

mod call;
mod entry;
mod extension;
mod hand_over;
mod hooks;
mod init_error;
mod lambda;
pub(crate) mod log;
mod panic_hook;
mod reply;
mod terminate;

pub use entry::{Flavor, IntoApi, main, main_of_one};
pub(crate) use hooks::Hooks;
#[cfg(test)]
pub(crate) use panic_hook::install as install_panic_hook;

use crate::{Api, BoxError, middleware::caught};

/// Runs an API: on Lambda, through the Lambda Runtime API; elsewhere, in a debug build or with the
/// feature `local`, on `http://127.0.0.1:9000`.
///
/// This is for programs that keep a `main` of their own; [`#[lambda_api::main]`](crate::main) does
/// the same on the cheapest tokio runtime, and reads the command line, which `run` never does.
///
/// ```no_run
/// use lambda_api::{Api, BoxError};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), BoxError> {
///     lambda_api::run(Api::new()).await
/// }
/// ```
///
/// What `main` does before is its own: an error or a panic there is not reported to Lambda, as
/// [`#[lambda_api::main]`](crate::main) would. It comes back when the process is to end, and what
/// [`Api::on_shutdown`] says was done; or when Lambda cannot be reached any more.
///
/// A tokio runtime of several threads costs a function that handles one invocation at a time 1.5
/// to 3 times the CPU per invocation.
///
/// # Errors
/// [`BuildErrors`](crate::BuildErrors) when the API cannot be built, and the error of the runtime
/// loop when Lambda cannot be reached any more.
pub async fn run(api: Api) -> Result<(), BoxError> {
    if lambda::is_here() {
        log::init();
        panic_hook::install();
        panic_hook::warn_of_abort();
        let app = match caught(api.build()).await {
            Ok(Ok(app)) => app,
            Ok(Err(errors)) => {
                init_error::report("ApiNotBuilt", &errors.to_string()).await;
                return Err(errors.into());
            }
            Err(panic) => {
                init_error::report("ApiNotBuilt", &panic.to_string()).await;
                return Err(panic.into());
            }
        };
        return caught(lambda::run(app)).await?;
    }
    #[cfg(any(debug_assertions, feature = "local"))]
    {
        log::init_local();
        panic_hook::install();
        match crate::local::serve(api).await {
            true => Ok(()),
            false => Err("the local server did not run; the reason stands above".into()),
        }
    }
    #[cfg(not(any(debug_assertions, feature = "local")))]
    {
        drop(api);
        Err(entry::NOT_ON_LAMBDA.into())
    }
}
