//! The difference of two texts, line by line.

/// The number of equal lines that are shown around a change.
const CONTEXT: usize = 3;
/// The number of lines that are shown.
const MOST: usize = 200;
/// The largest table that is made to find equal lines between two changes.
const TABLE: usize = 4_000_000;

/// The changes from `old` to `new`: removed lines with `-`, added ones with `+`, and equal ones around
/// them.
pub(super) fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let start = old.iter().zip(&new).take_while(same).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = pairs.take_while(same).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];
    let mut lines: Vec<(char, &str)> = old[..start].iter().map(|line| (' ', *line)).collect();
    lines.extend(changes(old_middle, new_middle));
    lines.extend(
        old_rest[old_rest.len() - end..]
            .iter()
            .map(|line| (' ', *line)),
    );
    shown(&lines)
}

/// The lines between the first and the last change: a longest common subsequence stays.
fn changes<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let width = new.len() + 1;
    let fits = (old.len() + 1).saturating_mul(width) <= TABLE;
    // The length of the longest common subsequence of the rests of both.
    let mut longest = vec![0_u32; if fits { (old.len() + 1) * width } else { 0 }];
    for a in (0..old.len()).rev().filter(|_| fits) {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = match old[a] == new[b] {
                true => longest[(a + 1) * width + b + 1] + 1,
                false => longest[(a + 1) * width + b].max(longest[a * width + b + 1]),
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut lines = Vec::new();
    while a < old.len() || b < new.len() {
        let both = a < old.len() && b < new.len();
        if both && fits && old[a] == new[b] {
            lines.push((' ', old[a]));
            (a, b) = (a + 1, b + 1);
        } else if b == new.len()
            || both && (!fits || longest[(a + 1) * width + b] >= longest[a * width + b + 1])
        {
            lines.push(('-', old[a]));
            a += 1;
        } else {
            lines.push(('+', new[b]));
            b += 1;
        }
    }
    lines
}

/// The changes with their context.
fn shown(lines: &[(char, &str)]) -> String {
    let is_near = |index: usize| {
        let near = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(lines.len());
        lines[near].iter().any(|(sign, _)| *sign != ' ')
    };
    let mut text = String::new();
    let (mut number, mut count, mut gap) = (0, 0, true);
    for (index, (sign, line)) in lines.iter().enumerate() {
        number += usize::from(*sign != '+');
        if !is_near(index) {
            gap = true;
            continue;
        }
        if gap {
            // Lines before the first one have no number.
            text.push_str(&format!("@@ line {}\n", number.max(1)));
            gap = false;
        }
        text.push_str(&format!("{sign}{line}\n"));
        count += 1;
        if count == MOST {
            text.push_str("..\n");
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_with_context() {
        let old: Vec<String> = (1..=30).map(|number| number.to_string()).collect();
        let mut new = old.clone();
        new[9] = "ten".to_owned();
        new.insert(28, "new".to_owned());
        new.remove(11);
        let expected = "\
@@ line 7
 7
 8
 9
-10
+ten
 11
-12
 13
 14
 15
@@ line 26
 26
 27
 28
+new
 29
 30
";
        assert_eq!(diff(&old.join("\n"), &new.join("\n")), expected);
    }

    #[test]
    fn long_differences_are_cut() {
        let old = vec!["a"; 3000].join("\n");
        let new = vec!["b"; 3000].join("\n");
        let text = diff(&old, &new);
        assert_eq!(text.lines().count(), MOST + 2);
        assert!(text.ends_with("-a\n..\n"));
        assert_eq!(diff(&old, &old), "");
    }
}
