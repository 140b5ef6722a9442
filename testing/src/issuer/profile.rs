//! Who an issuer is: its URLs, and what is peculiar to its kind.

use super::{address, pool::Holder, ring::KidForm};
use std::{
    io,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::net::TcpSocket;

/// The identity of an issuer, which never changes.
pub(super) struct Profile {
    name: String,
    issuer_url: String,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Oidc { loopback: Option<Loopback> },
    Cognito { updated_issuer_url: String },
    Alb { signer: String },
}

/// The port of an issuer that is on loopback by its name.
pub(super) struct Loopback {
    address: SocketAddr,
    /// Holds the port while nobody listens.
    reserved: Mutex<Option<TcpSocket>>,
}

impl Loopback {
    /// The socket to listen on.
    pub(super) fn take(&self) -> io::Result<TcpSocket> {
        match self.reserved().take() {
            Some(socket) => Ok(socket),
            None => address::reserve(self.address),
        }
    }

    /// Holds the port again, after nobody listens any more.
    pub(super) fn give_back(&self) {
        // If another process was faster, the next one who wants to listen is told.
        *self.reserved() = address::reserve(self.address).ok();
    }

    fn reserved(&self) -> MutexGuard<'_, Option<TcpSocket>> {
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Profile {
    #[track_caller]
    pub(super) fn oidc(url_or_name: &str) -> Self {
        let name = url_or_name.to_owned();
        if is_url(url_or_name) {
            return Self {
                issuer_url: name.clone(),
                name,
                kind: Kind::Oidc { loopback: None },
            };
        }
        assert!(
            is_word(url_or_name),
            "expected the URL of an issuer, or a name of letters, digits, `-`, `_` and `.`; \
             found {url_or_name:?}"
        );
        let reserved =
            address::reserve(address::any()).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (address, socket) = match reserved {
            Ok(reserved) => reserved,
            Err(error) => panic!("no port of 127.0.0.1 could be taken: {error}"),
        };
        Self {
            issuer_url: format!("http://{address}/{name}"),
            name,
            kind: Kind::Oidc {
                loopback: Some(Loopback {
                    address,
                    reserved: Mutex::new(Some(socket)),
                }),
            },
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
            name: url.clone(),
            issuer_url: url,
            kind: Kind::Cognito {
                updated_issuer_url: format!(
                    "https://issuer-cognito-idp.{region}.{domain}/{pool_id}"
                ),
            },
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
            name: signer.clone(),
            issuer_url: "https://id.example.com".to_owned(),
            kind: Kind::Alb { signer },
        }
    }

    /// The address of an issuer that is on loopback by its name.
    pub(super) fn loopback(&self) -> Option<&Loopback> {
        match &self.kind {
            Kind::Oidc { loopback } => loopback.as_ref(),
            Kind::Cognito { .. } | Kind::Alb { .. } => None,
        }
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::Issuer(self.name.clone())
    }

    pub(super) fn kid_form(&self) -> KidForm {
        match self.kind {
            Kind::Oidc { .. } => KidForm::Base64Url,
            Kind::Cognito { .. } => KidForm::Base64,
            Kind::Alb { .. } => KidForm::Uuid,
        }
    }

    pub(super) fn issuer_url(&self) -> &str {
        &self.issuer_url
    }

    pub(super) fn updated_issuer_url(&self) -> Option<&str> {
        match &self.kind {
            Kind::Cognito { updated_issuer_url } => Some(updated_issuer_url),
            Kind::Oidc { .. } | Kind::Alb { .. } => None,
        }
    }

    /// What an identifier of this issuer is derived from, for one to be the same in each run.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The path of the issuer's URL, without `/` at its end.
    pub(super) fn path(&self) -> &str {
        if let Kind::Alb { .. } = self.kind {
            return "";
        }
        let rest = self.issuer_url.split_once("://");
        let path = rest.and_then(|(_, rest)| rest.find('/').and_then(|start| rest.get(start..)));
        path.unwrap_or_default().trim_end_matches('/')
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
    fn the_path_of_an_issuer_is_that_of_its_url() {
        for (profile, path) in [
            (Profile::oidc("https://id.example.com"), ""),
            (Profile::oidc("https://id.example.com/"), ""),
            (Profile::oidc("https://id.example.com/a/b"), "/a/b"),
            (Profile::oidc("tenant"), "/tenant"),
            (Profile::cognito("eu-west-1_x"), "/eu-west-1_x"),
        ] {
            assert_eq!(profile.path(), path, "{}", profile.issuer_url());
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
    fn a_pool_without_its_region_is_a_mistake() {
        let _ = Profile::cognito("abc123");
    }

    #[test]
    #[should_panic(expected = "found \"my tenant\"")]
    fn a_name_that_no_url_can_have_is_a_mistake() {
        let _ = Profile::oidc("my tenant");
    }
}
