//! Whether the gateway of a template streams responses, and how the functions know.

use super::{Function, Gateway, described::Described};
use crate::{environment::STREAM, event::Source};
use std::time::Duration;

/// What a program states of the streams of its gateway.
pub(super) struct Declared {
    pub(super) is_on: bool,
    /// The value of the variable, if that states it, and not `stream_on`.
    pub(super) variable: Option<String>,
}

/// Whether a valid list of sources, as the variable has it, has one.
pub(super) fn lists(value: &str, source: Source) -> bool {
    Source::streaming(value).is_ok_and(|sources| sources.contains(&source))
}

/// The value of the variable of a function.
pub(super) fn value(settings: &Function) -> Option<&str> {
    let mut values = settings.environment.iter().rev();
    let (_, value) = values.find(|(name, _)| name == STREAM)?;
    Some(value)
}

impl Described<'_> {
    /// The source of the events, if it can stream responses.
    pub(super) fn streaming_source(&self) -> Option<Source> {
        match self.options.gateway {
            Gateway::FunctionUrl => Some(Source::FunctionUrl),
            Gateway::RestApi => Some(Source::RestApi),
            Gateway::HttpApi | Gateway::LoadBalancer => None,
        }
    }

    /// What the program states about the source of the events: with `stream_on`, or with the variable in
    /// the settings of its function.
    pub(super) fn declared_streams(&self) -> Option<Declared> {
        let source = self.streaming_source()?;
        if let Some(sources) = self.stream_on {
            return Some(Declared {
                is_on: sources.contains(&source),
                variable: None,
            });
        }
        let (_, whole) = self.whole();
        let value = value(&whole)?;
        Some(Declared {
            is_on: lists(value, source),
            variable: Some(value.to_owned()),
        })
    }

    /// Whether the gateway streams responses.
    pub(super) fn streams(&self) -> bool {
        let declared = self.declared_streams();
        self.streaming_source().is_some()
            && declared.map_or(self.options.stream, |declared| declared.is_on)
    }

    /// The variable that tells the functions, and its value, unless the program does.
    pub(super) fn stream_variable(&self) -> Option<(&'static str, &'static str)> {
        let source = self.streaming_source()?;
        let is_needed = self.streams() && self.declared_streams().is_none();
        is_needed.then_some((STREAM, source.name()))
    }

    /// How long a function may stream, if the gateway streams responses.
    pub(super) fn stream_timeout(&self, function: Option<&str>) -> Option<Duration> {
        let mut functions = self.functions().filter(|_| self.streams());
        let (_, settings) = functions.find(|(name, _)| *name == function)?;
        Some(settings.timeout_or_default())
    }
}

#[cfg(test)]
mod tests;
