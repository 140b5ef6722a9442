//! Budgets: promised and measured values.

use super::table::{Table, number};

/// A budget.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    what: String,
    of: &'static str,
    budget: f64,
    found: f64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Budgets(Vec<Budget>);

impl Budgets {
    /// Adds a budget: the value, relative to `of`, is at most `budget`.
    pub(super) fn at_most(
        &mut self,
        what: impl Into<String>,
        of: &'static str,
        budget: f64,
        found: f64,
    ) {
        self.0.push(Budget {
            what: what.into(),
            of,
            budget,
            found,
        });
    }

    pub(super) fn are_met(&self) -> bool {
        self.0.iter().all(Budget::is_met)
    }

    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(&["what", "of", "budget", "found", "met"]);
        for budget in &self.0 {
            table.row([
                budget.what.clone(),
                budget.of.to_owned(),
                number(budget.budget),
                number(budget.found),
                if budget.is_met() { "yes" } else { "**no**" }.to_owned(),
            ]);
        }
        table
    }
}

impl Budget {
    fn is_met(&self) -> bool {
        self.found <= self.budget
    }
}
