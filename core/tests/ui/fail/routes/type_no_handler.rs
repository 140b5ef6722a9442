use lambda_api::routes;

struct Orders;

fn main() {
    let _ = routes![Orders];
}
