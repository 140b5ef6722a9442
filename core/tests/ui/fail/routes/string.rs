use lambda_api::routes;

fn main() {
    let _ = routes!["/health"];
}
