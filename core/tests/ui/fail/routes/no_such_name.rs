use lambda_api::routes;

mod orders {}

fn main() {
    let _ = routes![orders::list];
}
