//! Ids and issuers of Cognito user pools.

/// The region in the id of a user pool, before `_`
/// ([UserPoolType](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html)).
pub(crate) fn region(id: &str) -> Option<&str> {
    let (region, own) = id.split_once('_')?;
    let is_id = !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (id.len() <= 55 && is_id && is_region(region)).then_some(region)
}

/// Whether this can be the name of a region: words of lowercase letters and digits.
pub(crate) fn is_region(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.contains('-') && name.split('-').all(is_word)
}

/// Both forms of the issuer, the older one first
/// ([IssuerConfigurationType](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html)).
pub(crate) fn issuers(id: &str, region: &str) -> [String; 2] {
    let domain = domain(region);
    ["cognito-idp", "issuer-cognito-idp"]
        .map(|service| format!("https://{service}.{region}.{domain}/{id}"))
}

/// The issuer of a pool's replica in this region, which has the older form only.
pub(crate) fn issuer_in(id: &str, region: &str) -> String {
    let [older, _] = issuers(id, region);
    older
}

/// A user pool as an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pool<'a> {
    pub(crate) id: &'a str,
    /// The region in its id, or that of a replica.
    pub(crate) region: &'a str,
}

impl<'a> Pool<'a> {
    /// The pool of an issuer, which must be exactly one that AWS uses.
    pub(crate) fn of(issuer: &'a str) -> Option<Self> {
        let (host, id) = issuer.strip_prefix("https://")?.split_once('/')?;
        let host = host.strip_prefix("issuer-").unwrap_or(host);
        let (in_region, _) = host.strip_prefix("cognito-idp.")?.split_once('.')?;
        let own = region(id)?;
        let is_exact = match in_region == own {
            true => issuers(id, own).iter().any(|known| known == issuer),
            false => is_region(in_region) && issuer_in(id, in_region) == issuer,
        };
        is_exact.then_some(Self {
            id,
            region: in_region,
        })
    }

    /// Whether this is the pool itself rather than a replica.
    pub(crate) fn is_primary(self) -> bool {
        region(self.id) == Some(self.region)
    }
}

/// The domain of the partition of a region
/// ([partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)).
fn domain(region: &str) -> &'static str {
    let word = |number| region.split('-').nth(number);
    match (word(0), word(1)) {
        (Some("cn"), _) => "amazonaws.com.cn",
        (Some("eusc"), _) => "amazonaws.eu",
        (Some("us"), Some("iso")) => "c2s.ic.gov",
        (Some("us"), Some("isob")) => "sc2s.sgov.gov",
        (Some("us"), Some("isof")) => "csp.hci.ic.gov",
        (Some("eu"), Some("isoe")) => "cloud.adc-e.uk",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_pools_contain_the_region() {
        for (id, expected) in [
            ("eu-west-1_abc123", Some("eu-west-1")),
            ("us-gov-west-1_AbCdEfGhI", Some("us-gov-west-1")),
            ("eusc-de-east-1_abc123", Some("eusc-de-east-1")),
            ("", None),
            ("_", None),
            ("eu-west-1", None),
            ("eu-west-1_", None),
            ("_abc123", None),
            ("euwest1_abc123", None),
            ("EU-WEST-1_abc123", None),
            ("eu-west-1_abc/123", None),
            ("eu-west-1_abc_123", None),
            ("eu-west-1_abc.123", None),
            ("eu-west-1.evil.example_abc123", None),
            ("evil.example/eu-west-1_abc123", None),
            ("-eu-west-1_abc123", None),
            ("eu--1_abc123", None),
            ("eu-west-1_\u{e9}", None),
        ] {
            assert_eq!(region(id), expected, "{id}");
        }
        assert_eq!(region(&format!("eu-west-1_{}", "a".repeat(46))), None);
    }

    #[test]
    fn pools_are_found_by_their_exact_issuer() {
        let pool = |id, region| Some(Pool { id, region });
        for (issuer, expected) in [
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                pool("eu-west-1_abc123", "eu-west-1"),
            ),
            (
                "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                pool("eu-west-1_abc123", "eu-west-1"),
            ),
            (
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc123",
                pool("cn-north-1_abc123", "cn-north-1"),
            ),
            // A replica.
            (
                "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_abc123",
                pool("eu-west-1_abc123", "eu-central-1"),
            ),
            (
                "https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.attacker.example/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com.attacker.example/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com.cn/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.cn-north-1.amazonaws.com/cn-north-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com:443/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1@attacker.example/eu-west-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123/",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/x/eu-west-1_abc123",
                None,
            ),
            ("https://cognito-idp.eu-west-1.amazonaws.com/_abc123", None),
            ("https://cognito-idp.eu-west-1.amazonaws.com/", None),
            (
                "https://cognito-idp.EU-WEST-1.amazonaws.com/eu-west-1_abc123",
                None,
            ),
            (
                "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                None,
            ),
            ("https://issuer.example.com/eu-west-1_abc123", None),
            ("eu-west-1_abc123", None),
            ("", None),
        ] {
            assert_eq!(Pool::of(issuer), expected, "{issuer}");
        }
    }

    #[test]
    fn issuers_have_the_domain_of_the_partition() {
        for (id, expected) in [
            (
                "eu-west-1_a",
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
            ),
            (
                "us-gov-west-1_a",
                "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
            ),
            (
                "cn-north-1_a",
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
            ),
            (
                "eusc-de-east-1_a",
                "https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_a",
            ),
        ] {
            let region = region(id).expect("it is the id of a pool");
            let [older, newer] = issuers(id, region);
            assert_eq!(older, expected);
            assert_eq!(newer, expected.replace("https://", "https://issuer-"));
        }
    }
}
