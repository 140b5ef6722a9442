//! Public keys, checked once and ready to verify signatures.

use super::{super::AuthError, Algorithm};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use jsonwebtoken::{DecodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use std::fmt;

/// A public key, and the algorithms that it may be used with.
///
/// `DecodingKey` takes any bytes, so each constructor has aws-lc check the key first. Only the
/// provider's verifiers are used of `jsonwebtoken`: its `decode` and `Validation` accept tokens that
/// are rejected here, and its process-wide provider panics where another crate enables a second one.
pub(crate) struct Key {
    public: DecodingKey,
    algorithms: Vec<Algorithm>,
}

impl Key {
    /// An RSA key of 2048 to 8192 bits, from the bytes of modulus and exponent without leading
    /// zeros. The exponent is odd, greater than 1, and has at most 33 bits.
    pub(super) fn rsa(n: &[u8], e: &[u8], algorithms: Vec<Algorithm>) -> Option<Self> {
        let bits = (n.len().checked_mul(8)?).checked_sub(n.first()?.leading_zeros() as usize)?;
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        if !(2048..=8192).contains(&bits) || n.first() == Some(&0) || !odd(n) {
            return None;
        }
        if e.first() == Some(&0) || e.len() > 5 || !odd(e) || e == [1] {
            return None;
        }
        RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .ok()?;
        let public = DecodingKey::from_rsa_raw_components(n, e);
        Some(Self { public, algorithms })
    }

    /// A point on the curve of this algorithm, from the bytes of its coordinates.
    pub(super) fn ec(x: &[u8], y: &[u8], algorithm: Algorithm) -> Option<Self> {
        let (parameters, length) = match algorithm {
            Algorithm::Es256 => (&ECDSA_P256_SHA256_FIXED, 32),
            Algorithm::Es384 => (&ECDSA_P384_SHA384_FIXED, 48),
            _ => return None,
        };
        if x.len() != length || y.len() != length {
            return None;
        }
        let point = [&[0x04], x, y].concat();
        // This checks that the point is on the curve.
        ParsedPublicKey::new(parameters, &point).ok()?;
        Some(Self {
            // In spite of its name it takes the point itself.
            public: DecodingKey::from_ec_der(&point),
            algorithms: vec![algorithm],
        })
    }

    /// A public key on Ed25519.
    pub(super) fn ed25519(x: &[u8]) -> Option<Self> {
        if x.len() != 32 {
            return None;
        }
        ParsedPublicKey::new(&ED25519, x).ok()?;
        Some(Self {
            public: DecodingKey::from_ed_der(x),
            algorithms: vec![Algorithm::EdDsa],
        })
    }

    /// A key on P-256 in PEM, for `ES256`: a `PUBLIC KEY` as in [RFC 7468, section
    /// 13](https://www.rfc-editor.org/rfc/rfc7468#section-13), and nothing else in the text.
    pub(crate) fn from_pem(pem: &[u8]) -> Option<Self> {
        /// What precedes the point in the structure of
        /// [RFC 5480, section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2).
        const P256: [u8; 27] = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
        ];
        let text = std::str::from_utf8(pem).ok()?.trim_ascii();
        let body = text
            .strip_prefix("-----BEGIN PUBLIC KEY-----")?
            .strip_suffix("-----END PUBLIC KEY-----")?;
        let body: Vec<u8> = body
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let der = base64_simd::STANDARD.decode_to_vec(body).ok()?;
        let point = der.strip_prefix(&P256)?;
        let (x, y) = point.split_at_checked(32)?;
        Self::ec(x, y, Algorithm::Es256)
    }

    /// Whether the key may be used with this algorithm.
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Verifies a signature: of RSA as long as the modulus, of ECDSA both numbers one after the
    /// other at full length ([RFC 7518, section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)).
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), AuthError> {
        if !self.is_for(algorithm) {
            return Err(AuthError::KeyMismatch);
        }
        let verifier =
            (DEFAULT_PROVIDER.verifier_factory)(&algorithm.for_signatures(), &self.public)
                .map_err(|_| AuthError::KeyMismatch)?;
        verifier
            .verify(signed, &signature.to_vec())
            .map_err(|_| AuthError::BadSignature)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithms = self.algorithms.iter().map(|algorithm| algorithm.name());
        f.debug_set().entries(algorithms).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::Signer, *};

    /// The structure of a public key on P-256.
    fn der(signer: &Signer) -> Vec<u8> {
        let jwk = signer.jwk("k");
        let coordinate = |name: &str| {
            let text = jwk[name].as_str().expect("it has coordinates");
            base64_simd::URL_SAFE_NO_PAD
                .decode_to_vec(text)
                .expect("it is base64url")
        };
        let head = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
            \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";
        [&head[..], &coordinate("x"), &coordinate("y")].concat()
    }

    fn pem(der: &[u8]) -> String {
        let body = base64_simd::STANDARD.encode_to_string(der);
        let (first, second) = body.split_at(64);
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
    }

    #[test]
    fn a_key_in_pem_verifies_signatures() {
        let signer = Signer::p256();
        let pem = pem(&der(&signer));
        for text in [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            pem.trim().to_owned(),
        ] {
            let key = Key::from_pem(text.as_bytes()).expect("it is a key");
            let signature = signer.sign(Algorithm::Es256, b"signed");
            assert_eq!(key.verify(Algorithm::Es256, b"signed", &signature), Ok(()));
            let rejected = key.verify(Algorithm::Es256, b"other", &signature);
            assert_eq!(rejected, Err(AuthError::BadSignature));
            let rejected = key.verify(Algorithm::Rs256, b"signed", &signature);
            assert_eq!(rejected, Err(AuthError::KeyMismatch));
        }
    }

    #[test]
    fn other_pem_texts_are_rejected() {
        let der = der(&Signer::p256());
        let good = pem(&der);
        let other_curve = {
            let mut der = der.clone();
            der[22] = 8;
            der
        };
        let compressed = {
            let mut der = der.clone();
            der[26] = 2;
            der
        };
        let off_curve = {
            let mut der = der.clone();
            der[90] ^= 1;
            der
        };
        for text in [
            String::new(),
            good.replace("PUBLIC", "PRIVATE"),
            good.replace("PUBLIC KEY", "CERTIFICATE"),
            good.replace("-----END PUBLIC KEY-----", ""),
            good.replace(
                "-----BEGIN PUBLIC KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\nx: y\n\n",
            ),
            format!("{good}{good}"),
            format!("text\n{good}"),
            pem(&der[..90]),
            pem(&[&der[..], &[0]].concat()),
            pem(&other_curve),
            pem(&compressed),
            pem(&off_curve),
            pem(&der[26..]),
        ] {
            assert!(Key::from_pem(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Key::from_pem(b"\xff").is_none());
    }
}
