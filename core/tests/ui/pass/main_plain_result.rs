//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, BoxError};

    #[allow(unused_variables)]
    #[lambda_api::main(flavor = "current_thread")]
    fn main() -> Result<Api, BoxError> {
        let unused = "7".parse::<u8>()?;
        Ok(Api::new())
    }
}

fn main() {}
