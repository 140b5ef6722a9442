//! Names of security schemes.

/// The scheme of requests that are signed with Signature Version 4, as SAM names it.
pub(in crate::template) const IAM: &str = "AWS_IAM";
/// The scheme of open operations in an API that is closed, as SAM names it.
pub(in crate::template) const NONE: &str = "NONE";

/// The scheme of API keys of API Gateway, as SAM names it.
pub(in crate::template) const API_KEY: &str = "api_key";
