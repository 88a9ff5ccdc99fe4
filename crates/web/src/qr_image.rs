//! A QR code as the path of an SVG. Knows nothing of what it says, which may be secret: it does not print.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// Light modules that belong around a code (ISO/IEC 18004 section 6.3.8).
const QUIET_ZONE: usize = 4;

/// A QR code, one unit a module.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QrImage {
    /// The SVG's `viewBox`, quiet zone included.
    pub view_box: String,
    /// The dark modules, as the `d` of a path.
    pub path: String,
    /// What the code says.
    pub text: String,
}

impl QrImage {
    /// The code for a text; `None` when it is too long for any QR code.
    #[must_use]
    pub fn of(text: String) -> Option<Self> {
        let code = QrCode::with_error_correction_level(&text, EcLevel::L).ok()?;
        let width = code.width();
        let side = width + 2 * QUIET_ZONE;
        Some(Self {
            view_box: format!("-{QUIET_ZONE} -{QUIET_ZONE} {side} {side}"),
            path: path(&code.to_colors(), width),
            text,
        })
    }
}

/// One rectangle for each horizontal run of dark modules.
fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                let length = run.len();
                // Writing to a String can't fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_dark_modules_become_rectangles() {
        use Color::{Dark, Light};
        assert_eq!(path(&[Dark, Dark, Light, Dark], 2), "M0 0h2v1h-2zM1 1h1v1h-1z");
    }

    #[test]
    fn a_bankid_text_fits() {
        let text = format!("bankid.67df3917-fa0d-44e5-b327-edcc928297f8.100.{}", "a".repeat(64));
        let image = QrImage::of(text).unwrap();
        assert!(image.view_box.starts_with("-4 -4 "));
        assert!(image.path.starts_with("M0 0h7v1h-7z"), "{}", image.path);
    }
}
