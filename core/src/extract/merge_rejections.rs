//! Combines the rejections of a request into one response.

use super::field_error::{Place, place_of};
use crate::Problem;
use http::StatusCode;
use serde_json::{Value, json};

/// Combines several rejections of a request into one problem.
///
/// Problems with values of the request, 400 and 422, are listed together. A problem with any other
/// status is returned alone, the first one in the order of the arguments. A client that is denied
/// access does not learn about other errors, and neither does one whose request failed on the
/// server.
pub(crate) fn merge_rejections(first: Problem, others: impl Iterator<Item = Problem>) -> Problem {
    if !is_of_values(&first) {
        return first;
    }
    let mut all = vec![first];
    for problem in others {
        if !is_of_values(&problem) {
            return problem;
        }
        all.push(problem);
    }
    merged(all)
}

fn is_of_values(problem: &Problem) -> bool {
    matches!(
        problem.status(),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY
    )
}

/// The first problem with the preferred status, 400, with the errors of all.
fn merged(mut all: Vec<Problem>) -> Problem {
    let first = all
        .iter()
        .position(|problem| problem.status() == StatusCode::BAD_REQUEST)
        .unwrap_or_default();
    let errors: Vec<Value> = all.iter().flat_map(errors).collect();
    let mut problem = all.remove(first);
    if all.is_empty() {
        return problem;
    }
    problem.set_detail(detail(&errors));
    problem.set_extension("errors", &errors);
    for other in &all {
        problem.join(other);
    }
    problem
}

/// The errors of a problem; without a list, its detail and its code.
fn errors(problem: &Problem) -> Vec<Value> {
    if let Some(Value::Array(errors)) = problem.extension("errors") {
        return errors.clone();
    }
    let mut error = json!({ "code": problem.code() });
    if let Some(place) = place_of(problem.code()) {
        error["in"] = json!(place);
    }
    if let Some(detail) = problem.detail() {
        error["detail"] = json!(detail);
    }
    vec![error]
}

/// The detail of several errors.
pub(super) fn detail(errors: &[Value]) -> String {
    let of_parameters = errors.iter().all(|error| {
        let place = error.get("in").and_then(Value::as_str);
        place.is_some_and(|place| Place::PARAMETERS.contains(&place))
    });
    let what = if of_parameters {
        "parameters"
    } else {
        "values of the request"
    };
    format!("{} {what} are missing or invalid", errors.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, code: &'static str) -> Problem {
        let status = StatusCode::from_u16(status).unwrap();
        Problem::new(status, code).with_detail(format!("{code} it is"))
    }

    fn both(first: Problem, second: Problem) -> Problem {
        merge_rejections(first, [second].into_iter())
    }

    #[test]
    fn one_rejection_stays_as_it_is() {
        let alone = merge_rejections(problem(422, "invalid_body"), std::iter::empty());
        assert_eq!(alone.detail(), Some("invalid_body it is"));
        assert_eq!(alone.extension("errors"), None);
    }

    #[test]
    fn a_400_goes_before_a_422_and_other_statuses_stand_alone() {
        for (first, second, expected) in [
            (400, 400, "first"),
            (400, 422, "first"),
            (422, 400, "second"),
            (422, 422, "first"),
            (401, 400, "first"),
            (400, 401, "second"),
            (422, 500, "second"),
            (415, 403, "first"),
        ] {
            let problem = both(problem(first, "first"), problem(second, "second"));
            assert_eq!(problem.code(), expected, "{first} {second}");
            let listed = [first, second].iter().all(|s| matches!(s, 400 | 422));
            assert_eq!(problem.extension("errors").is_some(), listed);
        }
    }

    #[test]
    fn a_problem_without_errors_is_listed_by_its_code() {
        let listed = problem(400, "invalid_parameters")
            .with_extension(
                "errors",
                &json!([{"in": "query", "name": "page", "detail": "x"}]),
            )
            .with_cause("one");
        let own = problem(422, "no_tenant")
            .with_extension("line", &7)
            .with_cause("two");
        let all = merge_rejections(listed, [problem(400, "missing_body"), own].into_iter());
        assert_eq!(all.status(), 400);
        assert_eq!(all.code(), "invalid_parameters");
        assert_eq!(
            all.detail(),
            Some("3 values of the request are missing or invalid")
        );
        assert_eq!(
            all.extension("errors"),
            Some(&json!([
                {"in": "query", "name": "page", "detail": "x"},
                {"code": "missing_body", "in": "body", "detail": "missing_body it is"},
                {"code": "no_tenant", "detail": "no_tenant it is"},
            ]))
        );
        assert_eq!(all.extension("line"), Some(&json!(7)));
        assert_eq!(all.cause_text(), Some("one; two"));
    }
}
