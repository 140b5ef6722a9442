//! From which API an event comes: from one that the authenticators of the program trust.

use super::caller::LocalCaller;
use crate::{auth::GatewayScheme, event::Source};

/// The id that an event of these callers says it is from; `None` when no authenticator cares.
///
/// It is one of the ids of the authenticators that such a caller belongs to, and one that all of
/// them trust where there is one; when they trust any, it is one that another authenticator trusts.
pub(super) fn api_id<'a>(
    schemes: &'a [GatewayScheme],
    callers: &[LocalCaller],
    source: Source,
) -> Option<&'a str> {
    let pinned = || schemes.iter().filter(|scheme| !scheme.apis.is_empty());
    let asked: Vec<&GatewayScheme> = pinned()
        .filter(|scheme| takes_one_of(scheme, callers))
        .collect();
    let first = asked.first().copied().or_else(|| pinned().next())?;
    let is_common = |id: &&String| asked.iter().all(|scheme| scheme.apis.contains(id));
    let mut common = first.apis.iter().filter(is_common);
    let id = common.clone().find(|id| suits(id, source));
    let id = id
        .or_else(|| common.next())
        .or_else(|| first.apis.iter().find(|id| suits(id, source)))
        .or(first.apis.first());
    id.map(String::as_str)
}

/// Services of VPC Lattice have ids and ARNs that nothing else has.
fn suits(id: &str, source: Source) -> bool {
    let of_lattice = id.starts_with("svc-") || id.starts_with("arn:");
    of_lattice == matches!(source, Source::LatticeV1 | Source::LatticeV2)
}

fn takes_one_of(scheme: &GatewayScheme, callers: &[LocalCaller]) -> bool {
    callers.iter().any(|caller| caller.kind() == scheme.kind)
}

/// What a developer may wonder about: callers that nobody looks at, authenticators that trust
/// another API than the one of the events.
pub(super) fn warnings(
    schemes: &[GatewayScheme],
    callers: &[LocalCaller],
    source: Source,
) -> Vec<String> {
    let unheard = callers.iter().filter(|caller| {
        // An API key recognises nobody.
        caller.kind() != "api-key" && !schemes.iter().any(|scheme| scheme.kind == caller.kind())
    });
    let mut warnings: Vec<String> = unheard
        .map(|caller| {
            format!(
                "warning: no authenticator of this API recognises `--as {caller}`; it is in the \
                 request context, and nothing else comes of it"
            )
        })
        .collect();
    if let Some(id) = api_id(schemes, callers, source) {
        let elsewhere = schemes.iter().filter(|scheme| {
            takes_one_of(scheme, callers)
                && !scheme.apis.is_empty()
                && !scheme.apis.iter().any(|known| known == id)
        });
        warnings.extend(elsewhere.map(|scheme| {
            format!(
                "warning: events come from the API `{id}`, and an authenticator for `{}` trusts \
                 only {}: its routes refuse this caller",
                scheme.kind,
                scheme.apis.join(", ")
            )
        }));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(kind: &'static str, apis: &[&str]) -> GatewayScheme {
        GatewayScheme {
            kind,
            apis: apis.iter().map(|&id| id.to_owned()).collect(),
            locally: None,
        }
    }

    fn callers(texts: &[&str]) -> Vec<LocalCaller> {
        let callers = texts.iter().map(|text| LocalCaller::parse(text));
        callers.collect::<Result<_, _>>().unwrap()
    }

    const IAM: &str = "iam:arn:aws:iam::123456789012:user/alice";

    #[test]
    fn an_event_comes_from_an_api_that_the_authenticator_of_its_caller_trusts() {
        for (schemes, as_, expected) in [
            (vec![], vec![IAM], None),
            (vec![scheme("iam", &[])], vec![IAM], None),
            (vec![scheme("iam", &["a", "b"])], vec![IAM], Some("a")),
            (
                vec![scheme("jwt", &["j"]), scheme("iam", &["a"])],
                vec![IAM],
                Some("a"),
            ),
            // Nobody calls, or somebody whom any API may name.
            (vec![scheme("iam", &["a"])], vec![], Some("a")),
            (
                vec![scheme("iam", &[]), scheme("jwt", &["j"])],
                vec![IAM],
                Some("j"),
            ),
            // Two authenticators look at one event.
            (
                vec![scheme("iam", &["a", "b"]), scheme("mtls", &["b", "c"])],
                vec![IAM, "certificate:CN=till"],
                Some("b"),
            ),
            (
                vec![scheme("iam", &["a"]), scheme("iam", &["b"])],
                vec![IAM],
                Some("a"),
            ),
        ] {
            let callers = callers(&as_);
            let id = api_id(&schemes, &callers, Source::HttpApi);
            assert_eq!(id, expected, "{schemes:?} {as_:?}");
        }
    }

    #[test]
    fn the_id_suits_the_source_where_there_is_a_choice() {
        let arn = "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1";
        for (apis, source, expected) in [
            (vec!["svc-1", "a"], Source::HttpApi, "a"),
            (vec!["svc-1", "a"], Source::LatticeV2, "svc-1"),
            (vec!["a", arn], Source::LatticeV2, arn),
            (vec![arn, "a"], Source::FunctionUrl, "a"),
            (vec!["a"], Source::LatticeV2, "a"),
        ] {
            let schemes = [scheme("iam", &apis), scheme("iam", &apis)];
            let id = api_id(&schemes, &callers(&[IAM]), source);
            assert_eq!(id, Some(expected), "{apis:?} {source}");
        }
    }

    #[test]
    fn a_caller_whom_nobody_recognises_is_named() {
        let schemes = [scheme("cognito", &[])];
        let callers = callers(&[IAM, "api-key:k"]);
        assert_eq!(
            warnings(&schemes, &callers, Source::RestApi),
            ["warning: no authenticator of this API recognises \
                 `--as iam:arn:aws:iam::123456789012:user/alice`; it is in the request context, \
                 and nothing else comes of it"]
        );
    }

    #[test]
    fn an_authenticator_that_trusts_another_api_is_named() {
        let schemes = [
            scheme("iam", &["a"]),
            scheme("iam", &["b", "c"]),
            scheme("jwt", &["j"]),
        ];
        assert_eq!(
            warnings(&schemes, &callers(&[IAM]), Source::RestApi),
            [
                "warning: events come from the API `a`, and an authenticator for `iam` trusts \
                 only b, c: its routes refuse this caller"
            ]
        );
        let warnings = warnings(&schemes[..1], &callers(&[IAM]), Source::RestApi);
        assert_eq!(warnings, [""; 0]);
    }
}
