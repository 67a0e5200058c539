//! The table as cells: what is drawn is a matter of the state and the time alone.

use std::time::Duration;

use countersign::CodeNow;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Clear, Paragraph, Widget, Wrap};

use super::shown::{Lasts, Shown, shortened};
use super::state::{Row, State};

/// The table at one moment.
#[derive(Debug)]
pub struct LiveTable<'s> {
    state: &'s State,
    now: Duration,
}

impl<'s> LiveTable<'s> {
    /// The table as it is at `now`, the time since the Unix epoch.
    #[must_use]
    pub fn new(state: &'s State, now: Duration) -> Self {
        Self { state, now }
    }
}

impl Widget for LiveTable<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let parts = Arrangement::of(self.state, area);
        self.draw_head(parts.head, buffer);
        if self.state.matching.is_empty() {
            self.draw_nothing(parts.body, buffer);
        }
        let in_view = self.state.matching.iter().enumerate().skip(self.state.first);
        let top = parts.body.y..parts.body.bottom();
        for ((place, &row), y) in in_view.take(parts.in_view).zip(top.step_by(parts.pitch)) {
            let Some(row) = self.state.rows.get(row) else { continue };
            let lines = Rect { y, height: 2, ..parts.body }.intersection(parts.body);
            self.draw_row(row, place == self.state.selected, lines, buffer);
        }
        self.draw_foot(parts.clock, parts.foot, buffer);
    }
}

/// What goes where.
pub(super) struct Arrangement {
    head: Rect,
    body: Rect,
    clock: Rect,
    foot: Rect,
    /// From one row to the next, in lines: two for it and one between, if there is room for all.
    pitch: usize,
    /// How many rows the body holds.
    pub(super) in_view: usize,
}

impl Arrangement {
    pub(super) fn of(state: &State, area: Rect) -> Self {
        let area = Rect { width: area.width.min(WIDEST), ..area };
        let clock = u16::from(state.clock_error.is_worth_telling() && area.height > 4);
        let gap = u16::from(area.height > 5);
        let [head, _, body, _, clock, foot] = Layout::vertical([
            Constraint::Length(u16::from(area.height > 2)),
            Constraint::Length(gap),
            Constraint::Min(0),
            Constraint::Length(gap),
            Constraint::Length(clock),
            Constraint::Length(u16::from(area.height > 3)),
        ])
        .areas(area);
        let roomy = state.matching.len() * 3 <= usize::from(body.height) + 1;
        let pitch = if roomy { 3 } else { 2 };
        // The last row needs no empty line below it.
        let in_view = usize::from(body.height).saturating_sub(2) / pitch + 1;
        Self { head, body, clock, foot, pitch, in_view }
    }
}

impl LiveTable<'_> {
    fn draw_head(&self, area: Rect, buffer: &mut Buffer) {
        let state = self.state;
        let (found, all) = (state.matching.len(), state.rows.len());
        let count = match (all, state.search.is_empty() && !state.typing) {
            (1, true) => "1 account".to_owned(),
            (_, true) => format!("{all} accounts"),
            (_, false) => format!("{found} of {all}"),
        };
        let count = if area.width < 28 { String::new() } else { count };
        let right = Line::from(Span::styled(count, DIM));
        let [left, right_area] = Layout::horizontal([
            Constraint::Min(0),
            Constraint::Length(u16::try_from(right.width() + 2).unwrap_or(u16::MAX)),
        ])
        .areas(area);
        let mut line = vec![Span::raw(" ")];
        if state.typing || !state.search.is_empty() {
            line.push(Span::styled("/", self.accent()));
            line.push(Span::styled(state.search.as_str(), BOLD));
            if state.typing {
                line.push(Span::styled("▏", self.accent()));
            }
        } else {
            line.push(Span::styled("Countersign", BOLD));
        }
        if state.hidden {
            line.push(Span::styled("  codes hidden", DIM));
        }
        Line::from(line).render(left, buffer);
        let right_area = Rect { width: right_area.width.saturating_sub(1), ..right_area };
        right.right_aligned().render(right_area, buffer);
    }

    fn draw_nothing(&self, area: Rect, buffer: &mut Buffer) {
        let area = indent(area, 3);
        let lines = if self.state.rows.is_empty() {
            vec![
                Line::styled("No accounts yet. To begin:", BOLD),
                Line::raw("countersign scan PICTURE --save"),
                Line::styled("  from a picture of its QR code", DIM),
                Line::raw("countersign add"),
                Line::styled("  with the values typed in", DIM),
            ]
        } else {
            vec![
                Line::styled("No account has these words.", BOLD),
                Line::styled("Esc shows all accounts again.", DIM),
            ]
        };
        Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).render(area, buffer);
    }

    fn draw_row(&self, row: &Row, selected: bool, area: Rect, buffer: &mut Buffer) {
        let [marker, _, rest] =
            Layout::horizontal([Constraint::Length(2), Constraint::Length(1), Constraint::Min(0)])
                .areas(area);
        if selected {
            for y in marker.y..marker.bottom() {
                buffer.set_stringn(marker.x + 1, y, "▌", 1, self.accent());
            }
        }
        let rest = Rect { width: rest.width.saturating_sub(1), ..rest };
        let shown = Shown::of(row, selected, self.state, self.now);
        if area.width >= WIDE {
            self.draw_wide(row, &shown, rest, buffer);
        } else {
            self.draw_narrow(row, &shown, rest, buffer);
        }
    }

    /// Names at the left on two lines, code and bar at the right, the next code below the code.
    fn draw_wide(&self, row: &Row, shown: &Shown, area: Rect, buffer: &mut Buffer) {
        let bar = if area.width >= 86 { 20 } else { 12 };
        let [names, code, _, lasts] = Layout::horizontal([
            Constraint::Min(0),
            Constraint::Length(CODE),
            Constraint::Length(3),
            Constraint::Length(bar + 1 + LEFT),
        ])
        .spacing(0)
        .areas(area);
        let upper = |area: Rect| Rect { height: area.height.min(1), ..area };
        let lower =
            |area: Rect| Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let (first, second) = match row.issuer.as_deref() {
            Some(issuer) => (issuer, row.name.as_str()),
            None => (row.name.as_str(), ""),
        };
        let width = usize::from(names.width);
        Line::styled(shortened(first, width), BOLD).render(upper(names), buffer);
        self.with_standing(second, Style::new(), row.pending, width).render(lower(names), buffer);

        if let Some(text) = &shown.code {
            let style = self.style_of(shown);
            Line::styled(text.as_str(), style).right_aligned().render(upper(code), buffer);
            match &shown.lasts {
                Some(left) => self.draw_lasts(left, upper(lasts), buffer),
                None => Line::styled(shown.below.as_str(), DIM).render(upper(lasts), buffer),
            }
            if shown.lasts.is_some() {
                let next = Line::styled(shown.below.as_str(), DIM).right_aligned();
                next.render(lower(code), buffer);
            }
        } else {
            let right = Rect { width: CODE + 3 + lasts.width, ..code };
            Line::styled(shown.below.as_str(), DIM).right_aligned().render(upper(right), buffer);
        }
    }

    /// Names on one line; code, bar and seconds on the other.
    fn draw_narrow(&self, row: &Row, shown: &Shown, area: Rect, buffer: &mut Buffer) {
        let upper = Rect { height: area.height.min(1), ..area };
        let lower = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        let width = usize::from(area.width);
        let mut names = Vec::new();
        let mut left = width;
        if let Some(issuer) = row.issuer.as_deref() {
            // A long issuer leaves a third for the name.
            let issuer = Span::styled(shortened(issuer, width.saturating_sub(width / 3)), BOLD);
            left = left.saturating_sub(issuer.width() + 1);
            names.extend([issuer, Span::raw(" ")]);
        }
        let style = if names.is_empty() { BOLD } else { Style::new() };
        names.extend(self.with_standing(&row.name, style, row.pending, left).spans);
        Line::from(names).render(upper, buffer);

        let Some(code) = &shown.code else {
            Line::styled(shown.below.as_str(), DIM).render(lower, buffer);
            return;
        };
        let [code_area, _, lasts_area] = Layout::horizontal([
            Constraint::Length(
                NARROW_CODE.max(u16::try_from(code.chars().count()).unwrap_or(u16::MAX)),
            ),
            Constraint::Length(2),
            Constraint::Min(0),
        ])
        .areas(lower);
        Line::styled(code.as_str(), self.style_of(shown)).render(code_area, buffer);
        let Some(lasts) = &shown.lasts else {
            Line::styled(shown.below.as_str(), DIM).render(lasts_area, buffer);
            return;
        };
        let lasts_area = Rect { width: lasts_area.width.min(12 + 1 + LEFT), ..lasts_area };
        self.draw_lasts(lasts, lasts_area, buffer);
        // The next code takes the place of the bar, of which little is left then.
        let next = Rect { width: lasts_area.width.saturating_sub(SECONDS), ..lasts_area };
        if !shown.below.is_empty() && shown.below.chars().count() <= usize::from(next.width) {
            Clear.render(next, buffer);
            Line::styled(shown.below.as_str(), DIM).render(next, buffer);
        }
    }

    /// The bar, its end, and the time left as a number.
    fn draw_lasts(&self, lasts: &Lasts, area: Rect, buffer: &mut Buffer) {
        if area.is_empty() {
            return;
        }
        let style = if lasts.ending { self.colour(Color::Red) } else { self.colour(Color::Green) };
        let bar = usize::from(area.width.saturating_sub(1 + LEFT));
        if bar >= 3 {
            let eighths = (lasts.share * (bar * 8) as f64).ceil().max(0.0) as usize;
            let full = (eighths / 8).min(bar);
            let mut text = "█".repeat(full);
            if full < bar
                && let Some(&part) = EIGHTHS.get(eighths % 8)
            {
                text.push_str(part);
            }
            let (end, _) = buffer.set_stringn(area.x, area.y, text, bar, style);
            if end < area.x + bar as u16 {
                buffer.set_stringn(area.x + bar as u16, area.y, "▏", 1, DIM);
            }
        }
        let number =
            Line::styled(lasts.left.as_str(), if lasts.ending { style } else { Style::new() });
        let place =
            Rect { x: area.right().saturating_sub(LEFT), width: LEFT.min(area.width), ..area };
        number.right_aligned().render(place, buffer);
    }

    fn draw_foot(&self, clock: Rect, foot: Rect, buffer: &mut Buffer) {
        let behind = self.state.clock_error.seconds_behind();
        let seconds = behind.unsigned_abs();
        let way = if behind > 0 { "behind" } else { "ahead" };
        let told = format!(" ! Clock {seconds} s {way}: the codes allow for it. Set it right.");
        Line::styled(told, self.colour(Color::Yellow)).render(clock, buffer);
        if let Some(notice) = &self.state.notice {
            let notice =
                format!(" {}", shortened(notice, usize::from(foot.width).saturating_sub(2)));
            Line::styled(notice, self.colour(Color::Yellow)).render(foot, buffer);
            return;
        }
        let mut line = vec![Span::raw(" ")];
        let mut left = usize::from(foot.width).saturating_sub(1);
        for (key, does) in self.keys() {
            let width = key.chars().count() + does.len() + 4;
            if width > left {
                continue;
            }
            left -= width;
            let does = Span::styled(format!(" {does}   "), DIM);
            line.extend([Span::styled(key, self.accent()), does]);
        }
        Line::from(line).render(foot, buffer);
    }

    /// What can be pressed, the most useful first.
    fn keys(&self) -> Vec<(&'static str, &'static str)> {
        if self.state.typing {
            return vec![("Enter", "keep"), ("Esc", "show all")];
        }
        let mut keys = vec![("q", "quit")];
        if self.state.rows.is_empty() {
            return keys;
        }
        let counts = |row: &Row| matches!(row.code, CodeNow::OnRequest { .. });
        if self.state.rows.len() > 1 {
            keys.extend([("/", "search"), ("↑↓", "move")]);
        }
        if self.state.offers.copy {
            keys.push(("c", "copy"));
        }
        keys.push(("h", if self.state.hidden { "show codes" } else { "hide codes" }));
        if self.state.rows.iter().any(counts) {
            keys.push(("Enter", "next code"));
        }
        keys
    }

    /// A name, and after it whether the account is pending, which is never cut off.
    fn with_standing<'t>(&self, name: &str, style: Style, pending: bool, width: usize) -> Line<'t> {
        if !pending {
            return Line::styled(shortened(name, width), style);
        }
        let name = shortened(name, width.saturating_sub(PENDING.len() + 1));
        let gap = if name.is_empty() { "" } else { " " };
        let mark = Span::styled(PENDING, self.colour(Color::Yellow));
        Line::from(vec![Span::styled(name, style), Span::raw(gap), mark])
    }

    fn style_of(&self, shown: &Shown) -> Style {
        let ending = shown.lasts.as_ref().is_some_and(|lasts| lasts.ending);
        if ending { self.colour(Color::Red).patch(BOLD) } else { BOLD }
    }

    fn accent(&self) -> Style {
        self.colour(Color::Cyan).patch(BOLD)
    }

    fn colour(&self, colour: Color) -> Style {
        if self.state.offers.colour { Style::new().fg(colour) } else { Style::new() }
    }
}

fn indent(area: Rect, by: u16) -> Rect {
    let by = by.min(area.width);
    Rect { x: area.x + by, width: area.width - by, ..area }
}

const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const DIM: Style = Style::new().add_modifier(Modifier::DIM);
/// An eighth of a cell to seven, from the left; none for a bar that ends with a whole cell.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const PENDING: &str = "pending";
/// From this many cells on there is room for two columns.
const WIDE: u16 = 64;
/// Beyond this many an eye loses the line between name and code.
const WIDEST: u16 = 100;
/// The width of a code in its groups, with the word before the next one.
const CODE: u16 = 16;
/// The width of a code in its groups, in a narrow terminal.
const NARROW_CODE: u16 = 9;
/// The width of a few seconds.
const SECONDS: u16 = 5;
/// The width of the time left.
const LEFT: u16 = 7;
