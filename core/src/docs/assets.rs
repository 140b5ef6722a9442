//! The files that the page loads.

use super::{
    archive::Entry,
    file::{FOREVER, File},
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

/// The file at a path below the page.
pub(super) fn named(path: &str) -> Option<File> {
    let asset = ASSETS.iter().find(|asset| asset.path == path)?;
    Some(File {
        media_type: asset.media_type,
        etag: headers::etag(asset.tag),
        cache: FOREVER,
        is_gzip: asset.is_gzip,
        body: Bytes::from_static(asset.content).into(),
    })
}

/// The paths of the styles below the page, or of the scripts, with what identifies their content.
pub(super) fn links(of_styles: bool) -> impl Iterator<Item = String> {
    let of_kind = ASSETS
        .iter()
        .filter(move |asset| (asset.media_type == STYLE) == of_styles);
    of_kind.map(|asset| format!("{}?v={:x}", asset.path, asset.tag))
}
