//! What every database has to keep to; the same suite for each.

use countersign::verify::Seen;
use countersign_portal::store::{
    AuditEntry, AuditFilter, Begun, Device, DeviceState, NewDevice, NewUser, Scope, Stage, Store,
    new_id,
};

/// The whole contract, on an empty database.
pub(crate) async fn holds_on(store: &Store) {
    login_names_are_unique_in_any_case(store).await;
    device_names_are_unique_byte_for_byte(store).await;
    a_registration_runs_out_and_frees_its_name(store).await;
    a_step_is_accepted_once_of_any_number_at_one_moment(store).await;
    guesses_at_one_moment_stop_at_the_limit(store).await;
    attempts_are_counted_before_they_are_looked_at(store).await;
    a_recovery_code_works_once_of_any_number_at_one_moment(store).await;
    sessions_end(store).await;
    a_reset_takes_everything_and_a_lock_ends_sessions(store).await;
    the_audit_log_is_filtered(store).await;
    site_keys_are_revoked(store).await;
    strange_texts_stay_as_they_are(store).await;
}

async fn login_names_are_unique_in_any_case(store: &Store) {
    assert!(!store.has_users().await.unwrap());
    let id = user(store, "Ana").await;
    let again = NewUser {
        id: &new_id().unwrap(),
        login: "ANA",
        password_hash: "other",
        admin: true,
        mfa_required: true,
    };
    assert!(!store.add_user(again, NOW).await.unwrap());
    assert!(store.has_users().await.unwrap());
    let found = store.user_by_login("aNa").await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.login.as_str()), (id.as_str(), "Ana"));
    assert!(found.one_time && !found.admin && !found.mfa_required);
    assert!(store.user_by_login("nobody").await.unwrap().is_none());
    assert!(store.change_password(&id, "hash", "new", false).await.unwrap());
    assert!(!store.change_password(&id, "hash", "newer", false).await.unwrap(), "it was changed");
    assert_eq!(store.users("an").await.unwrap().len(), 1);
    assert_eq!(store.users("a_").await.unwrap().len(), 0, "no pattern");
}

async fn device_names_are_unique_byte_for_byte(store: &Store) {
    let owner = user(store, "names").await;
    let other = user(store, "names2").await;
    assert_eq!(begin(store, &owner, "Pixel", NOW).await, Begun::New);
    assert_eq!(begin(store, &owner, "pixel", NOW).await, Begun::New);
    assert_eq!(begin(store, &owner, "Pixel ", NOW).await, Begun::New);
    assert_eq!(begin(store, &owner, "Pixel", NOW).await, Begun::NameTaken);
    assert_eq!(begin(store, &other, "Pixel", NOW).await, Begun::New, "another account's");
    for number in 3..Store::MOST_DEVICES {
        assert_eq!(begin(store, &owner, &format!("n{number}"), NOW).await, Begun::New);
    }
    assert_eq!(begin(store, &owner, "one more", NOW).await, Begun::TooMany);
}

async fn a_registration_runs_out_and_frees_its_name(store: &Store) {
    let owner = user(store, "pending").await;
    assert_eq!(begin(store, &owner, "Pixel", NOW).await, Begun::New);
    let device = only(store, &owner).await;
    assert!(device.is_live(NOW + 899) && !device.is_live(NOW + 900));
    assert!(!store.register_device(&device, seen(1), NOW + 900).await.unwrap(), "it ran out");
    assert_eq!(begin(store, &owner, "Pixel", NOW + 899).await, Begun::NameTaken);
    assert_eq!(begin(store, &owner, "Pixel", NOW + 900).await, Begun::New);
    let again = only(store, &owner).await;
    assert_ne!(again.id, device.id);
    assert!(store.register_device(&again, seen(1), NOW + 901).await.unwrap());
    assert!(!store.register_device(&again, seen(2), NOW + 901).await.unwrap(), "it is registered");
    assert!(store.reject_device(&owner, &again.id, NOW).await.unwrap());
    assert!(!store.reject_device(&owner, &again.id, NOW).await.unwrap());
    assert!(!store.reject_device("somebody", &again.id, NOW).await.unwrap());
    assert_eq!(
        begin(store, &owner, "Pixel", NOW + 902).await,
        Begun::New,
        "a rejected name is free"
    );
}

async fn a_step_is_accepted_once_of_any_number_at_one_moment(store: &Store) {
    let owner = user(store, "once").await;
    let device = registered(store, &owner, "Pixel").await;
    for step in 10..30_u64 {
        let together = (0..8).map(|_| {
            let (store, device) = (store.clone(), device.clone());
            tokio::spawn(
                async move { store.accept_code(&device, seen(step), true, NOW).await.unwrap() },
            )
        });
        let mut accepted = 0;
        for one in together.collect::<Vec<_>>() {
            accepted += usize::from(one.await.unwrap());
        }
        assert_eq!(accepted, 1, "step {step}");
    }
    assert!(!store.accept_code(&device, seen(29), true, NOW).await.unwrap(), "used");
    assert!(
        !store.accept_code(&device, seen(5), true, NOW).await.unwrap(),
        "before one that was used"
    );
    let saved = only(store, &owner).await;
    assert_eq!(saved.seen, Seen { last_step: Some(29), drift: -1 });
    assert_eq!(saved.last_used_at, Some(NOW));
    store.reject_device(&owner, &device.id, NOW).await.unwrap();
    assert!(!store.accept_code(&device, seen(40), true, NOW).await.unwrap(), "it was revoked");
}

async fn guesses_at_one_moment_stop_at_the_limit(store: &Store) {
    let owner = user(store, "guesses").await;
    let device = registered(store, &owner, "Pixel").await;
    let together = (0..60).map(|_| {
        let (store, owner) = (store.clone(), owner.clone());
        tokio::spawn(async move {
            store.count_wrong_code(&owner, DeviceState::Registered, NOW).await.unwrap()
        })
    });
    let mut counted = 0;
    for one in together.collect::<Vec<_>>() {
        counted += usize::from(one.await.unwrap());
    }
    assert_eq!(counted, 5, "the fifth is followed by a wait of two seconds");
    assert!(
        !store.accept_code(&device, seen(9), true, NOW + 1).await.unwrap(),
        "a right one waits too"
    );
    let (mut now, mut fails, mut longest) = (NOW, 5, 0);
    loop {
        let until = only(store, &owner).await.wait_until;
        longest = longest.max(until - now);
        now = until.max(now + 1);
        if !store.count_wrong_code(&owner, DeviceState::Registered, now).await.unwrap() {
            break;
        }
        fails += 1;
    }
    assert_eq!((fails, longest), (100, 900), "one hundred in all, NIST SP 800-63B");
    assert!(!store.accept_code(&device, seen(9), true, now + 100_000).await.unwrap());
    // A browser that is known waits for none of these.
    assert!(store.accept_code(&device, seen(8), false, now).await.unwrap());
    assert!(!store.accept_code(&device, seen(8), false, now).await.unwrap(), "used");
    store.forgive_devices(&owner).await.unwrap();
    assert!(store.accept_code(&device, seen(9), true, now).await.unwrap());
}

async fn attempts_are_counted_before_they_are_looked_at(store: &Store) {
    for (scope, free) in [
        (Scope::Account("a".into()), 5),
        (Scope::KnownBrowser("b".into()), 5),
        (Scope::NoAccount("n".into()), 5),
        (Scope::Address("192.0.2.1".into()), 201),
    ] {
        let together = (0..230).map(|_| {
            let (store, scope) = (store.clone(), scope.clone());
            tokio::spawn(async move { store.reserve_attempt(&scope, NOW).await.unwrap() })
        });
        let mut looked_at = 0;
        for one in together.collect::<Vec<_>>() {
            looked_at += usize::from(one.await.unwrap().is_none());
        }
        assert_eq!(looked_at, free, "{scope:?}");
        assert_eq!(store.reserve_attempt(&scope, NOW).await.unwrap(), Some(2), "{scope:?}");
        assert_eq!(store.reserve_attempt(&scope, NOW + 2).await.unwrap(), None, "{scope:?}");
        assert_eq!(store.reserve_attempt(&scope, NOW + 2).await.unwrap(), Some(4), "{scope:?}");
        store.forgive(&scope).await.unwrap();
        assert_eq!(store.reserve_attempt(&scope, NOW + 3).await.unwrap(), None, "{scope:?}");
    }
    an_address_is_counted_by_the_hour(store).await;
    let scope = Scope::Account("limit".into());
    let (mut now, mut looked_at) = (NOW, 0);
    while looked_at < 150 {
        match store.reserve_attempt(&scope, now).await.unwrap() {
            None => looked_at += 1,
            Some(wait) if wait == 900 && looked_at >= 100 => break,
            Some(wait) => now += wait,
        }
    }
    assert_eq!(looked_at, 100);
    assert!(store.reserve_attempt(&scope, now + 1_000_000).await.unwrap().is_some());
}

/// However many sign in there, and at whatever distance from each other.
async fn an_address_is_counted_by_the_hour(store: &Store) {
    let scope = Scope::Address("192.0.2.2".into());
    let at = async |now| store.reserve_attempt(&scope, now).await.unwrap();
    for hour in 0..2 {
        let begin = NOW + hour * 3_600;
        // One every 18 seconds: the hour is never quiet, and its end forgets what was in it.
        for attempt in 0..200 {
            assert_eq!(at(begin + attempt * 18).await, None, "{attempt} of hour {hour}");
        }
        assert_eq!(at(begin + 3_599).await, None, "the last one that waits for nothing");
        assert_eq!(at(begin + 3_599).await, Some(2), "in hour {hour}");
    }
    // A clock that was a day ahead began an hour that is not here yet.
    for _ in 0..201 {
        assert_eq!(at(NOW + 86_400).await, None);
    }
    assert_eq!(at(NOW + 86_400).await, Some(2));
    assert_eq!(at(NOW + 2 * 3_600).await, None);
}

async fn a_recovery_code_works_once_of_any_number_at_one_moment(store: &Store) {
    let owner = user(store, "recovery").await;
    store.set_recovery_codes(&owner, &[[1; 32], [2; 32]]).await.unwrap();
    assert_eq!(store.recovery_codes_left(&owner).await.unwrap(), 2);
    let together = (0..8).map(|_| {
        let (store, owner) = (store.clone(), owner.clone());
        tokio::spawn(async move { store.use_recovery_code(&owner, &[1; 32], NOW).await.unwrap() })
    });
    let mut used = 0;
    for one in together.collect::<Vec<_>>() {
        used += usize::from(one.await.unwrap());
    }
    assert_eq!((used, store.recovery_codes_left(&owner).await.unwrap()), (1, 1));
    assert!(!store.use_recovery_code("somebody", &[2; 32], NOW).await.unwrap());
    store.set_recovery_codes(&owner, &[[3; 32]]).await.unwrap();
    assert!(!store.use_recovery_code(&owner, &[2; 32], NOW).await.unwrap(), "replaced");
}

async fn sessions_end(store: &Store) {
    let owner = user(store, "sessions").await;
    let account = store.user(&owner).await.unwrap().unwrap();
    let begin = |token, expires| store.begin_session(token, &account, Stage::Full, NOW, expires);
    begin(&[1; 32], NOW + 10_000).await.unwrap();
    begin(&[2; 32], NOW + 100).await.unwrap();
    begin(&[3; 32], NOW + 10_000).await.unwrap();
    let lives = async |token: &[u8; 32], now| store.session(token, now).await.unwrap().is_some();
    assert!(lives(&[1; 32], NOW).await && !lives(&[9; 32], NOW).await);
    assert!(lives(&[2; 32], NOW + 99).await && !lives(&[2; 32], NOW + 100).await);
    assert!(!lives(&[1; 32], NOW + Store::IDLE).await, "nobody was there");
    assert!(lives(&[1; 32], NOW + Store::IDLE - 1).await, "and this was a sign of life");
    assert!(lives(&[1; 32], NOW + 2 * Store::IDLE - 2).await);
    store.end_other_sessions(&owner, &[1; 32]).await.unwrap();
    assert!(!lives(&[3; 32], NOW).await && lives(&[1; 32], NOW).await);
    store.end_session(&[1; 32]).await.unwrap();
    assert!(!lives(&[1; 32], NOW).await);
    assert!(!store.knows_browser(&[4; 32], &owner).await.unwrap());
    store.know_browser(&[4; 32], &owner, false, NOW).await.unwrap();
    store.know_browser(&[4; 32], &owner, false, NOW).await.unwrap();
    assert!(store.knows_browser(&[4; 32], &owner).await.unwrap());
    an_account_knows_the_browsers_that_were_last_let_in(store, &owner).await;
    store.tidy(NOW + 20_000).await.unwrap();
    assert!(!lives(&[2; 32], NOW).await, "it was tidied away");
}

async fn an_account_knows_the_browsers_that_were_last_let_in(store: &Store, owner: &str) {
    let know =
        async |token: u8, now| store.know_browser(&[token; 32], owner, false, now).await.unwrap();
    let knows = async |token: u8| store.knows_browser(&[token; 32], owner).await.unwrap();
    let other = user(store, "browsers").await;
    store.know_browser(&[4; 32], &other, false, NOW - 1_000).await.unwrap();
    for token in 100..119 {
        know(token, NOW + i64::from(token)).await;
    }
    assert!(knows(4).await && knows(100).await, "twenty");
    // The oldest of them was let in again, and the next one is a browser too many.
    know(4, NOW + 200).await;
    know(1, NOW + 200).await;
    assert!(knows(1).await && knows(4).await && knows(101).await && !knows(100).await);
    // A new one is known though a clock was set back.
    know(2, NOW).await;
    assert!(knows(2).await && !knows(101).await);
    // Whoever has the password alone pushes out none that a code let in.
    store.know_browser(&[3; 32], owner, true, NOW - 1).await.unwrap();
    store.know_browser(&[3; 32], owner, false, NOW - 1).await.unwrap();
    for token in 200..230 {
        know(token, NOW + 300).await;
    }
    assert!(knows(3).await && store.knows_by_code(&[3; 32], owner).await.unwrap());
    know(1, NOW + 300).await;
    assert!(!store.knows_by_code(&[1; 32], owner).await.unwrap());
    store.forget_browsers(owner, Some(&[1; 32])).await.unwrap();
    assert!(knows(1).await && !knows(4).await && !knows(118).await);
    store.forget_browsers(owner, None).await.unwrap();
    assert!(!knows(1).await);
    assert!(store.knows_browser(&[4; 32], &other).await.unwrap(), "another account's");
}

async fn a_reset_takes_everything_and_a_lock_ends_sessions(store: &Store) {
    let owner = user(store, "reset").await;
    let device = registered(store, &owner, "Pixel").await;
    store.set_recovery_codes(&owner, &[[1; 32]]).await.unwrap();
    let before = store.user(&owner).await.unwrap().unwrap();
    let begin = async |token: [u8; 32]| {
        let account = store.user(&owner).await.unwrap().unwrap();
        store.begin_session(&token, &account, Stage::Full, NOW, NOW + 10_000).await.unwrap();
    };
    begin([5; 32]).await;
    store.know_browser(&[5; 32], &owner, false, NOW).await.unwrap();
    store.reset_mfa(&owner, NOW).await.unwrap();
    assert!(store.session(&[5; 32], NOW).await.unwrap().is_none());
    assert_eq!(store.recovery_codes_left(&owner).await.unwrap(), 0);
    assert!(!store.knows_browser(&[5; 32], &owner).await.unwrap(), "it may be a stranger's");
    // A session that was being begun meanwhile is over before it begins.
    store.begin_session(&[9; 32], &before, Stage::Full, NOW, NOW + 10_000).await.unwrap();
    assert!(store.session(&[9; 32], NOW).await.unwrap().is_none());
    assert!(!store.accept_code(&device, seen(9), true, NOW).await.unwrap());
    assert_eq!(only(store, &owner).await.state, DeviceState::Rejected);
    assert_eq!(store.user(&owner).await.unwrap().unwrap().reset_at, Some(NOW));
    store.told_of_reset(&owner).await.unwrap();
    assert_eq!(store.user(&owner).await.unwrap().unwrap().reset_at, None);

    begin([6; 32]).await;
    store.set_locked(&owner, Some(NOW)).await.unwrap();
    assert!(store.session(&[6; 32], NOW).await.unwrap().is_none());
    begin([7; 32]).await;
    assert!(store.session(&[7; 32], NOW).await.unwrap().is_none(), "locked");
    let scope = Scope::Account(owner.clone());
    while store.reserve_attempt(&scope, NOW).await.unwrap().is_none() {}
    store.set_locked(&owner, None).await.unwrap();
    assert_eq!(store.reserve_attempt(&scope, NOW).await.unwrap(), None, "forgotten");
    assert!(store.session(&[7; 32], NOW).await.unwrap().is_none(), "an unlock revives none");
    begin([8; 32]).await;
    assert!(store.session(&[8; 32], NOW).await.unwrap().is_some());
    store.set_locked(&owner, None).await.unwrap();
    assert!(store.session(&[8; 32], NOW).await.unwrap().is_some(), "it was not locked");
    let browser = Scope::KnownBrowser(format!("{owner}:0f"));
    while store.reserve_attempt(&browser, NOW).await.unwrap().is_none() {}
    store.forgive_account(&owner).await.unwrap();
    assert_eq!(store.reserve_attempt(&browser, NOW).await.unwrap(), None, "of its browsers too");
    store.set_mfa_required(&owner, true).await.unwrap();
    assert!(store.user(&owner).await.unwrap().unwrap().mfa_required);
}

async fn the_audit_log_is_filtered(store: &Store) {
    for (at, actor, action, subject) in
        [(1, "boss", "lock", "Zoë"), (2, "boss", "unlock", "Zoë"), (3, "100%", "lock", "x_y")]
    {
        let text = |text: &str| text.to_owned();
        let entry = AuditEntry {
            at,
            actor: text(actor),
            action: text(action),
            subject: text(subject),
            detail: text(""),
            address: text("192.0.2.1"),
        };
        store.audit(&entry).await.unwrap();
    }
    let count = async |who: &str, action: &str, from, until| {
        let (who, action) = (who.to_owned(), action.to_owned());
        let filter = AuditFilter { who, action, from, until };
        store.audit_log(&filter, 100).await.unwrap().len()
    };
    assert_eq!(count("boss", "", None, None).await, 2);
    assert_eq!(count("zoË", "lock", None, None).await, 1, "in any case of any letter");
    assert_eq!(count("%", "", None, None).await, 1, "no pattern");
    assert_eq!(count("x_", "", None, None).await, 1);
    assert_eq!(count("", "", Some(2), Some(3)).await, 1);
    let newest = store.audit_log(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(newest[0].subject, "x_y");
}

async fn site_keys_are_revoked(store: &Store) {
    let id = new_id().unwrap();
    store.add_api_key(&id, &[8; 32], "site", "verify", None, NOW).await.unwrap();
    assert_eq!(store.api_key(&[8; 32]).await.unwrap().unwrap().name, "site");
    assert!(store.api_key(&[9; 32]).await.unwrap().is_none());
    let owner = user(store, "At A Site").await;
    let found = async |key: &[u8; 32], login: &str| {
        let devices = store.devices_for_site(key, login).await.unwrap();
        devices.map(|devices| devices.into_iter().map(|device| device.name).collect::<Vec<_>>())
    };
    assert_eq!(found(&[8; 32], "at a site").await, Some(vec![]), "none yet");
    assert_eq!(begin(store, &owner, "Pending", NOW).await, Begun::New);
    assert_eq!(found(&[8; 32], "at a site").await, Some(vec![]), "none registered");
    let device = only(store, &owner).await;
    assert!(store.register_device(&device, seen(1), NOW).await.unwrap());
    assert_eq!(found(&[8; 32], "AT A site").await, Some(vec!["Pending".to_owned()]));
    assert_eq!(found(&[8; 32], "nobody").await, Some(vec![]));
    assert_eq!(found(&[9; 32], "at a site").await, None, "no key");
    store.set_locked(&owner, Some(NOW)).await.unwrap();
    assert_eq!(found(&[8; 32], "at a site").await, Some(vec![]), "locked");
    store.set_locked(&owner, None).await.unwrap();
    assert!(store.revoke_api_key(&id, NOW).await.unwrap());
    assert!(!store.revoke_api_key(&id, NOW).await.unwrap());
    assert!(store.api_key(&[8; 32]).await.unwrap().is_none());
    assert_eq!(found(&[8; 32], "at a site").await, None, "revoked");
    assert_eq!(store.api_keys().await.unwrap()[0].revoked_at, Some(NOW));
}

async fn strange_texts_stay_as_they_are(store: &Store) {
    let name = "'; drop table users; -- \u{1f4f1} é e\u{301} \\ \" <b>";
    let owner = user(store, name).await;
    assert_eq!(begin(store, &owner, name, NOW).await, Begun::New);
    assert_eq!(only(store, &owner).await.name, name);
    assert_eq!(store.user(&owner).await.unwrap().unwrap().login, name);
}

async fn user(store: &Store, login: &str) -> String {
    let id = new_id().unwrap();
    let user = NewUser { id: &id, login, password_hash: "hash", admin: false, mfa_required: false };
    assert!(store.add_user(user, NOW).await.unwrap());
    id
}

async fn begin(store: &Store, user_id: &str, name: &str, now: i64) -> Begun {
    let device = NewDevice {
        id: &new_id().unwrap(),
        user_id,
        name,
        secret: b"sealed",
        key_id: "k1",
        expires_at: now + 900,
        begun_in: &[1; 32],
    };
    store.begin_device(device, now).await.unwrap()
}

async fn registered(store: &Store, user_id: &str, name: &str) -> Device {
    assert_eq!(begin(store, user_id, name, NOW).await, Begun::New);
    let device = only(store, user_id).await;
    assert!(store.register_device(&device, seen(1), NOW).await.unwrap());
    only(store, user_id).await
}

async fn only(store: &Store, user_id: &str) -> Device {
    store.devices(user_id).await.unwrap().pop().unwrap()
}

fn seen(step: u64) -> Seen {
    Seen { last_step: Some(step), drift: -1 }
}

const NOW: i64 = 1_741_011_281;
