//! A target group and a rule for a listener that exists.

use super::resource::resource;
use crate::template::{
    block::Block,
    tree::{Map, Node},
};

/// The parameter that has the ARN of the listener.
pub(super) const LISTENER: &str = "ListenerArn";

pub(super) fn blocks() -> [Block; 3] {
    // A permission for the target group itself would be a circle: it needs the permission first.
    let permission = Map::new()
        .with("FunctionName", Node::reference("Function"))
        .with("Action", "lambda:InvokeFunction")
        .with("Principal", "elasticloadbalancing.amazonaws.com")
        .with("SourceAccount", Node::reference("AWS::AccountId"));
    let attribute = Map::new()
        .with("Key", "lambda.multi_value_headers.enabled")
        .with("Value", "true");
    let target = Map::new().with("Id", Node::GetAtt("Function.Arn".to_owned()));
    let group = Map::new()
        .with("TargetType", "lambda")
        .with("TargetGroupAttributes", vec![Node::Map(attribute)])
        .with("Targets", vec![Node::Map(target)]);
    let condition = Map::new()
        .with("Field", "path-pattern")
        .with("Values", Node::texts(["/*"]));
    let action = Map::new()
        .with("Type", "forward")
        .with("TargetGroupArn", Node::reference("TargetGroup"));
    let rule = Map::new()
        .with("ListenerArn", Node::reference(LISTENER))
        .with("Priority", Node::reference("RulePriority"))
        .with("Conditions", vec![Node::Map(condition)])
        .with("Actions", vec![Node::Map(action)]);
    let after = Map::new().with("DependsOn", "FunctionPermission");
    [
        resource(
            "FunctionPermission",
            "AWS::Lambda::Permission",
            Map::new(),
            permission,
        ),
        resource(
            "TargetGroup",
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            after,
            group,
        ),
        resource(
            "ListenerRule",
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            Map::new(),
            rule,
        ),
    ]
}
