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
        let modules = widen(&modules)?;
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

/// The same with those next to glare under it as well: its edge is too light to be trusted.
fn widen(modules: &Modules) -> Option<Modules> {
    let size = modules.size();
    let near = |at: usize| at.saturating_sub(1)..(at + 2).min(size);
    let wider = (0..size * size).map(|at| {
        let (column, row) = (at % size, at / size);
        let glare = near(row).any(|row| near(column).any(|column| modules.at(column, row).glare));
        Module { glare, ..modules.at(column, row) }
    });
    Modules::new(size, wider.collect())
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
/// Frames after which one is forgotten in any case: about a second of a camera's.
const MOST_AGE: u32 = 30;
/// How much less each frame says than the next newer.
const FADE: f32 = 0.85;
/// Confidence from which on a module is held against that of another frame.
const SURE: u8 = 128;
/// Modules that two frames must both be sure of before they are compared.
const LEAST_SHARED: usize = 60;
/// Of a hundred of those, how many must be equal. Two codes with nothing in common agree in 50, two
/// whose texts begin alike in 80; should a pair pass, correction still stands before a wrong text.
const LEAST_EQUAL: usize = 85;

#[cfg(test)]
mod tests {
    use qrcode::{Color, EcLevel, QrCode, Version};

    use super::*;

    /// A code of the text; where `hidden`, modules are light and surely so, or known to be glare.
    fn frame(text: &str, hidden: impl Fn(usize, usize) -> Option<Module>) -> Modules {
        let code = QrCode::with_version(text, Version::Normal(4), EcLevel::M).unwrap();
        let (size, colours) = (code.width(), code.to_colors());
        let modules = (0..size * size).map(|at| {
            let seen = Module { dark: colours[at] == Color::Dark, confidence: 255, glare: false };
            hidden(at % size, at / size).unwrap_or(seen)
        });
        Modules::new(size, modules.collect()).unwrap()
    }

    /// Glare over everything between two columns, below the finders.
    fn glare(columns: std::ops::Range<usize>) -> impl Fn(usize, usize) -> Option<Module> {
        let light = Module { dark: false, confidence: 255, glare: true };
        move |column, row| (row > 8 && columns.contains(&column)).then_some(light)
    }

    fn read(modules: Option<Modules>) -> Option<String> {
        Some(decode::decode(&modules?)?.text.to_string())
    }

    const TEXT: &str = "otpauth://totp/Example:a?secret=GEZDGNBVGY3TQOJQ";

    #[test]
    fn what_one_frame_lacks_the_next_has() {
        let mut memory = Memory::default();
        assert_eq!(read(Some(frame(TEXT, glare(9..24)))), None);
        assert_eq!(read(Some(frame(TEXT, glare(18..33)))), None);
        assert_eq!(read(memory.add(frame(TEXT, glare(9..24)))), None);
        assert_eq!(read(memory.add(frame(TEXT, glare(18..33)))).as_deref(), Some(TEXT));
    }

    #[test]
    fn the_memory_is_bounded_and_fades() {
        let mut memory = Memory::default();
        for _ in 0..20 {
            memory.pass();
            memory.add(frame(TEXT, glare(9..24)));
            assert!(memory.frames.len() <= MOST_FRAMES);
        }
        for _ in 0..MOST_AGE {
            memory.pass();
            assert!(!memory.frames.is_empty());
        }
        memory.pass();
        assert!(memory.frames.is_empty());
    }

    #[test]
    fn codes_of_different_texts_are_kept_apart() {
        let mut state = 7_u64;
        let mut text = || {
            let letter = |_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                char::from(b'a' + (state >> 33) as u8 % 26)
            };
            (0..60).map(letter).collect::<String>()
        };
        for _ in 0..200 {
            let (mut memory, one, other) = (Memory::default(), text(), text());
            memory.add(frame(&one, glare(9..24)));
            assert!(memory.add(frame(&other, glare(18..33))).is_none(), "{one} {other}");
        }
    }

    #[test]
    fn codes_that_differ_in_one_character_never_give_a_third_text() {
        let mut mixed = 0;
        for at in 0..200 {
            let mut memory = Memory::default();
            let texts = [0, 1].map(|last| format!("{TEXT}{:04}{last}", at * 31));
            for step in 0..6 {
                let (text, from) = (&texts[step % 2], 9 + 3 * step);
                let combined = memory.add(frame(text, glare(from..from + 10)));
                mixed += usize::from(combined.is_some());
                assert!(read(combined).is_none_or(|read| texts.contains(&read)), "{texts:?}");
            }
        }
        println!("{mixed} of 1200 combined");
    }

    #[test]
    fn combining_codes_that_are_not_the_same_never_gives_a_third_text() {
        // As if the comparison had let them pass.
        for at in 0..400_usize {
            let share = at % 19;
            let texts = [3, 5].map(|factor| format!("{:040}", at * factor * 7919 + factor));
            let unsure = |turn: usize| {
                move |column: usize, row: usize| {
                    let hidden = (column * 31 + row * 17 + turn * 9) % 19 < share;
                    hidden.then_some(Module { dark: false, confidence: 0, glare: true })
                }
            };
            let [one, other] = [0, 1].map(|turn| frame(&texts[turn], unsure(turn)));
            let combined = combine(&one, &[&other]);
            assert!(read(combined).is_none_or(|read| texts.contains(&read)), "{texts:?}");
        }
    }
}
