//! The stages run at several scales and thresholds, until something is read or the allowance spent.

use zeroize::Zeroizing;

use super::binarise::{self, Bitmap, Threshold};
use super::budget::{Budget, MOST_BASE, MOST_FULL, MOST_WHOLE, Scale, Way};
use super::decode::{self, Decoded};
use super::explain::{Attempt, Look};
use super::geometry::{self, Point};
use super::grid::{Grid, Stand};
use super::locate::{self, Finder, Triple};
use super::plane::Plane;
use super::unread::Unread;
use super::{Frame, Payload, bend, sample};

/// Reads the codes in a frame within the budget.
pub(super) fn read(frame: Frame<'_>, budget: Budget) -> Vec<Payload> {
    run(frame, budget, None).found
}

/// The same, and the code that was seen most clearly of those that were not read.
pub(super) fn watch(frame: Frame<'_>, budget: Budget) -> (Vec<Payload>, Option<Unread>) {
    let Reader { found, nearest, .. } = run(frame, budget, None);
    let nearest = nearest.filter(|unread| !found.iter().any(|read| unread.lies_in(&read.corners)));
    (found, nearest)
}

/// The same, telling each step instead of the texts.
pub(super) fn explain(frame: Frame<'_>, budget: Budget) -> Vec<Look> {
    run(frame, budget, Some(Vec::new())).told.unwrap_or_default()
}

fn run(frame: Frame<'_>, budget: Budget, told: Option<Vec<Look>>) -> Reader {
    let pixels = frame.width * frame.height;
    let (allowance, patience) = budget.steps(pixels);
    let mut reader = Reader {
        found: Vec::new(),
        read: Vec::new(),
        sure: Vec::new(),
        allowance,
        patience,
        shrink: 1.0,
        nearest: None,
        told,
    };
    let shrink_to =
        |most: usize| (1_usize..).find(|shrink| pixels / (shrink * shrink) <= most).unwrap_or(1);
    let [whole, full, base] = [MOST_WHOLE, MOST_FULL, MOST_BASE].map(shrink_to);
    let beside_base = |shrink: usize| (base * base) as f32 / (shrink * shrink) as f32;
    let Some(plane) = Plane::of(&frame, base) else { return reader };
    let mut looks_after = MOST_LOOKS_AFTER;
    for &Way(scale, threshold) in budget.looks() {
        let (scaled, shrink) = match scale {
            Scale::Base | Scale::Smooth => (1.0, base as f32),
            Scale::Half => (0.25, 2.0 * base as f32),
            Scale::Quarter => (0.0625, 4.0 * base as f32),
            Scale::Double => (4.0, 0.5 * base as f32),
            Scale::Full => (beside_base(full), full as f32),
            Scale::Whole => (beside_base(whole), whole as f32),
        };
        let cost = (scaled * plane.luma.len() as f32) as i64 * PIXEL_COST;
        let twice = match scale {
            Scale::Full => full == base,
            Scale::Whole => whole == full,
            _ => false,
        };
        // This one comes whatever it costs: without it, nothing is seen at all.
        let first = scale == Scale::Base && threshold == Threshold::Blocks;
        if twice || (!first && cost > reader.allowance) {
            continue;
        }
        reader.allowance -= cost;
        if first {
            reader.allowance = reader.allowance.max(LEAST_ALLOWANCE);
        }
        let look = match scale {
            Scale::Base => Some(None),
            Scale::Full => Plane::of(&frame, full).map(Some),
            Scale::Whole => Plane::of(&frame, whole).map(Some),
            Scale::Smooth => Some(Some(plane.smooth())),
            Scale::Half => plane.half().map(Some),
            Scale::Quarter => plane.half().and_then(|half| half.half()).map(Some),
            Scale::Double => Some(Some(plane.double())),
        };
        let Some(look) = look else { continue };
        reader.look(look.as_ref().unwrap_or(&plane), threshold, shrink);
        if !reader.found.is_empty() {
            looks_after -= 1;
            if looks_after == 0 || reader.has_read_all() {
                break;
            }
        }
    }
    reader.drop_decorations();
    reader
}

/// Finders taken for a code of one size.
struct Candidate<'a> {
    /// All three, or those two that are seen.
    finders: Vec<&'a Finder>,
    stand: Stand,
    size: usize,
    /// 0 is certain.
    doubt: f32,
}

/// What was read so far, and what may still be spent.
struct Reader {
    found: Vec<Payload>,
    /// The corners of every code that was read, in the frame; one text may be in several.
    read: Vec<[Point; 4]>,
    /// Where finders were seen that surely are some, in the frame.
    sure: Vec<Point>,
    /// What may still be spent.
    allowance: i64,
    /// What is added to it when something looks like a code.
    patience: i64,
    /// Pixels of the frame for one of the look's.
    shrink: f32,
    /// Of the codes that were not read, the one seen most clearly so far.
    nearest: Option<Unread>,
    /// What was done so far, if somebody wants to know.
    told: Option<Vec<Look>>,
}

impl Reader {
    /// Leaves out the codes drawn within others, which are part of those codes' pictures.
    fn drop_decorations(&mut self) {
        let codes: Vec<_> = self.found.iter().map(|payload| payload.corners).collect();
        self.found.retain(|payload| {
            let outer = |code: &&[Point; 4]| **code != payload.corners;
            !codes
                .iter()
                .filter(outer)
                .any(|code| payload.corners.iter().all(|&corner| geometry::inside(code, corner)))
        });
    }

    /// Whether every finder that surely is one lies in a code that was read.
    fn has_read_all(&self) -> bool {
        let is_read = |finder: &Point| self.read.iter().any(|code| geometry::inside(code, *finder));
        self.sure.iter().all(is_read)
    }

    /// Whether this finder of the look lies in a code that was read, in this look or before.
    fn is_read(&self, finder: &Finder) -> bool {
        self.read.iter().any(|code| geometry::inside(code, finder.centre * self.shrink))
    }

    /// Looks once.
    fn look(&mut self, plane: &Plane, threshold: Threshold, shrink: f32) {
        self.shrink = shrink;
        let bitmap = binarise::binarise(plane, threshold);
        let row_step = (plane.height / 180).clamp(1, 3);
        let (finders, tries) = locate::find(&bitmap, row_step);
        self.spend(TRY_COST * tries + TRIPLE_COST * finders.len().pow(3) / 6);
        self.tell_look(&bitmap, threshold, shrink, &finders);
        let mut inverted = None;
        let mut read_here: Vec<[Point; 4]> = Vec::new();
        // A few at a time: what lies in a code that was read needs no measuring.
        for triples in locate::triples(&finders).chunks(TRIPLES_AT_ONCE) {
            let candidates = self.candidates(plane, &bitmap, triples, &read_here, &mut inverted);
            self.read_candidates(plane, &inverted, candidates, &mut read_here);
        }
        if read_here.is_empty() {
            let candidates = self.half_hidden(plane, &bitmap, &finders, &mut inverted);
            self.read_candidates(plane, &inverted, candidates, &mut read_here);
        }
        let sure = finders.iter().filter(|finder| finder.doubt < SURE_DOUBT);
        self.sure.extend(sure.map(|finder| finder.centre * shrink));
    }

    /// Reads what can be read of the candidates; those in a code that was read are part of it.
    fn read_candidates(
        &mut self,
        plane: &Plane,
        inverted: &Option<Plane>,
        candidates: Vec<Candidate<'_>>,
        read_here: &mut Vec<[Point; 4]>,
    ) {
        if candidates.first().is_some_and(|likeliest| likeliest.doubt < LIKELY_DOUBT) {
            self.allowance += std::mem::take(&mut self.patience);
        }
        for candidate in candidates {
            if self.allowance <= 0 {
                break;
            }
            if covered(&candidate.finders, read_here) {
                continue;
            }
            let plane = if candidate.finders[0].inverted {
                inverted.as_ref().unwrap_or(plane)
            } else {
                plane
            };
            let Some((text, corners)) = self.attempt(plane, &candidate) else { continue };
            read_here.push(corners);
            let corners = corners.map(|corner| corner * self.shrink);
            self.read.push(corners);
            if !self.found.iter().any(|payload| payload.text == text) {
                self.found.push(Payload { text, corners });
            }
        }
    }

    /// What the finders may mean by threes, the likeliest first.
    fn candidates<'a>(
        &mut self,
        plane: &Plane,
        bitmap: &Bitmap<'_>,
        triples: &[Triple<'a>],
        read_here: &[[Point; 4]],
        inverted: &mut Option<Plane>,
    ) -> Vec<Candidate<'a>> {
        let mut candidates = Vec::new();
        for triple in triples {
            // The likeliest come first: what is left is hardly a code.
            if self.allowance <= 0 || triple.misfit > MOST_DOUBT {
                break;
            }
            if covered(&triple.finders, read_here) {
                continue;
            }
            self.spend(4_000);
            let Some(stand) = Stand::measure(triple) else { continue };
            let plane = if triple.finders[0].inverted {
                inverted.get_or_insert_with(|| plane.inverted())
            } else {
                plane
            };
            let sized = self.sized(plane, bitmap, &triple.finders, stand, triple.misfit);
            candidates.extend(sized);
        }
        candidates.sort_by(|a, b| a.doubt.total_cmp(&b.doubt));
        candidates
    }

    /// What they may mean by twos, where the third is hidden.
    fn half_hidden<'a>(
        &mut self,
        plane: &Plane,
        bitmap: &Bitmap<'_>,
        finders: &'a [Finder],
        inverted: &mut Option<Plane>,
    ) -> Vec<Candidate<'a>> {
        let mut candidates = Vec::new();
        for (a, b) in locate::pairs(finders) {
            if self.allowance <= 0 {
                break;
            }
            self.spend(20_000);
            let plane =
                if a.inverted { inverted.get_or_insert_with(|| plane.inverted()) } else { plane };
            if self.is_read(a) || self.is_read(b) {
                continue;
            }
            for stand in Stand::guess(a, b) {
                // Where there is one after all, the three were tried.
                let seen = |finder: &Finder| stand.hidden_is_near(finder.centre, 3.0);
                if finders.iter().any(seen) {
                    continue;
                }
                let misfit = HIDDEN_MISFIT + a.doubt + b.doubt;
                candidates.extend(self.sized(plane, bitmap, &[a, b], stand, misfit));
            }
        }
        candidates.sort_by(|a, b| a.doubt.total_cmp(&b.doubt));
        candidates.truncate(MOST_HALF_HIDDEN);
        candidates
    }

    /// The sizes that a code of these finders may have.
    fn sized<'a>(
        &mut self,
        plane: &Plane,
        bitmap: &Bitmap<'_>,
        finders: &[&'a Finder],
        stand: Stand,
        misfit: f32,
    ) -> Vec<Candidate<'a>> {
        let mut sized = Vec::new();
        for (place, size) in stand.sizes(bitmap).into_iter().enumerate() {
            self.spend(150 * size);
            let promise = stand.promise(plane, size);
            let doubt = misfit + 1.0 - promise + 0.05 * place as f32;
            if promise > LEAST_PROMISE && doubt < MOST_DOUBT {
                sized.push(Candidate { finders: finders.to_vec(), stand, size, doubt });
            }
            if promise > SURE_PROMISE {
                break;
            }
        }
        sized
    }

    /// Tries grids for the candidate until a text comes out; else remembers the candidate, if it is
    /// seen more clearly than those before.
    fn attempt(
        &mut self,
        plane: &Plane,
        candidate: &Candidate<'_>,
    ) -> Option<(Zeroizing<String>, [Point; 4])> {
        let before = self.nearest.take();
        let read = self.try_grids(plane, candidate);
        if read.is_some() || Unread::clarity(&before) >= Unread::clarity(&self.nearest) {
            self.nearest = before;
        }
        read
    }

    fn try_grids(
        &mut self,
        plane: &Plane,
        &Candidate { stand, size, .. }: &Candidate<'_>,
    ) -> Option<(Zeroizing<String>, [Point; 4])> {
        self.spend(200_000 + 60 * size * size);
        let mut likely: Option<(f32, Grid)> = None;
        for grid in stand.grids(plane, size) {
            if self.allowance <= 0 {
                return None;
            }
            let (regularity, decoded) = self.decode(plane, &grid);
            if let Some(decoded) = decoded {
                return Some(placed(decoded, &grid));
            }
            if regularity > likely.as_ref().map_or(LEAST_REGULARITY, |likely| likely.0) {
                likely = Some((regularity, grid));
            }
        }
        let (_, likely) = likely?;
        if self.allowance <= 0 {
            return None;
        }
        self.spend(LOOKS_TO_SHARPEN * size.min(48) * size.min(48));
        let sharpened = likely.sharpened(plane);
        if let Some(grid) = &sharpened
            && let Some(decoded) = self.decode(plane, grid).1
        {
            return Some(placed(decoded, grid));
        }
        for grid in [Some(likely), sharpened].into_iter().flatten() {
            let cost = 6_000 * size * size;
            if cost as i64 > self.allowance {
                break;
            }
            self.spend(cost);
            let grid = bend::follow(plane, &grid);
            if let Some(decoded) = self.decode(plane, &grid).1 {
                return Some(placed(decoded, &grid));
            }
        }
        None
    }

    /// The grid's regularity and what it says, if it can be read.
    fn decode(&mut self, plane: &Plane, grid: &Grid) -> (f32, Option<Decoded>) {
        self.spend(100 * grid.size * grid.size);
        let greys = sample::Greys::of(plane, grid);
        let mut best = 0.0_f32;
        for sharpen in [0.0, 0.4] {
            let Some(modules) = greys.modules(sharpen) else { break };
            let regularity = modules.regularity();
            best = best.max(regularity);
            if regularity < LEAST_REGULARITY || self.allowance <= 0 {
                continue;
            }
            self.spend(400 * grid.size * grid.size);
            if let Some(decoded) = decode::decode(&modules) {
                self.tell_attempt(grid, best, true);
                return (best, Some(decoded));
            }
            let unread = Some(Unread::new(modules, grid, self.shrink));
            if Unread::clarity(&unread) > Unread::clarity(&self.nearest) {
                self.nearest = unread;
            }
        }
        self.tell_attempt(grid, best, false);
        (best, None)
    }

    fn tell_look(
        &mut self,
        bitmap: &Bitmap<'_>,
        threshold: Threshold,
        shrink: f32,
        finders: &[Finder],
    ) {
        let Some(told) = &mut self.told else { return };
        told.push(Look {
            shrink,
            threshold: threshold.name(),
            width: bitmap.width,
            dark: (0..bitmap.width * bitmap.height)
                .map(|at| bitmap.is_dark(at % bitmap.width, at / bitmap.width))
                .collect(),
            finders: finders.iter().map(|f| (f.centre * shrink, f.module * shrink)).collect(),
            attempts: Vec::new(),
        });
    }

    fn tell_attempt(&mut self, grid: &Grid, regularity: f32, read: bool) {
        let Some(look) = self.told.as_mut().and_then(|told| told.last_mut()) else { return };
        let size = grid.size;
        let middle = |at: usize| Point::new((at % size) as f32 + 0.5, (at / size) as f32 + 0.5);
        let modules = (0..size * size).map(|at| grid.at(middle(at)) * look.shrink).collect();
        look.attempts.push(Attempt { size, modules, regularity, read });
    }

    fn spend(&mut self, steps: usize) {
        self.allowance -= steps as i64;
    }
}

/// Whether one of the finders lies in one of the codes.
fn covered(finders: &[&Finder], codes: &[[Point; 4]]) -> bool {
    finders.iter().any(|finder| codes.iter().any(|code| geometry::inside(code, finder.centre)))
}

/// The text and the corners as the code is read.
fn placed(decoded: Decoded, grid: &Grid) -> (Zeroizing<String>, [Point; 4]) {
    let mut corners = grid.corners();
    if decoded.mirrored {
        corners.swap(1, 3);
    }
    (decoded.text, corners)
}

/// Looks from the first that read something on, where something else was seen.
const MOST_LOOKS_AFTER: u32 = 2;
/// What the look at the base has in any case.
const LEAST_ALLOWANCE: i64 = 600_000;
/// Steps spent on each pixel of a look: its thresholds, its finders.
const PIXEL_COST: i64 = 2;
/// Above this doubt three finders are no code: nearly all that read have less than 1.5, nearly all
/// that are none more than 1.7.
const MOST_DOUBT: f32 = 2.3;
/// Below it they may well be one.
const LIKELY_DOUBT: f32 = 1.6;
/// Steps for each module looked at to lay the corners of a grid anew.
const LOOKS_TO_SHARPEN: usize = 600;
/// Steps for three finders that are compared, and for a place looked at for a finder.
const TRIPLE_COST: usize = 60;
const TRY_COST: usize = 100;
/// Threes that are compared with each other before any is read.
const TRIPLES_AT_ONCE: usize = 50;
/// What is doubtful of two finders without a third.
const HIDDEN_MISFIT: f32 = 0.9;
/// Codes with a finder hidden that are tried in a look.
const MOST_HALF_HIDDEN: usize = 3;
/// Below this doubt a finder is surely one.
const SURE_DOUBT: f32 = 0.2;
/// The share of a code's fixed modules that must be right before decoding is tried.
pub(super) const LEAST_REGULARITY: f32 = 0.72;
/// The correlation of the timing patterns below which three finders are no code.
const LEAST_PROMISE: f32 = 0.3;
/// Above it they are one of that size.
const SURE_PROMISE: f32 = 0.85;
