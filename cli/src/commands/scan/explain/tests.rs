use countersign::qr::Point;
use image::Rgb;

use super::*;
use crate::photo::{Conditions, photograph, png, qr_picture};

const TEXT: &str = "otpauth://totp/Example:a?secret=GEZDGNBVGY3TQOJQ";

fn photographed(conditions: &Conditions) -> ExplainedPicture {
    let picture = photograph(&qr_picture(TEXT, 5, 4).unwrap(), conditions, 7);
    qr::explain_picture(&png(&picture).unwrap()).unwrap()
}

/// The colour in the panel at a place of the frame.
fn colour(panel: &Drawing, told: &ExplainedPicture, at: Point) -> Rgb<u8> {
    let scale = panel.pixels().width() as f32 / told.width as f32;
    *panel.pixels().get_pixel((at.x * scale) as u32, (at.y * scale) as u32)
}

#[test]
fn each_stage_of_a_bad_photograph_is_drawn() {
    let told = photographed(&Conditions::BAD);
    let panels = panels(&told);
    assert_eq!(panels.len(), 6);
    let (_, look) = furthest(&told.looks).unwrap();
    assert!(look.finders.len() >= 3);
    for &(middle, module) in &look.finders {
        let corner = Point { x: middle.x + 3.5 * module, y: middle.y + 3.5 * module };
        assert_eq!(colour(&panels[2].0, &told, corner), drawing::FINDER);
    }
    let attempt = best(look).unwrap();
    for &middle in &attempt.modules {
        assert_eq!(colour(&panels[3].0, &told, middle), drawing::READ);
    }
    assert_eq!(verdict(&told.looks).0, Exit::Done);
    let sides: Vec<_> = panels.iter().map(|(panel, _)| panel.pixels().dimensions()).collect();
    assert!(sides.iter().all(|side| *side == sides[0]));
}

#[test]
fn a_picture_that_is_not_read_says_how_far_it_came() {
    let said = |conditions: &Conditions| verdict(&photographed(conditions).looks);
    let (exit, verdict) = said(&Conditions { contrast: 0.0, ..Conditions::CLEAN });
    assert_eq!(exit, Exit::NothingFound);
    assert!(verdict.contains("no finder pattern"), "{verdict}");
    // The lamp covers two finder patterns; one would not be enough.
    let lamp = Conditions { lamp: 0.45, lamp_at: (0.15, 0.5), ..Conditions::CLEAN };
    let (exit, verdict) = said(&lamp);
    assert_eq!(exit, Exit::NothingFound);
    assert!(verdict.starts_with("not read: "), "{verdict}");
}

#[test]
fn a_drawing_is_bounded_whatever_was_told() {
    let nowhere = Point { x: f32::NAN, y: f32::INFINITY };
    let far = Point { x: -1e30, y: 1e30 };
    let mut modules = vec![nowhere; 21 * 21];
    modules[7] = far;
    let attempt = Attempt { size: 21, modules, regularity: 0.9, read: false };
    let look = Look {
        shrink: 1.0,
        threshold: "blocks",
        width: 3,
        dark: vec![true; 6],
        finders: vec![(nowhere, 1.0), (far, f32::MAX)],
        attempts: vec![attempt],
    };
    for (width, height) in [(3, 2), (5_000, 40), (0, 0)] {
        let luma = vec![128; width * height];
        let looks = vec![look.clone()];
        let told = ExplainedPicture { luma, width, height, shrink: 1, looks };
        let panels: Vec<_> = panels(&told).into_iter().map(|(panel, _)| panel).collect();
        let sheet = sheet(&panels);
        assert!(sheet.width() < 3_200 && sheet.height() < 2_200);
    }
}
