//! Hundreds of tokens, each a good one with something changed, and what is to become of each.
//!
//! Two verifiers judge them: ours, here; and [aws-jwt-verify](https://github.com/awslabs/aws-jwt-verify),
//! the one of the field, in `.ci/differential.mjs`, which reads what the test here writes. Ours may
//! accept nothing that it rejects, but for algorithms that it does not know and for a `scope` that is
//! no string. Where ours rejects what it accepts, the case says so and
//! [`Stricter`] says why; a difference that is on neither list fails.

mod claims;
mod cognito;
mod encoding;
mod header;
mod json;
mod signature;

use crate::verifiers::{self, NOON, Verifier};
use serde_json::json;
use std::{collections::HashSet, env, fmt::Write as _, fs};

/// A token, and what ours and the other verifier are to make of it.
pub(crate) struct Case {
    name: String,
    verifier: Verifier,
    token: String,
    expected: Expected,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Both accept it.
    Accepted,
    /// Both reject it.
    Rejected,
    /// Ours alone rejects it.
    Stricter(Stricter),
    /// Ours alone accepts it, for the other one does not know the algorithm.
    UnknownAlgorithm,
    /// Ours alone accepts it, without scopes or with those of an array: several issuers write `scope`
    /// as an array, and what it says decides rules of routes and nothing about the token.
    ScopeOfAnotherForm,
}

/// Why ours rejects what the other one accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stricter {
    /// What has no end cannot be taken back.
    NoExpiry,
    /// A time that no clock will show is no end; and one that is over is over, without allowance.
    Expiry,
    /// What was issued in the future was issued by a wrong clock, or by nobody.
    IssuedInTheFuture,
    /// RFC 7515, section 4.1.11: what is critical and unknown makes a token invalid.
    Critical,
    /// RFC 7797: a payload that is not base64url is another payload.
    UnencodedPayload,
    /// RFC 8725, section 3.11: a token for one purpose must not serve another.
    Type,
    /// RFC 8725, section 2.4, and RFC 7515, section 4: of two members of one name, readers take
    /// different ones.
    Duplicate,
    /// Nobody means it, and a parser that recurses can run out of stack.
    TooDeep,
    /// RFC 7515, section 2: base64url without padding, white space or other characters. One token
    /// has one text, so that a list of revoked ones can name it.
    Encoding,
    /// 8 KB are more than any gateway lets through.
    TooLarge,
    /// A header of the wrong type, likewise.
    HeaderType,
    /// Somebody has to be meant.
    NoSubject,
    /// JSON is UTF-8 (RFC 8259, section 8.1), and U+FFFD in place of what was there is not what was
    /// signed.
    NotUtf8,
}

/// The cases of one verifier, while they are gathered.
struct Cases {
    verifier: Verifier,
    list: Vec<Case>,
}

impl Cases {
    fn new(verifier: Verifier) -> Self {
        let list = Vec::new();
        Self { verifier, list }
    }

    fn add(&mut self, expected: Expected, name: impl Into<String>, token: impl Into<String>) {
        self.list.push(Case {
            name: name.into(),
            verifier: self.verifier,
            token: token.into(),
            expected,
        });
    }

    fn accepted(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(Expected::Accepted, name, token);
    }

    fn rejected(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(Expected::Rejected, name, token);
    }

    fn unknown_algorithm(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(Expected::UnknownAlgorithm, name, token);
    }

    fn scope_of_another_form(&mut self, name: impl Into<String>, token: impl Into<String>) {
        self.add(Expected::ScopeOfAnotherForm, name, token);
    }

    fn stricter(&mut self, why: Stricter, name: impl Into<String>, token: impl Into<String>) {
        self.add(Expected::Stricter(why), name, token);
    }
}

fn all() -> Vec<Case> {
    [
        header::cases(),
        claims::cases(),
        cognito::access(),
        cognito::id(),
        json::cases(),
        encoding::cases(),
        signature::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// With `DIFFERENTIAL=FILE`, the cases and the verdicts are written there, for the other verifier.
#[tokio::test]
async fn every_changed_token_meets_its_verdict() {
    let cases = all();
    assert!(cases.len() > 500, "{} cases", cases.len());
    let mut names = HashSet::new();
    let (mut lines, mut wrong) = (String::new(), Vec::new());
    for verifier in Verifier::ALL {
        let settings = verifier.settings();
        writeln!(lines, "{settings}").expect("written");
    }
    for case in &cases {
        let name = (case.verifier.name(), &case.name);
        assert!(names.insert(name), "two cases are {name:?}");
        let verdict = verifiers::judge(case.verifier, &case.token).await;
        let accept = matches!(
            case.expected,
            Expected::Accepted | Expected::UnknownAlgorithm | Expected::ScopeOfAnotherForm
        );
        if verdict.is_ok() != accept {
            wrong.push(format!("{}: {verdict:?}", case.name));
        }
        let (stricter, unknown) = match case.expected {
            Expected::Stricter(why) => (Some(format!("{why:?}")), false),
            expected => (None, expected == Expected::UnknownAlgorithm),
        };
        let line = json!({
            "name": case.name,
            "verifier": case.verifier.name(),
            "now": NOON,
            "token": case.token,
            "accepted": verdict.is_ok(),
            "rejection": verdict.err().map(|rejection| rejection.to_string()),
            "stricter": stricter,
            "unknownAlgorithm": unknown,
            "scopeOfAnotherForm": case.expected == Expected::ScopeOfAnotherForm,
        });
        writeln!(lines, "{line}").expect("written");
    }
    if let Some(file) = env::var_os("DIFFERENTIAL") {
        fs::write(file, lines).expect("the file can be written");
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
