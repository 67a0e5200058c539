//! Every file of `tests/scenarios/`, through what a shell has: the same that Kotlin and Swift run.

use std::path::Path;
use std::sync::Arc;

use countersign_ffi::{
    CodeNotice, CodeNow, Effect, Enrollment, Entry, Event, FieldError, ManualForm, NumberNotice,
    PinNotice, Problem, RelyingParty, Request, Response, ScanNotice, Source, Step, Vault, View,
};
use serde_json::{Map, Value, json};

use super::phone::vault;

#[test]
fn every_scenario_goes_as_it_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 20, "only {} scenarios", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        play(&name, &serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap());
    }
}

fn play(name: &str, scenario: &Value) {
    let (vault, _folder) = vault();
    fill(&vault, scenario);
    let party = relying_party(&scenario["relying_party"]);
    let flow = Enrollment::start(vault.clone(), party).unwrap();
    assert_eq!(view_json(&flow.view().unwrap()), scenario["start"], "{name}: the first view");
    for (index, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        let place = format!("{name}: step {} ({})", index + 1, step["event"]);
        if step["event"] == "Saved" {
            vault.save().unwrap();
        }
        let Step { view, effects } = send(&flow, &step["event"]);
        assert_eq!(view_json(&view), step["view"], "{place}: the view");
        let effects: Vec<_> = effects.iter().map(effect_json).collect();
        assert_eq!(Value::Array(effects), step["effects"], "{place}: the effects");
        if let Some(expected) = step.get("vault") {
            assert_eq!(&vault_json(&vault), expected, "{place}: the vault");
        }
    }
}

/// Enrolls what is to be there before, as a user would have done.
fn fill(vault: &Arc<Vault>, scenario: &Value) {
    let pending_at = scenario["pending_at"].as_str().map(|url| RelyingParty {
        issuer: None,
        status_url: url.to_owned(),
        pin_url: None,
        signs_in: false,
    });
    for (list, party) in [("registered", None), ("pending", pending_at)] {
        for text in scenario[list].as_array().unwrap() {
            let flow = Enrollment::start(vault.clone(), party.clone()).unwrap();
            flow.on(Event::ScanQr).unwrap();
            flow.on(Event::CameraGranted).unwrap();
            flow.scanned(vec![text.as_str().unwrap().into()], Source::Camera).unwrap();
            flow.on(Event::KeepBoth).unwrap();
            flow.on(Event::Saved).unwrap();
            if list == "registered" {
                flow.on(Event::Continue).unwrap();
                flow.on(Event::Saved).unwrap();
            }
        }
    }
}

fn relying_party(json: &Value) -> Option<RelyingParty> {
    (!json.is_null()).then(|| RelyingParty {
        issuer: json["issuer"].as_str().map(str::to_owned),
        status_url: json["status_url"].as_str().unwrap().to_owned(),
        pin_url: json["pin_url"].as_str().map(str::to_owned),
        signs_in: json["signs_in"].as_bool().unwrap(),
    })
}

fn send(flow: &Enrollment, event: &Value) -> Step {
    if let Some(name) = event.as_str() {
        return flow.on(simple(name)).unwrap();
    }
    let (name, with) = event.as_object().unwrap().iter().next().unwrap();
    let text = |key: &str| with[key].as_str().unwrap_or_default().to_owned();
    let texts = || {
        let texts = with.as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap().as_bytes().to_vec()).collect()
    };
    match name.as_str() {
        "Scanned" => flow.scanned(texts(), Source::Camera),
        "PictureScanned" => flow.scanned(texts(), Source::Picture),
        "Linked" => flow.linked(with[0].as_str().unwrap().as_bytes()),
        "Submit" => {
            let form = ManualForm {
                name: text("name"),
                issuer: text("issuer"),
                kind: text("kind"),
                algorithm: text("algorithm"),
                digits: text("digits"),
                period: text("period"),
                counter: text("counter"),
            };
            flow.submit(form, text("key").as_bytes())
        }
        "Answered" => flow.answered(Response {
            status: u16::try_from(with["status"].as_u64().unwrap()).unwrap(),
            body: text("body").into_bytes(),
            date: with["date"].as_str().map(str::to_owned),
            received_at: with["received_at"].as_u64().unwrap(),
            retry_after: with["retry_after"].as_str().map(str::to_owned),
        }),
        "SendPin" => flow.send_pin(with.as_str().unwrap()),
        "ResendPin" => flow.resend_pin(with["at"].as_u64().unwrap()),
        "CheckPin" => flow.check_pin(with.as_str().unwrap().as_bytes()),
        "MessageReceived" => flow.message_received(with.as_str().unwrap().as_bytes()),
        other => panic!("unknown event {other}"),
    }
    .unwrap()
}

fn simple(name: &str) -> Event {
    match name {
        "SignedIn" => Event::SignedIn,
        "SignInRefused" => Event::SignInRefused,
        "ScanQr" => Event::ScanQr,
        "EnterManually" => Event::EnterManually,
        "OpenSettings" => Event::OpenSettings,
        "CameraGranted" => Event::CameraGranted,
        "CameraDenied" => Event::CameraDenied,
        "PictureUnreadable" => Event::PictureUnreadable,
        "Back" => Event::Back,
        "Replace" => Event::Replace,
        "KeepBoth" => Event::KeepBoth,
        "ConfirmBySms" => Event::ConfirmBySms,
        "Saved" => Event::Saved,
        "SaveFailed" => Event::SaveFailed,
        "Continue" => Event::Continue,
        "Unreachable" => Event::Unreachable,
        "Done" => Event::Done,
        "Cancel" => Event::Cancel,
        other => panic!("unknown event {other}"),
    }
}

/// A view as the files write it: what is false, empty or absent is left out.
fn view_json(view: &View) -> Value {
    let (name, fields) = match view {
        View::SignIn { refused } => ("SignIn", json!({ "refused": refused })),
        View::VerifyDevice { notice, save_failed, offers_sms } => {
            let mut fields = notice.as_ref().map_or(json!({}), notice_json);
            fields["save_failed"] = json!(save_failed);
            fields["offers_sms"] = json!(offers_sms);
            ("VerifyDevice", fields)
        }
        View::CameraNeeded { denied } => ("CameraNeeded", json!({ "denied": denied })),
        View::ScanQr { notice } => ("ScanQr", notice.as_ref().map_or(json!({}), notice_json)),
        View::ManualEntry { errors, save_failed } => {
            let errors: Vec<_> = errors.iter().map(error_json).collect();
            ("ManualEntry", json!({ "errors": errors, "save_failed": save_failed }))
        }
        View::Duplicate { existing, same_codes } => {
            ("Duplicate", json!({ "existing": existing.0, "same_codes": same_codes }))
        }
        View::ShowCode { account, assumed, short_secret, notice, clock_behind } => {
            let assumed: Vec<_> = assumed.iter().map(|warning| format!("{warning:?}")).collect();
            let fields = json!({
                "account": account.0,
                "assumed": assumed,
                "short_secret": short_secret,
                "notice": notice.map(|notice: CodeNotice| format!("{notice:?}")),
                "clock_behind": clock_behind,
            });
            ("ShowCode", fields)
        }
        View::Confirming { account } => ("Confirming", json!({ "account": account.0 })),
        View::DeviceRegistered { account } => ("DeviceRegistered", json!({ "account": account.0 })),
        View::PhoneNumber { notice, asking } => {
            let mut fields = notice.map_or(json!({}), number_notice_json);
            fields["asking"] = json!(asking);
            ("PhoneNumber", fields)
        }
        View::Pin { ends_in, length, resend_from, notice, asking } => {
            let mut fields = notice.map_or(json!({}), pin_notice_json);
            fields["ends_in"] = json!(ends_in);
            fields["length"] = json!(length);
            fields["resend_from"] = json!(resend_from);
            fields["asking"] = json!(asking);
            ("Pin", fields)
        }
        View::NumberConfirmed { ends_in } => ("NumberConfirmed", json!({ "ends_in": ends_in })),
        View::Cancelled => ("Cancelled", json!({})),
    };
    let mut object = Map::from_iter([("name".to_owned(), json!(name))]);
    let fields = fields.as_object().unwrap().clone();
    object.extend(
        fields.into_iter().filter(|(_, value)| {
            !(value.is_null() || *value == json!(false) || *value == json!([]))
        }),
    );
    Value::Object(object)
}

fn notice_json(notice: &ScanNotice) -> Value {
    match notice {
        ScanNotice::NotAnEnrollment { error } => {
            json!({ "notice": "NotAnEnrollment", "error": format!("{error:?}") })
        }
        other => json!({ "notice": format!("{other:?}") }),
    }
}

fn number_notice_json(notice: NumberNotice) -> Value {
    match notice {
        NumberNotice::Wait { until } => json!({ "notice": "Wait", "until": until }),
        other => json!({ "notice": format!("{other:?}") }),
    }
}

fn pin_notice_json(notice: PinNotice) -> Value {
    match notice {
        PinNotice::Wrong { attempts_left } => {
            json!({ "notice": "Wrong", "attempts_left": attempts_left })
        }
        PinNotice::Wait { until } => json!({ "notice": "Wait", "until": until }),
        other => json!({ "notice": format!("{other:?}") }),
    }
}

fn error_json(error: &FieldError) -> Value {
    let field = format!("{:?}", error.field);
    match error.problem {
        Problem::BadCharacter { position } => {
            json!({ "field": field, "problem": "BadCharacter", "position": position })
        }
        ref problem => json!({ "field": field, "problem": format!("{problem:?}") }),
    }
}

fn effect_json(effect: &Effect) -> Value {
    match effect {
        Effect::Ask { request: Request { method, url, accept, body, .. } } => {
            let mut ask = json!({ "method": method, "url": url, "accept": accept });
            if let Some(body) = body {
                ask["body"] = json!(body);
            }
            json!({ "Ask": ask })
        }
        other => json!(format!("{other:?}")),
    }
}

fn vault_json(vault: &Vault) -> Value {
    let line = |entry: Entry| {
        let Entry { id, issuer, name, pending, code } = entry;
        let standing = if pending { "pending" } else { "registered" };
        let issuer = issuer.map(|issuer| format!("{issuer}:")).unwrap_or_default();
        let counter = match code {
            CodeNow::OnRequest { next } => format!(" at {next}"),
            CodeNow::Timed { .. } | CodeNow::Unsupported => String::new(),
        };
        format!("{} {standing} {issuer}{name}{counter}", id.0)
    };
    vault.codes_at(0).unwrap().entries.into_iter().map(line).collect()
}
