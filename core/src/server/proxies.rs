//! The address of a client behind trusted proxies.
//!
//! Each proxy appends the address that it was called from to `x-forwarded-for`, so the list is read
//! from its end. The first address that is no trusted proxy is the client; everything before it was
//! sent by that client, and may be anything.

use http::{HeaderMap, HeaderName};
use std::net::IpAddr;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An address, or the addresses with one prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    /// The number of bits that all addresses share.
    prefix: u32,
}

impl Network {
    /// Parses `10.0.0.0/8`, `192.0.2.1`, `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || {
            format!(
                "expected an address such as `192.0.2.1` or a network such as `10.0.0.0/8`, found `{}`",
                text.escape_debug()
            )
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let bits = width(address);
        let prefix = match prefix {
            None => bits,
            // `u32` accepts a sign.
            Some(digits) if !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(invalid());
            }
            Some(digits) => digits.parse().map_err(|_| invalid())?,
        };
        if prefix > bits {
            return Err(format!(
                "expected at most {bits} bits of a prefix, found `{text}`"
            ));
        }
        if prefix == 0 {
            return Err(format!(
                "expected the addresses of proxies, found `{text}`, which is all addresses"
            ));
        }
        let network = Self { address, prefix };
        if network.significant(address) != Some(bits_of(address)) {
            return Err(format!(
                "expected zeros behind the first {prefix} bits of a network, found `{text}`"
            ));
        }
        network.canonical(text)
    }

    /// Clients with IPv4 addresses of a socket for both versions are IPv4 clients here.
    fn canonical(self, text: &str) -> Result<Self, String> {
        /// The prefix of all mapped addresses.
        const MAPPED: u32 = 96;
        let address = canonical(self.address);
        if address == self.address {
            return Ok(self);
        }
        match self.prefix.checked_sub(MAPPED) {
            Some(prefix @ 1..) => Ok(Self { address, prefix }),
            _ => Err(format!(
                "expected the addresses of proxies, found `{text}`, which is all addresses of IPv4"
            )),
        }
    }

    fn contains(self, address: IpAddr) -> bool {
        width(address) == width(self.address)
            && self.significant(address) == Some(bits_of(self.address))
    }

    /// The bits of an address without those behind the prefix.
    fn significant(self, address: IpAddr) -> Option<u128> {
        let behind = width(address).checked_sub(self.prefix)?;
        let bits = bits_of(address);
        bits.checked_shr(behind)?.checked_shl(behind)
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The proxies whose headers are read. None by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies(Vec<Network>);

impl Proxies {
    pub(super) fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The address of the client of a request from `peer`.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        // A header in several lines is one list (RFC 9110, section 5.3).
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries {
            if !self.trust(client) {
                break;
            }
            match entry_address(entry) {
                Some(address) => client = address,
                // What precedes an entry that is no address cannot be told apart.
                None => break,
            }
        }
        client
    }
}

/// An address, with a port as some load balancers add it.
fn entry_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0.parse().ok()?,
        None => match text.parse() {
            Ok(address) => address,
            Err(_) => text
                .parse::<std::net::SocketAddrV4>()
                .ok()?
                .ip()
                .to_owned()
                .into(),
        },
    };
    Some(canonical(address))
}

/// IPv4 clients of a socket for both versions have mapped addresses.
pub(super) fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        let parse = |text: &&str| Network::parse(text).expect(text);
        Proxies::new(networks.iter().map(parse).collect())
    }

    #[test]
    fn networks_contain_the_addresses_of_their_prefix() {
        let table = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.0", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("128.0.0.0/1", "203.0.113.9", true),
            ("128.0.0.0/1", "8000::1", false),
            ("8000::/1", "128.0.0.1", false),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.0.0.0", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ];
        for (network, address, expected) in table {
            let address: IpAddr = address.parse().unwrap();
            let network = Network::parse(network).expect(network);
            assert_eq!(network.contains(address), expected, "{network:?} {address}");
        }
    }

    #[test]
    fn an_invalid_network_says_what_is_wrong() {
        let table = [
            ("", "expected an address"),
            ("10.0.0.0/", "expected an address"),
            ("10.0.0.0/+8", "expected an address"),
            ("10.0.0/8", "expected an address"),
            ("proxy.example", "expected an address"),
            ("10.0.0.0/33", "at most 32 bits"),
            ("::/129", "at most 128 bits"),
            ("10.0.0.1/8", "expected zeros"),
            ("0.0.0.0/0", "all addresses"),
            ("::/0", "all addresses"),
            ("::ffff:0:0/96", "all addresses of IPv4"),
        ];
        for (text, why) in table {
            let error = Network::parse(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn forwarded_addresses_are_read_from_their_end() {
        let trusted = proxies(&["10.0.0.0/8", "2001:db8::/32"]);
        let table: [(&str, &[&str], &str); 14] = [
            // Only a trusted proxy may name the client.
            ("203.0.113.9", &["192.0.2.1"], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.66, 192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.66", "192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1,10.0.0.2", "10.0.0.3"], "192.0.2.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["192.0.2.1,"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1:4711"], "192.0.2.1"),
            ("2001:db8::1", &["[2001:db9::7]:443"], "2001:db9::7"),
            ("10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
        ];
        for (peer, lines, client) in table {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, line.parse().unwrap());
            }
            let found = trusted.client(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), client, "{peer} {lines:?}");
        }
    }
}
