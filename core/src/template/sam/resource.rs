//! Blocks of resources, and their logical ids.

use crate::template::{
    block::Block,
    tree::{Map, Node},
    values::pascal,
    yaml,
};

/// A block with one resource. `attributes` are beside its type.
pub(super) fn resource(id: &str, kind: &str, attributes: Map, properties: Map) -> Block {
    let mut own = Map::new().with("Type", kind);
    own.extend(attributes);
    if !properties.is_empty() {
        // The last one, so that lines after the block extend it.
        own.push("Properties", Node::Long(properties));
    }
    Block {
        name: id.to_owned(),
        indent: 2,
        text: yaml::lines(&Map::new().with(id, Node::Long(own)), 2),
    }
}

/// The logical id of a function.
pub(in crate::template) fn function_id(name: Option<&str>) -> String {
    format!("{}Function", pascal(name.unwrap_or_default()))
}
