//! Renders every public page with invented content, for people who work on the design.
//!
//! `cargo run --example gallery -- /tmp/gallery` writes the pages and their assets; open `index.html` there.

mod samples;

use std::path::PathBuf;

use plenum::http::web::assets::ASSETS;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned()));
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in ASSETS {
        std::fs::write(folder.join("assets").join(asset.name), asset.body)?;
    }
    let mut index = String::from("<!DOCTYPE html><title>Gallery</title><ul>");
    for (name, page) in samples::pages()? {
        // From a file there is no site root: the assets stand beside the page.
        let page = page.replace("\"/assets/", "\"assets/");
        std::fs::write(folder.join(name), page)?;
        index.push_str(&format!("<li><a href=\"{name}\">{name}</a>"));
    }
    std::fs::write(folder.join("index.html"), index)?;
    Ok(())
}
