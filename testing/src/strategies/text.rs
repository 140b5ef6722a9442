//! Strategies of the parts of requests.

use proptest::{collection::vec, prelude::*, sample::select};

/// A segment of a path (RFC 3986, section 3.3), percent-encoded bytes included, and characters that are
/// not allowed and that clients send.
pub(super) fn path_segment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9._~-]{0,8}",
        1 => "[a-z!$&'()*+,;=:@]{1,6}",
        1 => vec(percent_encoded(), 1..4).prop_map(|bytes| bytes.concat()),
        1 => select(
            &[
                ".", "..", "%2e%2e", "%2F", "%25", "%3F", "%23", "%C3%A9", "%7e", "%61", "%2561",
                "%c3%a9", "%", "%%36%31", "%zz",
            ][..],
        )
        .prop_map(str::to_owned),
        1 => forbidden("\""),
    ]
}

/// Characters that a target must not have, and that HTTP parsers accept. Paths and queries have one each
/// of their `own`.
fn forbidden(own: &'static str) -> impl Strategy<Value = String> {
    let parts = ["{x}", "|", "^", "\\", "[1]", "é", "😀", own];
    select(parts.to_vec()).prop_map(str::to_owned)
}

/// Part of a query, without `&` and, in a name, without `=`.
pub(super) fn query_part(is_name: bool) -> impl Strategy<Value = String> {
    let plain = if is_name {
        "[a-zA-Z0-9._~!$'()*+,;:@/?-]{0,6}"
    } else {
        "[a-zA-Z0-9._~!$'()*+,;:@/?=-]{0,8}"
    };
    prop_oneof![
        3 => plain,
        1 => vec(percent_encoded(), 1..4).prop_map(|bytes| bytes.concat()),
        1 => select(&["%26", "%3D", "%2B", "+", "%20", "%C3%BC", "%"][..]).prop_map(str::to_owned),
        1 => forbidden("`"),
    ]
}

fn percent_encoded() -> impl Strategy<Value = String> {
    (any::<u8>(), any::<bool>()).prop_map(|(byte, upper)| {
        if upper {
            format!("%{byte:02X}")
        } else {
            format!("%{byte:02x}")
        }
    })
}

/// The value of a header: visible characters, UTF-8, or any bytes that HTTP allows (RFC 9110,
/// section 5.5).
pub fn header_value() -> impl Strategy<Value = Vec<u8>> {
    let visible = "[ -~]{0,16}".prop_map(String::into_bytes);
    let text = "[a-zé€😀\t]{0,6}".prop_map(String::into_bytes);
    let bytes = vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..], 0..8);
    prop_oneof![4 => visible, 1 => text, 1 => bytes]
}

/// The name of a header: some that mean something to sources, and many that do not.
pub fn header_name(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        2 => select(known).prop_map(str::to_owned),
        1 => "x-[a-z0-9-]{1,6}",
        1 => Just("x-tag".to_owned()),
    ]
}

/// Any bytes, and more often such as are text.
pub fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => Just(Vec::new()),
        2 => "\\PC{0,24}".prop_map(String::into_bytes),
        1 => any::<String>().prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..48),
    ]
}

/// The media type of a body.
pub fn content_type() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "application/json",
            "text/plain",
            "text/html; charset=utf-8",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "image/png",
            "application/problem+json",
            "",
        ][..],
    )
}
