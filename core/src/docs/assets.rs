//! The files that the page loads.

use super::{
    archive::Entry,
    file::{ASK, FOREVER, File},
    headers,
};
use bytes::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

/// A file, and what identifies its content.
struct Asset {
    /// Its path below the page.
    path: &'static str,
    media_type: &'static str,
    tag: u64,
    is_gzip: bool,
    content: &'static [u8],
}

/// A file of Swagger UI.
macro_rules! packed {
    ($path:literal, $media_type:expr, $in_archive:literal) => {{
        const ENTRY: Entry = Entry::find(ARCHIVE, $in_archive);
        static GZIP: [u8; ENTRY.gzip_length()] = ENTRY.gzip(ARCHIVE);
        Asset {
            path: $path,
            media_type: $media_type,
            tag: ENTRY.checksum() as u64,
            is_gzip: true,
            content: &GZIP,
        }
    }};
}

/// A file of this folder.
macro_rules! own {
    ($path:literal, $media_type:expr, $file:literal) => {{
        const CONTENT: &[u8] = include_bytes!($file);
        Asset {
            path: $path,
            media_type: $media_type,
            tag: headers::hash(CONTENT),
            is_gzip: false,
            content: CONTENT,
        }
    }};
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

static ASSETS: [Asset; 4] = [
    packed!("/swagger-ui.css", STYLE, "dist/swagger-ui.css"),
    packed!("/swagger-ui-bundle.js", SCRIPT, "dist/swagger-ui-bundle.js"),
    own!("/docs.css", STYLE, "page/docs.css"),
    own!("/docs.js", SCRIPT, "page/docs.js"),
];

/// The file at a path below the page. It can be kept if the query names its content: during a
/// deployment, the page of one version can ask another version for its files.
pub(super) fn named(path: &str, query: Option<&str>) -> Option<File> {
    let asset = ASSETS.iter().find(|asset| asset.path == path)?;
    let is_this = query == Some(&*version(asset));
    Some(File {
        media_type: asset.media_type,
        etag: headers::etag(asset.tag),
        cache: if is_this { FOREVER } else { ASK },
        is_gzip: asset.is_gzip,
        body: Bytes::from_static(asset.content).into(),
    })
}

/// The paths of the styles below the page, or of the scripts, with what identifies their content.
pub(super) fn links(of_styles: bool) -> impl Iterator<Item = String> {
    let of_kind = ASSETS
        .iter()
        .filter(move |asset| (asset.media_type == STYLE) == of_styles);
    of_kind.map(|asset| format!("{}?{}", asset.path, version(asset)))
}

/// The query that names the content of a file.
fn version(asset: &Asset) -> String {
    format!("v={:x}", asset.tag)
}
