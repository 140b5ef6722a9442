//! Authenticators of every kind.

use crate::random::Random;
use lambda_api::{
    Api, Identity, Request,
    auth::{
        AlbOidc, Algorithm, ApiKeys, AuthError, Authenticator, Cognito, Credential, Jwt, KeyHash,
        Scheme,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    env,
};

/// An authenticator of an API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    pub(crate) name: &'static str,
    kind: Kind,
    /// The index among those of the API: their credentials differ.
    at: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Cognito,
    CognitoOfVariables,
    CognitoIdTokens,
    CognitoAnyClient,
    CognitoTwoPools,
    CognitoReplica,
    Jwt,
    JwtElliptic,
    JwtMixed,
    JwtAnyAudience,
    JwtTwoIssuers,
    JwtOtherScopes,
    JwtManyAudiences,
    JwtCookie,
    Alb,
    Keys,
    Own,
    Iam,
    Lambda,
    GatewayJwt,
    GatewayJwtTwoIssuers,
    GatewayCognito,
    GatewayCognitoAnyPool,
    GatewayCognitoTwoPools,
    MutualTls,
}

const KINDS: [Kind; 25] = [
    Kind::Cognito,
    Kind::CognitoOfVariables,
    Kind::CognitoIdTokens,
    Kind::CognitoAnyClient,
    Kind::CognitoTwoPools,
    Kind::CognitoReplica,
    Kind::Jwt,
    Kind::JwtElliptic,
    Kind::JwtMixed,
    Kind::JwtAnyAudience,
    Kind::JwtTwoIssuers,
    Kind::JwtOtherScopes,
    Kind::JwtManyAudiences,
    Kind::JwtCookie,
    Kind::Alb,
    Kind::Keys,
    Kind::Own,
    Kind::Iam,
    Kind::Lambda,
    Kind::GatewayJwt,
    Kind::GatewayJwtTwoIssuers,
    Kind::GatewayCognito,
    Kind::GatewayCognitoAnyPool,
    Kind::GatewayCognitoTwoPools,
    Kind::MutualTls,
];

/// Kinds that every gateway has, or leaves to the function.
const USUAL: [Kind; 5] = [
    Kind::Cognito,
    Kind::CognitoOfVariables,
    Kind::CognitoIdTokens,
    Kind::Jwt,
    Kind::Iam,
];

/// Some differ only in characters that logical ids do not have.
const NAMES: [&str; 14] = [
    "staff", "Staff", "st-aff", "st.aff", "st_aff", "none", "api_key", "aws_iam", "1st", "users",
    "partners", "sigv4", "x", "cognito",
];

const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:\
    listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
const HASH: &str = "01ecfadb13c6d282d5b757e7bd8c2de684355d790b3c5dc5313aa5350e56e8df";
const POOLS: [&str; 4] = [
    "eu-west-1_abc",
    "us-gov-west-1_def",
    "cn-north-1_ghi",
    "eu-central-1_jkl",
];
pub(crate) const VARIABLES: [(&str, &str); 4] = [
    ("COGNITO_POOL", "eu-west-1_mno"),
    ("COGNITO_CLIENT", "client"),
    ("API_KEYS", HASH),
    ("LAMBDA_API_IDS", "a1b2c3d4e5"),
];

/// At most three authenticators with different names.
pub(crate) fn draw(random: &mut Random) -> Vec<Drawn> {
    let count = random.pick(&[0, 1, 1, 1, 1, 2, 3]);
    let mut drawn: Vec<Drawn> = Vec::new();
    while drawn.len() < count {
        let name = random.pick(&NAMES);
        let kind = if random.percent(50) {
            random.pick(&USUAL)
        } else {
            random.pick(&KINDS)
        };
        if drawn.iter().all(|one| one.name != name) {
            let at = drawn.len();
            drawn.push(Drawn { name, kind, at });
        }
    }
    drawn
}

impl Drawn {
    pub(crate) fn add_to(self, api: Api) -> Api {
        let name = self.name;
        let pool = POOLS[self.at];
        let credential = match self.at {
            0 => Credential::bearer(),
            at => Credential::header(&format!("x-token-{at}")),
        };
        let cognito = || Cognito::user_pool(pool).client("client");
        let jwt = || Jwt::new(format!("https://id{}.example.com/", self.at)).audience("orders");
        let of_jwt = |jwt: Jwt| jwt.name(name).credential(credential.clone());
        // The credential of Cognito's tokens is always the header `authorization`.
        let of_cognito = |api: Api, cognito: Cognito| match self.at {
            0 => api.authenticate(cognito.name(name)),
            _ => api.authenticate(of_jwt(jwt())),
        };
        match self.kind {
            Kind::Cognito => of_cognito(api, cognito()),
            Kind::CognitoOfVariables => of_cognito(
                api,
                Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT")),
            ),
            Kind::CognitoIdTokens => of_cognito(api, cognito().id_tokens()),
            Kind::CognitoAnyClient => of_cognito(api, Cognito::user_pool(pool).any_client()),
            Kind::CognitoTwoPools => of_cognito(
                api,
                cognito().add_user_pool("eu-west-1_second").client("other"),
            ),
            Kind::CognitoReplica => of_cognito(api, cognito().also_region("eu-north-1")),
            Kind::Jwt => api.authenticate(of_jwt(jwt().algorithms([Algorithm::Rs256]))),
            Kind::JwtElliptic => api.authenticate(of_jwt(jwt().algorithms([Algorithm::Es256]))),
            Kind::JwtMixed => api.authenticate(of_jwt(
                jwt().algorithms([Algorithm::Es256, Algorithm::Rs512]),
            )),
            Kind::JwtAnyAudience => {
                api.authenticate(of_jwt(Jwt::new("https://id.example.com").any_audience()))
            }
            Kind::JwtTwoIssuers => api.authenticate(of_jwt(
                jwt().add_issuer("https://id.example.com").audience("b"),
            )),
            Kind::JwtOtherScopes => api.authenticate(of_jwt(jwt().scopes_claim("permissions"))),
            Kind::JwtManyAudiences => {
                api.authenticate(of_jwt((0..45).fold(jwt(), |jwt, number| {
                    jwt.audience(format!("orders-{number}"))
                })))
            }
            Kind::JwtCookie => {
                let cookie = Credential::cookie(&format!("token{}", self.at));
                api.authenticate(jwt().name(name).credential(cookie))
            }
            Kind::Alb => api.authenticate(AlbOidc::listener(LISTENER).client("client").name(name)),
            Kind::Keys => api.authenticate(
                ApiKeys::from_setting(env("API_KEYS"), |text| {
                    text.parse::<KeyHash>()
                        .map(|hash| [(hash, Identity::new("importer"))])
                })
                .name(name)
                .header(&format!("x-api-key-{}", self.at)),
            ),
            Kind::Own => api.authenticate(Own(self)),
            Kind::Iam => api.authenticate(Iam::from_this_api().name(name)),
            Kind::Lambda => api.authenticate(LambdaAuthorizer::from_this_api().name(name)),
            Kind::GatewayJwt => api.authenticate(
                JwtAuthorizer::from_this_api()
                    .add_issuer("https://id.example.com")
                    .name(name),
            ),
            Kind::GatewayJwtTwoIssuers => api.authenticate(
                JwtAuthorizer::from_this_api()
                    .add_issuer("https://id.example.com")
                    .add_issuer("https://other.example.com")
                    .name(name),
            ),
            Kind::GatewayCognito => api.authenticate(
                CognitoAuthorizer::from_this_api()
                    .user_pool(pool)
                    .name(name),
            ),
            Kind::GatewayCognitoAnyPool => {
                api.authenticate(CognitoAuthorizer::from_this_api().name(name))
            }
            Kind::GatewayCognitoTwoPools => api.authenticate(
                CognitoAuthorizer::from_this_api()
                    .user_pool(pool)
                    .user_pool("eu-west-1_second")
                    .name(name),
            ),
            Kind::MutualTls => api.authenticate(MutualTls::from_any_api().name(name)),
        }
    }
}

/// An authenticator of a program.
struct Own(Drawn);

impl Authenticator for Own {
    fn scheme(&self) -> Scheme {
        let header = format!("x-own-{}", self.0.at);
        Scheme::new(self.0.name, Credential::header(&header)).challenge("Own")
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        Err(AuthError::Absent)
    }
}
