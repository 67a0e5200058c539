//! What the table shows, and what the keys change in it.

use std::time::Duration;

use countersign::vault::{AccountId, Vault};
use countersign::{ClockError, CodeNow};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use zeroize::Zeroizing;

/// One account in the table.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub id: AccountId,
    /// The relying party.
    pub issuer: Option<String>,
    /// The account name.
    pub name: String,
    /// Its enrollment was begun and not ended.
    pub pending: bool,
    /// What it has to show.
    pub code: CodeNow,
}

/// The accounts of a vault with their codes at `unix_time`.
#[must_use]
pub fn rows_of(vault: &Vault, unix_time: u64) -> Vec<Row> {
    let codes = vault.codes_at(unix_time);
    let rows = vault.entries().zip(codes).map(|(entry, (id, code))| Row {
        id,
        issuer: entry.account().issuer().map(str::to_owned),
        name: entry.account().name().to_owned(),
        pending: entry.is_pending(),
        code,
    });
    rows.collect()
}

/// The table between two keys.
#[derive(Debug)]
pub struct State {
    pub(super) rows: Vec<Row>,
    /// The rows that the search leaves, by their place in `rows`.
    pub(super) matching: Vec<usize>,
    /// The selected one, by its place in `matching`.
    pub(super) selected: usize,
    /// The first one in view, likewise.
    pub(super) first: usize,
    pub(super) search: String,
    pub(super) typing: bool,
    pub(super) hidden: bool,
    /// The code last made on request.
    pub(super) made: Option<(AccountId, Made)>,
    pub(super) notice: Option<String>,
    pub(super) clock_error: ClockError,
    pub(super) offers: Offers,
}

/// A code made on request, and not printed.
pub(super) struct Made(pub(super) Zeroizing<String>);

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made(..)")
    }
}

/// What this terminal has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offers {
    pub(super) copy: bool,
    pub(super) colour: bool,
}

/// What a key asks of somebody else than the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    None,
    Quit,
    NextCode(AccountId),
    Copy,
}

impl State {
    /// A table in colour that is shown and not used: for a picture of it.
    #[must_use]
    pub fn still(rows: Vec<Row>) -> Self {
        let mut state = Self::new(Offers { copy: true, colour: true });
        state.set_rows(rows, ClockError::default());
        state
    }

    pub(super) fn new(offers: Offers) -> Self {
        Self {
            rows: Vec::new(),
            matching: Vec::new(),
            selected: 0,
            first: 0,
            search: String::new(),
            typing: false,
            hidden: false,
            made: None,
            notice: None,
            clock_error: ClockError::default(),
            offers,
        }
    }

    /// Takes new rows; the same account stays selected, wherever it is now.
    pub(super) fn set_rows(&mut self, rows: Vec<Row>, clock_error: ClockError) {
        let selected = self.selected_row().map(|row| row.id);
        self.rows = rows;
        self.clock_error = clock_error;
        self.find(selected);
    }

    /// Shows a code that was made on request.
    pub(super) fn set_made(&mut self, id: AccountId, code: Zeroizing<String>) {
        self.made = Some((id, Made(code)));
    }

    /// Tells something until the next key.
    pub(super) fn tell(&mut self, notice: String) {
        self.notice = Some(notice);
    }

    /// When the first of the codes ends, in Unix time.
    pub(super) fn first_end(&self) -> Option<u64> {
        let ends = self.rows.iter().filter_map(|row| match &row.code {
            CodeNow::Timed(code) => Some(code.valid_until()),
            CodeNow::OnRequest { .. } | CodeNow::Unsupported => None,
        });
        ends.min()
    }

    /// The code of the selected account, where it has one now.
    pub(super) fn selected_code(&self, now: Duration) -> Option<Zeroizing<String>> {
        let row = self.selected_row()?;
        match &row.code {
            CodeNow::Timed(code)
                if (code.valid_from()..code.valid_until()).contains(&now.as_secs()) =>
            {
                Some(Zeroizing::new(code.text().to_owned()))
            }
            CodeNow::OnRequest { .. } => {
                self.made_of(row.id).map(|code| Zeroizing::new(code.to_owned()))
            }
            CodeNow::Timed(_) | CodeNow::Unsupported => None,
        }
    }

    pub(super) fn made_of(&self, id: AccountId) -> Option<&str> {
        self.made.as_ref().filter(|(of, _)| *of == id).map(|(_, code)| code.0.as_str())
    }

    /// Scrolls so that the selected account is in view.
    pub(super) fn fit(&mut self, area: Rect) {
        let in_view = super::draw::Arrangement::of(self, area).in_view.max(1);
        let last_first = self.matching.len().saturating_sub(in_view);
        let lowest = (self.selected + 1).saturating_sub(in_view);
        self.first = self.first.clamp(lowest, self.selected.max(lowest)).min(last_first);
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: KeyEvent) -> Action {
        self.notice = None;
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return Action::Quit,
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.select(self.selected.saturating_add(1)),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(PAGE),
            KeyCode::PageDown => self.select(self.selected.saturating_add(PAGE)),
            KeyCode::Home => self.selected = 0,
            KeyCode::End => self.select(usize::MAX),
            KeyCode::Esc if self.typing || !self.search.is_empty() => {
                self.typing = false;
                self.search_for(String::new());
            }
            _ if self.typing => self.type_in(key),
            KeyCode::Esc | KeyCode::Char('q') => return Action::Quit,
            KeyCode::Char('/') => self.typing = true,
            KeyCode::Char('h') => self.hidden = !self.hidden,
            KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::Char('j') => self.select(self.selected.saturating_add(1)),
            KeyCode::Char('c') if self.offers.copy => return Action::Copy,
            KeyCode::Enter | KeyCode::Char(' ') => return self.request(),
            _ => {}
        }
        Action::None
    }

    fn type_in(&mut self, key: KeyEvent) {
        let mut search = std::mem::take(&mut self.search);
        match key.code {
            KeyCode::Enter => self.typing = false,
            KeyCode::Backspace if search.pop().is_none() => self.typing = false,
            KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => search.clear(),
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => search.push(c),
            _ => {}
        }
        self.search_for(search);
    }

    fn request(&mut self) -> Action {
        match self.selected_row() {
            Some(Row { id, code: CodeNow::OnRequest { .. }, .. }) => Action::NextCode(*id),
            _ => Action::None,
        }
    }

    fn search_for(&mut self, search: String) {
        let selected = self.selected_row().map(|row| row.id);
        self.search = search;
        self.find(selected);
    }

    /// Finds the rows that have every word of the search, in any case; selects `selected` if it is
    /// among them.
    fn find(&mut self, selected: Option<AccountId>) {
        let search = self.search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let matches = |row: &Row| {
            let issuer = row.issuer.as_deref().unwrap_or_default().to_lowercase();
            let name = row.name.to_lowercase();
            words.iter().all(|word| issuer.contains(word) || name.contains(word))
        };
        let found = self.rows.iter().enumerate().filter(|(_, row)| matches(row));
        self.matching = found.map(|(place, _)| place).collect();
        let again = self.matching.iter().position(|&place| Some(self.rows[place].id) == selected);
        self.select(again.unwrap_or(self.selected));
    }

    fn select(&mut self, place: usize) {
        self.selected = place.min(self.matching.len().saturating_sub(1));
    }

    fn selected_row(&self) -> Option<&Row> {
        self.rows.get(*self.matching.get(self.selected)?)
    }
}

/// How far the page keys go.
const PAGE: usize = 8;
