//! Where two texts differ.

/// The first line that differs, or both texts when they are one line each.
pub(super) fn difference(expected: &str, found: &str) -> String {
    let several = expected.contains('\n') || found.contains('\n');
    if !several {
        return table("the text differs", Some(expected), Some(found));
    }
    let mut lines = (expected.split('\n'), found.split('\n'));
    for number in 1_usize.. {
        let (expected, found) = (lines.0.next(), lines.1.next());
        if expected != found || expected.is_none() {
            return table(
                &format!("the text differs in line {number}"),
                expected,
                found,
            );
        }
    }
    "the text differs".to_owned()
}

fn table(heading: &str, expected: Option<&str>, found: Option<&str>) -> String {
    let show = |line: Option<&str>| match line {
        Some(line) => format!("{line:?}"),
        None => "the end".to_owned(),
    };
    let (expected, found) = (show(expected), show(found));
    format!("{heading}\n  expected  {expected}\n  found     {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_shown() {
        for (expected, found, message) in [
            (
                "ok",
                "OK",
                "the text differs\n  expected  \"ok\"\n  found     \"OK\"",
            ),
            (
                "a\nb\nc",
                "a\nB\nC",
                "the text differs in line 2\n  expected  \"b\"\n  found     \"B\"",
            ),
            (
                "a",
                "a\n",
                "the text differs in line 2\n  expected  the end\n  found     \"\"",
            ),
            (
                "a\r\nb",
                "a\nb",
                "the text differs in line 1\n  expected  \"a\\r\"\n  found     \"a\"",
            ),
        ] {
            assert_eq!(difference(expected, found), message);
        }
    }
}
