//! `scan --explain`: what the reader saw in a picture, drawn stage by stage.
//!
//! The drawing has numbers and no words. What a number shows is a line of the output.

mod drawing;

use std::path::{Path, PathBuf};

use countersign::qr::{self, Attempt, ExplainedPicture, Look};
use image::RgbImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use self::drawing::{Colour, Drawing};
use super::{read_bounded, refused};
use crate::commands::new_file;
use crate::console::{Console, shown};
use crate::failure::{Exit, Failure};

/// Draws the stages into a new file and says what each panel shows.
pub(crate) fn run(
    pictures: &[PathBuf],
    out: &Path,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let [picture] = pictures else {
        return Err(Failure::new(Exit::Usage, "--explain takes one picture"));
    };
    let told = told(picture).map_err(|failure| {
        let message = failure.message().unwrap_or_default();
        Failure::new(failure.exit(), format!("{}: {message}", shown(picture)))
    })?;
    let (panels, captions): (Vec<_>, Vec<_>) = panels(&told).into_iter().unzip();
    // Without filters, areas of one colour take the least.
    let mut file = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::NoFilter);
    sheet(&panels)
        .write_with_encoder(encoder)
        .map_err(|_| Failure::new(Exit::Failed, "could not draw what was seen"))?;
    new_file::write(out, &file, "the drawing")?;
    for (number, caption) in (1..).zip(&captions) {
        console.line(format!("  {number}  {caption}"))?;
    }
    let (exit, verdict) = verdict(&told.looks);
    console.line(format!("  {verdict}"))?;
    Ok(exit)
}

fn told(picture: &Path) -> Result<ExplainedPicture, Failure> {
    qr::explain_picture(&read_bounded(picture)?).map_err(refused)
}

/// The panels, each with what it shows: the stages of the look that came furthest, then all looks.
fn panels(told: &ExplainedPicture) -> Vec<(Drawing, String)> {
    let frame = Drawing::of(told);
    let size = format!("the frame, {} × {} pixels", told.width, told.height);
    let shrunk = match told.shrink {
        1 => String::new(),
        shrink => format!(", each the mean of {shrink} × {shrink} of the picture\u{2019}s"),
    };
    let mut panels = vec![(frame.clone(), size + &shrunk)];
    let Some((number, look)) = furthest(&told.looks) else { return panels };

    let mut dark = frame.dimmed();
    dark.tint(look);
    let scale = scale(look.shrink);
    panels.push((
        dark,
        format!(
            "what is dark (blue): look {number}, {scale}, threshold \u{201c}{}\u{201d}",
            look.threshold
        ),
    ));

    let mut finders = frame.dimmed();
    finders.finders(look);
    panels.push((finders, format!("{} (orange)", count(look.finders.len(), "finder pattern"))));

    if let Some(attempt) = best(look) {
        let mut grid = frame.dimmed();
        grid.grid(attempt);
        let (size, share) = (attempt.size, percent(attempt.regularity));
        let (colour, _) = outcome(attempt);
        panels.push((
            grid,
            format!(
                "a grid of {size} × {size} modules ({colour}), {share} of the fixed ones right"
            ),
        ));
        panels.push((
            frame.sampled(told, attempt),
            "its modules, as light as the frame is there".into(),
        ));
    }

    let mut all = frame.dimmed();
    let mut attempts: Vec<_> = told.looks.iter().flat_map(|look| &look.attempts).collect();
    attempts.sort_by_key(|attempt| (attempt.read, attempt.is_regular()));
    attempts.iter().for_each(|attempt| all.outline(attempt));
    told.looks.iter().for_each(|look| all.finders(look));
    let finders = told.looks.iter().map(|look| look.finders.len()).sum();
    let (looks, finders) = (count(told.looks.len(), "look"), count(finders, "finder pattern"));
    let grids = count(attempts.len(), "grid");
    panels.push((
        all,
        format!("all of {looks}: {finders}, {grids} (read blue, regular yellow, others red)"),
    ));
    panels
}

/// The look that came furthest, the first of equals, and its number from 1.
fn furthest(looks: &[Look]) -> Option<(usize, &Look)> {
    let rank = |look: &Look| {
        let attempt = best(look);
        // A grid's share in thousandths, so that ranks can be compared whole.
        let regularity = attempt.map(|attempt| (1000.0 * attempt.regularity) as u32);
        (attempt.is_some_and(|attempt| attempt.read), regularity, look.finders.len())
    };
    let furthest = looks.iter().enumerate().rev().max_by_key(|(_, look)| rank(look));
    furthest.map(|(at, look)| (at + 1, look))
}

/// The grid that came furthest.
fn best(look: &Look) -> Option<&Attempt> {
    let rank =
        |a: &Attempt, b: &Attempt| a.read.cmp(&b.read).then(a.regularity.total_cmp(&b.regularity));
    look.attempts.iter().max_by(|a, b| rank(a, b))
}

/// What came out, and the furthest stage where nothing did.
fn verdict(looks: &[Look]) -> (Exit, String) {
    let Some((number, look)) = furthest(looks) else {
        return (Exit::NothingFound, "not read: there is nothing to see".to_owned());
    };
    let finders = count(look.finders.len(), "finder pattern");
    let reason = match best(look) {
        Some(attempt) if attempt.read => {
            return (Exit::Done, format!("read at look {number}; scan says what it is"));
        }
        Some(attempt) if attempt.is_regular() => {
            "the grid fits, but too many of its modules are wrong".to_owned()
        }
        Some(_) => "no grid fits: it lies wrong, or this is no code".to_owned(),
        None if look.finders.is_empty() => {
            "no finder pattern; is the whole code in the picture, sharp and with its white margin?"
                .to_owned()
        }
        None if look.finders.len() < 3 => format!("{finders}, and a code has 3"),
        None => format!("{finders}, no three of which make a code"),
    };
    (Exit::NothingFound, format!("not read: {reason}"))
}

/// The name of the colour that an outcome has, and the colour.
fn outcome(attempt: &Attempt) -> (&'static str, Colour) {
    match (attempt.read, attempt.is_regular()) {
        (true, _) => ("blue", drawing::READ),
        (false, true) => ("yellow", drawing::REGULAR),
        (false, false) => ("red", drawing::IRREGULAR),
    }
}

fn scale(shrink: f32) -> String {
    match shrink {
        1.0 => "at full size".to_owned(),
        shrink if shrink < 1.0 => "at twice the size".to_owned(),
        shrink => format!("at 1/{shrink:.0} of the size"),
    }
}

fn percent(share: f32) -> String {
    format!("{:.0} %", (100.0 * share).floor())
}

fn count(count: usize, what: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {what}{end}")
}

/// The panels in rows of three, each below its number.
fn sheet(panels: &[Drawing]) -> RgbImage {
    let columns = panels.len().min(3) as u32;
    let rows = (panels.len() as u32).div_ceil(3);
    let (width, height) = panels.first().map_or((1, 1), |panel| panel.pixels().dimensions());
    let (cell_width, cell_height) = (width + drawing::GAP, height + drawing::GAP + drawing::HEAD);
    let paper = image::Rgb([255; 3]);
    let mut sheet = RgbImage::from_pixel(
        columns * cell_width + drawing::GAP,
        rows * cell_height + drawing::GAP,
        paper,
    );
    for (at, panel) in (0_u32..).zip(panels) {
        let (left, top) = (drawing::GAP + at % 3 * cell_width, drawing::GAP + at / 3 * cell_height);
        drawing::digit(&mut sheet, left, top, at + 1);
        let at = (i64::from(left), i64::from(top + drawing::HEAD));
        image::imageops::replace(&mut sheet, panel.pixels(), at.0, at.1);
    }
    sheet
}

#[cfg(test)]
mod tests;
