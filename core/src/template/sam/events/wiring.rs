//! Collects what handlers of events need.

use crate::{
    environment::PARTIAL,
    events::Listed,
    setting::Setting,
    template::{
        Function,
        block::Block,
        described::Described,
        sam::resource::{function_id, resource},
        tree::{Map, Node},
        values::{Values, name_of, pascal},
    },
};

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
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
    wired: Wired,
}

impl<'a> Wiring<'a> {
    pub(super) fn new(api: &Described<'_>, values: &'a mut Values) -> Self {
        let (_, function) = api.whole();
        Self {
            values,
            function,
            errors: Vec::new(),
            warnings: Vec::new(),
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

    /// Lets the function do something.
    pub(super) fn allow(&mut self, actions: &[&str], resource: Node) {
        let statement = Map::new()
            .with("Effect", "Allow")
            .with("Action", Node::texts(actions))
            .with("Resource", resource);
        self.wired.statements.push(statement.into());
    }

    /// Adds the permission of a service to invoke the function: for events of `source`, an ARN.
    pub(super) fn permit(&mut self, id: &str, principal: &str, source: Node) {
        let properties = Map::new()
            .with("FunctionName", function())
            .with("Action", "lambda:InvokeFunction")
            .with("Principal", principal)
            .with("SourceAccount", Node::reference("AWS::AccountId"))
            .with("SourceArn", source);
        self.resource(id, "AWS::Lambda::Permission", Map::new(), properties);
    }

    /// Adds a mapping, with which Lambda reads a queue or a stream, and the variable that tells the function
    /// that it reads the list of failed records.
    pub(super) fn map(&mut self, id: &str, source: Node, more: Map) {
        let mut properties = Map::new()
            .with("FunctionName", function())
            .with("EventSourceArn", source)
            .with(
                "FunctionResponseTypes",
                Node::texts(["ReportBatchItemFailures"]),
            );
        properties.extend(more);
        self.resource(
            id,
            "AWS::Lambda::EventSourceMapping",
            Map::new(),
            properties,
        );
        self.values.set(PARTIAL, "true".into());
    }

    /// The logical id of what sends events to a handler: the variable that names it, or the handler.
    pub(super) fn id(listed: &Listed, from: Option<&Setting>, kind: &str) -> String {
        match from.and_then(Setting::variable) {
            Some(variable) => name_of(variable),
            None => format!(
                "{}{kind}",
                pascal(&listed.handler.name.to_ascii_lowercase())
            ),
        }
    }

    pub(super) fn done(self, errors: &mut Vec<String>, warnings: &mut Vec<String>) -> Wired {
        errors.extend(self.errors);
        warnings.extend(self.warnings);
        if self.function.role.is_some() && !self.wired.statements.is_empty() {
            warnings.push(
                "the function: its role needs permissions for the events of its handlers, which this \
                 template does not add to it"
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
