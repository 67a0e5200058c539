//! The thin line, from a camera frame to six digits.

use countersign_ffi::{
    CodeNow, CountersignError, Effect, Enrollment, Event, RelyingParty, ScanNotice, View,
};

use super::phone::{KEY, NOW, PAYLOAD, Plane, looking, vault, vault_in};

#[test]
fn a_camera_frame_becomes_six_digits() {
    let (vault, folder) = vault();
    let flow = looking(&vault);
    let blank = flow.frame(&[128; 64 * 48], 64, 48, 64).unwrap();
    assert!(matches!(blank.step.view, View::ScanQr { notice: None }) && blank.corners.is_none());

    let sight = Plane::of(PAYLOAD).shown_to(&flow).unwrap();
    assert!(matches!(sight.step.effects[..], [Effect::StopCamera, Effect::Save]));
    let corners = sight.corners.unwrap();
    assert!(corners.upper_left.x < corners.lower_right.x);

    vault.save().unwrap();
    let step = flow.on(Event::Saved).unwrap();
    let View::ShowCode { account, .. } = step.view else { panic!() };
    let entry = vault.code_at(account, NOW).unwrap();
    assert_eq!((entry.issuer.as_deref(), entry.name.as_str()), (Some("Example"), "alice"));
    assert!(entry.pending);
    let CodeNow::Timed { code } = entry.code else { panic!() };
    assert_eq!((code.text.as_str(), code.valid_until), ("915760", 1_741_011_300));

    flow.on(Event::Continue).unwrap();
    vault.save().unwrap();
    assert!(matches!(flow.on(Event::Saved).unwrap().view, View::DeviceRegistered { .. }));
    vault.lock();

    let again = vault_in(&folder);
    assert!(again.open_with_device_key(&KEY).unwrap().recovered.is_none());
    let codes = again.codes_at(NOW).unwrap();
    assert!(!codes.entries[0].pending);
    assert_eq!(codes.ask_again_at, Some(1_741_011_300));
}

#[test]
fn a_frame_whose_sizes_do_not_fit_is_an_error() {
    let (vault, _folder) = vault();
    let flow = looking(&vault);
    let refused = flow.frame(&[0; 100], 10, 11, 10);
    assert_eq!(refused.map(drop).unwrap_err(), CountersignError::BadFrame);
}

#[test]
fn an_enrollment_ends_where_another_is_started_and_where_the_vault_is_locked() {
    let (vault, _folder) = vault();
    let first = looking(&vault);
    let second = looking(&vault);
    assert_eq!(first.view().map(drop).unwrap_err(), CountersignError::FlowEnded);
    assert!(second.view().is_ok());

    vault.lock();
    assert_eq!(second.view().map(drop).unwrap_err(), CountersignError::Locked);
    let seen = Plane::of(PAYLOAD).shown_to(&second);
    assert_eq!(seen.map(drop).unwrap_err(), CountersignError::Locked);
    vault.open_with_device_key(&KEY).unwrap();
    let answer = second.on(Event::Cancel);
    assert_eq!(answer.map(drop).unwrap_err(), CountersignError::FlowEnded);
}

#[test]
fn a_picture_that_is_none_says_so() {
    let (vault, _folder) = vault();
    let flow = looking(&vault);
    let step = flow.picture(b"no picture").unwrap();
    let View::ScanQr { notice: Some(notice) } = step.view else { panic!() };
    assert!(matches!(notice, ScanNotice::PictureUnreadable));
}

#[test]
fn an_enrollment_behind_a_sign_in_says_that_it_was_begun() {
    let (vault, _folder) = vault();
    let party = |path: &str| RelyingParty {
        issuer: None,
        status_url: format!("https://portal.example/{path}"),
        signs_in: true,
        pin_url: None,
    };
    let start = |path: &str| Enrollment::start(vault.clone(), Some(party(path))).unwrap();
    let flow = start("devices");
    assert!(!flow.is_taken_up().unwrap());
    flow.on(Event::SignedIn).unwrap();
    flow.linked(PAYLOAD.as_bytes()).unwrap();
    vault.save().unwrap();
    flow.on(Event::Saved).unwrap();

    let again = start("devices");
    assert!(matches!(again.view().unwrap(), View::SignIn { .. }));
    assert!(again.is_taken_up().unwrap());
    assert!(!start("others").is_taken_up().unwrap(), "it is another relying party's");
    assert!(
        Enrollment::start(vault.clone(), None).unwrap().is_taken_up().is_ok_and(|taken| !taken)
    );
}
