//! State that the test and the server share.

use super::fault::{Fault, What};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

#[derive(Default)]
pub(super) struct Control {
    plan: Mutex<Plan>,
    paths: watch::Sender<Vec<String>>,
    held: watch::Sender<bool>,
}

/// What the test wants to happen.
#[derive(Default)]
struct Plan {
    faults: Vec<Fault>,
    headers: HeaderMap,
}

impl Control {
    pub(super) fn inject(&self, fault: Fault) {
        self.plan().faults.push(fault);
    }

    pub(super) fn recover(&self) {
        self.plan().faults.clear();
    }

    pub(super) fn header(&self, name: HeaderName, value: HeaderValue) {
        self.plan().headers.insert(name, value);
    }

    pub(super) fn headers(&self) -> HeaderMap {
        self.plan().headers.clone()
    }

    pub(super) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    pub(super) async fn released(&self) {
        let mut held = self.held.subscribe();
        // It fails only without a sender, which is here.
        let _ = held.wait_for(|held| !held).await;
    }

    pub(super) fn count(&self, path: &str) {
        self.paths.send_modify(|paths| paths.push(path.to_owned()));
    }

    pub(super) fn fetches(&self) -> usize {
        self.paths.borrow().len()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.paths.borrow().clone()
    }

    pub(super) async fn wait_for_fetches(&self, fetches: usize) {
        let mut paths = self.paths.subscribe();
        // It fails only without a sender, which is here.
        let _ = paths.wait_for(|paths| paths.len() >= fetches).await;
    }

    /// What happens to a fetch of this path: the first fault that applies, or none.
    pub(super) fn next(&self, path: &str) -> (What, Duration) {
        let mut plan = self.plan();
        let applies = |fault: &&mut Fault| {
            fault.times != Some(0) && fault.path.as_deref().is_none_or(|at| at == path)
        };
        match plan.faults.iter_mut().find(applies) {
            Some(fault) => {
                fault.times = fault.times.map(|times| times.saturating_sub(1));
                (fault.what.clone(), fault.delay)
            }
            None => (What::Nothing, Duration::ZERO),
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Control, Fault, What};

    #[test]
    fn faults_happen_in_order_and_as_often_as_set() {
        let control = Control::default();
        control.inject(Fault::reset().times(1).at("/keys"));
        control.inject(Fault::garbage().times(2));
        let next = |path| match control.next(path).0 {
            What::Nothing => "nothing",
            What::Reset => "reset",
            _ => "garbage",
        };
        assert_eq!(next("/other"), "garbage");
        assert_eq!(next("/keys"), "reset");
        assert_eq!(next("/keys"), "garbage");
        assert_eq!(next("/keys"), "nothing");
    }

    #[test]
    fn recovery_forgets_faults_without_end() {
        let control = Control::default();
        control.inject(Fault::reset());
        assert!(matches!(control.next("/").0, What::Reset));
        assert!(matches!(control.next("/").0, What::Reset));
        control.recover();
        assert!(matches!(control.next("/").0, What::Nothing));
    }
}
