//! RSA keys that were made badly, and show it.

/// Primes modulo which a bad modulus can be told from a good one.
const PRIMES: [u16; 17] = [
    11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
];

/// Whether the factors of a modulus can be found, because they were made by the smart cards and
/// security chips of CVE-2017-15361 ("ROCA"). There, both are a power of 65537 modulo the product
/// of the first primes, and then so is the modulus, modulo each of these. Of 100 million good
/// moduli, fewer than one is like this by chance.
pub(super) fn is_roca(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|&prime| {
        let rest = modulus.iter().fold(0, |rest: u32, byte| {
            (rest.wrapping_shl(8) | u32::from(*byte)) % u32::from(prime)
        });
        is_power_of_65537(rest, u32::from(prime))
    })
}

fn is_power_of_65537(number: u32, prime: u32) -> bool {
    let powers = std::iter::successors(Some(1_u32), |power| {
        Some(power.wrapping_mul(65537 % prime) % prime)
    });
    // There are fewer than `prime` of them, and then they begin anew.
    powers.take(prime as usize).any(|power| power == number)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Algorithm, key::Key},
        *,
    };

    /// `65537^exponent` modulo the product of the primes, as big-endian bytes.
    fn bad(exponent: u32) -> Vec<u8> {
        let product = PRIMES
            .iter()
            .fold(1_u128, |product, prime| product * u128::from(*prime));
        let power = (0..exponent).fold(1_u128, |power, _| power * 65537 % product);
        power.to_be_bytes().to_vec()
    }

    #[test]
    fn each_prime_tells_some_moduli_from_others() {
        for prime in PRIMES.map(u32::from) {
            let powers = (1..prime)
                .filter(|number| is_power_of_65537(*number, prime))
                .count();
            assert!(powers < prime as usize - 1, "{prime}");
            assert!(!is_power_of_65537(0, prime));
        }
    }

    #[test]
    fn a_power_of_65537_modulo_the_primes_is_bad_and_what_is_next_to_it_is_not() {
        for exponent in [0, 1, 2, 1000, 123_456] {
            let modulus = bad(exponent);
            assert!(is_roca(&modulus), "{exponent}");
            let mut next = modulus;
            if let Some(last) = next.last_mut() {
                *last ^= 1;
            }
            assert!(!is_roca(&next), "{exponent}");
        }
        assert!(!is_roca(&[]));
    }

    #[test]
    fn a_key_of_that_kind_is_none() {
        // Odd, of 2048 bits; the bad one is the next after it that is a power modulo the primes.
        let good = vec![0xa5; 256];
        let product = PRIMES
            .iter()
            .fold(2_u128, |product, prime| product * u128::from(*prime));
        let rest = good
            .iter()
            .fold(0, |rest, byte| (rest * 256 + u128::from(*byte)) % product);
        // A power is odd when it is taken modulo twice the product.
        let missing = (product + 65537 - rest) % product;
        let mut carry = missing;
        let mut bad = good.clone();
        for byte in bad.iter_mut().rev() {
            carry += u128::from(*byte);
            *byte = u8::try_from(carry % 256).expect("a byte");
            carry /= 256;
        }
        assert!(is_roca(&bad) && !is_roca(&good));
        let key = |modulus: &[u8]| Key::rsa(modulus, &[1, 0, 1], &[Algorithm::Rs256]);
        assert!(key(&good).is_some());
        assert!(key(&bad).is_none());
    }
}
