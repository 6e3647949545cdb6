//! Square codes that a telephone reads, drawn as one path of a picture in the page: no file, no script and no
//! style goes with it, so the strict policy of pages holds.

use qrcode::{Color, QrCode};

/// Modules of white around a code, as readers want it (ISO/IEC 18004).
const QUIET: usize = 4;

/// A code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// How many units it is wide and high.
    pub size: usize,
    /// Its dark places, as the `d` of a path.
    pub path: String,
}

impl Qr {
    /// Draws a text; `None` where it is too long for any code.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, colors) in code.to_colors().chunks(width).enumerate() {
            let dark = colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
            for (column, _) in dark {
                path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn the_corners_are_where_readers_look_for_them() {
        let code = Qr::of("otpauth://totp/Bees:ada?secret=GEZDGNBVGY3TQOJQ").unwrap();
        let dark = |x: usize, y: usize| code.path.contains(&format!("M{x} {y}h1v1h-1z"));
        let end = code.size - 5;
        for (x, y) in [(4, 4), (end, 4), (4, end)] {
            assert!(dark(x, y), "{x} {y}");
        }
        assert!(!dark(5, 5) && dark(6, 6), "a ring, and what is inside of it");
        assert!((0..code.size).all(|at| !dark(at, 0) && !dark(0, at)), "nothing in the quiet zone");
        assert_eq!(Qr::of(&"x".repeat(5_000)), None);
    }
}
