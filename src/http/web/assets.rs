//! The files pages refer to, compiled in: the stylesheet of every page, another one that the page of a
//! question does without so that it stays light, one script that no page needs, the mark,
//! and what stands for missing pictures in apps.

/// A file served below `/assets/`.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Name below `/assets/`.
    pub name: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub body: &'static [u8],
}

/// Every file there is. Pages name them with `?v=<version>`, so they may be cached for a year.
pub const ASSETS: [Asset; 6] = [
    Asset {
        name: "plenum.css",
        media_type: "text/css; charset=utf-8",
        body: include_bytes!("assets/plenum.css"),
    },
    Asset {
        name: "texts.css",
        media_type: "text/css; charset=utf-8",
        body: include_bytes!("assets/texts.css"),
    },
    Asset {
        name: "passage.js",
        media_type: "text/javascript; charset=utf-8",
        body: include_bytes!("assets/passage.js"),
    },
    Asset { name: "mark.svg", media_type: "image/svg+xml", body: include_bytes!("assets/mark.svg") },
    Asset { name: "avatar.png", media_type: "image/png", body: include_bytes!("assets/avatar.png") },
    Asset { name: "header.png", media_type: "image/png", body: include_bytes!("assets/header.png") },
];

/// The policy every page is sent with: no script but our own files, nothing from elsewhere, no frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The file called `name`.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}
