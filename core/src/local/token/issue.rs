//! Issuing tokens, and lending the key for them to authenticators.

use super::{Wanted, store};
use crate::{
    Api,
    auth::{Installed, LocalIssuer, LocalKey, TokenContent},
    local::{
        log::{self, Printable},
        output::Failure,
    },
};
use std::net::IpAddr;

/// Variables that Lambda sets, one of them for every runtime
/// ([Lambda environment variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html)).
const OF_LAMBDA: [&str; 3] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "LAMBDA_TASK_ROOT",
];

/// Who accepts tokens for local calls.
#[derive(Default)]
pub(in super::super) struct Lent {
    /// The names of the authenticators.
    pub(in super::super) names: Vec<String>,
    /// Their issuers, with the key that they got.
    #[cfg(feature = "docs")]
    pub(in super::super) issuers: Option<Issuers>,
}

/// Makes the authenticators of an Api accept tokens for local calls. It does nothing if other machines can
/// call: `address` is that of the server, if there is one.
pub(in super::super) fn lend(api: &mut Api, address: Option<IpAddr>) -> Lent {
    let is_elsewhere = OF_LAMBDA
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let is_open = address.is_some_and(|address| !address.is_loopback());
    if is_elsewhere || is_open || issuers(api).is_empty() {
        return Lent::default();
    }
    match store::key() {
        Ok(key) => lend_key(api, key),
        Err(Failure(why)) => {
            log::line(&format!(
                "warning: no tokens for local calls are accepted: {}",
                Printable(&why)
            ));
            Lent::default()
        }
    }
}

/// Makes the authenticators of an Api accept tokens of this key.
#[cfg_attr(
    not(feature = "docs"),
    allow(clippy::needless_pass_by_value, reason = "the docs page keeps it")
)]
pub(in super::super) fn lend_key(api: &mut Api, key: LocalKey) -> Lent {
    Lent {
        names: api.lend_local_key(&key),
        #[cfg(feature = "docs")]
        issuers: Some(Issuers {
            known: issuers(api),
            key,
        }),
    }
}

/// A token that the program accepts when it is served on this machine.
///
/// Notes go to standard error, so that standard output can be used as it is.
pub(in super::super) async fn issue(api: &Api, wanted: &Wanted) -> Result<String, Failure> {
    let known = issuers(api);
    // A program without issuers needs no key.
    choose(&known, wanted)?;
    let key = store::key()?;
    let issued = Issuers { known, key }.issue(wanted).await?;
    for note in issued.notes.iter().chain(&issued.warning) {
        log::line(&format!("{}", Printable(note)));
    }
    Ok(issued.token)
}

/// The issuers whose tokens a program verifies, and the key that signs for them.
pub(in super::super) struct Issuers {
    known: Vec<LocalIssuer>,
    key: LocalKey,
}

/// A token, and what its user should know.
pub(in super::super) struct Issued {
    pub(in super::super) token: String,
    notes: Vec<String>,
    /// Why the authenticator does not accept it.
    pub(in super::super) warning: Option<String>,
}

impl Issuers {
    /// The text that a page needs for a token.
    #[cfg(feature = "docs")]
    pub(in super::super) fn password(&self) -> String {
        self.key.password()
    }

    /// Whether a page has this text.
    #[cfg(feature = "docs")]
    pub(in super::super) fn is_password(&self, text: &[u8]) -> bool {
        self.key.is_password(text)
    }

    /// The names of their authenticators.
    #[cfg(feature = "docs")]
    pub(in super::super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(LocalIssuer::authenticator)
    }

    /// Makes a token.
    pub(in super::super) async fn issue(&self, wanted: &Wanted) -> Result<Issued, Failure> {
        let issuer = choose(&self.known, wanted)?;
        let content = TokenContent {
            subject: &wanted.subject,
            groups: &wanted.groups,
            scopes: &wanted.scopes,
            claims: &wanted.claims,
            seconds: wanted.lifetime.as_secs(),
            client: wanted.client.as_deref(),
        };
        let token = issuer.token(&self.key, &content).map_err(Failure)?;
        let rejection = issuer.accepts(&self.key, &token).await.err();
        let warning = rejection.map(|rejection| {
            format!(
                "warning: `{}` does not accept this token: {rejection}",
                issuer.authenticator()
            )
        });
        Ok(Issued {
            token,
            notes: notes(&self.known, issuer, wanted),
            warning,
        })
    }
}

fn issuers(api: &Api) -> Vec<LocalIssuer> {
    let installed = api.all_authenticators();
    let issuers = installed.into_iter().flat_map(Installed::local_issuers);
    issuers.collect()
}

/// The issuer with this name, or the first one.
fn choose<'a>(issuers: &'a [LocalIssuer], wanted: &Wanted) -> Result<&'a LocalIssuer, Failure> {
    if issuers.is_empty() {
        return Err(Failure(
            "no authenticator of this program verifies tokens itself, as `Jwt` and `Cognito` do; use \
             `serve --as` for callers that a gateway authenticates"
                .to_owned(),
        ));
    }
    let named = |one: &&LocalIssuer| {
        wanted.issuer.as_ref().is_none_or(|name| {
            // The name of a verifier can be that of another authenticator.
            let is_known = issuers.iter().any(|one| one.is(name));
            one.is(name) || (!is_known && one.is_verified_by(name))
        })
    };
    let suits = |one: &&LocalIssuer| {
        named(one)
            && wanted
                .client
                .as_ref()
                .is_none_or(|client| one.accepts_client(client))
    };
    if let Some(issuer) = issuers.iter().find(suits) {
        return Ok(issuer);
    }
    let (option, found) = match &wanted.client {
        Some(client) if issuers.iter().any(|one| named(&one)) => ("--client", client),
        _ => (
            "--issuer",
            wanted.issuer.as_ref().unwrap_or(&wanted.subject),
        ),
    };
    let known: Vec<String> = issuers.iter().map(described).collect();
    Err(Failure(format!(
        "`{option}` is not trusted by this program: found {found:?}, expected one of\n- {}",
        known.join("\n- ")
    )))
}

/// Notes on a token.
fn notes(issuers: &[LocalIssuer], issuer: &LocalIssuer, wanted: &Wanted) -> Vec<String> {
    let mut notes = vec![format!(
        "for {}, in {}, good for {}",
        described(issuer),
        issuer.place(),
        duration(wanted.lifetime.as_secs())
    )];
    if wanted.issuer.is_none() && wanted.client.is_none() && issuers.len() > 1 {
        let others = issuers.iter().filter(|other| !std::ptr::eq(*other, issuer));
        let others: Vec<String> = others.map(described).collect();
        notes.push(format!(
            "`--issuer` and `--client` choose another: {}",
            others.join("; ")
        ));
    }
    notes
}

fn described(issuer: &LocalIssuer) -> String {
    let clients = match issuer.clients().as_slice() {
        [] => "any client".to_owned(),
        clients => clients.join(" or "),
    };
    format!(
        "`{}` (issuer {}, client {clients})",
        issuer.authenticator(),
        issuer.issuer()
    )
}

/// A time in its largest whole unit.
fn duration(seconds: u64) -> String {
    match seconds {
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
