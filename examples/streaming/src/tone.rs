//! A sound that a player can seek in.

use bytes::Bytes;
use lambda_api::{State, api_handler, extract::Range, response::Download};

/// Samples of eight bits in a second.
const RATE: u32 = 8_000;
const SECONDS: u32 = 60;
const HERTZ: u32 = 440;

/// A file in memory: WAV, one channel.
#[derive(Clone)]
pub(crate) struct Tone(pub(crate) Bytes);

impl Tone {
    pub(crate) fn new() -> Self {
        let length = RATE * SECONDS;
        let mut wav = Vec::with_capacity(44 + length as usize);
        wav.extend_from_slice(b"RIFF");
        wav.extend_from_slice(&(36 + length).to_le_bytes());
        wav.extend_from_slice(b"WAVEfmt ");
        // The length of this part, PCM, one channel, samples and bytes in a second, bytes and bits of a sample.
        wav.extend_from_slice(&16_u32.to_le_bytes());
        wav.extend_from_slice(&[1, 0, 1, 0]);
        wav.extend_from_slice(&RATE.to_le_bytes());
        wav.extend_from_slice(&RATE.to_le_bytes());
        wav.extend_from_slice(&[1, 0, 8, 0]);
        wav.extend_from_slice(b"data");
        wav.extend_from_slice(&length.to_le_bytes());
        wav.extend((0..length).map(|at| {
            if (at * HERTZ * 2 / RATE).is_multiple_of(2) {
                96
            } else {
                160
            }
        }));
        Self(wav.into())
    }
}

/// Listen to a tone.
///
/// A player asks for the part that it needs next.
#[api_handler(GET "/tone.wav")]
pub(crate) async fn tone(range: Range, State(Tone(wav)): State<Tone>) -> Download {
    Download::new(wav)
        .filename("tone.wav")
        .inline()
        .content_type("audio/wav")
        // This content never changes. A file that does has a tag for each version, such as a hash of it.
        .etag("440")
        .range(range)
}
