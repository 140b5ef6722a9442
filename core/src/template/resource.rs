//! Resources that a template creates beside the function.

/// A resource of a template, for [`Api::resource`](crate::Api::resource): [`UserPool`],
/// [`UserPoolClient`] or [`Table`].
#[derive(Clone, Debug)]
pub struct Resource(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    UserPool(UserPool),
    UserPoolClient(UserPoolClient),
    Table(Table),
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
/// It has no secret, and users sign in with a password (SRP).
#[derive(Clone, Debug)]
#[must_use]
pub struct UserPoolClient {
    pub(crate) id: String,
    pub(crate) pool: String,
    pub(crate) variable: Option<&'static str>,
}

/// A table of DynamoDB, billed by request. The function may read and write its items.
///
/// ```
/// use lambda_api::{Api, template::{KeyType, Table}};
///
/// let api = Api::new().resource(
///     Table::new("Orders", "customer", KeyType::String)
///         .sort_key("placed", KeyType::Number)
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

/// The type of a key of a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// `S`
    String,
    /// `N`
    Number,
    /// `B`
    Binary,
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
        }
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
