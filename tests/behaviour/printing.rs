//! Nothing that can be printed shows a secret, nor the input that held one.

use countersign::enroll::{
    Effect, Enrollment, Event, ManualForm, RelyingParty, Response, Text, Texts,
};
use countersign::payload::migration::{self, Batch};
use countersign::payload::{self, otpauth};
use countersign::vault::{DeviceKey, KdfCost, RecoveryKey, Unlock, Vault, outline_of};
use countersign::{Account, CodeNow, Secret, qr};
use countersign_cli::photo;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// A secret that is also a word to look for.
const CANARY: &str = "CANARYCANARYCANARYCANARYCANARYCA";

/// What must not be there: the canary in base32 in either case, its bytes as text and as a list of
/// numbers, and any long piece of it.
fn shows_secret(printed: &str) -> bool {
    let bytes = Secret::from_base32(CANARY).unwrap();
    let list = format!("{:?}", &bytes.expose()[..4]);
    let hex: String = bytes.expose()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let printed = printed.to_ascii_lowercase();
    printed.contains("canary")
        || printed.contains(&hex)
        || printed.contains(list.trim_matches(['[', ']']))
}

fn account() -> Account {
    // Some sites put the secret where the name should be.
    let text =
        format!("otpauth://totp/Example:{CANARY}?secret={CANARY}&token={CANARY}&issuer={CANARY}");
    payload::parse(&text).unwrap().accounts.remove(0)
}

#[test]
fn the_test_itself_would_see_a_secret() {
    let secret = Secret::from_base32(CANARY).unwrap();
    assert!(shows_secret(&format!("{:?}", secret.expose())));
    assert!(shows_secret(&secret.reveal_base32()));
    assert!(shows_secret(&otpauth::format(&account())));
    assert!(!shows_secret("the secret cannot be read"));
}

#[test]
fn no_payload_error_shows_its_input() {
    let c = CANARY;
    let texts = [
        c.to_owned(),
        format!("https://{c}/"),
        format!("otpauth://{c}/a?secret={c}"),
        format!("otpauth://totp/{c}"),
        format!("otpauth://totp/{c}%00?secret={c}"),
        format!("otpauth://totp/a?secret={c}1"),
        format!("otpauth://totp/a?secret={}", c.repeat(10)),
        format!("otpauth://totp/a?secret={c}&digits={c}"),
        format!("otpauth://totp/a?secret={c}&period={c}"),
        format!("otpauth://totp/a?secret={c}&algorithm={c}"),
        format!("otpauth://hotp/a?secret={c}&counter={c}"),
        format!("otpauth-migration://offline?data={c}"),
        format!("otpauth-migration://{c}?data={c}"),
        format!("steam://{c}1"),
        format!("otpauth://totp/a?secret={c}&x={}", c.repeat(1000)),
    ];
    for (index, text) in texts.iter().enumerate() {
        let error = payload::parse(text).map(|_| ()).expect_err(&index.to_string());
        assert!(!shows_secret(&format!("{error} {error:?} {error:#?}")), "text {index}: {error}");
    }
}

#[test]
fn no_value_shows_its_secret() {
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let key = DeviceKey::from_bytes(&[0xCA; 32]);
    let recovery = RecoveryKey::generate(&mut rng);
    let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
    let id = vault.add(account()).unwrap();
    let sealed = vault.seal(&mut rng).unwrap();
    let parsed = payload::parse(&format!("otpauth://totp/a?secret={CANARY}")).unwrap();
    let export = migration::export([&account()], 1);
    let mut batch = Batch::default();
    batch.add(payload::parse(&export.texts[0]).unwrap()).unwrap();
    let picture = photo::png(&photo::qr_picture(&otpauth::format(&account()), 4, 4).unwrap());
    let payloads = qr::scan_picture(&picture.unwrap()).unwrap();
    assert_eq!(payloads.len(), 1);

    for printed in [
        format!("{:?}", account()),
        format!("{:#?}", parsed),
        format!("{batch:?}"),
        format!("{payloads:?}"),
        format!("{vault:?} {:?} {:?}", vault.entry(id).unwrap(), vault.keys()),
        format!("{:?}", outline_of(&sealed)),
        format!("{:?}", Vault::open(&sealed[..100], Unlock::DeviceKey(&key)).unwrap_err()),
        format!("{:?}", Vault::open(&sealed, Unlock::RecoveryKey(&recovery)).unwrap_err()),
        format!("{:?}", Unlock::Passphrase(CANARY.as_bytes())),
        format!("{:?}", RecoveryKey::parse(CANARY).map(|_| ())),
    ] {
        assert!(!shows_secret(&printed), "{printed}");
    }
}

#[test]
fn no_code_is_printed_by_chance() {
    let CodeNow::Timed(code) = account().code_at(1_741_011_292) else { panic!() };
    let printed = format!("{code:?}");
    assert!(!printed.contains(code.text()) && !printed.contains(code.next_text()));
}

#[test]
fn no_step_of_the_flow_shows_its_input() {
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let key = DeviceKey::generate(&mut rng);
    let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
    let party = RelyingParty { status_url: "https://rp.example".into(), ..RelyingParty::default() };
    let mut flow = Enrollment::start(Some(party), &vault);
    let good = format!("otpauth://totp/{CANARY}?secret={CANARY}");
    let bad = format!("{good}1");
    let texts = [bad.as_str()];
    let form = ManualForm { name: CANARY, key: CANARY, ..ManualForm::default() };
    let bad_form = ManualForm { key: &bad, ..form };
    let body = CANARY.as_bytes();
    let response = Response { status: 200, body, date: None, retry_after: None, received_at: 0 };
    for event in [
        Event::Linked(Texts(&texts)),
        Event::ScanQr,
        Event::CameraGranted,
        Event::Scanned(Texts(&texts)),
        Event::EnterManually,
        Event::Submit(bad_form),
        Event::Submit(form),
        Event::Saved,
        Event::Continue,
        Event::Answered(response),
        Event::Continue,
    ] {
        let event_printed = format!("{event:?}");
        let (view, effects): (_, Vec<Effect>) = flow.on(event, &mut vault);
        let printed = format!("{event_printed} {view:?} {effects:?} {flow:?}");
        assert!(!shows_secret(&printed), "{printed}");
    }
}

#[test]
fn no_step_of_a_phone_number_shows_it_or_its_pin() {
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let key = DeviceKey::generate(&mut rng);
    let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
    let pin_url = Some("https://rp.example/numbers".to_owned());
    let party = RelyingParty { pin_url, ..RelyingParty::default() };
    let mut flow = Enrollment::start(Some(party), &vault);
    let answer = |body: &'static str| {
        let body = body.as_bytes();
        Event::Answered(Response {
            status: 200,
            body,
            date: None,
            retry_after: None,
            received_at: 0,
        })
    };
    let mut asked = String::new();
    for event in [
        Event::ConfirmBySms,
        Event::SendPin(Text("tel:+385 91 123 4567")),
        Event::SendPin(Text("+385 91 123 4567")),
        answer(r#"{"pin":"4081516","resend_after":0}"#),
        Event::CheckPin(Text("7341")),
        Event::CheckPin(Text("734152")),
        answer(r#"{"status":"wrong","attempts_left":2}"#),
        Event::MessageReceived(Text("Your PIN is 734152.")),
        answer(r#"{"status":"confirmed"}"#),
    ] {
        let event_printed = format!("{event:?}");
        let (view, effects): (_, Vec<Effect>) = flow.on(event, &mut vault);
        let printed = format!("{event_printed} {view:?} {effects:?} {flow:?}").replace(' ', "");
        let shows =
            ["7341", "1234567", "38591", "4081516"].iter().any(|part| printed.contains(part));
        assert!(!shows, "{printed}");
        for effect in effects {
            let Effect::Ask(request) = effect else { panic!("{effect:?}") };
            asked.push_str(&request.body.unwrap());
        }
    }
    assert!(asked.contains("+385911234567") && asked.matches("734152").count() == 2, "{asked}");
}
