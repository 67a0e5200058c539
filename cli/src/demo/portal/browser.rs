//! A browser without a screen: it keeps cookies, reads forms, and sends them back as one would.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use super::http::{Answer, Portal};

/// One window of a browser, with the cookies of the portal.
pub(super) struct Browser<'p> {
    portal: &'p Portal,
    cookies: BTreeMap<String, Zeroizing<String>>,
}

/// What a form or a link led to.
pub(super) enum Came {
    /// A page.
    Page(Page),
    /// A redirect to a page of the portal.
    Led(String),
}

/// A page, as text.
pub(super) struct Page {
    /// Its HTML, which may hold a secret.
    html: Zeroizing<String>,
    status: u16,
}

impl<'p> Browser<'p> {
    pub(super) fn new(portal: &'p Portal) -> Self {
        Self { portal, cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub(super) fn open(&mut self, path: &str) -> anyhow::Result<Came> {
        let cookies = self.cookies();
        let answer = self.portal.get(path, &[ENGLISH, ("cookie", &cookies)])?;
        self.came(answer)
    }

    /// Opens a page that is to be there.
    pub(super) fn page(&mut self, path: &str) -> anyhow::Result<Page> {
        match self.open(path)? {
            Came::Page(page) if page.status == 200 => Ok(page),
            Came::Page(page) => {
                bail!("the portal refused {path} with {}{}", page.status, page.because())
            }
            Came::Led(to) => bail!("the portal led from {path} to {to}; is the session over?"),
        }
    }

    /// Fills in the form of a page and sends it, with the token that only this page has.
    pub(super) fn submit(
        &mut self,
        page: &Page,
        to: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<Came> {
        let token = page.between("name=\"csrf\" value=\"", "\"");
        let token = token.context("the page has no form; is this another version's portal?")?;
        let mut body = Zeroizing::new(String::with_capacity(MOST_FORM));
        for (name, value) in [("csrf", token)].iter().chain(fields) {
            if !body.is_empty() {
                body.push('&');
            }
            body.push_str(name);
            body.push('=');
            push_encoded(&mut body, value);
        }
        let cookies = self.cookies();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [ENGLISH, form, ("cookie", &cookies)];
        let answer = self.portal.post(to, &headers, body.as_bytes())?;
        self.came(answer)
    }

    fn cookies(&self) -> Zeroizing<String> {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={}", value.as_str()));
        Zeroizing::new(pairs.collect::<Vec<_>>().join("; "))
    }

    fn came(&mut self, answer: Answer) -> anyhow::Result<Came> {
        for cookie in &answer.cookies {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), Zeroizing::new(value.to_owned()));
            }
        }
        if let 300..=399 = answer.status {
            let to = answer.location.context("the portal led nowhere")?;
            let own = to.strip_prefix(self.portal.address()).unwrap_or(&to);
            // Two slashes begin another host.
            if !own.starts_with('/') || own.starts_with("//") {
                bail!("the portal led to another site; nothing was sent there");
            }
            return Ok(Came::Led(own.to_owned()));
        }
        let html = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(Came::Page(Page { html: Zeroizing::new(html), status: answer.status }))
    }
}

impl Page {
    /// The page's heading, as people read it.
    pub(super) fn heading(&self) -> String {
        self.between("<h1", "</h1>")
            .and_then(|heading| heading.split_once('>'))
            .map_or_else(String::new, |(_, heading)| plain(heading))
    }

    /// What the page says went wrong, to follow another sentence.
    pub(super) fn because(&self) -> String {
        match self.between("id=\"problem\">", "</div>") {
            Some(problem) => format!(": {}", plain(problem)),
            None => match self.heading() {
                heading if heading.is_empty() => String::new(),
                heading => format!(": {heading}"),
            },
        }
    }

    /// The text after the first `start` and before the next `end`.
    pub(super) fn between(&self, start: &str, end: &str) -> Option<&str> {
        Some(self.html.split_once(start)?.1.split_once(end)?.0)
    }

    #[cfg(test)]
    pub(super) fn of(html: &str) -> Self {
        Self { html: Zeroizing::new(html.to_owned()), status: 200 }
    }
}

/// HTML as text: without tags, its spaces made one, and with nothing that moves a cursor.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            other => text.push(other),
        }
    }
    let entities = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    for (entity, character) in entities {
        text = text.replace(entity, character);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    crate::console::shown(text.as_ref())
}

/// As a form's values are written: RFC 3986 §2.1.
fn push_encoded(body: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                body.push(char::from(byte));
            }
            _ => {
                let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
                body.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
}

/// What is read of the pages is the same for everybody.
const ENGLISH: (&str, &str) = ("accept-language", "en");
/// Room for a login name and a password at once: a text that grows leaves copies.
const MOST_FORM: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn redirected(to: &str) -> anyhow::Result<Came> {
        let portal = Portal::at("http://localhost:1").unwrap();
        let answer = Answer {
            status: 303,
            location: Some(to.to_owned()),
            date: None,
            retry_after: None,
            cookies: Vec::new(),
            body: Zeroizing::new(Vec::new()),
        };
        Browser::new(&portal).came(answer)
    }

    #[test]
    fn a_form_s_values_arrive_as_they_are() {
        let mut body = String::new();
        push_encoded(&mut body, "Aé &=+%~");
        assert_eq!(body, "A%C3%A9%20%26%3D%2B%25~");
    }

    #[test]
    fn what_a_page_says_is_read_as_text() {
        let page = Page::of(
            "<h1 class=\"done\">Ana&#39;s\n <b>phone</b></h1><div class=\"problem\" id=\"problem\">\
             <p>Wrong.</p><p>Wait 5\u{1b}[2J</p></div>",
        );
        assert_eq!(page.heading(), "Ana's phone");
        assert_eq!(page.because(), ": Wrong. Wait 5\u{FFFD}[2J");
        assert_eq!(Page::of("<h1>Sorry</h1>").because(), ": Sorry");
        for damaged in ["", "<h1", "<h1>", "<h1></h", "<", "id=\"problem\">"] {
            assert_eq!(
                (Page::of(damaged).heading(), Page::of(damaged).because()),
                Default::default()
            );
        }
    }

    #[test]
    fn no_redirect_leaves_the_portal() {
        for (to, path) in [("/profile", "/profile"), ("http://localhost:1/a", "/a")] {
            assert!(matches!(redirected(to), Ok(Came::Led(led)) if led == path));
        }
        for to in
            ["https://evil.example/", "//evil.example/", "http://localhost:1.evil.example/", ""]
        {
            assert!(redirected(to).is_err(), "{to}");
        }
    }
}
