//! Checks the schedule expression of a rule of EventBridge:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>.

use syn::LitStr;

/// Checks an expression. The deployment would fail with an error that does not say what is wrong.
pub(super) fn check(expression: LitStr) -> syn::Result<LitStr> {
    match error(&expression.value()) {
        None => Ok(expression),
        Some(message) => Err(syn::Error::new(expression.span(), message)),
    }
}

/// Checks the name of a rule, or of a schedule of EventBridge Scheduler.
pub(super) fn check_name(name: LitStr) -> syn::Result<LitStr> {
    match is_name(&name.value()) {
        true => Ok(name),
        false => Err(syn::Error::new(
            name.span(),
            "expected the name of a rule or a schedule, such as `nightly`, or with its bus or group: `shop/nightly`",
        )),
    }
}

fn is_name(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let mut parts = text.split('/');
    parts.all(|part| !part.is_empty() && part.bytes().all(is_known))
}

fn error(text: &str) -> Option<String> {
    let inside = |name| text.strip_prefix(name)?.strip_suffix(')');
    if let Some(rate) = inside("rate(") {
        return rate_error(rate);
    }
    if let Some(fields) = inside("cron(") {
        return cron_error(fields);
    }
    let message =
        "expected a schedule expression of EventBridge: `rate(5 minutes)` or `cron(0 12 * * ? *)`";
    Some(message.to_owned())
}

fn rate_error(rate: &str) -> Option<String> {
    let fits = rate.split_once(' ').is_some_and(|(number, unit)| {
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        match number.parse::<u32>() {
            Ok(1) => ["minute", "hour", "day"].contains(&unit),
            Ok(2..) => is_number && ["minutes", "hours", "days"].contains(&unit),
            _ => false,
        }
    });
    (!fits).then(|| {
        "expected a number and `minutes`, `hours` or `days`, or one of them in the singular: \
         `rate(5 minutes)`, `rate(1 day)`"
            .to_owned()
    })
}

fn cron_error(fields: &str) -> Option<String> {
    let fields: Vec<_> = fields.split_whitespace().collect();
    let [_, _, day, _, weekday, _] = *fields else {
        return Some(format!(
            "expected 6 fields (minutes, hours, day of the month, month, day of the week, year), found {}",
            fields.len()
        ));
    };
    ((day == "?") == (weekday == "?")).then(|| {
        "expected `?` as the day of the month or as the day of the week: `cron(0 12 * * ? *)`"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_that_a_rule_rejects_are_errors() {
        for (text, expected) in [
            ("rate(1 minute)", None),
            ("rate(5 minutes)", None),
            ("rate(12 hours)", None),
            ("cron(0 12 * * ? *)", None),
            ("cron(0/5 8-17 ? * MON-FRI *)", None),
            ("cron(0  9 ? JAN 3#2  2030)", None),
            ("rate(1 days)", Some("expected a number and")),
            ("rate(5 minute)", Some("expected a number and")),
            ("rate(0 minutes)", Some("expected a number and")),
            ("rate(+5 minutes)", Some("expected a number and")),
            ("rate(30 seconds)", Some("expected a number and")),
            ("rate(day)", Some("expected a number and")),
            ("rate()", Some("expected a number and")),
            ("cron(0 12 * * *)", Some("expected 6 fields")),
            ("cron()", Some("found 0")),
            ("cron(0 12 * * * *)", Some("expected `?`")),
            ("cron(0 12 ? * ? *)", Some("expected `?`")),
            ("rate(1 day", Some("expected a schedule expression")),
            (
                "at(2026-01-01T00:00:00)",
                Some("expected a schedule expression"),
            ),
            ("", Some("expected a schedule expression")),
        ] {
            let found = error(text);
            let fits = match (&found, expected) {
                (Some(found), Some(expected)) => found.contains(expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(fits, "{text}: {found:?}");
        }
    }

    #[test]
    fn names_have_no_colons_and_no_spaces() {
        for (text, expected) in [
            ("nightly", true),
            ("Clean-Up_2.0", true),
            ("default/nightly", true),
            ("", false),
            ("/nightly", false),
            ("every night", false),
            ("arn:aws:events:eu-west-1:123456789012:rule/nightly", false),
        ] {
            assert_eq!(is_name(text), expected, "{text}");
        }
    }
}
