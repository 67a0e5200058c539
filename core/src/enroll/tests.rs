//! Every order of events. The flow itself is told, event by event, in `tests/scenarios/`.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::vault::{DeviceKey, KdfCost, Unlock};

const PAYLOADS: [&str; 6] = [
    "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP",
    "otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQ",
    "otpauth://hotp/Example:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "https://example.com/",
    "otpauth://yaotp/user?secret=LA2V6KMCGYMWWVEW64RNP3JA3I",
    "otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC",
];

/// When every answer comes.
const NOW: u64 = 784_111_700;

fn vault() -> Vault {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let key = DeviceKey::from_bytes(&[1; 32]);
    Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap()
}

fn party() -> RelyingParty {
    RelyingParty {
        status_url: "https://rp.example/devices".into(),
        pin_url: Some("https://rp.example/numbers".into()),
        signs_in: true,
        issuer: None,
    }
}

fn form(name: &'static str) -> Event<'static> {
    Event::Submit(ManualForm { name, key: "JBSWY3DPEHPK3PXP", ..ManualForm::default() })
}

fn answer(status: u16, body: &'static str) -> Event<'static> {
    let (body, date) = (body.as_bytes(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    Event::Answered(Response { status, body, date, retry_after: None, received_at: NOW })
}

fn any_event() -> impl Strategy<Value = Event<'static>> {
    let simple = proptest::sample::select(vec![
        Event::SignedIn,
        Event::SignInRefused,
        Event::ScanQr,
        Event::EnterManually,
        Event::OpenSettings,
        Event::CameraGranted,
        Event::CameraDenied,
        Event::PictureUnreadable,
        Event::Back,
        Event::Replace,
        Event::KeepBoth,
        Event::Saved,
        Event::SaveFailed,
        Event::Continue,
        Event::Unreachable,
        Event::Done,
        Event::Cancel,
        form("alice"),
        form(""),
        answer(200, r#"{"status":"registered"}"#),
        answer(200, r#"{"status":"pending"}"#),
        answer(200, r#"{"status":"rejected"}"#),
        answer(401, ""),
        answer(404, ""),
        answer(429, ""),
        answer(500, ""),
        answer(400, r#"{"error":"number"}"#),
        answer(200, r#"{"status":"confirmed"}"#),
        answer(200, r#"{"status":"wrong","attempts_left":2}"#),
        answer(200, r#"{"status":"expired"}"#),
        answer(200, r#"{"status":"used_up"}"#),
        Event::SendPin(Text("385 91")),
        Event::ResendPin { at: NOW },
        Event::ResendPin { at: NOW + 30 },
        Event::CheckPin(Text("12345")),
        Event::MessageReceived(Text("good morning")),
        Event::MessageReceived(Text("@rp.example #123456")),
        Event::Scanned(Texts(&[])),
        Event::Scanned(Texts(&PAYLOADS)),
        Event::PictureScanned(Texts(&[])),
    ]);
    // The events that get somewhere come up more often.
    let forward = proptest::sample::select(vec![
        Event::SignedIn,
        Event::ScanQr,
        Event::CameraGranted,
        Event::Saved,
        Event::Continue,
        Event::ConfirmBySms,
        Event::SendPin(Text("+385 91 123 4567")),
        Event::CheckPin(Text("123456")),
        answer(200, r#"{"pin":"p","resend_after":30}"#),
    ]);
    let scanned = (0..PAYLOADS.len()).prop_map(|n| Event::Scanned(Texts(&PAYLOADS[n..=n])));
    let linked = (0..PAYLOADS.len()).prop_map(|n| Event::Linked(Texts(&PAYLOADS[n..=n])));
    prop_oneof![simple, forward, scanned, linked]
}

fn first_view(offers_sms: bool) -> View {
    View::VerifyDevice { notice: None, save_failed: false, offers_sms }
}

/// What the disk has: the accounts of the last save that succeeded.
fn names(vault: &Vault) -> Vec<(AccountId, Standing)> {
    vault.entries().map(|entry| (entry.id(), entry.standing().clone())).collect()
}

proptest! {
    #[test]
    fn every_order_of_events_is_legal(
        events in proptest::collection::vec(any_event(), 0..60),
        with_party in any::<bool>(),
        already_there in any::<bool>(),
    ) {
        let mut vault = vault();
        if already_there {
            vault.add(payload::parse(PAYLOADS[0]).unwrap().accounts.remove(0)).unwrap();
        }
        let registered_before = vault.entries().len();
        let mut on_disk = names(&vault);
        let mut flow = Enrollment::start(with_party.then(party), &vault);
        let mut saving = false;
        let mut closed = false;
        for event in events {
            let before = format!("{:?} {:?}", flow.view(&vault), names(&vault));
            let fits_saving = matches!(event, Event::Saved | Event::SaveFailed);
            let (view, effects) = flow.on(event, &mut vault);
            let after = format!("{view:?} {:?}", names(&vault));

            if saving && !fits_saving {
                prop_assert_eq!(&before, &after, "a save is waited for");
            }
            if saving && fits_saving {
                if matches!(event, Event::Saved) {
                    on_disk = names(&vault);
                }
                saving = false;
                prop_assert_eq!(&on_disk, &names(&vault), "what failed to be saved is undone");
            }
            saving |= effects.contains(&Effect::Save);
            if closed {
                prop_assert_eq!(&before, &after, "after the end nothing changes");
            }
            closed |= effects.contains(&Effect::Close);

            if let View::ShowCode { account, .. } = view && !saving {
                let pending = on_disk.iter().find(|(id, _)| *id == account).map(|(_, s)| s);
                prop_assert!(matches!(pending, Some(Standing::Pending { .. })), "shown before it was saved");
            }
            if view == View::Cancelled {
                prop_assert_eq!(vault.entries().len(), registered_before, "nothing was kept");
            }
            if let View::DeviceRegistered { account } = view {
                prop_assert_eq!(vault.entry(account).unwrap().standing(), &Standing::Registered);
            }
        }
    }

    #[test]
    fn an_app_killed_at_any_moment_comes_back_to_the_code_or_to_the_start(
        events in proptest::collection::vec(any_event(), 0..40),
        with_party in any::<bool>(),
    ) {
        let mut vault = vault();
        let party = with_party.then(party);
        let mut flow = Enrollment::start(party.clone(), &vault);
        for event in events {
            let (view, effects) = flow.on(event, &mut vault);
            if effects.contains(&Effect::Save) {
                flow.on(Event::Saved, &mut vault);
                continue;
            }
            // Killed here, and started again by the same app; where it signs in, it does so first.
            let mut again = Enrollment::start(party.clone(), &vault);
            let (view_again, _) = again.on(Event::SignedIn, &mut vault);
            let begun = names(&vault).into_iter().rev().find(|(_, s)| *s != Standing::Registered);
            match begun {
                Some((id, _)) => {
                    let same = matches!(view_again, View::ShowCode { account, .. } if account == id);
                    prop_assert!(same, "{:?} instead of the code", view_again);
                }
                None => {
                    prop_assert_eq!(view_again, first_view(with_party));
                    let shown = matches!(view, View::ShowCode { .. } | View::Confirming { .. });
                    prop_assert!(!shown, "a code was shown that is lost");
                }
            }
            // Another app's flow does not take it up.
            let other = RelyingParty { status_url: "https://other.example".into(), ..RelyingParty::default() };
            let view = Enrollment::start(Some(other), &vault).view(&vault);
            prop_assert_eq!(view, first_view(false));
        }
    }

    #[test]
    fn no_number_is_confirmed_but_by_the_answer_to_a_pin_that_was_given(
        events in proptest::collection::vec(any_event(), 0..60),
    ) {
        let mut vault = vault();
        let mut flow = Enrollment::start(Some(party()), &vault);
        flow.on(Event::SignedIn, &mut vault);
        flow.on(Event::ConfirmBySms, &mut vault);
        let mut asked = None;
        for event in events {
            let before = flow.view(&vault);
            let (view, effects) = flow.on(event, &mut vault);
            if let View::NumberConfirmed { ends_in } = &view && before != view {
                let asked = asked.take().unwrap_or_default();
                prop_assert_eq!(asked, "https://rp.example/numbers/p/verify");
                prop_assert!(matches!(event, Event::Answered(answer) if answer.status == 200));
                prop_assert_eq!(ends_in, "567");
            }
            for effect in effects {
                if let Effect::Ask(request) = effect {
                    asked = Some(request.url);
                }
            }
            if let View::PhoneNumber { asking: true, .. } | View::Pin { asking: true, .. } = before {
                let fits = matches!(event, Event::Answered(_) | Event::Unreachable | Event::Cancel);
                prop_assert!(fits || before == view, "an answer is waited for");
            }
            if let View::Pin { resend_from, .. } = before && let Event::ResendPin { at } = event {
                prop_assert!(at >= resend_from || before == view, "too early");
            }
        }
    }
}
