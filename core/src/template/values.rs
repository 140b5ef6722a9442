//! Settings as values of a template: literals, references to resources, and parameters.

use super::{
    Gateway,
    described::Described,
    resource::Kind,
    tree::{Map, Node},
};
use crate::{
    auth::{description::Description, gateway::OWN_IDS, pool},
    setting::Setting,
};
use std::collections::BTreeMap;

/// The values of environment variables, and the parameters that some of them need.
pub(super) struct Values {
    /// The variables of every function, in the order of the alphabet.
    pub(super) environment: BTreeMap<String, Node>,
    /// Variables that the settings of the function of the whole API have as text.
    texts: BTreeMap<String, String>,
    parameters: BTreeMap<String, Parameter>,
    /// Errors of parameters with two meanings.
    pub(super) clashes: Vec<String>,
    /// Logical ids of user pools that the template creates, with their variables.
    pools: Vec<(String, &'static str)>,
}

struct Parameter {
    description: String,
    is_secret: bool,
    default: Option<&'static str>,
}

/// Variables that Lambda sets, and rejects in the settings of a function.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
pub(super) const RESERVED: [&str; 21] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

impl Values {
    /// The values of all variables that the functions need.
    pub(super) fn new(api: &Described<'_>, errors: &mut Vec<String>) -> Self {
        let mut values = Self {
            environment: BTreeMap::new(),
            texts: BTreeMap::new(),
            parameters: BTreeMap::new(),
            clashes: Vec::new(),
            pools: Vec::new(),
        };
        for resource in &api.resources {
            let (Some(id), Some(variable)) = (resource.id(), resource.variable()) else {
                continue;
            };
            if matches!(resource.0, Kind::UserPool(_)) {
                values.pools.push((id.to_owned(), variable));
            }
            let known = values
                .environment
                .insert(variable.to_owned(), Node::reference(id));
            if known.is_some() {
                errors.push(format!("two resources have the variable `{variable}`"));
            }
        }
        let gateway = (!api.has_no_gateway()).then_some(api.options.gateway);
        let (_, whole) = api.whole();
        values.texts.extend(whole.environment);
        let authenticators = api.manifest.authenticators.iter();
        for authenticator in authenticators.map(|one| &one.description) {
            for setting in settings(authenticator) {
                let Some(variable) = setting.variable() else {
                    continue;
                };
                let is_secret = authenticator.keys.as_ref() == Some(setting);
                if !values.texts.contains_key(variable) {
                    values.add(variable, gateway, is_secret);
                }
            }
        }
        for variable in api
            .functions()
            .flat_map(|(_, function)| function.parameters)
        {
            values.add(&variable, gateway, false);
        }
        if let Some((name, value)) = api.stream_variable() {
            values.environment.insert(name.to_owned(), value.into());
        }
        values
    }

    fn add(&mut self, variable: &str, gateway: Option<Gateway>, is_secret: bool) {
        // Lambda sets its own.
        if self.environment.contains_key(variable) || RESERVED.contains(&variable) {
            return;
        }
        let value = match (variable == OWN_IDS, gateway) {
            (true, Some(Gateway::HttpApi | Gateway::RestApi)) => Node::reference("Api"),
            // The id of a URL is known after the first deployment.
            (true, Some(Gateway::FunctionUrl)) => {
                let description = "The id of the function URL, after the first deployment";
                let default = Some("unknown");
                self.parameter("FunctionUrlId", description, false, default)
            }
            // No authenticator of a gateway works there.
            (true, Some(Gateway::LoadBalancer) | None) => Node::from("none"),
            (false, _) => {
                let description = format!("Value of {variable}");
                self.parameter(&name_of(variable), &description, is_secret, None)
            }
        };
        self.environment.insert(variable.to_owned(), value);
    }

    /// A reference to a parameter, which is declared if it is not yet.
    pub(super) fn parameter(
        &mut self,
        name: &str,
        description: &str,
        is_secret: bool,
        default: Option<&'static str>,
    ) -> Node {
        let parameter = self.parameters.entry(name.to_owned());
        let known = parameter.or_insert_with(|| Parameter {
            description: description.to_owned(),
            is_secret,
            default,
        });
        if known.description != description {
            self.clashes.push(format!(
                "the parameter `{name}` would have two meanings, \"{}\" and \"{description}\": rename a \
                 variable or an authenticator",
                known.description
            ));
        }
        Node::reference(name)
    }

    /// The names of all parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.keys().map(String::as_str)
    }

    /// The parameters of the template.
    pub(super) fn declared(&self) -> Map {
        let mut map = Map::new();
        for (name, parameter) in &self.parameters {
            let declared = Map::new()
                .with("Type", "String")
                .with("Description", parameter.description.as_str())
                .with_some("Default", parameter.default)
                .with_some("NoEcho", parameter.is_secret.then_some(true));
            map.push(name.as_str(), declared);
        }
        map
    }

    pub(super) fn of(&self, setting: &Setting) -> Node {
        match (setting.literal(), setting.variable()) {
            (Some(literal), _) => Node::from(literal),
            (None, Some("AWS_REGION" | "AWS_DEFAULT_REGION")) => Node::reference("AWS::Region"),
            (None, Some(variable)) if self.texts.contains_key(variable) => {
                Node::from(self.texts.get(variable).map_or("", String::as_str))
            }
            (None, variable) => {
                let value = variable.and_then(|name| self.environment.get(name));
                // Every variable of a setting has a value.
                value.cloned().unwrap_or_else(|| Node::from(""))
            }
        }
    }

    /// The value of a setting that is known without a resource of an event handler.
    pub(super) fn known(&self, setting: &Setting) -> Option<Node> {
        let is_known = |name| self.texts.contains_key(name) || self.environment.contains_key(name);
        (setting.literal().is_some() || setting.variable().is_some_and(is_known))
            .then(|| self.of(setting))
    }

    /// Sets a variable of every function.
    pub(super) fn set(&mut self, variable: &str, value: Node) {
        self.environment.insert(variable.to_owned(), value);
    }

    /// The logical id of the pool that has this id.
    fn created(&self, pool: &Setting) -> Option<&str> {
        let variable = pool.variable()?;
        let known = self.pools.iter().find(|(_, known)| *known == variable);
        known.map(|(id, _)| id.as_str())
    }

    /// Whether a setting refers to this resource.
    pub(super) fn refers_to(&self, setting: &Setting, id: &str) -> bool {
        self.of(setting) == Node::reference(id)
    }

    /// The issuer of a user pool.
    pub(super) fn issuer(&self, pool: &Setting) -> Node {
        if let Node::Text(id) = self.of(pool) {
            let region = pool::region(&id).unwrap_or_default();
            let [issuer, _] = pool::issuers(&id, region);
            return issuer.into();
        }
        self.with_region(pool, "https://cognito-idp.{region}.${AWS::URLSuffix}/{id}")
    }

    /// The ARN of a user pool.
    pub(super) fn arn(&self, pool: &Setting) -> Node {
        const ARN: &str =
            "arn:${AWS::Partition}:cognito-idp:{region}:${AWS::AccountId}:userpool/{id}";
        match (self.of(pool), self.created(pool)) {
            (Node::Text(id), _) => {
                let region = pool::region(&id).unwrap_or_default();
                Node::sub(ARN.replace("{region}", region).replace("{id}", &id))
            }
            (_, Some(created)) => Node::GetAtt(format!("{created}.Arn")),
            (_, None) => self.with_region(pool, ARN),
        }
    }

    /// A text with the region and the id of a pool that a variable names.
    fn with_region(&self, pool: &Setting, text: &str) -> Node {
        let value = self.of(pool);
        let Node::Ref(name) = &value else {
            return value;
        };
        let text = text.replace("{id}", &format!("${{{name}}}"));
        if self.created(pool).is_some() {
            return Node::sub(text.replace("{region}", "${AWS::Region}"));
        }
        let region = format!("{name}Region");
        Node::Sub(
            text.replace("{region}", &format!("${{{region}}}")),
            vec![(region, Node::Part(0, "_", Box::new(value)))],
        )
    }
}

/// The parameter of a variable: `CognitoPool` for `COGNITO_POOL`.
pub(super) fn name_of(variable: &str) -> String {
    pascal(&variable.to_ascii_lowercase())
}

/// Words with a capital each, without what separated them: a logical id.
pub(super) fn pascal(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    let name: String = words.map(capital).collect();
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("P{name}"),
        false => name,
    }
}

/// All settings of an authenticator.
fn settings(authenticator: &Description) -> impl Iterator<Item = &Setting> {
    let Description {
        issuers,
        user_pools,
        load_balancers,
        keys_url,
        keys,
        clients,
        apis,
        accounts,
        organizations,
        roles,
        users,
        ..
    } = authenticator;
    let issuers = issuers.iter().flat_map(|one| {
        let own = std::iter::once(&one.issuer);
        own.chain(&one.audiences).chain(&one.jwks_url)
    });
    let pools = user_pools.iter().flat_map(|one| {
        let own = std::iter::once(&one.id);
        own.chain(&one.clients)
            .chain(&one.regions)
            .chain(&one.jwks_url)
    });
    let lists = [
        load_balancers,
        clients,
        apis,
        accounts,
        organizations,
        roles,
        users,
    ];
    issuers
        .chain(pools)
        .chain(keys_url)
        .chain(keys)
        .chain(lists.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_names_of_variables() {
        for (variable, name) in [
            ("COGNITO_POOL", "CognitoPool"),
            ("API_KEYS", "ApiKeys"),
            ("table", "Table"),
            ("2ND_KEY", "P2ndKey"),
            ("_X__Y_", "XY"),
        ] {
            assert_eq!(name_of(variable), name);
        }
    }
}
