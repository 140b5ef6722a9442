use super::*;
use serde_json::json;

fn parsed(text: &str) -> LocalCaller {
    match LocalCaller::parse(text) {
        Ok(caller) => caller,
        Err(error) => panic!("{text}: {error}"),
    }
}

const USER: &str = "arn:aws:iam::123456789012:user/alice";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/shop/session-1";

fn iam(arn: &str, organization: Option<&str>, access_key: Option<&str>) -> LocalCaller {
    LocalCaller::Iam(Iam {
        arn: arn.to_owned(),
        organization: organization.map(str::to_owned),
        access_key: access_key.map(str::to_owned),
        cognito_identity: None,
    })
}

#[test]
fn iam_callers_are_an_arn_with_options() {
    for (text, expected) in [
        (format!("iam:{USER}"), iam(USER, None, None)),
        (format!("iam:{SESSION}"), iam(SESSION, None, None)),
        (
            format!("iam:{USER},organization=o-1,access-key=AKIA1"),
            iam(USER, Some("o-1"), Some("AKIA1")),
        ),
        // Names may have these characters.
        (
            format!("iam:{USER},a=b@c,organization=o-1"),
            iam(&format!("{USER},a=b@c"), Some("o-1"), None),
        ),
        (
            "iam:arn:aws-cn:iam::123456789012:root".to_owned(),
            iam("arn:aws-cn:iam::123456789012:root", None, None),
        ),
    ] {
        assert_eq!(parsed(&text), expected, "{text}");
    }
}

#[test]
fn pairs_and_objects_become_claims() {
    for (text, claims) in [
        ("alice", json!({"sub": "alice"})),
        (
            "alice,groups=admins",
            json!({"sub": "alice", "cognito:groups": ["admins"]}),
        ),
        (
            "alice,groups=a,groups=b,scopes=r,scope=w,email=a@example.com",
            json!({
                "sub": "alice",
                "cognito:groups": ["a", "b"],
                "scope": "r w",
                "email": "a@example.com",
            }),
        ),
        (
            "alice,exp=1583798639,iat=x,zip=01234,tag=1,tag=2",
            json!({
                "sub": "alice", "exp": 1_583_798_639, "iat": "x", "zip": "01234", "tag": ["1", "2"],
            }),
        ),
        (
            r#"alice,{"scope": "r", "email_verified": true, "groups": ["g"]}"#,
            json!({"sub": "alice", "scope": "r", "email_verified": true, "groups": ["g"]}),
        ),
    ] {
        let cognito = parsed(&format!("cognito:{text}"));
        assert_eq!(cognito, LocalCaller::Cognito(claims.clone()), "{text}");
        let LocalCaller::Jwt { claims: found, .. } = parsed(&format!("jwt:{text}")) else {
            panic!("{text} is not a JWT");
        };
        assert_eq!(found, claims, "{text}");
    }
}

#[test]
fn the_scopes_of_a_jwt_are_listed() {
    for (text, expected) in [
        ("jwt:alice", vec![]),
        ("jwt:alice,scope=r,scope=w x", vec!["r", "w", "x"]),
        (r#"jwt:alice,{"scp": ["r", "w"]}"#, vec!["r", "w"]),
        (r#"jwt:alice,{"scope": 7}"#, vec![]),
    ] {
        let LocalCaller::Jwt { scopes, .. } = parsed(text) else {
            panic!("{text} is not a JWT");
        };
        assert_eq!(scopes, expected, "{text}");
    }
}

#[test]
fn other_callers_are_a_name_with_a_context_or_without() {
    for (text, expected) in [
        (
            "lambda:alice,plan=gold,level=3",
            LocalCaller::Lambda {
                principal: "alice".to_owned(),
                context: json!({"plan": "gold", "level": "3"}),
            },
        ),
        (
            r#"lambda:alice,{"level": 3, "of": ["x", "y"]}"#,
            LocalCaller::Lambda {
                principal: "alice".to_owned(),
                context: json!({"level": 3, "of": ["x", "y"]}),
            },
        ),
        (
            "certificate:CN=till-7,O=Example",
            LocalCaller::Certificate {
                subject: "CN=till-7,O=Example".to_owned(),
            },
        ),
        (
            "mtls:CN=till-7",
            LocalCaller::Certificate {
                subject: "CN=till-7".to_owned(),
            },
        ),
        (
            "api-key:x9y8z7",
            LocalCaller::ApiKey {
                id: "x9y8z7".to_owned(),
            },
        ),
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn errors_show_an_example() {
    for (text, expected) in [
        (
            "iam:alice",
            "`--as iam:` needs the ARN of an IAM user, or of the session of a role, such as \
             `iam:arn:aws:iam::123456789012:user/alice`; found \"alice\"",
        ),
        (
            "cognito:",
            "`--as cognito:` needs the subject of a token, and its claims, such as \
             `cognito:alice,groups=admins,scopes=orders/read,email=alice@example.com`; found no \
             name",
        ),
        (
            "jwt:alice,admin",
            "`--as jwt:` needs the subject of a token, and its claims, such as \
             `jwt:alice,scope=orders/read,email=alice@example.com`; found \"admin\" without a \
             name and `=`",
        ),
        (
            "jwt:alice,sub=bob",
            "`--as jwt:` needs the subject of a token, and its claims, such as \
             `jwt:alice,scope=orders/read,email=alice@example.com`; found `sub` twice: the \
             subject is what comes first",
        ),
        (
            "lambda:alice,{",
            "`--as lambda:` needs the principal and the context of a Lambda authorizer, such as \
             `lambda:alice,plan=gold`; found invalid JSON: EOF while parsing an object at line 1 \
             column 1",
        ),
        (
            "mtls:till-7",
            "`--as mtls:` needs the subject of a client certificate, such as \
             `certificate:CN=till-7`; found \"till-7\"",
        ),
        (
            "api-key:k,name=x",
            "`--as api-key:` needs the id of an API key, such as `api-key:a1b2c3d4e5`; found \
             \"k,name=x\"",
        ),
    ] {
        assert_eq!(LocalCaller::parse(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_name_comes_before_pairs_or_an_object() {
    let object = json!({"a": [1, "b,c"], "d=e": null});
    for (text, context) in [
        ("alice", json!({})),
        (
            "alice,a=1,b=,a=x=y,a=4",
            json!({"a": ["1", "x=y", "4"], "b": ""}),
        ),
        (r#"alice,{"a": [1, "b,c"], "d=e": null}"#, object.clone()),
        (r#"alice, {"a": [1, "b,c"], "d=e": null}"#, object),
    ] {
        let principal = "alice".to_owned();
        let expected = LocalCaller::Lambda { principal, context };
        assert_eq!(parsed(&format!("lambda:{text}")), expected, "{text}");
    }
    for (text, found) in [
        ("", "no name"),
        (",a=1", "no name"),
        ("alice,", "\"\" without a name and `=`"),
        ("alice,admin", "\"admin\" without a name and `=`"),
        ("alice,=1", "\"=1\" without a name and `=`"),
        (
            "alice,{a: 1}",
            "invalid JSON: key must be a string at line 1 column 2",
        ),
    ] {
        let error = LocalCaller::parse(&format!("lambda:{text}")).unwrap_err();
        assert!(error.ends_with(&format!("; found {found}")), "{error}");
    }
}

#[test]
fn iam_callers_need_the_arn_of_an_identity() {
    for arn in [
        "",
        "arn",
        "arn:aws:iam::123456789012",
        "arn:aws:iam::123456789012:",
        "arn:aws:iam::12345678901:user/alice",
        "arn:aws:iam::12345678901x:user/alice",
        "arn:aws:iam:eu-west-1:123456789012:user/alice",
        "arn:aws:lambda::123456789012:function/f",
        "arn::iam::123456789012:user/alice",
        "arn:aws:iam::123456789012:user/alice b",
        "arn:aws:iam::123456789012:user/",
    ] {
        assert!(LocalCaller::parse(&format!("iam:{arn}")).is_err(), "{arn}");
    }
    for options in ["organization=", "access-key=a,access-key=b"] {
        let text = format!("iam:{USER},{options}");
        assert!(LocalCaller::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn the_error_for_an_unknown_kind_lists_all_kinds() {
    for text in ["alice", "saml:alice", "", "IAM:x"] {
        let error = LocalCaller::parse(text).unwrap_err();
        assert!(
            error.starts_with("`--as` needs a caller of one of these kinds: `iam:arn:aws:iam::"),
            "{error}"
        );
        assert!(error.ends_with(&format!("; found {text:?}")), "{error}");
        for kind in ["cognito:", "jwt:", "lambda:", "certificate:", "api-key:"] {
            assert!(error.contains(&format!("`{kind}")), "{error}");
        }
    }
}

#[test]
fn every_example_can_be_parsed_and_sent() {
    for kind in parse::KINDS {
        let caller = parsed(kind.example);
        assert!(caller.sent().check(Source::HttpApiV1).is_ok() || caller.kind() == "api-key");
        assert!(kind.example.starts_with(&caller.to_string()), "{caller}");
    }
}

#[test]
fn sources_reject_callers_that_they_cannot_send() {
    for (text, source, expected) in [
        (
            "iam:arn:aws:iam::123456789012:user/alice",
            Source::Alb,
            "`--as iam:arn:aws:iam::123456789012:user/alice` cannot be served: source `alb` does \
             not support callers with IAM credentials; supported sources: `rest`, `http`, \
             `http1`, `url`, `lattice1`, `lattice2`",
        ),
        (
            "jwt:alice",
            Source::Alb,
            "`--as jwt:alice` cannot be served: source `alb` does not support callers with a \
             JWT; supported sources: `rest`, `http`, `http1`",
        ),
        (
            r#"lambda:alice,{"roles": []}"#,
            Source::RestApi,
            "`--as lambda:alice` cannot be served: the context of a Lambda authorizer can \
             only have strings, numbers and booleans at source `rest`, found a list or an object \
             in `roles`",
        ),
    ] {
        let checked = check(&[parsed(text)], source);
        assert_eq!(checked, Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn events_have_one_caller_of_each_kind() {
    let fits = |texts: &[&str]| {
        let callers: Vec<_> = texts.iter().map(|text| parsed(text)).collect();
        check(&callers, Source::RestApi)
    };
    assert_eq!(fits(&[]), Ok(()));
    assert_eq!(
        fits(&["cognito:alice", "certificate:CN=till", "api-key:k"]),
        Ok(())
    );
    assert_eq!(
        fits(&["api-key:k", "cognito:alice", "lambda:bob"]),
        Err(
            "an event has one of the callers `iam`, `cognito`, `jwt` and `lambda`, found \
             `--as cognito:alice` and `--as lambda:bob`; `certificate` and `api-key` may come \
             with it"
                .to_owned()
        )
    );
    assert_eq!(
        fits(&["api-key:k", "api-key:l"]),
        Err(
            "an event has one caller of a kind, found `--as api-key:k` and `--as api-key:l`"
                .to_owned()
        )
    );
}
