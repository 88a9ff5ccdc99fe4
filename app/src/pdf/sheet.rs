//! Sheets of A4: sets headings, paragraphs and tables one below the other, breaks them onto pages, and draws them with a structure that
//! screen readers follow. Knows nothing of what the texts are about.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::PdfFailed;
use super::typeface::Typeface;

/// A4 in points, of which there are 72 to an inch.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 62.0;
const TOP: f32 = 48.0;
/// The lowest line of text; below is the footer.
const BOTTOM: f32 = PAGE.1 - 84.0;
const FOOTER: f32 = PAGE.1 - 46.0;
const FOOTER_SIZE: f32 = 9.0;
/// From line to line, in sizes of the text.
const LEADING: f32 = 1.4;

/// How wide what stands between the margins is.
pub(crate) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;

/// A colour of the design (`style/_tokens.scss`).
#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Ink,
    Soft,
    Pine,
    Line,
}

impl Colour {
    const fn value(self) -> (u8, u8, u8) {
        match self {
            Self::Ink => (0x10, 0x23, 0x1c),
            Self::Soft => (0x4a, 0x5a, 0x53),
            Self::Pine => (0x0b, 0x5d, 0x4b),
            Self::Line => (0xc9, 0xc5, 0xb9),
        }
    }
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) colour: Colour,
}

/// A cell of a row: its text and style, where it begins, how wide it is, and whether it stands at the right end of that.
pub(crate) struct Cell<'a> {
    pub(crate) text: &'a str,
    pub(crate) style: Style,
    pub(crate) left: f32,
    pub(crate) width: f32,
    pub(crate) at_right: bool,
    pub(crate) header: Option<TableHeaderScope>,
}

/// What a block is to somebody who hears it.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Heading(NonZeroU16),
    Paragraph,
    Cell {
        row: usize,
        header: Option<TableHeaderScope>,
    },
}

/// A line of text at its place.
struct Line {
    page: usize,
    x: f32,
    y: f32,
    text: String,
    style: Style,
}

struct Block {
    role: Role,
    /// Which table a cell is of.
    table: usize,
    title: String,
    lines: Vec<Line>,
}

/// What a document says of itself.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) language: &'static str,
    pub(crate) author: String,
    pub(crate) id: String,
    pub(crate) made: DateTime,
}

/// A document in the making.
pub(crate) struct Sheets {
    regular: Typeface,
    bold: Typeface,
    blocks: Vec<Block>,
    /// Page, left end, right end and height of each line that is drawn.
    rules: Vec<(usize, f32, f32, f32)>,
    page: usize,
    y: f32,
    table: usize,
    row: usize,
}

impl Sheets {
    pub(crate) fn new() -> Result<Self, PdfFailed> {
        Ok(Self {
            regular: Typeface::regular()?,
            bold: Typeface::bold()?,
            blocks: Vec::new(),
            rules: Vec::new(),
            page: 0,
            y: TOP,
            table: 0,
            row: 0,
        })
    }

    const fn typeface(&self, style: Style) -> &Typeface {
        if style.bold { &self.bold } else { &self.regular }
    }

    /// Leaves room.
    pub(crate) fn space(&mut self, points: f32) {
        self.y += points;
    }

    /// Goes to the next page unless so many points fit on this one; says whether it did.
    pub(crate) fn keep_together(&mut self, points: f32) -> bool {
        let full = self.y + points > BOTTOM;
        if full {
            self.page += 1;
            self.y = TOP;
        }
        full
    }

    /// A heading; level 1 is the document's own.
    pub(crate) fn heading(&mut self, level: NonZeroU16, text: &str, style: Style) {
        // Never alone at the foot of a page.
        self.keep_together(style.size * LEADING * 4.0);
        self.text(Role::Heading(level), text, style);
    }

    /// A paragraph.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style) {
        self.text(Role::Paragraph, text, style);
    }

    fn text(&mut self, role: Role, text: &str, style: Style) {
        let typeface = self.typeface(style);
        let drawable = typeface.drawable(text);
        let lines = typeface.lines(&drawable, style.size, WIDTH);
        let mut block = Block {
            role,
            table: self.table,
            title: text.to_owned(),
            lines: Vec::new(),
        };
        for text in lines {
            self.keep_together(style.size * LEADING);
            self.y += style.size * LEADING;
            block.lines.push(Line {
                page: self.page,
                x: MARGIN,
                y: self.y,
                text,
                style,
            });
        }
        self.blocks.push(block);
    }

    /// Begins a table; rows that follow are of it.
    pub(crate) const fn begin_table(&mut self) {
        self.table += 1;
        self.row = 0;
    }

    /// How high a heading or paragraph is, in points.
    pub(crate) fn text_height(&self, text: &str, style: Style) -> f32 {
        f32::from(self.count(text, style, WIDTH)) * style.size * LEADING
    }

    /// How high a row of these cells is, in points.
    pub(crate) fn height(&self, cells: &[Cell<'_>]) -> f32 {
        let first = first_line(cells);
        let heights = cells.iter().map(|cell| {
            let more = self.count(cell.text, cell.style, cell.width).saturating_sub(1);
            first + f32::from(more) * cell.style.size * LEADING
        });
        heights.fold(0.0, f32::max)
    }

    /// How many lines a text has.
    fn count(&self, text: &str, style: Style, width: f32) -> u16 {
        let typeface = self.typeface(style);
        let lines = typeface.lines(&typeface.drawable(text), style.size, width);
        u16::try_from(lines.len()).unwrap_or(u16::MAX)
    }

    /// A row, which stands on one page.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) {
        let (first, height) = (first_line(cells), self.height(cells));
        self.keep_together(height);
        for cell in cells {
            let typeface = self.typeface(cell.style);
            let drawable = typeface.drawable(cell.text);
            // The first lines stand on one line, whatever their sizes.
            let mut y = self.y + first;
            let mut lines = Vec::new();
            for text in typeface.lines(&drawable, cell.style.size, cell.width) {
                let unused = cell.width - typeface.width(&text, cell.style.size);
                let indent = if cell.at_right { unused } else { 0.0 };
                lines.push(Line {
                    page: self.page,
                    x: MARGIN + cell.left + indent,
                    y,
                    text,
                    style: cell.style,
                });
                y += cell.style.size * LEADING;
            }
            self.blocks.push(Block {
                role: Role::Cell {
                    row: self.row,
                    header: cell.header,
                },
                table: self.table,
                title: String::new(),
                lines,
            });
        }
        self.row += 1;
        self.y += height;
    }

    /// A line across, with room above and below.
    pub(crate) fn rule(&mut self, above: f32, below: f32) {
        self.y += above;
        self.rules.push((self.page, MARGIN, PAGE.0 - MARGIN, self.y));
        self.y += below;
    }

    /// Draws everything. `footer` gives the texts at the foot of a page of so many, left and right.
    pub(crate) fn finish(
        self,
        about: About,
        footer: impl Fn(usize, usize) -> (String, String),
    ) -> Result<Vec<u8>, PdfFailed> {
        let standards = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_A)
            .with_accessibility_validator(Accessibility::UA1);
        let settings = SerializeSettings {
            configuration: standards.finish().map_err(PdfFailed::of)?,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        let mut drawn: Vec<Vec<Identifier>> = self.blocks.iter().map(|_| Vec::new()).collect();
        let pages = self.page + 1;
        for number in 0..pages {
            let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(PdfFailed::unexpected)?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for (block, drawn) in self.blocks.iter().zip(&mut drawn) {
                for line in block.lines.iter().filter(|line| line.page == number) {
                    drawn.push(surface.start_tagged(ContentTag::Span(SpanTag::empty())));
                    self.draw(&mut surface, line);
                    surface.end_tagged();
                }
            }
            for &(_, left, right, y) in self.rules.iter().filter(|rule| rule.0 == number) {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                draw_rule(&mut surface, left, right, y);
                surface.end_tagged();
            }
            self.draw_footer(&mut surface, footer(number + 1, pages));
            surface.finish();
            page.finish();
        }
        let mut tree = TagTree::new().with_lang(Some(about.language.to_owned()));
        for node in self.structure(drawn) {
            tree.push(node);
        }
        document.set_tag_tree(tree);
        document.set_outline(self.outline());
        document.set_metadata(
            Metadata::new()
                .title(about.title)
                .description(about.description)
                .language(about.language.to_owned())
                .authors(vec![about.author])
                .creator("Postvalv".to_owned())
                .document_id(about.id)
                .creation_date(about.made),
        );
        document.finish().map_err(PdfFailed::of)
    }

    fn draw(&self, surface: &mut Surface<'_>, line: &Line) {
        let typeface = self.typeface(line.style);
        let (red, green, blue) = line.style.colour.value();
        surface.set_fill(Some(Fill {
            paint: rgb::Color::new(red, green, blue).into(),
            ..Fill::default()
        }));
        let glyphs = typeface.glyphs(&line.text);
        let start = Point::from_xy(line.x, line.y);
        surface.draw_glyphs(
            start,
            &glyphs,
            typeface.font.clone(),
            &line.text,
            line.style.size,
            false,
        );
    }

    fn draw_footer(&self, surface: &mut Surface<'_>, (left, right): (String, String)) {
        let style = Style {
            size: FOOTER_SIZE,
            bold: false,
            colour: Colour::Soft,
        };
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        draw_rule(surface, MARGIN, PAGE.0 - MARGIN, FOOTER - 16.0);
        let right_width = self.regular.width(&right, style.size);
        let room = WIDTH - right_width - 20.0;
        let mut lines = self.regular.lines(&self.regular.drawable(&left), style.size, room);
        let left = if lines.is_empty() {
            String::new()
        } else {
            lines.swap_remove(0)
        };
        for (x, text) in [(MARGIN, left), (PAGE.0 - MARGIN - right_width, right)] {
            let line = Line {
                page: 0,
                x,
                y: FOOTER,
                text: self.regular.drawable(&text),
                style,
            };
            self.draw(surface, &line);
        }
        surface.end_tagged();
    }

    /// The headings, to jump to.
    fn outline(&self) -> Outline {
        let mut outline = Outline::new();
        let headings = self
            .blocks
            .iter()
            .filter(|block| matches!(block.role, Role::Heading(_)));
        for (block, line) in headings.filter_map(|block| Some((block, block.lines.first()?))) {
            let place = XyzDestination::new(line.page, Point::from_xy(line.x, line.y - line.style.size));
            outline.push_child(OutlineNode::new(block.title.clone(), place));
        }
        outline
    }

    /// The blocks as a tree, in the order in which they are read.
    fn structure(&self, drawn: Vec<Vec<Identifier>>) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut tables: Vec<(usize, TagGroup, usize, TagGroup)> = Vec::new();
        for (block, drawn) in self.blocks.iter().zip(drawn) {
            let content = drawn.into_iter().map(Node::from).collect();
            match block.role {
                Role::Heading(level) => {
                    close_table(&mut tables, &mut nodes);
                    let tag = Tag::Hn(level, Some(block.title.clone()));
                    nodes.push(TagGroup::with_children(tag, content).into());
                }
                Role::Paragraph => {
                    close_table(&mut tables, &mut nodes);
                    nodes.push(TagGroup::with_children(Tag::P, content).into());
                }
                Role::Cell { row, header } => {
                    if tables.last().is_some_and(|open| open.0 != block.table) {
                        close_table(&mut tables, &mut nodes);
                    }
                    if tables.is_empty() {
                        tables.push((block.table, TagGroup::new(Tag::Table), row, TagGroup::new(Tag::TR)));
                    }
                    let cell = match header {
                        Some(scope) => TagGroup::with_children(Tag::TH(scope), content),
                        None => TagGroup::with_children(Tag::TD, content),
                    };
                    if let Some((_, table, open_row, cells)) = tables.last_mut() {
                        if *open_row != row {
                            table.push(std::mem::replace(cells, TagGroup::new(Tag::TR)));
                            *open_row = row;
                        }
                        cells.push(cell);
                    }
                }
            }
        }
        close_table(&mut tables, &mut nodes);
        nodes
    }
}

/// How far the first lines of a row are below its top: as far as the largest of them needs.
fn first_line(cells: &[Cell<'_>]) -> f32 {
    cells.iter().map(|cell| cell.style.size * LEADING).fold(0.0, f32::max)
}

fn close_table(tables: &mut Vec<(usize, TagGroup, usize, TagGroup)>, nodes: &mut Vec<Node>) {
    for (_, mut table, _, cells) in tables.drain(..) {
        table.push(cells);
        nodes.push(table.into());
    }
}

fn draw_rule(surface: &mut Surface<'_>, left: f32, right: f32, y: f32) {
    let (red, green, blue) = Colour::Line.value();
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }));
    let mut path = PathBuilder::new();
    if let Some(thin) = Rect::from_ltrb(left, y, right, y + 0.75) {
        path.push_rect(thin);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{CODE, LABEL};

    #[test]
    fn the_first_lines_of_a_row_stand_on_one_line_whatever_their_sizes() {
        let mut sheets = Sheets::new().unwrap();
        let hash = "0a1b".repeat(32);
        let cell = |text, style| Cell {
            text,
            style,
            left: 0.0,
            width: 300.0,
            at_right: false,
            header: None,
        };
        let cells = [cell("Signatur (Ed25519)", LABEL), cell(&hash, CODE)];
        let (before, height) = (sheets.y, sheets.height(&cells));
        sheets.row(&cells);
        let ys: Vec<Vec<f32>> = sheets
            .blocks
            .iter()
            .map(|block| block.lines.iter().map(|line| line.y).collect())
            .collect();
        assert_eq!(ys[0][0], ys[1][0]);
        let last = ys.iter().flatten().copied().fold(0.0, f32::max);
        assert!(
            ys[1].len() > 1 && (last - before - height).abs() < 0.01,
            "{ys:?} {height}"
        );
    }
}
