//! Tables in Markdown.

use std::fmt;

pub(super) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(|&text| text.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.head]);
            cells
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let line = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            for (column, cell) in row.iter().enumerate() {
                let width = width(column);
                match column {
                    0 => write!(f, "| {cell:width$} ")?,
                    _ => write!(f, "| {cell:>width$} ")?,
                }
            }
            writeln!(f, "|")
        };
        line(f, &self.head)?;
        for column in 0..self.head.len() {
            let dashes = "-".repeat(width(column).max(2) - usize::from(column > 0));
            write!(f, "| {dashes}{} ", if column > 0 { ":" } else { "" })?;
        }
        writeln!(f, "|")?;
        for row in &self.rows {
            line(f, row)?;
        }
        Ok(())
    }
}

/// Formats a number for people: large ones are rounded and have thousands separators.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size < 10.0 && value.fract() != 0.0 {
        return format!("{value:.2}");
    }
    if size < 1000.0 && (value * 10.0).round() % 10.0 != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_matter() {
        for (value, text) in [
            (0.0, "0"),
            (4.0, "4"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (999.0, "999"),
            (1234.5, "1,234"),
            (15_846_750.0, "15,846,750"),
            (-1234.0, "-1,234"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["work", "n"]);
        table.row(["(a)".to_owned(), "12".to_owned()]);
        assert_eq!(
            table.to_string(),
            "| work |  n |\n| ---- | -: |\n| (a)  | 12 |\n"
        );
    }
}
