//! A picture of a terminal, as an SVG: text stays text, and bars are shapes without gaps.
//!
//! It carries its own colours for a light and a dark page and needs nothing from elsewhere, so it
//! can be shown wherever a picture can.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

/// What is said of a picture to those who do not see it.
#[derive(Debug, Clone, Copy)]
pub struct Caption<'a> {
    /// The title of the window, and of the picture.
    pub title: &'a str,
    /// What is to be seen.
    pub description: &'a str,
}

/// The terminal in a window, as an SVG file.
#[must_use]
pub fn svg(buffer: &Buffer, caption: Caption<'_>) -> String {
    let (width, height) = (
        f64::from(buffer.area.width) * CELL_WIDTH + 2.0 * MARGIN,
        f64::from(buffer.area.height) * CELL_HEIGHT + TITLE_BAR + MARGIN * 2.0,
    );
    let (outer_width, outer_height) = (width + 2.0 * EDGE, height + 2.0 * EDGE);
    let (title, description) = (escaped(caption.title), escaped(caption.description));
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{outer_width}" height="{outer_height}" viewBox="0 0 {outer_width} {outer_height}" role="img" aria-labelledby="title description">
<title id="title">{title}</title>
<desc id="description">{description}</desc>
<style>{STYLE}</style>
<g transform="translate({EDGE} {EDGE})">
<rect class="window" width="{width}" height="{height}" rx="10"/>
<path class="bar" d="M0 {TITLE_BAR}V10A10 10 0 0 1 10 0H{right}A10 10 0 0 1 {width} 10V{TITLE_BAR}Z"/>
<rect class="frame" width="{width}" height="{height}" rx="10"/>
"#,
        right = width - 10.0,
    );
    let middle = TITLE_BAR / 2.0;
    for (place, class) in (0_u8..).zip(["close", "minimise", "zoom"]) {
        let x = 20.0 + f64::from(place) * 20.0;
        let _ = writeln!(svg, r#"<circle class="{class}" cx="{x}" cy="{middle}" r="6"/>"#);
    }
    let _ = writeln!(
        svg,
        r#"<text class="title" x="{}" y="{}" text-anchor="middle">{title}</text>
<g transform="translate({MARGIN} {})" xml:space="preserve">"#,
        width / 2.0,
        middle + 4.5,
        TITLE_BAR + MARGIN,
    );
    for y in 0..buffer.area.height {
        draw_line(buffer, y, &mut svg);
    }
    svg.push_str("</g>\n</g>\n</svg>\n");
    svg
}

/// One line of the terminal: its bars, and its words each at its own place.
fn draw_line(buffer: &Buffer, y: u16, svg: &mut String) {
    let mut x = 0;
    while x < buffer.area.width {
        let Some(cell) = buffer.cell((x, y)) else { break };
        let run = match eighths(cell.symbol()) {
            Some(_) => draw_bar(buffer, x, y, svg),
            None if cell.symbol() == " " => 1,
            None => draw_words(buffer, x, y, svg),
        };
        x += run;
    }
}

/// Block characters of one colour that touch are one shape; how many cells it takes.
fn draw_bar(buffer: &Buffer, x: u16, y: u16, svg: &mut String) -> u16 {
    let cells = (x..buffer.area.width).map_while(|x| buffer.cell((x, y)));
    let Some(first) = buffer.cell((x, y)) else { return 1 };
    let (mut run, mut filled) = (0_u16, 0_u16);
    for cell in cells {
        // Only after a full cell does the next one touch.
        match eighths(cell.symbol()) {
            Some(part) if same_style(cell, first) && filled == run * 8 => filled += part,
            _ => break,
        }
        run += 1;
    }
    let width = f64::from(filled) * CELL_WIDTH / 8.0;
    let (left, top) = (f64::from(x) * CELL_WIDTH, f64::from(y) * CELL_HEIGHT);
    // A cell of half the width and more marks a line from its top to its bottom; a bar is slimmer.
    let upright = run == 1 && first.symbol() == "▌";
    // A line that goes on in the next row overlaps it: scaled, an edge shared shows as a hair.
    let inset = if upright { -0.25 } else { CELL_HEIGHT * 0.2 };
    let height = CELL_HEIGHT - 2.0 * inset;
    let radius = if upright { 0.0 } else { 2.0_f64.min(width / 2.0) };
    let class = class_of(first);
    let _ = writeln!(
        svg,
        r#"<rect class="{class}" x="{left:.2}" y="{:.2}" width="{width:.2}" height="{height:.2}" rx="{radius:.2}"/>"#,
        top + inset,
    );
    run
}

/// A word, or some with one space between, all of one style; how many cells it takes.
fn draw_words(buffer: &Buffer, x: u16, y: u16, svg: &mut String) -> u16 {
    let Some(first) = buffer.cell((x, y)) else { return 1 };
    let mut words = String::new();
    let mut at = x;
    let mut end = x;
    while let Some(cell) = buffer.cell((at, y)) {
        let symbol = cell.symbol();
        let wide = cells_of(symbol) > 1;
        let gap = symbol == " " && words.ends_with(' ');
        // Fonts differ in how wide they make wide characters; a run of them is spaced by itself.
        let other_width = symbol != " " && wide != (cells_of(first.symbol()) > 1);
        if gap || other_width || eighths(symbol).is_some() || !same_style(cell, first) {
            break;
        }
        words.push_str(symbol);
        at += cells_of(symbol);
        if symbol != " " {
            end = at;
        }
        if at >= buffer.area.width {
            break;
        }
    }
    let (left, base) = (f64::from(x) * CELL_WIDTH, f64::from(y) * CELL_HEIGHT + CELL_HEIGHT * 0.72);
    let _ = writeln!(
        svg,
        r#"<text class="{}" x="{left:.2}" y="{base:.2}" textLength="{:.2}">{}</text>"#,
        class_of(first),
        f64::from(end - x) * CELL_WIDTH,
        escaped(words.trim_end()),
    );
    at - x
}

/// How many eighths of its cell a block character fills from the left.
fn eighths(symbol: &str) -> Option<u16> {
    let place =
        ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"].iter().position(|block| *block == symbol)?;
    u16::try_from(place + 1).ok()
}

fn cells_of(symbol: &str) -> u16 {
    u16::try_from(Span::raw(symbol).width()).unwrap_or(1).max(1)
}

fn same_style(one: &Cell, other: &Cell) -> bool {
    one.fg == other.fg && one.modifier == other.modifier
}

fn class_of(cell: &Cell) -> String {
    let colour = match cell.fg {
        Color::Red => "red",
        Color::Green => "green",
        Color::Yellow => "yellow",
        Color::Cyan => "cyan",
        _ => "text",
    };
    let bold = if cell.modifier.contains(Modifier::BOLD) { " bold" } else { "" };
    let dim = if cell.modifier.contains(Modifier::DIM) { " dim" } else { "" };
    format!("{colour}{bold}{dim}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// In pixels. Most monospaced fonts are 0.6 as wide as they are high.
const CELL_WIDTH: f64 = 9.0;
const CELL_HEIGHT: f64 = 20.0;
const TITLE_BAR: f64 = 36.0;
/// Around the cells.
const MARGIN: f64 = 10.0;
/// Around the window, so that its frame is not cut off.
const EDGE: f64 = 1.0;

const STYLE: &str = "
text{font:15px ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace;white-space:pre}
.title{font:600 13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;fill:#59636e}
.window{fill:#fff}.bar{fill:#f3f4f6}.frame{fill:none;stroke:#d1d9e0}
.close{fill:#ff5f57}.minimise{fill:#febc2e}.zoom{fill:#28c840}
.text{fill:#1f2328}.red{fill:#d1242f}.green{fill:#1a7f37}.yellow{fill:#9a6700}.cyan{fill:#0a7ea4}
.bold{font-weight:700}.dim{fill-opacity:.66}
@media (prefers-color-scheme:dark){
.title{fill:#9198a1}.window{fill:#0d1117}.bar{fill:#161b22}.frame{stroke:#3d444d}
.text{fill:#e6edf3}.red{fill:#ff7b72}.green{fill:#3fb950}.yellow{fill:#d29922}.cyan{fill:#56d4dd}
}
";

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn picture(text: &str, style: Style) -> String {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, text, style);
        svg(&buffer, Caption { title: "a < b", description: "c & d" })
    }

    fn shapes(svg: &str) -> Vec<&str> {
        let body = svg.split("preserve\">").nth(1).unwrap();
        body.lines().filter(|line| line.starts_with("<rect") || line.starts_with("<text")).collect()
    }

    #[test]
    fn a_bar_is_one_shape_and_its_end_another() {
        let svg = picture("███▌  ▏", Style::new().fg(Color::Green));
        let shapes = shapes(&svg);
        assert_eq!(shapes.len(), 2, "{svg}");
        assert!(shapes[0].contains(r#"class="green" x="0.00""#), "{svg}");
        assert!(shapes[0].contains(r#"width="31.50""#), "three and a half cells of nine pixels");
        assert!(
            shapes[1].contains(r#"x="54.00""#) && shapes[1].contains(r#"width="1.12""#),
            "{svg}"
        );
    }

    #[test]
    fn words_stay_together_and_gaps_part_them() {
        let svg = picture("ab cd   <名前>", Style::new());
        let shapes = shapes(&svg);
        assert_eq!(shapes.len(), 4, "{svg}");
        assert!(shapes[0].ends_with(r#"textLength="45.00">ab cd</text>"#), "{svg}");
        assert!(shapes[1].ends_with(r#"textLength="9.00">&lt;</text>"#), "{svg}");
        assert!(
            shapes[2].ends_with(r#"x="81.00" y="14.40" textLength="36.00">名前</text>"#),
            "{svg}"
        );
    }

    #[test]
    fn it_says_what_it_shows_to_those_who_do_not_see() {
        let svg = picture("", Style::new());
        assert!(svg.contains("<title id=\"title\">a &lt; b</title>"));
        assert!(svg.contains("<desc id=\"description\">c &amp; d</desc>"));
        assert!(svg.contains("prefers-color-scheme:dark"));
        assert!(!svg.contains("<script") && !svg.contains("href"));
    }
}
