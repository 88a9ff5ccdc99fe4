//! Which documents the page can show by itself.

/// How a page can show a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preview {
    /// With pdf.js.
    Pdf,
    /// As an image that browsers draw without running anything in it.
    Image,
    /// As plain text in UTF-8.
    Text,
    /// Not at all: download only.
    None,
}

impl Preview {
    /// The preview for a media type. Types that can carry script (HTML, SVG, XML) have none.
    #[must_use]
    pub fn of(media_type: &str) -> Self {
        match media_type {
            "application/pdf" => Self::Pdf,
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => Self::Image,
            "text/plain" => Self::Text,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_carry_script_is_never_shown() {
        for media_type in [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "application/xml",
            "text/xml",
        ] {
            assert_eq!(Preview::of(media_type), Preview::None, "{media_type}");
        }
    }

    #[test]
    fn a_pdf_an_image_and_a_plain_text_are_shown() {
        assert_eq!(Preview::of("application/pdf"), Preview::Pdf);
        assert_eq!(Preview::of("image/jpeg"), Preview::Image);
        assert_eq!(Preview::of("text/plain"), Preview::Text);
    }
}
