//! Collects what handlers of events need.

use crate::{
    environment::PARTIAL,
    events::Listed,
    setting::Setting,
    template::{
        Function,
        block::Block,
        described::Described,
        resource::Kind,
        sam::resource::{function_id, resource},
        tree::{Map, Node},
        values::{Values, name_of, pascal},
    },
};
use std::collections::BTreeSet;

/// The logical id of the queue for events that no invocation has handled.
pub(super) const FAILED_EVENTS: &str = "FailedEvents";
/// The longest time for which SQS keeps a message, in seconds: 14 days.
pub(super) const LONGEST_RETENTION: u32 = 1_209_600;

/// What the handlers of events add to a template.
#[derive(Default)]
pub(in crate::template) struct Wired {
    /// Resources, in order.
    pub(in crate::template::sam) blocks: Vec<Block>,
    pub(in crate::template::sam) outputs: Map,
    /// Comments above the properties of the function.
    pub(in crate::template::sam) comments: Vec<String>,
    /// What the function may do.
    statements: Vec<Node>,
}

impl Wired {
    /// The policy of the function, if it needs one.
    pub(in crate::template::sam) fn policy(&self) -> Option<Node> {
        let policy = Map::new()
            .with("Version", "2012-10-17")
            .with("Statement", self.statements.clone());
        (!self.statements.is_empty()).then_some(policy.into())
    }
}

/// A template while its handlers of events are added.
pub(super) struct Wiring<'a> {
    pub(super) values: &'a mut Values,
    /// The settings of the function that gets the events.
    pub(super) function: Function,
    pub(super) failures: Failures,
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// Variables of tables that the template creates, with the logical ids.
    tables: Vec<(&'static str, String)>,
    /// Names that several handlers have, in their modules.
    shared_names: BTreeSet<String>,
    wired: Wired,
}

/// What sends events to the queue for those that failed.
#[derive(Default)]
pub(super) struct Failures {
    /// Whether the function is invoked asynchronously.
    pub(super) is_asynchronous: bool,
    /// Whether it reads streams.
    pub(super) has_streams: bool,
    /// Services that send what they could not deliver, and for what.
    pub(super) senders: Vec<(&'static str, Node)>,
}

impl<'a> Wiring<'a> {
    pub(super) fn new(api: &Described<'_>, values: &'a mut Values) -> Self {
        let (_, function) = api.whole();
        let tables = api.resources.iter().filter_map(|one| match &one.0 {
            Kind::Table(table) => Some((table.variable?, table.id.clone())),
            _ => None,
        });
        let mut names = BTreeSet::new();
        let all = api.handlers.iter().map(|one| pascal(one.handler.name));
        let shared_names = all.filter(|name| !names.insert(name.clone())).collect();
        Self {
            values,
            function,
            failures: Failures::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            tables: tables.collect(),
            shared_names,
            wired: Wired::default(),
        }
    }

    /// Adds a resource. `attributes` are beside its type.
    pub(super) fn resource(&mut self, id: &str, kind: &str, attributes: Map, properties: Map) {
        let block = resource(id, kind, attributes, properties);
        self.wired.blocks.push(block);
    }

    /// Adds an output: what `!Ref` of the resource is.
    pub(super) fn output(&mut self, id: &str) {
        let value = Map::new().with("Value", Node::reference(id));
        self.wired.outputs.push(id, value);
    }

    /// Adds an output with this value, once.
    pub(super) fn output_of(&mut self, name: &str, value: Node) {
        let outputs = &mut self.wired.outputs;
        if !outputs.0.iter().any(|output| output.key == name) {
            outputs.push(name, Map::new().with("Value", value));
        }
    }

    /// The id of the API that an authorizer is for.
    pub(super) fn id_of_api(&mut self, api: &Setting) -> Node {
        self.value_of(api)
    }

    /// The value of a setting that no resource of the template has: its variable becomes a parameter.
    pub(super) fn value_of(&mut self, setting: &Setting) -> Node {
        let variable = setting.variable();
        let variable = variable.filter(|_| self.values.known(setting).is_none());
        if let Some(variable) = variable {
            let description = format!("Value of {variable}");
            let parameter = self
                .values
                .parameter(&name_of(variable), &description, false, None);
            self.values.set(variable, parameter);
        }
        self.values.of(setting)
    }

    /// Adds a comment to the function.
    pub(super) fn comment(&mut self, text: String) {
        self.wired.comments.push(text);
    }

    /// Lets the function do something.
    pub(super) fn allow(&mut self, actions: &[&str], resource: Node) {
        let statement = Map::new()
            .with("Effect", "Allow")
            .with("Action", Node::texts(actions))
            .with("Resource", resource);
        self.wired.statements.push(statement.into());
    }

    /// Adds the permission of a service to invoke the function. `source` limits it to one sender.
    pub(super) fn permit(&mut self, id: &str, principal: &str, source: Map) {
        let mut properties = Map::new()
            .with("FunctionName", function())
            .with("Action", "lambda:InvokeFunction")
            .with("Principal", principal);
        properties.extend(source);
        self.resource(id, "AWS::Lambda::Permission", Map::new(), properties);
    }

    /// Adds the mapping with which Lambda reads a queue or a stream, and the variable that tells the function
    /// that failed records can be reported.
    pub(super) fn map(&mut self, id: &str, source: Node, more: Map) {
        let mut properties = Map::new()
            .with("FunctionName", function())
            .with("EventSourceArn", source)
            .with(
                "FunctionResponseTypes",
                Node::texts(["ReportBatchItemFailures"]),
            );
        properties.extend(more);
        let id = format!("{id}Mapping");
        self.resource(
            &id,
            "AWS::Lambda::EventSourceMapping",
            Map::new(),
            properties,
        );
        self.values.set(PARTIAL, "true".into());
    }

    /// Sets the variable that a setting refers to, if it does.
    pub(super) fn set(&mut self, setting: Option<&Setting>, value: Node) {
        if let Some(variable) = setting.and_then(Setting::variable) {
            self.values.set(variable, value);
        }
    }

    /// The table of the template whose variable a setting refers to.
    pub(super) fn table(&self, setting: Option<&Setting>) -> Option<String> {
        let variable = setting?.variable()?;
        let mut tables = self.tables.iter();
        let (_, id) = tables.find(|(known, _)| *known == variable)?;
        Some(id.clone())
    }

    /// The logical id of what sends events to a handler: by the variable that names it, or by the handler,
    /// with its module if others have the same name.
    pub(super) fn id(&self, listed: &Listed, from: Option<&Setting>, kind: &str) -> String {
        if let Some(variable) = from.and_then(Setting::variable) {
            return name_of(variable);
        }
        let name = pascal(listed.handler.name);
        let below_crate = listed.handler.module.split_once("::");
        let module = below_crate.filter(|_| self.shared_names.contains(&name));
        let module = module.map_or_else(String::new, |(_, module)| pascal(module));
        format!("{module}{name}{kind}")
    }

    pub(super) fn done(self, errors: &mut Vec<String>, warnings: &mut Vec<String>) -> Wired {
        errors.extend(self.errors);
        warnings.extend(self.warnings);
        if self.function.role.is_some() && !self.wired.statements.is_empty() {
            warnings.push(
                "the function: the permissions that its event handlers need are not added to the role, which \
                 this template does not create"
                    .to_owned(),
            );
        }
        self.wired
    }
}

/// The function that gets the events.
pub(super) fn function() -> Node {
    Node::Ref(function_id(None))
}

/// The ARN of the queue for events that no invocation has handled.
pub(super) fn failed_events() -> Node {
    attribute(FAILED_EVENTS, "Arn")
}

/// `!GetAtt`.
pub(super) fn attribute(id: &str, name: &str) -> Node {
    Node::GetAtt(format!("{id}.{name}"))
}

/// The ARN of what a program names by its ARN or its name. `rest` is between partition and name.
pub(super) fn arn_of(known: Node, rest: &str) -> Node {
    match known {
        Node::Text(name) if !name.contains(':') => {
            Node::sub(format!("arn:${{AWS::Partition}}:{rest}{name}"))
        }
        known => known,
    }
}
