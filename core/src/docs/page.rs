//! The page, and what a browser may do on it.

use super::assets;
use std::fmt::Write as _;

/// The path of the document below the page.
pub(super) const DOCUMENT: &str = "/openapi.json";

/// The content security policy of everything but the page.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The content security policy of the page. Scripts are files of the page; Swagger UI has styles in
/// attributes, and pictures in `data:` URLs. Requests go to the server of the page and to the servers that
/// the document names.
pub(super) fn policy(origins: &[String]) -> String {
    let mut servers = "'self'".to_owned();
    for origin in origins {
        if !servers.split(' ').any(|known| known == origin) {
            let _ = write!(servers, " {origin}");
        }
    }
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; connect-src {servers}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// The page. `base` is the path under which clients see it, without a slash at the end: they write it
/// with or without one, so nothing in the page is relative. `bar` is HTML.
pub(super) fn html(base: &str, title: &str, bar: &str) -> String {
    let base = escaped(base);
    let mut head = String::new();
    for path in assets::links(true) {
        let _ = writeln!(head, "<link rel=\"stylesheet\" href=\"{base}{path}\">");
    }
    let mut scripts = String::new();
    for path in assets::links(false) {
        let _ = writeln!(scripts, "<script src=\"{base}{path}\"></script>");
    }
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         {head}</head>\n\
         <body>\n\
         {bar}<main id=\"docs\" data-document=\"{base}{DOCUMENT}\">\n\
         <noscript>This page needs JavaScript. The document is <a href=\"{base}{DOCUMENT}\">openapi.json</a>.\
         </noscript>\n\
         </main>\n\
         {scripts}</body>\n\
         </html>\n",
        escaped(title)
    )
}

/// A text in HTML, also in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            one => escaped.push(one),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_page_is_a_tag_of_others() {
        let page = html("/a\"><script>", "<b>'Shop' & co</b>", "");
        assert!(
            !page.contains("<script>") && !page.contains("<b>"),
            "{page}"
        );
        let title = "<title>&lt;b&gt;&#39;Shop&#39; &amp; co&lt;/b&gt;</title>";
        assert!(page.contains(title), "{page}");
        let document = "data-document=\"/a&quot;&gt;&lt;script&gt;/openapi.json\"";
        assert!(page.contains(document), "{page}");
    }

    #[test]
    fn requests_go_to_the_servers_of_the_document() {
        let origins = [
            "https://a.example",
            "https://b.example",
            "https://a.example",
        ];
        let policy = policy(&origins.map(str::to_owned));
        let connect = "connect-src 'self' https://a.example https://b.example; ";
        assert!(policy.contains(connect), "{policy}");
    }
}
