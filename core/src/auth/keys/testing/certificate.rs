//! Certificates that sign themselves, made on the spot: a private key in the repository would be a
//! find for every scanner.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::sync::Arc;

#[derive(Clone)]
pub(in super::super) struct Certificate {
    der: CertificateDer<'static>,
    server: Arc<ServerConfig>,
}

impl Certificate {
    /// A certificate for this name, valid until the end of this year. Its issuer is itself.
    pub(in super::super) fn new(name: &str, until: u16) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let algorithm = tlv(0x30, &[&ECDSA_WITH_SHA256]);
        let point = key.public_key().as_ref();
        let to_be_signed = tlv(
            0x30,
            &[
                // Version 3, serial number 1.
                &tlv(0xa0, &[&tlv(0x02, &[&[2]])]),
                &tlv(0x02, &[&[1]]),
                &algorithm,
                &distinguished(name),
                &tlv(
                    0x30,
                    &[
                        &tlv(0x18, &[b"20000101000000Z"]),
                        &tlv(0x18, &[format!("{until}1231235959Z").as_bytes()]),
                    ],
                ),
                &distinguished(name),
                &tlv(
                    0x30,
                    &[
                        &tlv(0x30, &[&EC_PUBLIC_KEY, &P256]),
                        &tlv(0x03, &[&[0], point]),
                    ],
                ),
                &tlv(0xa3, &[&tlv(0x30, &[&alternative(name)])]),
            ],
        );
        let signature = key.sign(&SystemRandom::new(), &to_be_signed).unwrap();
        let der = tlv(
            0x30,
            &[
                &to_be_signed,
                &algorithm,
                &tlv(0x03, &[&[0], signature.as_ref()]),
            ],
        );
        let der = CertificateDer::from(der);
        let key = key.to_pkcs8v1().unwrap().as_ref().to_vec();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let provider = Arc::new(default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], key)
            .unwrap();
        Self {
            der,
            server: Arc::new(server),
        }
    }

    /// Who trusts this one alone.
    pub(in super::super) fn trusted(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        roots
    }

    pub(super) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}

// Object identifiers of RFC 5480 and RFC 5758.
const ECDSA_WITH_SHA256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EC_PUBLIC_KEY: [u8; 9] = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// A name of one common name.
fn distinguished(name: &str) -> Vec<u8> {
    let attribute = tlv(0x30, &[&[6, 3, 0x55, 4, 3], &tlv(0x0c, &[name.as_bytes()])]);
    tlv(0x30, &[&tlv(0x31, &[&attribute])])
}

/// The extension that names the subject: a DNS name or an IPv4 address.
fn alternative(name: &str) -> Vec<u8> {
    let name = match name.parse::<std::net::Ipv4Addr>() {
        Ok(address) => tlv(0x87, &[&address.octets()]),
        Err(_) => tlv(0x82, &[name.as_bytes()]),
    };
    let names = tlv(0x30, &[&name]);
    tlv(0x30, &[&[6, 3, 0x55, 0x1d, 0x11], &tlv(0x04, &[&names])])
}

/// DER: a tag, a length and a value.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let mut der = vec![tag];
    match length {
        [0, short @ 0..0x80] => der.push(short),
        [0, long] => der.extend([0x81, long]),
        long => der.extend([0x82, long[0], long[1]]),
    }
    der.extend(value);
    der
}
