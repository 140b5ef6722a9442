//! Paths of the gateway.

use super::{assert_contains, errors, methods, open, path, routes, security, yaml};
use lambda_api::{
    Api, Body, Request, Response,
    auth::{Access, gateway::Iam},
    template::{Function, Gateway, Options, Routing},
};
use std::convert::Infallible;

async fn respond(_: Request) -> Result<Response, Infallible> {
    Ok(Response::new(Body::empty()))
}

fn signed(list: &[(&'static str, &'static str, Access)]) -> Api {
    Api::new()
        .authenticate(Iam::from_this_api())
        .routes(routes(list))
}

#[test]
fn a_rest_api_has_one_parameter_in_a_place() {
    let rest = Options::new(Gateway::RestApi);
    for (list, named) in [
        (
            vec![("GET", "/a/{x}"), ("POST", "/a/{y}")],
            ["`/a/{x}` and `/a/{y}`", "`{x}` and `{y}`"],
        ),
        (
            vec![("GET", "/a/{x}/b"), ("GET", "/a/{y}/c")],
            ["`/a/{x}/b` and `/a/{y}/c`", "`{x}` and `{y}`"],
        ),
        (
            vec![("GET", "/{x}"), ("GET", "/{all+}")],
            ["`/{x}` and `/{all+}`", "`{x}` and `{all+}`"],
        ),
    ] {
        let api = open(&list);
        assert_contains(&errors(&api, &rest), &named);
        assert_contains(&errors(&api, &rest), &["`--routes proxy`"]);
        assert_eq!(errors(&api, &Options::new(Gateway::HttpApi)), "");
        assert_eq!(errors(&api, &rest.clone().routing(Routing::Proxy)), "");
    }
    let same = open(&[("GET", "/a/{x}"), ("GET", "/b/{y}"), ("GET", "/a/{x}/{y}")]);
    assert_eq!(errors(&same, &rest), "");
}

#[test]
fn gateways_reject_some_characters() {
    let (http, rest) = (
        Options::new(Gateway::HttpApi),
        Options::new(Gateway::RestApi),
    );
    for (path, is_http, is_rest) in [
        ("/a.b-c_d:e", true, true),
        ("/a+b", true, false),
        ("/caf%C3%A9", false, false),
        ("/$default", false, false),
        ("/$count", false, false),
        ("/a/$count", true, false),
    ] {
        let api = open(&[("GET", path)]);
        assert_eq!(errors(&api, &http).is_empty(), is_http, "{path}");
        assert_eq!(errors(&api, &rest).is_empty(), is_rest, "{path}");
        assert_eq!(
            errors(&api, &http.clone().routing(Routing::Proxy)),
            "",
            "{path}"
        );
    }
}

#[test]
fn the_name_of_the_default_route_is_no_resource() {
    let api = open(&[("GET", "/$default/a")]).fallback_service(tower::service_fn(respond));
    let rest = errors(&api, &Options::new(Gateway::RestApi));
    assert_contains(&rest, &["`/$default/a`: a segment of a REST API"]);
}

#[test]
fn greedy_parameters_of_one_place_share_a_name() {
    let api = open(&[("GET", "/files/{path+}"), ("POST", "/files/{rest+}")]);
    let api = api.mount_service("/files/legacy", tower::service_fn(respond));
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let yaml = yaml(&api, gateway);
        assert_contains(
            &methods(&yaml, "/files/{path+}").join(" "),
            &["get head post"],
        );
        assert!(!yaml.contains("/files/{rest+}"), "{yaml}");
    }
}

#[test]
fn mounts_have_their_prefix_and_all_below() {
    let api = Api::new()
        .authenticate(Iam::from_this_api())
        .mount_service_with("/open", Access::public(), tower::service_fn(respond))
        .mount_service("/closed", tower::service_fn(respond))
        .fallback_service(tower::service_fn(respond));
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let yaml = yaml(&api, gateway);
        let any = |path: &str| security(&yaml, path, "x-amazon-apigateway-any-method");
        for (path, expected) in [
            ("/open", "{NONE: []}"),
            ("/open/{proxy+}", "{NONE: []}"),
            ("/closed", "{AWS_IAM: []}"),
            ("/closed/{proxy+}", "{AWS_IAM: []}"),
        ] {
            assert_eq!(any(path), expected, "{path}");
        }
        let rest = match gateway {
            Gateway::HttpApi => "/$default",
            _ => "/{proxy+}",
        };
        assert_eq!(any(rest), "{AWS_IAM: []}");
    }
}

#[test]
fn a_mount_precedes_a_fallback_of_its_prefix() {
    let nested = Api::new()
        .mount_service_with("/", Access::public(), tower::service_fn(respond))
        .fallback_service(tower::service_fn(respond));
    let api = Api::new()
        .authenticate(Iam::from_this_api())
        .nest("/n", nested);
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let yaml = yaml(&api, gateway);
        for path in ["/n", "/n/{proxy+}"] {
            assert_eq!(methods(&yaml, path), ["any"]);
            let found = security(&yaml, path, "x-amazon-apigateway-any-method");
            assert_eq!(found, "{NONE: []}", "{gateway:?} {path}");
        }
    }
}

#[test]
fn routes_of_wider_paths_precede_fallbacks() {
    // `GET /n` is a request for the route `/{id}`, not for the fallback of `/n`.
    let nested = Api::new()
        .function(Function::new().name("n"))
        .fallback_service(tower::service_fn(respond));
    let api = signed(&[("GET", "/{id}", Access::public())]).nest("/n", nested);
    let yaml = yaml(&api, Gateway::HttpApi);
    assert_eq!(methods(&yaml, "/n"), ["get", "head", "any"]);
    assert_eq!(security(&yaml, "/n", "get"), "{NONE: []}");
    assert_eq!(
        security(&yaml, "/n", "x-amazon-apigateway-any-method"),
        "{AWS_IAM: []}"
    );
    assert_contains(
        &path(&yaml, "/n").join("\n"),
        &["integrations/Function\"", "integrations/NFunction\""],
    );
    assert_eq!(methods(&yaml, "/n/{proxy+}"), ["any"]);
}

#[test]
fn overlaps_have_the_operation_of_the_program() {
    // `/n/y/z` is a path of the route, not of the fallback of `/n`, whose path is the more specific one.
    for (route, fallback, expected) in [
        (Access::public(), Access::authenticated(), "{NONE: []}"),
        (Access::authenticated(), Access::public(), "{AWS_IAM: []}"),
    ] {
        let nested = Api::new().fallback_service_with(fallback, tower::service_fn(respond));
        let api = signed(&[("ANY", "/{x}/y/{rest+}", route)]).nest("/n", nested);
        for gateway in [Gateway::HttpApi, Gateway::RestApi] {
            let yaml = yaml(&api, gateway);
            assert_eq!(methods(&yaml, "/n/y/{rest+}"), ["any"], "{gateway:?}");
            let any = "x-amazon-apigateway-any-method";
            assert_eq!(security(&yaml, "/n/y/{rest+}", any), expected);
        }
    }
}

#[test]
fn overlaps_of_overlaps_have_it_too() {
    let nested = Api::new().fallback_service(tower::service_fn(respond));
    let api = signed(&[
        ("GET", "/n/{x}/c/{rest+}", Access::authenticated()),
        ("GET", "/{x}/b/{y}/{rest+}", Access::public()),
    ]);
    let yaml = yaml(&api.nest("/n", nested), Gateway::HttpApi);
    assert_eq!(security(&yaml, "/n/b/{y}/{rest+}", "get"), "{NONE: []}");
    // The first route precedes the second one, and other methods are those of the fallback.
    assert_eq!(methods(&yaml, "/n/b/c/{rest+}"), ["any"]);
    let any = "x-amazon-apigateway-any-method";
    assert_eq!(security(&yaml, "/n/b/c/{rest+}", any), "{AWS_IAM: []}");
}

#[test]
fn an_overlap_that_a_rest_api_cannot_have_is_reported() {
    let nested = Api::new()
        .routes(routes(&[("GET", "/y/{id}", Access::authenticated())]))
        .fallback_service(tower::service_fn(respond));
    let api = signed(&[("ANY", "/{x}/y/{rest+}", Access::public())]).nest("/n", nested);
    assert_eq!(
        errors(&api, &Options::new(Gateway::RestApi)),
        "- `/n/y/{id}` and `/n/y/{rest+}` (where other paths overlap): a REST API cannot have `{id}` and `{rest+}` in \
         the same place: write the template with `--routes proxy`"
    );
    assert_eq!(errors(&api, &Options::new(Gateway::HttpApi)), "");
}

#[test]
fn overlaps_without_a_difference_are_left_out() {
    let nested = Api::new().fallback_service(tower::service_fn(respond));
    let api = signed(&[
        ("ANY", "/{x}/y/{rest+}", Access::authenticated()),
        ("GET", "/{x}/z", Access::public()),
        ("GET", "/a/{y}", Access::authenticated()),
    ]);
    let yaml = yaml(&api.nest("/n", nested), Gateway::HttpApi);
    for overlap in ["/n/y/{rest+}", "/n/z", "/a/z"] {
        assert_eq!(path(&yaml, overlap), Vec::<&str>::new());
    }
}

#[test]
fn a_resource_with_a_fallback_hides_no_route() {
    // `/n/a/{y}` has all other methods of the fallback of `/n`, but `GET /n/a/b` is one for `/{x}/a/b`.
    let nested = Api::new()
        .routes(routes(&[("POST", "/a/{y}", Access::authenticated())]))
        .fallback_service_with(Access::public(), tower::service_fn(respond));
    let api = signed(&[("GET", "/{x}/a/b", Access::authenticated())]).nest("/n", nested);
    let yaml = yaml(&api, Gateway::RestApi);
    assert_eq!(methods(&yaml, "/n/a/{y}"), ["post", "any"]);
    for (method, expected) in [("get", "{AWS_IAM: []}"), ("post", "{AWS_IAM: []}")] {
        assert_eq!(security(&yaml, "/n/a/b", method), expected, "{method}");
    }
}

#[test]
fn resources_have_the_methods_of_wider_paths() {
    let api = signed(&[
        ("GET", "/a", Access::public()),
        ("POST", "/{id}", Access::authenticated()),
        ("GET", "/b/c", Access::authenticated()),
    ]);
    let yaml_of_http = yaml(&api, Gateway::HttpApi);
    assert_eq!(methods(&yaml_of_http, "/a"), ["get", "head"]);
    let yaml_of_rest = yaml(&api, Gateway::RestApi);
    assert_eq!(methods(&yaml_of_rest, "/a"), ["get", "head", "post"]);
    assert_eq!(security(&yaml_of_rest, "/a", "post"), "{AWS_IAM: []}");
    assert_eq!(methods(&yaml_of_rest, "/b"), ["post"]);
}

#[test]
fn resources_have_fallbacks_for_every_method() {
    let list = [("GET", "/a/b", Access::authenticated())];
    let service = signed(&list).fallback_service_with(Access::public(), tower::service_fn(respond));
    let yaml_of_service = yaml(&service, Gateway::RestApi);
    assert_eq!(methods(&yaml_of_service, "/a/b"), ["get", "head", "any"]);
    assert_eq!(methods(&yaml_of_service, "/a"), ["any"]);
    let found = security(&yaml_of_service, "/a/b", "x-amazon-apigateway-any-method");
    assert_eq!(found, "{NONE: []}");
    // A fallback handler gets paths without a route only.
    let handler = signed(&list).fallback(async |_: Request| "none");
    let yaml_of_handler = yaml(&handler, Gateway::RestApi);
    assert_eq!(methods(&yaml_of_handler, "/a/b"), ["get", "head"]);
    assert_eq!(methods(&yaml_of_handler, "/a"), ["any"]);
}

#[test]
fn head_is_added_once_for_a_shape() {
    let api = signed(&[
        ("GET", "/{x}", Access::authenticated()),
        ("HEAD", "/{y}", Access::public()),
    ]);
    let yaml = yaml(&api, Gateway::HttpApi);
    assert_eq!(methods(&yaml, "/{x}"), ["get"]);
    assert_eq!(methods(&yaml, "/{y}"), ["head"]);
}

#[test]
fn fallbacks_share_the_path_of_a_route_of_their_shape() {
    let nested = Api::new().fallback_service(tower::service_fn(respond));
    let api = signed(&[("ANY", "/t/{x}", Access::public())]).nest("/t/{tenant}", nested);
    let yaml = yaml(&api, Gateway::HttpApi);
    assert_eq!(methods(&yaml, "/t/{x}"), ["any"]);
    assert_eq!(path(&yaml, "/t/{tenant}"), Vec::<&str>::new());
}
