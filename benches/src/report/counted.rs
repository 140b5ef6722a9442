//! The counts of all peers and all work, and their budgets.

use super::{
    Error,
    budgets::Budgets,
    command,
    count::{Count, count},
    table::{Table, number},
};
use crate::{Work, in_process::Peer};

pub(super) struct Counted {
    peers: Vec<Peer>,
    counts: Vec<(Work, Peer, Count)>,
}

impl Counted {
    /// Counts all peers, or only those with budgets.
    pub(super) fn new(quick: bool) -> Result<Self, Error> {
        command::build_allocations()?;
        let peers = match quick {
            true => vec![Peer::Limit, Peer::Ours, Peer::Axum],
            false => Peer::ALL.to_vec(),
        };
        let mut counts = Vec::new();
        for &work in Work::ALL {
            for &peer in peers.iter().chain([&Peer::Signature]) {
                if peer.does(work) {
                    eprintln!("{work}, {}", peer.name());
                    counts.push((work, peer, count(peer, work)?));
                }
            }
        }
        Ok(Self { peers, counts })
    }

    fn of(&self, work: Work, peer: Peer) -> Option<Count> {
        let mut all = self.counts.iter();
        let found = all.find(|count| (count.0, count.1) == (work, peer));
        found.map(|count| count.2)
    }

    pub(super) fn instructions(&self, work: Work, peer: Peer) -> f64 {
        self.of(work, peer)
            .map_or(f64::NAN, |count| count.instructions)
    }

    pub(super) fn allocations(&self, work: Work, peer: Peer) -> f64 {
        self.of(work, peer)
            .map_or(f64::NAN, |count| count.allocations)
    }

    /// The cost that a token adds to the same GET.
    fn of_token(&self, peer: Peer) -> f64 {
        self.instructions(Work::Token, peer) - self.instructions(Work::Get, peer)
    }

    pub(super) fn add_to(&self, budgets: &mut Budgets) {
        for (works, of_axum, of_limit) in [
            (&[Work::Get, Work::Rest, Work::Nothing][..], 0.27, 1.45),
            (&[Work::Post], 0.38, 1.05),
            (&[Work::Download], 0.14, 2.2),
            (&[Work::Upload], 0.14, 0.55),
        ] {
            for &work in works {
                let what = format!("instructions, {work}");
                let ours = self.instructions(work, Peer::Ours);
                for (peer, budget) in [(Peer::Axum, of_axum), (Peer::Limit, of_limit)] {
                    let ratio = ours / self.instructions(work, peer);
                    budgets.at_most(&what, peer.name(), budget, ratio);
                }
            }
        }
        let allocations = self.allocations(Work::Get, Peer::Ours);
        budgets.at_most("allocations, (a)", "", 40.0, allocations);
        budgets.at_most(
            "instructions, (f) minus (a)",
            "bare signature check",
            1.2,
            self.of_token(Peer::Ours) / self.instructions(Work::Token, Peer::Signature),
        );
    }

    fn table(&self, cell: impl Fn(Count) -> String) -> Table {
        let names = self.peers.iter().map(|peer| peer.name());
        let head: Vec<&str> = ["work"].into_iter().chain(names).collect();
        let mut table = Table::new(&head);
        for work in Work::ALL {
            let cells = self.peers.iter().map(|peer| {
                let count = self.of(*work, *peer);
                count.map_or("-".to_owned(), &cell)
            });
            table.row([work.to_string()].into_iter().chain(cells));
        }
        table
    }

    pub(super) fn tables(&self) -> String {
        format!(
            "### Instructions of an invocation\n\n{}\n\
             The signature of (f) alone: {}; (f) minus (a): {} with lambda-api, {} with axum.\n\n\
             ### Allocations of an invocation\n\nTheir number, and the bytes of them.\n\n{}",
            self.table(|count| number(count.instructions)),
            number(self.instructions(Work::Token, Peer::Signature)),
            number(self.of_token(Peer::Ours)),
            number(self.of_token(Peer::Axum)),
            self.table(|count| format!("{}, {}", number(count.allocations), bytes(count.bytes))),
        )
    }
}

fn bytes(bytes: f64) -> String {
    match bytes {
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} kB", bytes / 1e3),
    }
}
