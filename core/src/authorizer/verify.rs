//! Authenticates the caller of the request that an authorizer decides about.

use super::request::AuthorizerRequest;
use crate::{
    Body, Error, Request,
    auth::{Access, Credential, Installed, Policy, Recognised},
    events::AuthorizerKind,
    path_normalization,
};
use http::{
    HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, COOKIE},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::sync::Arc;

/// Characters that a path of a URI cannot have.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path of an HTTP API is decoded, so its `%` is text.
const DECODED: &AsciiSet = &PATH.add(b'%');

/// The authenticators that can verify a credential without a gateway. Those that read what a gateway has verified are
/// not among them: a caller with `lambda:InvokeFunction` can write any request context.
pub(crate) fn verifiers(all: &[Installed]) -> Arc<[Installed]> {
    let own = all.iter().filter(|one| one.scheme.gateway.is_none());
    own.cloned().collect()
}

/// Asks the verifiers, as for a route that needs an identity.
///
/// # Errors
/// If the path cannot be part of a URI.
pub(crate) async fn recognise(
    verifiers: &Arc<[Installed]>,
    request: &AuthorizerRequest,
) -> Result<Option<Recognised>, Error> {
    // The extractors decide about a rejection, as on a public route.
    let Some(policy) = Policy::of(verifiers, Access::public(), true) else {
        return Ok(None);
    };
    let mut head = head(request, verifiers)?;
    policy.admit(&mut head).await.map_err(Error::new)?;
    Ok(head.extensions_mut().remove())
}

/// The request, without a body and without an invocation.
fn head(request: &AuthorizerRequest, verifiers: &[Installed]) -> Result<Request, Error> {
    let mut head = Request::new(Body::empty());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = uri(request)?;
    head.headers_mut().clone_from(request.headers());
    if request.kind() == AuthorizerKind::Token
        && let Some(token) = request.token()
        && let Some(name) = place(verifiers)
    {
        let mut value = HeaderValue::try_from(token)?;
        value.set_sensitive(true);
        head.headers_mut().insert(name, value);
    }
    Ok(head)
}

/// The header that the value of a `TOKEN` event is put into, since the event does not name it: the one that the first
/// verifier reads.
fn place(verifiers: &[Installed]) -> Option<HeaderName> {
    let credential = verifiers
        .iter()
        .find_map(|one| one.scheme.credential.as_ref())?;
    Some(match credential {
        credential if *credential == Credential::bearer() => AUTHORIZATION,
        credential => credential.header_name().cloned().unwrap_or(COOKIE),
    })
}

fn uri(request: &AuthorizerRequest) -> Result<Uri, Error> {
    let path = request.path_without_stage();
    if !path.starts_with('/') {
        return Err(Error::msg(
            "the path of the request does not begin with `/`",
        ));
    }
    let set = match request.kind() {
        AuthorizerKind::Http | AuthorizerKind::HttpV1 => DECODED,
        _ => PATH,
    };
    let encoded = utf8_percent_encode(path, set).to_string();
    let mut text = path_normalization::normal(&encoded).into_owned();
    let mut query = request.query().peekable();
    if query.peek().is_some() {
        text.push('?');
        text = form_urlencoded::Serializer::for_suffix(text.clone(), text.len())
            .extend_pairs(query)
            .finish();
    }
    Ok(text.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Identity,
        auth::{AuthError, Authenticator, Scheme, gateway::LambdaAuthorizer, install},
    };
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders/7";

    /// Accepts the key `abc`.
    struct Keys(&'static str, Credential);

    impl Authenticator for Keys {
        fn scheme(&self) -> Scheme {
            Scheme::new(self.0, self.1.clone())
        }

        async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
            assert_eq!(request.uri(), "/orders/7");
            match self.1.read(request)? {
                "abc" => Ok(Identity::new("alice")),
                "later" => Err(AuthError::Unavailable("the store is down")),
                _ => Err(AuthError::Rejected("unknown")),
            }
        }
    }

    fn token(value: &str) -> Value {
        json!({"type": "TOKEN", "authorizationToken": value, "methodArn": ARN})
    }

    fn request(headers: &Value) -> Value {
        json!({"type": "REQUEST", "methodArn": ARN, "headers": headers})
    }

    fn recognised(verifiers: &[Installed], event: &Value) -> Result<String, Option<AuthError>> {
        let request = AuthorizerRequest::from_json(&event.to_string()).unwrap();
        let all = self::verifiers(verifiers);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        match runtime.block_on(recognise(&all, &request)).unwrap() {
            Some(Recognised::As(identity)) => Ok(identity.subject().to_owned()),
            Some(Recognised::Not(rejection)) => Err(rejection.auth_error()),
            None => Err(None),
        }
    }

    #[test]
    fn verifiers_read_their_credential_in_every_kind() {
        let bearer = || install(Keys("bearer", Credential::bearer()));
        let key = || install(Keys("key", Credential::header("x-key")));
        let cookie = || install(Keys("cookie", Credential::cookie("sid")));
        let alice = || Ok("alice".to_owned());
        let absent = || Err(Some(AuthError::Absent));
        let rejected = || Err(Some(AuthError::Rejected("unknown")));
        for (verifiers, event, expected) in [
            (vec![bearer()], token("Bearer abc"), alice()),
            (vec![bearer()], token("Bearer x"), rejected()),
            (vec![bearer()], token("abc"), absent()),
            (vec![key()], token("abc"), alice()),
            (vec![key()], token("x"), rejected()),
            (vec![cookie()], token("sid=abc"), alice()),
            (vec![bearer(), key()], token("Bearer abc"), alice()),
            (
                vec![bearer(), key()],
                request(&json!({"X-Key": "abc"})),
                alice(),
            ),
            (
                vec![bearer()],
                request(&json!({"Authorization": "Bearer abc"})),
                alice(),
            ),
            (
                vec![cookie()],
                request(&json!({"cookie": "a=b; sid=abc"})),
                alice(),
            ),
            (vec![bearer()], request(&json!({})), absent()),
            (
                vec![bearer()],
                token("Bearer later"),
                Err(Some(AuthError::Unavailable("the store is down"))),
            ),
            (
                vec![bearer(), key()],
                request(&json!({"authorization": "Bearer abc", "x-key": "abc"})),
                Err(Some(AuthError::SeveralCredentials)),
            ),
        ] {
            assert_eq!(recognised(&verifiers, &event), expected, "{event}");
        }
    }

    #[test]
    fn no_gateway_vouches_for_a_caller_here() {
        let gateway = || install(LambdaAuthorizer::from_any_api());
        let mut event = request(&json!({}));
        event["requestContext"] =
            json!({"apiId": "a1b2c3", "authorizer": {"principalId": "mallory"}});
        assert_eq!(recognised(&[gateway()], &event), Err(None));
        let bearer = install(Keys("bearer", Credential::bearer()));
        assert_eq!(
            recognised(&[gateway(), bearer], &event),
            Err(Some(AuthError::Absent))
        );
    }

    #[test]
    fn the_path_is_encoded_once() {
        for (event, expected) in [
            (
                json!({"type": "REQUEST", "methodArn": ARN, "path": "/a%2Fb c"}),
                "/a%2Fb%20c",
            ),
            (
                json!({"type": "REQUEST", "version": "1.0", "methodArn": ARN, "path": "/50%"}),
                "/50%25",
            ),
            (
                json!({"type": "REQUEST", "methodArn": ARN, "path": "/a", "queryStringParameters": {"q": "1&2"}}),
                "/a?q=1%262",
            ),
        ] {
            let request = AuthorizerRequest::from_json(&event.to_string()).unwrap();
            assert_eq!(uri(&request).unwrap(), expected);
        }
        let event = json!({"type": "REQUEST", "methodArn": ARN, "path": "orders"});
        let request = AuthorizerRequest::from_json(&event.to_string()).unwrap();
        assert!(uri(&request).is_err());
    }
}
