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
        _ => match &one.credential {
            Some(Place::Header { name, .. }) => {
                name == "authorization" && is_asked_for(&one.challenge)
            }
            _ => true,
        },
    }
}

/// Whether a browser asks the reader, or the system, for the credential of a challenge, and opens the page
/// again with it.
fn is_asked_for(challenge: &str) -> bool {
    ["Basic", "Digest", "Negotiate"]
        .iter()
        .any(|known| challenge.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Identity, Request,
        auth::{
            AuthError, Authenticator, Credential, Scheme,
            gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
            install,
        },
    };

    fn warned(access: Access, authenticators: &[Installed]) -> Option<String> {
        closed_to_browsers("/docs", access, authenticators)
    }

    #[test]
    fn closed_docs_need_what_a_browser_sends() {
        let closed = Access::authenticated();
        for (authenticators, is_warned) in [
            (vec![], false),
            (vec![install(Iam::from_any_api())], true),
            (vec![install(JwtAuthorizer::from_any_api())], true),
            (vec![install(CognitoAuthorizer::from_any_api())], true),
            (vec![install(LambdaAuthorizer::from_any_api())], false),
            (vec![install(MutualTls::from_any_api())], false),
            (
                vec![
                    install(Iam::from_any_api()),
                    install(MutualTls::from_any_api()),
                ],
                false,
            ),
        ] {
            let names: Vec<_> = authenticators.iter().map(Installed::name).collect();
            let names = names.join(" ");
            assert_eq!(
                warned(closed, &authenticators).is_some(),
                is_warned,
                "{names}"
            );
        }
    }

    #[test]
    fn a_rule_may_name_the_authenticator() {
        let both = || {
            vec![
                install(Iam::from_any_api()),
                install(MutualTls::from_any_api()),
            ]
        };
        let warning = warned(Access::authenticated().authenticator("iam"), &both());
        let warning = warning.unwrap_or_default();
        assert!(
            warning.starts_with("no browser can open the docs page at `/docs`: ")
                && warning.contains("a credential of `iam`, which"),
            "{warning}"
        );
        assert_eq!(warned(Access::public(), &both()), None);
    }

    /// An authenticator of a program.
    struct Own(Scheme);

    impl Authenticator for Own {
        fn scheme(&self) -> Scheme {
            self.0.clone()
        }

        async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
            Err(AuthError::Absent)
        }
    }

    #[test]
    fn a_browser_asks_for_a_password() {
        for (header, challenge, is_warned) in [
            ("authorization", "Basic", false),
            ("authorization", "basic", false),
            ("authorization", "Digest", false),
            ("authorization", "Negotiate", false),
            ("authorization", "Bearer", true),
            ("authorization", "ApiKey", true),
            // What a browser asks for is sent in `authorization`.
            ("x-api-key", "Basic", true),
        ] {
            let scheme = Scheme::new("own", Credential::header(header)).challenge(challenge);
            let warning = warned(Access::authenticated(), &[install(Own(scheme))]);
            assert_eq!(warning.is_some(), is_warned, "{header} {challenge}");
        }
    }

    #[cfg(all(feature = "api-keys", feature = "jwt"))]
    #[test]
    fn the_place_of_a_credential_decides() {
        use crate::auth::{ApiKeys, Cognito};
        fn is_warned(authenticator: impl Authenticator) -> bool {
            warned(Access::authenticated(), &[install(authenticator)]).is_some()
        }
        let keys = || ApiKeys::from_keys([]);
        let cognito = || Cognito::user_pool("eu-west-1_abc123").client("c");
        assert!(is_warned(keys()) && is_warned(cognito()));
        assert!(is_warned(keys().credential(Credential::bearer())));
        let cookie = || Credential::cookie("sid");
        assert!(!is_warned(keys().credential(cookie())));
        assert!(!is_warned(cognito().credential(cookie())));
    }
}
