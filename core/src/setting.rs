//! Settings of an API: literals, and references to environment variables.

use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{borrow::Cow, fmt};

/// Setting of an API: a literal, or a reference to an environment variable.
///
/// Authenticators, the `from` and `api` of event handlers, and `WebSocketApi::endpoint` take a string or
/// [`env("NAME")`](fn@env) for an id, a name, an issuer, an audience, a client, an ARN or a URL.
/// [`Api::build`](crate::Api::build) reads the variables and fails if one is missing or empty, with all
/// other errors of the description. Until then nothing is read or parsed, so the route
/// table and the other descriptions of an API need no environment: they show the reference.
///
/// ```
/// use lambda_api::{Api, auth::gateway::{Iam, JwtAuthorizer}, env};
///
/// let api = Api::new()
///     .authenticate(JwtAuthorizer::from_apis([env("API_ID")]).add_issuer("https://id.example.com"))
///     .authenticate(Iam::from_this_api().role(env("REPORTS_ROLE")));
/// ```
///
/// Among authenticators, only those that are passed to [`Api::authenticate`](crate::Api::authenticate), or to the
/// `locally` of one, have their variables read. An authenticator that an authenticator of your own contains needs
/// literals: a reference in it is an error of the build.
///
/// In tests, [`Api::environment`](crate::Api::environment) replaces the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Literal(String),
    Variable {
        name: &'static str,
        locally: Option<String>,
    },
}

/// Refers to an environment variable, which is read when the API is [built](crate::Api::build).
///
/// The build fails if the variable is missing or empty.
///
/// ```
/// use lambda_api::{Api, auth::gateway::CognitoAuthorizer, env};
///
/// let api = Api::new().authenticate(
///     CognitoAuthorizer::from_this_api().user_pool(env("COGNITO_POOL")),
/// );
/// ```
#[must_use]
pub const fn env(name: &'static str) -> Setting {
    Setting(Kind::Variable {
        name,
        locally: None,
    })
}

/// Calls a function for each setting of an authenticator, with the name of the builder's parameter.
pub(crate) type Visit<'a> = dyn FnMut(&'static str, &mut Setting) + 'a;

/// The variables that settings refer to.
pub(crate) struct Variables<'a> {
    pub(crate) get: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the values of [`Setting::locally`] apply.
    pub(crate) local: bool,
}

impl Setting {
    /// Sets the value on the developer's machine: in a debug build (or with the feature `local`) that
    /// does not run on Lambda, if the variable is missing or empty. On Lambda the build still fails
    /// without the variable. A literal stays as it is.
    ///
    /// ```
    /// use lambda_api::{Api, auth::gateway::CognitoAuthorizer, env};
    ///
    /// // `cargo run -- serve --as cognito:alice` needs no variable.
    /// let pool = env("COGNITO_POOL").locally("eu-west-1_local");
    /// let api = Api::new().authenticate(CognitoAuthorizer::from_this_api().user_pool(pool));
    /// ```
    #[must_use]
    pub fn locally(mut self, value: impl Into<String>) -> Self {
        if let Kind::Variable { locally, .. } = &mut self.0 {
            *locally = Some(value.into());
        }
        self
    }

    /// The value; `None` for a reference.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.0 {
            Kind::Literal(value) => Some(value),
            Kind::Variable { .. } => None,
        }
    }

    /// Whether this is the value. A reference equals nothing.
    pub(crate) fn is(&self, value: &str) -> bool {
        self.literal() == Some(value)
    }

    /// The name of the variable; `None` for a literal.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        match self.0 {
            Kind::Literal(_) => None,
            Kind::Variable { name, .. } => Some(name),
        }
    }

    /// The value of [`locally`](Self::locally).
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn local(&self) -> Option<&str> {
        match &self.0 {
            Kind::Literal(_) => None,
            Kind::Variable { locally, .. } => locally.as_deref(),
        }
    }

    /// Replaces a reference by its value. Returns whether there is one.
    pub(crate) fn resolve(&mut self, variables: &Variables<'_>) -> bool {
        let Kind::Variable { name, locally } = &self.0 else {
            return false;
        };
        let value = (variables.get)(name).filter(|value| !value.is_empty());
        let value = value.or_else(|| locally.clone().filter(|_| variables.local));
        let found = value.is_some();
        if let Some(value) = value {
            self.0 = Kind::Literal(value);
        }
        found
    }
}

/// The literals among settings.
pub(crate) fn literals<'a>(
    settings: impl IntoIterator<Item = &'a Setting>,
) -> impl Iterator<Item = &'a str> {
    settings.into_iter().filter_map(Setting::literal)
}

/// The errors of an authenticator whose references were not resolved. `settings` visits its settings.
pub(crate) fn unresolved(settings: impl FnOnce(&mut Visit<'_>)) -> Vec<String> {
    let mut errors = Vec::new();
    settings(&mut |name, setting| {
        errors.extend(setting.variable().map(|variable| {
            format!(
                "the environment variable `{variable}` for `{name}` is read only if the authenticator \
                 itself is passed to `Api::authenticate`"
            )
        }));
    });
    errors
}

/// Calls `visit` for each of several settings.
pub(crate) fn visit_all<'a>(
    name: &'static str,
    settings: impl IntoIterator<Item = &'a mut Setting>,
    visit: &mut Visit<'_>,
) {
    for setting in settings {
        visit(name, setting);
    }
}

impl From<String> for Setting {
    fn from(value: String) -> Self {
        Self(Kind::Literal(value))
    }
}

impl From<&str> for Setting {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

impl From<&String> for Setting {
    fn from(value: &String) -> Self {
        value.as_str().into()
    }
}

impl From<Box<str>> for Setting {
    fn from(value: Box<str>) -> Self {
        String::from(value).into()
    }
}

impl From<Cow<'_, str>> for Setting {
    fn from(value: Cow<'_, str>) -> Self {
        value.into_owned().into()
    }
}

/// A literal, or `$NAME`.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Literal(value) => f.write_str(value),
            Kind::Variable { name, .. } => write!(f, "${name}"),
        }
    }
}

/// A string, or `{"env": "NAME"}`.
impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kind::Literal(value) => serializer.serialize_str(value),
            Kind::Variable { name, .. } => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("env", name)?;
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(mut setting: Setting, value: Option<&str>, local: bool) -> Setting {
        let get = |name: &str| {
            assert_eq!(name, "POOL");
            value.map(str::to_owned)
        };
        let variables = Variables { get: &get, local };
        setting.resolve(&variables);
        setting
    }

    #[test]
    fn references_become_literals() {
        let pool = env("POOL");
        assert!(resolved(pool.clone(), Some("a"), false).is("a"));
        for missing in [None, Some("")] {
            let setting = resolved(pool.clone(), missing, true);
            assert_eq!(setting, pool);
            assert_eq!(setting.variable(), Some("POOL"));
        }
        let literal = resolved("a".into(), None, false);
        assert_eq!((literal.literal(), literal.variable()), (Some("a"), None));
    }

    #[test]
    fn local_values_apply_to_local_runs_alone() {
        let pool = || env("POOL").locally("l");
        for (value, local, expected) in [
            (None, true, Some("l")),
            (Some(""), true, Some("l")),
            (Some("a"), true, Some("a")),
            (Some("a"), false, Some("a")),
            (None, false, None),
        ] {
            let setting = resolved(pool(), value, local);
            assert_eq!(setting.literal(), expected, "{value:?} {local}");
        }
        assert!(Setting::from("a").locally("l").is("a"));
    }

    #[test]
    fn every_kind_of_string_is_a_literal() {
        let text = String::from("a");
        for setting in [
            Setting::from("a"),
            (&text).into(),
            text.clone().into(),
            text.clone().into_boxed_str().into(),
            Cow::Borrowed("a").into(),
            Cow::<str>::Owned(text.clone()).into(),
        ] {
            assert!(setting.is("a"));
        }
    }

    #[test]
    fn references_are_shown_by_name() {
        let json = |setting: &Setting| serde_json::to_value(setting).unwrap();
        let pool = env("POOL").locally("l");
        assert_eq!(json(&pool), serde_json::json!({"env": "POOL"}));
        assert_eq!(json(&"a".into()), "a");
        assert_eq!(pool.to_string(), "$POOL");
    }
}
