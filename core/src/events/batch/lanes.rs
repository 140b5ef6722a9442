//! Which records of a batch may be handled at the same time.

use super::super::{record::Record, record_kind::RecordKind};
use std::collections::{HashMap, HashSet};

/// A batch in parts. The records of one lane are handled one after the other, and none after one that
/// failed; lanes are independent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lanes(pub(super) Vec<Vec<usize>>);

impl Lanes {
    /// One lane for a shard of a stream, one for each group of a FIFO queue, otherwise one for each
    /// record.
    pub(super) fn of(kind: RecordKind, is_fifo: bool, records: &[Record]) -> Self {
        let all = 0..records.len();
        match kind {
            RecordKind::DynamoDb | RecordKind::Kinesis => Self(vec![all.collect()]),
            RecordKind::Sqs if is_fifo => Self::by_group(records.iter().map(Record::group)),
            _ => Self(all.map(|index| vec![index]).collect()),
        }
    }

    /// Records without a group are of one.
    fn by_group<'r>(groups: impl Iterator<Item = Option<&'r str>>) -> Self {
        let mut known = HashMap::new();
        let mut lanes: Vec<Vec<usize>> = Vec::new();
        for (index, group) in groups.enumerate() {
            let lane = *known.entry(group).or_insert(lanes.len());
            match lanes.get_mut(lane) {
                Some(lane) => lane.push(index),
                None => lanes.push(vec![index]),
            }
        }
        Self(lanes)
    }

    /// Adds what follows the failed records in their lanes, in the order of the batch.
    pub(super) fn failed_from(&self, failed: &[usize]) -> Vec<usize> {
        let failed: HashSet<_> = failed.iter().collect();
        let mut all: Vec<_> = self
            .0
            .iter()
            .flat_map(|lane| lane.iter().skip_while(|index| !failed.contains(index)))
            .copied()
            .collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_order() {
        let groups = [Some("a"), Some("b"), None, Some("a"), None, Some("b")];
        let lanes = Lanes::by_group(groups.into_iter());
        assert_eq!(lanes, Lanes(vec![vec![0, 3], vec![1, 5], vec![2, 4]]));
        for (failed, all) in [
            (&[][..], &[][..]),
            (&[0], &[0, 3]),
            (&[3], &[3]),
            (&[5, 1], &[1, 5]),
            (&[2, 3], &[2, 3, 4]),
        ] {
            assert_eq!(lanes.failed_from(failed), all, "{failed:?}");
        }
    }
}
