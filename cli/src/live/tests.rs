//! What is drawn at given times and widths, and when the source is asked.

use std::fmt::Write as _;

use countersign::payload;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::*;

/// 19 seconds before the end of a step of 30.
const NOW: u64 = 1_741_011_281;

const TOTP: &str = "otpauth://totp/Harbour%20Bank:ana%40example.com?secret=JBSWY3DPEHPK3PXP";
const EIGHT: &str = "otpauth://totp/VPN:ana?secret=GEZDGNBVGY3TQOJQ&digits=8&period=60";
const HOTP: &str =
    "otpauth://hotp/Old%20token:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=7";
const STEAM: &str = "otpauth://totp/Games:ana?secret=GEZDGNBVGY3TQOJQ&encoder=steam";
const YANDEX: &str = "otpauth://yaotp/user?secret=LA2V6KMCGYMWWVEW64RNP3JA3I";

fn rows(payloads: &[&str], unix_time: u64) -> Vec<Row> {
    let accounts =
        payloads.iter().map(|payload| payload::parse(payload).unwrap().accounts.remove(0));
    let row = |(id, account): (u64, countersign::Account)| Row {
        id: AccountId(id),
        issuer: account.issuer().map(str::to_owned),
        name: account.name().to_owned(),
        pending: false,
        code: account.code_at(unix_time),
    };
    (1..).zip(accounts).map(row).collect()
}

/// A source that counts what it is asked for.
struct Counting {
    payloads: Vec<String>,
    asked: Vec<u64>,
    made: Vec<AccountId>,
    copied: Vec<String>,
    saves: bool,
}

impl Counting {
    fn of(payloads: &[&str]) -> Self {
        let payloads = payloads.iter().map(|&payload| payload.to_owned()).collect();
        Self { payloads, asked: vec![], made: vec![], copied: vec![], saves: true }
    }
}

impl Source for Counting {
    fn rows(&mut self, unix_time: u64) -> Vec<Row> {
        self.asked.push(unix_time);
        rows(&self.payloads.iter().map(String::as_str).collect::<Vec<_>>(), unix_time)
    }

    fn next_code(&mut self, id: AccountId) -> anyhow::Result<Zeroizing<String>> {
        anyhow::ensure!(self.saves, "the vault cannot be saved");
        self.made.push(id);
        Ok(Zeroizing::new("162583".to_owned()))
    }

    fn copy(&mut self, code: &str) -> anyhow::Result<String> {
        self.copied.push(code.to_owned());
        Ok("copied".to_owned())
    }

    fn clock_error(&self) -> ClockError {
        ClockError::default()
    }
}

fn state(payloads: &[&str], unix_time: u64) -> State {
    State::still(rows(payloads, unix_time))
}

fn drawn(state: &mut State, now: Duration, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| {
            state.fit(frame.area());
            frame.render_widget(LiveTable::new(state, now), frame.area());
        })
        .unwrap();
    terminal
}

/// The lines of the screen, without the spaces at their ends.
fn screen(state: &mut State, now: Duration, width: u16, height: u16) -> String {
    let terminal = drawn(state, now, width, height);
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(ratatui::text::Span::raw(symbol).width()).unwrap().max(1);
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn press(state: &mut State, code: KeyCode) -> Action {
    state.press(KeyEvent::new(code, KeyModifiers::NONE))
}

fn key(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn each_kind_of_account_shows_what_it_has() {
    let mut state = state(&[TOTP, EIGHT, STEAM, HOTP, YANDEX], NOW);
    state.rows[2].pending = true;
    let expected = "
 Countersign                                                       5 accounts

 ▌ Harbour Bank                                915 760   ███████▋    ▏   19 s
 ▌ ana@example.com

   VPN                                       9399 9601   ███▉        ▏   19 s
   ana

   Games                                         PYXWG   ███████▋    ▏   19 s
   ana pending

   Old token                                                a code on request
   ana

   Yandex                                       its codes cannot be made here
   user

 q quit   / search   ↑↓ move   c copy   h hide codes   Enter next code
";
    assert_eq!(format!("\n{}", screen(&mut state, seconds(NOW), 78, 18)), expected);
}

#[test]
fn the_last_seconds_are_red_and_show_the_next_code() {
    let mut state = state(&[TOTP], NOW);
    let late = seconds(NOW + 15);
    let expected = "
 Countersign                                                  1 account

 ▌ Harbour Bank                          915 760   █▋          ▏    4 s
 ▌ ana@example.com                  next 538 569

 q quit   c copy   h hide codes
";
    assert_eq!(format!("\n{}", screen(&mut state, late, 72, 6)), expected);
    let narrow = "
 Countersign                  1 account

 ▌ Harbour Bank ana@example.com
 ▌ 915 760    next 538 569     4 s

 q quit   c copy   h hide codes
";
    assert_eq!(format!("\n{}", screen(&mut state, late, 40, 6)), narrow);

    let colour_at = |state: &mut State, now| {
        let terminal = drawn(state, now, 72, 6);
        let cell = terminal.backend().buffer()[(41, 2)].clone();
        assert_eq!(cell.symbol(), "9");
        assert!(cell.modifier.contains(Modifier::BOLD));
        cell.fg
    };
    assert_eq!(colour_at(&mut state, seconds(NOW)), Color::Reset);
    assert_eq!(colour_at(&mut state, late), Color::Red);
    state.offers.colour = false;
    assert_eq!(colour_at(&mut state, late), Color::Reset, "NO_COLOR");
}

#[test]
fn without_colour_no_cell_has_one() {
    let mut state = state(&[TOTP, HOTP, STEAM], NOW);
    state.offers.colour = false;
    state.rows[0].pending = true;
    state.clock_error = ClockError::by_seconds(90).unwrap();
    let terminal = drawn(&mut state, seconds(NOW + 16), 80, 20);
    let cells = terminal.backend().buffer().content();
    assert!(cells.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

#[test]
fn a_code_past_its_time_is_never_shown() {
    let mut state = state(&[TOTP, STEAM], NOW);
    let (first, end) = (NOW - 11, NOW + 19);
    for (now, valid) in [
        (seconds(first) - Duration::from_nanos(1), false),
        (seconds(first), true),
        (seconds(end) - Duration::from_nanos(1), true),
        (seconds(end), false),
        (seconds(end + 1_000_000), false),
        (Duration::ZERO, false),
        (Duration::MAX, false),
    ] {
        for width in [30, 40, 80] {
            let text = screen(&mut state, now, width, 12);
            assert_eq!(text.contains("915 760"), valid, "{text}");
            assert_eq!(text.contains("PYXWG"), valid, "{text}");
        }
        assert_eq!(state.selected_code(now).is_some(), valid, "nor copied");
    }
}

#[test]
fn the_bar_empties_and_never_grows() {
    let mut state = state(&[TOTP], NOW);
    let mut before = usize::MAX;
    for tenth in 0..300 {
        let now = seconds(NOW - 11) + Duration::from_millis(tenth * 100);
        let text = screen(&mut state, now, 72, 6);
        let eighths = |c| " ▏▎▍▌▋▊▉█".chars().position(|bar| bar == c).unwrap_or(0);
        let bar = text.lines().nth(2).unwrap().chars().skip(49).take(12);
        let filled: usize = bar.map(eighths).sum();
        assert!(filled <= before && filled > 0, "{text}");
        before = filled;
    }
    assert_eq!(before, 1);
}

#[test]
fn a_counter_moves_on_before_its_code_is_shown_and_not_without_a_save() {
    let mut source = Counting::of(&[HOTP]);
    source.saves = false;
    let mut watch = Watch::new(&mut source, true);
    watch.refresh(seconds(NOW));
    assert!(screen(&mut watch.state, seconds(NOW), 40, 6).contains("press Enter/space"));

    assert!(watch.on(&key(KeyCode::Enter), seconds(NOW)).is_continue());
    let text = screen(&mut watch.state, seconds(NOW), 40, 6);
    assert!(text.contains("! the vault cannot be saved") && !text.contains("162 583"), "{text}");

    let mut source = Counting::of(&[HOTP]);
    let mut watch = Watch::new(&mut source, true);
    watch.refresh(seconds(NOW));
    let _ = watch.on(&key(KeyCode::Char('h')), seconds(NOW));
    let _ = watch.on(&key(KeyCode::Char(' ')), seconds(NOW));
    watch.refresh(seconds(NOW));
    let text = screen(&mut watch.state, seconds(NOW), 40, 6);
    assert!(text.contains("••• •••"), "what is hidden stays hidden: {text}");
    let _ = watch.on(&key(KeyCode::Char('h')), seconds(NOW));
    let text = screen(&mut watch.state, seconds(NOW), 40, 6);
    assert!(text.contains("162 583    counter 6, for one use"), "{text}");
    assert_eq!((source.made.len(), source.asked.len()), (1, 2));
}

#[test]
fn a_key_that_is_held_down_makes_one_code() {
    let mut source = Counting::of(&[HOTP]);
    let mut watch = Watch::new(&mut source, true);
    watch.refresh(seconds(NOW));
    for repeat in 0..100 {
        let now = seconds(NOW) + Duration::from_millis(repeat * 30 + u64::from(repeat > 0) * 500);
        let _ = watch.on(&key(KeyCode::Enter), now);
    }
    let _ = watch.on(&key(KeyCode::Enter), seconds(NOW + 60));
    assert_eq!(source.made.len(), 2);
}

#[test]
fn the_source_is_asked_once_a_step_and_when_the_clock_is_set_back() {
    let mut source = Counting::of(&[TOTP, EIGHT, HOTP]);
    let mut watch = Watch::new(&mut source, true);
    let mut now = seconds(NOW);
    let mut drawings = 0;
    while now < seconds(NOW + 60) {
        watch.refresh(now);
        let text = screen(&mut watch.state, now, 80, 12);
        assert!(!text.contains('…'), "there is always a code: {text}");
        drawings += 1;
        now += watch.wait(now).max(Duration::from_millis(1));
    }
    watch.refresh(seconds(NOW - 1_000));
    assert_eq!(source.asked, [NOW, NOW + 19, NOW + 49, NOW - 1_000]);
    assert!((590..620).contains(&drawings), "{drawings}");
}

#[test]
fn where_nothing_moves_nothing_is_drawn_often() {
    let mut source = Counting::of(&[HOTP]);
    let mut watch = Watch::new(&mut source, true);
    watch.refresh(seconds(NOW));
    watch.refresh(seconds(NOW + 100));
    assert_eq!(watch.wait(seconds(NOW)), seconds(1));
    assert_eq!(source.asked.len(), 1);
}

#[test]
fn a_source_that_gives_old_codes_is_not_asked_without_end() {
    struct Late(usize);
    impl Source for Late {
        fn rows(&mut self, _: u64) -> Vec<Row> {
            self.0 += 1;
            rows(&[TOTP], 59)
        }
        fn next_code(&mut self, _: AccountId) -> anyhow::Result<Zeroizing<String>> {
            anyhow::bail!("none")
        }
        fn copy(&mut self, _: &str) -> anyhow::Result<String> {
            anyhow::bail!("none")
        }
    }
    let mut source = Late(0);
    let mut watch = Watch::new(&mut source, true);
    for _ in 0..100 {
        watch.refresh(seconds(NOW));
    }
    assert!(!screen(&mut watch.state, seconds(NOW), 80, 6).contains("next"));
    assert_eq!(source.0, 1);
}

#[test]
fn an_empty_vault_says_how_to_begin() {
    let expected = "
 Countersign                 0 accounts

   No accounts yet. To begin:
   countersign scan PICTURE --save
     from a picture of its QR code
   countersign add
     with the values typed in

 q quit
";
    let text = screen(&mut State::still(vec![]), seconds(NOW), 40, 9);
    assert_eq!(format!("\n{text}"), expected);
}

#[test]
fn a_search_takes_every_word_in_any_case_and_esc_ends_it() {
    let mut state = state(&[TOTP, EIGHT, STEAM, HOTP], NOW);
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Char('/'));
    for c in "ANA q".chars() {
        assert_eq!(press(&mut state, KeyCode::Char(c)), Action::None);
    }
    assert!(screen(&mut state, seconds(NOW), 40, 9).contains("No account has these words."));
    press(&mut state, KeyCode::Backspace);
    for c in "toke".chars() {
        press(&mut state, KeyCode::Char(c));
    }
    let text = screen(&mut state, seconds(NOW), 40, 9);
    assert!(text.starts_with(" /ANA toke▏") && text.contains("1 of 4"), "{text}");
    assert!(text.contains("Old token") && !text.contains("VPN"), "{text}");
    press(&mut state, KeyCode::Enter);
    assert_eq!(press(&mut state, KeyCode::Enter), Action::NextCode(AccountId(4)));
    assert_eq!(press(&mut state, KeyCode::Esc), Action::None);
    assert_eq!(state.matching.len(), 4);
    assert_eq!(state.selected, 3, "the same account stays selected");
    assert_eq!(press(&mut state, KeyCode::Esc), Action::Quit);
}

#[test]
fn every_way_to_quit_quits_while_a_search_is_typed_only_control_c() {
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let mut state = state(&[TOTP], NOW);
    assert_eq!(press(&mut state, KeyCode::Char('q')), Action::Quit);
    assert_eq!(press(&mut state, KeyCode::Esc), Action::Quit);
    assert_eq!(state.press(control_c), Action::Quit);
    press(&mut state, KeyCode::Char('/'));
    assert_eq!(press(&mut state, KeyCode::Char('q')), Action::None);
    assert_eq!(state.press(control_c), Action::Quit);
}

#[test]
fn hidden_codes_are_dots_and_can_be_copied() {
    let mut source = Counting::of(&[TOTP, STEAM]);
    let mut watch = Watch::new(&mut source, true);
    watch.refresh(seconds(NOW));
    let _ = watch.on(&key(KeyCode::Char('h')), seconds(NOW));
    let text = screen(&mut watch.state, seconds(NOW + 16), 80, 12);
    assert!(text.contains("••• •••") && text.contains("next ••• •••"), "{text}");
    assert!(!text.chars().filter(char::is_ascii_digit).any(|digit| digit == '9'), "{text}");
    let _ = watch.on(&key(KeyCode::Char('c')), seconds(NOW + 19));
    assert!(screen(&mut watch.state, seconds(NOW + 19), 80, 12).contains("copied"));
    assert_eq!(source.copied, ["538569"], "the code of now, not of the last drawing");
}

#[test]
fn a_wrong_clock_is_told_and_a_slightly_wrong_one_is_not() {
    let mut state = state(&[TOTP], NOW);
    for (correction, told) in [(90, "Clock 90 s behind"), (-7, "Clock 7 s ahead"), (4, "")] {
        state.clock_error = ClockError::by_seconds(correction).unwrap();
        let text = screen(&mut state, seconds(NOW), 60, 8);
        assert_eq!(text.contains("! Clock"), !told.is_empty());
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn names_of_any_width_leave_the_codes_in_their_column() {
    let mut state = state(&[TOTP, TOTP, TOTP, TOTP], NOW);
    let long = "名前".repeat(60);
    for (row, name) in state.rows.iter_mut().zip(["👩‍👩‍👧 Familie 🏳️‍🌈", "سارة", &long, "plain"])
    {
        row.issuer = Some(name.to_owned());
        row.name = name.to_owned();
        row.pending = true;
    }
    for width in [66, 80, 100] {
        let terminal = drawn(&mut state, seconds(NOW), width, 16);
        let buffer = terminal.backend().buffer();
        let columns: Vec<u16> = (0..4)
            .map(|row| (0..width).find(|&x| buffer[(x, 2 + row * 3)].symbol() == "9").unwrap())
            .collect();
        assert!(columns.iter().all(|&column| column == columns[0]), "{columns:?}");
        let text = screen(&mut state, seconds(NOW), width, 16);
        assert_eq!(text.matches("pending").count(), 4, "{text}");
        assert!(text.contains('…'));
    }
    let text = screen(&mut state, seconds(NOW), 40, 16);
    assert_eq!(text.matches("pending").count(), 4, "{text}");
}

#[test]
fn a_thousand_accounts_scroll_with_the_selected_one_in_view() {
    let mut rows = rows(&vec![TOTP; 1_000], NOW);
    for row in &mut rows {
        row.name = format!("account {}", row.id.0);
    }
    let mut state = State::still(rows);
    for (keys, expected) in [
        (vec![KeyCode::Down; 3], 4),
        (vec![KeyCode::End], 1_000),
        (vec![KeyCode::Up; 2], 998),
        (vec![KeyCode::PageUp; 3], 974),
        (vec![KeyCode::Home], 1),
        (vec![KeyCode::PageDown; 200], 1_000),
    ] {
        for key in keys {
            press(&mut state, key);
        }
        let text = screen(&mut state, seconds(NOW), 80, 14);
        let selected: Vec<&str> = text.lines().filter(|line| line.starts_with(" ▌")).collect();
        assert_eq!(selected[1], format!(" ▌ account {expected}"), "{text}");
        assert_eq!(text.matches("915 760").count(), 5, "the screen is full: {text}");
    }
}

#[test]
fn no_size_and_no_time_make_it_fail() {
    let mut state = state(&[TOTP, EIGHT, HOTP, STEAM, YANDEX], NOW);
    state.clock_error = ClockError::by_seconds(90).unwrap();
    state.set_made(AccountId(3), Zeroizing::new("162583".to_owned()));
    for width in (0..70).chain([100, 200, 500]) {
        for height in 0..24 {
            let area = Rect::new(0, 0, width, height);
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            state.fit(area);
            ratatui::widgets::Widget::render(
                LiveTable::new(&state, seconds(NOW + u64::from(height))),
                area,
                &mut buffer,
            );
        }
    }
}
