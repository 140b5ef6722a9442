//! Whether a browser can open a closed page.

use crate::auth::{
    Access, Installed,
    credential::Place,
    description::{Description, Kind},
};

/// The warning for a page that no browser can open: to get in, a request needs a header that a browser
/// does not send when it opens a page.
pub(crate) fn closed_to_browsers(
    path: &str,
    access: Access,
    authenticators: &[Installed],
) -> Option<String> {
    let named = |one: &&Installed| access.authenticator.is_none_or(|name| one.name() == name);
    let mut asked = authenticators.iter().filter(named).peekable();
    if access.public || asked.peek().is_none() {
        return None;
    }
    let mut names = Vec::new();
    for one in asked {
        if opens(&one.describe()) {
            return None;
        }
        names.push(format!("`{}`", one.name()));
    }
    Some(format!(
        "no browser can open the docs page at `{path}`: it needs a credential of {}, which a browser \
         does not send when it opens a page. Take the credential from a cookie (`Credential::cookie`), \
         let a load balancer (`AlbOidc`), a Lambda authorizer or mutual TLS identify the reader, or \
         make the page public with `Api::docs_with` and `Access::public`",
        names.join(", ")
    ))
}

/// Whether a browser that opens a page can have the credential of an authenticator.
fn opens(one: &Description) -> bool {
    match one.kind {
        Kind::Iam | Kind::GatewayJwt | Kind::GatewayCognito => false,
        Kind::Lambda | Kind::Mtls => true,
        #[cfg(feature = "jwt")]
        // The load balancer takes the session from a cookie, and adds the header.
        Kind::Alb => true,
        _ => !matches!(one.credential, Some(Place::Header { .. })),
    }
}
