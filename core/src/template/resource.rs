//! Resources that a template creates beside the function.

/// A resource of a template, for [`Api::resource`](crate::Api::resource): [`UserPool`],
/// [`UserPoolClient`], [`Table`] or [`UsagePlan`].
#[derive(Clone, Debug)]
pub struct Resource(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    UserPool(UserPool),
    UserPoolClient(UserPoolClient),
    Table(Table),
    UsagePlan(UsagePlan),
}

/// A user pool of Cognito in which administrators create the users.
///
/// The scopes that routes require of its tokens, such as `orders/write`, become a resource server of the
/// pool.
///
/// ```
/// use lambda_api::{Api, auth::Cognito, env, template::{UserPool, UserPoolClient}};
///
/// let api = Api::new()
///     .authenticate(Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT")))
///     .resource(UserPool::new("Pool").env("COGNITO_POOL"))
///     .resource(UserPoolClient::new("PoolClient", "Pool").env("COGNITO_CLIENT"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct UserPool {
    pub(crate) id: String,
    pub(crate) variable: Option<&'static str>,
}

/// A client of a user pool: an application whose users sign in.
///
/// It has no secret, and users sign in with a password (SRP). For a program that has no users, see
/// [`client_credentials`](Self::client_credentials).
#[derive(Clone, Debug)]
#[must_use]
pub struct UserPoolClient {
    pub(crate) id: String,
    pub(crate) pool: String,
    pub(crate) variable: Option<&'static str>,
    pub(crate) is_program: bool,
}

/// A table of DynamoDB, billed by request. The function may read and write its items.
///
/// ```
/// use lambda_api::{Api, template::{KeyType, Table}};
///
/// let api = Api::new().resource(
///     Table::new("Orders", "customer", KeyType::S)
///         .sort_key("placed", KeyType::N)
///         .env("ORDERS_TABLE"),
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Table {
    pub(crate) id: String,
    pub(crate) variable: Option<&'static str>,
    pub(crate) key: (String, KeyType),
    pub(crate) sort_key: Option<(String, KeyType)>,
    pub(crate) reads_only: bool,
}

/// A usage plan of a REST API: limits for the callers who share an API key of API Gateway.
///
/// Every route that the gateway closes then requires a key in the header `x-api-key`, besides its
/// authenticator. Keys identify callers for limits and are
/// [no protection](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
/// They are not the keys of `auth::ApiKeys`, which the function verifies. Other gateways have no usage
/// plans: their template has a warning.
///
/// ```
/// use lambda_api::{Api, template::{Period, UsagePlan}};
///
/// let api = Api::new().resource(UsagePlan::new().throttle(50, 100).quota(10_000, Period::Day));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct UsagePlan {
    /// Requests per second, and the size of a burst.
    pub(crate) throttle: Option<(u32, u32)>,
    pub(crate) quota: Option<(u32, Period)>,
}

/// The period of the quota of a [`UsagePlan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

/// The type of a key of a [`Table`], by the names of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A string.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

impl UserPool {
    /// A user pool with this logical id: letters and digits.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            variable: None,
        }
    }

    /// Sets the environment variable of the function that has the id of the pool.
    pub fn env(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }
}

impl UserPoolClient {
    /// A client with this logical id, of the [`UserPool`] with the logical id `pool`.
    pub fn new(id: impl Into<String>, pool: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            pool: pool.into(),
            variable: None,
            is_program: false,
        }
    }

    /// A program that signs in with a secret and has no users (the OAuth flow `client_credentials`).
    ///
    /// It may request the scopes that routes require of tokens of the pool. Cognito issues such tokens
    /// only if the pool has a domain.
    pub fn client_credentials(mut self) -> Self {
        self.is_program = true;
        self
    }

    /// Sets the environment variable of the function that has the id of the client.
    pub fn env(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }
}

impl Table {
    /// A table with this logical id and partition key.
    pub fn new(id: impl Into<String>, key: impl Into<String>, key_type: KeyType) -> Self {
        Self {
            id: id.into(),
            variable: None,
            key: (key.into(), key_type),
            sort_key: None,
            reads_only: false,
        }
    }

    /// Sets the sort key.
    pub fn sort_key(mut self, key: impl Into<String>, key_type: KeyType) -> Self {
        self.sort_key = Some((key.into(), key_type));
        self
    }

    /// Sets the environment variable of the function that has the name of the table.
    pub fn env(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }

    /// Lets the function read items only.
    pub fn read_only(mut self) -> Self {
        self.reads_only = true;
        self
    }
}

impl UsagePlan {
    /// A usage plan without limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits requests: so many per second on average, and so many at once. The response to more is 429.
    pub fn throttle(mut self, per_second: u32, burst: u32) -> Self {
        self.throttle = Some((per_second, burst));
        self
    }

    /// Limits the requests of a period. The response to more is 429.
    pub fn quota(mut self, requests: u32, period: Period) -> Self {
        self.quota = Some((requests, period));
        self
    }
}

impl From<UserPool> for Resource {
    fn from(pool: UserPool) -> Self {
        Self(Kind::UserPool(pool))
    }
}

impl From<UserPoolClient> for Resource {
    fn from(client: UserPoolClient) -> Self {
        Self(Kind::UserPoolClient(client))
    }
}

impl From<Table> for Resource {
    fn from(table: Table) -> Self {
        Self(Kind::Table(table))
    }
}

impl From<UsagePlan> for Resource {
    fn from(plan: UsagePlan) -> Self {
        Self(Kind::UsagePlan(plan))
    }
}

#[cfg(any(debug_assertions, feature = "local"))]
impl Resource {
    /// Its logical id, which a usage plan does not have.
    pub(crate) fn id(&self) -> Option<&str> {
        match &self.0 {
            Kind::UserPool(pool) => Some(&pool.id),
            Kind::UserPoolClient(client) => Some(&client.id),
            Kind::Table(table) => Some(&table.id),
            Kind::UsagePlan(_) => None,
        }
    }

    /// The variable that refers to it.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        match &self.0 {
            Kind::UserPool(pool) => pool.variable,
            Kind::UserPoolClient(client) => client.variable,
            Kind::Table(table) => table.variable,
            Kind::UsagePlan(_) => None,
        }
    }
}
