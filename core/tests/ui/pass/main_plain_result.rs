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

#[allow(dead_code)]
mod any_error {
    use lambda_api::Api;

    #[lambda_api::main]
    fn main() -> Result<Api, Box<dyn std::error::Error>> {
        Ok(Api::new())
    }
}

#[allow(dead_code)]
mod own_error {
    use lambda_api::{Api, Error};

    #[lambda_api::main]
    async fn main() -> Result<Api, Error> {
        "7".parse::<u8>()?;
        Ok(Api::new())
    }
}

fn main() {}
