//! A written document for API Gateway.

/// An OpenAPI document that API Gateway imports: the result of
/// [`Api::gateway_document`](crate::Api::gateway_document).
///
/// It has the operations, what closes each of them, and their integrations with the functions. An
/// operation without `security` is open at the gateway.
///
/// A value that the deployment replaces is an object `{"Fn::Sub": "text with ${NAME}"}`, as
/// CloudFormation evaluates it. The names are:
/// - pseudo parameters such as `AWS::Region`
/// - parameters and resources of the [template](crate::Api::template), such as `CognitoPool`
/// - `FunctionArn`, the ARN of the function, and `ReportsFunctionArn`, that of the function `reports` of
///   a nested API
/// - `CognitoPoolRegion`, the region in the id of the user pool `CognitoPool`: the part before `_`
///
/// ```
/// use lambda_api::{Api, template::{Gateway, Options}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # if cfg!(debug_assertions) {
/// let document = Api::new().gateway_document(&Options::new(Gateway::HttpApi))?;
/// for warning in document.warnings() {
///     eprintln!("warning: {warning}");
/// }
/// println!("{}", document.to_json());
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct GatewayDocument {
    pub(crate) json: String,
    pub(crate) warnings: Vec<String>,
}

impl GatewayDocument {
    /// The document as JSON, which ends with a newline. The same API gives the same text.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json.clone()
    }

    /// What the document leaves to the reader: quotas that are nearly reached, what the gateway does not
    /// check, and the parts of schemas that API Gateway rejects.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }
}
