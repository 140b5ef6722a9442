//! The APIs whose identities are trusted.

use crate::{
    Invocation, Request,
    auth::{
        AuthError, Scheme,
        description::{Description, Kind},
        json::Object,
    },
    event::{Source, emulate},
    setting::{Setting, Visit, env, literals, visit_all},
};
use std::borrow::Cow;

/// The parts of an event that identities are read from.
pub(super) struct Event<'a> {
    pub(super) source: Source,
    pub(super) context: Object<'a>,
}

impl<'a> Event<'a> {
    /// # Errors
    /// [`AuthError::Absent`] if the request has no event, or one without a request context.
    pub(super) fn of(request: &'a Request) -> Result<Self, AuthError> {
        let invocation = Invocation::of(request);
        let source = invocation.source().ok_or(AuthError::Absent)?;
        let context = invocation.request_context().ok_or(AuthError::Absent)?;
        let context = Object::read(context)?.ok_or(AuthError::Absent)?;
        Ok(Self { source, context })
    }

    /// `requestContext.authorizer`.
    pub(super) fn authorizer(&self) -> Result<Option<Object<'a>>, AuthError> {
        self.context.object("authorizer")
    }

    /// `requestContext.identity`.
    pub(super) fn identity(&self) -> Result<Option<Object<'a>>, AuthError> {
        self.context.object("identity")
    }

    /// The id of the API or of the function URL, the ARN of the service of VPC Lattice.
    fn api(&self) -> Option<Cow<'a, str>> {
        self.context.text(match self.source {
            Source::LatticeV1 | Source::LatticeV2 => "serviceArn",
            _ => "apiId",
        })
    }
}

/// The sources with authorizers and client certificates.
pub(super) const API_GATEWAY: &[Source] = &[Source::RestApi, Source::HttpApi, Source::HttpApiV1];

/// The trusted APIs.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    pub(super) name: Cow<'static, str>,
    apis: Apis,
}

#[derive(Clone, Debug)]
enum Apis {
    Any,
    Named(Vec<Setting>),
    /// All ids in one setting, separated by commas. With its value it becomes `Named`.
    List(Setting),
}

/// The variable with the ids of the APIs in front of the function.
pub(crate) const OWN_IDS: &str = "LAMBDA_API_IDS";

impl Trust {
    pub(super) fn in_apis(name: &'static str, apis: Vec<Setting>) -> Self {
        Self::new(name, Apis::Named(apis))
    }

    pub(super) fn in_this_api(name: &'static str) -> Self {
        let ids = env(OWN_IDS).locally(emulate::DEFAULT_IDS.join(","));
        Self::new(name, Apis::List(ids))
    }

    pub(super) fn in_any_api(name: &'static str) -> Self {
        Self::new(name, Apis::Any)
    }

    fn new(name: &'static str, apis: Apis) -> Self {
        let name = name.into();
        Self { name, apis }
    }

    /// The ids, or the setting that has all of them; `None` for any API.
    fn ids(&self) -> Option<&[Setting]> {
        match &self.apis {
            Apis::Any => None,
            Apis::Named(ids) => Some(ids),
            Apis::List(ids) => Some(std::slice::from_ref(ids)),
        }
    }

    /// Checks the origin of an event with an identity.
    pub(super) fn check(&self, event: &Event<'_>, carriers: &[Source]) -> Result<(), AuthError> {
        if !carriers.contains(&event.source) {
            return Err(AuthError::UntrustedSource);
        }
        let Some(apis) = self.ids() else {
            return Ok(());
        };
        let api = event.api().ok_or(AuthError::UntrustedApi)?;
        // VPC Lattice: the ARN of the service, or the id that ends it.
        let id = match event.source {
            Source::LatticeV2 => api
                .split_once(":service/")
                .map(|(_, id)| id)
                .filter(|id| !id.is_empty()),
            _ => None,
        };
        let trusted = apis
            .iter()
            .any(|known| known.is(&api) || id.is_some_and(|id| known.is(id)));
        if trusted {
            Ok(())
        } else {
            Err(AuthError::UntrustedApi)
        }
    }

    /// The ids, for the emulation of such an API; empty for all.
    pub(super) fn apis(&self) -> Vec<String> {
        let apis = literals(self.ids().unwrap_or_default());
        apis.map(str::to_owned).collect()
    }

    pub(super) fn settings(&mut self, visit: &mut Visit<'_>) {
        match &mut self.apis {
            Apis::Any => {}
            Apis::Named(ids) => visit_all("api", ids, visit),
            Apis::List(ids) => {
                visit("api", ids);
                if let Some(ids) = ids.literal() {
                    let ids = ids.split(',').map(|id| id.trim().into());
                    self.apis = Apis::Named(ids.collect());
                }
            }
        }
    }

    /// The description of an authenticator with this scheme.
    pub(super) fn describe(&self, kind: Kind, scheme: &Scheme) -> Description {
        Description {
            apis: self.ids().unwrap_or_default().to_vec(),
            ..scheme.describe(kind)
        }
    }

    pub(super) fn config_errors(&self) -> Vec<String> {
        let Some(apis) = self.ids() else {
            return Vec::new();
        };
        if apis.is_empty() {
            return vec!["no API is trusted: `from_apis` needs at least one id".to_owned()];
        }
        let is_id = |id: &str| {
            !id.is_empty()
                && !id.contains(|c: char| {
                    matches!(c, '*' | ',') || c.is_whitespace() || c.is_control()
                })
        };
        let odd = apis.iter().filter(|id| !id.literal().is_some_and(is_id));
        odd.map(|id| {
            format!(
                "`{id}` is not the id of an API: ids are compared exactly, and `from_any_api` trusts \
                 all"
            )
        })
        .collect()
    }
}

/// The constructors and the name of each authenticator.
macro_rules! origins {
    ($type:ident, $name:literal) => {
        impl $type {
            /// Trusts identities from these APIs: their ids, the id of a function URL, and for VPC
            /// Lattice the ARN or the id of the service.
            ///
            /// An identity from another API is rejected. [`Api::build`](crate::Api::build) fails if the
            /// list is empty, or if an id is empty or contains `*`, a comma or white space.
            pub fn from_apis<I: Into<Setting>>(ids: impl IntoIterator<Item = I>) -> Self {
                let ids = ids.into_iter().map(Into::into).collect();
                Self::trusting(Trust::in_apis($name, ids))
            }

            /// Trusts identities from the APIs whose ids the environment variable `LAMBDA_API_IDS` has:
            /// one id or several, separated by commas.
            ///
            /// The id of the API in front of the function is known when it is deployed: its template
            /// sets the variable. [`Api::build`](crate::Api::build) fails if the variable is missing or
            /// empty, or if an id is empty or contains `*` or white space.
            ///
            /// On a developer's machine the variable is optional: in a debug build (or with the feature
            /// `local`) that does not run on Lambda, the default ids of emulated events are trusted
            /// without it, which are those of `TestClient`, `serve --as` and
            /// [`GatewayContext`](crate::event::emulate::GatewayContext).
            ///
            /// ```
            #[doc = concat!("use lambda_api::{Api, auth::gateway::", stringify!($type), "};")]
            ///
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() {
            #[doc = concat!("let api = || Api::new().authenticate(", stringify!($type), "::from_this_api());")]
            /// let deployed = api().environment([("LAMBDA_API_IDS", "a1b2c3d4e5, f6g7h8i9j0")]);
            /// assert!(deployed.build().await.is_ok());
            /// let open = api().environment([("LAMBDA_API_IDS", "*")]);
            /// assert!(open.build().await.is_err());
            /// # }
            /// ```
            pub fn from_this_api() -> Self {
                Self::trusting(Trust::in_this_api($name))
            }

            /// Trusts identities from any API. Only the permission to invoke the function then limits
            /// who can write them: see [the module](crate::auth::gateway).
            pub fn from_any_api() -> Self {
                Self::trusting(Trust::in_any_api($name))
            }

            #[doc = concat!("Sets the name in routes and logs. The default is `", $name, "`.")]
            pub fn name(mut self, name: impl Into<std::borrow::Cow<'static, str>>) -> Self {
                self.trust.name = name.into();
                self
            }
        }
    };
}

pub(super) use origins;

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(trust: &Trust, source: Source, context: &str) -> Result<(), AuthError> {
        let context = Object::read(context).unwrap().unwrap();
        trust.check(
            &Event { source, context },
            &[Source::RestApi, Source::LatticeV2],
        )
    }

    #[test]
    fn only_a_named_api_is_trusted() {
        let trust = Trust::in_apis("iam", vec!["a1".into(), "svc-1".into()]);
        let arn = "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1";
        for (source, context, expected) in [
            (Source::RestApi, r#"{"apiId": "a1"}"#.to_owned(), Ok(())),
            (
                Source::RestApi,
                r#"{"apiId": "A1"}"#.to_owned(),
                Err(AuthError::UntrustedApi),
            ),
            (
                Source::RestApi,
                r#"{"apiId": "a"}"#.to_owned(),
                Err(AuthError::UntrustedApi),
            ),
            (
                Source::RestApi,
                "{}".to_owned(),
                Err(AuthError::UntrustedApi),
            ),
            (
                Source::RestApi,
                format!(r#"{{"serviceArn": "{arn}"}}"#),
                Err(AuthError::UntrustedApi),
            ),
            (
                Source::LatticeV2,
                format!(r#"{{"serviceArn": "{arn}"}}"#),
                Ok(()),
            ),
            (
                Source::LatticeV2,
                r#"{"apiId": "a1"}"#.to_owned(),
                Err(AuthError::UntrustedApi),
            ),
            (
                Source::Alb,
                r#"{"apiId": "a1"}"#.to_owned(),
                Err(AuthError::UntrustedSource),
            ),
        ] {
            assert_eq!(
                checked(&trust, source, &context),
                expected,
                "{source} {context}"
            );
        }
        let by_arn = Trust::in_apis("iam", vec![arn.into()]);
        let context = format!(r#"{{"serviceArn": "{arn}"}}"#);
        assert_eq!(checked(&by_arn, Source::LatticeV2, &context), Ok(()));
    }

    #[test]
    fn a_list_of_ids_becomes_the_named_apis() {
        for (value, ids, errors) in [
            ("a1", vec!["a1"], 0),
            (" a1 ,b2", vec!["a1", "b2"], 0),
            ("a1,", vec!["a1", ""], 1),
            (" ", vec![""], 1),
            ("a1 b2,*", vec!["a1 b2", "*"], 2),
        ] {
            let mut trust = Trust::in_this_api("iam");
            trust.settings(&mut |name, setting| {
                assert_eq!(name, "api");
                assert_eq!(setting.variable(), Some("LAMBDA_API_IDS"));
                *setting = value.into();
            });
            assert_eq!(trust.apis(), ids, "{value:?}");
            assert_eq!(trust.config_errors().len(), errors, "{value:?}");
        }
    }

    #[test]
    fn an_unresolved_list_trusts_no_api() {
        let trust = Trust::in_this_api("iam");
        for context in ["{}", r#"{"apiId": ""}"#, r#"{"apiId": "a1b2c3d4e5"}"#] {
            let found = checked(&trust, Source::RestApi, context);
            assert_eq!(found, Err(AuthError::UntrustedApi), "{context}");
        }
    }

    #[test]
    fn any_api_is_still_not_any_source() {
        let trust = Trust::in_any_api("iam");
        assert_eq!(checked(&trust, Source::RestApi, "{}"), Ok(()));
        assert_eq!(
            checked(&trust, Source::Alb, "{}"),
            Err(AuthError::UntrustedSource)
        );
    }

    #[test]
    fn invalid_lists_of_apis_are_errors() {
        for (ids, errors) in [
            (vec![], 1),
            (vec![""], 1),
            (vec!["*"], 1),
            (vec!["a1 ", "b*"], 2),
            (vec!["a1,b2"], 1),
            (vec!["a1", "<url-id>"], 0),
        ] {
            let ids: Vec<Setting> = ids.into_iter().map(Setting::from).collect();
            let found = Trust::in_apis("iam", ids.clone()).config_errors();
            assert_eq!(found.len(), errors, "{ids:?}: {found:?}");
        }
        assert!(Trust::in_any_api("iam").config_errors().is_empty());
    }
}
