//! What a user does on the portal's pages: sign in and out, name a device, see its code, remove it.

use anyhow::{Context as _, anyhow, bail};

use super::Agent;
use super::browser::{Browser, Came, Page};
use super::drawing::Drawing;
use super::http::Portal;
use super::session::{HAS_DEVICE, ONE_TIME};

/// Signs in on the web, all the way.
pub(super) fn sign_in<'p>(portal: &'p Portal, agent: &Agent<'_>) -> anyhow::Result<Browser<'p>> {
    let mut web = Browser::new(portal);
    match give_password(&mut web, agent)?.as_str() {
        PROFILE => Ok(web),
        ENTER_CODE | RECOVERY => bail!(HAS_DEVICE),
        "/sign-in/password" => bail!(ONE_TIME),
        "/sign-in/set-up" => bail!(
            "this account must have a device, and could not be left without one; name another with \
             --login, such as the agent of `countersign-portal --demo`, or change its policy \
             (Administration → Users)"
        ),
        other => bail!("the sign-in on the web led to {other}; is this another version's portal?"),
    }
}

/// Gives name and password; says where that leads, which is not opened.
pub(super) fn give_password(web: &mut Browser<'_>, agent: &Agent<'_>) -> anyhow::Result<String> {
    let page = web.page(SIGN_IN)?;
    let fields = [("login", agent.login), ("password", agent.password)];
    match web.submit(&page, SIGN_IN, &fields)? {
        Came::Led(to) if to == NEXT => {}
        Came::Led(to) => return Ok(to),
        Came::Page(page) => bail!("the web refused the sign-in{}", page.because()),
    }
    match web.open(NEXT)? {
        Came::Led(to) => Ok(to),
        Came::Page(page) => bail!("the web refused the sign-in{}", page.because()),
    }
}

/// Signs in with the password and a recovery code.
pub(super) fn recover<'p>(
    portal: &'p Portal,
    agent: &Agent<'_>,
    code: &str,
) -> anyhow::Result<Browser<'p>> {
    let mut web = Browser::new(portal);
    give_password(&mut web, agent)?;
    let page = web.page(RECOVERY)?;
    match web.submit(&page, RECOVERY, &[("code", code)])? {
        Came::Led(_) => Ok(web),
        Came::Page(page) => bail!("the recovery code was refused{}", page.because()),
    }
}

/// Signs out.
pub(super) fn sign_out(web: &mut Browser<'_>) -> anyhow::Result<()> {
    let page = web.page(DEVICES)?;
    match web.submit(&page, "/sign-out", &[])? {
        Came::Led(_) => Ok(()),
        Came::Page(page) => bail!("the web did not sign out{}", page.because()),
    }
}

/// Register new device → the name → Next; gives the path of the page with the QR code.
pub(super) fn register(web: &mut Browser<'_>, name: &str) -> anyhow::Result<String> {
    let page = web.page(NEW_DEVICE)?;
    match web.submit(&page, NEW_DEVICE, &[("name", name)])? {
        Came::Led(to) if to.starts_with(DEVICES) => Ok(to),
        Came::Led(to) => bail!("Next led to {to} and not to a QR code"),
        Came::Page(page) => bail!("the portal did not take the device{}", page.because()),
    }
}

/// Remove → Remove.
pub(super) fn remove(web: &mut Browser<'_>, device: &str) -> anyhow::Result<()> {
    let sure = format!("{device}/remove");
    let page = web.page(&sure)?;
    match web.submit(&page, &sure, &[])? {
        Came::Led(_) => Ok(()),
        Came::Page(page) => bail!("the portal did not remove it{}", page.because()),
    }
}

/// The QR code as the page draws it.
pub(super) fn drawing_of(page: &Page) -> anyhow::Result<Drawing> {
    let view_box = page.between("<svg viewBox=\"", "\"");
    let path = page.between("<path fill=\"#000\" d=\"", "\"");
    let (view_box, path) = view_box
        .zip(path)
        .context("the page draws no QR code; is this another version's portal?")?;
    Drawing::read(view_box, path)
        .map_err(|error| anyhow!("the QR code of the page is damaged: {error}"))
}

const SIGN_IN: &str = "/sign-in";
const RECOVERY: &str = "/sign-in/recovery";
const NEXT: &str = "/sign-in/next";
pub(super) const ENTER_CODE: &str = "/sign-in/code";
pub(super) const PROFILE: &str = "/profile";
const DEVICES: &str = "/profile/access/mobile";
const NEW_DEVICE: &str = "/profile/access/mobile/new";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_s_black_path_is_its_qr_code() {
        let svg = "<svg viewBox=\"-4 -4 29 29\" width=\"260\"><path fill=\"#fff\" d=\"M-4-4h29z\"/>\
            <path fill=\"#000\" d=\"M0 0h7v1h-7z\"/></svg>";
        assert_eq!(drawing_of(&Page::of(svg)).unwrap().width(), 21);
        for cut in 0..svg.len() - 9 {
            let said = drawing_of(&Page::of(&svg[..cut])).err().unwrap().to_string();
            assert!(!said.contains("M0 0"), "{said}");
        }
    }
}
