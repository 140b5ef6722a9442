//! Load balancers, by their ARN.

/// A load balancer that signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadBalancer {
    /// The `signer` in its tokens.
    pub(super) arn: String,
    partition: String,
    region: String,
}

impl LoadBalancer {
    /// Reads the ARN of an application load balancer, or of one of its listeners.
    ///
    /// See [the formats](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html#awselasticloadbalancingv2-resources-for-iam-policies).
    pub(super) fn read(arn: &str) -> Option<Self> {
        let parts: Vec<_> = arn.split(':').collect();
        let [
            "arn",
            partition,
            service @ "elasticloadbalancing",
            region,
            account,
            resource,
        ] = *parts.as_slice()
        else {
            return None;
        };
        let path: Vec<_> = resource.split('/').collect();
        let (["loadbalancer", "app", name, id] | ["listener", "app", name, id, _]) =
            *path.as_slice()
        else {
            return None;
        };
        // The region becomes part of a URL.
        if ![partition, region, account, name, id]
            .into_iter()
            .all(is_word)
        {
            return None;
        }
        Some(Self {
            arn: format!(
                "arn:{partition}:{service}:{region}:{account}:loadbalancer/app/{name}/{id}"
            ),
            partition: partition.to_owned(),
            region: region.to_owned(),
        })
    }

    /// Base URL of its public keys, to which `/` and the id of a key are appended. `None` in an unknown
    /// partition.
    ///
    /// For regions of `aws` and `aws-us-gov` this is from
    /// [AWS's page](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding);
    /// in `aws-cn` services have this domain.
    pub(super) fn keys(&self) -> Option<String> {
        let Self { region, .. } = self;
        match self.partition.as_str() {
            "aws" => Some(format!(
                "https://public-keys.auth.elb.{region}.amazonaws.com"
            )),
            "aws-cn" => Some(format!(
                "https://public-keys.auth.elb.{region}.amazonaws.com.cn"
            )),
            "aws-us-gov" => Some(format!(
                "https://s3-{region}.amazonaws.com/aws-elb-public-keys-prod-{region}"
            )),
            _ => None,
        }
    }

    pub(super) fn partition(&self) -> &str {
        &self.partition
    }
}

fn is_word(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::LoadBalancer;

    fn arn(partition: &str, region: &str, resource: &str) -> String {
        format!("arn:{partition}:elasticloadbalancing:{region}:123456789012:{resource}")
    }

    const OWN: &str = "loadbalancer/app/shop/50dc6c495c0c9188";
    const LISTENER: &str = "listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";

    #[test]
    fn a_listener_is_one_of_its_load_balancer() {
        let own = arn("aws", "eu-west-1", OWN);
        let by_own = LoadBalancer::read(&own).unwrap();
        assert_eq!(by_own.arn, own);
        let by_listener = LoadBalancer::read(&arn("aws", "eu-west-1", LISTENER)).unwrap();
        assert_eq!(by_listener, by_own);
    }

    #[test]
    fn other_arns_are_rejected() {
        for text in [
            String::new(),
            "shop".to_owned(),
            "arn:aws:lambda:eu-west-1:123456789012:function:shop".to_owned(),
            arn("aws", "eu-west-1", "loadbalancer/net/shop/50dc6c495c0c9188"),
            arn("aws", "eu-west-1", "targetgroup/shop/50dc6c495c0c9188"),
            arn("aws", "eu-west-1", "loadbalancer/app/shop"),
            arn(
                "aws",
                "eu-west-1",
                "loadbalancer/app/shop/50dc6c495c0c9188/x",
            ),
            arn("aws", "eu-west-1", "listener/app/shop/50dc6c495c0c9188"),
            arn("aws", "eu-west-1", "loadbalancer/app//50dc6c495c0c9188"),
            arn("aws", "", OWN),
            arn("aws", "eu-west-1.example.com#", OWN),
            arn("aws", "eu west 1", OWN),
            format!("{}:more", arn("aws", "eu-west-1", OWN)),
            format!(" {}", arn("aws", "eu-west-1", OWN)),
        ] {
            assert_eq!(LoadBalancer::read(&text), None, "{text}");
        }
    }

    #[test]
    fn each_partition_has_its_keys_elsewhere() {
        for (partition, region, keys) in [
            (
                "aws",
                "eu-west-1",
                Some("https://public-keys.auth.elb.eu-west-1.amazonaws.com"),
            ),
            (
                "aws-us-gov",
                "us-gov-east-1",
                Some(
                    "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1",
                ),
            ),
            (
                "aws-cn",
                "cn-north-1",
                Some("https://public-keys.auth.elb.cn-north-1.amazonaws.com.cn"),
            ),
            ("aws-eusc", "eusc-de-east-1", None),
        ] {
            let balancer = LoadBalancer::read(&arn(partition, region, OWN)).unwrap();
            assert_eq!(balancer.keys().as_deref(), keys);
            assert_eq!(balancer.partition(), partition);
        }
    }
}
