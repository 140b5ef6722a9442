//! The values that all invocations share.

use crate::{BoxError, BoxFuture, Request, error::Chain, matched::Matched};
use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    future::Future,
    sync::Arc,
};

type Value = Box<dyn Any + Send + Sync>;
type Make = Box<dyn FnOnce() -> BoxFuture<'static, Result<Value, BoxError>> + Send>;

/// One value of each type.
#[derive(Default)]
pub(crate) struct States(pub(crate) HashMap<TypeId, Value>);

impl States {
    /// The values of the application that a request is in, whether its router was reached or not.
    pub(crate) fn of(request: &Request) -> Option<&States> {
        match Matched::of(request) {
            Some(matched) => Some(&matched.states),
            None => request.extensions().get::<Arc<States>>().map(|s| &**s),
        }
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}

/// A state that is given, or a promise to make it.
pub(crate) struct StateInit {
    pub(crate) id: TypeId,
    name: &'static str,
    kind: Kind,
}

enum Kind {
    Value(Value),
    Make(Make),
}

impl StateInit {
    pub(crate) fn value<T: Send + Sync + 'static>(value: T) -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
            kind: Kind::Value(Box::new(value)),
        }
    }

    pub(crate) fn make<T, E, F, Fut>(make: F) -> Self
    where
        T: Send + Sync + 'static,
        E: Into<BoxError>,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        Self {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
            kind: Kind::Make(Box::new(|| {
                // The function itself runs on the first poll: a panic in it is one of the future.
                Box::pin(async move {
                    match make().await {
                        Ok(value) => Ok(Box::new(value) as Value),
                        Err(error) => Err(error.into()),
                    }
                })
            })),
        }
    }
}

/// Makes all states, one after the other in the order given; what is wrong goes to `faults`.
pub(crate) async fn make_all(inits: Vec<StateInit>, faults: &mut Vec<String>) -> States {
    let given: Vec<TypeId> = inits
        .iter()
        .filter(|init| matches!(init.kind, Kind::Value(_)))
        .map(|init| init.id)
        .collect();
    let mut states = States::default();
    let mut seen: Vec<TypeId> = Vec::new();
    for init in inits {
        let value = match init.kind {
            Kind::Value(value) => value,
            Kind::Make(_) if given.contains(&init.id) => continue,
            Kind::Make(make) => {
                if seen.contains(&init.id) {
                    faults.push(doubled(init.name));
                    continue;
                }
                match make().await {
                    Ok(value) => value,
                    Err(error) => {
                        faults.push(format!(
                            "state `{}` cannot be made: {}",
                            init.name,
                            Chain(&*error)
                        ));
                        seen.push(init.id);
                        continue;
                    }
                }
            }
        };
        if seen.contains(&init.id) {
            faults.push(doubled(init.name));
        }
        seen.push(init.id);
        states.0.insert(init.id, value);
    }
    states
}

fn doubled(name: &str) -> String {
    format!(
        "state `{name}` is given twice: an application has one value of each type, so wrap one of \
         them in a type of its own"
    )
}
