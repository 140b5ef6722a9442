//! The values that all invocations share.

use crate::{
    BoxError, BoxFuture, Error, Limits, Request,
    error::Chain,
    matched::Matched,
    middleware::{Timing, caught},
};
use http::Extensions;
use std::{
    any::{Any, TypeId, type_name},
    collections::{HashMap, HashSet},
    fmt,
    future::Future,
    sync::Arc,
};

type Value = Box<dyn Any + Send + Sync>;
type Make = Box<dyn FnOnce() -> BoxFuture<'static, Result<Value, BoxError>> + Send>;

/// One value of each type, and what else every part of an application needs.
#[derive(Default)]
pub(crate) struct States {
    pub(crate) values: HashMap<TypeId, Value>,
    pub(crate) limits: Limits,
    pub(crate) timing: Timing,
}

impl States {
    /// The values of the application that a request is in, whether its router was reached or not.
    pub(crate) fn of(request: &Request) -> Option<&States> {
        Self::in_extensions(request.extensions())
    }

    pub(crate) fn in_extensions(extensions: &Extensions) -> Option<&States> {
        match extensions.get::<Matched>() {
            Some(matched) => Some(&matched.states),
            None => extensions.get::<Arc<States>>().map(|s| &**s),
        }
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.values.len())
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
        E: Into<Error>,
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
                        Err(error) => Err(error.into().into_boxed()),
                    }
                })
            })),
        }
    }
}

/// Which initialisers a given value stands in for.
fn given<'a>(inits: impl Iterator<Item = &'a StateInit>) -> HashSet<TypeId> {
    inits
        .filter(|init| matches!(init.kind, Kind::Value(_)))
        .map(|init| init.id)
        .collect()
}

/// A fault for each type of which there would be two values.
pub(crate) fn doubled<'a>(inits: impl Iterator<Item = &'a StateInit> + Clone) -> Vec<String> {
    let given = given(inits.clone());
    let mut seen = HashSet::new();
    inits
        .filter(|init| matches!(init.kind, Kind::Value(_)) || !given.contains(&init.id))
        .filter(|init| !seen.insert(init.id))
        .map(|init| {
            format!(
                "state `{}` is given twice: an application has one value of each type, so wrap \
                 one of them in a type of its own",
                init.name
            )
        })
        .collect()
}

/// Makes all states, one after the other in the order given; what is wrong goes to `faults`.
pub(crate) async fn make_all(
    inits: Vec<StateInit>,
    limits: Limits,
    faults: &mut Vec<String>,
) -> States {
    let mut seen = given(inits.iter());
    let mut states = States {
        limits,
        ..States::default()
    };
    for init in inits {
        let value = match init.kind {
            Kind::Value(value) => value,
            Kind::Make(_) if !seen.insert(init.id) => continue,
            Kind::Make(make) => {
                let made = match caught(make()).await {
                    Ok(Ok(value)) => Ok(value),
                    Ok(Err(error)) => Err(Chain(&*error).to_string()),
                    Err(panic) => Err(panic.to_string()),
                };
                match made {
                    Ok(value) => value,
                    Err(why) => {
                        faults.push(format!("state `{}` cannot be made: {why}", init.name));
                        continue;
                    }
                }
            }
        };
        states.values.insert(init.id, value);
    }
    states
}
