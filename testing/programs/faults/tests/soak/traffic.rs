//! Reproducible traffic of a soak.

use lambda_api::{bytes::Bytes, event::Source};
use lambda_api_testing::{
    EventBuilder,
    fake_lambda::{FunctionError, InvocationResponse},
};
use lambda_api_testing_internal::strategies;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;

/// The trace id, with a lineage, of the invocation of this request id.
pub(crate) fn trace_id(request_id: &str) -> String {
    let n = request_id.rsplit('-').next().unwrap_or_default();
    format!("Root=1-5759e988-{n:0>24};Parent={n:0>16};Sampled=1;Lineage=a87bd80c:{n}|68fd508a:5")
}

/// What becomes of an event.
#[derive(Debug)]
pub(crate) enum Expected {
    /// The response is about this very request.
    Digest {
        source: Source,
        name: String,
        length: usize,
        digest: u64,
        padding: usize,
    },
    /// Any HTTP response, or the error of an event that is not HTTP.
    Any,
}

impl Expected {
    /// The status of a response that is as it should be.
    pub(crate) fn check(&self, response: &InvocationResponse) -> Result<u16, String> {
        let json: Value = serde_json::from_slice(response.bytes())
            .map_err(|error| format!("{self:?}: no JSON: {error}"))?;
        let status = json["statusCode"].as_u64().unwrap_or_default();
        let Self::Digest {
            source,
            name,
            length,
            digest,
            padding,
        } = self
        else {
            return match u16::try_from(status) {
                Ok(status @ (200..=499 | 501)) => Ok(status),
                _ => Err(format!("status {status} for something hostile: {response}")),
            };
        };
        let body = response.http(*source).into_body();
        let body: Value =
            serde_json::from_slice(&body).map_err(|error| format!("{self:?}: {error}"))?;
        let is_own = status == 200
            && body["name"] == *name
            && body["length"] == *length
            && body["digest"] == *digest
            && body["padding"].as_str().map(str::len) == Some(*padding)
            && body["request_id"] == response.request_id()
            && body["trace_id"] == trace_id(response.request_id());
        if is_own {
            Ok(200)
        } else {
            let ids = (&body["request_id"], &body["trace_id"]);
            Err(format!("{self:?}: status {status}, {ids:?}"))
        }
    }

    pub(crate) fn may_be_an_error(&self, error: &FunctionError) -> bool {
        matches!(self, Self::Any) && error.error_type == "UnsupportedEvent"
    }
}

/// When there is as much in an event or a response as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Largest {
    /// In so many at first, so that memory is soon what it will be.
    pub(crate) first: u64,
    /// Then in one of so many, nearly.
    pub(crate) one_in: u64,
}

impl Largest {
    pub(crate) const NONE: Self = Self {
        first: 0,
        one_in: u64::MAX,
    };
}

/// Makes events.
pub(crate) struct Sender {
    largest: Largest,
    state: u64,
    sent: u64,
    hostile: TestRunner,
}

impl Sender {
    pub(crate) fn new(largest: Largest) -> Self {
        let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        Self {
            largest,
            state: 7,
            sent: 0,
            hostile: TestRunner::new_with_rng(Config::default(), seed),
        }
    }

    pub(crate) fn next(&mut self) -> (Bytes, Expected) {
        self.sent += 1;
        if self.sent > self.largest.first && self.below(20) == 0 {
            return (self.hostile(), Expected::Any);
        }
        let source = Source::ALL[self.below(Source::ALL.len() as u64) as usize];
        let name = format!("soak-{}", self.sent);
        let body = self.body();
        let padding = self.padding(source);
        let mut event = EventBuilder::new(source)
            .method("POST")
            .path(&format!("/digest/{name}"))
            .query("padding", &padding.to_string());
        for n in 0..self.below(20) {
            event = event.header(
                &format!("x-header-{n}"),
                "v".repeat(self.below(200) as usize),
            );
        }
        let (length, digest) = (body.len(), fnv(&body));
        let event = event.header("content-type", "text/plain").body(body);
        let expected = Expected::Digest {
            source,
            name,
            length,
            digest,
            padding,
        };
        (event.to_bytes(), expected)
    }

    /// Text or bytes, which are a third larger in an event.
    fn body(&mut self) -> Vec<u8> {
        let is_text = self.below(2) == 0;
        let largest = if is_text { 6_200_000 } else { 4_650_000 };
        let size = self.size(largest);
        let first = self.random();
        let byte = |at: usize| {
            let mixed = first.rotate_left(at as u32 % 64) as u8;
            if is_text { b'a' + mixed % 26 } else { mixed }
        };
        (0..size).map(byte).collect()
    }

    /// How much more the response has: as much as a response may have, now and then.
    fn padding(&mut self, source: Source) -> usize {
        let largest = source.response_limit() - 10_000;
        self.size(largest)
    }

    /// Mostly little; one in 100 up to 64 kB.
    fn size(&mut self, most: usize) -> usize {
        if self.sent <= self.largest.first {
            return most;
        }
        if self.below(self.largest.one_in) == 0 {
            return most - self.below(most as u64 / 4) as usize;
        }
        let most = match self.below(100) {
            0 => 65_536,
            _ => 2_000,
        };
        self.below(most) as usize
    }

    fn hostile(&mut self) -> Bytes {
        let event = strategies::hostile_events().new_tree(&mut self.hostile);
        event.expect("an event").current()
    }

    /// Below this, evenly enough.
    fn below(&mut self, limit: u64) -> u64 {
        self.random() % limit
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// As the program computes it.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}
