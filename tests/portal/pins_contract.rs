//! What every database has to keep to of PINs, messages and limits; the same suite for each.

use countersign_portal::store::{
    Application, AuditEntry, AuditFilter, NewMessage, NewPin, NewUser, Pin, Reservation, Reserved,
    Store, Template, new_id,
};

/// The whole contract.
pub(crate) async fn holds_on(store: &Store) {
    applications_and_templates_are_kept_and_changed(store).await;
    a_pin_and_its_message_are_kept_together_or_not_at_all(store).await;
    a_pin_is_right_once_of_any_number_at_one_moment(store).await;
    of_one_number_one_pin_is_right_where_only_one_may_be(store).await;
    wrong_pins_stop_at_the_last_attempt(store).await;
    a_limit_slides_and_is_exact_at_one_moment(store).await;
    a_cost_is_weighed(store).await;
    a_message_is_claimed_by_one_and_again_when_the_claim_ends(store).await;
    a_refused_message_waits_and_a_late_one_is_given_up(store).await;
    a_report_is_of_its_message_and_a_delivery_stays(store).await;
    a_number_takes_the_place_of_the_one_before(store).await;
    a_stop_is_told_once_an_hour(store).await;
}

async fn applications_and_templates_are_kept_and_changed(store: &Store) {
    let mut application = set_up(store).await;
    application.name = "Changed “č” 🙂".to_owned();
    application.allowed = false;
    application.prefixes = "41 385".to_owned();
    application.cost_ceiling = 5_000;
    application.country_limit = "9/1h".to_owned();
    // An administrator and an app's server change it at one moment: neither undoes the other's.
    store.limit_application(&application).await.unwrap();
    store.change_application(&application.id, &application.name, None, None).await.unwrap();
    let kept = store.application(&application.id).await.unwrap().unwrap();
    assert_eq!((&kept.name, kept.enabled, kept.allowed), (&application.name, true, false));
    assert!(!kept.sends());
    assert_eq!(kept.configuration, application.configuration);
    let (id, configuration) = (&application.id, Some("{\"pinAttempts\":2}"));
    store.change_application(id, "Login", Some(true), configuration).await.unwrap();
    store.add_application(&application, NOW).await.unwrap();
    let kept = store.application(&application.id).await.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), kept.enabled, kept.allowed), ("Login", true, false));
    assert_eq!(Some(kept.configuration.as_str()), configuration);
    assert_eq!((kept.prefixes.as_str(), kept.cost_ceiling), ("41 385", 5_000));
    assert_eq!((kept.block_limit.as_str(), kept.country_limit.as_str()), ("20/1h", "9/1h"));
    assert!(store.application("nobody").await.unwrap().is_none());
    let template = Template { template: "{}".to_owned(), ..template_of(&application) };
    store.save_template(&template, NOW).await.unwrap();
    let known = store.template(&application.id, &template.id).await.unwrap().unwrap();
    assert_eq!(known.template, "{}");
    assert!(store.template("another", &template.id).await.unwrap().is_none());
    assert_eq!(store.templates(&application.id).await.unwrap().len(), 1);
}

async fn a_pin_and_its_message_are_kept_together_or_not_at_all(store: &Store) {
    let application = set_up(store).await;
    let pin = pin(&application);
    let full = [reservation("together", 0)];
    assert!(matches!(send(store, &pin, &full).await, Reserved::Full { .. }));
    assert!(store.pin(&pin.id).await.unwrap().is_none());
    assert!(store.messages(Some(&application.id), 9).await.unwrap().is_empty());
    assert_eq!(send(store, &pin, &[]).await, Reserved::Free);
    let kept = store.pin(&pin.id).await.unwrap().unwrap();
    assert_eq!((kept.hash, kept.sealed), (pin.hash, pin.sealed));
    assert_eq!(store.messages(Some(&application.id), 9).await.unwrap().len(), 1);
}

async fn a_pin_is_right_once_of_any_number_at_one_moment(store: &Store) {
    let pin = sent(store).await;
    let accepted = at_one_moment(20, |_| {
        let (store, pin) = (store.clone(), pin.clone());
        async move { store.accept_pin(&pin, false, NOW).await.unwrap() }
    });
    assert_eq!(accepted.await, 1);
    assert!(!store.count_wrong_pin(&pin.id, NOW).await.unwrap(), "it is over");
    let kept = store.pin(&pin.id).await.unwrap().unwrap();
    assert_eq!((kept.verified_at, kept.sealed), (Some(NOW), None), "and sent no more");
    let late = sent(store).await;
    assert!(!store.accept_pin(&late, false, late.expires_at).await.unwrap());
    assert!(store.accept_pin(&late, false, late.expires_at - 1).await.unwrap());
}

async fn of_one_number_one_pin_is_right_where_only_one_may_be(store: &Store) {
    let application = set_up(store).await;
    let pins: Vec<_> = (0..9).map(|_| pin(&application)).collect();
    for pin in &pins {
        assert_eq!(send(store, pin, &[]).await, Reserved::Free);
    }
    let accepted = at_one_moment(pins.len(), |which| {
        let (store, pin) = (store.clone(), pins[which].clone());
        async move { store.accept_pin(&pin, true, NOW).await.unwrap() }
    });
    assert_eq!(accepted.await, 1);
    let other = Pin { msisdn: "385911234567".to_owned(), ..pin(&application) };
    assert_eq!(send(store, &other, &[]).await, Reserved::Free);
    assert!(store.accept_pin(&other, true, NOW).await.unwrap(), "another number");
}

async fn wrong_pins_stop_at_the_last_attempt(store: &Store) {
    let pin = sent(store).await;
    let counted = at_one_moment(20, |_| {
        let (store, id) = (store.clone(), pin.id.clone());
        async move { store.count_wrong_pin(&id, NOW).await.unwrap() }
    });
    assert_eq!(counted.await, 3);
    assert!(!store.accept_pin(&pin, false, NOW).await.unwrap(), "the right one comes too late");
}

async fn a_limit_slides_and_is_exact_at_one_moment(store: &Store) {
    let wanted = |at| Reservation { at, ..reservation("slides", 5) };
    let taken = at_one_moment(30, |_| {
        let (store, wanted) = (store.clone(), wanted(1_000_000));
        async move { store.reserve_alone(&[wanted]).await.unwrap() == Reserved::Free }
    });
    assert_eq!(taken.await, 5);
    let full = store.reserve_alone(&[wanted(1_000_400)]).await.unwrap();
    assert_eq!(full, Reserved::Full { scope: "slides".to_owned(), wait: 600 });
    assert!(store.reserve_alone(&[wanted(1_001_000)]).await.unwrap() == Reserved::Free);
    // One scope that is full leaves the others as they were.
    let both = [reservation("other", 1), reservation("none", 0)];
    assert!(matches!(store.reserve_alone(&both).await.unwrap(), Reserved::Full { .. }));
    assert_eq!(store.reserve_alone(&both[..1]).await.unwrap(), Reserved::Free);
    // A longer window takes in again what had left the shorter one.
    let longer = |most| Reservation { most, window: 5_000, ..wanted(1_002_500) };
    assert_eq!(store.reserve_alone(&[wanted(1_002_500)]).await.unwrap(), Reserved::Free);
    assert!(matches!(store.reserve_alone(&[longer(7)]).await.unwrap(), Reserved::Full { .. }));
    assert_eq!(store.reserve_alone(&[longer(8)]).await.unwrap(), Reserved::Free);
    // What is forgotten counts no more, and what is held still does.
    store.tidy_limits(1_002).await.unwrap();
    assert!(matches!(store.reserve_alone(&[wanted(1_002_600)]).await.unwrap(), Reserved::Free));
    let held = at_one_moment(9, |_| {
        let (store, wanted) = (store.clone(), wanted(1_002_700));
        async move { store.reserve_alone(&[wanted]).await.unwrap() == Reserved::Free }
    });
    assert_eq!(held.await, 2, "three are in the window");
    store.tidy_limits(2_000).await.unwrap();
    let held = at_one_moment(9, |_| {
        let (store, wanted) = (store.clone(), wanted(2_000_000));
        async move { store.reserve_alone(&[wanted]).await.unwrap() == Reserved::Free }
    });
    assert_eq!(held.await, 5, "begun anew");
}

async fn a_cost_is_weighed(store: &Store) {
    let wanted = |weight| Reservation { weight, ..reservation("cost", 100) };
    assert_eq!(store.reserve_alone(&[wanted(60)]).await.unwrap(), Reserved::Free);
    assert!(matches!(store.reserve_alone(&[wanted(41)]).await.unwrap(), Reserved::Full { .. }));
    assert_eq!(store.reserve_alone(&[wanted(40)]).await.unwrap(), Reserved::Free);
    assert_eq!(store.reserve_alone(&[wanted(0)]).await.unwrap(), Reserved::Free, "what is free");
}

async fn a_message_is_claimed_by_one_and_again_when_the_claim_ends(store: &Store) {
    drain(store).await;
    let pin = sent(store).await;
    let claimed = at_one_moment(10, |_| {
        let store = store.clone();
        async move { !store.claim_messages(50, 15, NOW).await.unwrap().is_empty() }
    });
    assert_eq!(claimed.await, 1);
    assert!(store.claim_messages(50, 15, NOW + 14).await.unwrap().is_empty());
    let again = store.claim_messages(50, 15, NOW + 15).await.unwrap();
    assert_eq!((again.len(), again[0].tries), (1, 2), "whoever had it died");
    assert_eq!((again[0].msisdn.as_str(), again[0].body.as_slice()), (&*pin.msisdn, &b"body"[..]));
    store.message_sent(&again[0].id, "gateway", false, NOW + 16).await.unwrap();
    assert!(store.claim_messages(50, 15, NOW + 99).await.unwrap().is_empty());
    let known = store.verifications(&pin.application_id, &pin.msisdn).await.unwrap();
    assert_eq!((known.len(), known[0].sent_at, known[0].verified_at), (1, Some(NOW + 16), None));
}

async fn a_refused_message_waits_and_a_late_one_is_given_up(store: &Store) {
    drain(store).await;
    let pin = sent(store).await;
    let claimed = store.claim_messages(50, 15, NOW).await.unwrap();
    store.message_refused(&claimed[0], Some(NOW + 4), "busy").await.unwrap();
    assert!(store.claim_messages(50, 15, NOW + 3).await.unwrap().is_empty());
    assert_eq!(store.claim_messages(50, 15, NOW + 4).await.unwrap().len(), 1);
    assert!(store.claim_messages(50, 15, pin.expires_at + 15).await.unwrap().is_empty());
    let line = store.messages(Some(&pin.application_id), 9).await.unwrap().remove(0);
    assert_eq!((line.state.as_str(), line.tries), ("expired", 2));
    assert!(line.body.is_none(), "what is given up is not kept");
    let never = sent(store).await;
    let late = store.claim_messages(50, 0, NOW).await.unwrap();
    let claimed = store.claim_messages(50, 15, NOW).await.unwrap();
    store.message_refused(&late[0], None, "too late").await.unwrap();
    let line = store.messages(Some(&never.application_id), 9).await.unwrap().remove(0);
    assert_eq!((line.state.as_str(), line.tries), ("queued", 2), "another one has it by now");
    store.message_refused(&claimed[0], None, "no such number").await.unwrap();
    let line = store.messages(Some(&never.application_id), 9).await.unwrap().remove(0);
    assert_eq!((line.state.as_str(), line.reason.as_str()), ("failed", "no such number"));
    assert!(line.body.is_none());
}

async fn a_report_is_of_its_message_and_a_delivery_stays(store: &Store) {
    drain(store).await;
    let pin = sent(store).await;
    let claimed = store.claim_messages(50, 15, NOW).await.unwrap();
    store.message_sent(&claimed[0].id, "4C8F21", false, NOW).await.unwrap();
    assert!(!store.message_reported("nobody's", true, "DELIVRD", NOW).await.unwrap());
    for (delivered, state) in [(false, "undelivered"), (true, "delivered"), (false, "delivered")] {
        assert!(store.message_reported("4C8F21", delivered, "-", NOW).await.unwrap());
        let line = store.messages(Some(&pin.application_id), 9).await.unwrap().remove(0);
        assert_eq!(line.state, state);
    }
    // It comes before anybody wrote down that the gateway took the message.
    let quick = sent(store).await;
    let claimed = store.claim_messages(50, 15, NOW).await.unwrap();
    assert!(!store.message_reported("4d", true, "DELIVRD", NOW).await.unwrap());
    assert!(!store.message_reported("4d", false, "UNDELIV", NOW).await.unwrap());
    store.message_sent(&claimed[0].id, "4d", false, NOW + 1).await.unwrap();
    let line = store.messages(Some(&quick.application_id), 9).await.unwrap().remove(0);
    assert_eq!((line.state.as_str(), line.reason.as_str()), ("delivered", "DELIVRD"));
    // Long ago it was of some other message.
    let slow = sent(store).await;
    let claimed = store.claim_messages(50, 15, NOW).await.unwrap();
    assert!(!store.message_reported("78", true, "DELIVRD", NOW).await.unwrap());
    store.message_sent(&claimed[0].id, "78", false, NOW + 900).await.unwrap();
    let line = store.messages(Some(&slow.application_id), 9).await.unwrap().remove(0);
    assert_eq!(line.state, "sent");
    store.accept_pin(&pin, false, NOW).await.unwrap();
    let tally = store.tally(&pin.application_id).await.unwrap();
    assert_eq!((tally.sent, tally.delivered, tally.failed), (1, 1, 0));
    assert_eq!((tally.pins, tally.verified, tally.cost), (1, 1, 55));
}

async fn a_number_takes_the_place_of_the_one_before(store: &Store) {
    let id = new_id().unwrap();
    let login = format!("number-{id}");
    let user =
        NewUser { id: &id, login: &login, password_hash: "", admin: false, mfa_required: false };
    assert!(store.add_user(user, NOW).await.unwrap());
    assert!(store.number_of(&id).await.unwrap().is_none());
    for number in ["41793026727", "385911234567"] {
        store.keep_number(&id, number, NOW).await.unwrap();
        let kept = store.number_of(&id).await.unwrap().unwrap();
        assert_eq!((kept.msisdn.as_str(), kept.confirmed_at), (number, NOW));
    }
}

async fn a_stop_is_told_once_an_hour(store: &Store) {
    let application = set_up(store).await;
    let at_one_moment = (0..10).map(|_| tell_stopped(store, &application, "cost", NOW));
    futures_util::future::join_all(at_one_moment).await;
    tell_stopped(store, &application, "cost", NOW + 3_599).await;
    tell_stopped(store, &application, "block", NOW + 10).await;
    tell_stopped(store, &application, "cost", NOW + 3_600).await;
    let filter = AuditFilter { who: application.id.clone(), ..AuditFilter::default() };
    let told = store.audit_log(&filter, 99).await.unwrap();
    let told: Vec<_> = told.iter().map(|entry| (entry.detail.as_str(), entry.at)).collect();
    assert_eq!(told, [("cost", NOW + 3_600), ("block", NOW + 10), ("cost", NOW)]);
    let kept = store.application(&application.id).await.unwrap().unwrap();
    assert_eq!((kept.stopped_by.as_str(), kept.stopped_at), ("cost", NOW + 3_600));
}

async fn tell_stopped(store: &Store, application: &Application, by: &str, now: i64) {
    let telling = Reservation {
        scope: format!("told-{by}:{}", application.id),
        window: 3_600_000,
        at: now * 1_000,
        ..reservation("", 1)
    };
    let entry = AuditEntry {
        at: now,
        actor: "portal".to_owned(),
        action: "pins-stopped".to_owned(),
        subject: application.id.clone(),
        detail: by.to_owned(),
        address: String::new(),
    };
    store.tell_stopped(&application.id, by, telling, &entry).await.unwrap();
}

/// How many of so many calls at one moment were true.
async fn at_one_moment<F>(count: usize, call: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let calls: Vec<_> = (0..count).map(|number| tokio::spawn(call(number))).collect();
    let mut held = 0;
    for one in calls {
        held += usize::from(one.await.unwrap());
    }
    held
}

async fn set_up(store: &Store) -> Application {
    let id = new_id().unwrap().to_uppercase();
    let application = Application::new(&id, "Login", "{}".to_owned());
    store.add_application(&application, NOW).await.unwrap();
    store.save_template(&template_of(&application), NOW).await.unwrap();
    application
}

fn template_of(application: &Application) -> Template {
    let application_id = application.id.clone();
    Template { id: format!("T{application_id}"), application_id, template: "old".to_owned() }
}

fn pin(application: &Application) -> Pin {
    Pin {
        id: new_id().unwrap().to_uppercase(),
        application_id: application.id.clone(),
        template_id: template_of(application).id,
        msisdn: "41793026727".to_owned(),
        hash: vec![7; 32],
        key_id: "k1".to_owned(),
        sealed: Some(vec![8; 40]),
        attempts_left: 3,
        expires_at: NOW + 900,
        verified_at: None,
        user_id: None,
    }
}

async fn sent(store: &Store) -> Pin {
    let pin = pin(&set_up(store).await);
    assert_eq!(send(store, &pin, &[]).await, Reserved::Free);
    pin
}

async fn send(store: &Store, pin: &Pin, reservations: &[Reservation]) -> Reserved {
    let id = new_id().unwrap();
    let message = NewMessage {
        id: &id,
        pin_id: &pin.id,
        application_id: &pin.application_id,
        msisdn: &pin.msisdn,
        sender: "Countersign",
        body: b"body",
        key_id: "k1",
        expires_at: pin.expires_at,
        cost: 55,
    };
    let new = NewPin { pin, message: Some(message), reservations };
    store.send_pin(new, NOW).await.unwrap()
}

/// Leaves no message of an earlier promise in the queue.
async fn drain(store: &Store) {
    for message in store.claim_messages(1_000, 0, NOW).await.unwrap() {
        store.message_refused(&message, None, "drained").await.unwrap();
    }
}

fn reservation(scope: &str, most: i64) -> Reservation {
    Reservation { scope: scope.to_owned(), most, window: 1_000, at: 1_000_000, weight: 1 }
}

const NOW: i64 = 1_800_000_000;
