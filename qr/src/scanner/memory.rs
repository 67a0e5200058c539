//! The codes of the last frames that were not read: what glare or noise hides in one frame, another
//! may show.

use std::collections::VecDeque;

use crate::decode;
use crate::modules::{Module, Modules};

/// The modules of the last frames, the newest first. They are erased as they are dropped.
#[derive(Default)]
pub(super) struct Memory {
    frames: VecDeque<Remembered>,
}

struct Remembered {
    modules: Modules,
    /// Frames since, those without a code counted as well.
    age: u32,
}

impl Memory {
    /// One more frame has come: what is too old is forgotten.
    pub(super) fn pass(&mut self) {
        for remembered in &mut self.frames {
            remembered.age += 1;
        }
        self.frames.retain(|remembered| remembered.age <= MOST_AGE);
    }

    /// Remembers the newest frame's modules, and gives them combined with those of the frames
    /// before that surely show the same code, if there are any.
    pub(super) fn add(&mut self, modules: Modules) -> Option<Modules> {
        self.frames.truncate(MOST_FRAMES - 1);
        self.frames.push_front(Remembered { modules, age: 0 });
        let newest = &self.frames.front()?.modules;
        let carriers = decode::carriers(newest.version());
        let before = self.frames.iter().skip(1).map(|remembered| &remembered.modules);
        let same: Vec<_> = before.filter(|older| agree(newest, older, &carriers)).collect();
        if same.is_empty() {
            return None;
        }
        combine(newest, &same)
    }
}

/// Whether two frames show the same code: where both are sure, they must say the same nearly
/// everywhere. The patterns that all codes share do not count.
fn agree(newest: &Modules, older: &Modules, carriers: &[(u8, u8)]) -> bool {
    if newest.size() != older.size() {
        return false;
    }
    let (mut equal, mut all) = (0, 0);
    for &(column, row) in carriers {
        let (column, row) = (usize::from(column), usize::from(row));
        let (one, other) = (newest.at(column, row), older.at(column, row));
        let sure = |module: Module| !module.glare && module.confidence >= SURE;
        if sure(one) && sure(other) {
            all += 1;
            equal += usize::from(one.dark == other.dark);
        }
    }
    all >= LEAST_SHARED && 100 * equal >= LEAST_EQUAL * all
}

/// The modules of several frames as one: each as the frames say that see it, the newest and the
/// surest loudest.
fn combine(newest: &Modules, older: &[&Modules]) -> Option<Modules> {
    let size = newest.size();
    let loudness = |age: usize| FADE.powi(age as i32);
    let total: f32 = (0..=older.len()).map(loudness).sum();
    let modules = (0..size * size).map(|at| {
        let frames = std::iter::once(&newest).chain(older);
        let seen = frames.map(|modules| modules.at(at % size, at / size)).enumerate();
        let (mut sum, mut glare) = (0.0, true);
        for (age, module) in seen.filter(|(_, module)| !module.glare) {
            let voice = loudness(age) * f32::from(module.confidence);
            sum += if module.dark { voice } else { -voice };
            glare = false;
        }
        Module { dark: sum > 0.0, confidence: (sum.abs() / total).min(255.0) as u8, glare }
    });
    Modules::new(size, modules.collect())
}

/// Frames remembered.
const MOST_FRAMES: usize = 6;
/// Frames after which one is forgotten in any case: about a second.
const MOST_AGE: u32 = 30;
/// How much less each frame says than the next newer.
const FADE: f32 = 0.85;
/// Confidence from which on a module is held against that of another frame.
const SURE: u8 = 128;
/// Modules that two frames must both be sure of before they are compared.
const LEAST_SHARED: usize = 60;
/// Of a hundred of those, how many must be equal. Two codes that have nothing in common agree in 50.
const LEAST_EQUAL: usize = 90;
