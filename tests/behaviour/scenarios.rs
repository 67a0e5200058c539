//! The enrollment flow, as `tests/scenarios/` tells it for every language.

use std::path::Path;

use countersign::enroll::{
    CodeNotice, Effect, Enrollment, Event, FieldError, ManualForm, NumberNotice, PinNotice,
    Problem, RelyingParty, Request, Response, ScanNotice, Text, Texts, View,
};
use countersign::payload;
use countersign::vault::{DeviceKey, KdfCost, Standing, Unlock, Vault};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Map, Value, json};

#[test]
fn every_scenario_goes_as_it_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
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
    let mut vault = vault(scenario);
    let mut flow = Enrollment::start(relying_party(&scenario["relying_party"]), &vault);
    assert_eq!(view_json(&flow.view(&vault)), scenario["start"], "{name}: the first view");
    for (index, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        let place = format!("{name}: step {} ({})", index + 1, step["event"]);
        let (view, effects) = send(&mut flow, &step["event"], &mut vault);
        assert_eq!(view_json(&view), step["view"], "{place}: the view");
        let effects: Vec<_> = effects.iter().map(effect_json).collect();
        assert_eq!(Value::Array(effects), step["effects"], "{place}: the effects");
        if let Some(expected) = step.get("vault") {
            assert_eq!(&vault_json(&vault), expected, "{place}: the vault");
        }
    }
}

fn vault(scenario: &Value) -> Vault {
    let key = DeviceKey::from_bytes(&[1; 32]);
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let mut vault = Vault::create(Unlock::DeviceKey(&key), KdfCost::DEFAULT, &mut rng).unwrap();
    let asked_at = scenario["pending_at"].as_str().map(str::to_owned);
    let pending = Standing::Pending { asked_at, replaces: None };
    for (list, standing) in [("registered", Standing::Registered), ("pending", pending)] {
        for text in scenario[list].as_array().unwrap() {
            let account = payload::parse(text.as_str().unwrap()).unwrap().accounts.remove(0);
            vault.add_beside(account, standing.clone()).unwrap();
        }
    }
    vault
}

fn relying_party(json: &Value) -> Option<RelyingParty> {
    (!json.is_null()).then(|| RelyingParty {
        issuer: json["issuer"].as_str().map(str::to_owned),
        status_url: json["status_url"].as_str().unwrap().to_owned(),
        pin_url: json["pin_url"].as_str().map(str::to_owned),
        signs_in: json["signs_in"].as_bool().unwrap(),
    })
}

fn send(flow: &mut Enrollment, event: &Value, vault: &mut Vault) -> (View, Vec<Effect>) {
    if let Some(name) = event.as_str() {
        return flow.on(simple(name), vault);
    }
    let (name, with) = event.as_object().unwrap().iter().next().unwrap();
    let text = |key: &str| with[key].as_str().unwrap_or_default();
    let texts: Vec<_> =
        with.as_array().into_iter().flatten().map(|text| text.as_str().unwrap()).collect();
    let event = match name.as_str() {
        "Scanned" => Event::Scanned(Texts(&texts)),
        "PictureScanned" => Event::PictureScanned(Texts(&texts)),
        "Linked" => Event::Linked(Texts(&texts)),
        "Submit" => Event::Submit(ManualForm {
            name: text("name"),
            key: text("key"),
            issuer: text("issuer"),
            kind: text("kind"),
            algorithm: text("algorithm"),
            digits: text("digits"),
            period: text("period"),
            counter: text("counter"),
        }),
        "Answered" => Event::Answered(Response {
            status: u16::try_from(with["status"].as_u64().unwrap()).unwrap(),
            body: text("body").as_bytes(),
            date: with["date"].as_str(),
            retry_after: with["retry_after"].as_str(),
            received_at: with["received_at"].as_u64().unwrap(),
        }),
        "SendPin" => Event::SendPin(Text(with.as_str().unwrap())),
        "ResendPin" => Event::ResendPin { at: with["at"].as_u64().unwrap() },
        "CheckPin" => Event::CheckPin(Text(with.as_str().unwrap())),
        "MessageReceived" => Event::MessageReceived(Text(with.as_str().unwrap())),
        other => panic!("unknown event {other}"),
    };
    flow.on(event, vault)
}

fn simple(name: &str) -> Event<'static> {
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
            let mut fields = scan_notice_json(*notice);
            fields["save_failed"] = json!(save_failed);
            fields["offers_sms"] = json!(offers_sms);
            ("VerifyDevice", fields)
        }
        View::CameraNeeded { denied } => ("CameraNeeded", json!({ "denied": denied })),
        View::ScanQr { notice } => ("ScanQr", scan_notice_json(*notice)),
        View::ManualEntry { errors, save_failed } => {
            let errors: Vec<_> = errors.iter().map(error_json).collect();
            ("ManualEntry", json!({ "errors": errors, "save_failed": save_failed }))
        }
        View::Duplicate { existing, same_codes } => {
            ("Duplicate", json!({ "existing": existing.0, "same_codes": same_codes }))
        }
        View::ShowCode { account, assumed, short_secret, notice, clock_behind } => {
            let assumed: Vec<_> = assumed.iter().map(payload::Warning::name).collect();
            let fields = json!({
                "account": account.0,
                "assumed": assumed,
                "short_secret": short_secret,
                "notice": notice.map(code_notice_name),
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

fn scan_notice_json(notice: Option<ScanNotice>) -> Value {
    let name = match notice {
        None => return json!({}),
        Some(ScanNotice::NotAnEnrollment(error)) => {
            return json!({ "notice": "NotAnEnrollment", "error": error.name() });
        }
        Some(ScanNotice::Transfer) => "Transfer",
        Some(ScanNotice::Unsupported) => "Unsupported",
        Some(ScanNotice::OtherRelyingParty) => "OtherRelyingParty",
        Some(ScanNotice::SeveralCodes) => "SeveralCodes",
        Some(ScanNotice::NoCodeInPicture) => "NoCodeInPicture",
        Some(ScanNotice::PictureUnreadable) => "PictureUnreadable",
        Some(ScanNotice::VaultFull) => "VaultFull",
    };
    json!({ "notice": name })
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

fn code_notice_name(notice: CodeNotice) -> &'static str {
    match notice {
        CodeNotice::EnterCodeFirst => "EnterCodeFirst",
        CodeNotice::Rejected => "Rejected",
        CodeNotice::UnknownDevice => "UnknownDevice",
        CodeNotice::SignInAgain => "SignInAgain",
        CodeNotice::Unreachable => "Unreachable",
        CodeNotice::SaveFailed => "SaveFailed",
    }
}

fn error_json(error: &FieldError) -> Value {
    let field = format!("{:?}", error.field);
    match error.problem {
        Problem::BadCharacter { position } => {
            json!({ "field": field, "problem": "BadCharacter", "position": position })
        }
        problem => json!({ "field": field, "problem": format!("{problem:?}") }),
    }
}

fn effect_json(effect: &Effect) -> Value {
    match effect {
        Effect::Ask(Request { method, url, accept, body }) => {
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
    let line = |entry: &countersign::vault::Entry| {
        let standing = match entry.standing() {
            Standing::Pending { .. } => "pending",
            Standing::Registered => "registered",
        };
        let issuer = entry.account().issuer().map(|issuer| format!("{issuer}:"));
        let issuer = issuer.unwrap_or_default();
        let counter = entry.account().otp().counter();
        let counter = counter.map(|counter| format!(" at {counter}")).unwrap_or_default();
        format!("{} {standing} {issuer}{}{counter}", entry.id().0, entry.account().name())
    };
    vault.entries().map(line).collect()
}
