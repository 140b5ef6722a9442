//! The command `report`: prints all tables and checks the budgets.

use super::{Verdict, budgets::Budgets, check, counted::Counted, outside::Outside, plot, readme};

#[derive(Clone, Copy, Debug, Default)]
struct Options {
    quick: bool,
    full: bool,
    write: bool,
}

/// Measures everything and prints it.
///
/// # Errors
/// Fails if a tool is missing or fails.
pub fn report(options: &[&str]) -> Verdict {
    let mut chosen = Options::default();
    for option in options {
        match *option {
            "--quick" => chosen.quick = true,
            "--full" => chosen.full = true,
            "--write" => chosen.write = true,
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    if chosen.quick && (chosen.full || chosen.write) {
        return Err("--quick cannot be combined with --full or --write".into());
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
            let summary = readme::summary(&counted);
            for document in [readme::README, readme::MAIN_README, readme::COSTS] {
                readme::put(document, "summary", &summary)?;
            }
            plot::write(outside.curves())?;
        }
    }
    let text = format!("### Budgets\n\n{}\n{tables}", budgets.table());
    println!("{text}");
    if chosen.write {
        readme::put(readme::README, "report", &text)?;
        check(true)?;
    }
    Ok(budgets.are_met())
}
