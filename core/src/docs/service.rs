//! Responses to the requests of the page.

use super::{
    assets,
    document::Document,
    file::{ASK, File},
    headers, page,
};
use crate::{Problem, Response, error::framework};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// The docs page at one path.
pub(crate) struct Docs {
    path: String,
    document: Document,
    /// What the page offers beside Swagger UI.
    #[cfg(any(debug_assertions, feature = "local"))]
    bar: Option<String>,
}

impl Docs {
    /// The page at a path such as `/docs`.
    pub(crate) fn new(path: &str, document: Document) -> Self {
        Self {
            path: path.to_owned(),
            document,
            #[cfg(any(debug_assertions, feature = "local"))]
            bar: None,
        }
    }

    /// Adds HTML above Swagger UI.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn with_bar(mut self, html: String) -> Self {
        self.bar = Some(html);
        self
    }

    /// The document, which is written at the first request.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// Responds to a request. `file` and `query` are the path below the page and the query, `prefix` is
    /// what clients write before the paths of the API.
    ///
    /// # Errors
    /// If there is no such file, the method does not read, the client does not accept gzip, or the
    /// document cannot be written.
    pub(crate) fn respond(
        &self,
        method: &Method,
        asked: &HeaderMap,
        file: &str,
        query: Option<&str>,
        prefix: &str,
    ) -> Result<Response, Problem> {
        let is_page = matches!(file, "" | "/");
        let asset = assets::named(file, query);
        if !is_page && file != page::DOCUMENT && asset.is_none() {
            return Err(framework::not_found());
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            let allow = HeaderValue::from_static("GET, HEAD");
            return Err(framework::method_not_allowed(allow));
        }
        let mut policy = HeaderValue::from_static(page::NOTHING);
        let file = match asset {
            Some(asset) => asset,
            None if is_page => {
                let (title, origins) = self.document.head()?;
                if let Ok(own) = HeaderValue::try_from(page::policy(&origins)) {
                    policy = own;
                }
                self.page(prefix, &title)
            }
            None => self.written(prefix)?,
        };
        if file.is_gzip && !headers::accepts_gzip(asked) {
            let problem = Problem::new(StatusCode::NOT_ACCEPTABLE, "encoding_not_acceptable");
            return Err(problem
                .with_detail(
                    "expected `accept-encoding` to allow gzip, the only encoding of this file",
                )
                .with_header("vary", "accept-encoding"));
        }
        Ok(file.response(method, asked, policy))
    }

    fn page(&self, prefix: &str, title: &str) -> File {
        #[cfg(any(debug_assertions, feature = "local"))]
        let bar = self.bar.as_deref().unwrap_or_default();
        #[cfg(not(any(debug_assertions, feature = "local")))]
        let bar = "";
        let html = page::html(&format!("{prefix}{}", self.path), title, bar);
        File {
            media_type: "text/html; charset=utf-8",
            etag: headers::etag(headers::hash(html.as_bytes())),
            cache: ASK,
            is_gzip: false,
            body: html.into(),
        }
    }

    fn written(&self, prefix: &str) -> Result<File, Problem> {
        let (text, etag) = self.document.text(prefix)?;
        Ok(File {
            media_type: "application/json",
            etag,
            cache: ASK,
            is_gzip: false,
            body: text.into(),
        })
    }
}
