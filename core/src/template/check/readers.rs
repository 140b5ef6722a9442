//! Checks of authenticators that read what an authorizer of the gateway has put into the event.

use crate::{
    auth::description::{Description, Kind},
    manifest::Authenticator,
    setting::Setting,
    template::described::Described,
};

/// Reports pairs of authenticators that would take each other's callers: the event does not name the
/// authorizer that ran.
pub(in crate::template) fn readers(api: &Described<'_>, errors: &mut Vec<String>) {
    let mut rest = api.manifest.authenticators.as_slice();
    while let [first, others @ ..] = rest {
        let alike = |other: &&Authenticator| are_alike(&first.description, &other.description);
        errors.extend(others.iter().filter(alike).map(|other| {
            format!(
                "`{}` and `{}`: the event does not say which of two authorizers of this kind has accepted \
                 the caller: use one, or give each its own issuers or user pools",
                first.id, other.id
            )
        }));
        rest = others;
    }
}

fn are_alike(one: &Description, other: &Description) -> bool {
    let issuers = |description: &Description| {
        let issuers = description.issuers.iter();
        issuers.map(|one| one.issuer.clone()).collect::<Vec<_>>()
    };
    let pools = |description: &Description| {
        let pools = description.user_pools.iter();
        pools.map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    match (one.kind, other.kind) {
        (Kind::Lambda, Kind::Lambda) => true,
        (Kind::GatewayJwt, Kind::GatewayJwt) => meet(&issuers(one), &issuers(other)),
        (Kind::GatewayCognito, Kind::GatewayCognito) => meet(&pools(one), &pools(other)),
        _ => false,
    }
}

/// Whether two lists have a member in common. An empty one accepts all.
fn meet(one: &[Setting], other: &[Setting]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|member| other.contains(member))
}
