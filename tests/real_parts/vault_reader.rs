//! The reader in `docs/`, which knows the format from its description only, reads what the core
//! seals. `COUNTERSIGN_PYTHON` names a Python that has pynacl and argon2-cffi.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use countersign::payload;
use countersign::vault::{DeviceKey, KdfCost, Keys, RecoveryKey, Unlock, Vault, VaultFile};
use countersign_tests::{SHARED_DEVICE_KEY, system_rng};
use serde_json::{Value, json};
use tempfile::TempDir;

const CONTENT: &str = r#"{"accounts":[{"issuer":"Müller & Söhne"}]}"#;
const PASSPHRASE: &str = "pâté, correct horse";

#[test]
fn the_reader_in_the_docs_reads_each_slot() {
    let mut rng = system_rng();
    let recovery_key = RecoveryKey::generate(&mut rng);
    let paper = recovery_key.reveal();
    let device_key = DeviceKey::from_bytes(&SHARED_DEVICE_KEY);
    let hex: String = SHARED_DEVICE_KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    let secrets = [
        ("passphrase", Unlock::Passphrase(PASSPHRASE.as_bytes()), PASSPHRASE),
        ("recovery", Unlock::RecoveryKey(&recovery_key), paper.as_str()),
        ("device", Unlock::DeviceKey(&device_key), hex.as_str()),
    ];

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let mut keys = Keys::new(&mut rng);
    for (_, unlock, _) in secrets {
        keys.add_slot(unlock, KdfCost::DEFAULT, &mut rng).unwrap();
    }
    let sealed = keys.seal(CONTENT.as_bytes(), &mut rng).unwrap();
    VaultFile::lock(&path).unwrap().save(&sealed).unwrap();

    for (kind, _, secret) in secrets {
        let output = run_reader(&path, kind, secret);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{kind}: {error}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), CONTENT, "{kind}");
    }
    let handwritten = paper.to_lowercase().replace('-', " ");
    assert!(run_reader(&path, "recovery", &handwritten).status.success());
    assert!(!run_reader(&path, "passphrase", "wrong").status.success());
}

#[test]
fn the_reader_in_the_docs_reads_the_accounts_of_a_real_vault() {
    let mut rng = system_rng();
    let unlock = Unlock::Passphrase(PASSPHRASE.as_bytes());
    let mut vault = Vault::create(unlock, KdfCost::MINIMUM, &mut rng).unwrap();
    for text in [
        "otpauth://totp/M%C3%BCller%20%26%20S%C3%B6hne:Ana%22?secret=JBSWY3DPEHPK3PXP&algorithm=SHA256&x=%7F",
        "otpauth://hotp/Example:counter?secret=GEZDGNBVGY3TQOJQ&counter=18446744073709551615",
        "steam://JBSWY3DPEHPK3PXP",
    ] {
        vault.add(payload::parse(text).unwrap().accounts.remove(0)).unwrap();
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    VaultFile::lock(&path).unwrap().save(&vault.seal(&mut rng).unwrap()).unwrap();

    let output = run_reader(&path, "passphrase", PASSPHRASE);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let content: Value = serde_json::from_slice(&output.stdout).unwrap();
    // As the table in docs/vault.md has it.
    assert_eq!(
        content,
        json!({ "next_id": 4, "accounts": [
            { "id": 1, "issuer": "Müller & Söhne", "name": "Ana\"", "type": "totp", "algorithm": "SHA256",
              "digits": 6, "period": 30, "secret": "JBSWY3DPEHPK3PXP", "parameters": [["x", "\u{7f}"]] },
            { "id": 2, "issuer": "Example", "name": "counter", "type": "hotp", "algorithm": "SHA1",
              "digits": 6, "counter": u64::MAX, "secret": "GEZDGNBVGY3TQOJQ" },
            { "id": 3, "issuer": "Steam", "name": "", "type": "steam", "secret": "JBSWY3DPEHPK3PXP" },
        ] })
    );
}

#[test]
fn the_reader_in_the_docs_refuses_an_altered_vault() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let mut rng = system_rng();
    let mut keys = Keys::new(&mut rng);
    let unlock = Unlock::Passphrase(b"right");
    keys.add_slot(unlock, KdfCost::MINIMUM, &mut rng).unwrap();
    let sealed = keys.seal(CONTENT.as_bytes(), &mut rng).unwrap();
    for at in [20, 30, 60, 90, 200, sealed.len() - 1] {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        fs::write(&path, altered).unwrap();
        assert!(!run_reader(&path, "passphrase", "right").status.success(), "byte {at}");
    }
}

fn run_reader(vault: &Path, kind: &str, secret: &str) -> Output {
    let python = env::var_os("COUNTERSIGN_PYTHON")
        .expect("COUNTERSIGN_PYTHON must name a Python 3.11 with pynacl and argon2-cffi");
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vault_reader.py");
    let mut child = Command::new(python)
        .args([reader, "--kind", kind])
        .arg(vault)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the Python named by COUNTERSIGN_PYTHON starts");
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
