//! State: values that all invocations share.

use crate::{
    BoxError, BoxFuture, Error, Limits, catch_unwind::catch_unwind, error::Chain, timing::Timing,
};
use std::{
    any::{Any, TypeId, type_name},
    collections::{HashMap, HashSet},
    fmt,
    future::Future,
    sync::Arc,
};

type Value = Box<dyn Any + Send + Sync>;
type Make = Box<dyn FnOnce() -> BoxFuture<'static, Result<Value, BoxError>> + Send>;

/// One value of each type, and other data that all parts of an application need.
#[derive(Default)]
pub(crate) struct States {
    pub(crate) values: HashMap<TypeId, Value>,
    pub(crate) limits: Limits,
    pub(crate) timing: Timing,
    /// The router, which only links look into. A lower module cannot name its type.
    pub(crate) router: Option<Arc<dyn Any + Send + Sync>>,
}

impl States {
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.values.len())
    }
}

/// What is missing if no state has the type of this name.
pub(crate) fn missing(name: &str) -> String {
    // It has no constructor.
    let is_connections =
        cfg!(feature = "websocket") && name.ends_with("::websocket::connections::Connections");
    match is_connections {
        true => format!("needs `State<{name}>`, which `.websocket(..)` adds"),
        false => format!(
            "needs `State<{name}>`, but there is no `.state(..)` or `.state_with(..)` of this type"
        ),
    }
}

/// A state, or a function that creates it.
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
                // The function itself runs on the first poll, so a panic in it is a panic of the
                // future.
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

/// The types for which a value replaces an initialiser.
fn given<'a>(inits: impl Iterator<Item = &'a StateInit>) -> HashSet<TypeId> {
    inits
        .filter(|init| matches!(init.kind, Kind::Value(_)))
        .map(|init| init.id)
        .collect()
}

/// An error for each type that has two values.
pub(crate) fn doubled<'a>(inits: impl Iterator<Item = &'a StateInit> + Clone) -> Vec<String> {
    let given = given(inits.clone());
    let mut seen = HashSet::new();
    inits
        .filter(|init| matches!(init.kind, Kind::Value(_)) || !given.contains(&init.id))
        .filter(|init| !seen.insert(init.id))
        .map(|init| {
            format!(
                "state `{}` is set twice: an application has one value of each type, so wrap \
                 one of them in a new type",
                init.name
            )
        })
        .collect()
}

/// Creates all states one after the other, in order. Errors go to `errors`.
pub(crate) async fn make_all(
    inits: Vec<StateInit>,
    limits: Limits,
    errors: &mut Vec<String>,
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
                let made = match catch_unwind(make()).await {
                    Ok(Ok(value)) => Ok(value),
                    Ok(Err(error)) => Err(Chain(&*error).to_string()),
                    Err(panic) => Err(panic.to_string()),
                };
                match made {
                    Ok(value) => value,
                    Err(why) => {
                        errors.push(format!("state `{}` cannot be created: {why}", init.name));
                        continue;
                    }
                }
            }
        };
        states.values.insert(init.id, value);
    }
    states
}
