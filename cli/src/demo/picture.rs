//! The picture of the live table in the README: made-up accounts at a fixed time.

use std::time::Duration;

use anyhow::Context as _;
use countersign::payload;
use countersign::vault::AccountId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use crate::live::{LiveTable, Row, State};
use crate::screenshot::{Caption, svg};

/// The picture as an SVG file, the same at each call.
///
/// # Errors
/// None but for a fault in the list of accounts below.
pub(super) fn codes() -> anyhow::Result<String> {
    let rows =
        (1..).zip(ACCOUNTS).map(|(id, (payload, pending))| row(AccountId(id), payload, *pending));
    let state = State::still(rows.collect::<anyhow::Result<_>>()?);
    let area = Rect::new(0, 0, 80, 21);
    let mut buffer = Buffer::empty(area);
    LiveTable::new(&state, TIME).render(area, &mut buffer);
    let description = "A terminal with a table of accounts. Each has the name of its relying party \
        and of the account, its current code in two groups of digits, a bar that empties, and the \
        seconds left. One code is in its last seconds: it is red, and the next code is below it.";
    Ok(svg(&buffer, Caption { title: "countersign codes", description }))
}

fn row(id: AccountId, payload: &str, pending: bool) -> anyhow::Result<Row> {
    let account = payload::parse(payload)?.accounts.pop().context("a payload without account")?;
    Ok(Row {
        id,
        issuer: account.issuer().map(str::to_owned),
        name: account.name().to_owned(),
        pending,
        code: account.code_at(TIME.as_secs()),
    })
}

/// 19 seconds before the end of a step of 30, 4 before that of one of 15; the rest for the bars.
const TIME: Duration = Duration::from_millis(1_741_011_311_300);

/// Enrollment codes, and whether they are confirmed yet. Their secrets guard nothing.
const ACCOUNTS: &[(&str, bool)] = &[
    (
        "otpauth://totp/Harbour%20Bank:ana%40harbour.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        false,
    ),
    (
        "otpauth://totp/Contact%20centre:Ana%E2%80%99s%20phone?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&period=60&algorithm=SHA256",
        true,
    ),
    (
        "otpauth://totp/Night%20shift:door%204?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U&period=15",
        false,
    ),
    (
        "otpauth://totp/Kino%20Sloboda:ana?secret=KRUGKIDROVUWG2ZAMJZG653OEBTG66BA&encoder=steam",
        false,
    ),
    ("otpauth://totp/ana%40mail.example?secret=ONSWG4TFOQQGS4ZANZXXIIDINFSGK3TF", false),
    ("otpauth://hotp/Old%20token:ana?secret=MJUXIZLTEBQW4ZBAOBUWKY3FOMQGC3TE&counter=7", false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_in_the_readme_is_the_one_made_here() {
        let committed = include_str!("../../../docs/codes.svg");
        let made = codes().unwrap();
        assert!(committed == made, "make it anew: cargo run -- demo --picture docs/codes.svg");
    }
}
