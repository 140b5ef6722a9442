//! The verdict is garde's own for the same rules, and pointers lead to the invalid values.

use lambda_api::{
    Validate, Violations,
    validate::garde::{self, Validate as _},
};
use proptest::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// The same type with both derives: garde's counts characters only where it is told to.
macro_rules! twice {
    ($($item:tt)*) => {
        mod ours {
            use super::*;

            #[derive(Clone, Debug, Serialize, Validate)]
            $($item)*
        }

        mod theirs {
            use super::*;

            #[derive(Clone, Debug, garde::Validate)]
            $($item)*
        }
    };
}

twice! {
    #[garde(allow_unvalidated)]
    pub(super) struct Values {
        #[garde(range(min = -3, max = 3))]
        pub(super) number: i64,
        #[garde(range(max = 0.5))]
        pub(super) float: f64,
        #[garde(length(chars, min = 1, max = 3), ascii)]
        pub(super) text: String,
        #[garde(alphanumeric, prefix("a"), suffix("b"), contains("c"))]
        pub(super) parts: String,
        #[garde(email)]
        pub(super) email: Option<String>,
        #[garde(ip)]
        pub(super) ip: String,
        #[garde(pattern(r"^[a-c]*$"))]
        pub(super) pattern: Option<String>,
        #[garde(length(max = 2), inner(range(max = 3)))]
        pub(super) list: Vec<u8>,
        #[garde(length(min = 1))]
        pub(super) map: BTreeMap<String, u8>,
        #[garde(required)]
        pub(super) required: Option<u8>,
        #[allow(dead_code)]
        pub(super) free: String,
    }
}

prop_compose! {
    fn values()(
        number in -6..6_i64,
        float in -1.0..1.0_f64,
        text in "[a-z\u{e9}\u{1f375}]{0,4}",
        parts in "a?[ac\u{e9}!]{0,3}b?",
        email in prop::option::of("[a-z.@]{0,6}(@[a-z.]{0,6})?"),
        ip in "[0-9.:]{0,9}|127\\.0\\.0\\.1|::1",
        pattern in prop::option::of("[a-d]{0,3}"),
        list in prop::collection::vec(0..6_u8, 0..4),
        map in prop::collection::btree_map("[a-c/~]{0,2}", 0..6_u8, 0..3),
        required in any::<Option<u8>>(),
        free in ".{0,3}",
    ) -> ours::Values {
        ours::Values { number, float, text, parts, email, ip, pattern, list, map, required, free }
    }
}

proptest! {
    #[test]
    fn the_verdict_is_that_of_garde(values in values()) {
        let found = Violations::of(&values);
        let json = serde_json::to_value(&values).unwrap();
        for violation in found.iter() {
            prop_assert!(json.pointer(violation.pointer()).is_some(), "{violation:?}");
        }
        let ours::Values { number, float, text, parts, email, ip, pattern, list, map, required, free } = values;
        let theirs = theirs::Values { number, float, text, parts, email, ip, pattern, list, map, required, free };
        let report = theirs.validate().err();
        let theirs: Vec<_> = report.iter().flat_map(garde::Report::iter).collect();
        // Both report each field and each text once for a rule; only the order differs.
        let mut expected: Vec<_> = theirs
            .iter()
            .map(|(path, error)| (path.to_string().replace('[', "/").replace(']', ""), error.message().to_owned()))
            .collect();
        let mut found: Vec<_> = found
            .iter()
            .map(|violation| (violation.pointer().trim_start_matches('/').to_owned(), violation.detail().to_owned()))
            .collect();
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
