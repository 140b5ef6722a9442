//! The command `report`: everything in tables, and whether the budgets are met.

use super::{Verdict, budgets::Budgets, check, counted::Counted, outside::Outside, plot, readme};

#[derive(Clone, Copy, Debug, Default)]
struct Options {
    quick: bool,
    full: bool,
    write: bool,
}

/// Measures, and shows it.
///
/// # Errors
/// When a tool is missing or fails.
pub fn report(options: &[&str]) -> Verdict {
    let mut chosen = Options::default();
    for option in options {
        match *option {
            "--quick" => chosen.quick = true,
            "--full" => chosen.full = true,
            "--write" => chosen.write = true,
            other => return Err(format!("there is no option {other}").into()),
        }
    }
    if chosen.quick && (chosen.full || chosen.write) {
        return Err("--quick is not the whole report".into());
    }
    let mut budgets = Budgets::default();
    let counted = Counted::new(chosen.quick)?;
    counted.add_to(&mut budgets);
    let mut tables = counted.tables();
    if !chosen.quick {
        let outside = Outside::new(chosen.full)?;
        outside.add_to(&mut budgets);
        tables += &outside.tables();
        if chosen.write {
            readme::put("summary", &readme::summary(&counted))?;
            plot::write(outside.curves())?;
        }
    }
    let text = format!("### Budgets\n\n{}\n{tables}", budgets.table());
    println!("{text}");
    if chosen.write {
        readme::put("report", &text)?;
        check(true)?;
    }
    Ok(budgets.are_met())
}
