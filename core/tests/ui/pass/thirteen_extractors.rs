use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(
    #[query] page: Option<u32>,
    a: &http::Uri,
    b: &http::Uri,
    c: &http::Uri,
    d: &http::Uri,
    e: &http::Uri,
    f: &http::Uri,
    g: &http::Uri,
    h: &http::Uri,
    i: &http::Uri,
    j: &http::Uri,
    k: &http::Uri,
    l: &http::Uri,
    m: &http::Uri,
) -> String {
    let _ = (page, a, b, c, d, e, f, g, h, i, j, k, l, m);
    String::new()
}

fn main() {}
