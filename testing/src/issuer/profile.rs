//! Kind and identity of an issuer.

use super::key_ring::{Holder, KidForm};

/// The identity of an issuer, which never changes.
pub(super) struct Profile {
    issuer_url: String,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Oidc,
    Cognito,
    Alb { signer: String },
}

impl Profile {
    #[track_caller]
    pub(super) fn oidc(url: &str) -> Self {
        assert!(is_url(url), "expected the URL of an issuer, found {url:?}");
        Self {
            issuer_url: url.to_owned(),
            kind: Kind::Oidc,
        }
    }

    #[track_caller]
    pub(super) fn cognito(pool_id: &str) -> Self {
        let region = match pool_id.split_once('_') {
            Some((region, id)) if region.contains('-') && is_word(region) && is_word(id) => region,
            _ => panic!(
                "expected the id of a user pool with its region in front, such as \
                 \"eu-west-1_abc123\"; found {pool_id:?}"
            ),
        };
        let domain = domain(region);
        let url = format!("https://cognito-idp.{region}.{domain}/{pool_id}");
        Self {
            issuer_url: url,
            kind: Kind::Cognito,
        }
    }

    #[track_caller]
    pub(super) fn alb(arn: &str) -> Self {
        let Some(signer) = load_balancer(arn) else {
            panic!(
                "expected the ARN of an application load balancer or of its listener, such as \
                 \"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/NAME/ID\"; \
                 found {arn:?}"
            );
        };
        Self {
            issuer_url: "https://id.example.com".to_owned(),
            kind: Kind::Alb { signer },
        }
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::Issuer(self.name().to_owned())
    }

    pub(super) fn kid_form(&self) -> KidForm {
        match self.kind {
            Kind::Oidc => KidForm::Base64Url,
            Kind::Cognito => KidForm::Base64,
            Kind::Alb { .. } => KidForm::Uuid,
        }
    }

    pub(super) fn issuer_url(&self) -> &str {
        &self.issuer_url
    }

    /// The seed of identifiers of this issuer, which are the same in each run.
    pub(super) fn name(&self) -> &str {
        match &self.kind {
            Kind::Oidc | Kind::Cognito => &self.issuer_url,
            Kind::Alb { signer } => signer,
        }
    }

    /// The lifetime of its tokens, in seconds.
    pub(super) fn lifetime(&self) -> u64 {
        match self.kind {
            Kind::Oidc | Kind::Cognito => 3600,
            Kind::Alb { .. } => 120,
        }
    }

    /// Returns whether its base64url is padded.
    pub(super) fn pads(&self) -> bool {
        matches!(self.kind, Kind::Alb { .. })
    }
}

fn is_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', ' ']))
    })
}

fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(fits)
}

/// The domain of the partition that a region is in.
fn domain(region: &str) -> &'static str {
    match region.split_once('-') {
        Some(("cn", _)) => "amazonaws.com.cn",
        Some(("eusc", _)) => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

/// The ARN of the load balancer, from its own or from that of one of its listeners.
fn load_balancer(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let (scheme, partition) = (parts.next()?, parts.next()?);
    let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
    if scheme != "arn" || service != "elasticloadbalancing" || region.is_empty() {
        return None;
    }
    let resource: Vec<_> = parts.next()?.split('/').collect();
    let (["loadbalancer", "app", name, id] | ["listener", "app", name, id, _]) =
        resource.as_slice()
    else {
        return None;
    };
    Some(format!(
        "arn:{partition}:{service}:{region}:{account}:loadbalancer/app/{name}/{id}"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Profile, load_balancer};

    const ACCOUNT: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:";

    #[test]
    fn the_url_of_a_pool_is_that_of_its_region_and_partition() {
        for (pool, url) in [
            (
                "eu-west-1_abc123",
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
            ),
            (
                "us-gov-west-1_x",
                "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_x",
            ),
            (
                "cn-north-1_x",
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_x",
            ),
        ] {
            assert_eq!(Profile::cognito(pool).issuer_url(), url);
        }
    }

    #[test]
    fn a_listener_belongs_to_its_load_balancer() {
        let own = format!("{ACCOUNT}loadbalancer/app/shop/50dc6c495c0c9188");
        let listener = format!("{ACCOUNT}listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2");
        assert_eq!(load_balancer(&own).as_deref(), Some(own.as_str()));
        assert_eq!(load_balancer(&listener).as_deref(), Some(own.as_str()));
        for other in [
            "",
            "shop",
            "arn:aws:lambda:eu-west-1:123456789012:function:shop",
            &format!("{ACCOUNT}loadbalancer/net/shop/50dc6c495c0c9188"),
            &format!("{ACCOUNT}targetgroup/shop/50dc6c495c0c9188"),
        ] {
            assert_eq!(load_balancer(other), None, "{other}");
        }
    }

    #[test]
    #[should_panic(expected = "found \"abc123\"")]
    fn a_pool_without_its_region_panics() {
        let _ = Profile::cognito("abc123");
    }

    #[test]
    #[should_panic(expected = "found \"my tenant\"")]
    fn an_invalid_issuer_url_panics() {
        let _ = Profile::oidc("my tenant");
    }
}
