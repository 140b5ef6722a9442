//! The settings, and the verifier that is made of them.

use super::{
    super::{
        Credential,
        description::{self, Description, Kind},
        jwt::{Algorithm, Common, HeaderRules, Issuer, Key, KeySet, Source, Verifier},
        keys::{Url, UrlError},
    },
    arn::LoadBalancer,
    keys::{Fetched, RegionKeys},
    token::{LoadBalancers, is_uuid},
};
use crate::setting::{Setting, Visit, literals, unresolved, visit_all};
use std::sync::{Arc, OnceLock};

/// A key id, for checking the URLs that end with one.
const ANY_KEY: &str = "00000000-0000-0000-0000-000000000000";

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) common: Common,
    pub(super) arns: Vec<Setting>,
    pub(super) clients: Vec<Setting>,
    pub(super) any_client: bool,
    pub(super) issuer: Option<Setting>,
    pub(super) keys_url: Option<Setting>,
    pub(super) keys: Keys,
    verifier: OnceLock<Arc<Verifier<LoadBalancers>>>,
}

#[derive(Clone)]
pub(super) enum Keys {
    Fetched(Arc<Fetched>),
    /// By their ids; `None` if the PEM is invalid.
    Given(Vec<(String, Option<Arc<Key>>)>),
    /// Of a test issuer.
    Set(Arc<KeySet>),
}

impl Default for Settings {
    fn default() -> Self {
        let common = Common::new("alb", Credential::header("x-amzn-oidc-data"), "groups");
        Self {
            arns: Vec::new(),
            clients: Vec::new(),
            any_client: false,
            issuer: None,
            keys_url: None,
            keys: Keys::Fetched(Arc::new(Fetched::new(Arc::clone(&common.clock)))),
            common,
            verifier: OnceLock::new(),
        }
    }
}

impl Settings {
    pub(super) fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.verifier = OnceLock::new();
        let clock = Arc::clone(&self.common.clock);
        change(&mut self);
        // What was fetched is as old as the other clock says.
        if let Keys::Fetched(keys) = &mut self.keys
            && !Arc::ptr_eq(&clock, &self.common.clock)
        {
            *keys = Arc::new(Fetched::new(Arc::clone(&self.common.clock)));
        }
        self
    }

    pub(super) fn verifier(&self) -> &Verifier<LoadBalancers> {
        self.verifier.get_or_init(|| Arc::new(self.build()))
    }

    fn build(&self) -> Verifier<LoadBalancers> {
        let clients: Arc<[String]> = literals(&self.clients).map(str::to_owned).collect();
        let issuers = self.signers().map(|signer| Issuer {
            source: self.source(&signer),
            name: signer.arn,
            parties: (!self.any_client).then(|| Arc::clone(&clients)),
            ahead: false,
        });
        Verifier {
            header: HeaderRules::new(vec![Algorithm::Es256], ["JWT"]),
            profile: LoadBalancers {
                issuers: issuers.collect(),
                issuer: self.issuer.as_ref().map(Setting::to_string),
            },
            common: self.common.clone(),
            cache: None,
            errors: self.errors(),
        }
    }

    /// The load balancers.
    pub(super) fn signers(&self) -> impl Iterator<Item = LoadBalancer> {
        literals(&self.arns).filter_map(LoadBalancer::read)
    }

    fn source(&self, signer: &LoadBalancer) -> Source {
        match &self.keys {
            Keys::Fetched(keys) => Source::ById(Arc::new(RegionKeys {
                base: self.keys_base(signer),
                parse: self.parse(),
                fetched: Arc::clone(keys),
            })),
            Keys::Given(keys) => {
                let keys = keys.iter().cloned();
                let keys = keys.filter_map(|(id, key)| Some((id, key?)));
                Source::Embedded(Arc::new(KeySet::of(keys)))
            }
            Keys::Set(keys) => Source::Embedded(Arc::clone(keys)),
        }
    }

    pub(super) fn visit(&mut self, visit: &mut Visit<'_>) {
        visit_all("listener", &mut self.arns, visit);
        visit_all("client", &mut self.clients, visit);
        visit_all("issuer", &mut self.issuer, visit);
        visit_all("keys_url", &mut self.keys_url, visit);
    }

    pub(super) fn describe(&self) -> Description {
        let issuers = self.issuer.iter().cloned();
        Description {
            load_balancers: self.arns.clone(),
            clients: self.clients.clone(),
            issuers: issuers.map(description::Issuer::new).collect(),
            keys_url: self.keys_url.clone(),
            groups_claim: Some(self.common.groups.path().to_owned()),
            ..self.common.scheme().describe(Kind::Alb)
        }
    }

    fn keys_base(&self, signer: &LoadBalancer) -> Option<String> {
        let given = self.keys_url.as_ref().map(Setting::to_string);
        let base = given.or_else(|| signer.keys())?;
        Some(base.trim_end_matches('/').to_owned())
    }

    fn parse(&self) -> fn(&str) -> Result<Url, UrlError> {
        if self.common.loopback {
            Url::parse_loopback_allowed
        } else {
            Url::parse
        }
    }

    /// The errors in the settings.
    fn errors(&self) -> Vec<String> {
        let mut errors = unresolved(|visit| self.clone().visit(visit));
        let mut reject = |text: String| errors.push(format!("ALB: {text}"));
        for arn in literals(&self.arns) {
            if LoadBalancer::read(arn).is_none() {
                reject(format!(
                    "`{arn}` is not the ARN of an application load balancer or of its listener"
                ));
            }
        }
        let empty = |setting: &Setting| setting.is("");
        if self.clients.iter().any(empty) {
            reject("the id of a client is empty".to_owned());
        }
        if self.any_client && !self.clients.is_empty() {
            reject("`client` and `any_client` cannot be combined".to_owned());
        }
        if self.issuer.as_ref().is_some_and(empty) {
            reject("the issuer is empty".to_owned());
        }
        self.common.errors().into_iter().for_each(&mut reject);
        match &self.keys {
            Keys::Fetched(_) => {
                for signer in self.signers() {
                    let Some(base) = self.keys_base(&signer) else {
                        let partition = signer.partition();
                        reject(format!(
                            "the URL of the keys in the partition `{partition}` is not known: set \
                             `keys_url`"
                        ));
                        continue;
                    };
                    if let Err(error) = self.parse()(&format!("{base}/{ANY_KEY}")) {
                        reject(format!("`keys_url`: {error}"));
                        break;
                    }
                }
            }
            Keys::Given(keys) => {
                for (at, (id, key)) in keys.iter().enumerate() {
                    if keys.iter().take(at).any(|(other, _)| other == id) {
                        reject(format!("the key id `{id}` is repeated"));
                    }
                    if !is_uuid(id) {
                        reject(format!("the key id `{id}` is not a UUID"));
                    }
                    if key.is_none() {
                        reject(format!(
                            "the key `{id}` is not a public key on P-256 in PEM"
                        ));
                    }
                }
            }
            Keys::Set(_) => {}
        }
        errors
    }
}
