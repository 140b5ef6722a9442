//! What is wrong with the settings.

use super::{Keys, MAX_LEEWAY, Settings, arn::LoadBalancer, token::is_uuid};

impl Settings {
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |text: String| faults.push(format!("ALB: {text}"));
        for arn in &self.arns {
            if LoadBalancer::read(arn).is_none() {
                fault(format!(
                    "`{arn}` is not the ARN of an application load balancer or of its listener"
                ));
            }
        }
        let empty = |text: &String| text.is_empty();
        if self.clients.iter().any(empty) {
            fault("the id of a client is empty".to_owned());
        }
        if self.any_client && !self.clients.is_empty() {
            fault("there are both a certain client and `any_client`".to_owned());
        }
        if self.issuer.as_ref().is_some_and(empty) {
            fault("the issuer is empty".to_owned());
        }
        for leeway in [self.leeway, self.expiry_leeway] {
            if leeway > MAX_LEEWAY {
                fault(format!(
                    "a leeway of {leeway:?} is too much: at most {MAX_LEEWAY:?} are allowed"
                ));
            }
        }
        match &self.keys {
            Keys::Fetched(_) => {
                for signer in &self.signers {
                    match self.url(signer, "00000000-0000-0000-0000-000000000000") {
                        None => fault(format!(
                            "it is not known where keys are in the partition `{}`: say it with \
                             `keys_url`",
                            signer.partition()
                        )),
                        Some(url) => {
                            if let Err(error) = self.parse()(&url) {
                                fault(format!("`keys_url`: {error}"));
                                break;
                            }
                        }
                    }
                }
            }
            Keys::Given(keys) => {
                for (id, key) in keys {
                    if !is_uuid(id) {
                        fault(format!("the id of a key is a UUID, which `{id}` is not"));
                    }
                    if key.is_none() {
                        fault(format!(
                            "the key `{id}` is not a public key on P-256 in PEM"
                        ));
                    }
                }
            }
            Keys::Set(_) => {}
        }
        faults
    }
}
