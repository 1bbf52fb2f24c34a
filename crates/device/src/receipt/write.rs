//! Rows of text as a PDF.
//!
//! Invariant: text is written as numbers of glyphs, so nothing in a name is ever read as PDF; a
//! map back to Unicode goes with them. Holds of the font only what the receipt shows.

use super::rows::{COLUMNS, Piece, Row};
use super::text::{FONT, advance, face, glyph};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;
use std::io::Write;
use subsetter::GlyphRemapper;

/// 80 mm in points of 1/72 inch.
const WIDTH: f32 = 226.772;
/// Size of normal text, in points.
const POINTS: f32 = 8.0;
/// From one row to the next, as a multiple of its size.
const LEADING: f32 = 1.25;
const MARGIN: f32 = 12.0;
/// Readers of PDF show no page longer than 14,400 points.
const LONGEST_PAGE: f32 = 14_000.0;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const FONT_DICT: Ref = Ref::new(3);
const CID_FONT: Ref = Ref::new(4);
const DESCRIPTOR: Ref = Ref::new(5);
const TO_UNICODE: Ref = Ref::new(6);
const FONT_FILE: Ref = Ref::new(7);
const INFO: Ref = Ref::new(8);
/// The first page; then its content, the next page, and so on.
const FIRST_PAGE: i32 = 9;
const FONT_NAME: Name = Name(b"F");
const BASE_FONT: Name = Name(b"OLYMPS+NotoSansMono");

/// A PDF of these rows.
pub(super) fn pdf(title: &str, rows: &[Row]) -> Vec<u8> {
    let mut glyphs = Glyphs::default();
    let pages: Vec<Page> = pages(rows)
        .into_iter()
        .map(|(rows, height)| Page {
            height,
            content: content(rows, height, &mut glyphs),
        })
        .collect();
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.document_info(INFO).title(TextStr(title));
    let kids: Vec<Ref> = (0..pages.len())
        .filter_map(|i| i32::try_from(2 * i).ok())
        .map(|i| Ref::new(FIRST_PAGE + i))
        .collect();
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    pdf.pages(PAGES).kids(kids.iter().copied()).count(count);
    for (page, id) in pages.iter().zip(kids) {
        let content = Ref::new(id.get() + 1);
        let mut written = pdf.page(id);
        written.parent(PAGES).contents(content);
        written.media_box(Rect::new(0.0, 0.0, WIDTH, page.height));
        written.resources().fonts().pair(FONT_NAME, FONT_DICT);
        written.finish();
        let packed = pack(&page.content);
        pdf.stream(content, &packed).filter(Filter::FlateDecode);
    }
    font(&mut pdf, &glyphs);
    pdf.finish()
}

struct Page {
    height: f32,
    content: Vec<u8>,
}

/// Glyphs in use, numbered as the subset numbers them, and what each stands for.
#[derive(Default)]
struct Glyphs {
    numbers: GlyphRemapper,
    letters: BTreeMap<u16, char>,
}

impl Glyphs {
    fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * text.len());
        for c in text.chars() {
            // What the font lacks does not get here; its box for missing characters would show it.
            let number = self.numbers.remap(glyph(c).map_or(0, |glyph| glyph.0));
            self.letters.entry(number).or_insert(c);
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }
}

/// Rows by page, with the page's height.
fn pages(rows: &[Row]) -> Vec<(&[Row], f32)> {
    let mut pages = Vec::new();
    let mut start = 0;
    let mut height = 2.0 * MARGIN;
    for (i, row) in rows.iter().enumerate() {
        if height + row_height(row) > LONGEST_PAGE {
            pages.push((rows.get(start..i).unwrap_or_default(), height));
            (start, height) = (i, 2.0 * MARGIN);
        }
        height += row_height(row);
    }
    pages.push((rows.get(start..).unwrap_or_default(), height));
    pages
}

fn row_height(row: &Row) -> f32 {
    match row {
        Row::Rule => POINTS,
        Row::Text { size, .. } => POINTS * f32::from(size.times()) * LEADING,
    }
}

/// Width of a character, of normal size.
fn cell() -> f32 {
    f32::from(advance()) * POINTS / f32::from(face().units_per_em())
}

fn content(rows: &[Row], height: f32, glyphs: &mut Glyphs) -> Vec<u8> {
    let mut content = Content::new();
    let cell = cell();
    let left = (WIDTH - COLUMNS as f32 * cell) / 2.0;
    content.set_line_width(0.4);
    let mut top = height - MARGIN;
    for row in rows {
        let bottom = top - row_height(row);
        match row {
            Row::Rule => {
                let y = (top + bottom) / 2.0;
                content.move_to(left, y).line_to(WIDTH - left, y).stroke();
            }
            Row::Text { size, bold, pieces } => {
                let times = f32::from(size.times());
                // A letter's part under its line is a quarter of its size.
                let y = bottom + POINTS * times * 0.3;
                content.begin_text();
                content.set_font(FONT_NAME, POINTS * times);
                content.set_text_rendering_mode(match bold {
                    true => TextRenderingMode::FillStroke,
                    false => TextRenderingMode::Fill,
                });
                for piece in pieces {
                    let x = left + piece.column as f32 * cell * times;
                    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]);
                    show(&mut content, piece, glyphs);
                }
                content.end_text();
            }
        }
        top = bottom;
    }
    content.finish().into_vec()
}

fn show(content: &mut Content, piece: &Piece, glyphs: &mut Glyphs) {
    let encoded = glyphs.encode(&piece.text);
    let Some(original) = &piece.original else {
        content.show(Str(&encoded));
        return;
    };
    let mut mark = content.begin_marked_content_with_properties(Name(b"Span"));
    mark.properties().actual_text(TextStr(original));
    mark.finish();
    content.show(Str(&encoded));
    content.end_marked_content();
}

fn font(pdf: &mut Pdf, glyphs: &Glyphs) {
    let system = SystemInfo {
        registry: Str(b"Adobe"),
        ordering: Str(b"Identity"),
        supplement: 0,
    };
    pdf.type0_font(FONT_DICT)
        .base_font(BASE_FONT)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(CID_FONT)
        .to_unicode(TO_UNICODE);
    let em = f32::from(face().units_per_em());
    let scaled = |units: i16| f32::from(units) * 1000.0 / em;
    pdf.cid_font(CID_FONT)
        .subtype(CidFontType::Type2)
        .base_font(BASE_FONT)
        .system_info(system)
        .font_descriptor(DESCRIPTOR)
        .default_width(cell() * 1000.0 / POINTS)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let bounds = face().global_bounding_box();
    pdf.font_descriptor(DESCRIPTOR)
        .name(BASE_FONT)
        .flags(FontFlags::FIXED_PITCH | FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            scaled(bounds.x_min),
            scaled(bounds.y_min),
            scaled(bounds.x_max),
            scaled(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(scaled(face().ascender()))
        .descent(scaled(face().descender()))
        .cap_height(scaled(face().capital_height().unwrap_or(714)))
        .stem_v(80.0)
        .font_file2(FONT_FILE);
    let mut map = UnicodeCmap::new(Name(b"Custom"), system);
    for (number, letter) in &glyphs.letters {
        map.pair(*number, *letter);
    }
    let map = pack(&map.finish());
    pdf.stream(TO_UNICODE, &map).filter(Filter::FlateDecode);
    let subset = subsetter::subset(FONT, 0, &glyphs.numbers).expect("glyphs of the embedded font");
    let packed = pack(&subset);
    pdf.stream(FONT_FILE, &packed)
        .filter(Filter::FlateDecode)
        .pair(
            Name(b"Length1"),
            i32::try_from(subset.len()).unwrap_or(i32::MAX),
        );
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
